# SPDX-License-Identifier: GPL-3.0-only
"""The dossier store: what it calls filed can be read back, twice is once, organisations do not see
each other.
"""

from __future__ import annotations

import io
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pytest

from documents.hashes import sha256_of
from documents.store import blobs
from documents.store.dossier_store import DossierStore
from session.core.dossier_model import (
    DocumentRecord,
    Dossier,
    DossierNote,
    NewDocument,
    PieceState,
)
from session.core.errors import DocumentNotFiled, DossierUnknown, PageDamaged, StoreUnreachable
from tests.unit.documents.store.filled_store import CALLER, NINE, NUMBER, ORG, PDF, pdf_like

HERE = Path(__file__).parents[4]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DossierStore]:
    with DossierStore(tmp_path / "store") as store:
        store.create_dossier("caf31", CALLER)
        yield store


def _file(
    store: DossierStore,
    upload_id: str = "u1",
    data: bytes = PDF,
    *,
    organisation: str = "caf31",
    number: str = "2026-0042",
    piece_id: str = "identity",
) -> DocumentRecord:
    return store.file(
        organisation,
        number,
        NewDocument(
            piece_id=piece_id,
            name="Pièce d'identité",
            pages=2,
            sha256=sha256_of(data),
            upload_id=upload_id,
        ),
        data,
        filed_at_utc=NINE,
    )


def test_a_filed_document_is_read_back_and_its_piece_is_filed(store: DossierStore) -> None:
    document = _file(store)
    dossier = store.open_dossier("caf31", "2026-0042")
    assert dossier.documents == (document,)
    piece = dossier.piece("identity")
    assert piece is not None
    assert (piece.state, piece.documents) == (PieceState.FILED, (document.id,))
    assert (document.pages, document.size_bytes, document.filed_at_utc) == (2, len(PDF), NINE)
    assert store.read("caf31", document.id) == PDF


def test_the_file_lies_under_its_hash_and_only_the_owner_can_read_it(
    store: DossierStore, tmp_path: Path
) -> None:
    document = _file(store)
    digest = document.sha256
    assert document.path == f"caf31/{digest[:2]}/{digest[2:4]}/{digest}.pdf"
    path = tmp_path / "store" / "documents" / document.path
    assert path.read_bytes() == PDF
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    with DossierStore(tmp_path) as first:
        first.create_dossier("caf31", CALLER)
        document = _file(first)
    with DossierStore(tmp_path) as second:
        assert second.open_dossier("caf31", "2026-0042").documents == (document,)
        assert second.read("caf31", document.id) == PDF


def test_the_same_upload_twice_is_one_document(store: DossierStore) -> None:
    assert _file(store) == _file(store)
    assert len(store.open_dossier("caf31", "2026-0042").documents) == 1


def test_the_same_upload_from_many_threads_is_one_document(store: DossierStore) -> None:
    with ThreadPoolExecutor(8) as threads:
        filed = list(threads.map(lambda _: _file(store), range(16)))
    assert len({document.id for document in filed}) == 1
    assert len(store.open_dossier("caf31", "2026-0042").documents) == 1


def test_many_threads_file_many_documents(store: DossierStore) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: _file(store, f"u{n}", piece_id="income"), range(24)))
    dossier = store.open_dossier("caf31", "2026-0042")
    assert len(dossier.documents) == 24
    income = dossier.piece("income")
    assert income is not None
    assert income.documents == tuple(document.id for document in dossier.documents)


def test_an_upload_id_is_not_reused_for_other_bytes(store: DossierStore) -> None:
    _file(store)
    with pytest.raises(DocumentNotFiled) as caught:
        _file(store, data=pdf_like("Autre chose"))
    assert caught.value.detail == {"why": "upload_id_reused"}


def test_two_scans_of_the_same_paper_are_two_documents_and_one_file(
    store: DossierStore, tmp_path: Path
) -> None:
    first, second = _file(store, "u1"), _file(store, "u2")
    assert first.id != second.id
    assert first.path == second.path
    assert len(list((tmp_path / "store" / "documents").rglob("*.pdf"))) == 1


