# SPDX-License-Identifier: GPL-3.0-only
"""Our picture encoder between the bounds of a narrow line."""

from __future__ import annotations

import fractions
from typing import Any, cast

import av
import numpy as np
import pytest
from aiortc.codecs.vpx import Vp8Decoder, vp8_depayload
from aiortc.jitterbuffer import JitterFrame

from session.media.encoders import MIN_VIDEO_BPS, PictureEncoder
from session.media.engine import PictureLimits
from session.media.person import SyntheticPerson

FPS = 25
PERSON = SyntheticPerson(640, 360)
PICTURES = [PERSON.draw(i / FPS) for i in range(100)]


def frame(index: int, size: tuple[int, int] = (640, 360)) -> av.VideoFrame:
    picture = PICTURES[index % len(PICTURES)]
    made = av.VideoFrame.from_ndarray(np.asarray(picture.resize(size)), format="rgb24").reformat(format="yuv420p")
    made.pts, made.time_base = index * 90_000 // FPS, fractions.Fraction(1, 90_000)
    return made


def decoded(payloads: list[bytes], decoder: Vp8Decoder, index: int) -> av.VideoFrame:
    data = b"".join(vp8_depayload(payload) for payload in payloads)
    return cast(av.VideoFrame, decoder.decode(JitterFrame(data, index * 3600))[0])


def sent(encoder: PictureEncoder, count: int, start: int = 0) -> int:
    """Bytes of `count` pictures."""
    return sum(len(payload) for i in range(start, start + count) for payload in encoder.encode(frame(i))[0])


def test_a_picture_comes_out_as_it_went_in() -> None:
    encoder, decoder = PictureEncoder(start_bps=1_500_000), Vp8Decoder()
    for index in range(10):
        payloads, at = encoder.encode(frame(index))
        assert at == index * 3600
        assert max(map(len, payloads)) <= 1300
        out = decoded(payloads, decoder, index)
    difference = np.abs(out.to_ndarray(format="gray").astype(int) - frame(9).to_ndarray(format="gray").astype(int))
    assert out.width == 640
    assert difference.mean() < 4


@pytest.mark.parametrize("kbps", [120, 300])
def test_the_rate_stays_under_the_estimate(kbps: int) -> None:
    encoder = PictureEncoder(start_bps=kbps * 1000)
    sent(encoder, 50)
    assert sent(encoder, 100, start=50) * 8 * FPS / 100 < kbps * 1000


def test_the_other_ends_estimate_is_kept_between_our_bounds() -> None:
    encoder = PictureEncoder(max_bps=800_000)
    encoder.target_bitrate = 10
    assert encoder.target_bitrate == MIN_VIDEO_BPS
    encoder.target_bitrate = 9_000_000
    assert encoder.target_bitrate == 800_000


def test_a_poor_line_gets_smaller_pictures_at_once() -> None:
    encoder, decoder = PictureEncoder(start_bps=1_500_000), Vp8Decoder()
    assert decoded(encoder.encode(frame(0, (1280, 720)))[0], decoder, 0).height == 720
    encoder.target_bitrate = 130_000
    assert decoded(encoder.encode(frame(1, (1280, 720)))[0], decoder, 1).height == 360


def test_small_changes_of_the_estimate_do_not_cost_a_key_frame() -> None:
    encoder = PictureEncoder(start_bps=300_000)
    encoder.encode(frame(0))
    made = cast(Any, encoder)._codec
    for bps in (280_000, 320_000, 250_000, 400_000):
        encoder.target_bitrate = bps
        encoder.encode(frame(1))
    assert cast(Any, encoder)._codec is made
    encoder.target_bitrate = 200_000
    encoder.encode(frame(2))
    assert cast(Any, encoder)._codec is not made


def test_a_key_frame_is_made_when_asked_for() -> None:
    encoder = PictureEncoder()
    encoder.encode(frame(0))
    delta = vp8_depayload(encoder.encode(frame(1))[0][0])
    key = vp8_depayload(encoder.encode(frame(2), force_keyframe=True)[0][0])
    assert (delta[0] & 1, key[0] & 1) == (1, 0)  # RFC 6386, section 9.1


def test_the_governors_limits_hold_whatever_the_estimate() -> None:
    encoder = PictureEncoder(start_bps=900_000)
    unknown = encoder.estimate_kbps
    encoder.target_bitrate = 1_500_000
    encoder.limit(PictureLimits(kbps=80, height_px=180))
    assert unknown is None
    assert encoder.target_bitrate == 80_000
    assert encoder.estimate_kbps == 1500
    sent(encoder, 30)
    assert encoder.height_px == 180
    encoder.limit(PictureLimits(kbps=700))
    assert encoder.target_bitrate == 700_000


def test_a_still_photo_is_sharp_enough_to_know_a_face() -> None:
    """One picture in four seconds gets the bits of the four seconds, not those of a 25th."""
    encoder, decoder = PictureEncoder(start_bps=300_000), Vp8Decoder()
    encoder.limit(PictureLimits(kbps=24, height_px=270, fps=0.25))
    sizes, indexes = [], range(0, 800, 100)
    out = frame(0)
    for index in indexes:
        payloads, _ = encoder.encode(frame(index))
        sizes.append(sum(map(len, payloads)))
        out = decoded(payloads, decoder, index)
    same = frame(700).reformat(width=out.width, height=out.height).to_ndarray(format="gray").astype(int)
    assert np.abs(out.to_ndarray(format="gray").astype(int) - same).mean() < 5
    assert sum(sizes[1:]) * 8 / (4 * len(sizes[1:])) < 30_000
