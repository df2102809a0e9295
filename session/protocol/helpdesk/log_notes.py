# SPDX-License-Identifier: GPL-3.0-only
"""Bookmarks and notes that the helpdesk keeps with a conversation.
Used by the helpdesk, and by the keepers of logs.

A note stands at a moment and says who wrote it. It is about what failed, never about the caller:
the keeper refuses one in which the number of a person stands. It goes when its log goes.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from session.core.field_types import UtcTime
from session.protocol.hub.requests import HubMessage, Request, Requests, Text
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role
from session.protocol.wire.typed_words import TYPED_WORDS

MOST_WORDS = 300
MOST_NOTES = 200
"""Of one conversation."""

Words = Annotated[str, msgspec.Meta(max_length=MOST_WORDS, extra=TYPED_WORDS)]
Moment = Annotated[float, msgspec.Meta(ge=0, le=10_000_000)]


class LogNote(msgspec.Struct, frozen=True, kw_only=True):
    """One note.

    Attributes:
        at_s: seconds from the log's first record.
        words: "" for a bookmark.
    """

    id: Id
    at_s: Moment
    words: Words = ""
    by: Id
    by_name: Text = ""
    kept_at_utc: UtcTime


class LogNotes(HubMessage, frozen=True, kw_only=True):
    """All notes, in the order of their moments."""

    notes: tuple[LogNote, ...]


class ReadLogNotes(
    Request[LogNotes],
    frozen=True,
    kw_only=True,
    verb="log_notes",
    roles=(Role.SUPERVISOR, Role.HELPDESK),
):
    """All notes of a conversation, please."""

    session_id: Id


class KeepLogNote(
    Request[LogNotes], frozen=True, kw_only=True, verb="keep_log_note", roles=(Role.HELPDESK,)
):
    """Keep a note. The same `note_id` again is the same note."""

    session_id: Id
    note_id: Id
    at_s: Moment
    words: Words = ""


class RemoveLogNote(
    Request[LogNotes], frozen=True, kw_only=True, verb="remove_log_note", roles=(Role.HELPDESK,)
):
    """A note is no longer wanted; who removed it stays written down."""

    session_id: Id
    note_id: Id


NOTE_REQUESTS: Requests = (
    ReadLogNotes,
    KeepLogNote,
    RemoveLogNote,
)
