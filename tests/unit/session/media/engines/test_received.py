# SPDX-License-Identifier: GPL-3.0-only
"""What a call has brought."""

from __future__ import annotations

import zlib

import av
import numpy as np

from session.media.audio.sound import ToneSource
from session.media.engines.received import ReceivedMedia, luma_checksum
from session.media.frames import to_screen


def grey(value: int, width: int = 322, height: int = 180) -> av.VideoFrame:
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = value
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def test_the_checksum_is_that_of_the_brightness_without_padding() -> None:
    frame = grey(77)
    assert frame.planes[0].line_size > 322
    assert luma_checksum(frame) == f"{zlib.crc32(bytes([77]) * 322 * 180):08x}"


def test_counts_level_and_first_picture_are_those_of_this_call() -> None:
    received = ReceivedMedia()
    assert received.stats().first_frame_s is None
    received.add_picture(grey(10), to_screen(grey(10), 1))
    first_s = received.stats().first_frame_s
    received.pass_over()
    received.add_picture(grey(20), to_screen(grey(20), 2))
    received.count_voice_packet()
    received.meter.add(ToneSource(level=0.5).read())
    stats = received.stats()
    assert (stats.frames, stats.width_px, stats.height_px) == (3, 322, 180)
    assert stats.first_frame_s == first_s
    assert stats.checksum == luma_checksum(grey(20))
    assert (stats.packets, stats.audio_packets) == (1, 1)
    assert stats.audio_level > 0.1


def test_a_picture_for_the_screen_is_blue_green_red_and_keeps_its_shape() -> None:
    red = av.VideoFrame.from_ndarray(np.full((180, 320, 3), (200, 0, 0), np.uint8), format="rgb24")
    shown = to_screen(red, 5, width_px=160)
    assert (shown.width_px, shown.height_px, shown.number) == (160, 90, 5)
    assert shown.stride_bytes >= 640
    assert list(shown.pixels[:3]) == [0, 0, 200]
