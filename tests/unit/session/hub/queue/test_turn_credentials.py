# SPDX-License-Identifier: GPL-3.0-only
"""The pair of each session, as coturn's `use-auth-secret` computes it."""

from __future__ import annotations

import base64
import hashlib
import hmac

from session.core.clock import ManualClock
from session.hub.queue.turn_credentials import VALID_S, TurnCredentials

URLS = ["turn:relay.example:3478?transport=udp", "turns:relay.example:443?transport=tcp"]


def test_each_session_has_its_own_pair_that_ends() -> None:
    clock = ManualClock()
    tickets = TurnCredentials(URLS, b"shared secret", relay_only=True, clock=clock)
    first, second = tickets.rules("s1"), tickets.rules("s2")
    assert first is not None
    assert second is not None
    assert first.credential != second.credential
    ends, _, session = first.username.partition(":")
    assert (int(ends), session) == (int(clock.utc_now().timestamp()) + VALID_S, "s1")
    digest = hmac.new(b"shared secret", first.username.encode(), hashlib.sha1).digest()
    assert first.credential == base64.b64encode(digest).decode()
    assert (first.urls, first.relay_only) == (URLS, True)


def test_without_relays_nothing_is_said() -> None:
    assert TurnCredentials([], b"", relay_only=False, clock=ManualClock()).rules("s1") is None
