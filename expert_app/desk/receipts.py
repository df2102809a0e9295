# SPDX-License-Identifier: GPL-3.0-only
"""The caller's receipt at the desk: printed, in large print, saved;
at once as a registration while the store is away.

A registration (accusé d'enregistrement, code des relations entre le public et l'administration, R.
112-9-2) is followed by the receipt itself as soon as the last of its documents is filed.
`wiring.receipts` connects it with the window.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol

from documents.pages.outbox import Outbox
from documents.printed.receipt.facts import ReceiptFacts, Signer
from documents.printed.receipt.html_page import receipt_page
from expert_app.desk.app import DeskApp
from expert_app.desk.filing import Filing
from expert_app.desk.receipt_facts import place_of, receipt_facts
from resources.texts import _
from session.core.clock import Clock
from session.core.errors import DossierUnknown
from session.core.signals import Signal
from session.desk.hub.client import DeskClient
from session.protocol.dossier.pieces import ProcedureFacts
from session.protocol.hub.requests import DocumentFiled, SessionEnded


class KioskPrinter(Protocol):
    """Prints at the kiosk: `expert_app.desk.devices.DevicesJob`."""

    async def print_document(self, pdf: bytes, name: str, copies: int = 1) -> None:
        """Prints a PDF at the kiosk, where the caller sees it first."""
        ...


class DeskReceipts:
    """Receipts of the session in hand.

    Attributes:
        registered: a registration was made, because documents wait for the store; the dossier's
            number.
        followed: its documents are filed now and the receipt was sent to the printer; the dossier's
            number.
        due: as `followed`, but the conversation is over: the receipt must be saved and sent.
    """

    def __init__(
        self,
        app: DeskApp,
        link: DeskClient,
        *,
        outbox: Outbox,
        filing: Filing,
        printer: KioskPrinter,
        clock: Clock,
        signer: Signer,
    ) -> None:
        self.registered: Signal[str] = Signal()
        self.followed: Signal[str] = Signal()
        self.due: Signal[str] = Signal()
        self._app = app
        self._link = link
        self._outbox = outbox
        self._printer = printer
        self._clock = clock
        self._signer = signer
        self._procedures: list[ProcedureFacts] = []
        self._owed: dict[str, bool] = {}
        self._in_conversation = False
        app.session_opened.connect(lambda _session: self._begin())
        app.session_ended.connect(self._on_ended)
        filing.document_filed.connect(self._on_filed)

    def set_procedures(self, procedures: list[ProcedureFacts]) -> None:
        """Sets the organisation's procedures: what its silence means, and when."""
        self._procedures = procedures

    def print(self, large: bool = False) -> None:
        """Prints the receipt at the kiosk."""
        self._app.do(self._print(large), "print the receipt")

    def save(self, path: str) -> None:
        """Saves the receipt, as a page for screen readers when the name ends in ".html", else as
        PDF.
        """
        self._app.do(self._save(Path(path)), "save the receipt")

    def _begin(self) -> None:
        self._owed.clear()
        self._in_conversation = True

    def _on_ended(self, _ended: SessionEnded) -> None:
        self._in_conversation = False

    async def _facts_now(self) -> ReceiptFacts:
        session, dossier = self._app.session, self._app.dossier
        if session is None or dossier is None:
            raise DossierUnknown
        facts = session.facts
        waiting = await asyncio.to_thread(self._outbox.documents, facts.id)
        at = self._clock.utc_now().astimezone()
        return receipt_facts(
            facts,
            place_of(facts, self._link),
            dossier,
            at=at,
            waiting=waiting,
            procedures=self._procedures,
            given=session.grants.given,
        )

    async def _print(self, large: bool) -> None:
        facts = await self._facts_now()
        pdf = await asyncio.to_thread(_drawn, facts, self._signer, large=large)
        await self._printer.print_document(pdf, self._name(facts))
        self._note(facts, large)

    def _note(self, facts: ReceiptFacts, large: bool) -> None:
        number = facts.dossier_number
        if facts.registered_only:
            self._owed[number] = large
            self.registered.emit(number)
        else:
            self._owed.pop(number, None)

    @staticmethod
    def _name(facts: ReceiptFacts) -> str:
        """A registration has another name: only a receipt makes pieces "acknowledged"."""
        if facts.registered_only:
            words = _("Registration {number}")
        else:
            words = _("Receipt {number}")
        return words.format(number=facts.dossier_number)

    async def _save(self, path: Path) -> None:
        facts = await self._facts_now()
        if path.suffix.lower() in (".html", ".htm"):
            data = receipt_page(facts, self._signer).encode()
        else:
            data = await asyncio.to_thread(_drawn, facts, self._signer, large=False)
        await asyncio.to_thread(path.write_bytes, data)
        if not facts.registered_only:
            self._owed.pop(facts.dossier_number, None)

    def _on_filed(self, filed: DocumentFiled) -> None:
        if filed.dossier.number in self._owed:
            self._app.do(self._follow(filed.dossier.number), "the receipt follows")

    async def _follow(self, number: str) -> None:
        """Prints the receipt itself once nothing of the dossier waits any more."""
        facts = await self._facts_now()
        if facts.registered_only or facts.dossier_number != number or number not in self._owed:
            return
        if not self._in_conversation:
            self.due.emit(number)
            return
        await self._print(self._owed[number])
        self.followed.emit(number)


def _drawn(facts: ReceiptFacts, signer: Signer | None, *, large: bool) -> bytes:
    """The receipt as a PDF; what draws sheets is not loaded at every start."""
    from documents.printed.receipt.large_print import large_receipt
    from documents.printed.receipt.pdf import receipt

    return (large_receipt if large else receipt)(facts, signer=signer)
