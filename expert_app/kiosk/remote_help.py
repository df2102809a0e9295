# SPDX-License-Identifier: GPL-3.0-only
"""Does what the helpdesk wants of this kiosk while nobody is here, says so on the screen, and tells
the hub what came of it. Built by the kiosk's wiring.

Nothing of a test is kept: a scanned page is counted and let go, a printed sheet says what it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from expert_app.aid.machine import doctor_result, line_result, log_result, program_facts
from expert_app.aid.report import report_result
from expert_app.kiosk.self_test import CLEARS_UP_S, SelfTest
from session.core.clock import Clock
from session.core.device_errors import PrinterGone, ScannerGone
from session.core.errors import HubUnreachable, KioskInUse, SessionError
from session.core.tasks import Tasks
from session.kiosk.drivers.printer import Printer
from session.kiosk.drivers.scanner import ScannedPage, Scanner, ScanSettings
from session.protocol.helpdesk.remote_help import RemoteFact, RemoteResult
from session.protocol.hub.line_rates import LineRates
from session.protocol.hub.requests import RemoteAct, RemoteHelpWanted

log = logging.getLogger(__name__)

LONGEST_S = 90.0
SHOWN_S = 4.0
"""The notice is on the screen at least so long."""

RESTART_S = 2.0


def _trial_sheet(site: str, at: datetime) -> bytes:
    """In a thread: what prints is loaded with the first sheet."""
    from documents.printed.trial_sheet import TrialSheetFacts, make_trial_sheet

    return make_trial_sheet(TrialSheetFacts(site=site, printed_at=at))


class HelpNotice(Protocol):
    """The kiosk's screen."""

    def show_assistance(self, name: str) -> None:
        """Says that somebody of the helpdesk looks after this kiosk from afar; "" for nobody."""
        ...


@dataclass(frozen=True, kw_only=True)
class HelpedKiosk:
    """The parts of the kiosk that remote help uses.

    Attributes:
        doctor: the command line of `doctor --json` for this installation.
        measure_line: measures now; None when it was not to be measured.
        recent_lines: the last lines of the developer log.
        restart: ends the program; the service manager starts it again.
        place: the site's name, for the printed sheet.
    """

    scanner: Scanner | None
    printer: Printer | None
    self_test: SelfTest
    doctor: Sequence[str]
    measure_line: Callable[[], Awaitable[LineRates | None]]
    recent_lines: Callable[[], Sequence[str]]
    restart: Callable[[], None]
    place: Callable[[], str]


