# SPDX-License-Identifier: GPL-3.0-only
"""The ticket: one caller waiting for one service, and the states it may go through.
Pure; used by hub, desk, kiosk.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from zlib import crc32

import msgspec

from session.core.field_types import UtcTime, whole
from session.protocol.hub.talk_state import Passed, Talk
from session.protocol.wire.ids import Id, OptionalId


class TicketState(StrEnum):
    """The state of a ticket."""

    WAITING = "waiting"
    OFFERED = "offered"
    IN_SESSION = "in_session"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"
    ABANDONED = "abandoned"


class HelpState(StrEnum):
    """A call for the site's host."""

    NONE = "none"
    WANTED = "wanted"
    COMING = "coming"
    HERE = "here"


class HelpFrom(StrEnum):
    """The person who has called the site's host."""

    CALLER = "caller"
    AGENT = "agent"


LIVE = frozenset({TicketState.IN_SESSION, TicketState.WRAP_UP})
"""An agent has the caller in hand."""

TRANSITIONS: dict[TicketState, frozenset[TicketState]] = {
    TicketState.WAITING: frozenset(
        {TicketState.OFFERED, TicketState.IN_SESSION, TicketState.ABANDONED, TicketState.CLOSED}
    ),
    TicketState.OFFERED: frozenset(
        {TicketState.WAITING, TicketState.IN_SESSION, TicketState.ABANDONED, TicketState.CLOSED}
    ),
    TicketState.IN_SESSION: frozenset(
        {TicketState.WRAP_UP, TicketState.WAITING, TicketState.CLOSED}
    ),
    TicketState.WRAP_UP: frozenset({TicketState.CLOSED}),
    TicketState.CLOSED: frozenset(),
    TicketState.ABANDONED: frozenset(),
}
"""From each state, the states that may follow. The hub stores no other change
(`session.hub.queue.ticket_changes`).

A waiting ticket is closed only when its caller is moved to another organisation, which gives the
caller a new ticket.
"""


SIGN_LANGUAGE, WRITING = "lsf", "write"
"""What a caller may need of the agent beside a language (its code, "ar"): French sign language,
or written words.
"""

Needs = Annotated[tuple[Id, ...], msgspec.Meta(max_length=4)]

KEPT = timedelta(seconds=60)
"""How long a ticket that was given to one agent is refused to the others."""

STEP = timedelta(minutes=3)
"""What one step of priority is worth: as much as so long a wait. See `queue_order`."""

