# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's job, without Qt: see the queue, act with a reason, take back.
Used by `wiring.program`.

Signals say what happens; requests come in as calls, which return at once.
Errors are codes, never sentences.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import batched
from typing import NamedTuple

from session.core.error_codes import from_code
from session.core.errors import SessionError, TicketUnknown
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.board import BoardClient
from session.desk.hub.board_acts import (
    Act,
    Announce,
    GiveToAgent,
    GiveToOrganisation,
    GiveToService,
    MoveQueue,
    OnTickets,
    SetAgentServices,
    SetAgentState,
    SetPriority,
    SetQueue,
    can_be_undone,
)
from session.desk.hub.client import DeskClient
from session.protocol.hub.board import BoardAnswer, MessageTo, TicketResult
from session.protocol.hub.history import (
    HistoryAnswer,
    HistoryRequest,
    LinesAnswer,
    LinesRequest,
    TrendsAnswer,
    TrendsRequest,
    UndoRequest,
)
from session.protocol.hub.network import MoveTarget
from session.protocol.hub.requests import Service
from session.protocol.hub.statistics import StatisticsAnswer, StatisticsBy, StatisticsRequest
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import new_id

log = logging.getLogger(__name__)

MOST_UNDONE = 20
"""Acts that can be taken back, the newest first."""

Value = str | int | float

AT_ONCE = 25
"""Callers of one request: what is done in about a second, so that the progress can be seen."""

LINES_S, PAGE_S, TARGETS_S = 10.0, 20.0, 60.0
"""Between two readings of the lines, of what the page in front shows, and of where callers may go
elsewhere.
"""

FIRST_LINES = 200
"""Rows of lines that are read until somebody asks for more."""

WAITING = (TicketState.WAITING, TicketState.OFFERED)


class ActDone(NamedTuple):
    """An act that the hub has done. Of the callers of a moved queue or of an act on callers,
    `moved` were changed, `left` have changed otherwise meanwhile, `gone` are not there any more,
    and `already` were as they should be. `there`: who can read a message now; `undone`: it was
    taken back.

    `act` is None when it was taken back from the history, where it may be another supervisor's.
    """

    act: Act | None
    moved: int = 0
    left: int = 0
    undone: bool = False
    there: int | None = None
    already: int = 0
    gone: int = 0


class ActProgress(NamedTuple):
    """An act on several callers, or taking it back, that goes on: `done` of `total` were tried."""

    act: Act | None
    done: int
    total: int
    undone: bool = False


class ActTrouble(NamedTuple):
    """An act, or taking one back, that the hub refused, or that nobody answered.
    `act` None: not one of this board.
    """

    act: Act | None
    code: str
    detail: dict[str, Value]


class NotRead(NamedTuple):
    """An answer that the hub refused, or nobody gave, for a page: "lines", "history", "trends",
    "statistics" or "targets".
    """

    page: str
    code: str
    detail: dict[str, Value]


class _Step(NamedTuple):
    """An act and the id under which the hub knows it."""

    act_id: str
    act: Act


