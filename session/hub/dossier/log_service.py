# SPDX-License-Identifier: GPL-3.0-only
"""Rules of who may append to a session's log and read it, before `LogKeeper`.
Used by the hub.

Reading is an act: the conversation is over, the reader says why, and a line of the register
says who, when, which and why before the first record leaves. The vault has the same rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from session.core.errors import LogRunning, MessageMalformed, NotAllowed
from session.core.field_types import NOT_DECODED
from session.hub.access.handlers import Asker, handles
from session.hub.access.log_register import LogRegister
from session.hub.convention.catalogue import Catalogue
from session.hub.dossier.log_keeper import LogKeeper
from session.hub.storage.interfaces import StoredTicket
from session.log.events import Writer
from session.log.without_pages import line_without_page
from session.protocol.hub.log import LogAck, LogAppend, LogPart, LogRequest, ReadEvents
from session.protocol.sealing import SEALED
from session.protocol.wire.roles import Role


class KnownSessions(Protocol):
    """The part of the queue's view that is needed here."""

    def session_anywhere(self, session_id: str) -> StoredTicket | None:
        """The ticket of a session, whichever organisation serves it."""
        ...

    def is_running(self, session_id: str) -> bool:
        """True if somebody is in this conversation, or may come back to it."""
        ...


class LogService:
    """Logs of organisations without a vault."""

    def __init__(
        self,
        keeper: LogKeeper,
        view: KnownSessions,
        *,
        catalogue: Catalogue,
        register: LogRegister,
    ) -> None:
        self._keeper = keeper
        self._view = view
        self._catalogue = catalogue
        self._register = register

    @handles(LogAppend)
    async def log(self, asker: Asker, request: LogAppend) -> LogAck:
        """An end appends its records. Raises `TicketUnknown`, `NotAllowed` (also where the
        organisation has a vault), `StoreUnreachable`.
        """
        records = [bytes(record) for record in request.records]
        _check_writer(asker.role, records)
        owner, writer = await self._writer(asker, request.session_id)
        if self._catalogue.card(owner) is not None:
            raise NotAllowed(why=SEALED)
        following = await self._keeper.append(
            owner, request.session_id, writer, first=request.first, records=records
        )
        return LogAck(next=following)

    async def _writer(self, asker: Asker, session_id: str) -> tuple[str, str]:
        """(organisation whose session it is, the asker's name in its log)."""
        if asker.role is not Role.KIOSK:
            return asker.organisation, asker.writer
        stored = self._view.session_anywhere(session_id)
        if stored is not None:
            owner = stored.ticket.organisation
        else:
            owner = ""
        if not owner:  # over for long: the kiosk's line was away
            owner = await self._keeper.owner(session_id, self._catalogue.served)
        visitor = owner != asker.organisation
        return owner, f"{asker.role}.{asker.organisation}/{asker.user}" if visitor else asker.writer

    @handles(LogRequest)
    async def read_log(self, asker: Asker, request: LogRequest) -> LogPart:
        """A page of the log of a session that is over, for a reason.

        Raises:
            TicketUnknown, LogRunning, LogReasonNeeded, TooManyLogs.
        """
        organisation, session_id = asker.organisation, request.session_id
        await self.check_over(organisation, session_id)
        await self._register.note(asker, request)
        return await self._keeper.read(organisation, session_id, max(0, request.after))

    @handles(ReadEvents)
    async def read_events(self, asker: Asker, request: LogRequest) -> LogPart:
        """The same for the network's operator, whichever organisation's it is, without the pages;
        the line is in that organisation's register.

        Raises:
            TicketUnknown (also where the organisation has a vault), LogRunning, ...
        """
        catalogue, session_id = self._catalogue, request.session_id
        ours = [name for name in catalogue.served if catalogue.card(name) is None]
        owner = await self._keeper.owner(session_id, ours)
        await self.check_over(owner, session_id)
        await self._register.note(asker, request, of=owner)
        part = await self._keeper.read(owner, session_id, max(0, request.after))
        lines = (line_without_page(bytes(record)) for record in part.records)
        records = [msgspec.Raw(line) for line in lines if line]
        return msgspec.structs.replace(part, records=records)

    async def check_over(self, organisation: str, session_id: str) -> None:
        """Raises `TicketUnknown` for a session that has no log here, `LogRunning` for one that goes
        on.
        """
        await self._keeper.ends(organisation, session_id)
        if self._view.is_running(session_id):
            raise LogRunning(session=session_id)


class _WrittenBy(msgspec.Struct):
    writer: str = ""


_written_by = msgspec.json.Decoder(_WrittenBy)
_WRITERS = {Role.KIOSK: Writer.KIOSK, Role.AGENT: Writer.DESK}


def _check_writer(role: Role, records: Sequence[bytes]) -> None:
    """Nobody writes in another one's name. Raises `NotAllowed`."""
    try:
        writers = {_written_by.decode(record).writer for record in records}
    except NOT_DECODED:
        raise MessageMalformed(why="a record without a writer") from None
    if writers - {_WRITERS[role].value, ""}:
        raise NotAllowed(why="a record of another writer")
