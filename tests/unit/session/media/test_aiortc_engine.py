# SPDX-License-Identifier: GPL-3.0-only
"""The engine alone; calls with a real kiosk are in `tests.talks.call`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection

from session.errors import CallLost
from session.media.aiortc_engine import AiortcEngine, EngineSettings
from session.media.engine import MediaEngine, MediaStats
from session.media.sound import ToneSource
from session.media.tracks import VoiceTrack


@pytest.fixture
async def engine() -> AsyncIterator[AiortcEngine]:
    made = AiortcEngine(settings=EngineSettings(start_kbps=250, max_kbps=900))
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
async def test_an_offer_in_any_order_is_answered_with_our_hints(engine: AiortcEngine, kinds: tuple[str, ...]) -> None:
    pc, offer = await offer_of(kinds)
    answer = await engine.answer(offer)
    await pc.close()
    assert "useinbandfec=1;usedtx=1;stereo=0;maxaveragebitrate=28000" in answer
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
async def test_a_damaged_offer_is_refused_and_the_next_one_answered(engine: AiortcEngine, damage: object) -> None:
    pc, offer = await offer_of(("audio", "video"))
    assert callable(damage)
    with pytest.raises(CallLost):
        await engine.answer(damage(offer))
    assert (await engine.answer(offer)).startswith("v=0")
    await engine.close_call()
    assert engine.own_frame() is None
    await pc.close()


async def test_a_closed_engine_refuses(engine: AiortcEngine) -> None:
    pc, offer = await offer_of(("audio",))
    await pc.close()
    await engine.close()
    with pytest.raises(CallLost):
        await engine.answer(offer)
