# SPDX-License-Identifier: GPL-3.0-only
"""The card of the next caller says what is so, once."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from PyQt6.QtCore import QTime
from PyQt6.QtWidgets import QLabel, QPushButton, QTimeEdit
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from tests.support.screens.invented import NOW, SERVICES, TICKETS
from tests.support.screens.parts import part
from views.desk.acts import IdleAct, IdlePress, PauseFor
from views.desk.my_day.next_card import NextCard
from views.words.appointments import due_words


def _said(card: NextCard) -> str:
    return " ".join(label.text() for label in card.findChildren(QLabel) if label.isVisible())


def _card(qtbot: QtBot, clock: ManualClock, acts: list[IdleAct]) -> NextCard:
    card = NextCard(clock, acts.append)
    qtbot.addWidget(card)
    card.show()
    card.show_state(available=True, connected=True)
    return card


def test_between_the_acceptance_and_the_call_nobody_is_said_to_be_missing(qtbot: QtBot) -> None:
    card = _card(qtbot, ManualClock(start=NOW), [])
    assert "Nobody is waiting" in _said(card)
    card.show_accepting(True)
    assert "The caller is being connected" in _said(card)
    assert "Nobody is waiting" not in _said(card)
    card.show_accepting(False)
    assert "Nobody is waiting" in _said(card)


def test_the_card_says_for_what_from_where_how_long_and_with_which_needs(qtbot: QtBot) -> None:
    clock, acts = ManualClock(start=NOW), list[IdleAct]()
    card = _card(qtbot, clock, acts)
    ticket = msgspec.structs.replace(TICKETS[0], needs=("lsf",))
    card.show_next(4, ticket, SERVICES["logement"])
    for words in ("B012 · Aide au logement", "Saint-Aubin", "12:34", "Sign language", "No. given"):
        assert words in _said(card)
    wait = part(card, QLabel, "idle_wait")
    assert (wait.property("tone"), wait.accessibleName()) == ("bad", "Waiting for 12 min")
    clock.advance(2)
    card.show_next(4, ticket, SERVICES["logement"])
    assert wait.text().endswith("12:36")
    assert wait.accessibleName() == "Waiting for 12 min", "a screen reader hears each minute"
    accept = part(card, QPushButton, "idle_accept")
    assert accept.accessibleName() == (
        f"Accept the next caller: B012 · Aide au logement, {ticket.site}"
    )
    accept.click()
    part(card, QPushButton, "idle_preview").click()
    assert acts == [IdlePress.ACCEPT_NEXT, IdlePress.PREVIEW]


def test_what_was_previewed_goes_with_its_caller(qtbot: QtBot) -> None:
    card = _card(qtbot, ManualClock(start=NOW), [])
    card.show_next(2, TICKETS[0], SERVICES["logement"])
    card.show_preview(["missing: Bail", "Line: good"])
    assert "missing: Bail" in _said(card)
    card.show_next(2, TICKETS[0], SERVICES["logement"])
    assert "missing: Bail" in _said(card)
    card.show_next(1, TICKETS[1], SERVICES["alloc"])
    assert "missing: Bail" not in _said(card)


def test_those_whom_this_agent_may_not_take_are_not_said_to_be_nobody(qtbot: QtBot) -> None:
    card = _card(qtbot, ManualClock(start=NOW - timedelta(hours=1)), [])
    card.show_next(3, None, None)
    assert "Nobody is waiting" not in _said(card)
    assert "kept for a colleague" in _said(card)
    assert not part(card, QPushButton, "idle_accept").isVisible()


def test_a_pause_counts_down_and_asks_at_its_end_but_ends_nothing(qtbot: QtBot) -> None:
    clock, acts = ManualClock(start=NOW), list[IdleAct]()
    card = _card(qtbot, clock, acts)
    card.show_state(available=False, connected=True)
    part(card, QPushButton, "pause_20").click()
    assert acts == [PauseFor(20)]
    card.show_state(False, True, until_utc=NOW + timedelta(minutes=20))
    card.show_next(0, None, None)
    wait = part(card, QLabel, "idle_wait")
    assert (wait.text(), wait.accessibleName()) == ("20:00 left", "20 min left")
    clock.advance(1199)
    card.show_next(0, None, None)
    assert (wait.text(), wait.accessibleName()) == ("0:01 left", "less than 1 min left")
    clock.advance(1)
    for _second in range(3):
        card.show_next(0, None, None)
    assert acts == [PauseFor(20), IdlePress.PAUSE_IS_OVER], "said once"
    assert "Your pause is over" in _said(card)
    resume = part(card, QPushButton, "idle_available")
    assert resume.text() == "Resume"
    resume.click()
    assert acts[-1] is IdlePress.END_PAUSE


def test_a_pause_may_be_until_a_time(qtbot: QtBot) -> None:
    acts = list[IdleAct]()
    card = _card(qtbot, ManualClock(start=NOW), acts)
    card.show_state(available=False, connected=True)
    local = (NOW + timedelta(minutes=35)).astimezone()
    part(card, QTimeEdit, "pause_time").setTime(QTime(local.hour, local.minute))
    part(card, QPushButton, "pause_at").click()
    assert acts == [PauseFor(35)]


def test_who_has_an_appointment_is_said_with_its_hour(qtbot: QtBot) -> None:
    card = _card(qtbot, ManualClock(start=NOW), [])
    due = msgspec.structs.replace(TICKETS[0], due_at_utc=NOW, appointment="ap1")
    card.show_next(1, due, SERVICES["logement"])
    assert due_words(NOW) in _said(card)
    card.show_next(1, TICKETS[1], SERVICES["alloc"])
    assert due_words(NOW) not in _said(card)
