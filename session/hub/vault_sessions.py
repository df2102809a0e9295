# SPDX-License-Identifier: GPL-3.0-only
"""What a vault must ask the hub: whose session it is, and who its ends are. Used by the vault's rules.

The dossier that an agent has named stays in the vault's own file (`VaultLog.bind`): the hub does not hear of it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from session.bus.client import BusClient
from session.clock import Clock
from session.hub.engine import CallerRecord
from session.hub.vault_log import VaultLog
from session.protocol.hub_messages import SessionFacts
from session.protocol.seal_messages import (
    VaultEndsAnswer,
    VaultEndsRequest,
    VaultOwnedAnswer,
    VaultOwnedRequest,
)
from session.protocol.tickets import Ticket

REMEMBERED = 256


class VaultSessions:
    """`OwnedSessions` and `CallerStore` of the dossier service, where the tickets are the hub's.

    Args:
        bus: the vault's own place on the bus.
        own: the vault's file.
    """

    def __init__(self, bus: BusClient, own: VaultLog, clock: Clock) -> None:
        self._bus, self._own, self._clock = bus, own, clock
        self._facts: OrderedDict[str, SessionFacts] = OrderedDict()

    async def owned(self, organisation: str, agent: str, session_id: str) -> tuple[Ticket, CallerRecord]:
        """As `Sessions.owned`; each time asked, because a session may be over since."""
        wish = VaultOwnedRequest(session_id=session_id, agent=agent)
        answer = await self._bus.insist("vault_owned", wish, VaultOwnedAnswer)
        ticket = answer.ticket
        self._facts[ticket.id] = answer.facts
        while len(self._facts) > REMEMBERED:
            self._facts.popitem(last=False)
        dossier = await asyncio.to_thread(self._own.bound, ticket.id)
        return ticket, CallerRecord(number=answer.facts.caller_number, dossier=dossier)

    def kiosk_facts(self, ticket: Ticket) -> SessionFacts:
        """The session of a ticket that `owned` has just given."""
        return self._facts[ticket.id]

    async def ends(self, session_id: str) -> list[str]:
        """Who writes this session's log. Raises `TicketUnknown`."""
        wish = VaultEndsRequest(session_id=session_id)
        return (await self._bus.insist("vault_ends", wish, VaultEndsAnswer)).ends

    # ---- CallerStore -----------------------------------------------------------------------------------------------

    async def get(self, organisation: str, ticket_id: str) -> CallerRecord:
        """What was named here."""
        return CallerRecord(dossier=await asyncio.to_thread(self._own.bound, ticket_id))

    async def put(self, organisation: str, ticket_id: str, record: CallerRecord) -> None:
        """Keeps the dossier; the rest is the hub's."""
        await asyncio.to_thread(self._own.bind, ticket_id, record.dossier, self._clock.utc_now())

    async def forget(self, organisation: str, ticket_id: str) -> None:
        """Nothing: retention removes it."""
