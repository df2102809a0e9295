# SPDX-License-Identifier: GPL-3.0-only
"""The desk's proposals when a conversation is over: the outcome, and a note for colleagues.
Used by `wiring.agent_work`; the agent decides.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from resources.texts import _
from session.core.dossier_model import NOTE_LETTERS, Dossier

CUT_OFF = frozenset({"kiosk_lost", "kiosk_disk"})
"""Reasons of an end that nobody wanted."""


class ClosingProposal(NamedTuple):
    """Code of the outcome and text of the note, each "" when nothing speaks for one; the telephone
    number that the dossier has for the caller, ten digits or "".
    """

    outcome: str = ""
    note: str = ""
    phone: str = ""


def closing_proposal(
    dossier: Dossier | None, opened_at_utc: datetime, reason: str
) -> ClosingProposal:
    """Says what the dossier speaks for.

    Args:
        opened_at_utc: when the conversation began: what was filed since is of this conversation.
        reason: why it ended, as in `SessionEnded`.
    """
    if reason in CUT_OFF:
        cut = "cut_off"
    else:
        cut = ""
    if dossier is None:
        return ClosingProposal(cut)
    filed = [
        document.name for document in dossier.documents if document.filed_at_utc >= opened_at_utc
    ]
    missing = [piece.name for piece in dossier.missing]
    outcome = cut
    if not cut and missing:
        outcome = "pieces_missing"
    elif not cut and (filed or dossier.pieces):
        outcome = "done"
    parts = []
    if filed:
        parts.append(_("Filed: {names}.").format(names=", ".join(filed)))
    if missing:
        parts.append(_("Missing: {names}.").format(names=", ".join(missing)))
    return ClosingProposal(outcome, " ".join(parts)[:NOTE_LETTERS], phone_in(dossier.contact))


def phone_in(contact: str) -> str:
    """The first French telephone number of a text as ten digits, "" without one."""
    match = re.search(r"(?<!\d)(?:(?:\+|00)33[\s.-]*|0)([1-79])((?:[\s.-]*\d){8})(?!\d)", contact)
    if match is None:
        return ""
    return "0" + re.sub(r"\D", "", "".join(match.groups()))
