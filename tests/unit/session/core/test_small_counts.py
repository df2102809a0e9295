# SPDX-License-Identifier: GPL-3.0-only
"""Small counts are hidden, and nothing that is shown gives them away by subtraction."""

from __future__ import annotations

import itertools
import random

from session.core.small_counts import hidden_cells, hidden_days, hidden_keys


def test_a_small_count_takes_the_next_one_with_it_when_it_is_alone() -> None:
    assert hidden_keys({"a": 40, "b": 2, "c": 20}) == {"b", "c"}
    assert hidden_keys({"a": 40, "b": 2, "c": 3}) == {"b", "c"}
    assert hidden_keys({"a": 40, "b": 0}) == set(), "nobody is nobody"
    assert hidden_keys({"a": 3}) == {"a"}


def test_no_row_and_no_column_hides_exactly_one_cell() -> None:
    counts = {("a", "x"): 3, ("a", "y"): 30, ("b", "x"): 20, ("b", "y"): 9, ("b", "z"): 40}
    hidden = hidden_cells(counts)
    assert hidden == {("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")}


def test_a_row_that_is_hidden_as_a_whole_is_hidden_in_its_cells() -> None:
    counts = {("a", "x"): 2, ("b", "x"): 10, ("b", "y"): 10, ("c", "x"): 50, ("c", "y"): 50}
    assert {("b", "x"), ("b", "y")} <= hidden_cells(counts), "20 goes with the 2"


def test_whatever_the_counts_no_line_has_a_single_hidden_cell_beside_shown_ones() -> None:
    chance = random.Random(7)
    for _round in range(200):
        keys = itertools.product("abcd", "xyz")
        counts = {cell: chance.choice((0, 1, 4, 5, 9, 30)) for cell in keys}
        hidden = hidden_cells(counts)
        assert {cell for cell, count in counts.items() if 0 < count < 5} <= hidden
        for place, names in ((0, "abcd"), (1, "xyz")):
            for name in names:
                line = [cell for cell, count in counts.items() if cell[place] == name and count]
                assert len([cell for cell in line if cell in hidden]) != 1 or len(line) == 1


def test_a_hidden_day_is_told_by_neither_its_month_nor_its_weekday() -> None:
    counts = {
        "2026-03-02": 3,
        "2026-03-03": 20,
        "2026-03-04": 30,
        "2026-03-09": 9,
        "2026-03-10": 15,
        "2026-04-06": 40,
    }
    hidden = hidden_days(counts)
    assert "2026-03-02" in hidden
    assert "2026-03-09" in hidden, "both are Mondays of March, the smaller of the two that could"
    assert hidden <= {"2026-03-02", "2026-03-09"}, "nothing more than it takes"
