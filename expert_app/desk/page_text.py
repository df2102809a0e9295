# SPDX-License-Identifier: GPL-3.0-only
"""The words of cleaned pages, read in the background where tesseract is installed. Used by filing.

Reading takes a second or two per page, so it has a separate worker and never makes a page or a
document wait long.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from documents.workers import Limits, Workers
from session.core.errors import SessionError

if TYPE_CHECKING:
    from documents.pdf.text_layer import Word

log = logging.getLogger(__name__)

WAIT_S = 20.0
"""For all pages of a document together; what is not read by then is filed without words."""


class PageWords:
    """Reads pages in `workers` that nobody else uses."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._reading: dict[str, Future[tuple[Word, ...]]] = {}

    def read(self, page_id: str, jpeg: bytes) -> None:
        """Reads a cleaned page; replaces what was read of it before."""
        from documents.pdf.text_layer import read_words

        self.drop([page_id])
        self._reading[page_id] = self._workers.submit(read_words, jpeg)

    async def of(self, page_ids: Sequence[str]) -> list[tuple[Word, ...]]:
        """The words of these pages, in order; none of a page that could not be read in time."""
        reading = [
            asyncio.wrap_future(self._reading[page_id])
            for page_id in page_ids
            if page_id in self._reading
        ]
        if reading:
            await asyncio.wait([asyncio.shield(future) for future in reading], timeout=WAIT_S)
        return [self._found(page_id) for page_id in page_ids]

    def _found(self, page_id: str) -> tuple[Word, ...]:
        reading = self._reading.get(page_id)
        if reading is None or not reading.done() or reading.cancelled():
            return ()
        error = reading.exception()
        if error is not None:
            log.warning(
                "a page has no words: %s",
                error.code if isinstance(error, SessionError) else "unexpected",
            )
            return ()
        return reading.result()

    def drop(self, page_ids: Sequence[str]) -> None:
        """Forgets pages that are filed or removed."""
        for page_id in page_ids:
            reading = self._reading.pop(page_id, None)
            if reading is not None:
                reading.cancel()

    def forget(self) -> None:
        """Forgets all pages: another caller comes."""
        self.drop(list(self._reading))

    def close(self) -> None:
        """Ends the worker."""
        self.forget()
        self._workers.close()


def page_words() -> PageWords | None:
    """A reader, or None where tesseract is not installed. The worker finds out which languages it
    has: without French and English pages have no words.
    """
    if shutil.which("tesseract") is None:
        return None
    return PageWords(Workers(limits=Limits(memory_mb=1500, task_cpu_s=60)))
