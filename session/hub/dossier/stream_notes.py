# SPDX-License-Identifier: GPL-3.0-only
"""The store of the helpdesk's bookmarks and notes at a hub. Used by its log keeper."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from session.bus.jetstream.streams import Streams
from session.hub.access.log_notes import StoredNotes, notes_in

LOG_NOTES = "NOTES"
"""The stream."""


class StreamNotes:
    """Notes in the hub's JetStream: one message for a conversation, which the server forgets as
    late as its log. `KeptLogs` makes the stream, and erases in it.

    Args:
        days: of an organisation's logs.
    """

    def __init__(self, streams: Streams, days: Callable[[str], float]) -> None:
        self._streams = streams
        self._days = days

    async def read(self, organisation: str, session_id: str) -> StoredNotes:
        """See `NoteStore`."""
        stored = await self._streams.last(LOG_NOTES, note_subject(organisation, session_id))
        if stored is None:
            return StoredNotes([])
        return StoredNotes(notes_in.decode(stored.payload), stored.revision)

    async def write(self, organisation: str, session_id: str, stored: StoredNotes) -> None:
        """See `NoteStore`."""
        await self._streams.append(
            note_subject(organisation, session_id),
            msgspec.json.encode(stored.notes),
            expected=stored.revision,
            ttl_s=round(self._days(organisation) * 24 * 3600),
        )


def note_subject(organisation: str, session_id: str) -> str:
    """Return the subject of a conversation's notes."""
    return f"lognotes.{organisation}.{session_id}"
