# SPDX-License-Identifier: GPL-3.0-only
"""Takes what callers say of their conversation, without saying who said it.
Answers the kiosks' verb "solved".

The ticket tells whose service it was and where; it is not kept with the answer. The stream has the
answer's time, which stands in no table: there it is a day.
"""

from __future__ import annotations

from collections import deque

from session.core.errors import NotAllowed
from session.hub.access.handlers import Asker, handles
from session.hub.history.audit import AnswerRecord, Audit
from session.hub.queue.moved_tickets import MovedTickets
from session.protocol.hub.requests import Done
from session.protocol.hub.statistics import SolvedAnswered

REMEMBERED = 10_000
"""Tickets whose caller has answered: a second touch is not a second answer."""


class CallerAnswers:
    """Answers the verb, for every kiosk about its own tickets."""

    def __init__(self, moved: MovedTickets, audit: Audit) -> None:
        self._moved = moved
        self._audit = audit
        self._answered: deque[str] = deque(maxlen=REMEMBERED)

    @handles(SolvedAnswered)
    async def solved(self, asker: Asker, request: SolvedAnswered) -> Done:
        """Counts the answer.

        Raises:
            TicketUnknown: not this kiosk's ticket, or forgotten already.
            NotAllowed: nobody has talked with this caller. StoreUnreachable.
        """
        stored = await self._moved.at_kiosk(asker.organisation, asker.user, request.ticket_id)
        ticket = stored.ticket
        if ticket.accepted_at_utc is None:
            raise NotAllowed(why="no conversation")
        if ticket.id not in self._answered:
            self._answered.append(ticket.id)
            record = AnswerRecord(
                service=ticket.service, site=ticket.site, solved=request.solved.value
            )
            await self._audit.add_answer(ticket.organisation, record)
        return Done()
