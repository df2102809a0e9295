# SPDX-License-Identifier: GPL-3.0-only
"""A dossier is erased by right: nothing of it is in database, index or files, with SQLite and
PostgreSQL; what is held, or shared with another dossier, stays.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from documents.hashes import sha256_of
from documents.pdf.assemble import assemble
from documents.store import blobs
from documents.store.accesses import AccessFilter
from documents.store.dossier_store import DossierStore
from documents.store.erasure.files import remove_files
from documents.store.identities import NewDossier
from documents.store.search import FiledMarks, PageMark
from session.core.dossier_model import (
    Access,
    ActingUser,
    CallerIdentity,
    Dossier,
    DossierNote,
    NewDocument,
    Piece,
    PieceState,
)
from session.core.errors import DossierUnknown, StoreUnreachable

OpenStore = Callable[[], DossierStore]
ORG, NUMBER, OTHER = "valdore", "2026-0042", "2026-0043"
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRETS = ("garance", "glycines", "1870214", "eloise@exemple.fr")


def _pdf(title: str) -> bytes:
    file = io.BytesIO()
    Image.new("L", (165, 234), "white").save(file, "JPEG", dpi=(20, 20))
    return assemble([file.getvalue()], title, NINE)


SHARED, OWN = _pdf("Attestation"), _pdf("Quittance")


def _file(store: DossierStore, number: str, upload: str, data: bytes) -> str:
    new = NewDocument(
        piece_id="identity",
        name="Quittance Garance" if number == NUMBER else "Attestation",
        pages=1,
        sha256=sha256_of(data),
        upload_id=upload,
    )
    words = "14 bis rue des Glycines" if number == NUMBER else "reçu"
    marks = FiledMarks(words=words, pages=(PageMark("1" * 64, "5a" * 32),))
    return store.file(ORG, number, new, data, filed_at_utc=NINE, marks=marks).id


def _fill(store: DossierStore) -> None:
    identity = Piece(id="identity", name="Identité")
    people = ((NUMBER, "Éloïse Garance", "1870214"), (OTHER, "Bruno Morel", "7654321"))
    for number, name, caller_number in people:
        dossier = Dossier(
            number=number, caller_name=name, caller_number=caller_number, pieces=(identity,)
        )
        store.create_dossier(ORG, dossier)
    note = DossierNote(id="n1", text="eloise@exemple.fr", by_name="Alice M.", at_utc=NINE)
    store.add_note(ORG, NUMBER, note)
    store.set_piece(ORG, NUMBER, "identity", PieceState.REFUSED, reason="pas Garance")
    _file(store, NUMBER, "u1", SHARED)
    _file(store, NUMBER, "u2", OWN)
    _file(store, OTHER, "u3", SHARED)
    access = Access(
        by=ActingUser(user="alice", name="Alice M."), session_id="s1", reason="appel de Garance"
    )
    store.identities.open(ORG, NUMBER, access, named=True)


def _on_disk(folder: Path) -> list[str]:
    """Planted words that are anywhere in the store's files."""
    everything = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
    lower = everything.lower()
    return [word for word in SECRETS if word.encode() in lower]


def test_nothing_of_an_erased_dossier_is_left_and_the_others_are_whole(
    open_store: OpenStore, tmp_path: Path
) -> None:
    store = open_store()
    _fill(store)
    plan = store.erasures.plan(ORG, NUMBER)
    done = store.erasures.erase(ORG, NUMBER)
    assert (plan.dossiers, plan.documents, plan.rows) == (1, 2, 5)
    assert (plan.sessions, plan.conversations) == (["s1"], ["s1"])
    assert (done.documents, done.files_left, done.files_waiting) == (2, 1, False)
    with pytest.raises(DossierUnknown):
        store.open_dossier(ORG, NUMBER)
    assert store.search(ORG, "glycines") == []
    assert [one.dossier for one in store.search(ORG, "recu")] == [OTHER]
    (kept,) = store.open_dossier(ORG, OTHER).documents
    assert store.read(ORG, kept.id) == SHARED
    assert not (tmp_path / "store" / "documents" / blobs.path_of(ORG, sha256_of(OWN))).exists()
    (line,) = store.accesses.listed(ORG, AccessFilter(session="s1"))
    assert (line.by_name, line.reason) == ("Alice M.", "")
    assert NUMBER not in line.dossier
    with pytest.raises(DossierUnknown):
        store.erasures.erase(ORG, NUMBER)
    store.close()
    assert _on_disk(tmp_path / "store") == []
    assert open_store().search(ORG, "garance") == []


