# SPDX-License-Identifier: GPL-3.0-only
"""Servers that help a call through a firewall, and which ways a call may take.
Used by both ends.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from session.protocol.hub.line_rates import IceRules


@dataclass(frozen=True, kw_only=True)
class IceServer:
    """A STUN or TURN server (RFC 8489, RFC 8656), e.g. "turns:host:443?transport=tcp"."""

    url: str
    username: str = ""
    credential: str = ""

    @property
    def relays(self) -> bool:
        """True for a TURN server."""
        return self.url.startswith(("turn:", "turns:"))


@dataclass(frozen=True, kw_only=True)
class IcePlan:
    """The ways that a call may take.

    Attributes:
        servers: the preferred first.
        relay_only: nothing but a TURN server may carry the call; addresses of the two ends are told
            to nobody.
        networks: CIDR; a candidate outside of all of them is refused. Empty: any unicast address.
    """

    servers: tuple[IceServer, ...] = ()
    relay_only: bool = False
    networks: tuple[str, ...] = ()

    @property
    def relays(self) -> tuple[IceServer, ...]:
        """The TURN servers."""
        return tuple(server for server in self.servers if server.relays)

    def with_rules(self, rules: IceRules | None) -> IcePlan:
        """The plan with what the hub gave for this session, which goes before our own settings.
        Relay-only, once set, stays.
        """
        if rules is None:
            return self
        servers = tuple(
            IceServer(url=url, username=rules.username, credential=rules.credential)
            for url in rules.urls
        )
        return IcePlan(
            servers=servers or self.servers,
            relay_only=self.relay_only or rules.relay_only,
            networks=self.networks,
        )


# RFC 8839, section 5.1: foundation, component, transport, priority, address, port, "typ", type.
_CANDIDATE = re.compile(
    r"^a=candidate:\S+ \d+ (?P<transport>\S+) \d+ (?P<host>\S+) (?P<port>\d+) typ (?P<kind>\S+)"
)


def allowed_candidates(sdp: str, plan: IcePlan) -> str:
    """The description without the candidates that the plan refuses.

    Names are refused (a stranger would make us look them up; `….local` of mDNS means nothing here),
    and so are addresses that no kiosk or desk can have. A call whose candidates are all refused can
    still connect to ours.
    """
    networks = [ipaddress.ip_network(text, strict=False) for text in plan.networks]
    lines = sdp.splitlines()
    allowed_lines = [
        line
        for line in lines
        if not line.startswith("a=candidate:") or _allowed(line, plan, networks)
    ]
    if len(allowed_lines) < len(lines):
        return "\r\n".join(allowed_lines) + "\r\n"
    return sdp


def _allowed(
    line: str, plan: IcePlan, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]
) -> bool:
    match = _CANDIDATE.match(line)
    if match is None or (plan.relay_only and match["kind"] != "relay"):
        return False
    try:
        address = ipaddress.ip_address(match["host"].partition("%")[0])
    except ValueError:
        return False
    if address.is_multicast or address.is_unspecified or str(address) == "255.255.255.255":
        return False
    if not networks:
        return True
    return any(address in network for network in networks if network.version == address.version)


def has_relay(sdp: str) -> bool:
    """True if a TURN server answered: there is a relayed candidate."""
    return any(
        (match := _CANDIDATE.match(line)) is not None and match["kind"] == "relay"
        for line in sdp.splitlines()
    )
