# SPDX-License-Identifier: GPL-3.0-only
"""The picture codecs of the aiortc engine, AV1 and VP8: how each lies in RTP packets and which
decoder takes it.

Used by `picture_receiver` and `picture_encoder`. Order here is the order of preference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import av
from av.video.codeccontext import VideoCodecContext

from session.media.video import av1_payload

PICTURE_CODECS = ("av1", "vp8")


def vp8_payload(payload: bytes) -> bytes:
    """A packet's part of the picture, without its descriptor (RFC 7741, section 4.2).
    Raises ValueError.
    """
    return payload[_descriptor_size(payload) :]


def _descriptor_size(payload: bytes) -> int:
    if not payload:
        raise ValueError("an empty packet")
    at = 1
    if payload[0] & 0x80:  # X
        flags = _at(payload, at)
        at += 1
        if flags & 0x80:  # I: the picture's number, 7 or 15 bits
            at += 2 if _at(payload, at) & 0x80 else 1
        at += bool(flags & 0x40) + bool(flags & 0x30)  # L; T or K
    if at > len(payload):
        raise ValueError("a descriptor is cut off")
    return at


def _at(payload: bytes, at: int) -> int:
    if at >= len(payload):
        raise ValueError("a descriptor is cut off")
    return payload[at]


def join_picture(codec: str, payloads: Sequence[bytes]) -> tuple[bytes, bool]:
    """A whole picture from its packets, and whether a decoder can begin with it.

    Raises:
        ValueError: the packets do not fit together.
    """
    if codec == "av1":
        return av1_payload.join(payloads), av1_payload.is_new_sequence(payloads[0])
    data = b"".join(vp8_payload(payload) for payload in payloads)
    if not data:
        raise ValueError("an empty picture")
    return data, not data[0] & 1  # RFC 6386, section 9.1


def make_decoder(codec: str) -> VideoCodecContext:
    """A decoder that gives each picture at once."""
    decoder = cast(
        VideoCodecContext, av.CodecContext.create("libdav1d" if codec == "av1" else "vp8", "r")
    )
    if codec == "av1":
        decoder.options = {"max_frame_delay": "1"}
        decoder.thread_count = 2
    else:
        decoder.thread_count = 1
    return decoder
