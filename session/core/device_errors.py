# SPDX-License-Identifier: GPL-3.0-only
"""Errors of a kiosk's scanner and printer,
one class per thing a person can do something about.
"""

from __future__ import annotations

from session.core.errors import PageUnreadable, SessionError


class ScannerGone(SessionError):
    """The scanner does not answer at its address."""


class ScannerBusy(SessionError):
    """The scanner works for somebody else."""


class ScannerJammed(SessionError):
    """Paper is jammed in the scanner's feeder."""


class ScannerEmpty(SessionError):
    """The feeder holds no page."""


class ScannerCoverOpen(SessionError):
    """The scanner's cover is open."""


class ScannerWarmingUp(SessionError):
    """It will be ready in a moment."""


class ScannerDenied(SessionError):
    """It does not let this kiosk scan: a password or a lock is set."""


class TooManyPages(SessionError):
    """More pages came than one scan may have; those before are kept. Detail: `most`."""


class FileNotGiven(SessionError):
    """The caller gave no file: said no, or nothing in time. Detail: `why`, "no" or "silence"."""


class FileRefused(SessionError):
    """The caller's file is no PDF, JPEG or PNG that can be taken.
    Detail: `why`: "size", "kind" or "read".
    """


class FileLocked(PageUnreadable):
    """The caller's file is protected by a password."""


class PileUneven(SessionError):
    """First and other sides of a pile are not as many. Detail: `fronts`, `backs`."""


class DeviceNotTrusted(SessionError):
    """Scanner or printer show another certificate, or another device answers in its place."""


class ScannerFailed(SessionError):
    """The scanner reported a fault we have no better word for. Detail: `status`."""


class ScanCancelled(SessionError):
    """The scan was cancelled."""


class PrinterGone(SessionError):
    """The printer does not answer at its address."""


class PrinterOutOfPaper(SessionError):
    """The printer has no paper; the job waits."""


class PrinterJammed(SessionError):
    """Paper is jammed in the printer; the job waits."""


class PrinterOutOfToner(SessionError):
    """The printer has no ink or toner."""


class PrinterCoverOpen(SessionError):
    """The printer's cover or door is open; the job waits."""


class PrinterStopped(SessionError):
    """The printer is stopped or does not accept jobs. Detail: `reasons`."""


class PrinterDenied(SessionError):
    """It does not let this kiosk print: a password or a lock is set."""


class PrintDeclined(SessionError):
    """The caller saw it and does not want it."""


class PrintTooLong(SessionError):
    """More sheets than the kiosk prints at once. Detail: `pages`, `most`."""


class PrintNotForUs(SessionError):
    """Meant for another kiosk or another conversation."""


class PrintRefused(SessionError):
    """The printer or our checks refused the document. Detail: `status`."""


class PrintFailed(SessionError):
    """The job ended without being printed. Detail: `state`."""
