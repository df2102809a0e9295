# SPDX-License-Identifier: GPL-3.0-only
"""AV1 in RTP packets: real pictures, the specification's own layouts, and nonsense."""

from __future__ import annotations

import contextlib
import itertools
import random

import av
import numpy as np
import pytest

from session.media.video import av1_payload
from session.media.video.picture_codecs import join_picture, make_decoder, vp8_payload
from session.media.video.picture_encoder import av1_encoder


def units(count: int, size: tuple[int, int] = (320, 180)) -> list[bytes]:
    encoder = av1_encoder(*size, 400_000)
    noise = np.random.default_rng(1)
    made = []
    for index in range(count):
        frame = av.VideoFrame.from_ndarray(
            noise.integers(0, 255, (size[1] * 3 // 2, size[0]), np.uint8), format="yuv420p"
        )
        frame.pts = index * 3600
        made.append(b"".join(bytes(packet) for packet in encoder.encode(frame)))
    return made


UNITS = units(6)


@pytest.mark.parametrize("room", [40, 200, 1150, 100_000])
def test_every_picture_survives_its_packets_whatever_their_size(room: int) -> None:
    decoder = make_decoder("av1")
    for index, unit in enumerate(UNITS):
        packets = av1_payload.packetize(unit, room)
        assert max(map(len, packets)) <= room
        data, key = join_picture("av1", packets)
        assert key == (index == 0)
        assert len(decoder.decode(av.Packet(data))) == 1


def test_the_aggregation_header_is_that_of_the_specification() -> None:
    packets = av1_payload.packetize(UNITS[0], 200)
    heads = [packet[0] for packet in packets]
    # N: only the first
    assert [bool(head & 0x08) for head in heads] == [True, *[False] * (len(heads) - 1)]
    for before, after in itertools.pairwise(heads):
        assert bool(before & 0x40) == bool(after & 0x80)  # Y is followed by Z
    assert not heads[0] & 0x80
    assert not heads[-1] & 0x40
    assert all(1 <= head >> 4 & 3 <= 3 for head in heads)


def test_temporal_delimiters_and_lengths_are_left_out() -> None:
    obus = av1_payload.split_unit(b"\x12\x00" + UNITS[0])
    assert [av1_payload.obu_type(obu) for obu in obus] == [1, 6]  # a sequence header and a frame
    assert not any(obu[0] & 0x02 for obu in obus)


def test_elements_with_a_length_each_are_understood() -> None:
    obus = av1_payload.split_unit(UNITS[0])
    payload = b"\x08" + b"".join(av1_payload.leb128(len(obu)) + obu for obu in obus)  # W = 0
    assert av1_payload.join([payload]) == av1_payload.join(av1_payload.packetize(UNITS[0]))


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 16_384, (1 << 28) - 1])
def test_numbers_are_written_as_they_are_read(value: int) -> None:
    assert av1_payload.read_leb128(av1_payload.leb128(value) + b"rest", 0)[0] == value


@pytest.mark.parametrize(
    "packets",
    [
        [b""],
        [b"\x10"],
        [b"\x90abc"],
        [b"\x50abc"],
        [b"\x20\x7fab"],
        [b"\x00\xff\xff"],
        [b"\x10\x80ab"],
    ],
)
def test_what_does_not_fit_together_is_refused(packets: list[bytes]) -> None:
    with pytest.raises(ValueError, match=r"."):
        av1_payload.join(packets)


def test_nonsense_neither_crashes_nor_hangs() -> None:
    dice = random.Random(7)
    real = [packet for unit in UNITS for packet in av1_payload.packetize(unit, 300)]
    understood = 0
    for _round in range(20_000):
        packet = bytearray(dice.choice(real))
        for _change in range(dice.randrange(1, 6)):
            packet[dice.randrange(len(packet))] = dice.randrange(256)
        parts = [bytes(packet[: dice.randrange(len(packet) + 1)]), dice.choice(real)]
        for reader in (av1_payload.join, lambda given: av1_payload.split_unit(given[0])):
            try:
                reader(parts)
                understood += 1
            except ValueError:
                pass
        with contextlib.suppress(ValueError):
            vp8_payload(parts[0])
    assert understood > 0


def test_a_decoder_survives_damaged_pictures() -> None:
    dice, decoder, good = random.Random(3), make_decoder("av1"), 0
    for _round in range(300):
        data = bytearray(av1_payload.join(av1_payload.packetize(dice.choice(UNITS))))
        for _change in range(4):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            good += len(decoder.decode(av.Packet(bytes(data))))
        except (av.FFmpegError, ValueError):
            decoder = make_decoder("av1")
    assert good >= 0
    assert (
        len(
            make_decoder("av1").decode(av.Packet(av1_payload.join(av1_payload.packetize(UNITS[0]))))
        )
        == 1
    )
