# SPDX-License-Identifier: GPL-3.0-only
"""Notes that an agent owes to dossiers after their conversations, without Qt. Used by
`expert_app.desk.agent_work`: the page between two callers shows them, and takes them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from expert_app.desk.dossier.guide import TickMemory
from session.core.clock import Clock
from session.core.field_types import UtcTime
from session.core.signals import Signal

OWED = "notes/owed"
OWED_FOR = timedelta(days=1)
"""As long as the hub takes a note after the conversation."""


class OwedNote(msgspec.Struct, frozen=True):
    """A note that is not written yet: on which session, and that session as the agent knows it."""

    session_id: str
    words: str
    since_utc: UtcTime


class OwedNotes:
    """They survive a restart of the desk: the session's id, its ticket's number and its service,
    nothing of the caller.

    Attributes:
        changed: the notes that are owed now, the oldest first.
    """

    def __init__(self, memory: TickMemory, clock: Clock) -> None:
        self.changed: Signal[list[OwedNote]] = Signal()
        self._memory = memory
        self._clock = clock
        self._owed = self._kept()

    @property
    def owed(self) -> list[OwedNote]:
        """The notes that the hub would still take, the oldest first."""
        oldest: datetime = self._clock.utc_now() - OWED_FOR
        return [note for note in self._owed if note.since_utc > oldest]

    def add(self, session_id: str, words: str) -> None:
        """The note on this session will be written later."""
        self._keep([*self.owed, OwedNote(session_id, words, self._clock.utc_now())])

    def drop(self, session_id: str) -> None:
        """It is written, or not needed any more."""
        self._keep([note for note in self.owed if note.session_id != session_id])

    def _keep(self, owed: list[OwedNote]) -> None:
        self._owed = owed
        self._memory.write(OWED, msgspec.json.encode(owed).decode() if owed else "")
        self.changed.emit(owed)

    def _kept(self) -> list[OwedNote]:
        try:
            return msgspec.json.decode(self._memory.read(OWED) or "[]", type=list[OwedNote])
        except msgspec.DecodeError:  # of another version
            return []
