# SPDX-License-Identifier: GPL-3.0-only
"""Figures from the pictures that were shown. Used by `cases`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from session.media.engines.received import FreezeCount

LONG_FREEZE_MS = 300.0

Shown = tuple[float, int, int, float | None]
"""Wall clock in ms, width, height, age in ms or None."""


@dataclass(frozen=True)
class Window:
    """Some seconds of pictures. `freezes` as webrtc-stats counts; `long_freezes` over 300 ms; ages
    in ms.
    """

    seconds: float
    fps: float
    height: int
    freezes: int
    long_freezes: int
    longest_ms: float
    age_p50: float | None
    age_p95: float | None


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that `share` (0..1) of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


def window(shown: Sequence[Shown], begin_ms: float, end_ms: float) -> Window:
    """What was shown from `begin_ms` to `end_ms`."""
    inside = [picture for picture in shown if begin_ms <= picture[0] < end_ms]
    times = [picture[0] for picture in inside]
    pauses = [b - a for a, b in zip([begin_ms, *times], [*times, end_ms], strict=True)]
    freezes = FreezeCount()
    for time_ms in times:
        freezes.add(time_ms / 1000)
    heights = Counter(picture[2] for picture in inside)
    ages = [picture[3] for picture in inside if picture[3] is not None and picture[3] < 60_000]
    return Window(
        seconds=(end_ms - begin_ms) / 1000,
        fps=len(inside) / max(0.001, (end_ms - begin_ms) / 1000),
        height=heights.most_common(1)[0][0] if heights else 0,
        freezes=freezes.count,
        long_freezes=sum(pause > LONG_FREEZE_MS for pause in pauses),
        longest_ms=max(pauses),
        age_p50=percentile(ages, 0.5),
        age_p95=percentile(ages, 0.95),
    )


def first_after(
    shown: Sequence[Shown], begin_ms: float, *, filmed_after: bool = False, height: int = 0
) -> float | None:
    """Seconds from `begin_ms` to the first picture (of at least this height;
    that was also filmed afterwards).
    """
    for time_ms, _width, picture_height, age in shown:
        fresh = not filmed_after or (age is not None and time_ms - age >= begin_ms)
        if time_ms >= begin_ms and picture_height >= height and fresh:
            return (time_ms - begin_ms) / 1000
    return None


def steady_after(shown: Sequence[Shown], begin_ms: float, usual_age_ms: float) -> float | None:
    """Seconds from `begin_ms` until a second of pictures flows again, none older than usual by more
    than 150 ms.
    """
    later = [picture for picture in shown if picture[0] >= begin_ms]
    for index, (time_ms, *_rest) in enumerate(later):
        second = [picture for picture in later[index:] if picture[0] < time_ms + 1000]
        aged = [
            picture
            for picture in second
            if picture[3] is not None and picture[3] > usual_age_ms + 150
        ]
        if len(second) >= 12 and len(aged) <= len(second) // 20 and later[-1][0] >= time_ms + 1000:
            return (time_ms - begin_ms) / 1000
    return None