def test_an_erased_number_is_never_given_again(open_store: OpenStore) -> None:
    store = open_store()
    opened = Access(by=ActingUser(user="alice", name="Alice M."), session_id="s1", reason="appel")

    def make(request_id: str, session_id: str) -> str:
        caller = CallerIdentity(
            family_name=f"Garance {request_id}", given_names="Éloïse", born_on="1988-05-14"
        )
        new = NewDossier(request_id=request_id, caller=caller, confirmed=True)
        access = replace(opened, session_id=session_id)
        made = store.identities.create(ORG, new, access).dossier
        assert made is not None
        return made.number

    first, second = make("r1", "s1"), make("r2", "s2")
    store.erasures.erase(ORG, second)
    store.erasures.erase(ORG, first)
    third = make("r3", "s3")
    assert len({first, second, third}) == 3
    assert third > second


def test_a_held_dossier_stays_until_the_hold_is_lifted(open_store: OpenStore) -> None:
    store = open_store()
    _fill(store)
    store.erasures.hold(ORG, NUMBER, by="root", reason="réquisition 12")
    store.erasures.hold(ORG, NUMBER, by="root", reason="another")
    (held,) = store.erasures.holds(ORG)
    assert (held.dossier, held.reason) == (NUMBER, "réquisition 12")
    assert [one.reason for one in store.erasures.erase(ORG, NUMBER).holds] == ["réquisition 12"]
    assert len(store.open_dossier(ORG, NUMBER).documents) == 2
    assert store.erasures.holds("elsewhere") == []
    assert [store.erasures.lift(ORG, NUMBER), store.erasures.lift(ORG, NUMBER)] == [True, False]
    assert store.erasures.erase(ORG, NUMBER).holds == []


def test_what_was_merged_into_it_goes_along_whichever_number_is_named(
    open_store: OpenStore,
) -> None:
    store = open_store()
    _fill(store)
    boss = Access(by=ActingUser(user="boss"), reason="Même personne")
    store.merges.merge(ORG, "m1", keep=OTHER, merged=NUMBER, access=boss)
    store.erasures.hold(ORG, NUMBER, by="root", reason="réquisition 12")
    assert store.erasures.erase(ORG, OTHER).documents == 3
    assert store.erasures.lift(ORG, OTHER)
    assert store.erasures.erase(ORG, NUMBER).dossiers == 2
    assert store.count(ORG) == 0
    assert store.merges.listed(ORG) == []


def test_a_backup_brings_nothing_back_that_the_register_names(open_store: OpenStore) -> None:
    store = open_store()
    _fill(store)
    (token,) = store.erasures.plan(ORG, NUMBER).tokens
    assert len(token) == 32
    assert store.erasures.erase_again(lambda whose, one: (whose, one) == (ORG, token)) == 1
    with pytest.raises(DossierUnknown):
        store.open_dossier(ORG, NUMBER)
    assert len(store.open_dossier(ORG, OTHER).documents) == 1


def test_a_far_store_that_is_away_removes_the_files_when_the_store_is_opened_next(
    open_store: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store()
    _fill(store)

    def away(_self: blobs.Blobs, _path: str) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(blobs.Blobs, "remove", away)
        assert store.erasures.erase(ORG, NUMBER).files_waiting
        with pytest.raises(StoreUnreachable):
            remove_files(store._transactions, store._blobs)
        open_store()  # a store opens nevertheless
    place = tmp_path / "store" / "documents" / blobs.path_of(ORG, sha256_of(OWN))
    assert place.exists()
    open_store()
    assert not place.exists()


def test_bytes_that_are_filed_again_just_then_are_there(
    open_store: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other dossier's upload saw the whole file, which then went with the first one's."""
    store = open_store()
    _fill(store)
    add = DossierStore._add

    def erased_just_before(self: DossierStore, *args: object, **more: object) -> object:
        store.erasures.erase(ORG, NUMBER)
        return add(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(DossierStore, "_add", erased_just_before)
    assert store.read(ORG, _file(store, OTHER, "u9", OWN)) == OWN