def test_a_document_nobody_expected_changes_no_piece(store: DossierStore) -> None:
    _file(store, piece_id="")
    dossier = store.open_dossier("caf31", "2026-0042")
    assert len(dossier.documents) == 1
    assert {piece.state for piece in dossier.pieces} == {PieceState.EXPECTED}


def test_bytes_with_another_hash_are_not_filed(store: DossierStore) -> None:
    with pytest.raises(PageDamaged):
        store.file(
            "caf31",
            "2026-0042",
            NewDocument(
                piece_id="identity", name="x", pages=2, sha256=sha256_of(PDF), upload_id="u1"
            ),
            PDF + b"\n",
            filed_at_utc=NINE,
        )
    assert store.open_dossier("caf31", "2026-0042").documents == ()


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "empty"), (b"GIF89a", "format"), (PDF[:-300], "damaged"), (pdf_like(pages=3), "pages")],
)
def test_what_is_no_whole_pdf_of_so_many_pages_is_not_filed(
    store: DossierStore, data: bytes, why: str
) -> None:
    with pytest.raises(DocumentNotFiled) as caught:
        _file(store, data=data)
    assert caught.value.detail["why"] == why
    assert store.open_dossier("caf31", "2026-0042").documents == ()


def test_a_document_with_a_script_is_not_filed(store: DossierStore) -> None:
    with pikepdf.open(io.BytesIO(PDF)) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("x"))
        file = io.BytesIO()
        pdf.save(file)
    with pytest.raises(DocumentNotFiled) as caught:
        _file(store, data=file.getvalue())
    assert caught.value.detail == {"why": "active_content"}


@pytest.mark.parametrize(
    ("organisation", "number", "piece_id", "what"),
    [
        ("caf31", "nope", "identity", "dossier"),
        ("caf31", "2026-0042", "nope", "piece"),
        ("ft", "2026-0042", "identity", "dossier"),
    ],
)
def test_an_unknown_dossier_or_piece_takes_nothing(
    store: DossierStore, tmp_path: Path, organisation: str, number: str, piece_id: str, what: str
) -> None:
    with pytest.raises(DossierUnknown) as caught:
        _file(store, organisation=organisation, number=number, piece_id=piece_id)
    assert caught.value.detail == {"what": what}
    assert not list((tmp_path / "store").rglob("*.pdf"))


def test_one_organisation_never_sees_another_ones(store: DossierStore) -> None:
    document = _file(store)
    store.create_dossier(
        "ft", Dossier(number="2026-0042", caller_name="Achille Brume", caller_number="")
    )
    assert store.open_dossier("ft", "2026-0042").caller_name == "Achille Brume"
    assert store.open_dossier("ft", "2026-0042").documents == ()
    assert store.find_by_caller_number("ft", "1234567") is None
    with pytest.raises(DossierUnknown):
        store.read("ft", document.id)


def test_a_caller_is_found_by_number(store: DossierStore) -> None:
    found = store.find_by_caller_number("caf31", "1234567")
    assert found == store.open_dossier("caf31", "2026-0042")
    assert store.find_by_caller_number("caf31", "7654321") is None
    assert store.find_by_caller_number("caf31", "") is None


def test_a_dossier_that_is_there_is_left_as_it_is(store: DossierStore) -> None:
    _file(store)
    again = store.create_dossier("caf31", CALLER)
    assert len(again.documents) == 1


def test_an_agent_refuses_a_piece_with_a_reason(store: DossierStore) -> None:
    dossier = store.set_piece(
        "caf31", "2026-0042", "income", PieceState.REFUSED, reason="Illisible"
    )
    piece = dossier.piece("income")
    assert piece is not None
    assert (piece.state, piece.reason) == (PieceState.REFUSED, "Illisible")
    with pytest.raises(DossierUnknown):
        store.set_piece("caf31", "2026-0042", "nope", PieceState.REFUSED)


