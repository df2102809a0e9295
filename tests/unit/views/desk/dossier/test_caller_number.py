# SPDX-License-Identifier: GPL-3.0-only
"""A number that the caller says is checked as the kiosk checks it."""

from __future__ import annotations

import pytest

from session.protocol.hub.number_check import FORMS, PHONE, TICKET, written_number
from views.desk.dossier.caller_number import KINDS, is_good_number


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("allocataire", "123 4567"),
        ("allocataire", "1234567 k"),
        ("france_travail", "1234567-a"),
        ("france_travail", "1234 5678 901"),
        ("nir", "2 95 10 99 126 111 93"),
        ("", "AB-12"),
        ("a kind of tomorrow", "12"),
    ],
)
def test_a_good_number_is_taken_with_its_spaces(kind: str, typed: str) -> None:
    assert is_good_number(kind, written_number(kind, typed))


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("allocataire", "123456"),
        ("allocataire", "12345678"),
        ("france_travail", "1234567"),
        ("nir", "2 95 10 99 126 111 94"),
        ("", "é"),
        ("", "1" * 21),
        ("", ""),
    ],
)
def test_a_wrong_number_is_not(kind: str, typed: str) -> None:
    assert not is_good_number(kind, written_number(kind, typed))


def test_every_kind_of_the_kiosk_has_a_name_at_the_desk() -> None:
    assert set(KINDS) == {"", *FORMS} - {PHONE, TICKET}
