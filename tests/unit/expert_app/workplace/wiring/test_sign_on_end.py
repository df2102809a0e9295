# SPDX-License-Identifier: GPL-3.0-only
"""The end of a sign-on is said twice before it comes, and one click prolongs it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from PyQt6.QtWidgets import QPushButton

from expert_app.workplace.wiring.sign_on_end import SignOnEnd
from session.core.clock import ManualClock
from session.core.errors import SignOnAway
from session.core.tasks import Tasks
from tests.support.waiting import until
from views.widgets.message_bar import MessageBar

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _said(bar: MessageBar) -> str:
    return " ".join(bar.texts())


def _click(bar: MessageBar) -> None:
    buttons = bar.findChildren(QPushButton)
    [button for button in buttons if "Sign in" in button.text()][-1].click()


async def test_it_is_said_before_and_at_the_end_and_a_click_prolongs(qtbot: Any) -> None:
    bar, clock, tasks = MessageBar(), ManualClock(NINE), Tasks()
    qtbot.addWidget(bar)
    answers: list[datetime | None] = [None, NINE + timedelta(hours=12)]

    async def prolong() -> datetime:
        found = answers.pop(0)
        if found is None:
            raise SignOnAway
        return found

    end = SignOnEnd(
        bar, (NINE + timedelta(hours=1)).isoformat(), prolong=prolong, clock=clock, tasks=tasks
    )
    end.check()
    assert _said(bar) == ""
    clock.advance(46 * 60)
    end.check()
    assert "14 minutes" in _said(bar)
    clock.advance(10 * 60)
    end.check()
    assert "4 minutes" in _said(bar)
    assert "14" not in _said(bar)
    clock.advance(5 * 60)
    end.check()
    assert "are over" in _said(bar)
    _click(bar)
    await until(lambda: "does not answer" in _said(bar))  # it can be tried again
    _click(bar)
    await until(lambda: "signed in until" in _said(bar))
    end.check()
    assert "are over" not in _said(bar)
    begun_anew: list[None] = []
    end.over(lambda: begun_anew.append(None))  # the hub does not know the key any more
    _click(bar)
    assert begun_anew == [None]
    await tasks.close()


async def test_nothing_is_said_to_who_came_with_a_code(qtbot: Any) -> None:
    bar, tasks = MessageBar(), Tasks()
    qtbot.addWidget(bar)

    async def prolong() -> datetime:
        raise AssertionError

    end = SignOnEnd(bar, "", prolong=prolong, clock=ManualClock(NINE), tasks=tasks)
    end.check()
    assert _said(bar) == ""
    await tasks.close()
