# SPDX-License-Identifier: GPL-3.0-only
"""The vault's answers besides the dossier service: logs, callers' numbers, notes, certificates.
The verbs are the hub's, for one organisation. Used by the vault.
"""

from __future__ import annotations

import asyncio

import msgspec

from session.bus.jetstream.streams import WrongRevision
from session.bus.rate_limits import RateLimits
from session.bus.sealing.certificates import VaultSecret, certify
from session.core.clock import Clock
from session.core.errors import LogRunning, RateLimited, TicketUnknown
from session.core.signals import Signal
from session.hub.access.handlers import Asker, handles
from session.hub.access.log_notes import StoredNotes, notes_in
from session.hub.access.log_register import LogRegister
from session.hub.vault.log_store import VaultLog
from session.hub.vault.server import VaultOwner
from session.hub.vault.sessions import VaultSessions
from session.protocol.hub.log import LogAck, LogAppend, LogPart, LogRequest
from session.protocol.hub.requests import Done
from session.protocol.sealing import (
    CallerNumberAnswer,
    CallerNumberRequest,
    CertifyAnswer,
    CertifyRequest,
    LeaveNoteRequest,
    PassedNoteAnswer,
    PassedNoteRequest,
)

NEW_PER_S, NEW_BURST = 1.0, 20.0
"""Sessions whose ends the hub is asked for, for one asker: the vault is one client of the hub, and
whoever invents sessions would have the hub refuse the vault's questions for everybody.
"""


class VaultLogService:
    """The rules of who may append to a session's log and read it.

    Attributes:
        written: the id of a session whose log has more records.
    """

    def __init__(
        self,
        keeper: VaultLog,
        sessions: VaultSessions,
        *,
        register: LogRegister,
        organisation: str,
        clock: Clock,
    ) -> None:
        self.written: Signal[str] = Signal()
        self._keeper = keeper
        self._sessions = sessions
        self._register = register
        self._organisation = organisation
        self._clock = clock
        self._new = RateLimits(clock, NEW_PER_S, burst=NEW_BURST)

    @handles(LogAppend)
    async def log(self, asker: Asker, request: LogAppend) -> LogAck:
        """An end appends its records; of a session that is new here the hub tells the ends."""
        visitor = asker.organisation != self._organisation
        if visitor:
            writer = f"{asker.role}.{asker.organisation}/{asker.user}"
        else:
            writer = asker.writer
        session_id = request.session_id
        try:
            following = await self._append(request, writer)
        except TicketUnknown:
            if await asyncio.to_thread(self._keeper.knows, session_id):
                raise
            if await asyncio.to_thread(self._keeper.is_erased, self._organisation, session_id):
                raise
            if not self._new.take(f"{asker.organisation}.{asker.writer}"):
                raise RateLimited from None
            ends = await self._sessions.ends(session_id)
            await asyncio.to_thread(self._keeper.open, session_id, ends, self._clock.utc_now())
            following = await self._append(request, writer)
        if request.records:
            self.written.emit(session_id)
        return LogAck(next=following)

    async def _append(self, request: LogAppend, writer: str) -> int:
        records = [bytes(record) for record in request.records]
        now = self._clock.utc_now()
        return await asyncio.to_thread(
            self._keeper.append,
            request.session_id,
            writer,
            request.first,
            records=records,
            now=now,
        )

    @handles(LogRequest)
    async def read_log(self, asker: Asker, request: LogRequest) -> LogPart:
        """A page of the log of a session that is over, for a reason; the rules are those of
        `session.hub.dossier.log_service`.
        """
        session_id = request.session_id
        await self.check_over(self._organisation, session_id)
        await self._register.note(asker, request)
        return await asyncio.to_thread(self._keeper.read, session_id, max(0, request.after))

    async def check_over(self, _organisation: str, session_id: str) -> None:
        """Raises `TicketUnknown` for a session that has no log here, `LogRunning` for one that goes
        on.
        """
        if not await asyncio.to_thread(self._keeper.knows, session_id):
            raise TicketUnknown
        if not await self._sessions.is_over(session_id):
            raise LogRunning(session=session_id)


class VaultNotes:
    """Bookmarks and notes in the vault's file; see `session.hub.access.log_notes.NoteStore`."""

    def __init__(self, keeper: VaultLog) -> None:
        self._keeper = keeper

    async def read(self, _organisation: str, session_id: str) -> StoredNotes:
        """All of them."""
        notes, revision = await asyncio.to_thread(self._keeper.log_notes, session_id)
        return StoredNotes(notes_in.decode(notes), revision)

    async def write(self, _organisation: str, session_id: str, stored: StoredNotes) -> None:
        """All of them, in place of those of this revision. Raises `WrongRevision`."""
        text = msgspec.json.encode(stored.notes)
        write = self._keeper.write_log_notes
        if not await asyncio.to_thread(write, session_id, text, stored.revision):
            raise WrongRevision


class VaultCallers:
    """The facts about a caller that only the vault can read:
    the number, and the note of the agent before.
    """

    def __init__(
        self, keeper: VaultLog, sessions: VaultSessions, *, organisation: str, clock: Clock
    ) -> None:
        self._keeper = keeper
        self._sessions = sessions
        self._organisation = organisation
        self._clock = clock

    @handles(CallerNumberRequest)
    async def caller_number(self, asker: Asker, request: CallerNumberRequest) -> CallerNumberAnswer:
        """The number that the caller of an agent's own session typed. Raises `TicketUnknown`."""
        _, record = await self._sessions.owned(self._organisation, asker.user, request.session_id)
        return CallerNumberAnswer(caller_number=record.number)

    @handles(LeaveNoteRequest)
    async def leave_note(self, asker: Asker, request: LeaveNoteRequest) -> Done:
        """Keeps a note for the agent to whom the caller is passed on. Raises `TicketUnknown`."""
        ticket, _ = await self._sessions.owned(self._organisation, asker.user, request.session_id)
        now = self._clock.utc_now()
        await asyncio.to_thread(self._keeper.leave_note, ticket.id, request.note, now)
        return Done()

    @handles(PassedNoteRequest)
    async def read_note(self, asker: Asker, request: PassedNoteRequest) -> PassedNoteAnswer:
        """The note that came along with the caller. Raises `TicketUnknown`."""
        ticket, _ = await self._sessions.owned(self._organisation, asker.user, request.session_id)
        return PassedNoteAnswer(note=await asyncio.to_thread(self._keeper.note, ticket.id))


class DeskCertificates:
    """Certificates of desks, by the vault's secret that is valid the longest."""

    def __init__(self, owner: VaultOwner, clock: Clock) -> None:
        self._owner = owner
        self._clock = clock

    @handles(CertifyRequest)
    async def certify(self, asker: Asker, key: str) -> CertifyAnswer:
        """A desk's certificate for the key that it has shown."""
        secret: VaultSecret = self._owner.secrets()[0]
        certificate = certify(
            secret,
            self._owner.organisation,
            role=asker.role,
            user=asker.user,
            key=key,
            now=self._clock.utc_now(),
        )
        return CertifyAnswer(certificate=certificate)
