# SPDX-License-Identifier: GPL-3.0-only
"""How good each kiosk's line is: the last samples that came with the beats of both ends of a call. Used by the hub.

In memory, like presence: every hub hears every beat, and a hub that was just started knows all lines in use after 5 s.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from session.clock import Clock
from session.errors import SessionError
from session.hub.catalogue import Catalogue
from session.hub.presence import Presence
from session.hub.queue import QueueView
from session.protocol.codec import decode_request
from session.protocol.history_messages import LineFacts, LineQuality, LineSample, LinesAnswer
from session.protocol.roles import Role
from session.protocol.tickets import TicketState

log = logging.getLogger(__name__)

LARGEST_BYTES = 1024
"""A beat with more is nobody's sample."""

WEAK = (3.0, 300.0, 1)
BAD = (10.0, 800.0, 3)
"""From which loss (percent), round trip (ms) and frozen pictures since the sample before a line is weak, or bad."""


@dataclass(frozen=True)
class _Known:
    sample: LineSample
    at_utc: datetime


class Lines:
    """The last sample of each end of each kiosk's calls."""

    def __init__(self, catalogue: Catalogue, view: QueueView, presence: Presence, clock: Clock) -> None:
        self._catalogue = catalogue
        self._view = view
        self._presence = presence
        self._clock = clock
        self._known: dict[tuple[str, str, Role], _Known] = {}

    def heard(self, organisation: str, role: Role, user: str, payload: bytes) -> None:
        """Takes what came with a beat, from an end of that session only; anything else is dropped."""
        if not payload or len(payload) > LARGEST_BYTES:
            return
        try:
            sample = decode_request(LineSample, payload)
        except SessionError as error:
            log.info("a beat with something unreadable: %s", error.code)
            return
        found = self._find(organisation, role, user, sample.session_id)
        if found is not None:
            self._known[*found, role] = _Known(sample, self._clock.utc_now())

    def _find(self, organisation: str, role: Role, user: str, session_id: str) -> tuple[str, str] | None:
        """(home, kiosk) of the session, when `user` is one of its ends. A kiosk may live in another account."""
        for owner in [organisation] if role is Role.AGENT else self._catalogue.organisations:
            stored = self._view.by_session(owner, session_id)
            if stored is None or stored.ticket.state is not TicketState.IN_SESSION:
                continue
            ticket = stored.ticket
            if role is Role.AGENT and ticket.agent == user:
                return ticket.kiosk_home, ticket.kiosk
            if role is Role.KIOSK and ticket.is_at(organisation, user):
                return organisation, user
        return None

    def answer(self, organisation: str) -> LinesAnswer:
        """The kiosks of an organisation."""
        in_call = {
            (ticket.kiosk_home, ticket.kiosk): ticket.number
            for ticket in self._view.open_tickets(organisation)
            if ticket.state is TicketState.IN_SESSION
        }
        entry = self._catalogue.organisation(organisation)
        sites = {site.id: site.name for site in entry.sites}
        return LinesAnswer(
            lines=[
                self._facts(organisation, kiosk.id, sites.get(kiosk.site, kiosk.site), in_call)
                for kiosk in entry.kiosks
            ]
        )

    def _facts(self, home: str, kiosk: str, site: str, in_call: dict[tuple[str, str], str]) -> LineFacts:
        present = self._presence.is_there(home, Role.KIOSK, kiosk)
        ticket = in_call.get((home, kiosk), "")
        ends = [known for role in (Role.AGENT, Role.KIOSK) if (known := self._known.get((home, kiosk, role)))]
        if not ends:
            return LineFacts(kiosk=kiosk, site=site, present=present, ticket=ticket)
        newest = max(ends, key=lambda known: known.at_utc)
        same = [known.sample for known in ends if known.sample.session_id == newest.sample.session_id]
        rtts = [one.rtt_ms for one in same if one.rtt_ms is not None]
        rates = [one.kbps for one in same if one.kbps is not None]
        return LineFacts(
            kiosk=kiosk,
            site=site,
            present=present,
            ticket=ticket,
            quality=max((judge(one) for one in same), key=_ORDER.index),
            at_utc=newest.at_utc,
            loss_percent=max(one.loss_percent for one in same),
            rtt_ms=max(rtts, default=None),
            kbps=min(rates, default=None),
            freezes=max(one.freezes for one in same),
        )


_ORDER = [LineQuality.GOOD, LineQuality.WEAK, LineQuality.BAD]


def judge(sample: LineSample) -> LineQuality:
    """Good, weak or bad, by the worst of its figures."""
    values = (sample.loss_percent, sample.rtt_ms or 0.0, sample.freezes)
    if any(value >= limit for value, limit in zip(values, BAD, strict=True)):
        return LineQuality.BAD
    if any(value >= limit for value, limit in zip(values, WEAK, strict=True)):
        return LineQuality.WEAK
    return LineQuality.GOOD
