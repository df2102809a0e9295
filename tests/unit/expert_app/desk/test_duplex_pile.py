# SPDX-License-Identifier: GPL-3.0-only
"""Fronts, the pile turned over, backs."""

from __future__ import annotations

from expert_app.desk.duplex_pile import DuplexPile, in_order


def pile(fronts: str, backs: str) -> DuplexPile:
    made = DuplexPile()
    for page in fronts.split():
        made.came(page)
    made.is_turned = True
    for page in backs.split():
        made.came(page)
    return made


def test_the_backs_come_from_the_last_sheet_to_the_first() -> None:
    made = pile("f1 f2 f3", "b3 b2 b1")
    assert made.missing == 0
    assert made.pages() == ["f1", "b1", "f2", "b2", "f3", "b3"]


def test_a_jam_among_the_backs_leaves_the_first_sheets_without_one() -> None:
    made = pile("f1 f2 f3", "b3 b2")
    assert made.missing == 1
    assert made.pages() == ["f1", "f2", "b2", "f3", "b3"]
    made.came("b1")
    assert made.pages() == ["f1", "b1", "f2", "b2", "f3", "b3"]


def test_no_page_is_lost_when_there_are_too_many_backs() -> None:
    made = pile("f1 f2", "b3 b2 b1")
    assert made.missing == -1
    assert sorted(made.pages()) == ["b1", "b2", "b3", "f1", "f2"]


def test_other_pages_keep_their_place_around_the_pile() -> None:
    everything = ["letter", "f1", "f2", "card", "b2", "b1"]
    assert in_order(everything, ["f1", "b1", "f2", "b2"]) == [
        "letter",
        "f1",
        "b1",
        "f2",
        "b2",
        "card",
    ]
    assert in_order(everything, ["f1", "gone"]) == everything
