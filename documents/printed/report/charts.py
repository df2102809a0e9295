# SPDX-License-Identifier: GPL-3.0-only
"""Charts drawn with the pen of our sheets: columns over time, shares as bars.
Used by the activity report.
"""

# mypy: disable-error-code="no-untyped-call"
# reportlab has no types; beside `documents.printed.sheet` this is the only module that calls it.

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportlab.lib.colors import Color
from reportlab.lib.units import mm

from documents.printed.sheet import ACCENT, BODY, INK, RULE, SOFT, PrintedSheet

_LABEL_PT = 7.0
_AXIS = 11 * mm
"""Room for the numbers at the left of a chart."""


@dataclass(frozen=True, slots=True)
class ChartColumn:
    """One column: parts from the bottom up; its label stands below, "" for none."""

    label: str
    parts: tuple[float, ...]


def steps(highest: float, target_count: int = 4) -> list[float]:
    """Round numbers from 0 to at least `highest`, about `target_count` of them."""
    if highest <= 0:
        return [0.0, 1.0]
    raw, size = highest / target_count, 1.0
    while size * 10 <= raw:
        size *= 10
    while size > raw:
        size /= 10
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw)
    count = 1
    while step * count < highest:
        count += 1
    return [step * place for place in range(count + 1)]


def whole_steps(highest: float) -> list[float]:
    """No half callers."""
    axis = steps(highest)
    if all(value == int(value) for value in axis):
        return axis
    return [float(value) for value in range(int(highest) + 2)]


def columns(
    sheet: PrintedSheet,
    chart_columns: Sequence[ChartColumn],
    colours: Sequence[Color],
    *,
    height: float,
    x: float,
    width: float,
    axis: Sequence[float],
    words: Callable[[float], str],
) -> None:
    """Columns hanging from `y`, with rules at the values of `axis`; `y` moves below the labels."""
    canvas, top = sheet.canvas, axis[-1]
    base = sheet.y - height
    canvas.setFont(BODY, _LABEL_PT)
    for value in axis:
        level = base + height * value / top
        canvas.setStrokeColor(SOFT if value == 0 else RULE)
        canvas.setLineWidth(0.6 if value == 0 else 0.3)
        canvas.line(x + _AXIS, level, x + width, level)
        canvas.setFillColor(SOFT)
        canvas.drawRightString(x + _AXIS - 1.5 * mm, level - 2.3, words(value))
    pitch = (width - _AXIS) / max(1, len(chart_columns))
    thick = min(pitch * 0.72, 9 * mm)
    for place, column in enumerate(chart_columns):
        left_x = x + _AXIS + place * pitch + (pitch - thick) / 2
        _stack(
            sheet, column.parts, colours, left_x=left_x, base=base, thick=thick, scale=height / top
        )
        canvas.setFillColor(SOFT)
        canvas.drawCentredString(left_x + thick / 2, base - 9, column.label)
    sheet.y = base - 14


def _stack(
    sheet: PrintedSheet,
    parts: Sequence[float],
    colours: Sequence[Color],
    *,
    left_x: float,
    base: float,
    thick: float,
    scale: float,
) -> None:
    level = base
    for part, colour in zip(parts, colours, strict=False):
        if part > 0:
            sheet.canvas.setFillColor(colour)
            sheet.canvas.rect(left_x, level, thick, part * scale, stroke=0, fill=1)
            level += part * scale


def legend(sheet: PrintedSheet, entries: Sequence[tuple[str, Color]], right: float) -> None:
    """Small squares with their words, ending at `right`, on the line at `y`."""
    canvas = sheet.canvas
    canvas.setFont(BODY, _LABEL_PT + 0.5)
    for words, colour in reversed(entries):
        length = canvas.stringWidth(words, BODY, _LABEL_PT + 0.5)
        canvas.setFillColor(SOFT)
        canvas.drawString(right - length, sheet.y - 8, words)
        canvas.setFillColor(colour)
        canvas.rect(right - length - 9, sheet.y - 8.3, 6.5, 6.5, stroke=0, fill=1)
        right -= length + 18


def bar(
    sheet: PrintedSheet, part: float, *, x: float, width: float, colour: Color = ACCENT
) -> None:
    """A horizontal bar at `y`, `part` (0 to 1) of `width` long, on a light rail."""
    canvas = sheet.canvas
    canvas.setFillColor(RULE)
    canvas.rect(x, sheet.y - 8.5, width, 5, stroke=0, fill=1)
    canvas.setFillColor(colour)
    canvas.rect(x, sheet.y - 8.5, width * min(1.0, max(0.0, part)), 5, stroke=0, fill=1)
    canvas.setFillColor(INK)
