# SPDX-License-Identifier: GPL-3.0-only
"""Which counts of a table are hidden so that nobody is recognised: primary and secondary
suppression, as official statistics do it. Used by the hub's history and the activity report.

A count of 1 to 4 is hidden, and so is whatever would give it away by subtraction: a total elsewhere
minus the rest of its row or column.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

LEAST = 5
"""The smallest count that is shown."""

Cell = tuple[str, str]


def is_small(count: int) -> bool:
    """True for a count that could point at a person; zero cannot."""
    return 0 < count < LEAST


def hidden_keys(counts: Mapping[str, int]) -> set[str]:
    """Return the small keys of a table with a total elsewhere,
    and the next one when it is alone.
    """
    hidden = {key for key, count in counts.items() if is_small(count)}
    return hidden | _companion(counts, hidden)


def hidden_cells(counts: Mapping[Cell, int]) -> set[Cell]:
    """Return the cells to hide of a table with two groupings whose rows and columns are shown
    as tables of their own: all cells of a row or column that is hidden there, the small ones,
    and as many more as it takes until no row and no column hides exactly one.
    """
    hidden = {cell for cell, count in counts.items() if is_small(count)}
    for place in (0, 1):
        lines = hidden_keys(_totals(counts, place))
        hidden |= {cell for cell, count in counts.items() if count and cell[place] in lines}
    while more := _more(counts, hidden):
        hidden |= more
    return hidden


def _more(counts: Mapping[Cell, int], hidden: Collection[Cell]) -> set[Cell]:
    companions: set[Cell] = set()
    for place in (0, 1):
        for line in {cell[place] for cell in hidden}:
            cells = {cell: count for cell, count in counts.items() if cell[place] == line}
            companions |= _companion(cells, {cell for cell in cells if cell in hidden})
    return companions


def _companion[Key: (str, Cell)](counts: Mapping[Key, int], hidden: Collection[Key]) -> set[Key]:
    """The smallest of the others when exactly one is hidden."""
    if len(hidden) != 1:
        return set()
    others = sorted((count, key) for key, count in counts.items() if count and key not in hidden)
    return {key for _count, key in others[:1]}


def _totals(counts: Mapping[Cell, int], place: int) -> dict[str, int]:
    totals: dict[str, int] = {}
    for cell, count in counts.items():
        totals[cell[place]] = totals.get(cell[place], 0) + count
    return totals
