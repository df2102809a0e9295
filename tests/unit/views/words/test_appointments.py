# SPDX-License-Identifier: GPL-3.0-only
"""What became of an appointment, in words; above all why a message was not sent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from expert_app.ged.connector import Reason
from session.core.appointment_model import AppointmentStep, MessageKind, MessageWay, StepKind
from session.core.dossier_model import ActingUser
from views.words.appointments import step_words, steps_words

AT = datetime(2026, 12, 7, 9, 15, tzinfo=UTC)


def words(kind: StepKind, reason: str = "", **more: object) -> str:
    step = AppointmentStep(kind=kind, at_utc=AT, reason=reason, **more)  # type: ignore[arg-type]  # fields that the tests name
    return step_words(step).partition(" · ")[2]


def test_who_did_what_and_why() -> None:
    camille = ActingUser(user="valdore/a.camille", name="Camille R.")
    assert words("booked", by=camille) == "Appointment booked · Camille R."
    assert words("cancelled", "ill", by=camille) == "Appointment cancelled · ill · Camille R."
    moved = words("moved", by=camille, was_at=AT)
    assert moved.startswith("Appointment moved · before: 7 December 2026, ")
    assert moved.endswith(" · Camille R.")


@pytest.mark.parametrize(
    ("kind", "reason", "said"),
    [
        ("told", "mail:reminder", "Sent: reminder by mail"),
        ("told", "", "The person knows"),
        (
            "not_told",
            "sms:booked:refused",
            "Not sent: confirmation by SMS · the address or number was refused: ask for it again",
        ),
        ("not_told", "mail:moved:out_of_ink", "Not sent: new hour by mail · out_of_ink"),
        ("not_told", "pigeon", "The person has to be called · pigeon"),
    ],
)
def test_why_a_message_was_not_sent_is_a_sentence(kind: StepKind, reason: str, said: str) -> None:
    assert words(kind, reason) == said


@pytest.mark.parametrize("way", list(MessageWay))
@pytest.mark.parametrize("occasion", list(MessageKind))
def test_every_way_and_occasion_has_words(way: MessageWay, occasion: MessageKind) -> None:
    said = words("told", f"{way.value}:{occasion.value}")
    assert said.startswith("Sent: ")
    assert "_" not in said


@pytest.mark.parametrize(
    "reason",
    [
        Reason.UNREACHABLE,
        Reason.TIMEOUT,
        Reason.CERTIFICATE,
        Reason.ACCESS,
        Reason.BUSY,
        Reason.REFUSED,
        Reason.NOT_UNDERSTOOD,
        Reason.TOO_LARGE,
    ],
)
def test_every_reason_of_a_sender_has_words(reason: Reason) -> None:
    said = words("not_told", f"mail:reminder:{reason.value}")
    assert said.rpartition(" · ")[2] != reason.value


def test_the_newest_line_stands_first() -> None:
    steps = [AppointmentStep(kind=kind, at_utc=AT) for kind in ("booked", "kept")]
    assert [line.rpartition(" · ")[2] for line in steps_words(steps).splitlines()] == [
        "Appointment kept",
        "Appointment booked",
    ]
