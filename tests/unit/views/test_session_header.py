# SPDX-License-Identifier: GPL-3.0-only
"""The permissions over the agent's conversation: what a button says, and what its help says."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from session.protocol.session_messages import Grant
from views.session_header import GrantButton


def test_the_time_that_is_left_is_on_the_button_only_when_it_is_short(qtbot: QtBot) -> None:
    button = GrantButton(Grant.SCAN)
    qtbot.addWidget(button)
    button.show_state(allowed=True)
    button.show_left(1792)
    assert "29:52" not in button.text()
    assert "29:52" in button.toolTip()
    button.show_left(300)
    assert "5:00" in button.text()
