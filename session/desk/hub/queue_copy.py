# SPDX-License-Identifier: GPL-3.0-only
"""A desk's copy of the queue: a snapshot, then each change by its revision.
Pure; used by `session.desk.hub.client`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from datetime import datetime

from session.protocol.hub.tickets import Ticket, TicketState, queue_order, ticket_digest

ENDED = frozenset({TicketState.CLOSED, TicketState.ABANDONED})
MARKS = 200
DISAGREEMENTS = 2
"""Beats in a row that must disagree before the copy is taken for wrong:
one may have overtaken a change.
"""


class QueueCopy:
    """Open tickets with the revision each was seen at;
    a change costs the same however many wait.
    """

    def __init__(self) -> None:
        self._tickets: dict[str, tuple[Ticket, int]] = {}
        self._line: list[tuple[datetime, str]] = []
        self._ended: dict[str, None] = {}
        self._floor = 0
        self._revision = 0
        self._disagreements = 0
        self._digest = 0

    def forget_revisions(self) -> None:
        """The hub's store may have been restored from a backup, and count from a lower revision.

        What was seen until now holds until the next snapshot or change, whatever its revision.
        """
        self._tickets = {key: (ticket, 0) for key, (ticket, _) in self._tickets.items()}
        self._floor = 0

    def load(self, tickets: Sequence[Ticket], revision: int) -> None:
        """Takes a snapshot as of `revision`; changes that came meanwhile and are newer stay."""
        newer = {key: entry for key, entry in self._tickets.items() if entry[1] > revision}
        self._tickets = {ticket.id: (ticket, revision) for ticket in tickets} | newer
        self._floor = revision
        self._revision = max([revision, *(seen_revision for _, seen_revision in newer.values())])
        self._disagreements = 0
        self._digest = 0
        self._ended = {
            key: None for key, (ticket, _) in self._tickets.items() if ticket.state in ENDED
        }
        still_open = [ticket for ticket, _ in self._tickets.values() if ticket.state not in ENDED]
        self._line = sorted(queue_order(ticket) for ticket in still_open)
        for ticket in still_open:
            self._digest ^= ticket_digest(ticket)

    def apply(self, ticket: Ticket, revision: int) -> bool:
        """Takes one change; False when it is older than what is known."""
        previous = self._tickets.get(ticket.id)
        if revision <= self._floor or (previous is not None and revision <= previous[1]):
            return False
        if previous is not None:
            self._take_out(previous[0])
        self._tickets[ticket.id] = (ticket, revision)
        self._revision = max(self._revision, revision)
        if ticket.state in ENDED:
            self._ended[ticket.id] = None
            self._forget_ended()
        else:
            self._digest ^= ticket_digest(ticket)
            insort(self._line, queue_order(ticket))
        return True

    def _take_out(self, ticket: Ticket) -> None:
        if ticket.state in ENDED:
            self._ended.pop(ticket.id)
            return
        self._digest ^= ticket_digest(ticket)
        del self._line[bisect_left(self._line, queue_order(ticket))]

    def _forget_ended(self) -> None:
        """Ended tickets stay as marks for a while, so that a snapshot read meanwhile cannot bring
        them back.
        """
        while len(self._ended) > MARKS:
            oldest = next(iter(self._ended))
            del self._ended[oldest], self._tickets[oldest]

    def is_behind(self, revision: int, open_tickets: int, digest: int | None = None) -> bool:
        """True when the hub's heartbeats show twice in a row that something is missing here.

        Args:
            digest: the hub's; None from a hub that sends none. At the same revision it must equal
            ours: a desk that missed a change and received the next one has the right revision all
            the same.
        """
        agrees = revision <= self._revision and open_tickets == len(self._line)
        if revision == self._revision and digest not in (None, self._digest):
            agrees = False
        if agrees:
            self._disagreements = 0
        else:
            self._disagreements = self._disagreements + 1
        return self._disagreements >= DISAGREEMENTS

    def ordered(self) -> list[Ticket]:
        """Open tickets in the order they are served."""
        return [self._tickets[name][0] for _, name in self._line]
