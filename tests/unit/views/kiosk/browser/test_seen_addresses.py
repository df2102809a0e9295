# SPDX-License-Identifier: GPL-3.0-only
"""What a desk calls the pictures of a page: no guard may take that for somebody's number."""

from __future__ import annotations

import re
import secrets

import pytest

from session.masking.numbers import PAGE_PATTERNS, mask
from views.kiosk.browser.seen_addresses import SeenAddresses

ADDRESSES = (
    "https://caf.example/photo.png?dossier=1850578006001",
    "https://caf.example/static/logo.ac55f6e26bd6c0690f12.svg",
    "https://caf.example/2026/11/7a4418c2e55d90b1f3aa.woff2?v=3",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_guard_takes_a_name_for_a_number(address: str) -> None:
    """Both guards mask what looks like a number;
    a name that they change is one that the kiosk does not know.
    """
    in_page = re.compile("|".join(PAGE_PATTERNS), re.IGNORECASE)
    for _ in range(500):
        seen = SeenAddresses()
        seen.add(address)
        spoken = seen.spoken(address)
        assert mask(spoken) == spoken
        assert not in_page.search(spoken)
        assert seen.find(spoken) == address


def test_a_plain_address_stays_readable() -> None:
    assert (
        SeenAddresses().spoken("https://caf.example/logo.svg#a") == "https://caf.example/logo.svg"
    )


def test_pictures_of_folders_with_the_same_letters_are_two() -> None:
    seen = SeenAddresses()
    one, other = "https://caf.example/a/bc2026.png", "https://caf.example/ab/c2026.png"
    assert seen.spoken(one) != seen.spoken(other)


def test_the_next_caller_s_names_are_others() -> None:
    address = f"https://caf.example/{secrets.token_hex(8)}.png?a=1"
    assert SeenAddresses().spoken(address) != SeenAddresses().spoken(address)
