# SPDX-License-Identifier: GPL-3.0-only
"""Which of the other end's addresses are believed."""

from __future__ import annotations

import pytest

from session.media.ice import IcePlan, IceServer, allowed_candidates, has_relay
from session.protocol.hub.line_rates import IceRules


def candidate(host: str, kind: str = "host", port: int = 50_000) -> str:
    return f"a=candidate:1 1 udp 2130706431 {host} {port} typ {kind}"


def kept(plan: IcePlan, *lines: str) -> list[str]:
    sdp = "\r\n".join(["v=0", *lines, "a=end-of-candidates"])
    left = allowed_candidates(sdp, plan).splitlines()
    assert (left[0], left[-1]) == ("v=0", "a=end-of-candidates")
    return [line.split()[4] for line in left[1:-1]]


def test_addresses_are_kept_and_names_are_not() -> None:
    hosts = ["192.0.2.7", "2001:db8::7", "fe80::1%eth0", "victim.example", "3f1c.local"]
    assert kept(IcePlan(), *map(candidate, hosts)) == hosts[:3]


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1", "1.2.3", "", "x" * 200]
)
def test_what_no_computer_has_is_refused(host: str) -> None:
    assert kept(IcePlan(), candidate(host)) == []


def test_only_relays_where_nothing_else_is_allowed() -> None:
    plan = IcePlan(relay_only=True)
    lines = (
        candidate("192.0.2.7"),
        candidate("198.51.100.3", "srflx"),
        candidate("203.0.113.9", "relay"),
    )
    assert kept(plan, *lines) == ["203.0.113.9"]
    assert has_relay("\r\n".join(lines))
    assert not has_relay(candidate("192.0.2.7"))


def test_foreign_networks_are_refused() -> None:
    plan = IcePlan(networks=("10.0.0.0/8", "2001:db8::/32"))
    hosts = ["10.4.5.6", "11.4.5.6", "2001:db8:1::7", "2001:db9::7"]
    assert kept(plan, *map(candidate, hosts)) == ["10.4.5.6", "2001:db8:1::7"]


@pytest.mark.parametrize(
    "line", ["a=candidate:", "a=candidate:1 1 udp x 192.0.2.7 9 typ host", "a=candidate:1 1 udp"]
)
def test_rubbish_is_dropped(line: str) -> None:
    assert kept(IcePlan(), line) == []


def test_what_the_hub_gives_goes_before_our_own_servers_but_never_opens_a_way() -> None:
    own = IcePlan(
        servers=(IceServer(url="stun:s.example"),), relay_only=True, networks=("10.0.0.0/8",)
    )
    rules = IceRules(
        urls=["turn:r.example:3478?transport=udp"], username="u", credential="c", relay_only=False
    )
    plan = own.with_rules(rules)
    assert plan.servers == (
        IceServer(url="turn:r.example:3478?transport=udp", username="u", credential="c"),
    )
    assert plan.relay_only
    assert plan.networks == own.networks
    assert own.with_rules(None) is own
    assert own.with_rules(IceRules(relay_only=True)).servers == own.servers
