# SPDX-License-Identifier: GPL-3.0-only
"""What the palette finds in a real desk window, before, in and after a conversation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.protocol.conversation.messages import Grant
from tests.support.screens.acts import acts_of
from tests.support.screens.invented import (
    DEVICES,
    DOSSIER,
    NOW,
    SERVICES,
    SESSION,
    TICKETS,
    allow,
    desk,
)
from views.desk.acts import Switch
from views.desk.call_controls import CallState
from views.desk.devices import acts
from views.desk.dossier.acts import DossierPress
from views.desk.help import named_shortcuts
from views.desk.window import DeskWindow
from views.widgets.keyboard.command_palette import PaletteEntry
from views.widgets.keyboard.window_actions import WindowActions

ONLY_WITH_THE_KEYBOARD_THERE = {"Alt+G", "Ctrl+Space", "Return", "Right", "Shift+Right", "PgDown"}
"""Keys that a view takes only while it has the keyboard, or that begin others."""
OF_TOOLS = {"F9", "Shift+F9", "Ctrl+F9", "Ctrl+Shift+F9"}
BY_WIRING = {"Ctrl+B", "Ctrl+F10", "Ctrl+O", "Ctrl+L", "Ctrl+Shift+P", *OF_TOOLS}
"""Made by the program's wiring, or by the shared page, which this window has not."""


@pytest.fixture
def window(qtbot: QtBot, desk_theme: QApplication) -> Iterator[DeskWindow]:
    made = desk(ManualClock(NOW))
    made.status.show_connection(True)
    made.queue.set_tickets(TICKETS, SERVICES)
    made.resize(1280, 720)
    made.show()
    yield made
    made.close_now()
    made.deleteLater()


def found(window: DeskWindow) -> dict[str, PaletteEntry]:
    actions = WindowActions(
        window, named_shortcuts(), folded=(window.side,), left_out=(window.queue,)
    )
    return {one.words: one for one in actions.entries()}


def test_every_key_of_the_help_is_an_action(window: DeskWindow) -> None:
    window.show_session(SESSION)
    here = {one.keys for one in found(window).values()}
    assert named_shortcuts().keys() - here <= ONLY_WITH_THE_KEYBOARD_THERE | BY_WIRING


def test_what_f10_is_called_is_what_it_does(window: DeskWindow, qtbot: QtBot) -> None:
    window.show_session(SESSION)
    window.call.controls.show_state(CallState.CONNECTED)
    [entry] = [one for one in found(window).values() if one.keys == "F10"]
    assert "Fill in together" in entry.words
    with qtbot.waitSignal(window.conversation.header.fill_requested):
        entry.act()


def test_without_a_conversation_its_acts_are_listed_and_impossible(window: DeskWindow) -> None:
    listed = found(window)
    for words in ("Hang up (twice)", "Privacy pause"):
        assert listed[words].why_not == "This cannot be done at this moment.", words
    assert not listed["Accept the next caller"].why_not
    assert not listed["Sign out"].why_not


def test_a_tab_that_is_not_open_and_a_folded_side_are_in_reach(
    window: DeskWindow, qtbot: QtBot
) -> None:
    window.show_session(SESSION)
    window.call.controls.show_state(CallState.CONNECTED)
    window.dossier.show_dossier(DOSSIER)
    window.devices.set_pieces(DOSSIER.pieces, dossier_open=True)
    window.devices.show_devices(DEVICES)
    allow(window, {Grant.SCAN: True})
    window.side.hide()
    listed = found(window)
    assert not listed["Scan page"].why_not
    done = acts_of(window.devices, acts.ScanPages)
    listed["Scan page"].act()
    assert done
    switched = acts_of(window.call, Switch)
    listed["Microphone on or off"].act()
    assert switched


def test_a_new_button_is_found_by_its_name(window: DeskWindow, qtbot: QtBot) -> None:
    window.show_session(SESSION)
    window.call.controls.show_state(CallState.CONNECTED)
    window.dossier.show_dossier(DOSSIER)
    listed = found(window)
    print_missing = next(one for words, one in listed.items() if words.startswith("Print what is"))
    pressed = acts_of(window.dossier, DossierPress)
    print_missing.act()
    assert pressed == [DossierPress.PRINT_MISSING]
