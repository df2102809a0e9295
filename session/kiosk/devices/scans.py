# SPDX-License-Identifier: GPL-3.0-only
"""One scan at a time, with the caller's consent, for the desk.
The other end: `session.desk.devices.scans`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from session.core.device_errors import (
    FileNotGiven,
    ScanCancelled,
    ScannerBusy,
    ScannerEmpty,
    ScannerFailed,
    ScannerGone,
    TooManyPages,
)
from session.core.errors import GrantMissing, KioskDiskUnusable, SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.kiosk.call.consent import KioskGrants
from session.kiosk.devices.pages import Pages
from session.kiosk.drivers.scanner import UNKNOWN_PERCENT, ScannedPage, Scanner, ScanSettings
from session.protocol.conversation.messages import (
    Grant,
    GrantChanged,
    ScanEnded,
    ScanProgressed,
    ScanRequested,
    ScanSource,
)
from session.protocol.endpoints.sending import OrderedSender

log = logging.getLogger(__name__)

BEAT_S = 5.0
"""While the scanner works without a word, the desk hears so often that it does."""
SCANNER_SILENCE_S = 120.0
"""A scanner that gives neither progress nor page for so long is gone."""
CANCEL_TIMEOUT_S = 10.0
MAX_PAGES = 200
"""Of one scan: two full feeders. A scanner that never ends does not fill the disk."""
_REMEMBERED = 50


class Scans:
    """The scans of one session.

    Attributes:
        started: the scanner works for this request.
        ended: it has finished, well or not.
    """

    def __init__(
        self,
        pages: Pages,
        sender: OrderedSender,
        *,
        scanner: Scanner | None,
        files: Scanner | None,
        grants: KioskGrants,
        tasks: Tasks,
    ) -> None:
        self.started: Signal[ScanRequested] = Signal()
        self.ended: Signal[ScanEnded] = Signal()
        self._scanner = scanner
        self._files = files
        self._pages = pages
        self._grants = grants
        self._sender = sender
        self._tasks = tasks
        self._current: ScanRequested | None = None
        self._task: asyncio.Task[None] | None = None
        self._percent = UNKNOWN_PERCENT
        self._over: dict[str, ScanEnded] = {}
        self._stop_listening = grants.changed.connect(self._on_grant)

    # ---- what the desk requests

    def on_requested(self, request: ScanRequested) -> None:
        """Scans, or says why not. The same `scan_id` is the same scan, however often it is asked
        for.
        """
        if (over := self._over.get(request.scan_id)) is not None:
            self._sender.send(over)
        elif self._current is not None and self._current.scan_id == request.scan_id:
            self._send_progress()
        elif (refusal := self._refusal(request)) is not None:
            self._end(request.scan_id, 0, refusal)
        else:
            self._current = request
            self._percent = UNKNOWN_PERCENT
            self._task = self._tasks.start(self._scan(request), name="scan")

    def _source_of(self, request: ScanRequested) -> Scanner | None:
        """Return where the pages of this request come from."""
        if request.source is ScanSource.FILE:
            return self._files
        return self._scanner

    def _refusal(self, request: ScanRequested) -> SessionError | None:
        if (missing := self._grants.missing_for(ScanRequested)) is not None:
            return missing
        if self._source_of(request) is None:
            if request.source is ScanSource.FILE:
                return FileNotGiven(why="no")
            return ScannerGone()
        if self._current is not None:
            return ScannerBusy()
        return None

    def on_cancel(self, scan_id: str) -> None:
        """Stops this scan; one that was never asked for will not start either."""
        if self._current is not None and self._current.scan_id == scan_id:
            self._tasks.start(self._cancel(), name="scan-cancel")
        elif scan_id in self._over:
            self._sender.send(self._over[scan_id])
        else:
            self._end(scan_id, 0, ScanCancelled())

    def _on_grant(self, change: GrantChanged) -> None:
        if change.grant is Grant.SCAN and not change.allowed and self._current is not None:
            self._tasks.start(self._cancel(), name="scan-cancel")

    async def _cancel(self) -> None:
        """Asks the scanner to stop; one that does not answer is left."""
        task = self._task
        if self._current is not None:
            scanner = self._source_of(self._current)
        else:
            scanner = None
        if task is None or scanner is None:
            return
        try:
            async with asyncio.timeout(CANCEL_TIMEOUT_S):
                await scanner.cancel()
                await asyncio.wait([task])
        except (TimeoutError, SessionError) as error:
            log.warning("the scanner does not stop: %s", type(error).__name__)
            task.cancel()

    # ---- scanning

    async def _scan(self, request: ScanRequested) -> None:
        self.started.emit(request)
        self._send_progress()
        beat = self._tasks.keep(self._beat, name="scan-beat")
        page_count = 0
        problem: SessionError | None = ScannerFailed(status="unexpected")
        try:
            async with aclosing(self._pages_of(request)) as pages:
                async for page in pages:
                    if page_count == MAX_PAGES:
                        raise TooManyPages(most=MAX_PAGES)
                    await self._pages.put(request, page)
                    page_count += 1
            if page_count:
                problem = None
            else:
                problem = _nothing(request)
        except SessionError as error:
            problem = error
        except TimeoutError:
            problem = ScannerGone()
        except OSError as error:
            log.error("a page cannot be kept: %s", error.strerror)
            problem = KioskDiskUnusable(why=error.strerror or type(error).__name__)
        except asyncio.CancelledError:
            problem = ScanCancelled()
            raise
        finally:
            beat.cancel()
            self._current = self._task = None
            if isinstance(problem, ScanCancelled) and not self._grants.allowed(Grant.SCAN):
                problem = GrantMissing(grant=Grant.SCAN)
            self._end(request.scan_id, page_count, problem)

    async def _pages_of(self, request: ScanRequested) -> AsyncGenerator[ScannedPage]:
        """The scanner's pages of all areas; progress is reported meanwhile.
        Raises `TimeoutError` when it falls silent.
        """
        scanner = self._source_of(request)
        if scanner is None:
            raise ScannerGone
        for settings in ScanSettings.from_request(request):
            async with aclosing(self._pages_with(scanner, settings)) as pages:
                async for page in pages:
                    yield page

    async def _pages_with(
        self, scanner: Scanner, settings: ScanSettings
    ) -> AsyncGenerator[ScannedPage]:
        async with aclosing(scanner.scan(settings)) as steps:
            while True:
                try:
                    async with asyncio.timeout(SCANNER_SILENCE_S):
                        step = await anext(steps)
                except StopAsyncIteration:
                    return
                if not self._grants.allowed(Grant.SCAN):
                    raise ScanCancelled
                if isinstance(step, ScannedPage):
                    yield step
                elif step.percent != self._percent:
                    self._percent = step.percent
                    self._send_progress()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            self._send_progress()

    # ---- telling

    def _send_progress(self) -> None:
        if self._current is not None:
            progress = ScanProgressed(scan_id=self._current.scan_id, percent=self._percent)
            self._sender.send(progress, latest=True)

    def _end(self, scan_id: str, pages: int, problem: SessionError | None) -> None:
        code, detail = (problem.code, problem.detail) if problem is not None else ("", {})
        ended = ScanEnded(scan_id=scan_id, pages=pages, code=code, detail=detail)
        self._over[scan_id] = ended
        while len(self._over) > _REMEMBERED:
            del self._over[next(iter(self._over))]
        self._sender.send(ended)
        self.ended.emit(ended)

    async def close(self) -> None:
        """Stops what runs and waits until the scanner is left, at most `CANCEL_TIMEOUT_S`."""
        self._stop_listening()
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait([task], timeout=CANCEL_TIMEOUT_S)


def _nothing(request: ScanRequested) -> SessionError:
    """The scanner says that all is well and gave no page."""
    if request.source is ScanSource.FEEDER:
        return ScannerEmpty()
    return ScannerFailed(status="no page")
