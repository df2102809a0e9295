# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's requests to a printer; used by the devices conversation,
made from the kiosk's settings.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

import msgspec

from session.protocol.conversation.messages import PrintState, ScannerState


class PrinterStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the printer. `code`: of `session.core.errors`, empty when well; `reasons`:
    the printer's own keywords.
    """

    state: ScannerState
    name: str
    code: str = ""
    reasons: tuple[str, ...] = ()


class JobProgress(msgspec.Struct, frozen=True, kw_only=True):
    """The progress of a job. `code` says why it waits or failed; `impressions`:
    sides printed so far, 0 when not told.
    """

    state: PrintState
    code: str = ""
    impressions: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def is_last(self) -> bool:
        """Nothing more will happen to the job."""
        return self.state in (PrintState.DONE, PrintState.FAILED, PrintState.CANCELLED)


class Printer(Protocol):
    """A printer for PDF documents."""

    async def state(self) -> PrinterStatus:
        """Return how it is now. Never raises a session error:
        a printer that is gone is a fault with its code.
        """
        ...

    async def submit(self, document: bytes, name: str, copies: int = 1) -> int:
        """Hands a PDF over; returns the printer's number of the job, to `follow` it.

        Raises:
            PrinterGone, PrinterStopped (it accepts no jobs now), PrinterDenied, DeviceNotTrusted,
            PrintRefused.
        """
        ...

    def follow(self, job_id: int) -> AsyncGenerator[JobProgress]:
        """Each change of the job until its last state;
        a job that waits for paper waits on, and goes on when filled.

        Raises:
            PrinterGone: it has not answered for long. PrintFailed: it no longer knows the job.
        """
        ...

    async def cancel(self, job_id: int) -> None:
        """Cancels; nothing when the job is already over. Raises `PrinterGone`, `PrintRefused`."""
        ...

    async def close(self) -> None:
        """Closes the connections; jobs go on."""
        ...
