# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor reads a day of appointments, changes it for a reason, and reads the figures."""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from session.core.appointment_model import AppointmentStep
from session.core.clock import ManualClock
from session.protocol.appointments.day import (
    AbsenceRequest,
    DayChangeRequest,
    DayRequest,
    StepsAnswer,
    StepsRequest,
)
from session.protocol.hub.requests import Service
from tests.support.appointments.scenes import TODAY, at, day_of_board, month_of_board
from tests.support.screens.acts import acts_of
from tests.support.screens.fingers import rewrite
from tests.support.screens.invented import NOW
from tests.support.screens.parts import part
from views.board.appointments.page import BoardAppointmentsPage
from views.board.facts import BoardFacts

SERVICES = {
    "logement": Service(id="logement", name="Aide au logement"),
    "rsa": Service(id="rsa", name="RSA"),
}


@pytest.fixture
def page(qtbot: QtBot, desk_theme: QApplication) -> BoardAppointmentsPage:
    made = BoardAppointmentsPage(BoardFacts(services=SERVICES), ManualClock(NOW))
    qtbot.addWidget(made)
    made.set_services(SERVICES)
    made.resize(1366, 600)
    made.show()
    return made


def test_a_day_has_its_appointments_its_times_and_how_many_are_taken(
    page: BoardAppointmentsPage,
) -> None:
    page.show_day(day_of_board())
    assert part(page, QLabel, "appointments_title").text() == (
        "Monday 2 March 2026: 14 of 16 times taken"
    )
    assert page.table.texts("ap2")[:2] == ["9:20", "Ilse Ombrage"]
    assert page.lines.texts(f"logement {at(2, 9).isoformat()}") == [
        "9:00",
        "Aide au logement",
        "2 of 2",
    ]


def test_another_day_is_asked_for_and_a_late_answer_for_the_day_before_is_left_aside(
    page: BoardAppointmentsPage,
) -> None:
    asked = acts_of(page, DayRequest)
    part(page, QToolButton, "appointments_after").click()
    assert asked == [DayRequest(day="2026-03-03")]
    page.show_day(day_of_board())
    assert page.table.ids() == []
    part(page, QPushButton, "appointments_today").click()
    assert asked[-1] == DayRequest(day="2026-03-02")


def test_one_service_is_looked_at_alone(page: BoardAppointmentsPage) -> None:
    day = day_of_board()
    other = msgspec.structs.replace(day.lines[0], service="rsa", taken=0)
    page.show_day(msgspec.structs.replace(day, lines=(*day.lines, other)))
    box = part(page, QComboBox, "appointments_service")
    box.setCurrentIndex(box.findData("rsa"))
    assert page.table.ids() == []
    assert len(page.lines.ids()) == 1
    box.setCurrentIndex(0)
    assert len(page.table.ids()) == len(TODAY)


def test_a_day_is_changed_only_with_a_reason_and_may_be_as_the_convention_says_again(
    page: BoardAppointmentsPage,
) -> None:
    changes = acts_of(page, DayChangeRequest)
    page.show_day(day_of_board())
    assert "réunion" in part(page, QLabel, "day_changes").text()
    part(page, QSpinBox, "day_change_agents").setValue(1)
    part(page, QPushButton, "day_change_do").click()
    assert changes == []
    assert part(page, QLabel, "day_change_reason_wrong").text()
    rewrite(part(page, QLineEdit, "day_change_reason"), "formation")
    part(page, QPushButton, "day_change_do").click()
    part(page, QPushButton, "day_change_back").click()
    assert changes == [
        DayChangeRequest(service="logement", day="2026-03-02", agents=1, reason="formation"),
        DayChangeRequest(service="logement", day="2026-03-02", agents=None),
    ]


def test_an_absence_of_an_agent_is_taken_back(page: BoardAppointmentsPage) -> None:
    taken_back = acts_of(page, AbsenceRequest)
    page.show_day(day_of_board())
    page.show_day(day_of_board())
    buttons = page.findChildren(QPushButton, "absence_back")
    assert len(buttons) == 1
    buttons[0].click()
    assert [(one.absence_id, one.agent, one.withdrawn) for one in taken_back] == [
        ("a1", "a1", True)
    ]


def test_figures_are_summed_by_service_and_shown_by_site(page: BoardAppointmentsPage) -> None:
    page.show_counts(month_of_board())
    assert page.figures.ids() == [
        "Aide au logement ",
        "Aide au logement valdore/library",
        "Aide au logement valdore/town",
        "RSA ",
        "RSA valdore/library",
        "RSA valdore/town",
    ]
    assert page.figures.texts("Aide au logement ")[2:] == ["120", "81", "66", "4", "4", "6"]
    assert page.figures.texts("RSA valdore/town")[1:4] == ["Mairie de Saint-Aubin", "–", "40"]
    part(page, QToolButton, "appointments_part_figures").click()
    assert page.figures.isVisible()


def test_a_day_without_appointments_says_so(page: BoardAppointmentsPage) -> None:
    page.show_day(msgspec.structs.replace(day_of_board(), appointments=[], lines=()))
    assert not page.table.isVisible()


def test_the_history_of_the_chosen_appointment_is_read(page: BoardAppointmentsPage) -> None:
    asked = acts_of(page, StepsRequest)
    steps = part(page, QLabel, "appointment_steps")
    page.show_day(day_of_board())
    assert asked == []
    page.table.choose("ap2")
    assert asked == [StepsRequest(appointment_id="ap2")]
    refused = AppointmentStep(kind="not_told", at_utc=NOW, reason="mail:reminder:refused")
    answer = StepsAnswer(steps=[AppointmentStep(kind="booked", at_utc=NOW), refused])
    page.show_steps("another", answer)
    assert not steps.isVisible()
    page.show_steps("ap2", answer)
    assert steps.isVisible()
    assert "Not sent: reminder by mail" in steps.text().splitlines()[0]
    page.table.choose("ap1")
    assert not steps.isVisible(), "it is another one's"
    assert asked[-1] == StepsRequest(appointment_id="ap1")
    page.show_day(day_of_board())
    assert asked[-2:] == [StepsRequest(appointment_id="ap1")] * 2, "it may have changed"
