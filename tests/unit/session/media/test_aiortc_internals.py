# SPDX-License-Identifier: GPL-3.0-only
"""The contract with aiortc: the private names we touch are there and do what we think. A new version must pass this."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.mediastreams import MediaStreamError

from session.media import aiortc_internals as internals
from session.media.encoders import PictureEncoder, VoiceEncoder
from session.media.sound import ToneSource
from session.media.sources import SyntheticCamera
from session.media.tracks import PictureTrack, VoiceTrack

Pair = tuple[RTCPeerConnection, RTCPeerConnection]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    made = (RTCPeerConnection(RTCConfiguration(iceServers=[])), RTCPeerConnection(RTCConfiguration(iceServers=[])))
    yield made
    for pc in made:
        await pc.close()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


async def connect(sender: RTCPeerConnection, receiver: RTCPeerConnection) -> None:
    await sender.setLocalDescription(await sender.createOffer())
    await receiver.setRemoteDescription(sender.localDescription)
    await receiver.setLocalDescription(await receiver.createAnswer())
    await sender.setRemoteDescription(receiver.localDescription)


async def test_our_encoder_is_used_and_the_voices_packets_are_handed_over(pair: Pair) -> None:
    sender, receiver = pair
    track_sender = sender.addTrack(VoiceTrack(ToneSource()))
    encoder = VoiceEncoder()
    internals.use_encoder(track_sender, encoder)
    heard: list[tuple[int, bytes]] = []
    enough = asyncio.Event()

    def on_packet(timestamp: int, payload: bytes) -> None:
        heard.append((timestamp, payload))
        if len(heard) >= 5:
            enough.set()

    receiver.on("track", lambda track: internals.tap_voice(receiver.getReceivers()[0], on_packet))
    await connect(sender, receiver)
    await asyncio.wait_for(enough.wait(), 5)
    assert internals.encoder_of(track_sender) is encoder
    assert (heard[1][0] - heard[0][0]) % (1 << 32) == 960
    assert max(len(payload) for _, payload in heard) < 160


async def test_pictures_wait_in_a_queue_and_a_key_frame_can_be_asked_for(pair: Pair) -> None:
    sender, receiver = pair
    track_sender = sender.addTrack(PictureTrack(SyntheticCamera(320, 180), 25, lambda frame: None))
    encoder = PictureEncoder()
    forced: list[bool] = []
    encode = encoder.encode

    def counted(frame: Any, force_keyframe: bool = False) -> tuple[list[bytes], int]:
        forced.append(force_keyframe)
        return encode(frame, force_keyframe)

    cast(Any, encoder).encode = counted
    internals.use_encoder(track_sender, encoder)
    await connect(sender, receiver)
    track = receiver.getReceivers()[0].track
    await asyncio.wait_for(track.recv(), 5)
    await until(lambda: internals.frames_waiting(track))
    before = len(forced)
    await internals.ask_for_key_frame(receiver.getReceivers()[0])
    await until(lambda: True in forced[before:])
    receiver.getReceivers()[0].track.stop()
    with pytest.raises(MediaStreamError):
        await track.recv()


def test_a_name_that_has_moved_is_noticed() -> None:
    with pytest.raises(AttributeError):
        internals._set(object(), "_RTCRtpSender__encoder", 1)
