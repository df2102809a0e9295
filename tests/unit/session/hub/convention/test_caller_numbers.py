# SPDX-License-Identifier: GPL-3.0-only
"""Caller numbers of each organisation."""

from __future__ import annotations

import pytest
from stdnum.fr import nir

from session.core.errors import CallerNumberInvalid
from session.hub.convention.caller_numbers import checked_number


def _nir(body: str) -> str:
    return body + nir.calc_check_digits(body)


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("allocataire", "1234567", "1234567"),
        ("allocataire", " 123 45 67", "1234567"),
        ("allocataire", "1234567 K", "1234567"),
        ("france_travail", "1234567a", "1234567A"),
        ("france_travail", "12345678901", "12345678901"),
        ("nir", _nir("1990199001001"), _nir("1990199001001")),
        ("nir", _nir("299012A001001"), _nir("299012A001001")),
        ("nir", _nir("199012B001001"), _nir("199012B001001")),
        ("", "AB-12", "AB12"),
        ("allocataire", "", ""),
        ("nir", "  ", ""),
    ],
)
def test_a_good_number_has_one_written_form(kind: str, typed: str, stored: str) -> None:
    assert checked_number(kind, typed) == stored


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("allocataire", "123456"),
        ("allocataire", "12345678"),
        ("allocataire", "123456A"),
        ("allocataire", "１２３４５６７"),
        ("france_travail", "1234567"),
        ("france_travail", "123456789012"),
        ("nir", "199019900100100"),
        ("nir", "1990199001001"),
        ("", "A/B"),
        ("", "x" * 21),
    ],
)
def test_a_wrong_number_is_refused(kind: str, typed: str) -> None:
    with pytest.raises(CallerNumberInvalid):
        checked_number(kind, typed)
