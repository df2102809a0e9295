# SPDX-License-Identifier: GPL-3.0-only
"""A long answer is made once while its asker reads it, for that asker and that question only."""

from __future__ import annotations

import msgspec

from session.core.clock import ManualClock
from session.hub.access.handlers import Asker
from session.hub.access.pages import KEPT_S, MOST_KEPT, PagedAnswers
from session.protocol.hub.history import LineFacts, LinesAnswer, LinesRequest, LineTotals
from session.protocol.wire.roles import Role

BOSS = Asker("valdore", Role.SUPERVISOR, "boss")
FIRST, NEXT = LinesRequest(), LinesRequest(after="400")


def _lines(count: int) -> LinesAnswer:
    lines = [LineFacts(kiosk=f"kiosk{n}", site="Mairie de Saint-Oyen") for n in range(count)]
    return LinesAnswer(totals=LineTotals(kiosks=count), hits=count, lines=lines)


def test_the_next_page_is_of_the_same_answer_for_a_while() -> None:
    clock = ManualClock()
    pages, answer = PagedAnswers(clock), _lines(2_000)
    pages.keep(BOSS, FIRST, answer)
    assert pages.rest(BOSS, NEXT) is answer
    assert pages.rest(BOSS, FIRST) is None
    assert pages.rest(Asker("valdore", Role.SUPERVISOR, "other"), NEXT) is None
    assert pages.rest(BOSS, msgspec.structs.replace(NEXT, words="oyen")) is None
    clock.advance(KEPT_S)
    assert pages.rest(BOSS, NEXT) is None


def test_few_are_kept_and_short_ones_never() -> None:
    pages = PagedAnswers(ManualClock())
    pages.keep(BOSS, FIRST, _lines(3))
    assert pages.rest(BOSS, NEXT) is None
    answer = _lines(2_000)
    for n in range(MOST_KEPT + 1):
        pages.keep(Asker("valdore", Role.SUPERVISOR, f"s{n}"), FIRST, answer)
    assert pages.rest(Asker("valdore", Role.SUPERVISOR, "s0"), NEXT) is None
    assert pages.rest(Asker("valdore", Role.SUPERVISOR, "s1"), NEXT) is answer
