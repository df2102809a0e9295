# SPDX-License-Identifier: GPL-3.0-only
"""Pieces across visits: the same list a week later elsewhere, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from documents.hashes import sha256_of
from documents.store import tables
from documents.store.dossier_store import DossierStore
from documents.store.procedures import Procedure, load_procedures, shipped
from documents.store.search import FiledMarks, PageMark
from session.core.dossier_model import Actor, DocumentRecord, Dossier, NewDocument, PieceState
from session.core.errors import DossierUnknown
from tests.unit.documents.conftest import Day, OpenStore
from tests.unit.documents.store.filled_store import PDF

ORG, NUMBER = "caf", "CAF-0042"
UNMARKED = FiledMarks()
HERE = Actor(name="Alice M.", site="Mairie de Saint-Oyen", kiosk="borne1")
ELSEWHERE = Actor(name="Bob T.", site="Maison des services de Valdoré", kiosk="borne7")
CALLER = Dossier(number=NUMBER, caller_name="Éloïse Garance", caller_number="1234567")
PROCEDURES = load_procedures(shipped())


def _procedure(name: str) -> Procedure:
    found = PROCEDURES.find(ORG, name)
    assert found is not None
    return found


@pytest.fixture
def store(open_store: OpenStore) -> DossierStore:
    store = open_store()
    store.create_dossier(ORG, CALLER)
    return store


def _file(
    store: DossierStore, piece_id: str, upload_id: str, marks: FiledMarks = UNMARKED
) -> DocumentRecord:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    return store.file(
        ORG,
        NUMBER,
        NewDocument(
            piece_id=piece_id, name="Papier", pages=2, sha256=sha256_of(PDF), upload_id=upload_id
        ),
        PDF,
        filed_at_utc=at,
        marks=marks,
        by=HERE,
    )


def _state(store: DossierStore, piece_id: str) -> PieceState:
    piece = store.open_dossier(ORG, NUMBER).piece(piece_id)
    assert piece is not None
    return piece.state


def test_a_procedure_asks_for_its_pieces_once(store: DossierStore) -> None:
    first = store.start_procedure(ORG, NUMBER, _procedure("logement"))
    again = store.start_procedure(ORG, NUMBER, _procedure("logement"))
    assert first == again
    assert first.procedure == "Aide au logement"
    identity = first.piece("logement-identite")
    assert identity is not None
    assert identity.any_of[0].startswith("Carte nationale d")
    # only "si vous êtes étudiant"
    assert "logement-etudes" not in [piece.id for piece in first.missing]


def test_who_comes_back_elsewhere_finds_the_same_list(
    store: DossierStore, open_store: OpenStore, day: Day
) -> None:
    store.start_procedure(ORG, NUMBER, _procedure("logement"), HERE)
    for state in (PieceState.SCANNED, PieceState.LEGIBLE, PieceState.ACCEPTED):
        store.set_piece(ORG, NUMBER, "logement-identite", state, by=HERE)
    _file(store, "logement-identite", "u1")
    store.acknowledge(ORG, NUMBER, ["logement-identite", "logement-rib"], HERE)
    store.set_piece(ORG, NUMBER, "logement-rib", PieceState.REFUSED, reason="Illisible", by=HERE)
    day.pass_days(7)
    elsewhere = open_store()
    found = elsewhere.find_by_caller_number(ORG, "1234567")
    assert found is not None
    assert [piece.id for piece in found.missing] == [
        "logement-demande",
        "logement-bail",
        "logement-rib",
    ]
    assert _state(elsewhere, "logement-identite") is PieceState.ACKNOWLEDGED
    elsewhere.set_piece(ORG, NUMBER, "logement-rib", PieceState.ACCEPTED, by=ELSEWHERE)
    history = elsewhere.history(ORG, NUMBER)
    assert [event.state.value for event in history if event.piece_id == "logement-identite"] == [
        "scanned", "legible", "accepted", "filed", "acknowledged",
    ]  # fmt: skip
    last = history[-1]
    assert (last.was, last.state) == (PieceState.REFUSED, PieceState.ACCEPTED)
    by = Actor(name=last.by_name, site=last.site, kiosk=last.kiosk)
    assert by == ELSEWHERE
    assert (last.at_utc - history[0].at_utc).days == 7


def test_a_piece_that_is_out_of_date_is_expected_again(store: DossierStore, day: Day) -> None:
    store.start_procedure(ORG, NUMBER, _procedure("logement"))
    _file(store, "logement-bulletin", "u1")
    day.pass_days(90)
    assert _state(store, "logement-bulletin") is PieceState.FILED
    day.pass_days(1)
    assert _state(store, "logement-bulletin") is PieceState.EXPECTED
    _file(store, "logement-bulletin", "u2")
    assert _state(store, "logement-bulletin") is PieceState.FILED


def test_a_piece_of_another_procedure_that_still_holds_is_not_asked_for_again(
    store: DossierStore, day: Day
) -> None:
    store.start_procedure(ORG, NUMBER, _procedure("logement"))
    _file(store, "logement-rib", "u1")
    _file(store, "logement-bulletin", "u2")
    day.pass_days(200)
    dossier = store.start_procedure(ORG, NUMBER, _procedure("rsa"))
    account = dossier.piece("rsa-rib")
    assert account is not None
    assert account.state is PieceState.ACCEPTED
    assert account.reason == "Already in the dossier: Relevé d’identité bancaire"
    assert "rsa-ressources" in [piece.id for piece in dossier.missing]
    assert dossier.procedure == "Aide au logement · Revenu de solidarité active"


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        (PieceState.EXPECTED, PieceState.LEGIBLE),
        (PieceState.EXPECTED, PieceState.ACKNOWLEDGED),
        (PieceState.ACCEPTED, PieceState.SCANNED),
    ],
)
def test_a_state_that_cannot_follow_is_refused(
    store: DossierStore, before: PieceState, wanted: PieceState
) -> None:
    store.start_procedure(ORG, NUMBER, _procedure("logement"))
    store.set_piece(ORG, NUMBER, "logement-rib", before)
    with pytest.raises(DossierUnknown):
        store.set_piece(ORG, NUMBER, "logement-rib", wanted)
    assert _state(store, "logement-rib") is before


def test_documents_are_found_without_accents_in_their_text_too(store: DossierStore) -> None:
    store.start_procedure(ORG, NUMBER, _procedure("logement"))
    _file(
        store,
        "logement-bail",
        "u1",
        FiledMarks(words="Loyer payé à l’échéance : 684,50 €, cœur de ville"),
    )
    _file(store, "logement-rib", "u2")
    newest, oldest = store.search(ORG, "GARANCE eloïse")
    assert (newest.dossier, oldest.caller_name) == (NUMBER, "Éloïse Garance")
    for asked in ("échéance", "ECHEANCE 684", "coeur vill", "bail contrat"):
        found = store.search(ORG, asked)
        assert len(found) == (0 if asked == "bail contrat" else 1), asked
    assert store.search(ORG, "echeance", NUMBER)
    assert store.search(ORG, "echeance", "other") == []
    assert store.search("cpam", "echeance") == []
    for nothing in ("", "  ", "'\"*;--", "org636166"):
        assert store.search(ORG, nothing) == [] or nothing == "org636166"


def test_the_same_page_is_told_and_one_that_looks_like_it(store: DossierStore) -> None:
    look = "a5" * 32
    near = f"{int(look, 16) ^ 0b1111:064x}"
    pages = (PageMark("1" * 64, look), PageMark("2" * 64, "0f" * 32))
    _file(store, "", "u1", FiledMarks(pages=pages))
    asked = [PageMark("2" * 64, ""), PageMark("3" * 64, near), PageMark("4" * 64, "ff" * 32)]
    same, alike = store.seen_before(ORG, NUMBER, asked)
    assert (same.page, same.of_page, same.same) == (0, 2, True)
    assert (alike.page, alike.of_page, alike.same) == (1, 1, False)
    store.create_dossier(ORG, Dossier(number="other", caller_name="Noé Tison", caller_number=""))
    assert store.seen_before(ORG, "other", asked) == []
    # another paper of the same scan
    assert store.seen_before(ORG, NUMBER, [PageMark("1" * 64, "5a" * 32)]) == []


def test_a_document_that_the_index_lacks_is_found_again_after_the_next_start(
    store: DossierStore, open_store: OpenStore
) -> None:
    document = _file(store, "", "u1")
    with store._writing() as connection:
        connection.exec_driver_sql(
            "DROP TABLE document_words"
            if connection.dialect.name == "sqlite"
            else "TRUNCATE document_words"
        )
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(tables.WORDS_TABLE["sqlite"][0])
    assert store.search(ORG, "papier") == []
    assert [found.document_id for found in open_store().search(ORG, "papier")] == [document.id]
    assert len(open_store().search(ORG, "papier")) == 1
