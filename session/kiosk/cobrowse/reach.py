# SPDX-License-Identifier: GPL-3.0-only
"""Which hosts, ports and network addresses the caller's browser reaches.
Pure; used by the web proxy, the browser's only way out, and by `web_rules`.

The proxy does not see which page asks, nor what goes through an encrypted connection. So its
rules are those that hold for any page: encrypted connections to port 443 of any host of the
public internet, what the session's list names besides, and never an address of the network in
which the kiosk stands, whatever name led there.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Sequence
from enum import StrEnum

from session.kiosk.cobrowse.ipv4_in_ipv6 import inner_ipv4
from session.protocol.conversation.allowed_addresses import AllowList
from session.protocol.conversation.web_hosts import address_of, is_look_alike

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

HTTPS_PORT = 443

_LOCAL_ENDINGS = (
    ".local",
    ".localhost",
    ".localdomain",
    ".lan",
    ".home",
    ".internal",
    ".private",
    ".home.arpa",
    ".intranet",
    ".corp",
    ".onion",
    ".alt",
)
_LOOPBACK = (ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1"))

_PRIVATE: tuple[IpNetwork, ...] = (
    ipaddress.IPv4Network("10.0.0.0/8"),
    ipaddress.IPv4Network("172.16.0.0/12"),
    ipaddress.IPv4Network("192.168.0.0/16"),
    ipaddress.IPv6Network("fc00::/7"),
)
"""Addresses that organisations give to their own servers (RFC 1918, RFC 4193)."""

_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC: tuple[IpNetwork, ...] = (
    # The number of a service on the nearest router: PCP and TURN anycast (RFC 7723, RFC 8155).
    ipaddress.IPv4Network("192.0.0.0/24"),
    ipaddress.IPv4Network("192.88.99.0/24"),  # relays of 6to4 (RFC 7526)
    ipaddress.IPv6Network("2001::/23"),  # the same anycasts, Teredo, benchmarks
    ipaddress.IPv6Network("2002::/16"),  # 6to4 has an IPv4 address inside
)


class Unreachable(StrEnum):
    """Why the browser does not get there; what the proxy counts."""

    NO_SESSION = "no_session"
    MALFORMED = "malformed"
    IN_CLEAR = "in_clear"
    PORT = "port"
    INSIDE = "inside"
    LOOK_ALIKE = "look_alike"


def why_not_tunnel(host: str, port: int, allowed: AllowList) -> Unreachable | None:
    """Why there is no tunnel to a canonical host; None when there may be one, to an address
    that `why_not_connect` lets pass.
    """
    if not allowed:
        return Unreachable.NO_SESSION
    if not host:
        return Unreachable.MALFORMED
    if allowed.names(host, port):
        return None
    if port != HTTPS_PORT:
        return Unreachable.PORT
    if is_inside(host):
        return Unreachable.INSIDE
    if is_look_alike(host):
        return Unreachable.LOOK_ALIKE
    return None


def why_not_in_clear(host: str, port: int, allowed: AllowList) -> Unreachable | None:
    """The same for a request that is not encrypted: the list has to name it as `http`."""
    if not allowed:
        return Unreachable.NO_SESSION
    if not host:
        return Unreachable.MALFORMED
    if allowed.names(host, port, scheme="http"):
        return None
    return Unreachable.IN_CLEAR


def why_not_connect(
    address: IpAddress,
    host: str,
    own_networks: Sequence[IpNetwork],
    *,
    listed: bool,
    intranet: Collection[str] = (),
    nat64: Sequence[ipaddress.IPv6Network] = (),
) -> Unreachable | None:
    """Why a connection for `host`, which the rules above let pass, does not go to this address.

    An address of the kiosk's own network is reached only where the list names that very number;
    a name that answers with one is refused, listed or not, unless the kiosk's operator has said
    that this listed name is one of the intranet. Names below "localhost" are this
    machine by definition (RFC 6761, section 6.3), so to list one is to list its number.

    Args:
        own_networks: the networks to which this machine is attached: with IPv6, printers have
            public addresses.
        listed: whether the list names host and port.
        intranet: canonical hosts that may answer with an organisation's private address; never
            with one of this machine, or of its link.
        nat64: prefixes below which this network reaches IPv4 hosts.
    """
    if listed and (address_of(host) == address or (is_localhost(host) and address in _LOOPBACK)):
        return None
    if isinstance(address, ipaddress.IPv6Address):
        address = inner_ipv4(address, nat64) or address
    if listed and host in intranet and _is_of_organisation(address, own_networks):
        return None
    if is_public(address) and not any(address in network for network in own_networks):
        return None
    return Unreachable.INSIDE


def _is_of_organisation(address: IpAddress, own_networks: Sequence[IpNetwork]) -> bool:
    if is_public(address):
        near = (*_PRIVATE, *own_networks)
    else:
        near = _PRIVATE
    return any(address in network for network in near)


def is_inside(host: str) -> bool:
    """A canonical host of the kiosk's own network, by its name or its number (RFC 1918, RFC
    4193, RFC 6762); "" counts as one.
    """
    if (address := address_of(host)) is not None:
        return not is_public(address)
    return "." not in host or host.endswith(_LOCAL_ENDINGS)


def is_localhost(host: str) -> bool:
    """True if a canonical host is this machine by its name."""
    return host == "localhost" or host.endswith(".localhost")


def is_public(address: IpAddress) -> bool:
    """True if an address is one host of the public internet, judged by where a packet to it
    would go: an IPv4 address that is wrapped into IPv6 counts as itself.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if inner := inner_ipv4(address):
            return is_public(inner)
        if address not in _PUBLIC_V6:
            return False
    if address.is_multicast or any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global
