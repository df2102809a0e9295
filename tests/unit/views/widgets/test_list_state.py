# SPDX-License-Identifier: GPL-3.0-only
"""A list says whether it is read, empty or refused, and never one for another."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from views.widgets.list_state import ListState
from views.widgets.parts import EmptyState

REFUSED = "The network answers but its service does not."


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def state(qtbot: QtBot, desk_theme: QApplication, clock: ManualClock) -> ListState:
    rows, empty = QLabel("rows"), EmptyState("site", "Nothing", advice="", name="empty")
    made = ListState(rows, empty, now=clock.utc_now, name="things")
    qtbot.addWidget(made)
    made.show()
    return made


def _shown(state: ListState) -> set[str]:
    parts = {"rows": state._rows, "empty": state._empty, "reading": state._reading}
    return {name for name, part in parts.items() if part.isVisible()}


def test_a_list_that_was_never_read_is_not_empty(state: ListState) -> None:
    assert _shown(state) == {"reading"}
    state.show_refused(REFUSED)
    assert _shown(state) == set()
    assert state.trouble == REFUSED


def test_only_an_answer_without_rows_is_empty(state: ListState) -> None:
    state.show_answer(has_rows=False)
    assert _shown(state) == {"empty"}
    state.show_refused(REFUSED)
    assert _shown(state) == set()


def test_rows_stay_with_the_time_of_the_last_answer(state: ListState, clock: ManualClock) -> None:
    state.show_answer(has_rows=True)
    at = f"{clock.utc_now().astimezone():%H:%M:%S}"
    clock.advance(90)
    state.show_refused(REFUSED)
    state.show_refused(REFUSED)
    assert _shown(state) == {"rows"}
    assert at in state.trouble
    state.show_answer(has_rows=True)
    assert not state.trouble


def test_rows_are_no_answer_to_another_question(state: ListState) -> None:
    state.show_answer(has_rows=True)
    state.show_asked()
    state.show_refused(REFUSED)
    assert _shown(state) == set()
    state.show_asked()
    assert _shown(state) == {"reading"}
    state.show_answer(has_rows=False)
    assert not state.trouble