def test_a_changed_file_is_noticed_when_read_and_by_the_nightly_round(
    store: DossierStore, tmp_path: Path
) -> None:
    whole = _file(store, "u1")
    hurt = _file(store, "u2", pdf_like("b"))
    gone = _file(store, "u3", pdf_like("c"))
    assert store.damaged("caf31") == []
    folder = tmp_path / "store" / "documents"
    (folder / hurt.path).write_bytes(PDF)
    (folder / gone.path).unlink()
    for document, why in ((hurt, "file_changed"), (gone, "file_missing")):
        with pytest.raises(DocumentNotFiled) as caught:
            store.read("caf31", document.id)
        assert caught.value.detail == {"why": why}
    assert store.damaged("caf31") == [hurt, gone]
    assert store.read("caf31", whole.id) == PDF


def test_a_damaged_file_is_replaced_when_the_same_bytes_are_filed_again(
    store: DossierStore, tmp_path: Path
) -> None:
    document = _file(store, "u1")
    (tmp_path / "store" / "documents" / document.path).write_bytes(b"rot")
    _file(store, "u2")
    assert store.damaged("caf31") == []


def test_nothing_is_called_filed_when_the_disk_gives_other_bytes_back(
    store: DossierStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def a_disk_that_lies(path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data[:-1])

    monkeypatch.setattr(blobs, "write_durably", a_disk_that_lies)
    with pytest.raises(DocumentNotFiled) as caught:
        _file(store)
    assert caught.value.detail == {"why": "read_back"}
    piece = store.open_dossier("caf31", "2026-0042").piece("identity")
    assert piece is not None
    assert piece.state is PieceState.EXPECTED


def test_a_full_disk_is_store_unreachable_and_the_repeat_succeeds(
    store: DossierStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(blobs, "write_durably", full)
        with pytest.raises(StoreUnreachable):
            _file(store)
    assert _file(store).pages == 2


def test_a_store_of_a_newer_layout_is_refused(tmp_path: Path) -> None:
    DossierStore(tmp_path).close()
    database = sqlite3.connect(tmp_path / "dossiers.sqlite")
    database.execute("update about set format = 99")
    database.commit()
    database.close()
    with pytest.raises(StoreUnreachable) as caught:
        DossierStore(tmp_path)
    assert caught.value.detail["theirs"] == 99


def test_commits_are_on_the_disk_before_they_are_answered(store: DossierStore) -> None:
    with store._reading() as connection:
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"


_KILLED = """
import os, signal, sys
from pathlib import Path
from documents.store import blobs, dossier_store as module
from tests.unit.documents.store import test_dossier_store as tale

folder, when = Path(sys.argv[1]), sys.argv[2]
store = module.DossierStore(folder)
store.create_dossier("caf31", tale.CALLER)
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
if when == "before_file":
    blobs.write_durably = die
elif when == "after_file":
    store._add = die
elif when == "in_row":
    module.change_piece = die
tale._file(store)
die()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize(
    ("when", "filed"), [("before_file", 0), ("after_file", 0), ("in_row", 0), ("after_answer", 1)]
)
def test_a_store_killed_at_any_step_is_whole_and_the_repeat_files_once(
    tmp_path: Path, when: str, filed: int
) -> None:
    child = subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path), when], cwd=HERE, timeout=60, check=False
    )
    assert child.returncode == -signal.SIGKILL
    with DossierStore(tmp_path) as store:
        before = store.open_dossier("caf31", "2026-0042")
        piece = before.piece("identity")
        assert piece is not None
        assert len(before.documents) == filed
        assert (piece.state is PieceState.FILED) is bool(filed)
        document = _file(store)
        assert store.open_dossier("caf31", "2026-0042").documents == (document,)
        assert store.read("caf31", document.id) == PDF
        assert store.damaged("caf31") == []
    assert not list(tmp_path.rglob("*.part"))


def test_a_note_is_kept_once_and_read_by_whoever_opens_the_dossier(store: DossierStore) -> None:
    note = DossierNote(id="n1", text="Bring the lease", by_name="Alice M.", at_utc=NINE)
    store.add_note(ORG, NUMBER, note)
    changed = DossierNote(id="n1", text="another text", by_name="Bob T.", at_utc=note.at_utc)
    assert store.add_note(ORG, NUMBER, changed).notes == (note,)
    assert store.open_dossier(ORG, NUMBER).notes == (note,)
    with pytest.raises(DossierUnknown):
        store.add_note("other", NUMBER, note)
