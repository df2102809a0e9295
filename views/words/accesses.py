# SPDX-License-Identifier: GPL-3.0-only
"""The words for a line of the register of accesses.
Used by the board and the hub's commands.
"""

from __future__ import annotations

from resources.texts import N_, _
from session.core.dossier_model import AccessKind, AccessLine

KINDS: dict[AccessKind, tuple[str, str, str]] = {
    AccessKind.SEARCHED: (N_("Searched by name and birth date"), "search", "soft"),
    AccessKind.OPENED: (N_("Opened"), "dossier", ""),
    AccessKind.OPENED_OTHER: (N_("Opened besides the caller's own"), "dossier", "warn"),
    AccessKind.PREVIEWED: (N_("Looked at before the conversation"), "preview", "soft"),
    AccessKind.CREATED: (N_("Created"), "add", ""),
    AccessKind.NUMBERED: (N_("Caller number added"), "given", ""),
    AccessKind.CORRECTED: (N_("Corrected"), "pen", ""),
    AccessKind.EXPORTED: (N_("Exported whole"), "save", "warn"),
    AccessKind.MERGED: (N_("Merged with another dossier"), "merge", ""),
    AccessKind.UNMERGED: (N_("Merge taken back"), "undo", ""),
    AccessKind.REFUSED: (N_("Refused: too many dossiers in an hour"), "forbidden", "bad"),
    AccessKind.READ_LOG: (N_("Log of a conversation read"), "history", ""),
    AccessKind.LOG_REFUSED: (N_("Refused: too many logs in an hour"), "forbidden", "bad"),
}
"""Words, icon and tone, in the order of the board's filter."""

LOG_KINDS = (AccessKind.READ_LOG, AccessKind.LOG_REFUSED)
"""Those that are about conversations, not about dossiers."""


def access_words(line: AccessLine) -> str:
    """Say what was done, and how many dossiers a search found."""
    words = _(KINDS[line.kind][0])
    if line.kind is AccessKind.SEARCHED:
        return _("{what}: {count}").format(what=words, count=line.hits)
    return words
