# SPDX-License-Identifier: GPL-3.0-only
"""Frames when they are due."""

from __future__ import annotations

import asyncio
from itertools import count

import av
import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError

from session.media.audio.sound import BLOCK, ToneSource
from session.media.devices.sources import SyntheticCamera
from session.media.engines.tracks import PictureTrack, SteadyBeat, VoiceTrack


async def test_pictures_are_timed_by_the_beat_and_shown_to_ourselves() -> None:
    own: list[av.VideoFrame | None] = []
    track = PictureTrack(SyntheticCamera(320, 180), 50, on_sent=own.append)
    frames = [await track.recv() for _ in range(3)]
    # a beat that a busy machine misses is left out, never squeezed in
    times = [frame.pts or 0 for frame in frames]
    assert times[0] == 0
    assert times == sorted(set(times))
    assert all(at % 1800 == 0 for at in times)
    assert {frame.format.name for frame in frames} == {"yuv420p"}
    assert len(own) == 3


async def test_with_the_camera_off_darkness_of_the_same_size_is_sent() -> None:
    own: list[av.VideoFrame | None] = []
    track = PictureTrack(SyntheticCamera(320, 180), 50, on_sent=own.append)
    await track.recv()
    track.camera_on = False
    frame = await track.recv()
    assert (frame.width, frame.height) == (320, 180)
    assert frame.to_ndarray(format="gray").max() < 60
    assert own[-1] is None


async def test_with_the_microphone_off_silence_is_sent() -> None:
    track = VoiceTrack(ToneSource(level=0.5))
    first = await track.recv()
    track.microphone_on = False
    second = await track.recv()
    assert np.abs(first.to_ndarray()).max() > 1000
    assert np.abs(second.to_ndarray()).max() == 0
    assert (first.pts, second.pts) == (0, BLOCK)


async def test_a_stopped_track_gives_nothing() -> None:
    voice = VoiceTrack(ToneSource())
    picture = PictureTrack(SyntheticCamera(), 25, on_sent=lambda frame: None)
    for track in (voice, picture):
        track.stop()
        with pytest.raises(MediaStreamError):
            await track.recv()


async def test_beats_missed_for_long_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    pacer = SteadyBeat(0.001)
    assert await pacer.next_beat() == 0
    loop = asyncio.get_running_loop()
    time_s = loop.time
    monkeypatch.setattr(loop, "time", lambda: time_s() + 2.0)
    assert await pacer.next_beat() > 1500


class NoBeatMissed:
    """Beats that come when they are asked for, as on a machine that has nothing else to do."""

    def __init__(self) -> None:
        self._next = count()

    async def next_beat(self) -> int:
        return next(self._next)


async def test_a_photo_now_and_then_is_one_picture_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    track = PictureTrack(SyntheticCamera(320, 180), 50, on_sent=lambda frame: None)
    monkeypatch.setattr(track, "_pacer", NoBeatMissed())
    track.limit(fps=5)
    frames = [await track.recv() for _ in range(3)]
    assert [frame.pts for frame in frames] == [0, 18_000, 36_000]
    track.limit(fps=100)
    assert (await track.recv()).pts == 37_800
