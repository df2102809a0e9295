# SPDX-License-Identifier: GPL-3.0-only
"""The facts that a vault must ask the hub for: whose session it is, and who its ends are.
Used by the vault's rules.

The dossier that an agent has named stays in the vault's own file (`VaultLog.bind`):
the hub does not hear of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence

from session.bus.client import BusClient
from session.bus.sealing.certificates import VaultSecret
from session.bus.sealing.sealed_number import open_number
from session.core.clock import Clock
from session.core.errors import SealBroken, SealKeyOld, TicketUnknown
from session.hub.storage.interfaces import CallerRecord
from session.hub.vault.log_store import VaultLog
from session.protocol.hub.number_check import written_number
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.tickets import Ticket
from session.protocol.sealing import (
    VaultEndsAnswer,
    VaultEndsRequest,
    VaultOwnedRequest,
)

log = logging.getLogger(__name__)

REMEMBERED = 256


class VaultSessions:
    """`OwnedSessions` and `CallerStore` of the dossier service, where the tickets are the hub's.

    Args:
        bus: the vault's own place on the bus.
        vault_log: the vault's file.
        secrets: those that hold now; they open what kiosks have sealed.
    """

    def __init__(
        self,
        bus: BusClient,
        vault_log: VaultLog,
        *,
        clock: Clock,
        secrets: Callable[[], Sequence[VaultSecret]],
    ) -> None:
        self._bus = bus
        self._own = vault_log
        self._clock = clock
        self._secrets = secrets
        self._facts: OrderedDict[str, SessionFacts] = OrderedDict()

    async def owned(
        self, organisation: str, agent: str, session_id: str
    ) -> tuple[Ticket, CallerRecord]:
        """Return a session like `Sessions.owned`;
        each time asked, because a session may be over since.
        """
        request = VaultOwnedRequest(session_id=session_id, agent=agent)
        answer = await self._bus.ask(request)
        ticket = answer.ticket
        self._facts[ticket.id] = answer.facts
        while len(self._facts) > REMEMBERED:
            self._facts.popitem(last=False)
        dossier = await asyncio.to_thread(self._own.bound, ticket.id)
        return ticket, CallerRecord(number=self._number(ticket, answer.facts), dossier=dossier)

    def _number(self, ticket: Ticket, facts: SessionFacts) -> str:
        """Return what the caller typed, "" when nothing was, or when it cannot be opened:
        the agent asks then.
        """
        if not facts.sealed_number:
            return ""
        try:
            typed = open_number(
                facts.sealed_number,
                self._secrets(),
                organisation=ticket.organisation,
                home=ticket.kiosk_home,
                kiosk=ticket.kiosk,
            )
        except (SealBroken, SealKeyOld) as error:
            log.warning(
                "a caller's number cannot be opened: %s", error.detail.get("why", error.code)
            )
            return ""
        return written_number("", typed)

    def kiosk_facts(self, ticket: Ticket) -> SessionFacts:
        """The session of a ticket that `owned` has just given."""
        return self._facts[ticket.id]

    async def ends(self, session_id: str) -> list[str]:
        """Return who writes this session's log. Raises `TicketUnknown`."""
        return (await self._asked(session_id)).ends

    async def is_over(self, session_id: str) -> bool:
        """True if nobody is in this conversation any more. A hub that cannot be asked raises;
        one that knows it no longer has forgotten it because it is over for long.
        """
        try:
            return (await self._asked(session_id)).over
        except TicketUnknown:
            return True

    async def ticket(self, session_id: str) -> tuple[Ticket | None, bool]:
        """(its ticket while the hub knows it, whether nobody is in it any more)."""
        try:
            answer = await self._asked(session_id)
        except TicketUnknown:
            return None, True
        return answer.ticket, answer.over

    async def _asked(self, session_id: str) -> VaultEndsAnswer:
        request = VaultEndsRequest(session_id=session_id)
        return await self._bus.ask(request)

    # ---- CallerStore

    async def get(self, organisation: str, ticket_id: str) -> CallerRecord:
        """Return what was named here."""
        return CallerRecord(dossier=await asyncio.to_thread(self._own.bound, ticket_id))

    async def put(self, organisation: str, ticket_id: str, record: CallerRecord) -> None:
        """Keeps the dossier; the rest is the hub's."""
        await asyncio.to_thread(self._own.bind, ticket_id, record.dossier, self._clock.utc_now())

    async def change(
        self, organisation: str, ticket_id: str, change: Callable[[CallerRecord], CallerRecord]
    ) -> CallerRecord:
        """Change the record like `put`: the dossier is all that is kept,
        so no other change can be lost.
        """
        record = change(await self.get(organisation, ticket_id))
        await self.put(organisation, ticket_id, record)
        return record

    async def forget(self, organisation: str, ticket_id: str) -> None:
        """Nothing: retention removes it."""
