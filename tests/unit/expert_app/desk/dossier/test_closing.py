# SPDX-License-Identifier: GPL-3.0-only
"""What is proposed when a conversation is over: from what is filed, and how it ended."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from expert_app.desk.dossier.closing import ClosingProposal, closing_proposal, phone_in
from session.core.dossier_model import PieceState
from tests.support.screens.invented import DOSSIER, NOW

LATER = NOW + timedelta(days=400)
WHOLE = msgspec.structs.replace(
    DOSSIER,
    pieces=tuple(msgspec.structs.replace(one, state=PieceState.FILED) for one in DOSSIER.pieces),
)


def test_missing_pieces_speak_for_their_outcome_and_stand_in_the_note() -> None:
    found = closing_proposal(DOSSIER, LATER, "done")
    assert found.outcome == "pieces_missing"
    assert found.note.startswith("Missing: ")
    assert all(piece.name in found.note for piece in DOSSIER.missing)


def test_a_whole_dossier_is_settled_and_what_was_filed_now_stands_in_the_note() -> None:
    found = closing_proposal(WHOLE, NOW - timedelta(days=4000), "done")
    assert found.outcome == "done"
    assert found.note == f"Filed: {', '.join(one.name for one in WHOLE.documents)}."


def test_a_line_that_broke_is_no_success_and_without_dossier_nothing_is_guessed() -> None:
    assert closing_proposal(WHOLE, LATER, "kiosk_lost").outcome == "cut_off"
    assert closing_proposal(None, LATER, "done") == ClosingProposal()
    empty = msgspec.structs.replace(WHOLE, pieces=(), documents=())
    assert closing_proposal(empty, LATER, "done").outcome == ""


@pytest.mark.parametrize(
    ("contact", "phone"),
    [
        ("mobile 06 12 34 56 78, le matin", "0612345678"),
        ("+33 6.12.34.56.78", "0612345678"),
        ("n° 1234567890123", ""),
        ("0812345678", ""),
        ("", ""),
    ],
)
def test_the_telephone_number_is_read_from_how_the_caller_may_be_reached(
    contact: str, phone: str
) -> None:
    assert phone_in(contact) == phone
