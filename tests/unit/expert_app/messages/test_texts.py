# SPDX-License-Identifier: GPL-3.0-only
"""A message says date, place and service, in the person's language, and how to cancel."""

from __future__ import annotations

import msgspec
import pytest

from documents.printed.appointment_words import AppointmentSlip
from expert_app.messages.texts import MOST_SMS_LETTERS, message_text
from resources.texts import CALLER_LANGUAGES
from session.core.appointment_model import MessageKind
from tests.unit.expert_app.messages.invented import SLIP


def test_a_mail_says_all_that_the_slip_says() -> None:
    text = message_text(MessageKind.BOOKED, SLIP, "fr")
    assert text.subject == "Votre rendez-vous : mardi 8 décembre 2026 à 10 h 15"
    for words in (SLIP.site_name, SLIP.service_name, SLIP.organisation_name, "K7M-2PX", "– Papier"):
        assert words in text.body


def test_who_does_not_need_to_come_gets_no_letters() -> None:
    text = message_text(MessageKind.CANCELLED, SLIP, "fr")
    assert "Vous n’avez plus à venir." in text.body
    assert "K7M-2PX" not in text.body + text.short
    assert "Pour un autre rendez-vous" in text.body


def test_no_code_is_spoken_of_where_there_is_none() -> None:
    body = message_text(MessageKind.BOOKED, SLIP, "fr").body
    assert "carré noir" not in body
    assert body.count("tapez les lettres") == 2


def test_an_sms_has_no_sign_that_makes_it_three_times_as_long() -> None:
    short = message_text(MessageKind.BOOKED, SLIP, "fr").short
    assert not set(short) & set("\u00a0\u202f’«»–")


def test_a_language_that_we_do_not_speak_is_french() -> None:
    assert message_text(MessageKind.REMINDER, SLIP, "de").subject.startswith("Rappel")


@pytest.mark.parametrize("spoken", CALLER_LANGUAGES)
@pytest.mark.parametrize("kind", MessageKind)
def test_each_message_is_there_in_each_language(kind: MessageKind, spoken: str) -> None:
    text = message_text(kind, SLIP, spoken)
    assert "\n" not in text.subject
    assert SLIP.site_name in text.short
    assert len(text.short) <= MOST_SMS_LETTERS


def test_long_or_hostile_names_break_neither_subject_nor_length() -> None:
    hostile: AppointmentSlip = msgspec.structs.replace(
        SLIP, service_name="a\r\nBcc: b@exemple.fr", site_name="é" * 900
    )
    text = message_text(MessageKind.BOOKED, hostile, "fr")
    assert "\nBcc" not in text.body
    assert len(text.short) <= MOST_SMS_LETTERS
