# SPDX-License-Identifier: GPL-3.0-only
"""The check before the first caller: what is well, what mends the rest, and the keys through it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel, QProgressBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.protocol.hub.board import SHIFT_CHECK
from tests.accessibility.layout import flaws, settle
from tests.support.screens.acts import acts_of
from tests.support.screens.desk_scenes import SCENES
from tests.support.screens.fingers import key
from tests.support.screens.invented import NOW, SERVICES, TICKETS, desk, drawn_frame, ticket
from tests.support.screens.parts import part
from views.desk.acts import AcceptNext, AcceptOffer, CheckPress, ChooseOwnState
from views.desk.my_day.shift_check import CheckedThing, ShiftCheckCard
from views.desk.window import DeskWindow
from views.widgets.announcer import announcer_of
from views.widgets.appearance import TEXT_SIZES
from views.widgets.theme import apply_theme


@pytest.fixture
def window(qtbot: QtBot, desk_theme: QApplication) -> Iterator[DeskWindow]:
    made = desk(ManualClock(NOW))
    made.status.show_connection(True)
    made.queue.set_tickets(TICKETS, SERVICES)
    made.status.show_state(False, SHIFT_CHECK)
    made.idle.begin_check(first=True, keys="F2")
    made.resize(1366, 768)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    yield made
    made.close_now()
    made.deleteLater()


def _keyboard(window: DeskWindow) -> str:
    focus = window.focusWidget()
    assert focus is not None
    return focus.objectName()


def _enter(window: DeskWindow) -> None:
    focus = window.focusWidget()
    assert focus is not None
    key(focus, Qt.Key.Key_Return)


def _said(card: ShiftCheckCard, thing: CheckedThing) -> str:
    return part(card, QLabel, f"check_{thing.value}_words").text()


def test_all_of_it_is_done_with_five_keys_and_a_sentence(window: DeskWindow) -> None:
    card, acts = window.idle.check, acts_of(window.idle, CheckPress)
    assert part(window, QPushButton, "header_state").text() == "Not available yet"
    assert part(card, QLabel, "check_title").text() == "Welcome. Let us check your desk."
    assert window.idle.next.isHidden(), "nothing of the next caller before the end"
    assert _keyboard(window) == "check_tone"
    card.show_found(CheckedThing.CAMERA)
    card.show_found(CheckedThing.MICROPHONE)
    card.show_found(CheckedThing.LINE, ms="31")
    _enter(window)
    assert _keyboard(window) == "check_heard"
    _enter(window)
    assert part(card, QPushButton, "check_end").text() == "Skip the check"
    accepted = acts_of(window.queue, AcceptNext)
    key(window, Qt.Key.Key_F2)
    assert accepted == [], "these keys are being tried"
    end = part(card, QPushButton, "check_end")
    assert (end.text(), end.accessibleName(), end.property("kind")) == ("Begin", "Begin", "primary")
    assert _keyboard(window) == "check_end"
    _enter(window)
    assert acts == [CheckPress.TONE, CheckPress.END]
    window.idle.end_check()
    assert window.idle.next.isVisible()
    key(window, Qt.Key.Key_F2)
    assert accepted == [AcceptNext("")]


def test_a_tone_that_was_not_heard_says_what_to_do_and_leads_there(window: DeskWindow) -> None:
    card, acts = window.idle.check, acts_of(window.idle, CheckPress)
    part(card, QPushButton, "check_tone").click()
    part(card, QPushButton, "check_not_heard").click()
    assert "headset is connected and turned up" in _said(card, CheckedThing.SPEAKER)
    assert _keyboard(window) == "check_speaker_mend"
    _enter(window)
    assert acts == [CheckPress.TONE, CheckPress.CHOOSE_DEVICES]
    part(card, QPushButton, "check_tone").click()
    part(card, QPushButton, "check_heard").click()
    assert not part(card, QPushButton, "check_speaker_mend").isVisible()
    assert card.is_well(CheckedThing.SPEAKER)


@pytest.mark.parametrize(
    ("thing", "code", "words", "act"),
    [
        (CheckedThing.CAMERA, "absent", "Connect a camera", CheckPress.CHOOSE_DEVICES),
        (CheckedThing.CAMERA, "dark", "Open its cover", CheckPress.CHOOSE_DEVICES),
        (CheckedThing.MICROPHONE, "silent", "mute switch", CheckPress.CHOOSE_DEVICES),
        (CheckedThing.SPEAKER, "absent", "no headset", CheckPress.CHOOSE_DEVICES),
        (CheckedThing.LINE, "narrow", "network cable", CheckPress.MEASURE),
        (CheckedThing.LINE, "away", "does not answer", CheckPress.MEASURE),
    ],
)
def test_what_is_wrong_is_one_sentence_and_a_button(
    window: DeskWindow, thing: CheckedThing, code: str, words: str, act: CheckPress
) -> None:
    card, acts = window.idle.check, acts_of(window.idle, CheckPress)
    mend = part(card, QPushButton, f"check_{thing.value}_mend")
    assert not mend.isVisible()
    card.show_found(thing, code)
    assert words in _said(card, thing)
    assert words in part(card, QWidget, f"check_{thing.value}").accessibleName()
    mend.click()
    assert acts == [act]
    assert part(card, QPushButton, "check_end").text() == "Skip the check"


def test_escape_skips_it_from_anywhere_in_the_card(window: DeskWindow) -> None:
    acts = acts_of(window.idle, CheckPress)
    key(part(window, QPushButton, "check_tone"), Qt.Key.Key_Escape)
    assert acts == [CheckPress.END]


def test_a_caller_who_is_offered_meanwhile_stands_above_and_is_accepted(window: DeskWindow) -> None:
    offer = ticket("A033", "alloc", 5, agent="a1")
    window.offer.show_offer(offer, SERVICES["alloc"], 0, comes_back=False)
    assert window.offer.isVisible()
    assert window.idle.check.isVisible()
    accepted = acts_of(window.offer, AcceptOffer)
    key(window, Qt.Key.Key_F2)
    assert accepted == [AcceptOffer(offer.id)]


def test_devices_are_wanted_while_the_card_is_seen_only(window: DeskWindow) -> None:
    acts = acts_of(window.idle, CheckPress)
    window.show_visit()
    window.show_idle()
    assert acts == [CheckPress.HIDDEN, CheckPress.SEEN]
    assert _keyboard(window) == "check_tone", "it goes on where it was"


def test_each_finding_is_said_once(window: DeskWindow) -> None:
    said: list[str] = []
    announcer_of(window).said.connect(lambda words, _urgent: said.append(words))
    for _again in range(3):
        window.idle.check.show_found(CheckedThing.CAMERA, "dark")
    window.idle.check.show_found(CheckedThing.CAMERA)
    assert said == [
        "Camera: The camera sees nothing. Open its cover, or choose another one.",
        "Camera: The caller sees you like this.",
    ]


def test_the_level_moves_and_the_picture_is_there(window: DeskWindow, qtbot: QtBot) -> None:
    card, face = window.idle.check, drawn_frame(320, 180)
    card.preview.set_source(lambda: face)
    card.show_level(0.1)
    assert part(card, QProgressBar, "check_level").value() > 40
    qtbot.waitUntil(lambda: card.preview.shows_person)


def test_who_chooses_a_state_meanwhile_is_heard(window: DeskWindow) -> None:
    states = acts_of(window.queue, ChooseOwnState)
    window.header.acted.emit(ChooseOwnState(True, ""))
    assert states == [ChooseOwnState(True, "")]


@pytest.mark.parametrize("size", TEXT_SIZES)
@pytest.mark.parametrize("scene", ["shift_check", "shift_check_wrong", "closing"])
def test_the_cards_stay_readable_at_every_text_size(
    qtbot: QtBot, desk_theme: QApplication, scene: str, size: float
) -> None:
    apply_theme(desk_theme, dark=False, text_scale=size)
    window = SCENES[scene]()
    window.resize(1366, 768)
    window.show()
    settle()
    assert flaws(window.idle) == []
    window.close_now()
    window.deleteLater()
    apply_theme(desk_theme, dark=False)
