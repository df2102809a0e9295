# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's work on paper in a bounded worker process: quick copies of scanned pages, and a
look through each document before it is printed. Used by the kiosk's wiring.

The libraries that read pictures and PDF are loaded in the worker only.
"""

from __future__ import annotations

import asyncio
import logging

from documents.workers import Limits, WorkerLost, Workers
from session.core.device_errors import PrintRefused
from session.core.errors import SessionError

log = logging.getLogger(__name__)

MAKE_S = 10.0
"""A copy that takes longer is not quick."""
LOOK_S = 60.0
LIMITS = Limits(memory_mb=1200, task_cpu_s=15)


def _get_ready() -> None:
    """Loads what makes a quick copy."""
    import documents.pages.quick_copy  # noqa: F401


def _quick_copy(data: bytes, dpi: int) -> tuple[str, bytes] | None:
    from documents.pages.quick_copy import quick_copy

    copy = quick_copy(data, dpi)
    if copy is None:
        return None
    return (copy.media_type, copy.data)


def _pages_to_print(document: bytes) -> int:
    from documents.pdf.check import print_safe

    return print_safe(document).pages


class PaperWorker:
    """The worker starts with the first page and ends with the session. What a document does to its
    reader, it does to the worker alone.
    """

    def __init__(self) -> None:
        self._workers: Workers | None = None

    def warm(self) -> None:
        """A scan begins: the worker starts while the scanner works."""
        self._open().submit(_get_ready)

    async def make(self, data: bytes, dpi: int) -> tuple[str, bytes] | None:
        """See `session.kiosk.devices.quick_copies.MakeQuickCopy`."""
        try:
            async with asyncio.timeout(MAKE_S):
                return await asyncio.wrap_future(self._open().submit(_quick_copy, data, dpi))
        except (SessionError, TimeoutError, OSError, RuntimeError) as error:
            log.warning("no quick copy: %s", type(error).__name__)
            return None

    async def count_pages(self, document: bytes) -> int:
        """See `session.kiosk.devices.prints.CountPages`. Raises `PrintRefused`."""
        try:
            async with asyncio.timeout(LOOK_S):
                return await asyncio.wrap_future(self._open().submit(_pages_to_print, document))
        except (WorkerLost, TimeoutError) as error:
            raise PrintRefused(status="damaged") from error

    async def end(self) -> None:
        """The caller has gone: nothing of a page is left in the worker's memory."""
        workers, self._workers = self._workers, None
        if workers is not None:
            await asyncio.to_thread(workers.close)

    def _open(self) -> Workers:
        self._workers = self._workers or Workers(limits=LIMITS)
        return self._workers
