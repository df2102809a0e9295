# SPDX-License-Identifier: GPL-3.0-only
"""Block capitals and signatures by an unsteady hand, for the invented papers of the simulated
scanner.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from PIL import ImageDraw

type Point = tuple[float, float]

# Strokes of each letter on a grid 4 wide and 6 high, y downwards:
# points "xy", strokes apart by a space.
_STROKES = {
    "A": "06202046 0434",
    "B": "0006 0020312203 0313344426 2606",
    "C": "41301001 0105 05163645",
    "D": "0006 002042 422606",
    "E": "400006 0333 0646",
    "F": "400006 0333",
    "G": "41301001 0105 05163645 454333",
    "H": "0006 4046 0343",
    "I": "2026",
    "J": "3035 35261605",
    "K": "0006 400346",
    "L": "000646",
    "M": "0600234046",
    "N": "06004640",
    "O": "20010516364531302010",
    "P": "0006 0030413303",
    "Q": "20010516364531302010 2547",
    "R": "0006 00304133032346",
    "S": "4130100112324445 45361605",
    "T": "0040 2026",
    "U": "0005 05163645 4540",
    "V": "002640",
    "W": "0016233640",
    "X": "0046 4006",
    "Y": "002340 2326",
    "Z": "00400646 1333",
    "0": "20010516364531302010",
    "1": "122026",
    "2": "0110304131050646",
    "3": "013041321333444536160",
    "4": "30043444 3236",
    "5": "400003324445361605",
    "6": "302103051636453403",
    "7": "004016 1333",
    "8": "20111223323120 23040526454423",
    "9": "434233130110304146",
    "-": "1333",
    ".": "2526",
    ",": "2517",
    "'": "2021",
    "/": "4006",
    "+": "0343 2125",
    "@": "3343 4332 32141445 4541301001051646",
}
_ACCENTS = {
    "\u0301": [[(1.7, -0.7), (2.7, -1.6)]],
    "\u0300": [[(2.4, -0.7), (1.4, -1.6)]],
    "\u0302": [[(1.2, -0.7), (2.0, -1.5), (2.8, -0.7)]],
    "\u0308": [[(1.2, -1.0), (1.3, -1.1)], [(2.7, -1.0), (2.8, -1.1)]],
    "\u0327": [[(2.0, 6.0), (2.3, 6.7), (1.6, 7.0)]],
}
_NARROW = {"I": 0.55, "1": 0.75, "'": 0.4, ".": 0.5, ",": 0.5, "-": 0.8}


class Hand:
    """One person's pen. `ink`: RGB; `size_px`: height of a capital; the generator makes each stroke
    differ.
    """

    def __init__(
        self, draw: ImageDraw.ImageDraw, random: np.random.Generator, *, ink: tuple[int, int, int]
    ) -> None:
        self._draw = draw
        self._random = random
        self._ink = ink

    def write(self, at: Point, text: str, size_px: float, pitch_px: float | None = None) -> float:
        """Writes capitals from the top left corner `at`; `pitch_px` for one letter per box.
        Returns the end's x.
        """
        x, y = at
        for letter in text.upper():
            parts = unicodedata.normalize("NFD", letter)
            base, accents = parts[0], list(parts[1:])
            unit = size_px / 6
            width = unit * 4 * 0.82 * _NARROW.get(base, 1.0)
            if base in _STROKES:
                letter_x = x + ((pitch_px - width) / 2 if pitch_px else 0)
                self._glyph((letter_x, y), base, accents, (width / 4, unit))
            x += pitch_px or (width + unit * 1.35 if base in _STROKES else unit * 2.6)
        return x

    def _glyph(
        self, at: Point, base: str, accents: Sequence[str], unit: tuple[float, float]
    ) -> None:
        random = self._random
        slant = random.normal(-0.06, 0.03)
        lift = random.normal(0, 0.25)
        grow = random.normal(1, 0.04)
        marks = [mark for accent in accents for mark in _ACCENTS.get(accent, [])]
        for stroke in [*map(_points, _STROKES[base].split()), *marks]:
            wobbly = [
                (px + random.normal(0, 0.10), py + random.normal(0, 0.10)) for px, py in stroke
            ]
            self.stroke(
                [
                    (
                        at[0] + (px + (3 - py) * -slant) * unit[0] * grow,
                        at[1] + (py * grow + lift) * unit[1],
                    )
                    for px, py in wobbly
                ],
                width_px=max(2.0, unit[1] * 0.62),
            )

    def stroke(self, points: Sequence[Point], width_px: float) -> None:
        """One movement of the pen through `points`, round, pressed a little unevenly."""
        path = _smooth(points)
        pressure = 1 + 0.12 * np.sin(np.linspace(0, 3, len(path)) + self._random.uniform(0, 6))
        for (x, y), press in zip(path, pressure, strict=True):
            radius = width_px * float(press) / 2
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=self._ink)

    def sign(self, at: Point, width_px: float, height_px: float) -> None:
        """A signature: a few loops that lean to the right, and a line under them."""
        x, y = at
        loops = 7
        points: list[Point] = [(x, y + height_px * 0.6)]
        for loop in range(loops):
            loop_x = x + width_px * 0.85 * loop / loops
            tall = height_px * (1.0 if loop in (0, 3) else self._random.uniform(0.25, 0.5))
            points += [
                (loop_x + width_px * 0.09, y + height_px * 0.75 - tall),
                (loop_x + width_px * 0.03, y + height_px * 0.72 - tall * 0.5),
                (loop_x + width_px * 0.07, y + height_px * 0.8),
            ]
        points.append((x + width_px, y + height_px * 0.45))
        self.stroke(points, width_px=5)
        flourish = [(x + width_px * 0.1, y + height_px), (x + width_px * 0.6, y + height_px * 0.9)]
        self.stroke([*flourish, (x + width_px * 1.05, y + height_px * 0.78)], width_px=4)


def _points(stroke: str) -> list[Point]:
    return [(float(stroke[i]), float(stroke[i + 1])) for i in range(0, len(stroke) - 1, 2)]


def _smooth(points: Sequence[Point]) -> list[Point]:
    """A Catmull-Rom curve through the points, about a point per pixel and a half."""
    if len(points) < 2:
        return list(points)
    ends = [points[0], *points, points[-1]]
    path: list[Point] = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        steps = max(2, int(np.hypot(c[0] - b[0], c[1] - b[1]) / 1.5))
        for t in np.linspace(0, 1, steps, endpoint=False):
            path.append(
                (_spline(t, (a[0], b[0], c[0], d[0])), _spline(t, (a[1], b[1], c[1], d[1])))
            )
    return [*path, points[-1]]


def _spline(t: float, points: tuple[float, float, float, float]) -> float:
    a, b, c, d = points
    tension = 0.35  # below one half: corners of capitals stay corners
    m1, m2 = tension * (c - a), tension * (d - b)
    return float(
        (2 * t**3 - 3 * t**2 + 1) * b
        + (t**3 - 2 * t**2 + t) * m1
        + (3 * t**2 - 2 * t**3) * c
        + (t**3 - t**2) * m2
    )
