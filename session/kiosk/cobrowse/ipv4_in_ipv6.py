# SPDX-License-Identifier: GPL-3.0-only
"""IPv4 addresses inside IPv6 ones, where a translator (NAT64) takes them out again. Pure; used by
`reach` and by the web proxy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network

NAT64_NAME = "ipv4only.arpa"
"""Has IPv4 addresses only (RFC 7050, section 2.2): an IPv6 one was made by the network's own
resolver and shows its prefix.
"""

_WELL_KNOWN = IPv6Network("64:ff9b::/96")  # RFC 6052, section 2.1
_KNOWN_INSIDE = (IPv4Address("192.0.0.170"), IPv4Address("192.0.0.171"))
_LENGTHS = (32, 40, 48, 56, 64, 96)  # RFC 6052, section 2.2


def nat64_prefixes(answers: Iterable[IPv6Address]) -> tuple[IPv6Network, ...]:
    """The network's own prefixes, from what `NAT64_NAME` answers (RFC 7050, section 3)."""
    prefixes = {
        IPv6Network((int(answer), length), strict=False): None
        for answer in answers
        for length in _LENGTHS
        if _inside(answer, length) in _KNOWN_INSIDE
    }
    return tuple(prefixes)


def inner_ipv4(address: IPv6Address, nat64: Sequence[IPv6Network] = ()) -> IPv4Address | None:
    """Return where a packet to the address goes in the end,
    if that is an IPv4 host.

    Args:
        nat64: the network's own prefixes, besides the well-known one.
    """
    for prefix in (_WELL_KNOWN, *nat64):
        if address in prefix:
            return _inside(address, prefix.prefixlen)
    return address.ipv4_mapped  # RFC 4291, section 2.5.5.2


def _inside(address: IPv6Address, length: int) -> IPv4Address:
    """RFC 6052, section 2.2: behind the prefix, but for the ninth byte, which stays free."""
    packed = address.packed
    begin = length // 8
    if begin > 8:
        rest = packed[begin:]
    else:
        rest = packed[begin:8] + packed[9:]
    return IPv4Address(rest[:4])
