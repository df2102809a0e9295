# SPDX-License-Identifier: GPL-3.0-only
"""The call's controls wish, never act by themselves, and hanging up wants two presses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from PyQt6.QtCore import QPoint, QRect, Qt, QTimer
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from tests.accessibility.layout import settle
from tests.support.screens.acts import acts_of
from tests.support.screens.fingers import click, key
from tests.support.screens.invented import NOW, DrawnFace
from tests.unit.views.desk.cut_words import cut_off
from views.desk.acts import CallPress, CallSwitch, Switch
from views.desk.call_controls import CallForm, CallState, Quality
from views.desk.call_view import CallView
from views.desk.layouts.layout import card_size
from views.widgets.announcer import announcer_of
from views.widgets.confirm_bar import ConfirmBar, ConfirmButton
from views.widgets.parts import Chip


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def call(qtbot: QtBot, clock: ManualClock, desk_theme: QApplication) -> CallView:
    view = CallView(DrawnFace(), clock)
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.controls.show_state(CallState.CONNECTED)
    view.show()
    qtbot.waitExposed(view)
    view.activateWindow()
    return view


def button(call: QWidget, name: str) -> QPushButton:
    found = call.findChild(QPushButton, name)
    assert found is not None
    return found


def state_words(call: CallView) -> str:
    chip = call.findChild(Chip, "call_state")
    assert chip is not None
    return chip.text()


def state_words_beside(call: CallView) -> list[str]:
    return [each.text() for each in call.findChildren(QLabel) if each.isVisible()]


def test_microphone_and_camera_are_wishes_and_change_only_when_told(
    call: CallView, qtbot: QtBot
) -> None:
    microphone = button(call, "call_microphone")
    wished = acts_of(call, Switch)
    click(microphone)
    assert wished == [Switch(CallSwitch.MICROPHONE, False)]
    assert microphone.text() == "Mute"
    call.controls.devices.show(microphone_on=False, camera_on=True)
    assert microphone.text() == "Microphone is off"
    wished = acts_of(call, Switch)
    click(microphone)
    assert wished == [Switch(CallSwitch.MICROPHONE, True)]


def test_shortcuts_reach_the_controls(call: CallView, qtbot: QtBot) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    done = acts_of(call, Switch)
    key(call, Qt.Key.Key_M, control)
    assert done
    wished = acts_of(call, Switch)
    key(call, Qt.Key.Key_E, control)
    assert wished == [Switch(CallSwitch.CAMERA, False)]


def test_hanging_up_wants_a_second_press(call: CallView, qtbot: QtBot) -> None:
    ended, said = acts_of(call, CallPress), list[tuple[str, bool]]()
    announcer_of(call).said.connect(lambda *words: said.append(words))
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    key(call, Qt.Key.Key_H, keys)
    assert ended == []
    assert said == [("Hang up? Press again.", True)], "the keyboard is elsewhere"
    assert button(call, "call_hang_up").text() == "Press again"
    key(call, Qt.Key.Key_H, keys)
    assert ended == [CallPress.HANG_UP]
    assert button(call, "call_hang_up").text() == "Hang up"


def test_the_first_press_waits_and_any_act_elsewhere_takes_it_back(
    call: CallView, qtbot: QtBot
) -> None:
    hang_up = button(call, "call_hang_up")
    assert isinstance(hang_up, ConfirmButton)
    assert hang_up.findChildren(QTimer) == [], "no time ends it"
    ended = acts_of(call, CallPress)
    control = Qt.KeyboardModifier.ControlModifier
    elsewhere: tuple[Callable[[], object], ...] = (
        lambda: key(hang_up, Qt.Key.Key_Escape),
        lambda: key(hang_up, Qt.Key.Key_Tab),
        lambda: key(call, Qt.Key.Key_M, control),
        lambda: key(call, Qt.Key.Key_A),
        lambda: click(button(call, "call_camera")),
        lambda: click(call),
        lambda: hang_up.setEnabled(False),
        call.hide,
    )
    for act in elsewhere:
        call.show()
        hang_up.setEnabled(True)
        hang_up.setFocus()
        click(hang_up)
        assert hang_up.is_asking()
        act()
        assert not hang_up.is_asking()
        assert hang_up.text() == "Hang up"
    assert ended == []


@pytest.mark.parametrize("pressed", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_and_the_space_bar_press_it_twice_at_the_same_button(
    call: CallView, pressed: Qt.Key
) -> None:
    ended = acts_of(call, CallPress)
    hang_up = button(call, "call_hang_up")
    hang_up.setFocus()
    key(hang_up, pressed)
    assert hang_up.text() == "Press again"
    assert ended == []
    key(hang_up, pressed)
    assert ended == [CallPress.HANG_UP]


@pytest.mark.parametrize("form", list(CallForm))
def test_both_presses_are_at_one_place_and_no_switch_comes_under_the_pointer(
    call: CallView, qtbot: QtBot, form: CallForm
) -> None:
    call.set_form(form)
    if form is CallForm.CARD:
        call.resize(card_size())
    call.controls.show_started(NOW - timedelta(hours=1, minutes=2))
    call.controls.show_quality(Quality.BAD)
    settle()
    switches = [button(call, f"call_{name}") for name in ("hang_up", "camera", "microphone")]

    def places() -> list[QRect]:
        return [QRect(each.mapTo(call, QPoint()), each.size()) for each in switches]

    before = places()
    click(switches[0])
    settle()
    assert places() == before
    words = state_words_beside(call)
    assert ("Hang up?" in words) is (form is CallForm.CARD)
    assert cut_off(call) == []
    key(call, Qt.Key.Key_Escape)
    settle()
    assert places() == before
    done = acts_of(call, CallPress)
    click(switches[0])
    click(switches[0])
    assert done == [CallPress.HANG_UP]


def test_nothing_moves_between_the_two_presses(call: CallView) -> None:
    hang_up = button(call, "call_hang_up")
    before = hang_up.sizeHint()
    hang_up.click()
    assert hang_up.sizeHint() == before


@pytest.mark.parametrize("state", list(CallState))
def test_each_state_has_words_and_only_a_live_call_has_controls(
    call: CallView, state: CallState
) -> None:
    call.controls.show_state(state)
    assert state_words(call)
    live = state not in (CallState.NEW, CallState.CLOSED)
    assert button(call, "call_hang_up").isEnabled() == live


def test_a_lost_call_can_be_called_again(call: CallView, qtbot: QtBot) -> None:
    assert not button(call, "call_again").isVisible()
    call.controls.show_state(CallState.LOST)
    done = acts_of(call, CallPress)
    click(button(call, "call_again"))
    assert done


def test_duration_follows_the_clock(call: CallView, clock: ManualClock) -> None:
    call.controls.show_started(NOW - timedelta(seconds=3599))
    duration = call.findChild(QLabel, "call_duration")
    assert duration is not None
    assert duration.text() == "59:59"
    clock.advance(63)
    call.controls.refresh_duration()
    assert duration.text() == "1:01:02"
    call.controls.show_started(None)
    assert duration.text() == ""


@pytest.mark.parametrize("form", list(CallForm))
def test_no_control_lies_over_the_picture(call: CallView, qtbot: QtBot, form: CallForm) -> None:
    call.set_form(form)
    call.controls.show_quality(Quality.BAD)
    face = call.findChild(DrawnFace)
    assert face is not None

    def apart() -> bool:
        picture = face.rect().translated(face.mapTo(call, face.rect().topLeft()))
        shown = [
            part
            for part in (*call.findChildren(QPushButton), *call.findChildren(Chip))
            if part.isVisible()
        ]
        return all(
            not picture.intersects(part.rect().translated(part.mapTo(call, part.rect().topLeft())))
            for part in shown
        )

    qtbot.waitUntil(apart)


def test_a_question_takes_escape_as_no(qtbot: QtBot) -> None:
    bar = ConfirmBar("really", "Yes", no="No")
    qtbot.addWidget(bar)
    answers: list[bool] = []
    bar.answered.connect(answers.append)
    bar.ask("Really?")
    key(bar, Qt.Key.Key_Escape)
    bar.ask("Really?")
    click(button(bar, "really_yes"))
    assert answers == [False, True]
    assert bar.isHidden()


def test_a_card_cuts_nothing_when_the_line_is_weak(
    call: CallView, clock: ManualClock, qtbot: QtBot
) -> None:
    call.set_form(CallForm.CARD)
    call.resize(card_size())
    call.controls.show_started(NOW - timedelta(hours=1, minutes=2))
    call.controls.show_quality(Quality.BAD)
    call.controls.show_line("La page arrive plus lentement", "Votre image est plus petite")
    qtbot.wait(1)
    names = ("call_state", "call_duration", "call_quality", "call_line")
    parts = [call.findChild(QWidget, name) for name in names]
    shown = [part for part in parts if part is not None and part.isVisible()]
    assert [part.objectName() for part in shown] == ["call_duration", "call_line"]
    assert [part.objectName() for part in shown if part.width() < part.sizeHint().width()] == []
    call.controls.show_state(CallState.UNSTABLE)
    state = call.findChild(Chip, "call_state")
    assert state is not None
    assert not state.isHidden(), "what is not well is said"


def test_where_buttons_have_no_room_the_devices_are_icons_with_their_words_as_names(
    call: CallView,
) -> None:
    call.controls.show_state(CallState.CONNECTED)
    call.setMinimumSize(1, 1)  # what is around it decides, as in the window
    call.resize(900, 600)
    assert button(call, "call_microphone").text() == "Mute"
    call.resize(400, 600)
    call.controls.devices.show(microphone_on=False, camera_on=True)
    for name, words in (("microphone", "Microphone is off"), ("camera", "Camera off")):
        device = button(call, f"call_{name}")
        assert device.text() == ""
        assert words in device.accessibleName()
        assert words in device.toolTip()
    call.resize(900, 600)
    assert button(call, "call_microphone").text() == "Microphone is off"


def _pass(call: CallView, clock: ManualClock, seconds: int, quality: Quality) -> str:
    """The line is so for this long; what is said of it at the end."""
    for _second in range(seconds):
        clock.advance(1)
        call.controls.show_quality(quality)
    chip = call.findChild(Chip, "call_quality")
    assert chip is not None
    return chip.accessibleName()


def test_a_line_that_got_worse_is_said_at_once_and_a_good_one_once_it_lasted(
    call: CallView, clock: ManualClock
) -> None:
    assert _pass(call, clock, 1, Quality.GOOD) == "Good line"
    assert _pass(call, clock, 1, Quality.BAD) == "Weak line"
    for _time in range(5):
        assert _pass(call, clock, 4, Quality.GOOD) == "Weak line"
        assert _pass(call, clock, 4, Quality.BAD) == "Weak line"
    assert _pass(call, clock, 9, Quality.GOOD) == "Weak line"
    assert _pass(call, clock, 2, Quality.GOOD) == "Good line"
    assert _pass(call, clock, 1, Quality.BAD) == "Weak line"
    assert _pass(call, clock, 19, Quality.GOOD) == "Weak line", "twice as long"
    assert _pass(call, clock, 2, Quality.GOOD) == "Good line"
    call.controls.show_state(CallState.CLOSED)
    assert _pass(call, clock, 1, Quality.BAD) == "Weak line"
    call.controls.show_state(CallState.CLOSED)
    assert _pass(call, clock, 1, Quality.GOOD) == "Good line", "another call begins anew"


def test_a_call_that_stalls_is_seen_at_once_and_told_once_it_lasts(
    call: CallView, clock: ManualClock
) -> None:
    chip = call.findChild(Chip, "call_state")
    assert chip is not None
    [timer] = chip.findChildren(QTimer)
    call.controls.show_state(CallState.UNSTABLE)
    assert (chip.text(), chip.accessibleName()) == ("Line unstable", "Line unstable")
    call.controls.show_state(CallState.CONNECTED)
    assert (chip.text(), chip.accessibleName()) == ("In conversation", "Line unstable")
    clock.advance(11)
    timer.timeout.emit()
    assert chip.accessibleName() == "In conversation"
    call.controls.show_state(CallState.HELD)
    assert chip.accessibleName() == "On hold"
    call.controls.show_state(CallState.CONNECTED)
    assert chip.accessibleName() == "In conversation", "who ends a hold is told at once"


def test_what_is_given_up_stays_seen_until_it_was_better_for_some_time(
    call: CallView, clock: ManualClock
) -> None:
    chip = call.findChild(Chip, "call_line")
    assert chip is not None
    call.controls.show_line("Smaller picture")
    call.controls.show_line("Fewer pictures")
    assert chip.text() == "Smaller picture"
    call.controls.show_line("")
    assert chip.isVisible()
    [timer] = [timer for timer in chip.findChildren(QTimer) if timer.isActive()]
    clock.advance(11)
    timer.timeout.emit()
    assert (chip.text(), chip.isVisible(), timer.isActive()) == ("", False, False)
