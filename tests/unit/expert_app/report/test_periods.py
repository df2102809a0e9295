# SPDX-License-Identifier: GPL-3.0-only
"""Periods are typed as days, months or years."""

from __future__ import annotations

from datetime import date

import pytest

from expert_app.report.periods import period_of


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2026-03-02", "2026-03-31", (date(2026, 3, 2), date(2026, 3, 31))),
        ("2026-02", "2026-02", (date(2026, 2, 1), date(2026, 2, 28))),
        ("2024-02", "2024-02", (date(2024, 2, 1), date(2024, 2, 29))),
        ("2025", "2026", (date(2025, 1, 1), date(2026, 12, 31))),
        ("2025-11", "2026-01-15", (date(2025, 11, 1), date(2026, 1, 15))),
        ("opening", "2026", (None, date(2026, 12, 31))),
    ],
)
def test_a_side_is_a_day_a_month_or_a_year(
    first: str, last: str, days: tuple[date | None, date]
) -> None:
    assert period_of(first, last) == days


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("1/3/2026", "2026"),
        ("2026-13", "2026-13"),
        ("2026-02-30", "2026"),
        ("2026-00", "2026"),
        ("2026", "opening"),
        ("2026-03-02", "2026-03-01"),
        ("0000", "2026"),
        ("", ""),
    ],
)
def test_anything_else_is_refused(first: str, last: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        period_of(first, last)
