# SPDX-License-Identifier: GPL-3.0-only
"""The desk's page between two conversations says what is so."""

from __future__ import annotations

from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from views.desk.idle import IdlePage


def _said(page: IdlePage) -> str:
    return " ".join(part.text() for part in page.findChildren(QLabel) if not part.isHidden())


def test_between_the_acceptance_and_the_call_nobody_is_said_to_be_missing(qtbot: QtBot) -> None:
    page = IdlePage()
    qtbot.addWidget(page)
    page.show_state(available=True, connected=True)
    assert "Nobody is waiting" in _said(page)
    page.show_accepting(True)
    assert "The caller is being connected" in _said(page)
    assert "Nobody is waiting" not in _said(page)
    page.show_accepting(False)
    assert "Nobody is waiting" in _said(page)
