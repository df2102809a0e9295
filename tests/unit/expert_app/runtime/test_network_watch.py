# SPDX-License-Identifier: GPL-3.0-only
"""Another address is told once, when it stays."""

from __future__ import annotations

from PyQt6.QtCore import QObject
from pytestqt.qtbot import QtBot

from expert_app.runtime.network_watch import NetworkWatch, own_addresses


def test_another_network_is_told_once_and_a_flicker_never(qtbot: QtBot) -> None:
    told: list[int] = []
    now = [frozenset({"192.0.2.5"})]
    parent = QObject()
    watch = NetworkWatch(parent, lambda: told.append(1), addresses=lambda: now[0])
    for addresses in ({"192.0.2.5"}, set(), {"192.0.2.5"}, {"192.0.2.5"}):
        now[0] = frozenset(addresses)
        watch.tick()
    assert told == []
    for _ in range(4):
        now[0] = frozenset({"198.51.100.7"})
        watch.tick()
    assert told == [1]


def test_without_any_address_there_is_nothing_to_connect_by(qtbot: QtBot) -> None:
    told: list[int] = []
    now = [frozenset({"192.0.2.5"})]
    parent = QObject()
    watch = NetworkWatch(parent, lambda: told.append(1), addresses=lambda: now[0])
    now[0] = frozenset()
    watch.tick()
    watch.tick()
    assert told == []


def test_our_addresses_reach_others() -> None:
    assert not {address for address in own_addresses() if address.startswith(("127.", "fe80"))}
