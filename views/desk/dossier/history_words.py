# SPDX-License-Identifier: GPL-3.0-only
"""States and acts of a dossier in words, for its export and its history. Used by board and desk."""

from __future__ import annotations

from resources.texts import N_, _
from session.core.dossier_model import AccessLine, PieceStep
from session.protocol.dossier.pieces import ActStep
from views.desk.dossier.piece_row import PIECE_WORDS
from views.words.accesses import access_words

ACTS: dict[str, str] = {
    "delivery_retried": N_("Copy tried again: {about}"),
    "delivery_given_up": N_("Copy given up: {about}"),
    "exported": N_("Whole dossier exported"),
    "version": N_("Replaced: {about}"),
    "merged": N_("Two dossiers made one: {about}"),
    "unmerged": N_("Two dossiers again: {about}"),
    "person": N_("Name or birth date corrected: {about}"),
    "document_withdrawn": N_("Taken out of the dossier: {about}"),
    "document_moved": N_("Was in the wrong dossier, filed in the other one: {about}"),
    "note_withdrawn": N_("Note withdrawn by its author"),
    "note_corrected": N_("Note corrected by its author"),
}
"""By `documents.store.acts.DossierActKind`."""


def act_words(act: ActStep) -> str:
    """An act in words; the code of an act that this version does not know."""
    act_text = ACTS.get(act.kind)
    return (_(act_text) if act_text is not None else f"{act.kind} {{about}}").format(
        about=act.about
    )


def state_words(step: PieceStep) -> str:
    """The state that a piece went to."""
    return _(PIECE_WORDS[step.state][0])


def export_words(step: PieceStep | ActStep | AccessLine) -> str:
    """One line of the history, or of the register of accesses."""
    if isinstance(step, AccessLine):
        return f"{step.dossier} : {access_words(step)}"
    if isinstance(step, ActStep):
        return act_words(step)
    return state_words(step)
