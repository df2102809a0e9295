# SPDX-License-Identifier: GPL-3.0-only
"""What the benches' cameras film: a talking head, and a hard clip.
Drawn here; with the time written into each picture.

The time lies in the top rows as light and dark fields:
two marks, 20 bits of milliseconds, 4 bits of check. It survives every codec at every size, so
whoever shows a picture knows when it was filmed (both ends have the same clock here).
"""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from session.media.devices.person import SyntheticPerson

Luma = npt.NDArray[np.uint8]

FIELDS, ACROSS, DOWN = 26, 40, 22
"""Fields of the code; so many would fit across, and so many of their height down the picture."""

MODULUS = 1 << 20
CLIPS = ("head", "hard")
COUNT = {720: 30, 1080: 20}
NOISE = 2.0
"""A camera's noise, standard deviation of 0..255: without it every codec looks better than it is.
"""


def write_time(luma: Luma, now_ms: float) -> None:
    """Writes a time into a picture's brightness, (height, width)."""
    height, width = luma.shape
    value = int(now_ms) % MODULUS
    check = 0
    for shift in range(0, 20, 4):
        check ^= value >> shift & 15
    bits = [
        1,
        0,
        *(value >> bit & 1 for bit in range(19, -1, -1)),
        *(check >> bit & 1 for bit in range(3, -1, -1)),
    ]
    for index, bit in enumerate(bits):
        luma[
            : height // DOWN + 1,
            round(index * width / ACROSS) : round((index + 1) * width / ACROSS),
        ] = 235 if bit else 16


def read_time(luma: Luma) -> int | None:
    """The time in a picture, milliseconds modulo `MODULUS`, or None when there is none."""
    height, width = luma.shape
    columns = [int((index + 0.5) * width / ACROSS) for index in range(FIELDS)]
    bits = [int(luma[height // (2 * DOWN), column] > 125) for column in columns]
    value = int("".join(map(str, bits[2:22])), 2)
    check = int("".join(map(str, bits[22:])), 2)
    for shift in range(0, 20, 4):
        check ^= value >> shift & 15
    return value if bits[:2] == [1, 0] and check == 0 else None


def age_ms(luma: Luma, now_ms: float) -> float | None:
    """How old a picture is now, or None when it tells no time."""
    filmed = read_time(luma)
    return None if filmed is None else float((int(now_ms) - filmed) % MODULUS)


@cache
def pictures(clip: str, height: int) -> tuple[npt.NDArray[np.uint8], ...]:
    """A second or so of `clip`, uint8 (height, width, 3), RGB; to be played to and fro."""
    width = height * 16 // 9
    draw = _head if clip == "head" else _hard
    noise = np.random.default_rng(7)
    made = []
    for index in range(COUNT.get(height, 30)):
        picture = draw(width, height, index).astype(np.int16)
        picture += noise.normal(0, NOISE, (height, width, 1)).astype(np.int16)
        made.append(np.clip(picture, 0, 255).astype(np.uint8))
    return tuple(made)


@cache
def _person(width: int, height: int) -> SyntheticPerson:
    return SyntheticPerson(width, height)


def _head(width: int, height: int, index: int) -> npt.NDArray[np.uint8]:
    return np.asarray(_person(width, height).draw(index / 25), np.uint8)


def _hard(width: int, height: int, index: int) -> npt.NDArray[np.uint8]:
    """Leaves in the wind: fine texture that moves at several speeds, and a cut to another scene
    every ten pictures.
    """
    scene, step = divmod(index, 10)
    texture = np.random.default_rng(100 + scene).integers(
        0, 255, (height // 8, width // 8, 3), np.uint8
    )
    fine = np.asarray(Image.fromarray(texture).resize((width, height), Image.Resampling.BICUBIC))
    upper, lower = np.roll(fine, 9 * step, axis=1), np.roll(fine, -15 * step, axis=1)
    half = height // 2
    return np.concatenate((upper[:half], lower[half:]))


def jpegs(clip: str, height: int) -> list[bytes]:
    """The same for a browser."""
    made = []
    for picture in pictures(clip, height):
        out = io.BytesIO()
        Image.fromarray(picture).save(out, "JPEG", quality=95)
        made.append(out.getvalue())
    return made


def to_and_fro(number: int, count: int) -> int:
    """Index of the picture to show as the `number`th: 0, 1, ... count-1, count-2, ... 1, 0, ..."""
    place = number % (2 * count - 2)
    return place if place < count else 2 * count - 2 - place
