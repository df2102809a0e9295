# SPDX-License-Identifier: GPL-3.0-only
"""The preview of a caller for the agent that is about to take it:
the line, what the dossier lacks, the last note. Used by the hub.

Only of the caller who is next for this agent, without a name or a number, and each look is a
line in the register of accesses.
"""

from __future__ import annotations

from session.core.dossier_model import Access, AccessKind, ActingUser, Dossier
from session.core.errors import TicketUnknown
from session.hub.access.handlers import Asker, handles
from session.hub.assignment.routing import Routing
from session.hub.dossier.store import DossierStoreLike
from session.hub.queue.core import QueueCore
from session.hub.queue.line_quality import KioskLines
from session.protocol.hub.routing import CallerPreview, PreviewRequest
from session.protocol.hub.tickets import Ticket


class CallerPreviews:
    """Answers agents before they accept."""

    def __init__(
        self, core: QueueCore, routing: Routing, *, lines: KioskLines, dossiers: DossierStoreLike
    ) -> None:
        self._catalogue = core.catalogue
        self._callers = core.callers
        self._routing = routing
        self._lines = lines
        self._dossiers = dossiers

    @handles(PreviewRequest)
    async def preview(self, asker: Asker, request: PreviewRequest) -> CallerPreview:
        """The line, and the dossier where the hub can read it.

        Raises:
            TicketUnknown: not the caller who is next for this agent.
        """
        ticket = self._routing.following(asker.organisation, asker.user)
        if ticket is None or ticket.id != request.ticket_id:
            raise TicketUnknown
        line = self._lines.of(ticket)
        if self._catalogue.card(asker.organisation) is not None:
            return CallerPreview(line=line.quality, rates=line.rates, sealed=True)
        dossier = await self._dossier(asker, ticket)
        if dossier is None:
            return CallerPreview(line=line.quality, rates=line.rates)
        return CallerPreview(
            line=line.quality,
            rates=line.rates,
            known=True,
            procedure=dossier.procedure,
            missing=tuple(piece.name for piece in dossier.missing),
            filed=sum(not document.replaced_by for document in dossier.documents),
            note=next(
                (note for note in reversed(dossier.notes) if note.withdrawn_at_utc is None), None
            ),
        )

    async def _dossier(self, asker: Asker, ticket: Ticket) -> Dossier | None:
        organisation = asker.organisation
        record = await self._callers.get(organisation, ticket.id)
        number = record.dossier
        if not number and record.number:
            dossier = await self._dossiers.find_by_caller_number(organisation, record.number)
            if dossier is not None:
                number = dossier.number
            else:
                number = ""
        if not number:
            return None
        name = self._catalogue.agent(organisation, asker.user).name
        by = ActingUser(user=asker.user, name=name, computer=asker.computer)
        access = Access(by=by, reason=ticket.number)
        return await self._dossiers.identities.view(
            organisation, number, access, AccessKind.PREVIEWED
        )
