# SPDX-License-Identifier: GPL-3.0-only
"""Which counts of a table are hidden so that nobody is recognised: primary and secondary
suppression, as official statistics do it. Used by the hub's history and the activity report.

A count of 1 to 4 is hidden, and so is whatever would give it away by subtraction: a total elsewhere
minus the rest of its row or column.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

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
    """Return the cells to hide of a table with two groupings, whose rows and columns are shown
    as tables of their own.
    """
    return _hidden_in_lines(counts, (lambda cell: cell[0], lambda cell: cell[1]))


def hidden_days(counts: Mapping[str, int]) -> set[str]:
    """Return the ISO days to hide where months and weekdays are shown as tables of their own."""
    return _hidden_in_lines(
        counts, (lambda day: day[:7], lambda day: str(date.fromisoformat(day).isoweekday()))
    )


def _hidden_in_lines[Key: (str, Cell)](
    counts: Mapping[Key, int], groupings: Sequence[Callable[[Key], str]]
) -> set[Key]:
    """Return all cells of a line that is hidden in its own table, the small ones, and as many more
    as it takes until no line hides exactly one.
    """
    hidden = {key for key, count in counts.items() if is_small(count)}
    for line_of in groupings:
        totals: dict[str, int] = {}
        for key, count in counts.items():
            totals[line_of(key)] = totals.get(line_of(key), 0) + count
        lines = hidden_keys(totals)
        hidden |= {key for key, count in counts.items() if count and line_of(key) in lines}
    while more := _more(counts, hidden, groupings):
        hidden |= more
    return hidden


def _more[Key: (str, Cell)](
    counts: Mapping[Key, int], hidden: Collection[Key], groupings: Sequence[Callable[[Key], str]]
) -> set[Key]:
    companions: set[Key] = set()
    for line_of in groupings:
        lines: dict[str, dict[Key, int]] = {}
        for key, count in counts.items():
            lines.setdefault(line_of(key), {})[key] = count
        for cells in lines.values():
            companions |= _companion(cells, {key for key in cells if key in hidden})
    return companions


def _companion[Key: (str, Cell)](counts: Mapping[Key, int], hidden: Collection[Key]) -> set[Key]:
    """The smallest of the others when exactly one is hidden."""
    if len(hidden) != 1:
        return set()
    others = sorted((count, key) for key, count in counts.items() if count and key not in hidden)
    return {key for _count, key in others[:1]}
