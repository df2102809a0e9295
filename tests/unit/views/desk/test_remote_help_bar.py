# SPDX-License-Identifier: GPL-3.0-only
"""The bar that asks whether the helpdesk may do something at this desk."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from session.protocol.helpdesk.remote_help import DESK_ACTS
from session.protocol.hub.requests import RemoteAct
from views.desk.remote_help_bar import RemoteHelpBar


def _words(bar: RemoteHelpBar) -> str:
    found = bar.findChild(QLabel, "remote_help_words")
    assert found is not None
    return found.text()


@pytest.mark.parametrize("act", sorted(DESK_ACTS))
def test_who_wants_what_is_asked_answered_and_said_while_it_lasts(
    qtbot: QtBot, act: RemoteAct
) -> None:
    bar = RemoteHelpBar()
    qtbot.addWidget(bar)
    said: list[bool] = []
    bar.answered.connect(said.append)
    assert bar.isHidden()
    bar.ask("Denis W.", act)
    assert bar.isVisible()
    assert "Denis W." in _words(bar)
    asked = _words(bar)
    buttons = [bar.findChild(QPushButton, f"remote_help_{name}") for name in ("yes", "no")]
    for button in buttons:
        assert button is not None
        assert not button.hasFocus()  # what is being typed answers nothing
        button.click()
    assert said == [True, False]
    bar.show_act("Denis W.", act)
    assert "Denis W." in _words(bar)
    assert _words(bar) != asked
    assert not any(button is not None and button.isVisible() for button in buttons)
    bar.hide_help()
    assert bar.isHidden()
