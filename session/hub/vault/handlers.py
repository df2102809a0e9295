# SPDX-License-Identifier: GPL-3.0-only
"""Which rule of a vault answers which verb: the same verbs as the hub's, for one organisation.
Used by the vault.
"""

from __future__ import annotations

import asyncio

from session.bus.sealing.certificates import VaultSecret, certify
from session.core.clock import Clock
from session.core.errors import TicketUnknown
from session.hub.access.request_server import Asker, Handler
from session.hub.vault.log_store import VaultLog
from session.hub.vault.server import CERTIFY, House
from session.hub.vault.sessions import VaultSessions
from session.protocol.hub.log import LogAck, LogAppend, LogPart, LogRequest
from session.protocol.hub.requests import (
    Done,
)
from session.protocol.sealing import (
    CallerNumberAnswer,
    CallerNumberRequest,
    CertifyAnswer,
    LeaveNoteRequest,
    PassedNoteAnswer,
    PassedNoteRequest,
)
from session.protocol.wire.roles import Role


class _Log:
    def __init__(
        self, keeper: VaultLog, sessions: VaultSessions, *, organisation: str, clock: Clock
    ) -> None:
        self.keeper = keeper
        self.sessions = sessions
        self.organisation = organisation
        self.clock = clock

    async def log(self, asker: Asker, wish: LogAppend) -> LogAck:
        visitor = asker.organisation != self.organisation
        writer = f"{asker.role}.{asker.organisation}/{asker.user}" if visitor else asker.writer
        records = [bytes(record) for record in wish.records]
        try:
            following = await self._append(wish, writer, records)
        except TicketUnknown:
            if await asyncio.to_thread(self.keeper.knows, wish.session_id):
                raise
            ends = await self.sessions.ends(wish.session_id)
            await asyncio.to_thread(self.keeper.open, wish.session_id, ends, self.clock.utc_now())
            following = await self._append(wish, writer, records)
        return LogAck(next=following)

    async def _append(self, wish: LogAppend, writer: str, records: list[bytes]) -> int:
        now = self.clock.utc_now()
        return await asyncio.to_thread(
            self.keeper.append, wish.session_id, writer, wish.first, records, now
        )

    async def read_log(self, asker: Asker, wish: LogRequest) -> LogPart:
        if asker.role is Role.AGENT:
            await asyncio.to_thread(self.keeper.check_reader, wish.session_id, asker.writer)
        return await asyncio.to_thread(self.keeper.read, wish.session_id, max(0, wish.after))


def log_handlers(
    keeper: VaultLog, sessions: VaultSessions, organisation: str, clock: Clock
) -> dict[str, Handler]:
    """Verb -> the rule of the log keeper."""
    rules = _Log(keeper, sessions, organisation=organisation, clock=clock)
    return {"log": rules.log, "read_log": rules.read_log}


class _Numbers:
    def __init__(self, sessions: VaultSessions, organisation: str) -> None:
        self.sessions, self.organisation = sessions, organisation

    async def caller_number(self, asker: Asker, wish: CallerNumberRequest) -> CallerNumberAnswer:
        _, record = await self.sessions.owned(self.organisation, asker.user, wish.session_id)
        return CallerNumberAnswer(caller_number=record.number)


def number_handlers(sessions: VaultSessions, organisation: str) -> dict[str, Handler]:
    """Verb -> the rule that opens what the caller typed."""
    return {"caller_number": _Numbers(sessions, organisation).caller_number}


class _Notes:
    def __init__(
        self, keeper: VaultLog, sessions: VaultSessions, *, organisation: str, clock: Clock
    ) -> None:
        self.keeper = keeper
        self.sessions = sessions
        self.organisation = organisation
        self.clock = clock

    async def leave_note(self, asker: Asker, wish: LeaveNoteRequest) -> Done:
        ticket, _ = await self.sessions.owned(self.organisation, asker.user, wish.session_id)
        await asyncio.to_thread(self.keeper.leave_note, ticket.id, wish.note, self.clock.utc_now())
        return Done()

    async def read_note(self, asker: Asker, wish: PassedNoteRequest) -> PassedNoteAnswer:
        ticket, _ = await self.sessions.owned(self.organisation, asker.user, wish.session_id)
        return PassedNoteAnswer(note=await asyncio.to_thread(self.keeper.note, ticket.id))


def note_handlers(
    keeper: VaultLog, sessions: VaultSessions, organisation: str, clock: Clock
) -> dict[str, Handler]:
    """Verb -> the rule of the notes that go along when a caller is passed on."""
    rules = _Notes(keeper, sessions, organisation=organisation, clock=clock)
    return {"leave_note": rules.leave_note, "read_note": rules.read_note}


def certify_handlers(house: House, clock: Clock) -> dict[str, Handler]:
    """A desk's certificate: by the secret that is valid the longest, for the key that the desk has
    shown.
    """

    async def answer(asker: Asker, key: str) -> CertifyAnswer:
        secret: VaultSecret = house.secrets()[0]
        certificate = certify(
            secret, house.organisation, asker.role, asker.user, key, clock.utc_now()
        )
        return CertifyAnswer(certificate=certificate)

    return {CERTIFY: answer}
