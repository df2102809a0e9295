# SPDX-License-Identifier: GPL-3.0-only
"""Silence and what follows from it."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from session.core.clock import ManualClock
from session.hub.parts import Patience
from session.hub.queue.presence import (
    CallerLost,
    DeskLost,
    KioskLost,
    PeerChanged,
    Presence,
    PresenceWatch,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role

WAITING = Ticket(
    id="t1",
    organisation="valdore",
    service="rights",
    kiosk="kiosk1",
    site="Mairie",
    number="D001",
    state=TicketState.WAITING,
    arrived_at_utc=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
)
TALKING = msgspec.structs.replace(
    WAITING, state=TicketState.IN_SESSION, agent="alice", session="t1_1"
)


def _world() -> tuple[ManualClock, Presence, PresenceWatch]:
    clock = ManualClock()
    presence = Presence(clock)
    return clock, presence, PresenceWatch(presence)


def test_each_end_is_told_once_that_the_other_is_silent_and_once_that_it_is_back() -> None:
    clock, presence, watch = _world()
    assert watch.check(TALKING) == []
    clock.advance(21)
    presence.mark_alive("valdore", Role.KIOSK, "kiosk1")
    assert watch.check(TALKING) == [PeerChanged(TALKING, Role.KIOSK, False)]
    assert watch.check(TALKING) == []
    presence.mark_alive("valdore", Role.AGENT, "alice")
    assert watch.check(TALKING) == [PeerChanged(TALKING, Role.KIOSK, True)]
    clock.advance(21)
    presence.mark_alive("valdore", Role.AGENT, "alice")
    assert watch.check(TALKING) == [PeerChanged(TALKING, Role.AGENT, False)]


def test_a_desk_silent_for_a_minute_loses_its_caller() -> None:
    clock, presence, watch = _world()
    clock.advance(61)
    presence.mark_alive("valdore", Role.KIOSK, "kiosk1")
    assert watch.check(TALKING) == [DeskLost(TALKING)]


def test_a_kiosk_silent_for_two_minutes_loses_its_conversation() -> None:
    clock, presence, watch = _world()
    clock.advance(119)
    presence.mark_alive("valdore", Role.AGENT, "alice")
    assert watch.check(TALKING) == [PeerChanged(TALKING, Role.AGENT, False)]
    clock.advance(2)
    presence.mark_alive("valdore", Role.AGENT, "alice")
    assert watch.check(TALKING) == [KioskLost(TALKING)]


def test_how_long_silence_is_borne_is_a_setting() -> None:
    clock = ManualClock()
    watch = PresenceWatch(Presence(clock, Patience(silent_s=6, desk_s=8, kiosk_s=10)))
    clock.advance(9)
    assert watch.check(TALKING) == [DeskLost(TALKING)]
    assert watch.check(WAITING) == []
    clock.advance(2)
    assert watch.check(WAITING) == [CallerLost(WAITING)]


def test_a_hub_that_starts_counts_silence_from_its_own_start() -> None:
    clock, _, watch = _world()
    clock.advance(119)
    assert watch.check(WAITING) == []
    clock.advance(2)
    assert watch.check(WAITING) == [CallerLost(WAITING)]


def test_a_namesake_elsewhere_gives_no_sign_of_life_for_us() -> None:
    clock, presence, watch = _world()
    clock.advance(61)
    presence.mark_alive("marais", Role.AGENT, "alice")
    presence.mark_alive("valdore", Role.SUPERVISOR, "alice")
    assert watch.check(TALKING) == [DeskLost(TALKING)]
    assert presence.agents("valdore") == 0
    assert presence.agents("marais") == 1


def test_a_wrap_up_needs_nobody() -> None:
    clock, _, watch = _world()
    clock.advance(1000)
    assert watch.check(msgspec.structs.replace(TALKING, state=TicketState.WRAP_UP)) == []
