# SPDX-License-Identifier: GPL-3.0-only
"""An agent's questions to the hub about its own work:
what it may serve, the next caller, declining an offer, more time.

Used by the desk's program; the other end is `session.hub.assignment.routing`.
Offers come as tickets, through `session.desk.hub.client`.
"""

from __future__ import annotations

from datetime import datetime

from session.bus.client import BusClient
from session.protocol.dossier.identity import ProvisionalRequest
from session.protocol.hub.board import AgentStateRequest, AskSupervisorRequest
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.routing import (
    CallerPreview,
    DeclineRequest,
    NextRequest,
    NoteRequest,
    PreviewRequest,
    ProlongRequest,
    WorkAnswer,
    WorkRequest,
    WrapUpAnswer,
)
from session.protocol.hub.waiting import PromisedCallsRequest


class WorkLink:
    """An agent's own requests. Each raises what the hub refused; see
    `session.hub.assignment.routing`.
    """

    def __init__(self, bus: BusClient) -> None:
        self._bus = bus

    async def work(self) -> WorkAnswer:
        """Return what this agent may serve, and the state it chose today."""
        return await self._bus.ask(WorkRequest())

    async def report(self, available: bool, reason: str = "") -> None:
        """This agent is available, or why not (a short code)."""
        await self._bus.ask(AgentStateRequest(available=available, reason=reason))

    async def ask_supervisor(self, reason: str) -> None:
        """This agent asks a supervisor for help, for this reason (a short code); "" no longer."""
        await self._bus.ask(AskSupervisorRequest(reason=reason))

    async def next(self, service: str | None = None) -> SessionFacts:
        """Takes the caller who is next for this agent. Raises `NobodyWaits`, `AgentBusy`."""
        return (await self._bus.ask(NextRequest(service=service))).session

    async def decline(self, ticket_id: str, reason: str) -> None:
        """Does not take the offered ticket; the hub offers it to somebody else."""
        await self._bus.ask(DeclineRequest(ticket_id=ticket_id, reason=reason))

    async def prolong(self, session_id: str, until_utc: datetime) -> WrapUpAnswer:
        """Asks for the service's wrap-up time once more.
        Raises `NotAllowed` when it was often enough.
        """
        return await self._bus.ask(ProlongRequest(session_id=session_id, until_utc=until_utc))

    async def note(self, session_id: str, note_id: str, text: str) -> None:
        """Keeps a note in the dossier of the session's caller.
        Raises `DossierUnknown`, `TicketUnknown`.
        """
        await self._bus.ask(NoteRequest(session_id=session_id, note_id=note_id, text=text))

    async def preview(self, ticket_id: str) -> CallerPreview:
        """Looks at the caller who is next for this agent. Raises `TicketUnknown`."""
        request = PreviewRequest(ticket_id=ticket_id)
        return await self._bus.ask(request)

    async def promised_calls(self) -> list[datetime]:
        """Return when this agent has promised to call somebody, the first first."""
        answer = await self._bus.ask(PromisedCallsRequest())
        return answer.due_utc

    async def provisional(self) -> list[str]:
        """Numbers of the dossiers that this agent made while the register was away, and that are
        not matched with it yet.
        """
        answer = await self._bus.ask(ProvisionalRequest())
        return [dossier.number for dossier in answer.dossiers]
