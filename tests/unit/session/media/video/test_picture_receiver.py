# SPDX-License-Identifier: GPL-3.0-only
"""From packets to pictures on a screen: real AV1, a decoder's thread, a voice to wait for."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable

import av
import numpy as np
import pytest

from session.media.frames import VideoFrame
from session.media.video import av1_payload, picture_receiver
from session.media.video.picture_assembler import PicturePacket
from session.media.video.picture_codecs import make_decoder
from session.media.video.picture_encoder import av1_encoder
from session.media.video.picture_receiver import MAX_CODED, PictureReceiver
from tests.support.waiting import until

SIZE = (320, 180)


def packets() -> list[tuple[int, bool, bytes]]:
    """(RTP time, marker, payload) of thirty pictures, each a little brighter."""
    encoder, made = av1_encoder(*SIZE, 400_000), []
    for index in range(30):
        planes = np.full((SIZE[1] * 3 // 2, SIZE[0]), 128, np.uint8)
        planes[: SIZE[1]] = 30 + 6 * index
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = index * 3600
        unit = b"".join(bytes(packet) for packet in encoder.encode(frame))
        payloads = av1_payload.packetize(unit)
        made += [
            (index * 3600, number == len(payloads) - 1, payload)
            for number, payload in enumerate(payloads)
        ]
    return made


PACKETS = packets()


class Sender:
    """Hears what is asked."""

    def __init__(self) -> None:
        self.missing: list[int] = []
        self.key_frames_asked = 0

    async def request_packets(self, sequence_numbers: list[int]) -> None:
        self.missing += sequence_numbers

    async def request_key_frame(self) -> None:
        self.key_frames_asked += 1


class Screen:
    def __init__(self) -> None:
        self.shown: list[tuple[float, int, VideoFrame, str]] = []
        self.late = 0

    def show(self, frame: av.VideoFrame, preview: VideoFrame, codec: str) -> None:
        brightness = int(frame.to_ndarray(format="gray")[90, 160])
        self.shown.append((time.monotonic(), brightness, preview, codec))

    def overtake(self) -> None:
        self.late += 1


class Pair:
    def __init__(self, wait_s: Callable[[int], float]) -> None:
        self.sender, self.screen = Sender(), Screen()
        self.receiver = PictureReceiver(
            self.sender, wait_s, on_picture=self.screen.show, on_late=self.screen.overtake
        )

    async def bring(self, first: int = 0, last: int = len(PACKETS), every_s: float = 0.0) -> None:
        for number, (timestamp, marker, payload) in enumerate(PACKETS[first:last], first):
            await self.receiver.add(PicturePacket(number, timestamp, marker, payload, "av1"))
            await asyncio.sleep(every_s)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    made = Pair(lambda timestamp: 0.0)
    yield made
    made.receiver.close()


async def test_pictures_come_in_order_and_ready_for_the_screen(pair: Pair) -> None:
    await pair.bring(every_s=0.01)
    await until(lambda: pair.screen.shown and pair.screen.shown[-1][1] > 190)
    bright = [brightness for _at, brightness, _shown, _codec in pair.screen.shown]
    assert bright == sorted(bright)
    assert len(bright) + pair.screen.late == 30
    last = pair.screen.shown[-1]
    assert (last[2].width_px, last[2].height_px, last[3]) == (320, 180, "av1")
    numbers = [shown.number for _at, _brightness, shown, _codec in pair.screen.shown]
    assert numbers == sorted(set(numbers))


async def test_a_picture_waits_as_long_as_its_voice_needs() -> None:
    pair = Pair(lambda timestamp: 0.2)
    begun_s = time.monotonic()
    await pair.bring(0, 3)
    await until(lambda: pair.screen.shown)
    assert pair.screen.shown[0][0] - begun_s >= 0.19
    pair.receiver.close()


async def test_more_than_can_wait_is_passed_over_and_counted() -> None:
    pair = Pair(lambda timestamp: 0.3)
    await pair.bring()
    await until(lambda: pair.screen.shown)
    await until(lambda: len(pair.screen.shown) + pair.screen.late == 30)
    assert pair.screen.late >= 15
    pair.receiver.close()


async def test_a_decoder_that_cannot_follow_begins_again_with_a_whole_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hold = threading.Event()

    def slow(codec: str) -> object:
        hold.wait(5)
        return make_decoder(codec)

    monkeypatch.setattr(picture_receiver, "make_decoder", slow)
    pair = Pair(lambda timestamp: 0.0)
    for turn in range(2):  # the same thirty again, as the next ones
        for number, (timestamp, marker, payload) in enumerate(PACKETS):
            at = turn * len(PACKETS) + number
            await pair.receiver.add(
                PicturePacket(at, turn * 108_000 + timestamp, marker, payload, "av1")
            )
    assert pair.receiver._coded.qsize() <= MAX_CODED
    await pair.receiver.add(PicturePacket(2 * len(PACKETS), 999_999, True, PACKETS[-1][2], "av1"))
    assert pair.sender.key_frames_asked >= 1
    hold.set()
    pair.receiver.close()


def decoders() -> int:
    """Return how many threads decode pictures."""
    return sum(thread.name == "pictures" for thread in threading.enumerate())


async def test_once_closed_nothing_is_shown_and_its_thread_ends(pair: Pair) -> None:
    await pair.bring(0, 3)
    await until(lambda: pair.screen.shown)
    before = decoders() - 1
    count = len(pair.screen.shown)
    pair.receiver.close()
    await pair.bring(3)
    await until(lambda: decoders() == before)
    assert len(pair.screen.shown) == count
