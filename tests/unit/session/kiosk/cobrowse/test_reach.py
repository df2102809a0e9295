# SPDX-License-Identifier: GPL-3.0-only
"""Where the caller's browser gets to: every way to write or to hide an address of the kiosk's
own network.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import pytest

from session.kiosk.cobrowse.reach import (
    Unreachable,
    is_public,
    why_not_connect,
    why_not_in_clear,
    why_not_tunnel,
)
from session.protocol.conversation.allowed_addresses import AllowList

LIST = AllowList(
    [
        "https://www.caisse.example/espace/",
        "https://*.partenaire.example/",
        "https://guichet.example:8443/",
        "http://10.0.0.7:8080/",
        "https://[fd00::7]/",
        "http://*.caisse.localhost:9000/",
        "https://xn--80ak6aa92e-i1a.example/",
    ]
)
SEED = 20261128


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("www.caisse.example", 443),
        ("cdn.fournisseur.example", 443),
        ("a.partenaire.example", 443),
        ("guichet.example", 8443),
        ("10.0.0.7", 8080),
        ("fd00::7", 443),
        ("8.8.8.8", 443),
        ("a.caisse.localhost", 9000),
        ("www.xn--mairie-t-h1ab.example", 443),
        ("xn--fiqs8s.example", 443),
    ],
)
def test_a_tunnel_leads_to_public_hosts_and_to_what_is_listed(host: str, port: int) -> None:
    assert why_not_tunnel(host, port, LIST) is None


@pytest.mark.parametrize(
    ("host", "port", "why"),
    [
        ("", 443, Unreachable.MALFORMED),
        ("www.caisse.example", 80, Unreachable.PORT),
        ("www.caisse.example", 3478, Unreachable.PORT),
        ("guichet.example", 8444, Unreachable.PORT),
        ("10.0.0.7", 443, Unreachable.INSIDE),
        ("10.0.0.7", 8081, Unreachable.PORT),
        ("fd00::8", 443, Unreachable.INSIDE),
        ("127.0.0.1", 443, Unreachable.INSIDE),
        ("224.0.0.251", 443, Unreachable.INSIDE),
        ("64:ff9b::c0a8:101", 443, Unreachable.INSIDE),
        ("2002:c0a8:101::", 443, Unreachable.INSIDE),
        ("localhost", 443, Unreachable.INSIDE),
        ("imprimante", 443, Unreachable.INSIDE),
        ("imprimante.local", 443, Unreachable.INSIDE),
        ("mairie.lan", 443, Unreachable.INSIDE),
        ("a.caisse.localhost", 443, Unreachable.INSIDE),
        # "caisse" with a Cyrillic a
        ("www.xn--cisse-3ve.example", 443, Unreachable.LOOK_ALIKE),
        ("xn--.example", 443, Unreachable.LOOK_ALIKE),
    ],
)
def test_no_tunnel_leads_elsewhere(host: str, port: int, why: Unreachable) -> None:
    assert why_not_tunnel(host, port, LIST) is why


def test_without_a_session_there_is_no_way_out() -> None:
    assert why_not_tunnel("www.caisse.example", 443, AllowList()) is Unreachable.NO_SESSION
    assert why_not_in_clear("10.0.0.7", 8080, AllowList()) is Unreachable.NO_SESSION


def test_only_what_is_listed_in_clear_is_asked_for_in_clear() -> None:
    assert why_not_in_clear("10.0.0.7", 8080, LIST) is None
    assert why_not_in_clear("", 80, LIST) is Unreachable.MALFORMED
    for host, port in (
        ("www.caisse.example", 80),
        ("www.caisse.example", 443),
        ("guichet.example", 8443),
        ("10.0.0.7", 80),
    ):
        assert why_not_in_clear(host, port, LIST) is Unreachable.IN_CLEAR


PRIVATE = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
]
PRIVATE_V6 = [
    "::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/32",
    "2001:1::/48",
    "2001:db8::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]


@pytest.mark.parametrize("network", PRIVATE + PRIVATE_V6)
def test_no_address_of_a_network_that_is_not_public_is_public(network: str) -> None:
    hidden = ip_network(network)
    dice = random.Random(SEED)
    size = hidden.num_addresses
    for offset in (0, 1, size - 1, *(dice.randrange(size) for _ in range(200))):
        address = hidden[offset]
        assert not is_public(address), address
        if isinstance(address, IPv4Address):
            for prefix in ("::ffff:", "64:ff9b::"):  # the same address in another coat
                assert not is_public(IPv6Address(f"{prefix}{address}")), address
            number = int(address)
            assert not is_public(IPv6Address(f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"))


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "93.184.216.34",
        "2606:4700::1",
        "64:ff9b::808:808",
        "::ffff:8.8.8.8",
        "172.32.0.1",
    ],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def reached(address: str, host: str, *own: str, listed: bool = True) -> bool:
    """Whether a connection for `host` may go there."""
    networks = [ip_network(text) for text in own]
    return why_not_connect(ip_address(address), host, networks, listed=listed) is None


def test_a_name_never_leads_inside_listed_or_not() -> None:
    for address in ("10.0.0.7", "127.0.0.1", "::1", "fd00::7", "64:ff9b::a00:7", "::ffff:10.0.0.7"):
        for host in ("www.caisse.example", "cdn.fournisseur.example", "10.0.0.8"):
            assert not reached(address, host)
            assert not reached(address, host, listed=False)


def test_a_listed_name_leads_inside_where_the_operator_says_so() -> None:
    own = [ip_network("2606:4700:1::/64")]

    def goes(address: str, host: str = "espace.caisse.example", *, listed: bool = True) -> bool:
        names = {"espace.caisse.example"}
        number = ip_address(address)
        return why_not_connect(number, host, own, listed=listed, intranet=names) is None

    inside = ("10.0.0.7", "172.16.0.1", "192.168.1.9", "fd00::7", "::ffff:10.0.0.7")
    for address in (*inside, "2606:4700:1::9", "8.8.8.8"):
        assert goes(address)
    for address in inside:
        assert not goes(address, listed=False)
        assert not goes(address, "www.caisse.example")
        assert not goes(address, "faux.espace.caisse.example")
    # this machine, its link with the addresses of clouds' secrets, everybody: never
    for address in ("127.0.0.1", "::1", "169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0"):
        assert not goes(address)


def test_a_listed_number_is_reached_as_itself_only() -> None:
    assert reached("10.0.0.7", "10.0.0.7")
    assert not reached("10.0.0.7", "10.0.0.7", listed=False)
    assert reached("fd00::7", "fd00::7")
    assert reached("127.0.0.1", "a.caisse.localhost")
    assert not reached("10.0.0.7", "a.caisse.localhost")
    assert not reached("127.0.0.1", "localhost.example")


def test_neighbours_with_public_addresses_are_not_reached() -> None:
    own = ("2606:4700:1::/64", "93.184.216.0/24")
    for address in ("2606:4700:1::9", "93.184.216.34"):
        assert not reached(address, "www.caisse.example", *own)
        assert not reached(address, address, *own, listed=False)
        assert reached(address, address, *own, listed=True)
        assert reached(address, "www.caisse.example")


def test_an_address_of_the_own_network_is_found_in_every_coat() -> None:
    """A town hall may have public addresses, IPv4 ones too."""
    own = "93.184.216.0/24"
    for coat in ("", "::ffff:", "64:ff9b::"):
        assert not reached(f"{coat}93.184.216.9", "www.caisse.example", own)
        assert reached(f"{coat}93.184.217.9", "www.caisse.example", own)


def test_what_a_network_wraps_below_its_own_prefix_counts_as_what_is_inside() -> None:
    own = [ip_network("93.184.216.0/24")]

    def goes(
        address: str,
        host: str = "www.caisse.example",
        nat64: tuple[IPv6Network, ...] = (),
        intranet: Collection[str] = (),
    ) -> bool:
        number = IPv6Address(address)
        why = why_not_connect(number, host, own, listed=True, intranet=intranet, nat64=nat64)
        return why is None

    nat64 = (IPv6Network("2606:4700:64::/96"),)
    for inside in ("10.0.0.7", "192.168.1.9", "127.0.0.1", "169.254.169.254", "93.184.216.9"):
        assert goes(f"2606:4700:64::{inside}")  # nobody knows of the prefix
        assert not goes(f"2606:4700:64::{inside}", nat64=nat64)
    assert goes("2606:4700:64::8.8.8.8", nat64=nat64)
    assert goes("2606:4700:65::10.0.0.7", nat64=nat64)
    # a prefix of one's own numbers (RFC 4193) leads out as well
    unique = (IPv6Network("fd64:1::/96"),)
    assert not goes("fd64:1::8.8.8.8")
    assert goes("fd64:1::8.8.8.8", nat64=unique)
    assert not goes("fd64:1::10.0.0.7", nat64=unique)
    names = {"espace.caisse.example"}
    assert goes("fd64:1::10.0.0.7", "espace.caisse.example", nat64=unique, intranet=names)
    assert not goes("fd64:1::127.0.0.1", "espace.caisse.example", nat64=unique, intranet=names)
