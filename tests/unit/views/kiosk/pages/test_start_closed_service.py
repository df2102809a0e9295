# SPDX-License-Identifier: GPL-3.0-only
"""A service that a supervisor has closed: its button is off and says why, the others work."""

from __future__ import annotations

import msgspec
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.kiosk.caller_acts import CallService
from tests.support.screens.fingers import click
from tests.support.screens.kiosk_gallery import SERVICES
from views.kiosk.pages.start import StartPage


def test_a_closed_service_cannot_be_touched_and_says_so(qtbot: QtBot) -> None:
    page = StartPage(ManualClock())
    qtbot.addWidget(page)
    page.show()
    asked: list[object] = []
    page.acted.connect(asked.append)
    page.show_services([msgspec.structs.replace(SERVICES[0], closed=True), *SERVICES[1:3]])
    for card in page.cards:
        click(card)
    assert asked == [CallService(SERVICES[1].id), CallService(SERVICES[2].id)]
    words = [label.text() for label in page.cards[0].findChildren(QLabel)]
    assert "Closed. Choose another one." in words
    assert "Closed." in page.cards[0].accessibleName()
    page.show_services(SERVICES[:3])
    click(page.cards[0])
    assert asked[-1] == CallService(SERVICES[0].id)
