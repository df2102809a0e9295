# SPDX-License-Identifier: GPL-3.0-only
"""IPv4 addresses in IPv6 ones, as RFC 6052 (section 2.4) has them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest

from session.kiosk.cobrowse.ipv4_in_ipv6 import inner_ipv4, nat64_prefixes

WRAPPED = [
    ("2001:db8::/32", "2001:db8:c000:221::", "2001:db8:c000:aa::"),
    ("2001:db8:100::/40", "2001:db8:1c0:2:21::", "2001:db8:1c0:0:aa::"),
    ("2001:db8:122::/48", "2001:db8:122:c000:2:2100::", "2001:db8:122:c000:0:aa00::"),
    ("2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::", "2001:db8:122:3c0:0:aa::"),
    ("2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::", "2001:db8:122:344:c0:0:aa00::"),
    ("2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33", "2001:db8:122:344::192.0.0.170"),
]
"""Prefix, 192.0.2.33 below it, and 192.0.0.170."""


@pytest.mark.parametrize(("prefix", "address", "known"), WRAPPED)
def test_prefix_and_address_are_found_at_each_length(prefix: str, address: str, known: str) -> None:
    network = IPv6Network(prefix)
    assert nat64_prefixes([IPv6Address(known)]) == (network,)
    assert inner_ipv4(IPv6Address(address), [network]) == IPv4Address("192.0.2.33")
    assert inner_ipv4(IPv6Address(address)) is None


def test_two_answers_below_one_prefix_are_one_prefix() -> None:
    answers = [IPv6Address(f"2001:db8:64::192.0.0.{last}") for last in (170, 171)]
    assert nat64_prefixes(answers) == (IPv6Network("2001:db8:64::/96"),)


def test_a_network_without_a_translator_has_no_prefix() -> None:
    assert nat64_prefixes([]) == ()
    assert nat64_prefixes([IPv6Address("2606:4700::1"), IPv6Address("::1")]) == ()


def test_the_well_known_prefix_and_mapped_addresses_are_always_looked_into() -> None:
    for coat in ("64:ff9b::", "::ffff:"):
        assert inner_ipv4(IPv6Address(f"{coat}10.0.0.7")) == IPv4Address("10.0.0.7")
