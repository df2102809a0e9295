# SPDX-License-Identifier: GPL-3.0-only
"""What a hub remembers of messages that it did not take."""

from __future__ import annotations

from session.core.clock import ManualClock
from session.hub.access.refused_log import CLIENTS, KEPT, RefusedLog


def test_refusals_of_one_client_are_found_in_order_and_only_new_ones() -> None:
    refused = RefusedLog(ManualClock())
    refused.note("caf.k.kiosk1", "call", "service_unknown", why="service x")
    refused.note("caf.k.kiosk2", "chunk", "message_too_large")
    refused.note("mairies.k.kiosk1", "device", "page_not_signed", by="desk", of="page p1")
    found = refused.of("kiosk1", "k")
    assert [(one.who, one.code) for one in found] == [
        ("caf.k.kiosk1", "service_unknown"),
        ("mairies.k.kiosk1", "page_not_signed"),
    ]
    assert refused.of("kiosk1", "k", after=found[0].number) == found[1:]
    assert refused.of("kiosk1", "a") == refused.of("iosk1", "k") == []


def test_memory_is_bounded() -> None:
    refused = RefusedLog(ManualClock())
    for number in range(CLIENTS + 5):
        refused.note(f"caf.k.k{number}", "call", "not_allowed")
    for _ in range(KEPT + 5):
        refused.note("caf.k.k9", "call", "not_allowed", why="y" * 1000)
    assert refused.of("k0", "k") == []
    assert len(refused.of("k9", "k")) == KEPT
    assert len(refused.of("k9", "k")[0].why) == 300
