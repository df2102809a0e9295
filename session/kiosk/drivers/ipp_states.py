# SPDX-License-Identifier: GPL-3.0-only
"""The meaning of IPP's states and reasons for a person: our codes.
Pure; used by `session.kiosk.drivers.ipp`.

Source: RFC 8011, sections 5.3.7 (job-state), 5.4.11 (printer-state), 5.4.12
(printer-state-reasons), and IANA's list.
"""

from __future__ import annotations

from session.core.device_errors import (
    PrinterCoverOpen,
    PrinterGone,
    PrinterJammed,
    PrinterOutOfPaper,
    PrinterOutOfToner,
    PrinterStopped,
    PrintFailed,
)
from session.kiosk.drivers.ipp_codec import Attributes
from session.kiosk.drivers.printer import JobProgress
from session.protocol.conversation.messages import PrintState, ScannerState

PRINTER_IDLE, PRINTER_PROCESSING, PRINTER_STOPPED = 3, 4, 5
JOB_PENDING, JOB_HELD, JOB_PROCESSING, JOB_STOPPED, JOB_CANCELED, JOB_ABORTED, JOB_COMPLETED = (
    range(3, 10)
)

# Compared by their beginning: "-report", "-warning" or "-error" follows, and some printers cut long
# words. In the order of what a person must see to first.
_REASONS: tuple[tuple[str, str], ...] = (
    ("media-jam", PrinterJammed.code),
    ("cover-open", PrinterCoverOpen.code),
    ("door-open", PrinterCoverOpen.code),
    ("interlock-open", PrinterCoverOpen.code),
    ("media-empty", PrinterOutOfPaper.code),
    ("media-needed", PrinterOutOfPaper.code),
    ("input-tray-missing", PrinterOutOfPaper.code),
    ("toner-empty", PrinterOutOfToner.code),
    ("marker-supply-empty", PrinterOutOfToner.code),
    ("marker-ink-empty", PrinterOutOfToner.code),
    ("paused", PrinterStopped.code),
    ("moving-to-paused", PrinterStopped.code),
    ("stopped", PrinterStopped.code),
    ("shutdown", PrinterGone.code),
    ("offline", PrinterGone.code),  # CUPS: the queue is there, its printer is not
)
_NO_TONER = PrinterOutOfToner.code
_HARMLESS = ("report", "warning")
_ALWAYS = ("offline",)
"""CUPS says "offline-report" of a queue whose printer is not there at all."""


def is_harmless(reason: str) -> bool:
    """True if the printer prints all the same: RFC 8011, section 5.4.12. A "report" does not
    touch what is printed, a "warning" keeps no job from being finished; an "error" does, and so
    does a reason without such an ending.
    """
    return any(_ends_in(reason, word) for word in _HARMLESS) and not reason.startswith(_ALWAYS)


def _ends_in(reason: str, word: str) -> bool:
    """True if the word, or what was not cut off of it, ends the reason."""
    ending = reason.rpartition("-")[2]
    return len(ending) >= 2 and word.startswith(ending)


def _most_pressing(reasons: tuple[str, ...]) -> str:
    for beginning, code in _REASONS:
        if any(reason.startswith(beginning) for reason in reasons):
            return code
    return ""


def _holds_up(reasons: tuple[str, ...]) -> str:
    """Return the code of what may hold a job up, though it will be finished, among what a
    printer warns of while it works on the job: CUPS says "media-jam-warning" of a jam. Missing
    toner does not hold it up.
    """
    warned = tuple(reason for reason in reasons if not _ends_in(reason, "report"))
    code = _most_pressing(warned)
    if code == _NO_TONER:
        return ""
    return code


def fault_code(reasons: tuple[str, ...], *, stopped: bool = False) -> str:
    """Our code for the most pressing of the printer's reasons, or empty. A printer that has
    `stopped` may have said why in a warning only.
    """
    grave = tuple(reason for reason in reasons if not is_harmless(reason))
    return _most_pressing(grave) or (_most_pressing(reasons) if stopped else "")


def _reasons(attributes: Attributes, name: str) -> tuple[str, ...]:
    attribute = attributes.get(name)
    if attribute:
        return tuple(reason for reason in attribute.strings() if reason != "none")
    return ()


def _number(attributes: Attributes, name: str) -> int:
    attribute = attributes.get(name)
    if attribute and isinstance(attribute.first, int):
        return attribute.first
    return 0


def printer_state(attributes: Attributes) -> tuple[ScannerState, str, tuple[str, ...]]:
    """(state, our code or empty, the printer's reasons) from the printer's attributes."""
    reasons = _reasons(attributes, "printer-state-reasons")
    accepting = attributes.get("printer-is-accepting-jobs")
    refuses = accepting is not None and accepting.first is False
    stopped = refuses or _number(attributes, "printer-state") == PRINTER_STOPPED
    code = fault_code(reasons, stopped=stopped)
    if stopped and not code:
        code = PrinterStopped.code
    if code:
        return ScannerState.FAULT, code, reasons
    busy = _number(attributes, "printer-state") == PRINTER_PROCESSING
    return ScannerState.BUSY if busy else ScannerState.READY, "", reasons


def job_progress(job: Attributes, printer: Attributes) -> JobProgress:
    """Return where the job is, and what holds it up, from the attributes of both."""
    state = _number(job, "job-state")
    impressions = max(0, _number(job, "job-impressions-completed"))
    reasons = _reasons(job, "job-state-reasons")
    if state == JOB_COMPLETED:
        return JobProgress(state=PrintState.DONE, impressions=impressions, reasons=reasons)
    if state == JOB_CANCELED:
        return JobProgress(state=PrintState.CANCELLED, impressions=impressions, reasons=reasons)
    if state == JOB_ABORTED:
        return JobProgress(
            state=PrintState.FAILED, code=PrintFailed.code, impressions=impressions, reasons=reasons
        )
    printer_reasons = _reasons(printer, "printer-state-reasons")
    stopped = (
        state in (JOB_HELD, JOB_STOPPED) or _number(printer, "printer-state") == PRINTER_STOPPED
    )
    code = fault_code(printer_reasons, stopped=stopped) or _holds_up(printer_reasons)
    if stopped and not code:
        code = PrinterStopped.code
    # A printer low of ink says "empty" long before it stops:
    # by itself no reason to call the job waiting.
    waits = stopped or (code and code != _NO_TONER)
    if state == JOB_PROCESSING:
        moving = PrintState.PRINTING
    else:
        moving = PrintState.SENT
    return JobProgress(
        state=PrintState.WAITING if waits else moving,
        code=code,
        impressions=impressions,
        reasons=(*reasons, *printer_reasons),
    )
