# SPDX-License-Identifier: GPL-3.0-only
"""An offered caller in the agent's window:
seen, counted down, answered by keys, and never in the way of typing.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication, QLabel, QLineEdit, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.protocol.hub.tickets import TicketState
from tests.support.screens.acts import acts_of
from tests.support.screens.fingers import key
from tests.support.screens.invented import NOW, SERVICES, TICKETS, desk, ticket
from tests.support.screens.parts import part
from views.desk.acts import AcceptOffer, ChooseOwnState, DeclineOffer
from views.desk.window import DeskWindow
from views.widgets.parts import Chip

OFFER = ticket(
    "A033",
    "alloc",
    64,
    state=TicketState.OFFERED,
    agent="a1",
    offer_until_utc=NOW + timedelta(seconds=20),
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def window(qtbot: QtBot, clock: ManualClock, desk_theme: QApplication) -> DeskWindow:
    made = desk()
    made.offer._clock = clock
    qtbot.addWidget(made)
    made.status.show_connection(True)
    made.queue.facts.set_agent("a1")
    made.queue.set_tickets([*TICKETS, OFFER], SERVICES)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    return made


def show(window: DeskWindow) -> None:
    window.offer.show_offer(OFFER, SERVICES["alloc"], 0, comes_back=True)


def test_enter_accepts_the_offered_caller_once(window: DeskWindow, qtbot: QtBot) -> None:
    asked = acts_of(window.offer, AcceptOffer)
    show(window)
    focused = window.focusWidget()
    assert focused is not None
    assert focused.objectName() == "offer_accept"
    key(focused, Qt.Key.Key_Return)
    key(window, Qt.Key.Key_F2)
    assert asked == [AcceptOffer(OFFER.id)]
    window.offer.answer_failed()
    key(window, Qt.Key.Key_F2)
    assert asked == [AcceptOffer(OFFER.id)] * 2


def test_the_offer_says_what_the_caller_needs(window: DeskWindow) -> None:
    needing = msgspec.structs.replace(OFFER, needs=("write", "uk"))
    window.offer.show_offer(needing, SERVICES["alloc"], 0, comes_back=False)
    chip = window.offer.findChild(Chip, "offer_needs")
    assert chip is not None
    assert chip.isVisible()
    assert chip.text() == "Writes, Українська"
    assert "The caller needs: Writes, Українська" in window.offer.accessibleName()


def test_who_is_typing_goes_on_typing(window: DeskWindow) -> None:
    typing = QLineEdit(window)
    typing.show()
    typing.setFocus()
    asked = acts_of(window.offer, AcceptOffer)
    show(window)
    assert window.focusWidget() is typing
    key(typing, Qt.Key.Key_Return)
    assert asked == []
    key(window, Qt.Key.Key_F2)
    assert asked == [AcceptOffer(OFFER.id)]


def test_the_time_left_is_said_in_words(window: DeskWindow, clock: ManualClock) -> None:
    show(window)
    left = window.offer.findChild(QLabel, "offer_left")
    assert left is not None
    assert left.text() == "20 s to answer"
    clock.advance(13)
    window.offer.refresh()
    assert left.text() == "7 s to answer"
    bar = part(window.offer, QProgressBar, "offer_bar")
    assert bar.value() * 20 == 7 * bar.maximum()


def test_a_decline_has_a_reason(window: DeskWindow) -> None:
    declined = acts_of(window.offer, DeclineOffer)
    show(window)
    window.offer.open_reasons()
    window.offer._menu.close()
    action = window.offer.findChild(QAction, "decline_knows_caller")
    assert action is not None
    action.trigger()
    assert declined == [DeclineOffer(OFFER.id, "knows_caller")]


def test_only_the_offered_caller_can_be_accepted_in_the_middle(window: DeskWindow) -> None:
    accept = window.findChild(QPushButton, "idle_accept")
    assert accept is not None
    accept.setFocus()
    show(window)
    assert not accept.isVisible()
    assert "offered" in window.idle.findChildren(QLabel, "idle_title")[0].text()
    window.offer.clear()
    assert accept.isVisible()
    assert window.focusWidget() is accept


def test_the_keyboard_goes_back_when_the_offer_is_gone(window: DeskWindow) -> None:
    before = window.findChild(QPushButton, "accept_t-b012")
    assert before is not None
    before.setFocus()
    show(window)
    assert window.focusWidget() is not before
    window.offer.clear()
    assert window.offer.isHidden()
    assert window.focusWidget() is before
    assert window.offer.ticket_id == ""


def test_the_state_is_chosen_on_top_of_the_window_in_every_situation(window: DeskWindow) -> None:
    chosen = acts_of(window.queue, ChooseOwnState)
    state = window.findChild(QPushButton, "header_state")
    assert state is not None
    action = state.findChild(QAction, "state_training")
    assert action is not None
    action.trigger()
    assert chosen == [ChooseOwnState(False, "training")]
    assert state.text() == "Paused · Training"
    window.status.show_state(False, "not_responding")
    assert state.text() == "Not responding"
    back = window.findChild(QPushButton, "idle_available")
    assert back is not None
    assert back.text() == "I am back"
    back.click()
    assert chosen[-1] == ChooseOwnState(True, "")
    assert state.text() == "Available"


def test_an_offer_is_accepted_by_itself_after_a_moment_unless_the_agent_declines(
    window: DeskWindow, clock: ManualClock
) -> None:
    asked = acts_of(window.offer, AcceptOffer)
    for declines in (False, True):
        window.offer.show_offer(OFFER, SERVICES["alloc"], 0, comes_back=False, by_itself=True)
        clock.advance(2)
        window.offer.refresh()
        if declines:
            window.offer.open_reasons()
        assert asked == ([AcceptOffer(OFFER.id)] if declines else [])
        clock.advance(2)
        window.offer.refresh()
        window.offer.refresh()
        assert asked == [AcceptOffer(OFFER.id)]
        window.offer.clear()
