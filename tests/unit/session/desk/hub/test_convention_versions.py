# SPDX-License-Identifier: GPL-3.0-only
"""A desk notices another convention once, also while several hubs change one after the other."""

from __future__ import annotations

from session.core.clock import ManualClock
from session.desk.hub.convention_versions import STALE_S, ConventionVersions


def test_another_version_is_news_once() -> None:
    seen = ConventionVersions(ManualClock())
    assert [seen.on_beat(version) for version in ("a", "a", "b", "b")] == [
        False,
        False,
        True,
        False,
    ]
    assert (seen.newest, seen.take_change(), seen.take_change()) == ("b", True, False)


def test_hubs_that_say_different_versions_in_turn_are_no_news_again_and_again() -> None:
    clock = ManualClock()
    seen = ConventionVersions(clock)
    found = []
    for version in "aabababab":
        clock.advance(2)
        found.append(seen.on_beat(version))
    assert found.count(True) == 1


def test_a_convention_that_comes_back_later_is_news() -> None:
    clock = ManualClock()
    seen = ConventionVersions(clock)
    seen.on_beat("a")
    assert seen.on_beat("b")
    for _ in range(3):
        clock.advance(STALE_S / 2)
        seen.on_beat("b")
    assert seen.on_beat("a")


def test_a_hub_that_says_none_is_no_news() -> None:
    seen = ConventionVersions(ManualClock())
    assert [seen.on_beat(version) for version in ("", "", "a", "")] == [False, False, True, False]
