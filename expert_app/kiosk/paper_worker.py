# SPDX-License-Identifier: GPL-3.0-only
"""What a kiosk does with paper in a bounded worker process: quick copies of scanned pages, and a
look through each document before it is printed. Used by the kiosk's wiring.
"""

from __future__ import annotations

import asyncio
import logging

from documents.pages.quick_copy import quick_copy
from documents.pdf.check import print_safe
from documents.workers import Limits, WorkerLost, Workers
from session.core.device_errors import PrintRefused
from session.core.errors import SessionError

log = logging.getLogger(__name__)

MAKE_S = 10.0
"""A copy that takes longer is not quick."""
LOOK_S = 60.0
LIMITS = Limits(memory_mb=1200, task_cpu_s=15)


class PaperWorker:
    """The worker starts with the first page and ends with the session. What a document does to its
    reader, it does to the worker alone.
    """

    def __init__(self) -> None:
        self._workers: Workers | None = None

    def warm(self) -> None:
        """A scan begins: the worker starts while the scanner works."""
        self._open().warm()

    async def make(self, data: bytes, dpi: int) -> tuple[str, bytes] | None:
        """See `session.kiosk.devices.quick_copies.MakeQuickCopy`."""
        try:
            async with asyncio.timeout(MAKE_S):
                copy = await asyncio.wrap_future(self._open().submit(quick_copy, data, dpi))
        except (SessionError, TimeoutError, OSError, RuntimeError) as error:
            log.warning("no quick copy: %s", type(error).__name__)
            return None
        return None if copy is None else (copy.media_type, copy.data)

    async def count_pages(self, document: bytes) -> int:
        """See `session.kiosk.devices.prints.CountPages`. Raises `PrintRefused`."""
        try:
            async with asyncio.timeout(LOOK_S):
                facts = await asyncio.wrap_future(self._open().submit(print_safe, document))
        except (WorkerLost, TimeoutError) as error:
            raise PrintRefused(status="damaged") from error
        return facts.pages

    async def end(self) -> None:
        """The caller has gone: nothing of a page is left in the worker's memory."""
        workers, self._workers = self._workers, None
        if workers is not None:
            await asyncio.to_thread(workers.close)

    def _open(self) -> Workers:
        self._workers = self._workers or Workers(limits=LIMITS)
        return self._workers
