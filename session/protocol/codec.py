# SPDX-License-Identifier: GPL-3.0-only
"""The door: bytes to structs and back, once.
Wrong, oversized or foreign messages raise a session error.

What the two ends of a session say is packed where it is long (zstd, RFC 8878):
the description of a call is 2.7 kB of text that repeats itself, and on a line of 512 kb/s the first
picture waits 40 ms longer for it.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import msgspec
import zstandard

from session.core.error_codes import from_code
from session.core.errors import MessageMalformed, MessageTooLarge, ProtocolVersionUnknown
from session.core.field_types import NOT_DECODED
from session.protocol.conversation.messages import SessionMessage
from session.protocol.conversation.mirror import unpack
from session.protocol.hub.requests import HubEvent, HubMessage, Refusal
from session.protocol.topics import SESSION_MESSAGES
from session.protocol.wire.typed_words import as_kept
from session.protocol.wire.version import MAX_CONTROL_BYTES, PROTOCOL_VERSION

PACK_FROM_BYTES = 700
"""Below, a packet carries it in any case."""

_PACK_LEVEL = 19

_encoder = msgspec.json.Encoder()


class _Envelope(msgspec.Struct):
    """The fields that every message has, whoever reads it: both are required."""

    v: int
    type: str


_envelope = msgspec.json.Decoder(_Envelope)
_any_said: Any = reduce(or_, SESSION_MESSAGES)
_session = msgspec.json.Decoder(_any_said)
_event = msgspec.json.Decoder(HubEvent)


def encode(message: msgspec.Struct) -> bytes:
    """JSON of a message.

    Raises:
        MessageTooLarge: over `MAX_CONTROL_BYTES`.
    """
    payload = _encoder.encode(message)
    if len(payload) > MAX_CONTROL_BYTES:
        raise MessageTooLarge(size_bytes=len(payload), limit_bytes=MAX_CONTROL_BYTES)
    return payload


def encode_session(message: SessionMessage) -> bytes:
    """Return what `decode_session` reads: JSON, packed where it is long. Raises as `encode`."""
    payload = encode(message)
    if len(payload) < PACK_FROM_BYTES:
        return payload
    return zstandard.ZstdCompressor(level=_PACK_LEVEL).compress(payload)


def _unpacked(payload: bytes) -> bytes:
    """JSON; never more than `MAX_CONTROL_BYTES` of it, whatever a packed message claims to hold."""
    if payload.startswith(zstandard.FRAME_HEADER):
        return unpack(payload, MAX_CONTROL_BYTES)
    return payload


_decoders: dict[tuple[Any, bool], msgspec.json.Decoder[Any]] = {}


def _decoder_of(kind: Any, or_refusal: bool) -> msgspec.json.Decoder[Any]:
    key = (kind, or_refusal)
    if key not in _decoders:
        _decoders[key] = msgspec.json.Decoder(kind | Refusal if or_refusal else kind)
    return _decoders[key]


def _decode(
    decoder: msgspec.json.Decoder[Any], payload: bytes, limit_bytes: int = MAX_CONTROL_BYTES
) -> Any:
    if len(payload) > limit_bytes:
        raise MessageTooLarge(size_bytes=len(payload), limit_bytes=limit_bytes)
    try:
        theirs = _envelope.decode(payload).v
    except NOT_DECODED as error:
        raise MessageMalformed(why=str(error)[:200]) from error
    if theirs != PROTOCOL_VERSION:
        raise ProtocolVersionUnknown(theirs=theirs, ours=PROTOCOL_VERSION)
    try:
        return decoder.decode(payload)
    except NOT_DECODED as error:
        raise MessageMalformed(why=str(error)[:200]) from error


def decode_session(payload: bytes) -> SessionMessage:
    """A message from the other end of a session.

    Raises:
        MessageTooLarge, ProtocolVersionUnknown, MessageMalformed.
    """
    message: SessionMessage = _decode(_session, _unpacked(payload))
    return message


def decode_event(payload: bytes) -> HubEvent:
    """Return what the hub told this user. Raises as `decode_session`."""
    event: HubEvent = _decode(_event, payload)
    return event


def decode_request[Kind](kind: type[Kind], payload: bytes) -> Kind:
    """A request at the hub's door, what a person typed in it as it is kept.
    Raises as `decode_session`, and `ReasonWithoutWords`.
    """
    message: Kind = _decode(_decoder_of(kind, or_refusal=False), payload)
    return as_kept(message)


def decode_answer[Kind](kind: type[Kind], payload: bytes) -> Kind:
    """The hub's answer of the wanted kind; a `Refusal` is raised as the error it names."""
    answer: Kind | Refusal = _decode(
        _decoder_of(kind, or_refusal=True), payload, limit_bytes=1_000_000
    )
    if isinstance(answer, Refusal):
        raise from_code(answer.code, answer.detail)
    return answer


def decode_plain[Kind](kind: type[Kind], payload: bytes) -> Kind:
    """A struct that is stored rather than sent (a `Ticket`). Raises `MessageMalformed`."""
    try:
        stored: Kind = _decoder_of(kind, or_refusal=False).decode(payload)
    except NOT_DECODED as error:
        raise MessageMalformed(why=str(error)[:200]) from error
    return stored


__all__ = [
    "HubMessage",
    "decode_answer",
    "decode_event",
    "decode_plain",
    "decode_request",
    "decode_session",
    "encode",
    "encode_session",
]
