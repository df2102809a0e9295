# SPDX-License-Identifier: GPL-3.0-only
"""Does what the helpdesk wants of this desk, once the person at it has said yes on the screen, and
tells the hub what came of it. Built by the desk's wiring.

Without an answer nothing is done; whoever says no need not say why.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from expert_app.aid.machine import doctor_result, line_result, log_result, program_facts
from expert_app.aid.report import report_result
from session.core.clock import Clock
from session.core.errors import HubUnreachable, SessionError
from session.core.tasks import Tasks
from session.protocol.helpdesk.remote_help import (
    DESK_ACTS,
    IN_CONVERSATION,
    NOT_ANSWERED,
    NOT_WANTED,
    RemoteFact,
    RemoteResult,
)
from session.protocol.hub.line_rates import LineRates
from session.protocol.hub.requests import RemoteAct, RemoteHelpWanted

log = logging.getLogger(__name__)

ANSWER_S = 60.0
"""The question stands so long."""

LONGEST_S = 90.0
SHOWN_S = 4.0
"""The notice is on the screen at least so long."""

RESTART_S = 2.0


class HelpBar(Protocol):
    """The desk's screen."""

    def ask(self, name: str, act: RemoteAct) -> None:
        """Asks whether this person of the helpdesk may do this."""
        ...

    def show_act(self, name: str, act: RemoteAct) -> None:
        """Says what is done just now."""
        ...

    def hide_help(self) -> None:
        """Nothing is asked or done."""
        ...


@dataclass(frozen=True, kw_only=True)
class HelpedDesk:
    """The desk's means for it.

    Attributes:
        devices: cameras, microphones and what else is there.
        doctor: the command line of `doctor --json` for this installation.
        measure_line: measures now; None when it was not to be measured.
        recent_lines: the last lines of the developer log.
        restart: ends the program and starts it again.
        in_conversation: a caller is in session.
    """

    devices: Callable[[], Sequence[RemoteFact]]
    doctor: Sequence[str]
    measure_line: Callable[[], Awaitable[LineRates | None]]
    recent_lines: Callable[[], Sequence[str]]
    restart: Callable[[], None]
    in_conversation: Callable[[], bool]


class DeskHelpJob:
    """One question, and one act, at a time. Args: report: tells the hub what came of it."""

    def __init__(
        self,
        desk: HelpedDesk,
        bar: HelpBar,
        *,
        report: Callable[[str, RemoteResult], Awaitable[None]],
        clock: Clock,
        tasks: Tasks,
        answer_s: float = ANSWER_S,
    ) -> None:
        self._desk = desk
        self._bar = bar
        self._report = report
        self._clock = clock
        self._tasks = tasks
        self._answer_s = answer_s
        self._acting = asyncio.Lock()
        self._heard: set[str] = set()
        self._answer: asyncio.Future[bool] | None = None

    def on_wanted(self, request: RemoteHelpWanted) -> None:
        """The helpdesk wants something; the same twice is asked once."""
        if request.help_id not in self._heard:
            self._heard.add(request.help_id)
            self._tasks.start(self._help(request), name="remote help")

    def on_answered(self, yes: bool) -> None:
        """The person at the desk has said it."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(yes)

    async def _help(self, request: RemoteHelpWanted) -> None:
        async with self._acting:
            result = await self._asked(request)
            await report_result(self._report, request, result)
        if request.act is RemoteAct.RESTART and not result.code:
            await asyncio.sleep(RESTART_S)
            if not self._desk.in_conversation():
                self._desk.restart()

    async def _asked(self, request: RemoteHelpWanted) -> RemoteResult:
        if request.act not in DESK_ACTS:
            return RemoteResult(code="not_allowed")
        if code := self._refused(request.act):
            return RemoteResult(code=code)
        name = request.by_name or "?"
        self._answer = asyncio.get_running_loop().create_future()
        self._bar.ask(name, request.act)
        try:
            yes = await asyncio.wait_for(self._answer, self._answer_s)
        except TimeoutError:
            self._bar.hide_help()
            return RemoteResult(code=NOT_ANSWERED)
        if not yes:
            self._bar.hide_help()
            log.info("the person at the desk said no to: %s", request.act.value)
            return RemoteResult(code=NOT_WANTED)
        if code := self._refused(request.act):
            self._bar.hide_help()
            return RemoteResult(code=code)
        log.info("the helpdesk does: %s", request.act.value)
        self._bar.show_act(name, request.act)
        began_s = self._clock.monotonic_s()
        try:
            return await self._done(request.act)
        finally:
            self._tasks.start(self._hide(began_s), name="end of remote help")

    def _refused(self, act: RemoteAct) -> str:
        talks = act in (RemoteAct.RESTART, RemoteAct.LINE) and self._desk.in_conversation()
        if talks:
            return IN_CONVERSATION
        return ""

    async def _hide(self, began_s: float) -> None:
        await asyncio.sleep(max(0.0, SHOWN_S - (self._clock.monotonic_s() - began_s)))
        if not self._acting.locked():
            self._bar.hide_help()

    async def _done(self, act: RemoteAct) -> RemoteResult:
        try:
            async with asyncio.timeout(LONGEST_S):
                return await self._act(act)
        except SessionError as error:
            return RemoteResult(code=error.code)
        except TimeoutError:
            return RemoteResult(code=HubUnreachable.code)
        except OSError as error:
            log.error("remote help failed: %s", error.strerror)
            return RemoteResult(code="unexpected")

    async def _act(self, act: RemoteAct) -> RemoteResult:
        match act:
            case RemoteAct.DOCTOR:
                return await doctor_result(self._desk.doctor)
            case RemoteAct.LOG:
                return log_result(self._desk.recent_lines())
            case RemoteAct.LINE:
                return line_result(await self._desk.measure_line())
            case RemoteAct.RESTART:
                return RemoteResult()
        return RemoteResult(facts=(*program_facts(), *self._desk.devices()))