AHEAD = timedelta(hours=2)
"""What an appointment is worth at its hour: as much as so long a wait."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A waiting caller as every agent of the organisation may see it:
    no name, no caller number.

    Attributes:
        moved_to: "organisation/service" that its caller was moved to; another ticket took its
            place.
        with_host: the site's host is with the caller and hears.
        help, help_from: a call for the host, what the host has answered, and who has called.
        moved_from, from_organisation: of the ticket whose place it took in another organisation, ""
            for none.
        home: the organisation in whose account the kiosk lives; "" for `organisation` itself,
            "network:organisation" for a kiosk of a partner's network. See `kiosk_home`.
        number: the short word shown to people, e.g. "C042"; not unique for ever.
        priority: each step counts as `STEP` of waiting; see `queue_order`.
        needs: what the caller needs of the agent: `SIGN_LANGUAGE`, `WRITING`, the code of a
            language.
        skills: those of them that somebody who serves this service has, by the convention: its
            skills are looked for as those of the service are.
        caller_number_given: whether the caller typed a number (the number itself is not in the
            ticket).
        session: the session that is or was opened for it.
        assigned_to: the agent that a supervisor keeps this ticket for, until `KEPT` after
            `assigned_at_utc`.
        agent: who has it; of an offered ticket, whom it is offered to, until `offer_until_utc`.
        declined_by: agents who did not take it when it was offered, lately (`declined_at_utc` is
            the last time).
        preferred: the agent who served this caller lately.
        wrap_up_until_utc: when a timed wrap-up ends; None for one without limit.
        away: the caller waits elsewhere and keeps the place: comes "back" to the kiosk, or is
            called by "phone".
        called_at_utc: when a caller who comes back was called to the kiosk.
        talk: holding and third people, in session only.
        passed: how it was passed on last.
        appointment, due_at_utc: the caller has an appointment at that time.
        changed_by: "<role letter>.<user>" of the maker of the last change, or "hub".
        act, undoes: the last act of a supervisor on it, and the act that this one took back.
        format: the number of this stored form; 1 when nothing is said, any later one is always
            said.

    What has its usual value is not written:
    a change is told to every desk, on lines that may be narrow.
    """

    id: Id
    organisation: Id
    service: Id
    kiosk: Id
    site: str
    number: str
    state: TicketState
    arrived_at_utc: UtcTime
    caller_number_given: bool = False
    needs: Needs = ()
    skills: Needs = ()
    priority: int = 0
    agent: Id | None = None
    session: Id | None = None
    accepted_at_utc: UtcTime | None = None
    ended_at_utc: UtcTime | None = None
    assigned_to: Id | None = None
    assigned_at_utc: UtcTime | None = None
    offer_until_utc: UtcTime | None = None
    declined_by: tuple[Id, ...] = ()
    declined_at_utc: UtcTime | None = None
    preferred: Id | None = None
    wrap_up_until_utc: UtcTime | None = None
    changed_by: str = "hub"
    reason: str = ""
    home: Annotated[
        str, msgspec.Meta(pattern=whole(r"([A-Za-z0-9_-]{1,40}:)?[A-Za-z0-9_-]{0,40}"))
    ] = ""
    away: Literal["", "back", "phone"] = ""
    called_at_utc: UtcTime | None = None
    moved_to: Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9_/-]{0,81}"))] = ""
    moved_from: OptionalId = ""
    from_organisation: OptionalId = ""
    act: Id | None = None
    undoes: Id | None = None
    with_host: bool = False
    help: HelpState = HelpState.NONE
    help_from: HelpFrom = HelpFrom.CALLER
    talk: Talk | None = None
    passed: Passed | None = None
    appointment: OptionalId = ""
    due_at_utc: UtcTime | None = None
    format: int = 1

    @property
    def kiosk_home(self) -> str:
        """The organisation in whose account the kiosk is reached:
        a site may serve several organisations.
        """
        return self.home or self.organisation

    def is_at(self, home: str, kiosk: str) -> bool:
        """True when this kiosk is the ticket's;
        a kiosk's id alone is unique in its own account only.
        """
        return self.kiosk == kiosk and self.kiosk_home == home

    def may_become(self, state: TicketState) -> bool:
        """True when this ticket may go to `state`, or is in it and only other fields change."""
        return state is self.state or state in TRANSITIONS[self.state]

    def kept_for(self, now_utc: datetime) -> Id | None:
        """The only agent who may accept it now; None when everybody may."""
        if (
            self.assigned_to is None
            or self.assigned_at_utc is None
            or now_utc - self.assigned_at_utc >= KEPT
        ):
            return None
        return self.assigned_to

    def offered_to(self, now_utc: datetime) -> Id | None:
        """The agent whose answer is waited for; None when nobody is asked, or the time is over."""
        if (
            self.state is not TicketState.OFFERED
            or self.offer_until_utc is None
            or now_utc >= self.offer_until_utc
        ):
            return None
        return self.agent


def ticket_digest(ticket: Ticket) -> int:
    """32 bits of what a desk shows of a ticket. Hub and desk XOR those of all open tickets of an
    organisation; where the results differ, the desk has missed a change.

    It is the CRC-32 of RFC 1952, section 8 (the one of gzip and of Ethernet), of this text in
    UTF-8: id, state, service, priority in decimal digits, agent, session and assigned_to, in this
    order, with one U+001F (unit separator) between two fields; a field that is null is empty.
    docs/vectors/queue_digest.json has examples.
    """
    fields = (
        ticket.id,
        ticket.state.value,
        ticket.service,
        str(ticket.priority),
        ticket.agent or "",
        ticket.session or "",
        ticket.assigned_to or "",
    )
    return crc32("\x1f".join(fields).encode())


def queue_order(ticket: Ticket) -> tuple[datetime, str]:
    """Sort key of waiting tickets: arrival, earlier by `STEP` for each step of priority.

    Everybody's claim grows with the wait at the same pace, so two tickets never change places while
    time passes, within a priority who came first is first, and whoever comes later than (priority *
    STEP) cannot overtake: nobody starves.

    Who has an appointment stands where somebody would who came `AHEAD` before its hour: callers who
    have waited for longer are answered first, all others after it.

    The key never changes while a caller waits. An order that depended on the present time would
    have to be sorted again and again, at every desk at the same moment. Priorities that grow at
    different paces are not possible for that reason.
    """
    came = ticket.arrived_at_utc
    if ticket.due_at_utc is not None:
        came = min(came, ticket.due_at_utc - AHEAD)
    if ticket.priority:
        came -= ticket.priority * STEP
    return came, ticket.id
