# SPDX-License-Identifier: GPL-3.0-only
"""Sound as arrays."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from session.media.audio.sound import (
    BLOCK,
    LevelMeter,
    NullSink,
    Pcm,
    SampleQueue,
    SilentSource,
    ToneSource,
    rms,
    silence,
)


def numbered(start: int, count: int) -> Pcm:
    return np.arange(start, start + count, dtype=np.int16)


def test_full_scale_is_one_and_silence_is_nothing() -> None:
    assert rms(np.full(BLOCK, -32768, np.int16)) == pytest.approx(1.0)
    assert rms(silence()) == 0.0


def test_the_tone_is_quiet_and_goes_on_without_a_step() -> None:
    source = ToneSource(level=0.1)
    blocks = np.concatenate([source.read() for _ in range(20)]).astype(int)
    assert 0.01 < rms(blocks.astype(np.int16)) < 0.1
    assert int(np.abs(np.diff(blocks)).max()) < 200


def test_the_meter_forgets_what_is_older_than_a_fifth_of_a_second() -> None:
    meter = LevelMeter()
    assert meter.level == 0.0
    meter.add(np.full(BLOCK, 16384, np.int16))
    assert meter.level == pytest.approx(0.5)
    for _ in range(10):
        meter.add(silence())
    assert meter.level == 0.0


def test_the_silent_loudspeaker_still_measures() -> None:
    sink = NullSink()
    sink.write(ToneSource(level=0.5).read())
    assert sink.level > 0.1
    assert rms(SilentSource().read()) == 0.0


def test_samples_come_out_in_order_whatever_the_pieces() -> None:
    queue = SampleQueue()
    for start in (0, 100, 200):
        queue.put(numbered(start, 100))
    taken = np.concatenate([queue.take(70), queue.take(150), queue.take(500)])
    assert taken.tolist() == list(range(300))
    assert queue.held == 0
    assert queue.take(10).size == 0


def test_a_slow_device_makes_the_queue_drop_the_oldest() -> None:
    queue = SampleQueue(max_samples=250)
    for start in (0, 100, 200):
        queue.put(numbered(start, 100))
    assert queue.take(1)[0] == 100


def test_two_threads_lose_nothing() -> None:
    queue = SampleQueue(max_samples=10**6)

    def write() -> None:
        for number in range(20_000):
            queue.put(numbered(number, 1))

    writer = threading.Thread(target=write)
    writer.start()
    taken: list[int] = []
    while len(taken) < 20_000:
        taken += queue.take(37).tolist()
    writer.join()
    assert taken == list(range(20_000))
