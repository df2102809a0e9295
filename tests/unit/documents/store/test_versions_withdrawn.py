# SPDX-License-Identifier: GPL-3.0-only
"""An agent takes back a note or a document of its own conversation: the dossier shows it no more,
and nothing is lost. On both databases.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest

from documents.hashes import sha256_of
from documents.store.accesses import AccessFilter
from documents.store.acts import DossierActKind
from documents.store.dossier_store import DossierStore
from documents.store.search import FiledMarks, PageMark
from documents.store.versions import Replacement
from session.core.dossier_model import (
    Access,
    AccessKind,
    ActingUser,
    DeliveryState,
    DocumentCorrection,
    Dossier,
    DossierNote,
    NewDocument,
    OwnNote,
    OwnPaper,
    PaperPlace,
    PieceState,
    TalkSpan,
)
from session.core.errors import CopyDelivered, DossierUnknown
from tests.unit.documents.conftest import Day, OpenStore
from tests.unit.documents.store.filled_store import CALLER, NINE, NUMBER, ORG, PDF, pdf_like

ALICE = Access(by=ActingUser(user="alice", name="Alice M."), session_id="s1", reason="Erreur")
BOB = Access(by=ActingUser(user="bob", name="Bob T."), session_id="s1", reason="Erreur")
LATER = Access(by=ALICE.by, session_id="s2", reason="Erreur")
OTHER = "VD-2026-00002"
MARKS = FiledMarks(words="loyer", pages=(PageMark("a" * 64, "0" * 64),))
GED = "ged"


@dataclass
class Filled:
    """A store with two dossiers, both opened by Alice in one conversation."""

    store: DossierStore

    def file(self, upload_id: str, piece_id: str = "identity", data: bytes = PDF) -> str:
        new = NewDocument(
            piece_id=piece_id,
            name="Papier",
            pages=2,
            sha256=sha256_of(data),
            upload_id=upload_id,
            session_id="s1",
            user="alice",
        )
        return self.store.file(ORG, NUMBER, new, data, filed_at_utc=NINE, marks=MARKS).id

    def take_back(
        self,
        document_id: str,
        author: Access = ALICE,
        *,
        request_id: str = "r1",
        place: PaperPlace | None = None,
    ) -> None:
        self.store.take_back_document(ORG, document_id, author, request_id=request_id, place=place)

    def state(self, piece_id: str, number: str = NUMBER) -> PieceState:
        piece = self.store.open_dossier(ORG, number).piece(piece_id)
        assert piece is not None
        return piece.state

    def documents(self, number: str = NUMBER) -> list[str]:
        return [one.id for one in self.store.open_dossier(ORG, number).documents]


@pytest.fixture
def filled(open_store: OpenStore) -> Filled:
    store = open_store()
    store.create_dossier(ORG, CALLER)
    store.create_dossier(ORG, Dossier(number=OTHER, caller_name="Paul Durand", caller_number=""))
    store.identities.open(ORG, OTHER, ALICE, named=True)
    store.identities.open(ORG, NUMBER, ALICE, named=True)
    return Filled(store)


def test_a_document_that_was_taken_back_is_no_more_in_the_dossier_and_its_piece_is_missing(
    filled: Filled,
) -> None:
    store, wrong = filled.store, filled.file("u1")
    [paper] = store.own_work(ORG, ALICE).papers
    assert paper == OwnPaper(id=wrong, name="Papier", dossier=NUMBER, piece_id="identity")
    for _ in range(2):  # the answer was lost, the desk asks again
        filled.take_back(wrong)
    assert filled.documents() == []
    assert filled.state("identity") is PieceState.EXPECTED
    assert store.search(ORG, "loyer") == store.search(ORG, "loyer", NUMBER) == []
    assert store.seen_before(ORG, NUMBER, [PageMark("a" * 64, "")]) == []
    assert store.count(ORG) == 0
    assert store.read(ORG, wrong) == PDF, "its pages are not lost"
    assert store.own_work(ORG, ALICE).papers == ()
    [act] = store.acts(ORG, NUMBER)
    assert (act.kind, act.by.user) == (DossierActKind.DOCUMENT_WITHDRAWN, "alice")
    assert (act.about, act.reason) == ("Papier (Pièce d'identité)", "Erreur")
    assert [step.state for step in store.history(ORG, NUMBER)] == ["filed", "expected"]
    line = store.accesses.listed(ORG, AccessFilter())[0]
    assert (line.kind, line.dossier, line.session_id) == (AccessKind.CORRECTED, NUMBER, "s1")
    again = filled.file("u2")
    assert filled.documents() == [again], "the same pages can be filed once more"


def test_nobody_takes_back_what_is_another_s_or_of_another_conversation(filled: Filled) -> None:
    store, document = filled.store, filled.file("u1")
    store.identities.open(ORG, NUMBER, BOB, named=True)
    for author in (BOB, LATER):
        assert store.own_work(ORG, author).papers == ()
        with pytest.raises(DossierUnknown):
            filled.take_back(document, author)
    with pytest.raises(DossierUnknown):
        store.take_back_document("other", document, ALICE, request_id="r1")
    assert filled.documents() == [document]


def test_the_day_counts_only_the_documents_that_stand(filled: Filled) -> None:
    talk = TalkSpan("s1", NINE, NINE + timedelta(minutes=10))
    first, _second = filled.file("u1"), filled.file("u2", data=pdf_like("Verso"))
    filled.take_back(first, place=PaperPlace(dossier=NUMBER, piece_id="income"))
    assert filled.store.identities.callers_of(ORG, "alice", [talk])[0].filed == 2
    [moved] = [
        one.id for one in filled.store.own_work(ORG, ALICE).papers if one.piece_id == "income"
    ]
    filled.take_back(moved, request_id="r2")
    assert filled.store.identities.callers_of(ORG, "alice", [talk])[0].filed == 1


def test_a_document_is_filed_on_another_piece_instead(filled: Filled) -> None:
    wrong = filled.file("u1")
    for _ in range(2):
        filled.take_back(wrong, place=PaperPlace(dossier=NUMBER, piece_id="income"))
    assert filled.state("identity") is PieceState.EXPECTED
    assert filled.state("income") is PieceState.FILED
    [paper] = filled.store.own_work(ORG, ALICE).papers
    assert (paper.piece_id, paper.dossier) == ("income", NUMBER)
    with pytest.raises(DossierUnknown):
        filled.take_back(wrong, request_id="r2")
    with pytest.raises(DossierUnknown):
        filled.take_back(paper.id, request_id="r3", place=PaperPlace(dossier=NUMBER, piece_id="x"))
    filled.take_back(paper.id, request_id="r4")
    assert filled.documents() == [], "all versions of one's own go"
    assert filled.state("income") is PieceState.EXPECTED


def test_a_document_of_the_wrong_dossier_goes_to_the_one_that_was_opened_too(
    filled: Filled,
) -> None:
    store, wrong = filled.store, filled.file("u1")
    store.create_dossier(ORG, Dossier(number="X", caller_name="Léa Roux", caller_number=""))
    with pytest.raises(DossierUnknown):
        filled.take_back(wrong, place=PaperPlace(dossier="X"))
    assert filled.documents() == [wrong], "what was refused has changed nothing"
    filled.take_back(wrong, place=PaperPlace(dossier=OTHER))
    assert filled.documents() == []
    [moved] = store.open_dossier(ORG, OTHER).documents
    assert (moved.sha256, moved.name) == (sha256_of(PDF), "Papier")
    assert filled.state("identity") is PieceState.EXPECTED
    for number in (NUMBER, OTHER):
        assert store.acts(ORG, number)[-1].kind is DossierActKind.DOCUMENT_MOVED
    assert [one.dossier for one in store.search(ORG, "papier")] == [OTHER]
    assert store.erasures.erase(ORG, NUMBER).files_left == 1, "the other dossier has the file too"
    assert store.read(ORG, moved.id) == PDF


def test_what_a_better_scan_had_replaced_stands_again(filled: Filled, day: Day) -> None:
    store, better = filled.store, filled.file("u1")
    old = NewDocument(
        piece_id="identity", name="Ancien", pages=2, sha256=sha256_of(PDF), upload_id="u0"
    )
    first = store.file(ORG, NUMBER, old, PDF, filed_at_utc=NINE).id
    store.supersede(ORG, NUMBER, first, by_id=better, why=Replacement("Flou", ALICE.by, "s1"))
    filled.take_back(better)
    [kept] = store.open_dossier(ORG, NUMBER).documents
    assert (kept.id, kept.replaced_by) == (first, "")
    assert filled.state("identity") is PieceState.FILED


def test_a_document_whose_copy_has_left_stays(open_store: OpenStore, filled: Filled) -> None:
    store = filled.store
    document, waiting = filled.file("u1"), filled.file("u2", data=pdf_like("Verso"))
    store.deliveries.add_earlier(ORG, GED, NINE)
    parcel = store.deliveries.claim(ORG, GED, NINE, 600)
    assert parcel is not None
    assert parcel.document.id == document
    with pytest.raises(CopyDelivered) as caught:
        filled.take_back(document)  # it is being carried
    assert caught.value.detail == {"target": GED}
    store.deliveries.delivered(parcel.delivery, "remote", NINE)
    with pytest.raises(CopyDelivered):
        filled.take_back(document, place=PaperPlace(dossier=OTHER))
    assert document in filled.documents()
    filled.take_back(waiting, request_id="r2")
    states = {one.document_id: one.state for one in store.deliveries.listed(ORG)}
    assert states == {document: DeliveryState.DELIVERED, waiting: DeliveryState.GIVEN_UP}
    assert store.deliveries.claim(ORG, GED, NINE, 600) is None
    assert store.deliveries.add_earlier(ORG, "second", NINE) == 1, "the withdrawn one is not sent"


def test_two_hubs_take_one_document_back_once(filled: Filled, open_store: OpenStore) -> None:
    document, stores = filled.file("u1"), [filled.store, open_store()]

    def act(number: int) -> bool:
        store, place = stores[number % 2], None
        if number % 2:
            place = PaperPlace(dossier=NUMBER, piece_id="income")
        try:
            store.take_back_document(ORG, document, ALICE, request_id=f"r{number}", place=place)
        except DossierUnknown:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        done = list(threads.map(act, range(6)))
    papers = filled.store.own_work(ORG, ALICE).papers
    acts = [act.kind for act in filled.store.acts(ORG, NUMBER)]
    assert any(done)
    assert len(acts) == 1
    if acts == [DossierActKind.DOCUMENT_WITHDRAWN]:
        assert papers == ()
    else:
        assert [paper.piece_id for paper in papers] == ["income"]


def test_a_correction_of_the_desk_is_the_correcting_agent_s_own(filled: Filled) -> None:
    store, wrong = filled.store, filled.file("u1")
    correction = DocumentCorrection(
        document_id=wrong, piece_id="income", name="Avis", request_id="c1"
    )
    why = Replacement("Mauvaise pièce", ALICE.by, session_id="s1")
    store.correct(ORG, NUMBER, correction, why=why)
    [paper] = store.own_work(ORG, ALICE).papers
    filled.take_back(paper.id)
    assert filled.documents() == []


# ---- notes


def _note(store: DossierStore, note_id: str = "n1") -> None:
    note = DossierNote(id=note_id, text="Bring the lease", by_name="Alice M.", at_utc=NINE)
    store.add_note(ORG, NUMBER, note, session_id="s1", user="alice")


def test_a_note_that_was_withdrawn_is_a_fact_without_a_text(filled: Filled, day: Day) -> None:
    store = filled.store
    _note(store)
    assert store.own_work(ORG, ALICE).notes == (OwnNote(id="n1", text="Bring the lease"),)
    for author in (BOB, LATER):
        with pytest.raises(DossierUnknown):
            store.take_back_note(ORG, "n1", author)
    for _ in range(2):
        store.take_back_note(ORG, "n1", ALICE)
    [note] = store.open_dossier(ORG, NUMBER).notes
    assert (note.text, note.by_name, note.withdrawn_at_utc) == ("", "Alice M.", day.now)
    assert store.own_work(ORG, ALICE).notes == ()
    [act] = store.acts(ORG, NUMBER)
    assert (act.kind, act.by.name, act.about) == (DossierActKind.NOTE_WITHDRAWN, "Alice M.", "")
    _note(store)  # its desk sends it once more
    assert store.open_dossier(ORG, NUMBER).notes == (note,)


def test_a_corrected_note_stands_beside_the_fact_that_there_was_another(filled: Filled) -> None:
    store = filled.store
    _note(store)
    for _ in range(2):
        store.take_back_note(ORG, "n1", ALICE, text="Bring the deed", new_id="n2")
    notes = store.open_dossier(ORG, NUMBER).notes
    assert [(note.id, note.text) for note in notes] == [("n1", ""), ("n2", "Bring the deed")]
    assert store.own_work(ORG, ALICE).notes == (OwnNote(id="n2", text="Bring the deed"),)
    assert store.acts(ORG, NUMBER)[-1].kind is DossierActKind.NOTE_CORRECTED
    store.take_back_note(ORG, "n2", ALICE)
    assert [note.text for note in store.open_dossier(ORG, NUMBER).notes] == ["", ""]


def test_two_corrections_of_one_note_at_once_leave_one(
    filled: Filled, open_store: OpenStore
) -> None:
    _note(filled.store)
    stores = [filled.store, open_store()]

    def correct(number: int) -> None:
        stores[number % 2].take_back_note(
            ORG, "n1", ALICE, text=f"text {number}", new_id=f"n1{number}"
        )

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(correct, range(6)))
    notes = filled.store.open_dossier(ORG, NUMBER).notes
    assert len([note for note in notes if note.withdrawn_at_utc is None]) == 1
    assert len(notes) == 2


def test_an_erasure_takes_along_what_was_withdrawn(filled: Filled) -> None:
    store, document = filled.store, filled.file("u1")
    _note(store)
    filled.take_back(document)
    store.take_back_note(ORG, "n1", ALICE, text="Autre", new_id="n2")
    erased = store.erasures.erase(ORG, NUMBER)
    assert erased.documents == 1
    with pytest.raises(DossierUnknown):
        store.read(ORG, document)
    with pytest.raises(DossierUnknown):
        store.take_back_note(ORG, "n2", ALICE)
