# SPDX-License-Identifier: GPL-3.0-only
"""A connection that is closed or given up at any moment keeps no port. The contract with aioice."""

from __future__ import annotations

import asyncio
import gc
import re
import socket
import warnings
from collections.abc import Coroutine, Iterator
from typing import Any

import psutil
import pytest
from aiortc import RTCConfiguration, RTCIceServer

from session.media.audio.sound import ToneSource
from session.media.engines import aiortc_engine
from session.media.engines.aiortc_engine import AiortcEngine
from session.media.engines.aiortc_internals import Addresses, PeerConnection
from session.media.engines.plain_peer import PlainPeer
from session.media.engines.tracks import VoiceTrack
from session.media.ice import IcePlan, IceServer
from tests.support.matrix import thinned
from tests.support.waiting import until

TURNS = thinned([*range(16), 24, 40, 80], {0, 1, 4, 9, 40})
"""How often the loop goes round before the end: all ports of a small machine are open long before
the last one.
"""


def open_ports() -> set[tuple[str, int]]:
    """Every UDP port of this process."""
    found = psutil.Process().net_connections("udp")
    return {(one.laddr.ip, one.laddr.port) for one in found if one.laddr}


@pytest.fixture
async def before() -> set[tuple[str, int]]:
    """The ports that are open before the test."""
    return open_ports()


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that does not answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        yield server.getsockname()[1]


async def go_round(turns: int) -> None:
    for _turn in range(turns):
        await asyncio.sleep(0)


async def give_up(task: asyncio.Future[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def calling(configuration: RTCConfiguration) -> tuple[PeerConnection, asyncio.Future[object]]:
    """A connection that looks for its addresses."""
    pc = PeerConnection(configuration)
    pc.addTrack(VoiceTrack(ToneSource()))

    async def offer() -> None:
        await pc.setLocalDescription(await pc.createOffer())

    return pc, asyncio.ensure_future(offer())


@pytest.mark.parametrize("turns", TURNS)
async def test_closed_while_it_looks_for_addresses(
    turns: int, before: set[tuple[str, int]]
) -> None:
    peer = PlainPeer()
    offering = asyncio.ensure_future(peer.offer())
    await go_round(turns)
    await peer.close()
    await asyncio.gather(offering, return_exceptions=True)
    await until(lambda: open_ports() <= before)


@pytest.mark.parametrize("turns", TURNS)
async def test_given_up_while_it_looks_for_addresses(
    turns: int, before: set[tuple[str, int]]
) -> None:
    pc, offering = calling(RTCConfiguration(iceServers=[]))
    await go_round(turns)
    await give_up(offering)
    await pc.close_all()
    await until(lambda: open_ports() <= before)


@pytest.mark.parametrize("scheme", ["stun", "turn"])
@pytest.mark.parametrize("turns", TURNS)
async def test_given_up_while_it_asks_a_server(silent: int, scheme: str, turns: int) -> None:
    before = open_ports()
    server = RTCIceServer(f"{scheme}:127.0.0.1:{silent}", "user", "word")
    pc, offering = calling(RTCConfiguration(iceServers=[server]))
    await go_round(turns)
    await give_up(offering)
    await pc.close_all()
    # only what asks the relay, until it has had its time
    await until(lambda: {ip for ip, _port in open_ports() - before} <= {"127.0.0.1"})


@pytest.mark.parametrize("turns", TURNS[1:])
async def test_whoever_closes_it_is_cancelled(turns: int, before: set[tuple[str, int]]) -> None:
    peer = PlainPeer()
    await peer.offer()
    closing = asyncio.ensure_future(peer.close())
    await go_round(turns)
    await give_up(closing)
    await until(lambda: open_ports() <= before)


async def test_addresses_are_released_while_they_are_looked_for(silent: int) -> None:
    before = open_ports()
    server = RTCIceServer(f"stun:127.0.0.1:{silent}")
    addresses = Addresses(RTCConfiguration(iceServers=[server]))
    finding = asyncio.ensure_future(addresses.find())
    await until(lambda: open_ports() > before)
    await addresses.release()
    await until(lambda: open_ports() <= before)
    await give_up(finding)


@pytest.mark.parametrize("turns", TURNS)
def test_nothing_is_left_for_python_to_clean_up(silent: int, turns: int) -> None:
    async def story() -> None:
        server = RTCIceServer(f"turn:127.0.0.1:{silent}", "user", "word")
        pc, offering = calling(RTCConfiguration(iceServers=[server]))
        await go_round(turns)
        offering.cancel()
        await pc.close_all()

    assert left_to_python(story()) == []


def left_to_python(story: Coroutine[Any, Any, None]) -> list[str]:
    """What Python says of sockets that nobody closed, after a whole program."""
    gc.collect()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        asyncio.run(story)
        gc.collect()
    return [str(one.message) for one in said]


async def test_an_engine_that_is_closed_keeps_none_for_a_call_to_come(
    silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aiortc_engine, "CLOSE_TIMEOUT_S", 0.2)
    before = open_ports()
    engine = AiortcEngine()
    engine.set_ice(IcePlan(servers=(IceServer(url=f"turn:127.0.0.1:{silent}", username="user"),)))
    engine.prepare()
    await until(lambda: open_ports() > before)
    await engine.close()
    assert open_ports() <= before


@pytest.mark.parametrize("turns", TURNS)
async def test_an_engine_is_closed_while_it_answers(
    turns: int, before: set[tuple[str, int]]
) -> None:
    peer, engine = PlainPeer(), AiortcEngine()
    answering = asyncio.ensure_future(engine.answer(await peer.offer()))
    await go_round(turns)
    await engine.close()
    await asyncio.gather(answering, return_exceptions=True)
    await peer.close()
    await until(lambda: open_ports() <= before)


async def test_a_plain_peer_asks_the_network_for_no_name(before: set[tuple[str, int]]) -> None:
    asking, answering = PlainPeer(), PlainPeer()
    offer = re.sub(r"(a=candidate:\S+ \d udp \d+) \S+", r"\1 9f1c-4e.local", await asking.offer())
    assert "9f1c-4e.local" in offer
    await answering.answer(offer)
    assert 5353 not in {port for _ip, port in open_ports() - before}  # mDNS (RFC 6762)
    for peer in (asking, answering):
        await peer.close()
    await until(lambda: open_ports() <= before)