class RemoteHelpJob:
    """One act at a time.

    Args:
        report: tells the hub what came of it.
        idle: nobody is here, no ticket waits.
    """

    def __init__(
        self,
        kiosk: HelpedKiosk,
        notice: HelpNotice,
        *,
        report: Callable[[str, RemoteResult], Awaitable[None]],
        idle: Callable[[], bool],
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._kiosk = kiosk
        self._notice = notice
        self._report = report
        self._idle = idle
        self._clock = clock
        self._tasks = tasks
        self._acting = asyncio.Lock()
        self._heard: set[str] = set()

    def on_wanted(self, request: RemoteHelpWanted) -> None:
        """The helpdesk wants something; the same twice is done once."""
        if request.help_id not in self._heard:
            self._heard.add(request.help_id)
            self._tasks.start(self._help(request), name="remote help")

    async def _help(self, request: RemoteHelpWanted) -> None:
        async with self._acting:
            result = RemoteResult(code=KioskInUse.code)
            if self._idle():
                log.info("the helpdesk wants: %s", request.act.value)
                self._notice.show_assistance(request.by_name or "?")
                began_s = self._clock.monotonic_s()
                result = await self._done(request.act)
                self._tasks.start(self._hide(began_s), name="end of remote help")
            await report_result(self._report, request, result)
        if request.act is RemoteAct.RESTART and not result.code:
            await asyncio.sleep(RESTART_S)
            if self._idle():
                self._kiosk.restart()

    async def _hide(self, began_s: float) -> None:
        await asyncio.sleep(max(0.0, SHOWN_S - (self._clock.monotonic_s() - began_s)))
        if not self._acting.locked():
            self._notice.show_assistance("")

    async def _done(self, act: RemoteAct) -> RemoteResult:
        """Ends when a caller comes, and after a minute and a half."""
        work = asyncio.ensure_future(self._act(act))
        try:
            async with asyncio.timeout(LONGEST_S):
                while not work.done():
                    await asyncio.wait([work], timeout=0.2)
                    if not self._idle():
                        return RemoteResult(code=KioskInUse.code)
            return work.result()
        except SessionError as error:
            return RemoteResult(code=error.code)
        except TimeoutError:
            return RemoteResult(code=HubUnreachable.code)
        except OSError as error:
            log.error("remote help failed: %s", error.strerror)
            return RemoteResult(code="unexpected")
        finally:
            work.cancel()
            await asyncio.wait([work], timeout=CLEARS_UP_S)

    async def _act(self, act: RemoteAct) -> RemoteResult:
        kiosk = self._kiosk
        match act:
            case RemoteAct.STATE:
                return await self._state()
            case RemoteAct.DOCTOR:
                return await doctor_result(kiosk.doctor)
            case RemoteAct.LOG:
                return log_result(kiosk.recent_lines())
            case RemoteAct.LINE:
                return line_result(await kiosk.measure_line())
            case RemoteAct.SCAN:
                return await self._scan()
            case RemoteAct.PRINT:
                return await self._print()
            case RemoteAct.SELF_TEST:
                return RemoteResult(checks=tuple(await kiosk.self_test.run()))
            case RemoteAct.RESTART:
                return RemoteResult()

    async def _state(self) -> RemoteResult:
        """Versions and devices; nothing is tried."""
        facts = program_facts()
        for name, device in (("scanner", self._kiosk.scanner), ("printer", self._kiosk.printer)):
            if device is None:
                facts.append(RemoteFact(name=name, code="absent"))
                continue
            status = await device.state()
            value = f"{status.name[:200]} ({status.state.value})"
            facts.append(RemoteFact(name=name, value=value, code=status.code))
        return RemoteResult(facts=tuple(facts))

    async def _scan(self) -> RemoteResult:
        """One page from the glass at 75 dpi: its size is told, the page is let go."""
        if self._kiosk.scanner is None:
            return RemoteResult(code=ScannerGone.code)
        pages = 0
        facts: list[RemoteFact] = []
        scan = self._kiosk.scanner.scan(ScanSettings(dpi=75, colour=False))
        async with contextlib.aclosing(scan) as items:
            async for item in items:
                if isinstance(item, ScannedPage):
                    pages += 1
                    size = f"{item.width_px} x {item.height_px}, {item.dpi} dpi, {len(item.data)} B"
                    facts.append(RemoteFact(name="page", value=size))
        return RemoteResult(facts=(RemoteFact(name="pages", value=str(pages)), *facts[:1]))

    async def _print(self) -> RemoteResult:
        """A sheet that says what it is, followed to its end."""
        printer = self._kiosk.printer
        if printer is None:
            return RemoteResult(code=PrinterGone.code)
        at = self._clock.utc_now().astimezone()
        sheet = await asyncio.to_thread(_trial_sheet, self._kiosk.place(), at)
        job = await printer.submit(sheet, "Poste Expert test")
        last = None
        async with contextlib.aclosing(printer.follow(job)) as changes:
            async for change in changes:
                last = change
                if change.code:
                    break
        if last is None:
            return RemoteResult(code=PrinterGone.code)
        if last.code:
            await printer.cancel(job)  # it would come out while a caller is here
        return RemoteResult(
            code=last.code, facts=(RemoteFact(name="print", value=last.state.value),)
        )
