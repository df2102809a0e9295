# SPDX-License-Identifier: GPL-3.0-only
"""The scripted walk believes nothing:
what was not seen at the other end fails the step, and the report says why.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from documents.pdf.check import print_safe
from documents.printed.receipt.pdf import ReceiptFacts, ServiceInCharge, receipt
from documents.store.dossier_store import DossierStore
from expert_app.demo.walk_proofs import (
    ProofMissing,
    files_left,
    log_proof,
    printed_proof,
    same,
    store_proof,
)
from session.core.dossier_model import Dossier, NewDocument, Piece
from session.log.events import PageActed, PointerShown, Record, SessionClosed, Writer
from session.log.reader import write_log
from tests.support.log_story import whole_session

NUMBER = "VD-2026-00417"
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    facts = ReceiptFacts(
        organisation="Caisse d'entraide du Val-Doré",
        dossier_number=NUMBER,
        received_at=AT,
        service=ServiceInCharge(name="Aide au logement", postal_address="", email="", phone=""),
    )
    made = receipt(facts)
    print_safe(made)
    return made


def test_a_filed_document_is_proved_by_the_store_s_own_file(tmp_path: Path, pdf: bytes) -> None:
    sha256 = hashlib.sha256(pdf).hexdigest()
    with DossierStore(tmp_path / "hub" / "dossiers") as store:
        store.create_dossier(
            "valdore",
            Dossier(
                number=NUMBER,
                caller_name="M",
                pieces=(Piece(id="a", name="A"),),
                caller_number="",
            ),
        )
        filed = store.file(
            "valdore",
            NUMBER,
            NewDocument(piece_id="a", name="Reçu", pages=1, sha256=sha256, upload_id="u1"),
            pdf,
            filed_at_utc=AT,
        )
    evidence = store_proof(tmp_path / "hub", NUMBER, filed.id, sha256)
    assert (evidence["sha256"], evidence["pages"], evidence["size_bytes"]) == (sha256, 1, len(pdf))

    (tmp_path / "hub" / evidence["path"]).write_bytes(pdf + b"%")
    with pytest.raises(ProofMissing, match="SHA-256"):
        store_proof(tmp_path / "hub", NUMBER, filed.id, sha256)
    with pytest.raises(ProofMissing, match="no 0000"):
        store_proof(tmp_path / "hub", NUMBER, filed.id, "0" * 64)


async def test_a_print_is_proved_by_the_printer_s_own_bytes(tmp_path: Path, pdf: bytes) -> None:
    (tmp_path / "job-3.pdf").write_bytes(pdf)
    (tmp_path / "job-3.json").write_text(json.dumps({"state": 9}), encoding="utf-8")
    sha256 = hashlib.sha256(pdf).hexdigest()
    evidence = await printed_proof(tmp_path, 3, sha256, receipt_for=NUMBER)
    assert (evidence["final_state"], evidence["names_dossier"]) == ("completed", NUMBER)
    with pytest.raises(ProofMissing, match="does not name"):
        await printed_proof(tmp_path, 3, sha256, receipt_for="VD-1999-1")
    with pytest.raises(ProofMissing, match="at the printer"):
        await printed_proof(tmp_path, 3, "0" * 64)
    with pytest.raises(OSError, match="job-4"):
        await printed_proof(tmp_path, 4, sha256)


def test_a_file_left_at_the_kiosk_is_found(tmp_path: Path) -> None:
    assert files_left(tmp_path) == []
    (tmp_path / "session-s1" / "pages").mkdir(parents=True)
    assert files_left(tmp_path) == []
    (tmp_path / "session-s1" / "pages" / "p1.bytes").write_bytes(b"x")
    assert files_left(tmp_path) == ["session-s1/pages/p1.bytes"]


def test_what_both_ends_saw_must_be_the_same() -> None:
    same("SHA-256 of the page", "a", "a")
    with pytest.raises(ProofMissing, match="SHA-256 of the page: a at one end, b at the other"):
        same("SHA-256 of the page", "a", "b")


def test_a_log_is_proved_by_every_step_and_by_numbers_without_a_gap(tmp_path: Path) -> None:
    path, records = tmp_path / "log.jsonl", whole_session()
    write_log(path, "s1", records)
    with pytest.raises(
        ProofMissing, match="the log lacks pointer_shown, page_acted, session_closed"
    ):
        log_proof(path)
    desk = sum(record.writer == Writer.DESK for record in records)
    records.append(
        Record(at_utc=AT, writer=Writer.DESK, number=desk, event=PointerShown(x_px=4, y_px=5))
    )
    records.append(
        Record(at_utc=AT, writer=Writer.DESK, number=desk + 1, event=SessionClosed(outcome="done"))
    )
    kiosk = sum(record.writer == Writer.KIOSK for record in records)
    done = PageActed(command="click_requested", code="")
    records.append(Record(at_utc=AT, writer=Writer.KIOSK, number=kiosk, event=done))
    write_log(path, "s1", records)
    with pytest.raises(ProofMissing, match="commands refused"):
        log_proof(path)
    refused = PageActed(command="click_requested", code="grant_missing")
    records.append(Record(at_utc=AT, writer=Writer.KIOSK, number=kiosk + 1, event=refused))
    write_log(path, "s1", records)
    assert log_proof(path)["events"] == len(records)
    write_log(
        path,
        "s1",
        [record for record in records if (record.writer, record.number) != (Writer.KIOSK, 8)],
    )
    with pytest.raises(ProofMissing, match="numbers of kiosk"):
        log_proof(path)
