# SPDX-License-Identifier: GPL-3.0-only
"""A call begins on the first way that answers, and says again soon what was lost.
The contract with aioice.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import socket
from pathlib import Path
from typing import Any, cast

import pytest
from aioice import stun
from aiortc import RTCConfiguration, RTCIceServer

from session.media.audio.sound import ToneSource
from session.media.audio.voice_encoder import VoiceEncoder
from session.media.engines.aiortc_internals import (
    DTLS,
    REPEAT_AFTER_S,
    Addresses,
    PeerConnection,
    QuickStart,
)
from session.media.engines.tracks import VoiceTrack
from tests.support.waiting import until
from tests.unit.session.media.engines.two_peers import Heard, Pair, send

ROOT = Path(__file__).parents[5]


def test_the_version_is_pinned_to_the_one_that_was_read() -> None:
    assert importlib.metadata.version("aioice") == "0.13.0"
    assert '"aioice==0.13.0"' in (ROOT / "pyproject.toml").read_text()


def ice_of(part: Any) -> Any:
    return part.transport.transport._connection


async def begin(pair: Pair) -> tuple[Any, Any, Heard]:
    """A call of a voice as far as its descriptions, and no further."""
    return await send(pair, VoiceTrack(ToneSource()), VoiceEncoder())


def losing_first_checks(ice: Any, checks: list[bytes]) -> None:
    """Loses each check of `ice` the first time that it is sent;
    `checks` are those that went out.
    """
    lost: set[bytes] = set()
    for protocol in ice._protocols:
        deliver = protocol.send_stun

        def send_stun(message: stun.Message, addr: Any, deliver: Any = deliver) -> None:
            if message.message_class == stun.Class.REQUEST:
                if bytes(message) not in lost:
                    return lost.add(bytes(message))
                checks.append(bytes(message))
            deliver(message, addr)
            return None

        protocol.send_stun = send_stun


async def test_what_is_said_goes_on_the_first_way_that_answers_before_one_is_chosen(
    pair: Pair,
) -> None:
    sender, receiver, heard = await begin(pair)
    ice = ice_of(receiver)
    take = ice.check_incoming

    def never_chosen(message: stun.Message, *where: Any) -> None:
        message.attributes.pop("USE-CANDIDATE", None)
        take(message, *where)

    ice.check_incoming = never_chosen
    await until(lambda: len(heard.packets) > 5)
    assert not ice._nominated
    assert receiver.transport.transport.state == "checking"
    assert cast(Any, sender).transport.state == "connected"


async def test_a_way_that_is_chosen_later_is_taken(pair: Pair) -> None:
    _sender, receiver, heard = await begin(pair)
    await until(lambda: heard.packets)
    await until(lambda: ice_of(receiver)._nominated)
    await until(lambda: receiver.transport.transport.state == "completed")
    assert receiver.transport.encrypted


@pytest.mark.parametrize("lost", range(1, 5))
async def test_a_lost_part_of_the_handshake_is_said_again_before_openssl_would(
    pair: Pair, lost: int
) -> None:
    sender, receiver, heard = await begin(pair)
    said: list[bytes] = []
    for part in (sender, receiver):
        losing_record(ice_of(part), said, lost)
    async with asyncio.timeout(30):
        await until(lambda: heard.packets)
    assert said[lost - 1] in said[lost:], "the same bytes"


def losing_record(ice: Any, said: list[bytes], lost: int) -> None:
    """Loses the handshake's record number `lost` of both ends together, once."""
    for protocol in ice._protocols:
        deliver = protocol.send_data

        async def send_data(data: bytes, addr: Any, deliver: Any = deliver) -> None:
            if data[0] in DTLS:
                said.append(data)
                if len(said) == lost:
                    return
            await deliver(data, addr)

        protocol.send_data = send_data


async def test_a_lost_check_is_sent_again_before_aioice_would(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stun.RETRY_RTO >= 0.5, "aioice asks sooner itself now"
    monkeypatch.setattr(stun, "RETRY_RTO", 60.0)
    pair[0].addTransceiver("audio")
    await pair[0].setLocalDescription(await pair[0].createOffer())
    await pair[1].setRemoteDescription(pair[0].localDescription)
    await pair[1].setLocalDescription(await pair[1].createAnswer())
    checks: list[bytes] = []
    losing_first_checks(ice_of(pair[0].getSenders()[0]), checks)
    await pair[0].setRemoteDescription(pair[1].localDescription)
    await until(lambda: pair[0].connectionState == "connected")
    assert checks, "the same bytes, once more"


async def test_parts_that_share_a_transport_have_one_beginning(pair: Pair) -> None:
    _sender, receiver, heard = await begin(pair)
    start = receiver.transport.transport.start
    assert isinstance(start.__self__, QuickStart)
    QuickStart.apply(receiver.transport)
    assert receiver.transport.transport.start == start
    await until(lambda: heard.packets)


async def test_a_call_that_ends_while_it_begins_says_nothing_any_more(pair: Pair) -> None:
    _sender, receiver, _heard = await begin(pair)
    quick: Any = receiver.transport.transport.start.__self__
    said: list[bytes] = []

    async def into_the_void(data: bytes) -> None:
        said.append(data)

    quick._send_now = into_the_void  # the handshake gets no answer and is said again
    await until(lambda: len(said) > 1)
    for pc in pair:
        await pc.close()
    before = len(said)
    await asyncio.sleep(REPEAT_AFTER_S[-1] + 0.1)
    assert len(said) == before


def closed_ways(addresses: Any) -> list[bool]:
    return [
        protocol.transport.is_closing() for protocol in addresses.gatherer._connection._protocols
    ]


async def test_a_call_begins_with_addresses_that_were_found_before() -> None:
    configuration = RTCConfiguration(iceServers=[])
    addresses = Addresses(configuration)
    await addresses.find()
    ways = [str(each.port) for each in addresses.gatherer.getLocalCandidates()]
    both = PeerConnection(configuration), PeerConnection(configuration, addresses)
    try:
        _sender, receiver, heard = await send(both, VoiceTrack(ToneSource()), VoiceEncoder())
        await until(lambda: len(heard.packets) > 5)
        assert ways
        assert all(way in both[1].localDescription.sdp for way in ways)
        assert ice_of(receiver) is addresses.gatherer._connection
    finally:
        for pc in both:
            await pc.close_all()
    assert all(closed_ways(addresses))


async def test_addresses_that_nobody_took_are_closed_with_their_connection() -> None:
    addresses = Addresses(RTCConfiguration(iceServers=[]))
    await addresses.find()
    assert not any(closed_ways(addresses))
    await PeerConnection(RTCConfiguration(iceServers=[]), addresses).close_all()
    assert all(closed_ways(addresses))


async def test_a_server_that_is_silent_delays_a_call_with_other_ways_only_a_little() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"stun:127.0.0.1:{silent.getsockname()[1]}"
        pc = PeerConnection(RTCConfiguration(iceServers=[RTCIceServer(url)]))
        pc.addTrack(VoiceTrack(ToneSource()))
        try:
            async with asyncio.timeout(4.9):  # aioice alone waits for 5 s
                await pc.setLocalDescription(await pc.createOffer())
            assert "typ host" in pc.localDescription.sdp
        finally:
            await pc.close_all()
