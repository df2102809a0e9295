# SPDX-License-Identifier: GPL-3.0-only
from __future__ import annotations

import pytest

from session.core.dossier_model import Dossier, Piece, PieceState, may_follow


@pytest.mark.parametrize(
    ("was", "state", "may"),
    [
        (PieceState.EXPECTED, PieceState.SCANNED, True),
        (PieceState.FILED, PieceState.SCANNED, False),
        (PieceState.EXPECTED, PieceState.LEGIBLE, False),
        (PieceState.FILED, PieceState.ACKNOWLEDGED, True),
        (PieceState.SCANNED, PieceState.ACKNOWLEDGED, False),
        (PieceState.ACKNOWLEDGED, PieceState.EXPECTED, True),
    ],
)
def test_a_piece_goes_from_state_to_state_in_order(
    was: PieceState, state: PieceState, may: bool
) -> None:
    assert may_follow(was, state) is may


def test_a_piece_that_may_be_left_out_is_missing_only_once_it_was_refused() -> None:
    pieces = (
        Piece(id="a", name="Bail"),
        Piece(id="b", name="RIB", state=PieceState.FILED),
        Piece(id="c", name="Études", optional=True),
        Piece(id="d", name="Avis", optional=True, state=PieceState.REFUSED),
    )
    dossier = Dossier(number="1", caller_name="", caller_number="", pieces=pieces)
    assert [piece.id for piece in dossier.missing] == ["a", "d"]
    assert dossier.piece("b") is pieces[1]
    assert dossier.piece("x") is None
