# SPDX-License-Identifier: GPL-3.0-only
"""Birth dates as agents type them, and what is said of wrong ones."""

from __future__ import annotations

from datetime import date

import pytest

from views.widgets.dossier.birth_date import FLAWS, DateFlaw, french_day, read_birth_date

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    "typed",
    [
        "14/05/1988",
        " 14/5/1988 ",
        "14.05.1988",
        "14-05-1988",
        "14 05 1988",
        "14 / 05 / 1988",
        "14051988",
        "1988-05-14",
    ],
)
def test_a_day_is_read_however_it_is_written(typed: str) -> None:
    assert read_birth_date(typed, TODAY) == ("1988-05-14", None)


@pytest.mark.parametrize(
    ("typed", "flaw"),
    [
        ("", DateFlaw.MISSING),
        ("mai 1988", DateFlaw.NOT_A_DATE),
        ("14/05", DateFlaw.NOT_A_DATE),
        ("14/05/88", DateFlaw.SHORT_YEAR),
        ("30/02/1988", DateFlaw.NO_SUCH_DAY),
        ("05/14/1988", DateFlaw.NO_SUCH_DAY),
        ("29/02/1900", DateFlaw.NO_SUCH_DAY),
        ("14/00/1960", DateFlaw.NO_SUCH_DAY),
        ("00/00/2027", DateFlaw.FUTURE),
        ("00/00/1788", DateFlaw.TOO_OLD),
        ("03/03/2026", DateFlaw.FUTURE),
        ("14/05/1788", DateFlaw.TOO_OLD),
    ],
)
def test_a_wrong_day_is_told(typed: str, flaw: DateFlaw) -> None:
    assert read_birth_date(typed, TODAY) == ("", flaw)


@pytest.mark.parametrize(
    ("typed", "born_on", "shown"),
    [
        ("00/00/1957", "1957", "00/00/1957"),
        ("0/0/1957", "1957", "00/00/1957"),
        ("00001957", "1957", "00/00/1957"),
        ("1957-00-00", "1957", "00/00/1957"),
        ("00/05/1957", "1957-05", "00/05/1957"),
        ("14/05/1957", "1957-05-14", "14/05/1957"),
    ],
)
def test_zeros_stand_for_what_nobody_knows(typed: str, born_on: str, shown: str) -> None:
    assert read_birth_date(typed, TODAY) == (born_on, None)
    assert french_day(born_on) == shown


@pytest.mark.parametrize("text", ["", "1957-5", "12/1957", "hier"])
def test_what_is_no_date_stays_as_it_is(text: str) -> None:
    assert french_day(text) == text


def test_today_is_a_birth_date() -> None:
    assert read_birth_date("02/03/2026", TODAY).flaw is None


def test_every_flaw_has_words() -> None:
    assert set(FLAWS) == set(DateFlaw)
