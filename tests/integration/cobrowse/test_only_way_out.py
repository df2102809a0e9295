# SPDX-License-Identifier: GPL-3.0-only
"""A hostile page in the caller's browser tries every way out, in a network where each packet is
seen: nothing leaves but through the proxy, and nothing private is reached through it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.integration.cobrowse.hostile_network import PUBLIC
from tests.support.namespace import network

pytestmark = pytest.mark.skipif(
    not network.possible(), reason="this system does not let us make a network of our own"
)

Seen = dict[str, Any]

WPAD = {"auto_proxy": "http://wpad/wpad.dat", "http_proxy": "http://192.168.77.9:3128"}
"""What a machine may say of proxies, which is nothing to the caller's browser."""


@pytest.fixture(scope="module")
def runs() -> tuple[Seen, Seen]:
    """What was seen with the proxy, and by the same page without it."""
    command = [sys.executable, "-m", "tests.integration.cobrowse.hostile_network"]
    started = [
        subprocess.Popen(
            [*command, *more], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        for more, environment in (([], {**os.environ, **WPAD}), (["direct"], None))
    ]
    held, direct = (json.loads(process.communicate(timeout=120)[0]) for process in started)
    return held, direct


def test_no_packet_leaves_but_to_the_proxy(runs: tuple[Seen, Seen]) -> None:
    seen, _direct = runs
    packets: dict[str, int] = seen["packets"]
    assert packets.pop(f"tcp 127.0.0.1 {seen['proxy']}") > 20
    # the proxy's own: names, and the connections that it says it made
    packets.pop("udp 127.0.0.2 53")
    made = [f"tcp 127.0.0.1 {seen['web']}", f"tcp {PUBLIC} {seen['web']}", f"tcp {PUBLIC} 443"]
    assert sum(packets.pop(name, 0) for name in made) == seen["connections"]
    assert packets == {}
    assert seen["names_of_browser"] == []


def test_the_network_is_asked_for_no_proxy(runs: tuple[Seen, Seen]) -> None:
    """WPAD: whoever answers to that name would be the browser's way out."""
    seen, _direct = runs
    asked = [*seen["names_of_browser"], *seen["names_of_proxy"]]
    assert not [name for name in asked if "wpad" in name.lower()]


def test_nothing_of_the_kiosks_network_is_reached_through_the_proxy(
    runs: tuple[Seen, Seen],
) -> None:
    seen, _direct = runs
    assert seen["came"] == []
    assert set(seen["refused"]) == {"in_clear", "inside", "look_alike", "port"}
    # the page itself, and a listed name as long as it answers with a public address
    assert {"/t/page.html", "/t/after.html", "/t/first"} <= set(seen["site"])
    assert "/t/second" not in seen["site"]
    # no look-up told anybody about names that look like those of this network
    # (a busy browser may leave out what it fetches ahead)
    asked = set(seen["names_of_proxy"])
    assert {"inside.example", "rebound.example"} <= asked
    assert asked <= {
        "127.0.0.1.nip.example",
        "identified.example",
        "inside.example",
        "preconnected.example",
        "rebound.example",
        "unlisted.example",
    }


def test_a_page_learns_no_address_of_the_kiosk(runs: tuple[Seen, Seen]) -> None:
    seen, _direct = runs
    assert seen["candidates"] == []


def test_a_site_that_asks_for_a_password_gets_none_not_an_empty_one(
    runs: tuple[Seen, Seen],
) -> None:
    for seen in runs:
        assert "/t/secret" in seen["site"]
        assert not [line for line in seen["site"] if "uthorization" in line]


def test_without_the_proxy_the_page_is_seen_everywhere(runs: tuple[Seen, Seen]) -> None:
    """So the page tries, and what counts does count."""
    _held, seen = runs
    assert len(seen["came"]) > 30
    assert {"stun", "ice_udp", "ice_tcp", "turn_tcp", "transport", "worker_socket"} <= set(
        seen["came"]
    )
    assert {
        *("image_set", "webkit_image_set", "cursor", "layer", "srcset", "imagesrcset", "fe_image"),
        *("mask", "shape", "shadow", "json_module", "css_module", "identity", "rules_header"),
    } <= set(seen["came"])
    assert {"stunned.example", "turned.example", "printer.local"} <= set(seen["names_of_browser"])
    for packet in ("udp 8.8.8.8 19302", "udp 192.168.77.9 3478", "udp 224.0.0.251 5353"):
        assert packet in seen["packets"]
    assert seen["candidates"]
