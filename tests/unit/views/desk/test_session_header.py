# SPDX-License-Identifier: GPL-3.0-only
"""The head of a conversation: the caller's number, and the number of the conversation."""

from __future__ import annotations

import msgspec
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from session.core.spoken_letters import short_number
from session.protocol.hub.requests import SessionFacts
from tests.support.screens.invented import SESSION
from views.desk.session_header import SessionHeader
from views.widgets.parts import ElidedLabel


def _where(header: SessionHeader) -> str:
    found = header.findChild(ElidedLabel, "session_where")
    assert found is not None
    return found.text()


def test_a_sealed_number_is_said_until_it_is_read_and_belongs_to_its_session(qtbot: QtBot) -> None:
    header = SessionHeader()
    qtbot.addWidget(header)
    sealed: SessionFacts = msgspec.structs.replace(
        SESSION, caller_number="", sealed_number="A" * 43 + "=" + "B" * 64
    )
    header.show_session(sealed, "L042", None, 0)
    assert _where(header).startswith("number sealed")
    header.show_number("another session", "7654321")
    assert "7654321" not in _where(header)
    header.show_number(sealed.id, "1234567")
    assert "1234567" in _where(header)
    assert SESSION.site in _where(header)
    header.show_number(sealed.id, "")  # the vault could not open it: the agent asks
    assert _where(header).startswith("no number")


def test_the_conversations_number_can_be_read_out_and_copied(qtbot: QtBot) -> None:
    header = SessionHeader()
    qtbot.addWidget(header)
    header.show_session(SESSION, "L042", None, 0)
    shown = header.findChild(QLabel, "session_number")
    assert shown is not None
    assert shown.text() == short_number(SESSION.id)
    assert shown.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByKeyboard
    assert "for the helpdesk" in shown.accessibleName()
