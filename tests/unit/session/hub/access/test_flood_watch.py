# SPDX-License-Identifier: GPL-3.0-only
"""Who floods is found, told seldom, and nobody who only hurries is taken for one."""

from __future__ import annotations

from session.core.clock import ManualClock
from session.hub.access.flood_watch import DROPS_BURST, TOLD_EACH_S, FloodWatch


def test_who_goes_on_after_a_thousand_drops_is_told_every_ten_seconds() -> None:
    clock, found = ManualClock(), list[str]()
    floods = FloodWatch(clock)
    floods.found.connect(found.append)
    for _ in range(int(DROPS_BURST)):
        floods.dropped("caf.k.borne1")
    assert found == []
    for _ in range(500):
        floods.dropped("caf.k.borne1")
    assert found == ["caf.k.borne1"]
    floods.dropped("caf.k.borne2")
    clock.advance(TOLD_EACH_S)
    for _ in range(2000):
        floods.dropped("caf.k.borne1")
    assert found == ["caf.k.borne1", "caf.k.borne1"]


def test_who_hurries_is_no_flood() -> None:
    clock, found = ManualClock(), list[str]()
    floods = FloodWatch(clock)
    floods.found.connect(found.append)
    for _ in range(600):  # ten minutes of a desk that asks 40 times a second over its limit
        for _ in range(40):
            floods.dropped("caf.a.alice")
        clock.advance(1.0)
    assert found == []


def test_signs_of_life_have_a_limit_of_their_own() -> None:
    clock = ManualClock()
    floods = FloodWatch(clock)
    assert [floods.beat("caf.k.borne1") for _ in range(60)].count(False) == 10
    assert floods.beat("caf.k.borne2")
    clock.advance(5.0)
    assert floods.beat("caf.k.borne1")
