# SPDX-License-Identifier: GPL-3.0-only
"""The quality of each kiosk's line: the last samples that came with the beats of both ends of a
call. Used by the hub.

In memory, like presence: every hub hears every beat, and a hub that has just started knows
all lines in use after 5 s.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from session.core.errors import SessionError
from session.core.folded_text import has_words
from session.hub.access.handlers import Asker, handles
from session.hub.queue.core import QueueCore
from session.protocol.codec import decode_request
from session.protocol.hub.history import (
    LineFacts,
    LineQuality,
    LineSample,
    LinesAnswer,
    LinesRequest,
    LineTotals,
)
from session.protocol.hub.line_probe import LineProbe, LineProbed
from session.protocol.hub.line_rates import LineRates
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

LARGEST_BYTES = 1024
"""A beat with more is nobody's sample."""

WEAK = (3.0, 300.0, 1)
BAD = (10.0, 800.0, 3)
"""From which loss (percent), round trip (ms) and frozen pictures since the sample before a line is
weak, or bad.
"""


@dataclass(frozen=True)
class _Known:
    sample: LineSample
    at_utc: datetime


class KioskLines:
    """The last sample of each end of each kiosk's calls."""

    def __init__(self, core: QueueCore) -> None:
        self._catalogue = core.catalogue
        self._view = core.view
        self._presence = core.presence
        self._clock = core.clock
        self._known: dict[tuple[str, str, Role], _Known] = {}
        self._rates: dict[tuple[str, str], LineRates] = {}

    def take_sample(self, organisation: str, role: Role, user: str, payload: bytes) -> None:
        """Takes the sample in a beat. It must come from an end of the session that it names;
        anything else is dropped.
        """
        if not payload or len(payload) > LARGEST_BYTES:
            return
        try:
            sample = decode_request(LineSample, payload)
        except SessionError as error:
            log.info("a beat with something unreadable: %s", error.code)
            return
        if role is Role.KIOSK and sample.rates is not None:
            self._rates[organisation, user] = sample.rates
        if not sample.session_id:
            return
        place = self._find(organisation, role, user, sample.session_id)
        if place is not None:
            self._known[*place, role] = _Known(sample, self._clock.utc_now())

    def _find(
        self, organisation: str, role: Role, user: str, session_id: str
    ) -> tuple[str, str] | None:
        """(home, kiosk) of the session, when `user` is one of its ends.
        A kiosk may live in another account.
        """
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

    def rates(self, home: str, kiosk: str) -> LineRates | None:
        """Return what a kiosk's line carries:
        the last test, and less where a later call showed less. None: not known.
        """
        tested = self._rates.get((home, kiosk))
        up, down = (self._known.get((home, kiosk, role)) for role in (Role.KIOSK, Role.AGENT))
        if tested is None:
            return _of_calls(up, down)
        return msgspec.structs.replace(
            tested,
            up_kbps=_lower(tested.up_kbps, tested.at_utc, up),
            down_kbps=_lower(tested.down_kbps, tested.at_utc, down),
        )

    @handles(LinesRequest)
    async def lines(self, asker: Asker, request: LinesRequest) -> LinesAnswer:
        """The kiosks of an organisation, the worst line first, and how many of each kind."""
        in_call = {
            (ticket.kiosk_home, ticket.kiosk): ticket.number
            for ticket in self._view.open_tickets(asker.organisation)
            if ticket.state is TicketState.IN_SESSION
        }
        entry = self._catalogue.organisation(asker.organisation)
        sites = {site.id: site.name for site in entry.sites}
        places = self._catalogue.places_of(asker.organisation)
        lines = [
            msgspec.structs.replace(
                self._facts(
                    asker.organisation, kiosk.id, sites.get(kiosk.site, kiosk.site), in_call
                ),
                name=kiosk.name,
                place=places[kiosk.id],
            )
            for kiosk in entry.kiosks
        ]
        hits = [
            line
            for line in lines
            if not request.words
            or has_words(f"{line.site} {line.name} {line.kiosk}", request.words)
        ]
        hits.sort(key=lambda line: (_WORST.index(line.quality), line.site, line.kiosk))
        return LinesAnswer(totals=_totals(lines), hits=len(hits), lines=hits)

    def of(self, ticket: Ticket) -> LineFacts:
        """The line of a ticket's kiosk."""
        return self._facts(ticket.kiosk_home, ticket.kiosk, ticket.site, {})

    @handles(LineProbe)
    async def probe(self, _asker: Asker, request: LineProbe) -> LineProbed:
        """Filler for a kiosk that measures its line.
        It is random, so that nothing on the way can compress it.
        """
        if not request.want_bytes:
            return LineProbed(filler="")
        return LineProbed(filler=secrets.token_urlsafe(request.want_bytes)[: request.want_bytes])

    def _facts(
        self, home: str, kiosk: str, site: str, in_call: dict[tuple[str, str], str]
    ) -> LineFacts:
        present = self._presence.is_there(home, Role.KIOSK, kiosk)
        ticket = in_call.get((home, kiosk), "")
        ends = [
            end
            for role in (Role.AGENT, Role.KIOSK)
            if (end := self._known.get((home, kiosk, role)))
        ]
        rates = self.rates(home, kiosk)
        if not ends:
            return LineFacts(kiosk=kiosk, site=site, present=present, ticket=ticket, rates=rates)
        newest = max(ends, key=lambda entry: entry.at_utc)
        same = [
            entry.sample for entry in ends if entry.sample.session_id == newest.sample.session_id
        ]
        rtts = [sample.rtt_ms for sample in same if sample.rtt_ms is not None]
        received = [sample.kbps for sample in same if sample.kbps is not None]
        return LineFacts(
            kiosk=kiosk,
            site=site,
            present=present,
            ticket=ticket,
            quality=max((judge(sample) for sample in same), key=_ORDER.index),
            at_utc=newest.at_utc,
            loss_percent=max(sample.loss_percent for sample in same),
            rtt_ms=max(rtts, default=None),
            kbps=min(received, default=None),
            freezes=max(sample.freezes for sample in same),
            rates=rates,
        )


