# SPDX-License-Identifier: GPL-3.0-only
"""The sums of the payslip: amounts as French readers write them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from expert_app.simulated.sheet_payslip import euros


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0,00"),
        ("18.4", "18,40"),
        ("1590.37", "1\u202f590,37"),
        ("1234567.8", "1\u202f234\u202f567,80"),
    ],
)
def test_amounts_have_a_comma_and_narrow_spaces(amount: str, text: str) -> None:
    assert euros(Decimal(amount)) == text
