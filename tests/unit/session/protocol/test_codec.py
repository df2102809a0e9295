# SPDX-License-Identifier: GPL-3.0-only
"""Long messages between the two ends are packed; what is packed badly, or too well, is refused."""

from __future__ import annotations

import pytest
import zstandard

from session.core.errors import MessageMalformed, MessageTooLarge
from session.protocol.codec import PACK_FROM_BYTES, decode_session, encode, encode_session
from session.protocol.conversation.messages import CallOffered, CallRequested
from session.protocol.wire.version import MAX_CONTROL_BYTES

SDP = "v=0\r\n" + "".join(
    f"a=rtcp-fb:{kind} nack pli\r\na=extmap:{kind} urn:ietf:params\r\n" for kind in range(60)
)
OFFER = CallOffered(call_id="c1", sdp=SDP)


def test_a_long_message_is_packed_and_comes_out_as_it_was() -> None:
    packed = encode_session(OFFER)
    assert len(packed) < len(encode(OFFER)) / 3
    assert decode_session(packed) == OFFER


def test_a_short_one_and_one_of_an_older_program_are_plain() -> None:
    short = encode_session(CallRequested())
    assert len(short) < PACK_FROM_BYTES
    assert short.startswith(b"{")
    assert decode_session(short) == CallRequested()
    assert decode_session(encode(OFFER)) == OFFER


def test_what_grows_beyond_all_bounds_is_refused_before_it_grows() -> None:
    bomb = zstandard.compress(b" " * 300 * MAX_CONTROL_BYTES)
    assert len(bomb) < MAX_CONTROL_BYTES
    with pytest.raises(MessageTooLarge):
        decode_session(bomb)
    with pytest.raises(MessageTooLarge):
        encode_session(CallOffered(call_id="c1", sdp="x" * MAX_CONTROL_BYTES))


@pytest.mark.parametrize(
    "payload",
    [
        encode_session(OFFER)[:-3],
        encode_session(OFFER) + b"more",
        zstandard.FRAME_HEADER,
        zstandard.FRAME_HEADER + b"no such block" * 9,
        zstandard.compress(b"no JSON" * 200),
        zstandard.compress(zstandard.compress(encode(OFFER))),
        b'{"v":1,"type":"CallRequested","unknown":' + b"[" * 25_000 + b"]" * 25_000 + b"}",
        b'{"v":' + b"[" * 50_000,
    ],
)
def test_what_is_packed_badly_is_malformed(payload: bytes) -> None:
    with pytest.raises(MessageMalformed):
        decode_session(payload)
