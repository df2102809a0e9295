# SPDX-License-Identifier: GPL-3.0-only
"""The desk's window as a whole: its states, its keys, its size, and that everything in it has a
name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.core.program_version import program_version
from session.protocol.conversation.messages import Grant
from tests.support.matrix import thinned
from tests.support.memory.window_settings import MemorySettings
from tests.support.screens.acts import acts_of
from tests.support.screens.desk_scenes import SCENES
from tests.support.screens.fingers import click, key, write
from tests.support.screens.invented import (
    DEVICES,
    DOSSIER,
    NOW,
    SERVICES,
    SESSION,
    TICKETS,
    allow,
    desk,
    drawn_page,
)
from tests.support.screens.longer import Longer, use_words
from tests.unit.views.desk.cut_words import cut_off
from views.desk.acts import AcceptNext, ChooseOwnState, FinishWrapUp
from views.desk.agent_status import Occupation
from views.desk.devices import acts
from views.desk.window import DeskWindow
from views.widgets.parts import Chip
from views.widgets.theme import DARK, apply_theme, tokens_for
from views.widgets.window_settings import IniSettings


@pytest.fixture
def window(qtbot: QtBot, desk_theme: QApplication) -> Iterator[DeskWindow]:
    made = desk(ManualClock(NOW))
    made.status.show_connection(True)
    made.queue.set_tickets(TICKETS, SERVICES)
    yield from shown(made, qtbot)


def shown(
    made: DeskWindow, qtbot: QtBot, width: int = 1280, height: int = 720
) -> Iterator[DeskWindow]:
    made.resize(width, height)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    yield made
    made.close_now()
    made.deleteLater()


def child[Kind: QWidget](window: QWidget, kind: type[Kind], name: str) -> Kind:
    found = window.findChild(kind, name)
    assert found is not None, name
    return found


def press(window: QWidget, qtbot: QtBot, name: str) -> None:
    found = child(window, QWidget, name)
    assert found.isVisible(), name
    click(found)


def test_the_keyboard_begins_at_what_an_agent_does_next(window: DeskWindow) -> None:
    first = window.focusWidget()
    assert first is not None
    assert first.objectName() == "idle_accept"


def test_accept_scan_and_file_by_keys_alone(window: DeskWindow, qtbot: QtBot) -> None:
    accepted = acts_of(window.queue, AcceptNext)
    key(window, Qt.Key.Key_F2)
    assert accepted == [AcceptNext("")]
    window.show_session(SESSION)
    window.dossier.show_dossier(DOSSIER)
    window.devices.set_pieces(DOSSIER.pieces, dossier_open=True)
    window.devices.show_devices(DEVICES)
    allow(window, {Grant.SCAN: True})
    key(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert child(window, QTabWidget, "side_tabs").currentWidget() is window.devices
    done = acts_of(window.devices, acts.ScanPages)
    key(window, Qt.Key.Key_F7)
    assert done
    window.devices.pages.show_page_image("p1", drawn_page(width=100))
    allow(window, {Grant.KEEP: True})
    filed = acts_of(window.devices, acts.FileDocuments)
    key(window, Qt.Key.Key_F8)
    assert filed == [
        acts.FileDocuments((acts.DocumentPages(("p1",), "p2", "Attestation de loyer"),))
    ]
    receipts = acts_of(window.devices, acts.PrintReceipt)
    key(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert receipts


def test_nothing_is_filed_before_its_piece_is_on_the_screen(
    window: DeskWindow, qtbot: QtBot
) -> None:
    window.show_session(SESSION)
    window.devices.set_pieces(DOSSIER.pieces, dossier_open=True)
    window.devices.pages.show_page_image("p1", drawn_page(width=100))
    allow(window, {Grant.KEEP: True})
    assert not child(window, QComboBox, "file_piece").isVisible()
    filed = acts_of(window.devices, acts.FileDocuments)
    key(window, Qt.Key.Key_F8)
    assert filed == []
    assert child(window, QComboBox, "file_piece").isVisible()
    assert window.devices.filing.file.hasFocus()
    key(window, Qt.Key.Key_F8)
    assert len(filed) == 1


def test_a_scan_that_is_ready_takes_the_keyboard_only_where_the_agent_still_waits_for_it(
    window: DeskWindow, qtbot: QtBot
) -> None:
    window.show_session(SESSION)
    window.dossier.show_dossier(DOSSIER)
    window.devices.set_pieces(DOSSIER.pieces, dossier_open=True)
    window.devices.show_devices(DEVICES)
    asked = acts_of(window.devices, acts.ScanPiece)
    key(window, Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    assert asked == [acts.ScanPiece("p2")]
    window.devices.pages.show_page_image("p1", drawn_page(width=100))
    window.call.setFocus()
    window.paper.show_scanned(["p1"], unread=0)
    assert not window.devices.filing.file.hasFocus()
    key(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    window.paper.show_scanned(["p1"], unread=0)
    assert window.devices.filing.file.hasFocus()


def test_nothing_is_scanned_or_printed_by_a_key_after_the_conversation(window: DeskWindow) -> None:
    window.show_session(SESSION)
    window.devices.show_devices(DEVICES)
    asked = acts_of(window.devices, object)
    window.show_wrap_up()
    key(window, Qt.Key.Key_F6)
    key(window, Qt.Key.Key_F7)
    key(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert asked == []


def test_a_session_folds_the_queue_and_opens_the_right_side(window: DeskWindow) -> None:
    assert window.queue.isVisible()
    assert not window.dossier.isVisible()
    window.show_session(SESSION)
    assert not window.queue.isVisible()
    assert window.call.isVisible()
    assert window.dossier.isVisible()
    assert child(window, QLabel, "session_ticket").text() == "B012"
    assert child(window, QLabel, "rail_count").text() == "4"


def test_the_next_caller_begins_at_the_dossier_whatever_was_open(window: DeskWindow) -> None:
    window.show_session(SESSION)
    window.columns.open_tab(window.devices)
    assert window.side.is_open(window.devices)
    window.show_idle()
    window.show_session(SESSION)
    assert window.side.is_open(window.dossier)


def test_the_face_stays_in_view_when_the_page_is_large(window: DeskWindow, qtbot: QtBot) -> None:
    window.show_session(SESSION)
    assert not window.cobrowse.isVisible()
    window.conversation.show_sharing(True)
    qtbot.waitUntil(window.cobrowse.isVisible)
    assert window.call.isVisible()
    assert window.call.height() >= 120
    qtbot.waitUntil(lambda: window.cobrowse.height() > window.call.height())
    key(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert not window.cobrowse.isVisible()


def test_a_permission_is_asked_for_by_its_button_and_by_keys(
    window: DeskWindow, qtbot: QtBot
) -> None:
    window.show_session(SESSION)
    asked: list[Grant] = []
    window.conversation.header.grants.wanted.connect(asked.append)
    for _time in range(2):
        press(window, qtbot, "grants")
        press(window, qtbot, "grant_scan")
    assert asked == [Grant.SCAN]
    window.conversation.header.grants.show_asking({Grant.SCAN: 29.6})
    assert child(window, QPushButton, "grant_scan").text() == "Scan 30 s"
    assert "Asking to scan · 30 s" in child(window, QPushButton, "grants").text()
    allow(window, {Grant.SCAN: True})
    assert "allowed" in child(window, QPushButton, "grant_scan").accessibleName()
    allow(window, {Grant.SCAN: False})
    press(window, qtbot, "grants")
    press(window, qtbot, "grant_scan")
    assert asked == [Grant.SCAN, Grant.SCAN]
    key(window, Qt.Key.Key_G, Qt.KeyboardModifier.AltModifier)
    key(window, Qt.Key.Key_3)
    assert asked[2:] == [Grant.CONTROL]


def test_the_permissions_take_the_keyboard_and_open(window: DeskWindow, qtbot: QtBot) -> None:
    window.show_session(SESSION)
    key(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    grants = window.conversation.header.grants
    assert grants.hasFocus()
    press(window, qtbot, "grants")
    keep = child(window, QPushButton, "grant_keep")
    qtbot.waitUntil(keep.isVisible)
    key(keep, Qt.Key.Key_Escape)
    assert grants.hasFocus()
    window.dossier.person.setFocus()
    press(window, qtbot, "grants")
    qtbot.waitUntil(keep.isVisible)
    press(window, qtbot, "grant_keep")
    assert window.dossier.person.hasFocus(), "back where it was"


def test_one_press_brings_the_page_that_is_filled_in_together(
    window: DeskWindow, qtbot: QtBot
) -> None:
    window.show_session(SESSION)
    press(window, qtbot, "fill_together")
    assert window.cobrowse.isVisible()


def test_how_long_it_lasted_is_told_by_who_saw_the_end(window: DeskWindow) -> None:
    lasted = child(window.wrap_up, QLabel, "wrap_up_lasted")
    window.show_session(SESSION)
    window.show_wrap_up(just_now=False)
    assert "lasted" not in lasted.text()
    window.show_wrap_up()
    assert "lasted" in lasted.text()


def test_finish_then_pause_is_one_press(window: DeskWindow, qtbot: QtBot) -> None:
    window.show_session(SESSION)
    window.show_wrap_up()
    key(window.wrap_up, Qt.Key.Key_2)
    states = acts_of(window.queue, ChooseOwnState)
    finished = acts_of(window.wrap_up, FinishWrapUp)
    press(window, qtbot, "wrap_up_pause")
    assert len(states) == len(finished) == 1
    window.show_idle()
    assert child(window, QPushButton, "idle_available").isVisible()


def test_wrap_up_wants_an_outcome_then_finishes(window: DeskWindow, qtbot: QtBot) -> None:
    window.show_session(SESSION)
    window.devices.pages.show_page_image("p1", drawn_page(width=100))
    window.show_wrap_up()
    assert window.devices.pages.strip.order() == ["p1"]
    finish = child(window, QPushButton, "wrap_up_finish")
    assert not finish.isEnabled()
    key(window.wrap_up, Qt.Key.Key_2)
    finished = acts_of(window.wrap_up, FinishWrapUp)
    key(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: finished == [FinishWrapUp("pieces_missing")])
    window.show_idle()
    assert window.devices.pages.strip.order() == []
    assert window.queue.isVisible()


def test_closing_is_a_wish_and_is_asked_again_during_a_conversation(
    window: DeskWindow, qtbot: QtBot
) -> None:
    wished: list[bool] = []
    window.close_requested.connect(lambda: wished.append(True))
    window.close()
    assert window.isVisible()
    assert wished == [True]
    window.show_session(SESSION)
    window.close()
    assert wished == [True]
    press(window, qtbot, "close_confirm_no")
    assert wished == [True]
    window.close()
    press(window, qtbot, "close_confirm_yes")
    assert wished == [True, True]
    assert window.isVisible()


def test_the_line_is_told_at_every_place(window: DeskWindow) -> None:
    window.status.show_connection(False)
    assert child(window, Chip, "header_connection").text() == "Connection lost, trying again…"
    assert (
        child(window, QLabel, "queue_connection")
        .text()
        .startswith("Connection lost, trying again…")
    )
    assert "keep their place" in child(window, QLabel, "idle_title").text()
    assert not child(window, QPushButton, "idle_accept").isVisible()
    window.status.show_connection(True)
    assert not child(window, QLabel, "queue_connection").isVisible(), "said once"


def test_a_pause_is_shown_and_ended_from_the_middle(window: DeskWindow, qtbot: QtBot) -> None:
    window.header.acted.emit(ChooseOwnState(False, ""))
    assert child(window, QPushButton, "header_state").text() == "Paused"
    told = acts_of(window.queue, ChooseOwnState)
    press(window, qtbot, "idle_available")
    assert told == [ChooseOwnState(True, "")]
    assert child(window, QPushButton, "header_state").text() == "Available"


def test_a_page_is_looked_at_and_escape_leads_back(window: DeskWindow, qtbot: QtBot) -> None:
    window.show_session(SESSION)
    for number in range(2):
        window.devices.pages.show_page_image(f"p{number}", drawn_page(width=100))
    window.paper.open("p0")
    assert window.viewer.isVisible()
    key(window.viewer, Qt.Key.Key_Right)
    assert child(window, QLabel, "viewer_title").text().startswith("Page 2 of 2")
    before = child(window, QLabel, "viewer_percent").text()
    key(window.viewer, Qt.Key.Key_Minus)
    assert child(window, QLabel, "viewer_percent").text() != before
    key(window.viewer, Qt.Key.Key_Escape)
    assert not window.viewer.isVisible()
    window.show_wrap_up()
    window.paper.open("p1")
    assert window.viewer.isVisible()
    key(window.viewer, Qt.Key.Key_Escape)
    assert window.wrap_up.isVisible()


def test_scanning_for_a_piece_prepares_the_filing(window: DeskWindow, qtbot: QtBot) -> None:
    window.show_session(SESSION)
    window.dossier.show_dossier(DOSSIER)
    window.devices.set_pieces(DOSSIER.pieces, dossier_open=True)
    qtbot.waitUntil(child(window, QWidget, "piece_scan_p3").isVisible)
    asked = acts_of(window.dossier, acts.ScanPiece)
    press(window, qtbot, "piece_scan_p3")
    assert asked == [acts.ScanPiece("p3")]
    assert child(window, QTabWidget, "side_tabs").currentWidget() is window.devices
    assert child(window, QComboBox, "file_piece").currentData() == "p3"


def test_help_opens_with_f1_and_closes_with_escape(window: DeskWindow, qtbot: QtBot) -> None:
    key(window, Qt.Key.Key_F1)
    veil = child(window, QWidget, "shortcut_veil")
    assert veil.isVisible()
    key(veil, Qt.Key.Key_Escape)
    assert not veil.isVisible()


def test_the_help_says_which_program_this_is_and_makes_a_file_for_the_help_desk(
    window: DeskWindow, qtbot: QtBot
) -> None:
    key(window, Qt.Key.Key_F1)
    assert f"Poste Expert {program_version()}" in child(window, QLabel, "about_program").text()
    with qtbot.waitSignal(window.help.support_requested):
        press(window, qtbot, "support_file")
    assert not child(window, QWidget, "shortcut_veil").isVisible()


def test_the_theme_is_a_wish_and_the_window_follows(
    window: DeskWindow, qtbot: QtBot, desk_theme: QApplication
) -> None:
    with qtbot.waitSignal(window.header.theme_requested) as wished:
        press(window, qtbot, "toggle_theme")
    assert wished.args == [True]
    apply_theme(desk_theme, dark=True)
    assert tokens_for(window.palette()) is DARK
    qtbot.waitUntil(
        lambda: child(window, QToolButton, "toggle_theme").accessibleName() == "Light theme"
    )


def test_place_and_panels_are_remembered(qtbot: QtBot, desk_theme: QApplication) -> None:
    memory = MemorySettings()
    first = desk(ManualClock(NOW), settings=memory)
    first.resize(900, 666)
    first.show()
    qtbot.waitExposed(first)
    first.close_now()
    second = desk(ManualClock(NOW), settings=memory)
    qtbot.addWidget(second)
    assert (second.width(), second.height()) == (900, 666)
    second._may_close = True


def test_settings_are_read_back_from_a_file(tmp_path: Path) -> None:
    IniSettings(tmp_path / "desk.ini").write("window/geometry", "abc")
    assert IniSettings(tmp_path / "desk.ini").read("window/geometry") == "abc"
    assert IniSettings(tmp_path / "desk.ini").read("nothing") == ""


@pytest.mark.parametrize("scene", thinned(sorted(SCENES), kept=sorted(SCENES)[::2]))
def test_controls_have_names_and_longer_words_have_room(
    scene: str, qtbot: QtBot, desk_theme: QApplication
) -> None:
    """For screen readers and scripts; on a small screen and a very small one."""
    use_words(Longer())
    for made in shown(SCENES[scene](), qtbot, 1280, 720):
        _check_names(made)
        for size in ((1280, 720), (960, 540)):
            made.resize(*size)
            assert made.width() <= size[0]

            def laid_out(made: DeskWindow = made) -> None:
                assert cut_off(made) == []

            qtbot.waitUntil(laid_out)  # a layout may take some turns of the loop


def _check_names(window: DeskWindow) -> None:
    controls = [
        control
        for kind in (QAbstractButton, QComboBox, QLineEdit)
        for control in window.findChildren(kind)
        if control.isVisible() and not isinstance(control.parent(), QComboBox)
    ]
    assert controls
    nameless = [
        f"{type(one).__name__} {one.objectName()}" for one in controls if not one.accessibleName()
    ]
    unknown = [one.accessibleName() for one in controls if not one.objectName()]
    assert (nameless, unknown) == ([], [])
    assert [
        one.objectName() for one in controls if one.focusPolicy() == Qt.FocusPolicy.NoFocus
    ] == []


def test_signing_out_is_asked_again_and_no_is_harmless(window: DeskWindow, qtbot: QtBot) -> None:
    asked: list[None] = []
    window.sign_out_requested.connect(lambda: asked.append(None))
    child(window, QToolButton, "sign_out").click()
    child(window, QPushButton, "sign_out_confirm_no").click()
    assert asked == []
    child(window, QToolButton, "sign_out").click()
    child(window, QPushButton, "sign_out_confirm_yes").click()
    assert asked == [None]


def test_a_withdrawn_access_is_told_and_no_retry_is_promised(window: DeskWindow) -> None:
    window.status.show_access_refused()
    assert child(window, QLabel, "idle_title").text() == "Access withdrawn"
    assert "trying" not in child(window, QLabel, "idle_words").text()


def test_nothing_typed_for_a_caller_stays_for_the_next_one_not_even_to_undo(
    window: DeskWindow,
) -> None:
    window.show_session(SESSION)
    window.dossier.show_dossier(DOSSIER)
    parts = (window.dossier, window.devices.filing, window.chat, window.conversation.pass_on)
    found = [line for part in parts for line in part.findChildren(QLineEdit)]
    lines = [line for line in found if not isinstance(line.parent(), QComboBox)]
    for line in lines:
        line.setEnabled(True)
        write(line, "Verdelin")
    window.show_wrap_up()
    window.show_idle()
    window.chat.set_in_session(False)
    window.conversation.pass_on.open()
    kept = []
    for line in lines:
        seen = [line.text()]
        for _time in range(4):
            line.undo()
            seen.append(line.text())
        if any("Verdelin" in text for text in seen):
            kept.append(line.objectName())
    assert kept == []


def test_larger_letters_have_room_in_the_rail_and_the_side_grows_with_them(
    desk_theme: QApplication, qtbot: QtBot
) -> None:
    for made in shown(SCENES["page"](), qtbot, 1366, 768):
        side, longest = child(made, QWidget, "side_panel"), child(made, QLabel, "rail_longest")
        usual_px = side.width()

        apply_theme(desk_theme, dark=False, text_scale=1.5)

        def both_are_wide(
            rail: QLabel = longest, grown: QWidget = side, before_px: int = usual_px
        ) -> None:
            assert rail.width() >= rail.sizeHint().width() > 0
            assert grown.width() > before_px

        qtbot.waitUntil(both_are_wide)
        assert side.width() <= 0.4 * made.width()


def test_larger_letters_make_the_commands_icons_that_keep_their_names(
    desk_theme: QApplication, qtbot: QtBot
) -> None:
    for made in shown(SCENES["face"](), qtbot, 1366, 768):
        hold = child(made, QPushButton, "talk_hold")
        usual = hold.text()
        assert usual

        def says(words: str, button: QPushButton = hold) -> None:
            assert button.text() == words

        apply_theme(desk_theme, dark=False, text_scale=1.5)
        qtbot.waitUntil(partial(says, ""))
        assert usual in hold.accessibleName()
        apply_theme(desk_theme, dark=False)
        qtbot.waitUntil(partial(says, usual))


@pytest.mark.parametrize("in_wrap_up", [False, True])
def test_the_end_of_a_pause_is_in_the_head_until_it_has_come(
    qtbot: QtBot, desk_theme: QApplication, in_wrap_up: bool
) -> None:
    clock = ManualClock(NOW)
    window = desk(clock)
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    window.status.show_connection(True)
    if in_wrap_up:
        window.status.show_occupation(Occupation.WRAP_UP)
    window.status.show_state(False, "pause", NOW + timedelta(minutes=15))
    head = window.header.state
    assert "until" in head.text()
    clock.advance(14 * 60)
    [timer] = [timer for timer in window.header.findChildren(QTimer) if timer.isActive()]
    timer.timeout.emit()
    assert "until" in head.text()
    clock.advance(60)
    timer.timeout.emit()
    assert "until" not in head.text()
    assert "Pause" in head.text()
    assert not timer.isActive()
