# SPDX-License-Identifier: GPL-3.0-only
"""Voice over a line that loses, delays and reorders packets: real Opus from our own encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import av
import pytest

from session.media.audio.sound import BLOCK, BLOCK_S, RATE_HZ, Pcm, ToneSource, rms
from session.media.audio.voice_encoder import VOICE_BPS, VoiceEncoder
from session.media.audio.voice_playout import MAX_BUFFER_S, VoicePlayout
from session.media.engines.opus import OpusDecoder
from tests.support.object_graph import most_kept

START = 0xFFFFFFFF - 40 * BLOCK  # the time wraps at 32 bits during each test


def spoken(blocks: int) -> list[bytes]:
    encoder, source = VoiceEncoder(), ToneSource(level=0.4)
    packets: list[bytes] = []
    for index in range(blocks):
        frame = av.AudioFrame.from_ndarray(
            source.read().reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts = RATE_HZ, index * BLOCK
        packets += encoder.encode(frame)[0]
    return packets


PACKETS = spoken(200)


@pytest.fixture
def playout() -> Iterator[VoicePlayout]:
    made = VoicePlayout(OpusDecoder())
    yield made
    made.close()


def playing(
    playout: VoicePlayout, arrives: Callable[[int], float | None], blocks: int = 180
) -> list[Pcm]:
    """Plays `blocks` blocks; packet i arrives `arrives(i)` blocks after the first, None never."""
    events = [(at, index) for index in range(len(PACKETS)) if (at := arrives(index)) is not None]
    events.sort()
    sound: list[Pcm] = []
    for beat in range(blocks):
        while events and events[0][0] <= beat:
            at, index = events.pop(0)
            playout.put((START + index * BLOCK) & 0xFFFFFFFF, PACKETS[index], at * BLOCK_S)
        sound.append(playout.pull())
    return sound


def silent_blocks(sound: list[Pcm]) -> int:
    first = next(i for i, block in enumerate(sound) if rms(block) > 0.01)
    return sum(rms(block) < 0.01 for block in sound[first:])


def test_our_voice_is_small() -> None:
    assert len(PACKETS) >= 198
    assert sum(map(len, PACKETS)) * 8 / (len(PACKETS) * BLOCK_S) < VOICE_BPS * 1.2


def test_on_a_good_line_every_packet_is_played(playout: VoicePlayout) -> None:
    sound = playing(playout, float)
    assert silent_blocks(sound) == 0
    assert set(playout.counts) == {"played"}
    assert playout.buffered_s <= 0.08


def test_what_is_heard_has_the_time_of_its_packet(playout: VoicePlayout) -> None:
    playing(playout, float, blocks=100)
    assert playout.playing is not None
    behind = ((START + 99 * BLOCK) - playout.playing) & 0xFFFFFFFF
    assert 0 <= behind <= 6 * BLOCK


def test_a_lost_packet_is_recovered_from_the_next_and_leaves_no_hole(playout: VoicePlayout) -> None:
    sound = playing(playout, lambda i: None if i % 20 == 7 else float(i))
    assert silent_blocks(sound) == 0
    assert playout.counts["recovered"] >= 7
    assert playout.buffered_s < 0.12


def test_a_burst_of_losses_is_bridged(playout: VoicePlayout) -> None:
    sound = playing(playout, lambda i: None if 60 <= i < 64 else float(i))
    assert silent_blocks(sound) <= 2
    assert playout.counts["concealed"] + playout.counts["expanded"] >= 2
    assert playout.counts["recovered"] >= 1
    assert playout.counts["played"] > 160


def test_the_buffer_grows_with_jitter_and_is_bounded(playout: VoicePlayout) -> None:
    def late(i: int) -> float:
        return i + (3.0 if i % 5 == 0 else 0.0)

    playing(playout, late)
    assert 0.06 <= playout.buffered_s <= MAX_BUFFER_S
    assert playout.counts["played"] > 140


def test_packets_in_the_wrong_order_are_put_right(playout: VoicePlayout) -> None:
    sound = playing(playout, lambda i: i + (1.5 if i % 2 else 0.0))
    assert silent_blocks(sound) <= 1
    assert playout.counts["late"] <= 3


def test_after_an_outage_the_voice_is_back_without_delay(playout: VoicePlayout) -> None:
    sound = playing(playout, lambda i: None if 40 <= i < 120 else float(i))
    assert rms(sound[100]) == 0.0
    assert min(rms(block) for block in sound[130:]) > 0.01
    assert playout.buffered_s < 0.12


@pytest.mark.parametrize("back", [46.0, 47.0, 51.0, 53.0])
@pytest.mark.parametrize("lost", [11, 16, 30])
def test_after_a_hole_a_heap_of_packets_at_once_does_not_stop_the_voice(
    playout: VoicePlayout, lost: int, back: float
) -> None:
    """While blocks are left out, the stream may be found to have stopped."""
    sound = playing(
        playout,
        lambda i: None if 40 <= i < 40 + lost else min(float(i), max(back, i - 60.0)),
        blocks=130,
    )
    assert min(rms(block) for block in sound[70:]) > 0.01


def test_packets_that_nobody_plays_do_not_pile_up(playout: VoicePlayout) -> None:
    for index in range(5000):
        playout.put((START + index * BLOCK) & 0xFFFFFFFF, PACKETS[index % 200], index * BLOCK_S)
    assert most_kept(playout) <= 100
