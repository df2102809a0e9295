# SPDX-License-Identifier: GPL-3.0-only
"""Birth dates of which day or month are unknown: read, compared, placed in time."""

from __future__ import annotations

from datetime import date

import pytest

from session.core.birth_date import earliest_day, is_complete, may_be_same_day, parse_birth_date


@pytest.mark.parametrize(
    ("text", "born_on"),
    [
        ("1957-05-14", "1957-05-14"),
        ("14/05/1957", "1957-05-14"),
        ("1957-05-00", "1957-05"),
        ("1957-05", "1957-05"),
        ("00/05/1957", "1957-05"),
        ("1957-00-00", "1957"),
        ("1957", "1957"),
        ("00/00/1957", "1957"),
        ("29/02/1956", "1956-02-29"),
    ],
)
def test_a_date_is_read_in_each_form(text: str, born_on: str) -> None:
    assert parse_birth_date(text) == born_on


@pytest.mark.parametrize(
    "text", ["", "57", "1957-5", "29/02/1957", "1957-13", "14/00/1957", "0000", "1957-05-14T00"]
)
def test_what_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_birth_date(text)


def test_an_incomplete_date_may_be_any_of_its_days() -> None:
    assert may_be_same_day("1957", "1957-05-14")
    assert may_be_same_day("1957-05-14", "1957-05")
    assert may_be_same_day("1957", "1957")
    assert not may_be_same_day("1957-05", "1957-06-14")
    assert not may_be_same_day("", "1957")
    assert not may_be_same_day("1957", "")


def test_an_incomplete_date_begins_with_its_first_day() -> None:
    days = [earliest_day(born_on) for born_on in ("1957", "1957-05", "1957-05-14")]
    assert days == [date(1957, 1, 1), date(1957, 5, 1), date(1957, 5, 14)]
    assert [is_complete(text) for text in ("1957", "1957-05", "1957-05-14")] == [False, False, True]
