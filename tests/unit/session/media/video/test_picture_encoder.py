# SPDX-License-Identifier: GPL-3.0-only
"""Our picture between the bounds of a narrow line: real AV1 and VP8."""

from __future__ import annotations

import fractions
import os
from functools import cache
from typing import Any, cast

import av
import numpy as np
import pytest
from PIL import Image

from session.media.audio.voice_encoder import VoiceEncoder
from session.media.devices.person import SyntheticPerson
from session.media.engine import PictureLimits
from session.media.video.picture_codecs import PICTURE_CODECS, join_picture, make_decoder
from session.media.video.picture_encoder import PictureEncoder, av1_encoder
from session.media.video.send_rate import SendRate
from tests.support.matrix import thinned

FPS = 25


@cache
def person_at(count: int) -> Image.Image:
    """Return a picture of the person who moves; the hundredth is followed by the first."""
    return person_at(count % 100) if count >= 100 else person().draw(count / FPS)


@cache
def person() -> SyntheticPerson:
    return SyntheticPerson(640, 360)


class Filmed:
    """An encoder with the clock that its pictures keep."""

    def __init__(self, codec: str, start_bps: int = 300_000, *, max_bps: int = 2_000_000) -> None:
        self.now_s = 100.0
        self.encoder = PictureEncoder(SendRate(start_bps, max_bps), codec, clock=lambda: self.now_s)
        self.decoder = make_decoder(codec)
        self.codec = codec
        self.count = 0

    def next(
        self, size: tuple[int, int] = (640, 360), *, whole: bool = False, noise: bool = False
    ) -> list[bytes]:
        picture = np.asarray(person_at(self.count).resize(size))
        if noise:
            picture = np.random.default_rng(self.count).integers(0, 255, picture.shape, np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = self.count * 90_000 // FPS, fractions.Fraction(1, 90_000)
        payloads, at = self.encoder.encode(frame, whole)
        assert at == frame.pts
        self.now_s += 1 / FPS
        self.count += 1
        return payloads

    def bytes_of(self, pictures: int) -> int:
        return sum(len(payload) for _number in range(pictures) for payload in self.next())

    def decoded(self, payloads: list[bytes]) -> av.VideoFrame:
        data, _key = join_picture(self.codec, payloads)
        return self.decoder.decode(av.Packet(data))[0]

    def is_key(self, payloads: list[bytes]) -> bool:
        return join_picture(self.codec, payloads)[1]


@pytest.fixture(params=PICTURE_CODECS)
def codec(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_picture_comes_out_as_it_went_in(codec: str) -> None:
    filmed = Filmed(codec, start_bps=1_500_000)
    for _number in range(10):
        payloads = filmed.next()
        assert max(map(len, payloads)) <= 1200
        out = filmed.decoded(payloads)
    sent = np.asarray(person_at(9).convert("L")).astype(int)
    shown = out.to_ndarray(format="gray").astype(int)
    assert out.width == 640
    assert abs(np.corrcoef(sent.ravel(), shown.ravel())[0, 1]) > 0.99


@pytest.mark.parametrize("kbps", [120, 300])
def test_the_rate_stays_under_the_estimate(codec: str, kbps: int) -> None:
    filmed = Filmed(codec, start_bps=kbps * 1000)
    filmed.bytes_of(50)
    assert filmed.bytes_of(100) * 8 * FPS / 100 < kbps * 1000


def test_what_cannot_be_coded_small_enough_is_left_out_instead_of_piling_up(codec: str) -> None:
    filmed = Filmed(codec, start_bps=150_000)
    total = sum(
        len(payload) for _number in range(50) for payload in filmed.next((1280, 720), noise=True)
    )
    # AV1 can code noise as small as is asked
    assert (filmed.encoder.counts["left_out"] > 10) == (codec == "vp8")
    assert total * 8 / 2 < 150_000 * 1.6


@pytest.mark.parametrize("codec", thinned(PICTURE_CODECS, kept=["av1"]))
def test_a_poor_line_gets_smaller_pictures_at_once_and_larger_ones_after_a_while(
    codec: str,
) -> None:
    filmed = Filmed(codec, start_bps=1_500_000)
    assert filmed.decoded(filmed.next((1280, 720))).height == 720
    filmed.encoder.target_bitrate = 90_000
    for _number in range(25):
        filmed.next((1280, 720))
    assert filmed.encoder.size[1] <= 360
    filmed.encoder.target_bitrate = 1_500_000
    for _number in range(50):
        filmed.next((1280, 720))
    assert filmed.encoder.size[1] <= 360
    for _number in range(100):
        filmed.next((1280, 720))
    assert filmed.encoder.size == (1280, 720)


def test_small_changes_of_the_estimate_do_not_cost_a_key_frame(codec: str) -> None:
    filmed = Filmed(codec, start_bps=300_000)
    filmed.bytes_of(40)
    for bps in (280_000, 320_000, 260_000, 390_000):
        filmed.encoder.target_bitrate = bps
        filmed.bytes_of(3)
    assert filmed.encoder.counts["made"] == 1
    filmed.encoder.target_bitrate = 210_000
    filmed.bytes_of(2)
    assert filmed.encoder.counts["made"] == 2


def test_a_key_frame_is_made_when_asked_for_but_not_more_than_two_a_second(codec: str) -> None:
    filmed = Filmed(codec, start_bps=900_000)
    keys = [
        filmed.is_key(payloads) for _number in range(100) if (payloads := filmed.next(whole=True))
    ]
    assert keys[0]
    assert 5 <= sum(keys) <= 9


def test_after_a_busy_second_pictures_come_as_often_as_before(codec: str) -> None:
    """An encoder that is told of the pauses spends all their bits on one picture, which makes the
    next pause.
    """
    grain = np.random.default_rng(3).normal(0, 6, (8, 360, 640, 3))
    now_s = 100.0
    encoder = PictureEncoder(SendRate(320_000, 320_000), codec, clock=lambda: now_s)
    sent: list[bool] = []
    for count in range(150):
        picture = np.asarray(person_at(count).resize((640, 360))) + grain[count % 8]
        frame = av.VideoFrame.from_ndarray(picture.clip(0, 255).astype(np.uint8), format="rgb24")
        frame = frame.reformat(format="yuv420p")
        frame.pts, frame.time_base = count * 90_000 // FPS, fractions.Fraction(1, 90_000)
        is_busy = 10 <= count < 40 and count % 3
        sent.append(bool(encoder.encode(frame)[0]) if not is_busy else False)
        now_s += 1 / FPS
    assert sum(sent[-50:]) >= 40


def test_after_a_pause_the_first_picture_is_whole(codec: str) -> None:
    filmed = Filmed(codec, start_bps=300_000)
    filmed.bytes_of(20)
    filmed.encoder.paused = True
    assert filmed.bytes_of(20) == 0
    filmed.encoder.paused = False
    payloads = filmed.next()
    assert payloads
    assert filmed.is_key(payloads)


def test_the_governors_limits_hold_whatever_the_estimate(codec: str) -> None:
    filmed = Filmed(codec, start_bps=900_000)
    filmed.encoder.target_bitrate = 1_500_000
    filmed.encoder.limit(PictureLimits(height_px=180))
    filmed.bytes_of(5)
    assert filmed.encoder.size[1] == 180
    assert filmed.encoder.rate.estimate_kbps == 1500


def test_a_still_photo_is_sharp_enough_to_know_a_face(codec: str) -> None:
    """One picture in four seconds gets the bits of the four seconds, not those of a 25th."""
    filmed = Filmed(codec, start_bps=50_000)
    filmed.encoder.limit(PictureLimits(kbps=24, height_px=270, fps=0.25))
    sizes = []
    for _photo in range(8):
        payloads = filmed.next()
        sizes.append(sum(map(len, payloads)))
        out = filmed.decoded(payloads)
        filmed.now_s += 3.96
        filmed.count += 99
    sent = np.asarray(person_at(filmed.count).resize((out.width, out.height)).convert("L")).astype(
        int
    )
    shown = out.to_ndarray(format="gray").astype(int)
    assert np.corrcoef(sent.ravel(), shown.ravel())[0, 1] > 0.99
    assert sum(sizes[1:]) * 8 / (4 * len(sizes[1:])) < 60_000


def test_the_encoder_takes_nothing_that_is_already_coded() -> None:
    for encoder in (VoiceEncoder(), PictureEncoder(SendRate(300_000, 300_000))):
        with pytest.raises(NotImplementedError):
            encoder.pack(cast(Any, None))


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="scheduling classes are of Linux")
def test_an_encoder_leaves_its_thread_in_turn_with_all_others() -> None:
    before = os.sched_getscheduler(0)
    av1_encoder(320, 180, 100_000)
    assert os.sched_getscheduler(0) == before == os.SCHED_OTHER
