# SPDX-License-Identifier: GPL-3.0-only
"""Rows and pictures a second of a picture with so many bits.
Pure; used by `governor` and by a third person's end.

A talking face gets smaller first, down to 180 rows, then it has fewer pictures: people read a face,
not its frames. Somebody who talks with the hands needs movement: fewer rows from the beginning,
never fewer than 12 pictures a second, no photos (ITU-T H-series Supplement 1 asks for 20 a second
for sign language, and for 12 at the very least).
"""

from __future__ import annotations

from session.media.engine import PictureLimits
from session.protocol.conversation.line import LineStep

FULL_KBPS = 2000
PHOTO_EVERY_S = 4.0
FACES = (LineStep.FULL, LineStep.SMALL, LineStep.FEW, LineStep.PHOTO)
"""The steps of a picture, the best first."""

FROM_KBPS = {LineStep.FULL: 200.0, LineStep.SMALL: 70.0, LineStep.FEW: 36.0}
"""The least part of the line for each step of a face; below all of them it is a photo."""

MOVING_ROWS = ((1800, 1080), (600, 720), (300, 540), (0, 360))
"""Rows of a picture of hands that talk: from so many kilobits a second on."""

HANDS_FROM_KBPS = {LineStep.FULL: 200.0, LineStep.SMALL: 70.0, LineStep.FEW: 0.0}


def from_kbps(motion: bool) -> dict[LineStep, float]:
    """The least rate of each step. `motion`: somebody talks with the hands, there are no photos."""
    if motion:
        return HANDS_FROM_KBPS
    return FROM_KBPS


def face_step(kbps: float, *, motion: bool = False) -> LineStep:
    """The best step that `kbps` are enough for."""
    return next(
        (step for step, least in from_kbps(motion).items() if kbps >= least), LineStep.PHOTO
    )


def picture_limits(step: LineStep, kbps: float, *, motion: bool = False) -> PictureLimits:
    """Rate, rows and pictures a second of a step. Slow pages do not change the picture."""
    rate = max(16, min(FULL_KBPS, round(kbps)))
    if motion:
        return _signing(step, rate)
    match step:
        case LineStep.FULL | LineStep.SLOW_PAGES:
            return PictureLimits(kbps=rate, height_px=1080 if rate >= 1200 else 720, fps=30.0)
        case LineStep.SMALL:
            return PictureLimits(
                kbps=rate, height_px=360 if rate >= 110 else 270, fps=25.0 if rate >= 110 else 15.0
            )
        case LineStep.FEW:
            return PictureLimits(kbps=rate, height_px=180, fps=8.0)
        case _:
            return PictureLimits(kbps=rate, height_px=270, fps=1 / PHOTO_EVERY_S)


def _signing(step: LineStep, rate: int) -> PictureLimits:
    match step:
        case LineStep.FULL | LineStep.SLOW_PAGES:
            height = next(rows for least, rows in MOVING_ROWS if rate >= least)
            return PictureLimits(kbps=rate, height_px=height, fps=30.0, motion=True)
        case LineStep.SMALL:
            return PictureLimits(
                kbps=rate, height_px=270 if rate >= 110 else 180, fps=25.0, motion=True
            )
        case _:
            return PictureLimits(kbps=rate, height_px=180, fps=12.0, motion=True)
