# SPDX-License-Identifier: GPL-3.0-only
"""To whom the relay passes what somebody says in a session. Pure; used by the hub's relay.

Each topic has two ends. "call" and all others: kiosk and agent. "third": kiosk and third person.
"aside": agent and third person. The last two carry signalling only, and only while the third person
is in: both banners are shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from session.protocol.hub.talk_state import Third, ThirdState
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.topics import ASIDE_TOPIC, THIRD_TOPIC
from session.protocol.wire.roles import Role


@dataclass(frozen=True)
class End:
    """Somebody in a session: account, role and user, as in subjects."""

    organisation: str
    role: Role
    user: str


def peer_of(ticket: Ticket, speaker: End, topic: str) -> End | None:
    """Return who hears `speaker` on `topic`; None when nobody may."""
    if ticket.agent is None:
        return None
    kiosk = End(ticket.kiosk_home, Role.KIOSK, ticket.kiosk)
    agent = End(ticket.organisation, Role.AGENT, ticket.agent)
    if topic not in (THIRD_TOPIC, ASIDE_TOPIC):
        ends = (kiosk, agent)
    else:
        third = _let_in(ticket)
        if third is None:
            return None
        ends = (
            kiosk if topic == THIRD_TOPIC else agent,
            End(ticket.organisation, third.role, third.user),
        )
    if speaker == ends[0]:
        return ends[1]
    if speaker == ends[1]:
        return ends[0]
    return None


def _let_in(ticket: Ticket) -> Third | None:
    if ticket.talk is not None:
        third = ticket.talk.third
    else:
        third = None
    if (
        ticket.state is not TicketState.IN_SESSION
        or third is None
        or third.state is not ThirdState.IN
    ):
        return None
    return third
