# SPDX-License-Identifier: GPL-3.0-only
"""Pictures over a line that loses, repeats and reorders packets;
pure, with the test's own clock.
"""

from __future__ import annotations

import random
import tracemalloc

import pytest

from session.media.video.picture_assembler import (
    GIVE_UP_S,
    MAX_ASKED,
    MAX_HELD,
    AssemblyStep,
    PictureAssembler,
    PicturePacket,
)

START = 0xFFFF - 20  # numbers wrap at 16 bits in each test
PARTS = 4


def part(picture: int, index: int) -> bytes:
    """VP8: a descriptor, and a first byte whose lowest bit is 0 in a key frame."""
    head = b"\x10" if index == 0 else b"\x00"
    if index == 0:
        head += bytes((0 if picture % 50 == 0 else 1,))
    return head + bytes((picture % 256, index))


class Line:
    """Feeds an assembler packet by packet."""

    def __init__(self) -> None:
        self.assembler = PictureAssembler()
        self.now_s = 10.0
        self.shown: list[int] = []
        self.missing: list[int] = []
        self.key_frames_asked = 0

    def took(self, step: AssemblyStep) -> None:
        self.shown += [picture.timestamp // 3600 for picture in step.pictures]
        self.missing += step.missing
        self.key_frames_asked += step.needs_key_frame

    def packet(self, picture: int, index: int) -> None:
        number = (START + picture * PARTS + index) & 0xFFFF
        self.bring(number, picture * 3600, index == PARTS - 1, part(picture, index))

    def bring(self, number: int, timestamp: int, marker: bool, payload: bytes) -> AssemblyStep:
        packet = PicturePacket(number, timestamp, marker, payload, "vp8")
        step = self.assembler.add(packet, self.now_s)
        self.took(step)
        return step

    def picture(self, picture: int, lost: tuple[int, ...] = ()) -> None:
        for index in range(PARTS):
            if index not in lost:
                self.packet(picture, index)
        self.pass_time(0.04)

    def pass_time(self, seconds: float) -> None:
        for _tick in range(round(seconds / 0.02)):
            self.now_s += 0.02
            self.took(self.assembler.tick(self.now_s))


@pytest.fixture
def line() -> Line:
    return Line()


def number(picture: int, index: int) -> int:
    return (START + picture * PARTS + index) & 0xFFFF


def test_on_a_full_line_a_packet_is_asked_for_again_only_when_its_repetition_had_the_time(
    line: Line,
) -> None:
    line.assembler.rtt_s, line.assembler.queue_s = 0.06, 0.3
    line.picture(0, lost=(1,))
    line.pass_time(0.3)
    assert line.missing == [number(0, 1)]
    line.pass_time(0.1)
    assert line.missing == [number(0, 1)] * 2


def test_a_picture_is_given_out_with_its_last_packet(line: Line) -> None:
    for index in range(PARTS - 1):
        line.packet(0, index)
    assert line.shown == []
    line.packet(0, PARTS - 1)
    assert line.shown == [0]


def test_all_pictures_of_a_good_line_come_in_order(line: Line) -> None:
    for picture in range(40):
        line.picture(picture)
    assert line.shown == list(range(40))
    assert (line.missing, line.key_frames_asked) == ([], 0) or line.key_frames_asked <= 1


def test_a_lost_packet_is_asked_for_again_until_it_comes(line: Line) -> None:
    line.picture(0)
    line.picture(1, lost=(1,))
    line.pass_time(0.2)
    assert line.missing.count(number(1, 1)) >= 2
    line.picture(2)
    assert line.shown == [0]
    line.packet(1, 1)
    assert line.shown == [0, 1, 2]
    line.pass_time(1.0)
    assert line.key_frames_asked <= 1


def test_after_a_while_it_gives_up_and_asks_for_a_whole_picture(line: Line) -> None:
    line.picture(0)
    line.picture(1, lost=(2,))
    line.pass_time(GIVE_UP_S + 0.1)
    assert line.key_frames_asked >= 1
    for picture in range(2, 60):
        line.picture(picture)
    assert line.shown == [0, *range(50, 60)]
    assert len(line.missing) <= MAX_ASKED


def test_it_does_not_ask_for_whole_pictures_more_than_three_times_a_second(line: Line) -> None:
    for picture in range(1, 26):
        line.picture(picture)  # none of them can be begun with
    assert line.shown == []
    assert 2 <= line.key_frames_asked <= 4


def test_it_asks_ever_less_often_while_no_whole_picture_comes_of_it(line: Line) -> None:
    for picture in range(1, 49):
        line.picture(picture)
    in_two_seconds = line.key_frames_asked
    for picture in range(51, 99):
        line.picture(picture)
    assert line.key_frames_asked - in_two_seconds <= 1
    line.pass_time(0.6)  # nothing comes: the questions may have been lost
    asked = line.key_frames_asked
    line.picture(103)
    line.pass_time(0.5)
    assert line.key_frames_asked >= asked + 2
    line.picture(150)  # a whole one
    assert line.shown[-1] == 150


def test_an_outage_is_not_asked_for_packet_by_packet(line: Line) -> None:
    for picture in range(5):
        line.picture(picture)
    before = len(line.missing)
    for picture in range(95, 105):
        line.picture(picture)
    assert len(line.missing) == before
    assert line.shown[-1] == 104
    assert 100 in line.shown


def test_reordered_and_repeated_packets_do_no_harm(line: Line) -> None:
    dice = random.Random(5)
    packets = [(picture, index) for picture in range(40) for index in range(PARTS)]
    for at in range(0, len(packets), 6):
        group = packets[at : at + 6] * 2
        dice.shuffle(group)
        for picture, index in group if at else packets[:6]:
            line.packet(picture, index)
    assert line.shown == list(range(40))


def test_padding_that_only_measures_the_line_is_skipped(line: Line) -> None:
    line.picture(0)
    line.bring(number(1, 0), 0, False, b"")
    line.bring(number(1, 1), 3600, True, part(1, 0))
    assert line.shown == [0, 1]


def test_a_damaged_picture_is_not_shown_and_a_whole_one_is_asked_for(line: Line) -> None:
    line.picture(0)
    line.bring(number(1, 0), 3600, True, b"\x80")
    line.pass_time(0.4)
    assert line.shown == [0]
    assert line.assembler.counts["damaged"] == 1
    assert line.key_frames_asked >= 1


def test_a_flood_does_not_grow_it(line: Line) -> None:
    dice = random.Random(2)
    line.picture(0)
    tracemalloc.start()
    for flood in range(60_000):
        payload = b"\x10" + bytes(900)
        packet = PicturePacket(
            dice.randrange(1 << 16), dice.randrange(1 << 32), False, payload, "vp8"
        )
        step = line.assembler.add(packet, line.now_s)
        if flood % 500 == 0:
            line.pass_time(0.02)
        assert len(step.missing) < 100
    grown = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(line.assembler._held) <= MAX_HELD
    assert grown < 6_000_000


def test_clocks_that_jump_do_not_stop_it(line: Line) -> None:
    line.picture(0)
    for jump_s in (-1000.0, 5000.0):
        line.now_s += jump_s
        for picture in range(50, 60):
            line.picture(picture)
    assert line.shown[-1] == 59
