# SPDX-License-Identifier: GPL-3.0-only
"""What can go wrong with a kiosk's scanner and printer, one class per thing a person can do
something about.
"""

from __future__ import annotations

from session.core.errors import PageUnreadable, SessionError


class ScannerGone(SessionError):
    """The scanner does not answer at its address."""

    code = "scanner_gone"


class ScannerBusy(SessionError):
    """The scanner works for somebody else."""

    code = "scanner_busy"


class ScannerJammed(SessionError):
    """Paper is jammed in the scanner's feeder."""

    code = "scanner_jammed"


class ScannerEmpty(SessionError):
    """The feeder holds no page."""

    code = "scanner_empty"


class ScannerCoverOpen(SessionError):
    """The scanner's cover is open."""

    code = "scanner_cover_open"


class ScannerWarmingUp(SessionError):
    """It will be ready in a moment."""

    code = "scanner_warming_up"


class ScannerDenied(SessionError):
    """It does not let this kiosk scan: a password or a lock is set."""

    code = "scanner_denied"


class TooManyPages(SessionError):
    """More pages came than one scan may have; those before are kept. Detail: `most`."""

    code = "too_many_pages"


class FileNotGiven(SessionError):
    """The caller gave no file: said no, or nothing in time. Detail: `why`, "no" or "silence"."""

    code = "file_not_given"


class FileRefused(SessionError):
    """The caller's file is no PDF, JPEG or PNG that can be taken.
    Detail: `why`: "size", "kind" or "read".
    """

    code = "file_refused"


class FileLocked(PageUnreadable):
    """The caller's file is protected by a password."""

    code = "file_locked"


class PileUneven(SessionError):
    """First and other sides of a pile are not as many. Detail: `fronts`, `backs`."""

    code = "pile_uneven"


class DeviceNotTrusted(SessionError):
    """Scanner or printer show another certificate, or another device answers in its place."""

    code = "device_not_trusted"


class ScannerFailed(SessionError):
    """The scanner reported a fault we have no better word for. Detail: `status`."""

    code = "scanner_failed"


class ScanCancelled(SessionError):
    """The scan was cancelled."""

    code = "scan_cancelled"


class PrinterGone(SessionError):
    """The printer does not answer at its address."""

    code = "printer_gone"


class PrinterOutOfPaper(SessionError):
    """The printer has no paper; the job waits."""

    code = "printer_out_of_paper"


class PrinterJammed(SessionError):
    """Paper is jammed in the printer; the job waits."""

    code = "printer_jammed"


class PrinterOutOfToner(SessionError):
    """The printer has no ink or toner."""

    code = "printer_out_of_toner"


class PrinterCoverOpen(SessionError):
    """The printer's cover or door is open; the job waits."""

    code = "printer_cover_open"


class PrinterStopped(SessionError):
    """The printer is stopped or does not accept jobs. Detail: `reasons`."""

    code = "printer_stopped"


class PrinterDenied(SessionError):
    """It does not let this kiosk print: a password or a lock is set."""

    code = "printer_denied"


class PrintDeclined(SessionError):
    """The caller saw it and does not want it."""

    code = "print_declined"


class PrintTooLong(SessionError):
    """More sheets than the kiosk prints at once. Detail: `pages`, `most`."""

    code = "print_too_long"


class PrintNotForUs(SessionError):
    """Meant for another kiosk or another conversation."""

    code = "print_not_for_us"


class PrintRefused(SessionError):
    """The printer or our checks refused the document. Detail: `status`."""

    code = "print_refused"


class PrintFailed(SessionError):
    """The job ended without being printed. Detail: `state`."""

    code = "print_failed"
