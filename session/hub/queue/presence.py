# SPDX-License-Identifier: GPL-3.0-only
"""Signs of life, and what follows when an end of a session gives none.
Used by `session.hub.composition`.

Kept in memory: every hub hears every beat, and a hub that starts counts silence from its own
start.
"""

from __future__ import annotations

from dataclasses import dataclass

from session.core.clock import Clock
from session.hub.parts import PATIENCE, Patience
from session.hub.queue.view import TicketChange
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role

Identity = tuple[str, Role, str]


class Presence:
    """The last sign of life of each identity."""

    def __init__(self, clock: Clock, patience: Patience = PATIENCE) -> None:
        self._clock = clock
        self.patience = patience
        self._started_s = clock.monotonic_s()
        self._alive_s: dict[Identity, float] = {}

    def mark_alive(self, organisation: str, role: Role, user: str) -> None:
        """Notes a sign of life."""
        self._alive_s[organisation, role, user] = self._clock.monotonic_s()

    def on_ticket(self, change: TicketChange) -> None:
        """A ticket has changed: a kiosk that makes one, or an agent who takes one, is alive.

        An end whose line was away for long may do so before its next sign of life, and what it has
        done must not be undone because of its silence before.
        """
        before, after = change
        if before is None and after.changed_by == f"{Role.KIOSK}.{after.kiosk}":
            self.mark_alive(after.kiosk_home, Role.KIOSK, after.kiosk)
        is_accepted = (
            before is not None
            and before.session != after.session
            and after.state is TicketState.IN_SESSION
        )
        if is_accepted and after.agent is not None:
            self.mark_alive(after.organisation, Role.AGENT, after.agent)

    def silent_s(self, organisation: str, role: Role, user: str) -> float:
        """Seconds since the last sign, or since this hub started."""
        heard_s = self._alive_s.get((organisation, role, user), self._started_s)
        return self._clock.monotonic_s() - heard_s

    def seen_s_ago(self, organisation: str, role: Role, user: str) -> float | None:
        """Seconds since the last sign; None when there was none since this hub started."""
        if (organisation, role, user) not in self._alive_s:
            return None
        return self.silent_s(organisation, role, user)

    def is_there(self, organisation: str, role: Role, user: str) -> bool:
        """True when a sign of life was heard lately."""
        return (organisation, role, user) in self._alive_s and self.silent_s(
            organisation, role, user
        ) < self.patience.silent_s

    def agents(self, organisation: str) -> int:
        """Agents of an organisation that are there."""
        now_s = self._clock.monotonic_s()
        return sum(
            1
            for (owner, role, _), heard_s in self._alive_s.items()
            if owner == organisation
            and role is Role.AGENT
            and now_s - heard_s < self.patience.silent_s
        )


@dataclass(frozen=True)
class PeerChanged:
    """The other end of `role` in this ticket's session is there or not."""

    ticket: Ticket
    role: Role
    present: bool


@dataclass(frozen=True)
class DeskLost:
    """The desk is gone for good: the ticket goes back to the head of the queue."""

    ticket: Ticket


@dataclass(frozen=True)
class CallerLost:
    """The kiosk of a waiting ticket is gone for good."""

    ticket: Ticket


@dataclass(frozen=True)
class KioskLost:
    """The kiosk of a conversation did not come back in time."""

    ticket: Ticket


Finding = PeerChanged | DeskLost | CallerLost | KioskLost


class PresenceWatch:
    """Turns silence into findings, each change once."""

    def __init__(self, presence: Presence) -> None:
        self._presence = presence
        self._reported: dict[tuple[str, Role], bool] = {}

    def check(self, ticket: Ticket) -> list[Finding]:
        """Return what has to be done about one open ticket now."""
        patience = self._presence.patience
        kiosk_silent_s = self._presence.silent_s(ticket.kiosk_home, Role.KIOSK, ticket.kiosk)
        if ticket.state in (TicketState.WAITING, TicketState.OFFERED):
            if kiosk_silent_s > patience.kiosk_s and not ticket.away:
                return [CallerLost(ticket)]
            return []
        if (
            ticket.state is not TicketState.IN_SESSION
            or ticket.agent is None
            or ticket.session is None
        ):
            return []
        agent_silent_s = self._presence.silent_s(ticket.organisation, Role.AGENT, ticket.agent)
        if kiosk_silent_s > patience.kiosk_s and not ticket.away:
            return [KioskLost(ticket)]
        if agent_silent_s > patience.desk_s:
            return [DeskLost(ticket)]
        if ticket.away:
            return []  # a talk by telephone needs no kiosk
        findings = (
            self._change(ticket, ticket.session, Role.KIOSK, agent_silent_s <= patience.silent_s),
            self._change(ticket, ticket.session, Role.AGENT, kiosk_silent_s <= patience.silent_s),
        )
        return [finding for finding in findings if finding is not None]

    def _change(
        self, ticket: Ticket, session: str, notified_role: Role, present: bool
    ) -> Finding | None:
        before = self._reported.get((session, notified_role), True)
        self._reported[session, notified_role] = present
        if present != before:
            return PeerChanged(ticket, notified_role, present)
        return None

    def forget(self, sessions_open: set[str]) -> None:
        """Drops what is known of sessions that are not open any more."""
        self._reported = {
            key: present for key, present in self._reported.items() if key[0] in sessions_open
        }
