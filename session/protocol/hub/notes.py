# SPDX-License-Identifier: GPL-3.0-only
"""A note of an agent for the next one, kept in the caller's dossier and nowhere else.
Used by hub and desk.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from session.protocol.wire.ids import Id

NOTE_LETTERS = 500

NoteText = Annotated[str, msgspec.Meta(min_length=1, max_length=NOTE_LETTERS)]


class DossierNote(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent wrote after a conversation, and when;
    `by_name` is what callers read of the agent.
    """

    id: Id
    text: NoteText
    by_name: str
    at_utc: datetime
