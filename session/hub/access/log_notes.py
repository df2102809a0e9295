# SPDX-License-Identifier: GPL-3.0-only
"""Bookmarks and notes of conversations: the rules, the same for hub and vault; each has a store of
its own.

A note that was removed is shown to nobody; it stays, with its remover's name, until its log goes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from session.bus.jetstream.streams import WrongRevision
from session.core.clock import Clock
from session.core.errors import RateLimited, StoreUnreachable
from session.hub.access.handlers import Asker, handles
from session.protocol.helpdesk.log_notes import (
    MOST_NOTES,
    KeepLogNote,
    LogNote,
    LogNotes,
    ReadLogNotes,
    RemoveLogNote,
)

TRIES = 5


class KeptNote(msgspec.Struct, frozen=True, kw_only=True):
    """A note as it is stored."""

    note: LogNote
    removed_by: str = ""
    removed_at_utc: datetime | None = None


class StoredNotes(NamedTuple):
    """All notes of a conversation, and the revision that a change must name."""

    notes: list[KeptNote]
    revision: int = 0


class NoteStore(Protocol):
    """The place where notes are. Every method may raise `StoreUnreachable`."""

    async def read(self, organisation: str, session_id: str) -> StoredNotes:
        """All of them, those that were removed too."""
        ...

    async def write(self, organisation: str, session_id: str, stored: StoredNotes) -> None:
        """All of them, in place of those of this revision. Raises `WrongRevision`."""
        ...


notes_in = msgspec.json.Decoder(list[KeptNote])


class LogNoteService:
    """The notes of a log, kept and read by whoever may read the log,
    once it is over.

    Args:
        check_over: raises `TicketUnknown` or `LogRunning` for a conversation of the organisation
            that is not there, or goes on.
        name_of: (organisation, user) -> the person's name.
    """

    def __init__(
        self,
        store: NoteStore,
        check_over: Callable[[str, str], Awaitable[None]],
        *,
        name_of: Callable[[str, str], str],
        clock: Clock,
    ) -> None:
        self._store = store
        self._check_over = check_over
        self._name_of = name_of
        self._clock = clock

    @handles(ReadLogNotes)
    async def notes(self, asker: Asker, request: ReadLogNotes) -> LogNotes:
        """All notes that were not removed."""
        await self._check_over(asker.organisation, request.session_id)
        return _shown((await self._store.read(asker.organisation, request.session_id)).notes)

    @handles(KeepLogNote)
    async def keep(self, asker: Asker, request: KeepLogNote) -> LogNotes:
        """Keeps a note, without numbers of people. Raises `RateLimited` where there are too
        many.
        """
        note = LogNote(
            id=request.note_id,
            at_s=request.at_s,
            words=request.words,
            by=asker.user,
            by_name=self._name_of(asker.organisation, asker.user),
            kept_at_utc=self._clock.utc_now(),
        )

        def add(notes: list[KeptNote]) -> list[KeptNote]:
            if any(kept_note.note.id == note.id for kept_note in notes):
                return notes
            if len(notes) >= MOST_NOTES:
                raise RateLimited(limit=MOST_NOTES)
            return [*notes, KeptNote(note=note)]

        return await self._change(asker.organisation, request.session_id, add)

    @handles(RemoveLogNote)
    async def remove(self, asker: Asker, request: RemoveLogNote) -> LogNotes:
        """Takes a note away; who did it stays."""
        now = self._clock.utc_now()

        def take(notes: list[KeptNote]) -> list[KeptNote]:
            return [
                msgspec.structs.replace(kept_note, removed_by=asker.user, removed_at_utc=now)
                if kept_note.note.id == request.note_id and kept_note.removed_at_utc is None
                else kept_note
                for kept_note in notes
            ]

        return await self._change(asker.organisation, request.session_id, take)

    async def _change(
        self,
        organisation: str,
        session_id: str,
        change: Callable[[list[KeptNote]], list[KeptNote]],
    ) -> LogNotes:
        await self._check_over(organisation, session_id)
        for _ in range(TRIES):
            stored = await self._store.read(organisation, session_id)
            changed = change(stored.notes)
            if changed == stored.notes:
                return _shown(changed)
            try:
                await self._store.write(
                    organisation, session_id, StoredNotes(changed, stored.revision)
                )
            except WrongRevision:
                continue
            return _shown(changed)
        raise StoreUnreachable(why="the notes are written too often")


def _shown(notes: list[KeptNote]) -> LogNotes:
    remaining = [kept_note.note for kept_note in notes if kept_note.removed_at_utc is None]
    return LogNotes(notes=tuple(sorted(remaining, key=lambda note: note.at_s)))
