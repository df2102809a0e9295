# SPDX-License-Identifier: GPL-3.0-only
"""One microphone, loudspeaker and camera for two calls:
nobody gets half of it, and the last one switches it off.
"""

from __future__ import annotations

import av
import numpy as np

from session.media.audio.sound import BLOCK, Pcm
from session.media.devices.shared_devices import (
    SharedCamera,
    SharedMicrophone,
    SharedSpeaker,
    mixed,
)
from session.media.devices.sources import NoCamera, dark_frame


def block(value: int) -> Pcm:
    return np.full(BLOCK, value, np.int16)


class Counting:
    """A microphone whose blocks are numbered, and a loudspeaker that remembers."""

    simulated = False
    there = True

    def __init__(self) -> None:
        self.count = 0
        self.written: list[int] = []
        self.closed = 0

    def read(self) -> Pcm:
        self.count += 1
        return block(self.count)

    def write(self, heard: Pcm) -> None:
        self.written.append(int(heard[0]))

    def close(self) -> None:
        self.closed += 1


def test_both_calls_send_every_block_of_the_microphone() -> None:
    source = Counting()
    shared = SharedMicrophone(source)
    first, second = shared.tap(), shared.tap()
    first.read()
    second.read()
    pairs = [(int(first.read()[0]), int(second.read()[0])) for _round in range(4)]
    assert [one for one, _ in pairs] == list(range(pairs[0][0], pairs[0][0] + 4))
    assert [other for _, other in pairs] == list(range(pairs[0][1], pairs[0][1] + 4))
    first.close()
    assert source.closed == 0
    second.close()
    assert source.closed == 1


def test_what_two_calls_bring_is_heard_together_and_one_alone_is_not_held_back() -> None:
    sink = Counting()
    shared = SharedSpeaker(sink)
    first, second = shared.input(), shared.input()
    first.write(block(100))
    assert sink.written == [100]
    second.write(block(30))  # the first one wrote a moment ago: its next block is waited for
    assert sink.written == [100]
    first.write(block(200))
    assert sink.written == [100, 230]


def test_a_loud_mix_is_cut_off_not_turned_over() -> None:
    assert mixed([block(30_000), block(30_000)])[0] == 32_767
    assert mixed([block(-30_000), block(-30_000)])[0] == -32_768


def test_each_call_has_a_picture_of_its_own_to_write_its_time_on() -> None:
    class Still:
        simulated = False
        there = True

        def __init__(self) -> None:
            self.frame = dark_frame(64, 36)

        def read(self) -> av.VideoFrame:
            return self.frame

        def close(self) -> None:
            pass

    shared = SharedCamera(Still())
    one, other = shared.view().read(), shared.view().read()
    assert shared.view().there
    shared.swap(NoCamera())
    assert not shared.view().there
    assert one is not other
    assert np.array_equal(one.to_ndarray(), other.to_ndarray())
