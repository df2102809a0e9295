# SPDX-License-Identifier: GPL-3.0-only
"""Before the first answer a window says why it is empty; after it, never again."""

from __future__ import annotations

from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from views.widgets.connection_gate import ConnectionGate


def words_of(gate: ConnectionGate) -> str:
    return " ".join(
        label.text() for label in gate.findChildren(QLabel) if label.isVisibleTo(gate) and label
    )


def test_why_there_is_nothing_is_said_until_the_first_answer(qtbot: QtBot) -> None:
    gate = ConnectionGate(QLabel("Nobody waits"))
    qtbot.addWidget(gate)
    gate.wait("Nothing answers at tls://hub.example:4222.")
    assert "Nothing answers at tls://hub.example:4222." in words_of(gate)
    assert "Nobody waits" not in words_of(gate)
    assert gate.open()
    assert "Nobody waits" in words_of(gate)
    gate.wait("Nothing answers at tls://hub.example:4222.")
    assert "Nothing answers" not in words_of(gate)
    assert not gate.open()
