# SPDX-License-Identifier: GPL-3.0-only
"""The engine alone; calls with a real kiosk are in `tests.integration.call`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import psutil
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection

from session.core.errors import CallLost
from session.media.audio.sound import ToneSource
from session.media.engine import MediaEngine, MediaStats
from session.media.engines.aiortc_engine import AiortcEngine, AiortcSettings
from session.media.engines.aiortc_internals import PeerConnection
from session.media.engines.tracks import VoiceTrack
from tests.support.waiting import until


@pytest.fixture
async def engine() -> AsyncIterator[AiortcEngine]:
    made = AiortcEngine(settings=AiortcSettings(start_kbps=250, max_kbps=900))
    yield made
    await made.close()


async def offer_of(kinds: tuple[str, ...]) -> tuple[RTCPeerConnection, str]:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    for kind in kinds:
        if kind == "audio":
            pc.addTrack(VoiceTrack(ToneSource()))
        else:
            pc.addTransceiver(kind, "recvonly")
    await pc.setLocalDescription(await pc.createOffer())
    return pc, pc.localDescription.sdp


def as_engine(engine: MediaEngine) -> MediaEngine:
    """Type checkers see here that the interface is kept."""
    return engine


async def test_nothing_was_received_before_a_call(engine: AiortcEngine) -> None:
    assert as_engine(engine).stats() == MediaStats()
    assert engine.latest_frame() is None
    assert engine.simulated_camera


@pytest.mark.parametrize("kinds", [("audio", "video"), ("video", "audio"), ("audio",)])
async def test_an_offer_in_any_order_is_answered_with_our_hints(
    engine: AiortcEngine, kinds: tuple[str, ...]
) -> None:
    pc, offer = await offer_of(kinds)
    answer = await engine.answer(offer)
    await pc.close()
    assert "useinbandfec=1;usedtx=1;stereo=0;maxaveragebitrate=32000" in answer
    assert answer.count("b=AS:900") == kinds.count("video")
    assert ("x-google-start-bitrate=250" in answer) == ("video" in kinds)


@pytest.mark.parametrize(
    "damage",
    [
        lambda sdp: "rubbish",
        lambda sdp: sdp.replace("a=ice-ufrag", "a=no-ufrag"),
        lambda sdp: sdp.replace("a=rtpmap:96", "a=rtpmap:x"),
        lambda sdp: sdp.replace("opus", "nonsense").replace("PCM", "XYZ").replace("G722", "H722"),
        lambda sdp: sdp[: len(sdp) // 3],
        lambda sdp: sdp + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
    ],
)
async def test_a_damaged_offer_is_refused_and_the_next_one_answered(
    engine: AiortcEngine, damage: object
) -> None:
    pc, offer = await offer_of(("audio", "video"))
    assert callable(damage)
    with pytest.raises(CallLost):
        await engine.answer(damage(offer))
    assert (await engine.answer(offer)).startswith("v=0")
    await engine.close_call()
    assert engine.own_frame() is None
    await pc.close()


@pytest.mark.parametrize(
    ("line_kbps", "codec", "start"), [(512, "AV1", 317), (256, "AV1", 138), (4000, "VP8", 2759)]
)
async def test_a_known_line_decides_hints_and_codec(
    engine: AiortcEngine, line_kbps: int, codec: str, start: int
) -> None:
    other = AiortcEngine()
    engine.set_line(line_kbps)
    answer = await engine.answer(await other.offer())
    await other.close()
    video = answer[answer.index("m=video") :]
    first = video.split("\r\n")[0].split()[3]
    assert f"a=rtpmap:{first} {codec}/90000" in video
    assert f"b=AS:{start}\r\n" in video
    hints = [line for line in video.split("\r\n") if "x-google-start-bitrate" in line]
    assert len(hints) == 2
    assert all(line.endswith(f"={start}") for line in hints)


async def test_a_closed_engine_refuses(engine: AiortcEngine) -> None:
    pc, offer = await offer_of(("audio",))
    await pc.close()
    await engine.close()
    with pytest.raises(CallLost):
        await engine.answer(offer)


async def test_a_call_that_is_replaced_goes_on_until_the_new_one_brings_something(
    engine: AiortcEngine,
) -> None:
    first, second = AiortcEngine(), AiortcEngine()
    try:
        await first.accept(await engine.answer(await first.offer()))
        await until(lambda: engine.latest_frame() is not None)
        offered = await second.offer()
        answer = await engine.answer(offered)
        assert engine.stats().frames == 0, "counted anew"
        for _ in range(20):
            await asyncio.sleep(0.02)
            assert engine.latest_frame() is not None, "the picture before stays"
        before = first.stats().packets
        await until(lambda: first.stats().packets > before)  # and is still sent to
        await second.accept(answer)
        await until(lambda: engine.stats().frames > 0 and second.stats().frames > 0)
        ended = -1
        async with asyncio.timeout(30):
            while first.stats().packets > ended:  # it is sent nothing any more
                ended = first.stats().packets
                await asyncio.sleep(0.6)
    finally:
        await first.close()
        await second.close()


def open_ports() -> int:
    return sum(one.type == socket.SOCK_DGRAM for one in psutil.Process().net_connections("udp"))


async def test_a_call_that_takes_too_long_to_set_up_gives_its_ports_back(
    engine: AiortcEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc, offer = await offer_of(("audio", "video"))
    before, answered = open_ports(), asyncio.Event()

    async def never(_connection: PeerConnection) -> None:
        answered.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(PeerConnection, "createAnswer", never)
    monkeypatch.setattr("session.media.engines.aiortc_engine.ANSWER_TIMEOUT_S", 0.3)
    with pytest.raises(CallLost):
        await engine.answer(offer)
    assert answered.is_set()
    await until(lambda: open_ports() == before)
    await pc.close()


async def test_a_call_that_does_not_close_in_time_gives_its_ports_back(
    engine: AiortcEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc, offer = await offer_of(("audio", "video"))
    before = open_ports()
    await engine.answer(offer)
    assert open_ports() > before
    monkeypatch.setattr("session.media.engines.aiortc_call.CLOSE_TIMEOUT_S", 0.1)
    monkeypatch.setattr(PeerConnection, "close", lambda _connection: asyncio.Event().wait())
    await engine.close_call()
    await until(lambda: open_ports() == before)
    await pc.close()
