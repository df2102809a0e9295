# SPDX-License-Identifier: GPL-3.0-only
"""Two dossiers of one person become one, and two again, with SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from documents.hashes import sha256_of
from documents.store.accesses import AccessFilter
from documents.store.acts import DossierActKind
from documents.store.dossier_store import DossierStore
from documents.store.versions import Replacement
from session.core.dossier_model import (
    Access,
    AccessKind,
    ActingUser,
    DocumentCorrection,
    Dossier,
    DossierNote,
    NewDocument,
    Piece,
    PieceState,
)
from session.core.errors import DossierUnknown, MergeImpossible
from tests.support.postgres import new_database
from tests.unit.documents.store.filled_store import PDF

ORG = "valdore"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BOSS = Access(by=ActingUser(user="boss", name="Bea S."), reason="Même personne")


class _Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: _Clock) -> Iterator[DossierStore]:
    url = None
    if request.param == "postgresql":
        address: str = request.getfixturevalue("postgres")
        url = new_database(address, f"d{abs(hash(request.node.nodeid)):x}")
    with DossierStore(tmp_path, url, targets={ORG: ("depot",)}, now=clock) as store:
        shared = Piece(id="identity", name="Identité")
        store.create_dossier(
            ORG,
            Dossier(
                number="A",
                caller_name="Zoé Lefèvre",
                caller_number="",
                procedure="Logement",
                pieces=(shared, Piece(id="lease", name="Bail")),
            ),
        )
        store.create_dossier(
            ORG,
            Dossier(
                number="B",
                caller_name="Zoe Lefevre",
                caller_number="1234567",
                procedure="Logement · Famille",
                pieces=(shared, Piece(id="book", name="Livret")),
            ),
        )
        for number, text in (("A", "Premier"), ("B", "Deuxième")):
            note = DossierNote(id=f"n{number}", text=text, by_name="Alice M.", at_utc=NOW)
            store.add_note(ORG, number, note)
        yield store


def _file(store: DossierStore, number: str, piece: str, upload: str) -> str:
    new = NewDocument(
        piece_id=piece, name=f"Papier {upload}", pages=2, sha256=sha256_of(PDF), upload_id=upload
    )
    return store.file(ORG, number, new, PDF, filed_at_utc=store._now()).id


def _merge(store: DossierStore, keep: str = "A", merged: str = "B", merge_id: str = "m1") -> None:
    store.merges.merge(ORG, merge_id, keep=keep, merged=merged, access=BOSS)


def _documents(store: DossierStore, number: str) -> list[str]:
    return [document.id for document in store.open_dossier(ORG, number).documents]


def test_all_of_a_dossier_moves_and_its_number_opens_the_kept_one(store: DossierStore) -> None:
    identity, book = _file(store, "B", "identity", "u1"), _file(store, "B", "book", "u2")
    _merge(store)
    _merge(store)  # the same request again
    kept = store.open_dossier(ORG, "B")
    assert (kept.number, kept.merged, kept.caller_number) == ("A", ("B",), "1234567")
    assert kept.procedure == "Logement · Famille"
    assert [(piece.id, piece.state, piece.documents) for piece in kept.pieces] == [
        ("identity", PieceState.FILED, (identity,)),
        ("lease", PieceState.EXPECTED, ()),
        ("book", PieceState.FILED, (book,)),
    ]
    assert {note.text for note in kept.notes} == {"Premier", "Deuxième"}
    by_number = store.find_by_caller_number(ORG, "1234567")
    assert by_number is not None
    assert by_number.number == "A"
    assert {one.dossier for one in store.deliveries.listed(ORG)} == {"A"}
    assert [step.piece_id for step in store.history(ORG, "A")] == ["identity", "book"]
    [act] = store.acts(ORG, "A")
    assert (act.kind, act.reason) == (DossierActKind.MERGED, "Même personne")
    lines = store.accesses.listed(ORG, AccessFilter(dossier="A"))
    assert {(line.kind, line.dossier) for line in lines} == {
        (AccessKind.MERGED, "A"),
        (AccessKind.MERGED, "B"),
    }
    assert len(store.search(ORG, "papier", "B")) == 2
    _file(store, "B", "lease", "u3")  # a desk that still says the old number
    assert len(_documents(store, "A")) == 3


def test_a_merge_is_taken_back_with_what_was_added_to_its_pieces(
    store: DossierStore, clock: _Clock
) -> None:
    before = store.open_dossier(ORG, "A")
    moved = _file(store, "B", "identity", "u1")
    own = _file(store, "A", "lease", "u2")
    _merge(store)
    clock.now += timedelta(days=29)
    since_own, since_theirs = _file(store, "A", "lease", "u3"), _file(store, "A", "book", "u4")
    correction = DocumentCorrection(
        document_id=moved, piece_id="identity", name="Carte", request_id="c1"
    )
    why = Replacement("Mieux nommé", ActingUser(user="alice", name="Alice M."))
    store.correct(ORG, "A", correction, why=why)
    undone = store.merges.unmerge(ORG, "m1", BOSS)
    assert store.merges.unmerge(ORG, "m1", BOSS) == undone
    assert (undone.undone_by, undone.undone_at_utc) == ("Bea S.", clock.now)
    kept, gone = store.open_dossier(ORG, "A"), store.open_dossier(ORG, "B")
    assert (kept.number, kept.merged, kept.caller_number) == ("A", (), "")
    assert kept.procedure == before.procedure
    assert gone.number == "B"
    assert _documents(store, "A") == [own, since_own]
    assert moved in _documents(store, "B")
    assert since_theirs in _documents(store, "B")
    assert gone.documents[0].replaced_by in _documents(store, "B")
    assert [note.text for note in kept.notes] == ["Premier"]
    assert [note.text for note in gone.notes] == ["Deuxième"]
    identity = kept.piece("identity")
    assert identity is not None
    assert identity.documents == ()
    assert [act.kind for act in store.acts(ORG, "A")][-1] is DossierActKind.UNMERGED
    [listed] = store.merges.listed(ORG, "B")
    assert listed == undone


def test_what_cannot_be_merged_or_taken_back_says_why(store: DossierStore, clock: _Clock) -> None:
    store.create_dossier(ORG, Dossier(number="C", caller_name="Z. Lefèvre", caller_number=""))

    def why(act: object) -> object:
        assert callable(act)
        with pytest.raises(MergeImpossible) as caught:
            act()
        return caught.value.detail["why"]

    assert why(lambda: _merge(store, "A", "A")) == "same"
    with pytest.raises(DossierUnknown):
        _merge(store, "A", "nothing")
    with pytest.raises(DossierUnknown):
        store.merges.unmerge(ORG, "nothing", BOSS)
    _merge(store, "A", "B", "m1")
    assert why(lambda: _merge(store, "C", "B", "m2")) == "merged_before"
    assert why(lambda: _merge(store, "B", "C", "m2")) == "merged_before"
    _merge(store, "C", "A", "m3")
    assert store.open_dossier(ORG, "B").number == "C"
    assert {line.dossier for line in store.accesses.listed(ORG, AccessFilter(dossier="C"))} == {
        "A",
        "B",
        "C",
    }
    assert why(lambda: store.merges.unmerge(ORG, "m1", BOSS)) == "later_first"
    store.merges.unmerge(ORG, "m3", BOSS)
    clock.now += timedelta(days=30, seconds=1)
    assert why(lambda: store.merges.unmerge(ORG, "m1", BOSS)) == "too_late"
    with pytest.raises(DossierUnknown):
        store.merges.unmerge("other", "m1", BOSS)
