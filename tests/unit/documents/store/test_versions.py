# SPDX-License-Identifier: GPL-3.0-only
"""A document that was filed wrongly is filed anew; the earlier version stays, and says why.
On both databases.
"""

from __future__ import annotations

import pytest

from documents.hashes import sha256_of
from documents.store.acts import DossierActKind
from documents.store.dossier_store import DossierStore
from documents.store.search import FiledMarks, PageMark
from documents.store.versions import Replacement
from session.core.dossier_model import ActingUser, DocumentCorrection, NewDocument, PieceState
from session.core.errors import DossierUnknown
from tests.unit.documents.conftest import Day, OpenStore
from tests.unit.documents.store.filled_store import CALLER, NINE, NUMBER, ORG, PDF, pdf_like

WHY = Replacement("Mauvaise pièce", ActingUser(user="alice", name="Alice M."))
MARKS = FiledMarks(words="loyer", pages=(PageMark("a" * 64, "0" * 64), PageMark("b" * 64, "")))


@pytest.fixture
def store(open_store: OpenStore) -> DossierStore:
    store = open_store()
    store.create_dossier("caf31", CALLER)
    return store


def _file(
    store: DossierStore, upload_id: str, piece_id: str = "identity", data: bytes = PDF
) -> str:
    new = NewDocument(
        piece_id=piece_id, name="Papier", pages=2, sha256=sha256_of(data), upload_id=upload_id
    )
    return store.file(ORG, NUMBER, new, data, filed_at_utc=NINE, marks=MARKS).id


def _states(store: DossierStore) -> dict[str, tuple[PieceState, tuple[str, ...]]]:
    return {
        piece.id: (piece.state, piece.documents) for piece in store.open_dossier(ORG, NUMBER).pieces
    }


def test_a_wrong_piece_is_corrected_and_the_earlier_version_stays(
    store: DossierStore, day: Day
) -> None:
    wrong = _file(store, "u1")
    day.pass_days(1)
    for _ in range(2):  # the answer was lost, the desk asks again
        dossier = store.correct(
            ORG,
            NUMBER,
            DocumentCorrection(
                document_id=wrong, piece_id="income", name="Avis 2025", request_id="r1"
            ),
            why=WHY,
        )
    old, new = dossier.documents
    assert (old.id, old.replaced_by, old.why) == (wrong, new.id, "Mauvaise pièce")
    assert (new.piece_id, new.name, new.sha256, new.path, new.replaced_by) == (
        "income",
        "Avis 2025",
        old.sha256,
        old.path,
        "",
    )
    assert _states(store) == {
        "identity": (PieceState.EXPECTED, ()),
        "income": (PieceState.FILED, (new.id,)),
    }
    assert store.read(ORG, old.id) == store.read(ORG, new.id) == PDF
    (act,) = store.acts(ORG, NUMBER)
    assert (act.kind, act.reason, act.by.name) == (
        DossierActKind.VERSION,
        "Mauvaise pièce",
        "Alice M.",
    )
    assert act.about == "Papier (Pièce d'identité) → Avis 2025 (Avis d'imposition)"
    assert [one.document_id for one in store.search(ORG, "avis 2025", NUMBER)] == [new.id]
    seen = store.seen_before(ORG, NUMBER, [PageMark("a" * 64, "")])
    assert seen
    # the last version is corrected, not one in the middle
    with pytest.raises(DossierUnknown) as caught:
        store.correct(
            ORG,
            NUMBER,
            DocumentCorrection(document_id=wrong, piece_id="income", name="x", request_id="r2"),
            why=WHY,
        )
    assert caught.value.detail == {"what": "version"}


def test_a_better_scan_takes_the_place_of_the_first(store: DossierStore) -> None:
    first, better = _file(store, "u1"), _file(store, "u2", data=pdf_like("Mieux"))
    for _ in range(2):
        dossier = store.supersede(ORG, NUMBER, first, by_id=better, why=WHY)
    assert [(one.id, one.replaced_by) for one in dossier.documents] == [
        (first, better),
        (better, ""),
    ]
    assert _states(store)["identity"] == (PieceState.FILED, (better,))
    assert len(store.acts(ORG, NUMBER)) == 1
    best = _file(store, "u3", data=pdf_like("Encore mieux"))
    store.supersede(ORG, NUMBER, better, by_id=best, why=WHY)
    for old, new in ((best, first), (best, best), (first, best)):  # no circle, no tree
        with pytest.raises(DossierUnknown):
            store.supersede(ORG, NUMBER, old, by_id=new, why=WHY)
    other = _file(store, "u4", data=pdf_like("Autre"))
    with pytest.raises(DossierUnknown):
        store.supersede(ORG, NUMBER, other, by_id=best, why=WHY)  # it has a place already


def test_a_piece_keeps_its_state_while_it_has_another_document(store: DossierStore) -> None:
    first, second = _file(store, "u1"), _file(store, "u2", data=pdf_like("Verso"))
    store.correct(
        ORG,
        NUMBER,
        DocumentCorrection(document_id=first, piece_id="", name="Divers", request_id="r1"),
        why=WHY,
    )
    assert _states(store)["identity"] == (PieceState.FILED, (second,))


def test_nothing_of_another_dossier_or_piece_can_be_named(store: DossierStore) -> None:
    wrong = _file(store, "u1")
    for document, piece in ((wrong, "nope"), ("nope", "income")):
        with pytest.raises(DossierUnknown):
            store.correct(
                ORG,
                NUMBER,
                DocumentCorrection(document_id=document, piece_id=piece, name="x", request_id="r1"),
                why=WHY,
            )
    with pytest.raises(DossierUnknown):
        store.correct(
            "ft",
            NUMBER,
            DocumentCorrection(document_id=wrong, piece_id="income", name="x", request_id="r1"),
            why=WHY,
        )
    assert len(store.open_dossier(ORG, NUMBER).documents) == 1
