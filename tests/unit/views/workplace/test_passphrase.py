# SPDX-License-Identifier: GPL-3.0-only
"""The passphrase is asked, chosen twice alike, and never shown unasked."""

from __future__ import annotations

from PyQt6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from views.workplace.passphrase import NewPassphrase, UnlockView


def _line(view: QWidget, name: str) -> QLineEdit:
    found = view.findChild(QLineEdit, name)
    assert found is not None
    return found


def test_enter_opens_and_an_error_is_said(qtbot: QtBot) -> None:
    view = UnlockView()
    qtbot.addWidget(view)
    line = _line(view, "unlock_passphrase")
    assert line.echoMode() is QLineEdit.EchoMode.Password
    line.setText("quatre mots faciles")
    with qtbot.waitSignal(view.passphrase_given) as given:
        line.returnPressed.emit()
    assert given.args == ["quatre mots faciles"]
    view.show_busy()
    view.show_error("Ce n'est pas la phrase.")
    enter = view.findChild(QPushButton, "unlock_enter")
    assert enter is not None
    assert enter.isEnabled()


def test_whoever_has_lost_it_begins_anew_only_after_reading_what_is_lost(qtbot: QtBot) -> None:
    view = UnlockView()
    qtbot.addWidget(view)
    lost, begin = (view.findChild(QPushButton, name) for name in ("unlock_lost", "unlock_begin"))
    assert lost is not None
    assert begin is not None
    assert begin.isHidden()
    lost.click()
    assert not begin.isHidden()
    with qtbot.waitSignal(view.forgotten):
        begin.click()


def test_a_new_passphrase_is_long_and_typed_twice(qtbot: QtBot) -> None:
    view = NewPassphrase("choose")
    qtbot.addWidget(view)
    first, again = _line(view, "choose_first"), _line(view, "choose_again")
    first.setText("court")
    again.setText("court")
    assert view.good() == ""
    first.setText("quatre mots faciles")
    assert view.good() == ""
    again.setText("quatre mots faciles")
    assert view.good() == "quatre mots faciles"
    view.forget()
    assert view.good() == ""