def _totals(lines: Sequence[LineFacts]) -> LineTotals:
    qualities = Counter(line.quality for line in lines)
    return LineTotals(
        kiosks=len(lines),
        present=sum(line.present for line in lines),
        in_call=sum(bool(line.ticket) for line in lines),
        good=qualities[LineQuality.GOOD],
        weak=qualities[LineQuality.WEAK],
        bad=qualities[LineQuality.BAD],
    )


def _lower(tested_kbps: float, tested_at: datetime, latest: _Known | None) -> float:
    """The lower of the two figures: a call may show that a line carries less than tested, never
    that it carries more.
    """
    if latest is None or latest.at_utc < tested_at or latest.sample.carries_kbps is None:
        return tested_kbps
    return min(tested_kbps, latest.sample.carries_kbps)


def _of_calls(up: _Known | None, down: _Known | None) -> LineRates | None:
    if (
        up is None
        or down is None
        or up.sample.carries_kbps is None
        or down.sample.carries_kbps is None
    ):
        return None
    return LineRates(
        up_kbps=up.sample.carries_kbps,
        down_kbps=down.sample.carries_kbps,
        rtt_ms=up.sample.rtt_ms or down.sample.rtt_ms or 0.0,
        at_utc=min(up.at_utc, down.at_utc),
    )


_ORDER = [LineQuality.GOOD, LineQuality.WEAK, LineQuality.BAD]
_WORST = [*reversed(_ORDER), LineQuality.UNKNOWN]


def judge(sample: LineSample) -> LineQuality:
    """Good, weak or bad, by the worst of its figures."""
    values = (sample.loss_percent, sample.rtt_ms or 0.0, sample.freezes)
    if any(value >= limit for value, limit in zip(values, BAD, strict=True)):
        return LineQuality.BAD
    if any(value >= limit for value, limit in zip(values, WEAK, strict=True)):
        return LineQuality.WEAK
    return LineQuality.GOOD
