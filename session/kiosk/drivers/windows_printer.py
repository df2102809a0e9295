# SPDX-License-Identifier: GPL-3.0-only
"""A print queue of Windows whose printer takes PDF by itself.
For kiosks on Windows without an IPP printer.

NOT TRIED on a real Windows: written from the documentation.
The document goes to the spooler as it is (data type RAW), so a printer that does not understand PDF
prints nothing useful: prefer `ipp://` wherever the printer has it.

Source: Microsoft, "Print Spooler API" (OpenPrinter, StartDocPrinter, GetJob, SetJob;
JOB_INFO_1, PRINTER_INFO_2).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

from session.core.device_errors import (
    PrinterCoverOpen,
    PrinterGone,
    PrinterJammed,
    PrinterOutOfPaper,
    PrinterOutOfToner,
    PrinterStopped,
    PrintFailed,
    PrintRefused,
)
from session.kiosk.drivers.printer import JobProgress, PrinterStatus
from session.protocol.conversation.messages import PrintState, ScannerState

POLL_S = 0.5
ANSWER_S = 10.0
_CANCEL_JOB = 3  # JOB_CONTROL_CANCEL

# PRINTER_STATUS_* and JOB_STATUS_* of winspool.h, in the order of what a person must see to first.
_PRINTER_FAULTS = (
    (0x0008, PrinterJammed.code),
    (0x400000, PrinterCoverOpen.code),
    (0x0010 | 0x0040, PrinterOutOfPaper.code),
    (0x40000, PrinterOutOfToner.code),
    (0x0001, PrinterStopped.code),
    (0x0080 | 0x1000, PrinterGone.code),
)
_JOB_OVER = 0x0080 | 0x1000  # printed, complete
_JOB_DELETED = 0x0100 | 0x0004
_JOB_ERROR = 0x0002
_JOB_FAULTS = (
    (0x0040, PrinterOutOfPaper.code),
    (0x0020, PrinterGone.code),
    (0x0001, PrinterStopped.code),
)
_JOB_PRINTING = 0x0010


def printer_code(status: int) -> str:
    """Our code for a PRINTER_STATUS, "" when well."""
    return next((code for bits, code in _PRINTER_FAULTS if status & bits), "")


def job_progress(status: int, printer: str, pages: int) -> JobProgress:
    """Return where a job is, from its JOB_STATUS and the printer's code."""
    if status & _JOB_DELETED:
        return JobProgress(state=PrintState.CANCELLED, impressions=pages)
    if status & _JOB_OVER:
        return JobProgress(state=PrintState.DONE, impressions=pages)
    code = next((code for bits, code in _JOB_FAULTS if status & bits), printer)
    if code and code != PrinterOutOfToner.code:
        return JobProgress(state=PrintState.WAITING, code=code, impressions=pages)
    if status & _JOB_ERROR:
        return JobProgress(state=PrintState.FAILED, code=PrintFailed.code, impressions=pages)
    if status & _JOB_PRINTING:
        moving = PrintState.PRINTING
    else:
        moving = PrintState.SENT
    return JobProgress(state=moving, code=code, impressions=pages)


class WindowsPrinter:
    """One queue.

    Args:
        queue: its name; "" for the default one.
        spooler: the module `win32print`; imported when it is not given.
    """

    def __init__(self, queue: str, spooler: Any = None) -> None:
        self._queue = queue
        self._spooler = spooler

    async def state(self) -> PrinterStatus:
        """Return how it is now; see `Printer.state`."""
        try:
            printer_info = await self._call(lambda api, handle: api.GetPrinter(handle, 2))
        except PrinterGone as error:
            return PrinterStatus(state=ScannerState.FAULT, name=self._queue, code=error.code)
        code = printer_code(int(printer_info["Status"]))
        if printer_info["cJobs"]:
            busy = ScannerState.BUSY
        else:
            busy = ScannerState.READY
        return PrinterStatus(
            state=ScannerState.FAULT if code else busy,
            name=str(printer_info["pPrinterName"])[:200],
            code=code,
        )

    async def submit(self, document: bytes, name: str, copies: int = 1) -> int:
        """Hands a PDF over; see `Printer.submit`.
        Several copies are several jobs' worth of the same data in one.
        """

        def send(api: Any, handle: Any) -> int:
            job_id = int(api.StartDocPrinter(handle, 1, (name[:60], None, "RAW")))
            try:
                for _copy in range(copies):
                    api.StartPagePrinter(handle)
                    api.WritePrinter(handle, document)
                    api.EndPagePrinter(handle)
            finally:
                api.EndDocPrinter(handle)
            return job_id

        job_id = await self._call(send)
        if job_id <= 0:
            raise PrintRefused(status="no job")
        return job_id

    async def follow(self, job_id: int) -> AsyncGenerator[JobProgress]:
        """Each change of the job; see `Printer.follow`.
        A job that the queue no longer lists has been printed.
        """
        last: JobProgress | None = None
        while last is None or not last.is_last:
            jobs = await self._call(lambda api, handle: api.EnumJobs(handle, 0, 999, 1))
            job_info = next((job for job in jobs if int(job["JobId"]) == job_id), None)
            if job_info is None:
                progress = JobProgress(
                    state=PrintState.DONE, impressions=last.impressions if last else 0
                )
            else:
                code = (await self.state()).code
                progress = job_progress(
                    int(job_info["Status"]), code, int(job_info.get("PagesPrinted", 0))
                )
            if progress != last:
                last = progress
                yield progress
            await asyncio.sleep(0 if progress.is_last else POLL_S)

    async def cancel(self, job_id: int) -> None:
        """Cancels; nothing when the job is already over."""
        await self._call(lambda api, handle: api.SetJob(handle, job_id, 0, None, _CANCEL_JOB))

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _call[Result](self, ask: Callable[[Any, Any], Result]) -> Result:
        """One question to the spooler, in a thread: it blocks while a network printer sleeps.
        Raises `PrinterGone`.
        """
        try:
            async with asyncio.timeout(ANSWER_S):
                return await asyncio.to_thread(self._ask, ask)
        except TimeoutError as error:
            raise PrinterGone(why="spooler silent") from error

    def _ask[Result](self, ask: Callable[[Any, Any], Result]) -> Result:
        api = self._spooler
        if api is None:
            try:
                import pywintypes  # noqa: F401  # loads the library that the next one needs
                import win32print as api  # type: ignore[import-not-found, no-redef, unused-ignore]
            except ImportError as error:
                raise PrinterGone(why="pywin32 missing") from error
        try:
            handle = api.OpenPrinter(self._queue or api.GetDefaultPrinter())
            try:
                return ask(api, handle)
            finally:
                api.ClosePrinter(handle)
        except api.error as error:
            raise PrinterGone(why=f"spooler {error.args[0] if error.args else ''}") from error
