# SPDX-License-Identifier: GPL-3.0-only
"""Styles, tiles and table rows of the activity report. Used by its front page and its chapters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reportlab.lib.units import mm

from documents.printed.sheet import (
    ACCENT,
    BODY,
    BOLD,
    INK,
    INNER,
    MARGIN,
    SOFT,
    TINT,
    PrintedSheet,
    TextStyle,
    height_of,
)

TITLE = TextStyle(BOLD, 20, 25, INK)
SUBTITLE = TextStyle(BODY, 11, 15, SOFT)
HEADING = TextStyle(BOLD, 11, 15, ACCENT)
LABEL = TextStyle(BODY, 7.5, 10, SOFT)
VALUE = TextStyle(BODY, 9, 12.5, INK)
STRONG = TextStyle(BOLD, 9, 12.5, INK)
SMALL_TEXT = TextStyle(BODY, 7.5, 10.5, SOFT)
FIGURE = TextStyle(BOLD, 17, 21, ACCENT)
GAP = 4 * mm

_TILE_GAP = 3 * mm
_TILE = 20 * mm


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure that is read first: what it is, the figure, and a line below."""

    label: str
    value: str
    below: str


def right(kind: TextStyle) -> TextStyle:
    """Return the same style, its lines ending at the right."""
    return replace(kind, right=True)


def draw_tiles(sheet: PrintedSheet, tiles: Sequence[Tile], per_row: int) -> None:
    """Draw tiles side by side, in as many rows as it takes; moves below them."""
    for start in range(0, len(tiles), per_row):
        _tile_row(sheet, tiles[start : start + per_row], per_row)
    sheet.down(8 * mm - _TILE_GAP)


def _tile_row(sheet: PrintedSheet, tiles: Sequence[Tile], per_row: int) -> None:
    width = (INNER - _TILE_GAP * (per_row - 1)) / per_row
    inner_width = width - 4.5 * mm
    below = max(height_of(tile.below, LABEL, inner_width) for tile in tiles)
    height = max(_TILE, 2.5 * mm + LABEL.leading + FIGURE.leading + below + 2 * mm)
    top = sheet.y
    for place, tile in enumerate(tiles):
        x = MARGIN + place * (width + _TILE_GAP)
        sheet.y = top
        sheet.panel(height, TINT, ACCENT, x=x, width=width)
        sheet.down(2.5 * mm)
        inner_x = x + 3.5 * mm
        sheet.down(sheet.text(tile.label, LABEL, x=inner_x, width=inner_width))
        kind = FIGURE if height_of(tile.value, FIGURE, inner_width) < 30 else STRONG
        sheet.down(sheet.text(tile.value, kind, x=inner_x, width=inner_width))
        sheet.text(tile.below, LABEL, x=inner_x, width=inner_width)
    sheet.y = top - height - _TILE_GAP


def draw_row(
    sheet: PrintedSheet,
    cells: Sequence[str],
    widths: Sequence[float],
    first: TextStyle,
    other: TextStyle,
) -> None:
    """Draw a table's row with a rule below; `widths` are parts of the page's inner width."""
    x, height = MARGIN, 0.0
    for place, (cell, part) in enumerate(zip(cells, widths, strict=True)):
        width = INNER * part
        kind = right(other) if place else first
        height = max(height, sheet.text(cell, kind, x=x, width=width - 1 * mm))
        x += width
    sheet.down(height + 1.4 * mm)
    sheet.line()
    sheet.down(1.4 * mm)
