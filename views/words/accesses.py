# SPDX-License-Identifier: GPL-3.0-only
"""What a line of the register of accesses says. Used by the board and the hub's commands."""

from __future__ import annotations

from resources.texts import N_, _
from session.core.dossier_model import AccessKind

_WORDS = {
    AccessKind.SEARCHED: N_("Searched by name and birth date"),
    AccessKind.OPENED: N_("Opened"),
    AccessKind.OPENED_OTHER: N_("Opened besides the caller's own"),
    AccessKind.CREATED: N_("Created"),
    AccessKind.NUMBERED: N_("Caller number added"),
    AccessKind.CORRECTED: N_("Corrected"),
    AccessKind.EXPORTED: N_("Exported whole"),
    AccessKind.MERGED: N_("Merged with another dossier"),
    AccessKind.UNMERGED: N_("Merge taken back"),
    AccessKind.REFUSED: N_("Refused: too many dossiers in an hour"),
}


def access_words(kind: AccessKind) -> str:
    """What was done, in words."""
    return _(_WORDS[kind])
