# SPDX-License-Identifier: GPL-3.0-only
"""What the caller takes home: a receipt with what silence means, or at once a registration that the
receipt follows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from documents.hashes import sha256_of
from documents.pages.outbox import Outbox, QueuedDocument
from documents.printed.receipt.facts import Signer, Silence, decision_words
from documents.printed.receipt.record import verify_receipt
from expert_app.commands.verify import verify_files
from expert_app.desk.app import DeskApp
from expert_app.desk.filing import Filing
from expert_app.desk.receipt_facts import ReceiptPlace, receipt_facts
from expert_app.desk.receipts import DeskReceipts
from expert_app.runtime.notary import notary_of
from resources.texts import use_language
from session.bus.transport.nkeys import new_seed
from session.core.clock import ManualClock
from session.core.dossier_model import DocumentRecord, Dossier, Piece, PieceState
from session.core.signals import Signal
from session.desk.hub.client import DeskClient
from session.protocol.conversation.messages import Grant, GrantChanged, ReadAs
from session.protocol.dossier.pieces import ProcedureFacts
from session.protocol.hub.requests import DocumentFiled, SessionEnded
from tests.support.program_parts import invented_session
from tests.unit.documents.store.filled_store import PDF
from views.words.consent import text_version, title_of

SESSION = invented_session()
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOUSING = ProcedureFacts(
    id="logement",
    name="Aide au logement",
    pieces=2,
    missing_days=30,
    silence="refusal",
    silence_days=60,
    appeal="Recours.",
)
SIGNER = Signer(*notary_of(new_seed()))


def _dossier(*filed: str, missing: bool = False) -> Dossier:
    pieces = [
        Piece(
            id=name,
            name=name.upper(),
            procedure="logement",
            state=PieceState.FILED if name in filed else PieceState.EXPECTED,
        )
        for name in ("rib", *(["bail"] if missing else []))
    ]
    documents = [
        DocumentRecord(
            id=name,
            name=name,
            piece_id=name,
            pages=1,
            size_bytes=len(PDF),
            sha256=sha256_of(PDF),
            filed_at_utc=AT,
        )
        for name in filed
    ]
    return Dossier(
        number="D-1",
        caller_name="Jeanne Exemple",
        caller_number="",
        pieces=tuple(pieces),
        documents=tuple(documents),
    )


def test_silence_and_appeal_are_those_of_the_procedure_whose_piece_was_brought() -> None:
    facts = receipt_facts(
        SESSION,
        ReceiptPlace("Caisse", "", ""),
        _dossier("rib"),
        at=AT,
        waiting=(),
        procedures=[HOUSING],
    )
    assert facts.decision is not None
    assert (facts.decision.silence, facts.decision.on) == (Silence.REFUSAL, date(2026, 5, 1))
    assert decision_words(facts)[-1] == "Recours."
    assert (
        receipt_facts(
            SESSION,
            ReceiptPlace("Caisse", "", ""),
            _dossier("rib"),
            at=AT,
            waiting=(),
            procedures=[],
        ).decision
        is None
    )
    quiet = msgspec.structs.replace(HOUSING, silence="")
    assert (
        receipt_facts(
            SESSION,
            ReceiptPlace("Caisse", "", ""),
            _dossier("rib"),
            at=AT,
            waiting=(),
            procedures=[quiet],
        ).decision
        is None
    )


def test_while_pieces_are_missing_the_days_run_from_their_arrival() -> None:
    facts = receipt_facts(
        SESSION,
        ReceiptPlace("Caisse", "", ""),
        _dossier("rib", missing=True),
        at=AT,
        waiting=(),
        procedures=[HOUSING],
    )
    assert (facts.missing, facts.missing_by) == (("BAIL",), date(2026, 4, 1))
    assert facts.decision is not None
    assert facts.decision.on is None
    assert "within 60 days" in decision_words(facts)[0]


class App:
    """What the job needs of the desk's app."""

    def __init__(self) -> None:
        self.session_opened: Signal[Any] = Signal()
        self.session_ended: Signal[SessionEnded] = Signal()
        self.given: list[GrantChanged] = []
        grants = type("Grants", (), {"given": self.given})()
        self.session: Any = type("Open", (), {"facts": SESSION, "grants": grants})()
        self.dossier = _dossier()
        self.tasks: list[asyncio.Task[Any]] = []

    def do(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        self.tasks.append(asyncio.ensure_future(work))

    async def done(self) -> None:
        await asyncio.gather(*self.tasks)
        self.tasks.clear()


class Desk:
    """The real job over a real outbox; the printer keeps what it gets."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(AT + timedelta(minutes=1))
        self.app, self.outbox = App(), Outbox(folder)
        self.outbox.recover()
        self.filed: Signal[DocumentFiled] = Signal()
        self.printed: list[tuple[str, bytes]] = []
        self.told: list[tuple[str, str]] = []
        filing = type("Filing", (), {"document_filed": self.filed})()
        link = type("Link", (), {"organisation_name": "Caisse", "services": [], "queue": []})()
        self.job = DeskReceipts(
            cast(DeskApp, self.app),
            cast(DeskClient, link),
            outbox=self.outbox,
            filing=cast(Filing, filing),
            printer=self,
            clock=self.clock,
            signer=SIGNER,
        )
        self.job.set_procedures([HOUSING])
        for name in ("registered", "followed", "due"):
            getattr(self.job, name).connect(
                lambda number, name=name: self.told.append((name, number))
            )
        self.app.session_opened.emit(self.app.session)

    async def print_document(self, pdf: bytes, name: str, copies: int = 1) -> None:
        self.printed.append((name, pdf))

    def waits(self) -> None:
        """A document that the store has not taken."""
        document = QueuedDocument(
            session_id=SESSION.id,
            upload_id="u1",
            organisation="valdore",
            dossier="D-1",
            piece_id="rib",
            name="RIB",
            pages=1,
            size_bytes=len(PDF),
            sha256=sha256_of(PDF),
            queued_at_utc=AT,
        )
        self.outbox.queue_document(document, PDF)

    async def store_is_back(self) -> None:
        self.outbox.mark_filed("u1")
        self.app.dossier = _dossier("rib")
        self.filed.emit(
            DocumentFiled(document=self.app.dossier.documents[0], dossier=self.app.dossier)
        )
        await self.app.done()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "outbox")


async def test_the_receipt_names_what_the_caller_said_yes_to(desk: Desk) -> None:
    use_language("fr_easy")
    question = [Grant.SCAN, Grant.KEEP]
    version, sentence = text_version(tuple(question)), title_of(tuple(question))
    use_language("en")
    desk.app.given.append(
        GrantChanged(
            grant=Grant.SCAN,
            allowed=True,
            at_utc=AT,
            asked=question,
            text_version=version,
            read_as=ReadAs.SIGNED,
        )
    )
    desk.job.print()
    await desk.app.done()
    verdict = verify_receipt(desk.printed[0][1])
    assert verdict is not None
    [consent] = verdict.record.consents
    assert (consent.sentence, consent.version) == (sentence, version)
    assert consent.version.startswith("fr_easy_")
    assert (consent.read_as, consent.by_other, consent.at) == ("signed", False, AT)
    assert consent.shown == "May your adviser scan your document and keep it?"


async def test_a_registration_is_printed_at_once_and_the_receipt_follows(desk: Desk) -> None:
    desk.waits()
    desk.job.print(large=True)
    await desk.app.done()
    [(name, pdf)] = desk.printed
    verdict = verify_receipt(pdf)
    assert verdict is not None
    assert verdict.record.registered_only
    assert [piece.registered for piece in verdict.record.pieces] == [True]
    assert name == "Registration D-1"
    await desk.store_is_back()
    name, pdf = desk.printed[1]
    followed = verify_receipt(pdf, [SIGNER.public_key])
    assert name == "Receipt D-1"
    assert followed is not None
    assert followed.genuine
    assert not followed.record.registered_only
    assert desk.told == [("registered", "D-1"), ("followed", "D-1")]
    await desk.store_is_back()
    assert len(desk.printed) == 2


async def test_after_the_conversation_the_receipt_is_due_and_can_be_saved(
    desk: Desk, tmp_path: Path
) -> None:
    desk.waits()
    desk.job.print()
    await desk.app.done()
    desk.app.session_ended.emit(SessionEnded(session_id=SESSION.id, by="agent", reason="done"))
    await desk.store_is_back()
    assert desk.told[-1] == ("due", "D-1")
    assert len(desk.printed) == 1
    for name in ("receipt.pdf", "receipt.html"):
        desk.job.save(str(tmp_path / name))
    await desk.app.done()
    (tmp_path / "rib.pdf").write_bytes(PDF)
    assert verify_receipt((tmp_path / "receipt.pdf").read_bytes()) is not None
    assert "D-1" in (tmp_path / "receipt.html").read_text(encoding="utf-8")


async def test_verify_says_whether_receipt_and_documents_belong_together(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.app.dossier = _dossier("rib")
    desk.job.save(str(tmp_path / "receipt.pdf"))
    await desk.app.done()
    (tmp_path / "other.pdf").write_bytes(PDF + b"%")
    receipt, other = str(tmp_path / "receipt.pdf"), str(tmp_path / "other.pdf")
    assert verify_files([receipt]) == 0
    assert "GENUINE" in capsys.readouterr().out
    assert verify_files([receipt, other]) == 1
    assert "NOT NAMED: other.pdf" in capsys.readouterr().out
    record = verify_receipt((tmp_path / "receipt.pdf").read_bytes())
    assert record is not None
    assert verify_files([record.record.code]) == 0
    assert verify_files([record.record.code.replace("D-1", "D-2")]) == 1
    assert "FORGED" in capsys.readouterr().out
