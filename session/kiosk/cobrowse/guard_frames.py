# SPDX-License-Identifier: GPL-3.0-only
"""The messages between the kiosk's screen and the process of the second guard.
Used by `page_guard` and `guard_worker`.

Through the worker's pipes, in turn: the recorder's text, then what of it may leave. Each is a
length (4 bytes, big-endian) and so many bytes. A worker that is ready says so with an empty
frame.
"""

from __future__ import annotations

import struct

import msgspec

from session.protocol.conversation.mirror import MirrorEvent

MAX_PUSH_BYTES = 32 * 1024 * 1024
MAX_FILTERED_BYTES = 40 * 1024 * 1024
LENGTH = struct.Struct(">I")


class FilteredEvent(msgspec.Struct, frozen=True, array_like=True):
    """An event that may leave; `data` is its JSON."""

    type: int
    data: bytes
    timestamp: int | float


class FilteredPush(msgspec.Struct, frozen=True, array_like=True):
    """The part that may leave of what the recorder handed over.

    Attributes:
        document: the recorder's random name of its web document; "": it was no push at all.
        address: the document's.
        dropped: events that nobody knows, or that cannot be understood.
        lost: a picture of the page could not be made, or may not leave.
        sheets: texts of style sheets that its events name, and none before.
    """

    document: str = ""
    address: str = ""
    events: list[FilteredEvent] = []
    dropped: int = 0
    lost: bool = False
    sheets: list[str] = []

    def mirror_events(self) -> list[MirrorEvent]:
        """The events, as they travel."""
        return [
            MirrorEvent(event.type, msgspec.Raw(event.data), event.timestamp)
            for event in self.events
        ]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(FilteredPush)


def framed(data: bytes) -> bytes:
    """The bytes with their length before them."""
    return LENGTH.pack(len(data)) + data


def encode_filtered(push: FilteredPush) -> bytes:
    """Encode a filtered push for `framed`."""
    return _encoder.encode(push)


def decode_filtered(data: bytes) -> FilteredPush:
    """Raises `msgspec.MsgspecError`."""
    try:
        return _decoder.decode(data)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error
