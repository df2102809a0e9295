# SPDX-License-Identifier: GPL-3.0-only
"""A host reads who is expected, and nobody's name."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from session.core.appointment_model import AppointmentState
from session.protocol.appointments.day import ExpectedCaller
from views.site.expected_list import MOST_LINES, ExpectedList, expected_line

ROW = ExpectedCaller(
    code="K7M2PX",
    starts_at=datetime(2026, 12, 8, 10, 15, tzinfo=timezone(timedelta(hours=1))),
    service="entraide/housing",
    service_name="Logement",
    organisation_name="Caisse d'entraide du Val-Doré",
    site_name="Mairie de Saint-Aubin-des-Prés",
    state=AppointmentState.BOOKED,
)


def test_a_line_has_hour_service_letters_and_state() -> None:
    assert expected_line(ROW) == "10:15 · Logement · K7M-2PX · Is expected"


def test_the_list_is_hidden_without_anybody_and_has_an_end(qtbot: QtBot) -> None:
    view = ExpectedList()
    qtbot.addWidget(view)
    assert view.isHidden()
    view.show_expected([ROW] * (MOST_LINES + 5))
    assert not view.isHidden()
    lines = view.findChild(QLabel, "expected_lines")
    assert lines is not None
    assert lines.text().splitlines()[-1] == "and 5 more"
    view.show_expected([])
    assert view.isHidden()
