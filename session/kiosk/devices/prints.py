# SPDX-License-Identifier: GPL-3.0-only
"""Documents from the desk to the kiosk's printer, with the caller's consent. The other end:
`session.desk.devices.prints`.

One yes is enough: with the power to print, a document of a few sheets is printed at once; without
it, and for more sheets, the document itself is shown and asked about.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing

import msgspec

from session.core.clock import Clock
from session.core.device_errors import (
    PrintDeclined,
    PrinterGone,
    PrintFailed,
    PrintNotForUs,
    PrintRefused,
    PrintTooLong,
)
from session.core.errors import (
    MessageMalformed,
    MessageTooLarge,
    PageDamaged,
    SessionError,
    TransferInterrupted,
)
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.kiosk.call.consent import KioskGrants
from session.kiosk.devices.print_preview import PrintShowing, ShownPrint
from session.kiosk.drivers.printer import Printer
from session.protocol.conversation.messages import (
    ChunksRequested,
    Grant,
    PrintChanged,
    PrintOffered,
    PrintState,
)
from session.protocol.conversation.print_binding import print_binding
from session.protocol.endpoints.chunks import MAX_ASKS, Arrivals, Assembly
from session.protocol.endpoints.sending import OrderedSender

log = logging.getLogger(__name__)

SUBMIT_TIMEOUT_S = 60.0
CANCEL_TIMEOUT_S = 15.0
PDF_MAGIC = b"%PDF-"
MAX_SHEETS = 40
"""Pages times copies of one print: the paper is for the next caller too."""
SHEETS_UNASKED = 4
"""Sheets that the power to print covers without showing them first: a receipt, not a brochure."""
CountPages = Callable[[bytes], Awaitable[int]]
"""Looks through a PDF before anybody sees it and counts its pages;
raises a session error for one that is not safe.
"""
BEGIN_S = 3.0
_TICK_S = 0.1
_REMEMBERED = 50
_BEGINNING = (PrintState.RECEIVED, PrintState.SENT)
_LAST = (PrintState.DONE, PrintState.FAILED, PrintState.CANCELLED)


class _Print:
    """One document: what was offered, what was last reported, and the task that prints it."""

    def __init__(self, offer: PrintOffered) -> None:
        self.offer = offer
        self.reported: PrintChanged | None = None
        self.was_damaged = False
        self.is_cancelled = False
        self.task: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        return self.reported is not None and self.reported.state in _LAST


class PrintRules(msgspec.Struct, frozen=True):
    """The persons for whom this kiosk prints in this session, and its look at a document:
    see `CountPages`.
    """

    session_id: str
    kiosk_key: str
    count_pages: CountPages


class Prints:
    """The prints of one session.

    Attributes:
        changed: what is reported to the desk, for the kiosk's screen ("take your sheet") and the
            log.
        showing: shows each document to the caller and takes the answer.
    """

    def __init__(
        self,
        printer: Printer | None,
        sender: OrderedSender,
        *,
        grants: KioskGrants,
        rules: PrintRules,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self.showing = PrintShowing()
        self._rules = rules
        self._is_over = False
        grants.asked.connect(lambda _question: self.showing.hold(True))
        grants.settled.connect(lambda _question: self.showing.hold(False))
        grants.alive.connect(self.showing.note_life)
        grants.stopped.connect(lambda _nothing: self.showing.decline())
        self.changed: Signal[PrintChanged] = Signal()
        self._printer = printer
        self._grants = grants
        self._sender = sender
        self._tasks = tasks
        self._prints: dict[str, _Print] = {}
        self._arrivals = Arrivals(clock)

    @property
    def awaits_chunks(self) -> bool:
        """A document is on its way here; `tick` has to be called now and then."""
        return len(self._arrivals) > 0

    # ---- receiving

    def on_offered(self, offer: PrintOffered) -> None:
        """A document is announced. The same `print_id` is the same print, however often it is
        offered: what was last reported is reported again.
        """
        existing = self._prints.get(offer.print_id)
        if existing is not None and existing.reported is not None:
            self._sender.send(existing.reported)
            return
        if existing is not None and existing.task is not None:  # its pages are being counted
            self._sender.send(PrintChanged(print_id=offer.print_id, state=PrintState.RECEIVED))
            return
        job = existing or _Print(offer)
        self._remember(job)
        if (refusal := self._refusal() or self._not_ours(offer)) is not None:
            self._fail(job, refusal)
            return
        try:
            assembly = self._arrivals.expect(
                offer.print_id, offer.size_bytes, offer.sha256, offer.chunks
            )
        except (MessageMalformed, MessageTooLarge) as error:
            self._fail(job, error)
            return
        self._print_if_complete(assembly)

    def _remember(self, job: _Print) -> None:
        self._prints[job.offer.print_id] = job
        over = [print_id for print_id, entry in self._prints.items() if entry.is_over]
        for print_id in over[:-_REMEMBERED]:
            del self._prints[print_id]

    def _not_ours(self, offer: PrintOffered) -> SessionError | None:
        ours = print_binding(
            self._rules.session_id, self._rules.kiosk_key, offer.sha256, offer.copies
        )
        if offer.bound_to == ours:
            return None
        return PrintNotForUs()

    def _refusal(self) -> SessionError | None:
        if self._is_over:
            return PrintNotForUs()
        if self._printer is None:
            return PrinterGone()
        return None

    def on_chunk(self, payload: bytes, headers: Mapping[str, str]) -> None:
        """A chunk came; chunks of other items are left alone. Raises `MessageMalformed`."""
        assembly = self._arrivals.take(payload, headers)
        if assembly is not None:
            self._print_if_complete(assembly)
        self.tick()

    def _print_if_complete(self, assembly: Assembly) -> None:
        if not assembly.is_complete:
            return
        job = self._prints[assembly.item_id]
        try:
            document = assembly.finish()
        except PageDamaged as error:
            if job.was_damaged:
                self._fail(job, error)
            else:
                job.was_damaged = True
                self._arrivals.restart(assembly.item_id)
            return
        self._arrivals.forget(assembly.item_id)
        job.task = self._tasks.start(self._print(job, document), name="print")

    def tick(self) -> None:
        """Asks for what is missing; gives up what does not come."""
        for overdue in self._arrivals.due():
            if overdue.asked > MAX_ASKS:
                self._fail(self._prints[overdue.item_id], TransferInterrupted())
            else:
                self._sender.send(ChunksRequested(item_id=overdue.item_id, missing=overdue.missing))

    # ---- printing

    async def _print(self, job: _Print, document: bytes) -> None:
        problem: SessionError | None = PrintFailed(state="unexpected")
        try:
            await self._hand_over(job, document)
            problem = None
        except SessionError as error:
            problem = error
        except TimeoutError:
            problem = PrinterGone()
        except asyncio.CancelledError:
            problem = None  # the session was wiped: nobody is told
            raise
        finally:
            job.task = None
            if problem is not None:
                self._fail(job, problem)

    async def _hand_over(self, job: _Print, document: bytes) -> None:
        if (refusal := self._refusal()) is not None or self._printer is None:
            raise refusal or PrinterGone()
        if not document.startswith(PDF_MAGIC):
            raise PrintRefused(status="not_pdf")
        sha256 = hashlib.sha256(document).hexdigest()
        await self._ask_caller(job, document, sha256)
        if (refusal := self._refusal()) is not None:  # the session ended meanwhile
            raise refusal
        self._report(job, PrintState.RECEIVED, sha256=sha256)
        async with asyncio.timeout(SUBMIT_TIMEOUT_S):
            job_id = await self._printer.submit(document, job.offer.name, job.offer.copies)
        self._report(job, PrintState.SENT, job_id=job_id)
        if job.is_cancelled:
            await self._cancel_at_printer(job)
        async with aclosing(self._printer.follow(job_id)) as steps:
            async for step in steps:
                self._report(job, step.state, code=step.code)
        if not job.is_over:
            raise PrintFailed(state="unknown")

    async def _ask_caller(self, job: _Print, document: bytes, sha256: str) -> None:
        """Returns when the caller wants it printed.

        Raises:
            PrintDeclined, PrintTooLong, or what is wrong with the document.
        """
        pages = await self._rules.count_pages(document)
        sheets = pages * job.offer.copies
        if sheets > MAX_SHEETS:
            raise PrintTooLong(pages=sheets, most=MAX_SHEETS)
        if sheets <= SHEETS_UNASKED and self._grants.allowed(Grant.PRINT):
            return
        await self._grants.wait_to_ask(Grant.PRINT)
        self._report(job, PrintState.SHOWN, sha256=sha256)
        offer = job.offer
        try:
            await self.showing.show(
                ShownPrint(offer.print_id, offer.name, document, pages, offer.copies)
            )
        except PrintDeclined:
            self._grants.note_refused()
            raise

    def on_cancel(self, print_id: str) -> None:
        """Cancels a print wherever it is; one that is over is reported again."""
        job = self._prints.get(print_id)
        if job is None:
            return
        if job.is_over and job.reported is not None:
            self._sender.send(job.reported)
        elif job.reported is None or job.reported.state is PrintState.SHOWN:
            self._arrivals.forget(print_id)
            if job.task is not None:  # its pages are counted, or the caller looks at it
                job.task.cancel()
            self._report(job, PrintState.CANCELLED)
        else:
            job.is_cancelled = True
            if job.reported is not None and job.reported.job_id:
                self._tasks.start(self._cancel_at_printer(job), name="print-cancel")

    async def _cancel_at_printer(self, job: _Print) -> None:
        """The printer says by itself, to `follow`, when the job is cancelled."""
        if self._printer is None or job.reported is None:
            return
        try:
            async with asyncio.timeout(CANCEL_TIMEOUT_S):
                await self._printer.cancel(job.reported.job_id)
        except (SessionError, TimeoutError) as error:
            log.warning("a print cannot be cancelled: %s", getattr(error, "code", "timeout"))

    # ---- telling

    def _report(
        self, job: _Print, state: PrintState, *, job_id: int = 0, code: str = "", sha256: str = ""
    ) -> None:
        before = job.reported or PrintChanged(
            print_id=job.offer.print_id, state=PrintState.RECEIVED
        )
        change = msgspec.structs.replace(
            before,
            state=state,
            job_id=job_id or before.job_id,
            code=code,
            detail={},
            sha256=sha256 or before.sha256,
        )
        if change != job.reported:
            self._publish(job, change)

    def _fail(self, job: _Print, error: SessionError) -> None:
        self._arrivals.forget(job.offer.print_id)
        before = job.reported or PrintChanged(
            print_id=job.offer.print_id, state=PrintState.RECEIVED
        )
        failed = msgspec.structs.replace(
            before, state=PrintState.FAILED, code=error.code, detail=error.detail
        )
        self._publish(job, failed)

    def _publish(self, job: _Print, change: PrintChanged) -> None:
        job.reported = change
        self._sender.send(change)
        self.changed.emit(change)

    async def end(self) -> None:
        """The caller has gone: what is not printing yet is cancelled, or it would come out before
        the next caller.
        """
        self._is_over = True
        for job in self._prints.values():
            if (
                job.reported is not None
                and job.reported.state is PrintState.SHOWN
                and job.task is not None
            ):
                job.task.cancel()
        self._arrivals.clear()
        jobs = [job for job in self._prints.values() if not job.is_over]
        await self._await_begin(jobs)
        for job in jobs:
            if job.is_over or (
                job.reported is not None and job.reported.state is PrintState.PRINTING
            ):
                continue
            if job.reported is not None and job.reported.job_id:
                await self._cancel_at_printer(job)
            elif job.task is not None:
                job.task.cancel()

    @staticmethod
    async def _await_begin(jobs: list[_Print]) -> None:
        """A receipt that was handed over a moment before the end may still begin."""
        for _look in range(int(BEGIN_S / _TICK_S)):
            if not any(
                job.task and job.reported and job.reported.state in _BEGINNING for job in jobs
            ):
                return
            await asyncio.sleep(_TICK_S)