class SupervisorApp:
    """One supervisor's board.

    Args:
        link: the queue, as every desk has it.
        board: acts and figures.

    Attributes:
        tickets_changed: all open tickets.
        board_changed: agents, services, figures.
        connection_changed: the hub answers, or not.
        done: see `ActDone`.
        progressed: see `ActProgress`.
        troubled: see `ActTrouble`.
        undo_changed: the act that `undo` takes back next, or None; it may still go on.
        elsewhere_changed: by service, where its callers may go in other organisations.
        history_changed, trends_changed, lines_changed, statistics_changed:
        answers to what was asked.
        not_read: see `NotRead`.
    """

    def __init__(
        self,
        link: DeskClient,
        board: BoardClient,
        *,
        tasks: Tasks,
    ) -> None:
        self.tickets_changed: Signal[list[Ticket]] = link.queue_changed
        self.board_changed: Signal[BoardAnswer] = board.board_changed
        self.connection_changed: Signal[bool] = link.connection_changed
        self.done: Signal[ActDone] = Signal()
        self.progressed: Signal[ActProgress] = Signal()
        self.troubled: Signal[ActTrouble] = Signal()
        self.undo_changed: Signal[Act | None] = Signal()
        self.elsewhere_changed: Signal[Mapping[str, Sequence[MoveTarget]]] = Signal()
        self.history_changed: Signal[HistoryAnswer] = Signal()
        self.trends_changed: Signal[TrendsAnswer] = Signal()
        self.lines_changed: Signal[LinesAnswer] = Signal()
        self.statistics_changed: Signal[StatisticsAnswer] = Signal()
        self._link = link
        self._board = board
        self._bus = link.bus
        self._tasks = tasks
        self.not_read: Signal[NotRead] = Signal()
        self._page: asyncio.Task[None] | None = None
        self._lines: asyncio.Task[None] | None = None
        self._lines_wanted = ("", FIRST_LINES)
        self._history_request: HistoryRequest | None = None
        self._undos: list[_Step] = []
        self._failed: set[str] = set()
        self._turn = asyncio.Lock()

    @property
    def services(self) -> list[Service]:
        """The organisation's services, once the queue was loaded."""
        return self._link.services

    @property
    def names(self) -> tuple[str, str]:
        """(organisation, supervisor), once the queue was loaded."""
        return self._link.organisation_name, self._link.agent_name

    async def start(self) -> None:
        """Begins to follow the hub."""
        await self._link.start()
        self._board.start()
        self._lines = self._tasks.keep(self._read_lines_again, name="read the lines")
        self._tasks.keep(
            partial(self._again, "targets", TARGETS_S, self._read_targets),
            name="read where callers may go",
        )

    # ---- what pages show

    def show_history(self, request: HistoryRequest) -> None:
        """Reads acts now, and again while nothing else is shown."""
        self._history_request = request
        self._show("history", self._read_history)

    def show_trends(self, hours: int, service: str) -> None:
        """Reads the last hours now, and again while nothing else is shown."""

        async def read() -> None:
            request = TrendsRequest(hours=hours, service=service)
            self.trends_changed.emit(await self._bus.ask_once(request))

        self._show("trends", read)

    def show_statistics(
        self, first: date, last: date, by: StatisticsBy, across: StatisticsBy
    ) -> None:
        """Reads figures now, and again while nothing else is shown."""

        async def read() -> None:
            request = StatisticsRequest(first=first, last=last, by=by, across=across)
            self.statistics_changed.emit(await self._bus.ask(request))

        self._show("statistics", read)

    def show_lines(self, words: str, rows: int) -> None:
        """Reads the lines of these kiosks from now on."""
        self._lines_wanted = (words, rows)
        if self._lines is not None:
            self._lines.cancel()
            self._lines = self._tasks.keep(self._read_lines_again, name="read the lines")

    def show_nothing(self) -> None:
        """Stops reading: the page in front needs none of these."""
        if self._page is not None:
            self._page.cancel()
            self._page = None

    def _show(self, page: str, read: Callable[[], Awaitable[None]]) -> None:
        self.show_nothing()
        self._page = self._tasks.keep(
            partial(self._again, page, PAGE_S, read), name="read for the page in front"
        )

    async def _again(self, page: str, every_s: float, read: Callable[[], Awaitable[None]]) -> None:
        """Reads until it is cancelled; the first answer may have to wait for the connection."""
        while True:
            try:
                await read()
            except SessionError as error:
                log.info("not read for the board: %s", error.code)
                self.not_read.emit(NotRead(page, error.code, dict(error.detail)))
                await self._bus.pause(min(2.0, every_s))
            else:
                await asyncio.sleep(every_s)

    async def _read_history(self) -> None:
        if self._history_request is not None:
            self.history_changed.emit(await self._bus.ask_once(self._history_request))

    async def _read_lines(self) -> None:
        words, rows = self._lines_wanted
        self.lines_changed.emit(await self._bus.ask_once(LinesRequest(words=words), rows=rows))

    async def _read_lines_again(self) -> None:
        await self._again("lines", LINES_S, self._read_lines)

    async def _read_targets(self) -> None:
        services = [service.id for service in self._link.services]
        self.elsewhere_changed.emit(
            {service: await self._board.move_targets(service) for service in services}
        )

    # ---- acts

    def act(self, act: Act, reason: str) -> None:
        """Does an act when those before it are done; `done` or `troubled` follows."""
        step = _Step(new_id(), act)
        if can_be_undone(act):
            self._undos = [*self._undos[1 - MOST_UNDONE :], step]
            self._emit_undo()
        self._tasks.start(self._do(step, reason), name="supervisor acts")

    def undo(self, reason: str) -> None:
        """Takes the newest act of this board back that can be taken back, also while it goes on:
        then after it.
        """
        if self._undos:
            last = self._undos.pop()
            self._emit_undo()
            self._tasks.start(
                self._take_back(last.act_id, last.act, reason), name="supervisor takes back"
            )

    def undo_act(self, act_id: str, reason: str) -> None:
        """Takes an act of the history back, whoever did it."""
        act = next((step.act for step in self._undos if step.act_id == act_id), None)
        self._forget(act_id)
        self._tasks.start(self._take_back(act_id, act, reason), name="supervisor takes back")

    def _forget(self, act_id: str) -> None:
        """Takes an act out of those that can be taken back."""
        rest = [step for step in self._undos if step.act_id != act_id]
        if len(rest) < len(self._undos):
            self._undos = rest
            self._emit_undo()

    async def _take_back(self, act_id: str, act: Act | None, reason: str) -> None:
        """Take an act back; callers who have gone on meanwhile are left as they are."""
        request = UndoRequest(act_id=new_id(), undoes=act_id, reason=reason)
        async with self._turn:
            if act_id in self._failed:
                return  # it was asked for while the act went on
            try:
                undone = await self._bus.ask(request)
                while undone.rest:
                    tried = undone.moved + undone.left
                    self.progressed.emit(ActProgress(act, tried, tried + undone.rest, undone=True))
                    undone = await self._bus.ask(request)
            except SessionError as error:
                self._on_refused(act, error)
            else:
                self.done.emit(ActDone(act, undone.moved, undone.left, undone=True))
        await self._read_history_again()

    async def _do(self, step: _Step, reason: str) -> None:
        async with self._turn:
            try:
                result = await self._perform(step.act, step.act_id, reason)
            except SessionError as error:
                self._on_nothing_done(step.act_id)
                self._on_refused(step.act, error)
            else:
                if result.already and not result.moved:
                    self._on_nothing_done(step.act_id)
                self.done.emit(result)

    def _on_nothing_done(self, act_id: str) -> None:
        self._failed.add(act_id)
        self._forget(act_id)

    async def _do_on_tickets(
        self, act: OnTickets, act_id: str, reason: str, shown: Act | None = None
    ) -> ActDone:
        """Change callers part by part under one id, and return what became of them. Raises what
        the hub refused when nobody was changed.

        Args:
            shown: the act that the supervisor has chosen, where it is another one.
        """
        results: list[TicketResult] = []
        name = shown or act
        for part in batched(act.tickets, AT_ONCE):
            if len(act.tickets) > AT_ONCE:
                self.progressed.emit(ActProgress(name, len(results), len(act.tickets)))
            try:
                several = dataclasses.replace(act, tickets=part)
                results += await self._board.act_on_tickets(several, reason, act_id)
            except SessionError as error:
                if not any(not result.code for result in results):
                    raise
                self._on_refused(name, error)
                break
        return _outcome(name, results)

    def _on_refused(self, act: Act | None, error: SessionError) -> None:
        self.troubled.emit(ActTrouble(act, error.code, dict(error.detail)))

    async def _perform(self, act: Act, act_id: str, reason: str) -> ActDone:
        match act:
            case GiveToService() | GiveToAgent() | GiveToOrganisation() | SetPriority():
                return await self._do_on_tickets(act, act_id, reason)
            case SetAgentState():
                await self._board.set_agent_state(
                    act.agent, act.available, act.pause, reason=reason, act_id=act_id
                )
            case SetAgentServices():
                await self._board.set_agent_services(act.agent, act.services, reason, act_id=act_id)
            case MoveQueue() if "/" in act.to:
                waiting = tuple(
                    ticket
                    for ticket in self._link.queue
                    if ticket.service == act.service and ticket.state in WAITING
                )
                parts = GiveToOrganisation(waiting, act.to)
                return await self._do_on_tickets(parts, act_id, reason, shown=act)
            case MoveQueue():
                moved = await self._board.move_queue(act.service, act.to, reason, act_id=act_id)
                return ActDone(act, moved.moved, moved.left)
            case SetQueue():
                await self._board.set_queue(act.service, act.closed, reason, act_id=act_id)
            case Announce(to=None):
                await self._board.broadcast(act.text, reason, act_id=act_id)
            case Announce(to=MessageTo() as to):
                reached = await self._board.message(
                    to, act.target, act.text, reason=reason, act_id=act_id
                )
                return ActDone(act, there=reached)
        return ActDone(act)

    async def _read_history_again(self) -> None:
        """Reads the history again after an act, when its page is in front."""
        if self._history_request is not None and self._page is not None:
            try:
                await self._read_history()
            except SessionError as error:
                log.info("the history was not read again: %s", error.code)

    def _emit_undo(self) -> None:
        self.undo_changed.emit(self._undos[-1].act if self._undos else None)


def _outcome(act: Act, results: Sequence[TicketResult]) -> ActDone:
    """Count what became of callers. Raises the refusal when nothing was done or had to be."""
    refusals = [result for result in results if result.code]
    already = sum(result.already for result in results)
    if refusals and len(refusals) == len(results):
        raise from_code(refusals[0].code, refusals[0].detail)
    gone = sum(refusal.code == TicketUnknown.code for refusal in refusals)
    return ActDone(
        act,
        moved=len(results) - len(refusals) - already,
        left=len(refusals) - gone,
        already=already,
        gone=gone,
    )
