# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's job, without Qt: see the queue, act with a reason, take back.
Used by `wiring.program`.

Signals say what happens; requests come in as calls, which return at once.
Errors are codes, never sentences.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from session.core.errors import SessionError, TicketTaken
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.board import BoardLink
from session.desk.hub.board_acts import (
    Act,
    Announce,
    GiveToAgent,
    GiveToOrganisation,
    GiveToService,
    MoveQueue,
    SetPriority,
    SetQueue,
    can_be_undone,
)
from session.desk.hub.board_past import BoardPast
from session.desk.hub.client import DeskLink
from session.protocol.hub.board import BoardAnswer
from session.protocol.hub.history import HistoryAnswer, HistoryRequest, LinesAnswer, TrendsAnswer
from session.protocol.hub.network import MoveTarget
from session.protocol.hub.requests import Service
from session.protocol.hub.statistics import StatisticsAnswer, StatisticsBy
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import new_id

log = logging.getLogger(__name__)

MOST_UNDONE = 20
"""Acts that can be taken back, the newest first."""

Value = str | int | float

LINES_S, PAGE_S, TARGETS_S = 10.0, 20.0, 60.0
"""Between two readings of the lines, of what the page in front shows, and of where callers may go
elsewhere.
"""

WAITING = (TicketState.WAITING, TicketState.OFFERED)


class ActDone(NamedTuple):
    """An act that the hub has done. `moved` and `left` count the tickets of a moved queue;
    `undone`: it was taken back.

    `act` is None when it was taken back from the history, where it may be another supervisor's.
    """

    act: Act | None
    moved: int = 0
    left: int = 0
    undone: bool = False


class ActTrouble(NamedTuple):
    """An act, or taking one back, that the hub refused, or that nobody answered.
    `act` None: not one of this board.
    """

    act: Act | None
    code: str
    detail: dict[str, Value]


class _Undo(NamedTuple):
    act_id: str
    act: Act


class SupervisorApp:
    """One supervisor's board.

    Args:
        link: the queue, as every desk has it.
        board: acts and figures.
        past: what was done, the last hours, lines.

    Attributes:
        tickets_changed: all open tickets.
        board_changed: agents, services, figures.
        connection_changed: the hub answers, or not.
        done: see `ActDone`.
        troubled: see `ActTrouble`.
        undo_changed: the act that `undo` takes back next, or None.
        elsewhere_changed: by service, where its callers may go in other organisations.
        history_changed, trends_changed, lines_changed, statistics_changed:
        answers to what was asked.
    """

    def __init__(
        self,
        link: DeskLink,
        board: BoardLink,
        *,
        past: BoardPast,
        tasks: Tasks,
    ) -> None:
        self.tickets_changed: Signal[list[Ticket]] = link.queue_changed
        self.board_changed: Signal[BoardAnswer] = board.board_changed
        self.connection_changed: Signal[bool] = link.connection_changed
        self.done: Signal[ActDone] = Signal()
        self.troubled: Signal[ActTrouble] = Signal()
        self.undo_changed: Signal[Act | None] = Signal()
        self.elsewhere_changed: Signal[Mapping[str, Sequence[MoveTarget]]] = Signal()
        self.history_changed: Signal[HistoryAnswer] = Signal()
        self.trends_changed: Signal[TrendsAnswer] = Signal()
        self.lines_changed: Signal[LinesAnswer] = Signal()
        self.statistics_changed: Signal[StatisticsAnswer] = Signal()
        self._link = link
        self._board = board
        self._past = past
        self._tasks = tasks
        self._page: asyncio.Task[None] | None = None
        self._history_request: HistoryRequest | None = None
        self._undos: list[_Undo] = []

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
        self._tasks.start(self._again(LINES_S, self._read_lines), name="read the lines")
        self._tasks.start(
            self._again(TARGETS_S, self._read_targets), name="read where callers may go"
        )

    # ---- what pages show

    def show_history(self, request: HistoryRequest) -> None:
        """Reads acts now, and again while nothing else is shown."""
        self._history_request = request
        self._show(self._read_history)

    def show_trends(self, hours: int, service: str) -> None:
        """Reads the last hours now, and again while nothing else is shown."""

        async def read() -> None:
            self.trends_changed.emit(await self._past.trends(hours, service))

        self._show(read)

    def show_statistics(self, first: date, last: date, by: StatisticsBy) -> None:
        """Reads figures now, and again while nothing else is shown."""

        async def read() -> None:
            self.statistics_changed.emit(await self._link.statistics(first, last, by))

        self._show(read)

    def show_nothing(self) -> None:
        """Stops reading: the page in front needs none of these."""
        if self._page is not None:
            self._page.cancel()
            self._page = None

    def _show(self, read: Callable[[], Awaitable[None]]) -> None:
        self.show_nothing()
        self._page = self._tasks.start(self._again(PAGE_S, read), name="read for the page in front")

    async def _again(self, every_s: float, read: Callable[[], Awaitable[None]]) -> None:
        """Reads until it is cancelled; the first answer may have to wait for the connection."""
        while True:
            try:
                await read()
            except SessionError as error:
                log.info("not read for the board: %s", error.code)
                await asyncio.sleep(min(2.0, every_s))
            else:
                await asyncio.sleep(every_s)

    async def _read_history(self) -> None:
        if self._history_request is not None:
            self.history_changed.emit(await self._past.history(self._history_request))

    async def _read_lines(self) -> None:
        self.lines_changed.emit(await self._past.lines())

    async def _read_targets(self) -> None:
        services = [service.id for service in self._link.services]
        self.elsewhere_changed.emit({one: await self._board.move_targets(one) for one in services})

    # ---- acts

    def act(self, act: Act, reason: str) -> None:
        """Does an act; `done` or `troubled` follows."""
        self._tasks.start(self._do(act, reason), name="supervisor acts")

    def undo(self, reason: str) -> None:
        """Takes the newest act of this board back that can be taken back."""
        if self._undos:
            last = self._undos.pop()
            self._emit_undo()
            self._tasks.start(
                self._take_back(last.act_id, last.act, reason), name="supervisor takes back"
            )

    def undo_act(self, act_id: str, reason: str) -> None:
        """Takes an act of the history back, whoever did it."""
        known = next((one for one in self._undos if one.act_id == act_id), None)
        if known is not None:
            self._undos.remove(known)
            self._emit_undo()
        act = known.act if known is not None else None
        self._tasks.start(self._take_back(act_id, act, reason), name="supervisor takes back")

    async def _take_back(self, act_id: str, act: Act | None, reason: str) -> None:
        try:
            undone = await self._past.undo(new_id(), act_id, reason)
        except SessionError as error:
            self._on_refused(act, error)
        else:
            self.done.emit(ActDone(act, undone.moved, undone.left, undone=True))
        await self._read_history_again()

    async def _do(self, act: Act, reason: str) -> None:
        act_id = new_id()
        try:
            done = await self._perform(act, act_id, reason)
        except SessionError as error:
            self._on_refused(act, error)
            return
        if can_be_undone(act):
            self._undos = [*self._undos[1 - MOST_UNDONE :], _Undo(act_id, act)]
            self._emit_undo()
        self.done.emit(done)

    def _on_refused(self, act: Act | None, error: SessionError) -> None:
        self.troubled.emit(ActTrouble(act, error.code, dict(error.detail)))

    async def _perform(self, act: Act, act_id: str, reason: str) -> ActDone:
        match act:
            case GiveToService():
                await self._board.reassign(act.ticket, reason, service=act.service, act_id=act_id)
            case GiveToAgent():
                await self._board.reassign(act.ticket, reason, agent=act.agent, act_id=act_id)
            case GiveToOrganisation():
                await self._board.move(act.ticket, act.target, reason, act_id=act_id)
            case SetPriority():
                await self._board.prioritise(act.ticket, act.priority, reason, act_id=act_id)
            case MoveQueue() if "/" in act.to:
                return await self._move_elsewhere(act, reason)
            case MoveQueue():
                moved = await self._board.move_queue(act.service, act.to, reason, act_id=act_id)
                return ActDone(act, moved.moved, moved.left)
            case SetQueue():
                await self._board.set_queue(act.service, act.closed, reason, act_id=act_id)
            case Announce():
                await self._board.broadcast(act.text, reason, act_id=act_id)
        return ActDone(act)

    async def _move_elsewhere(self, act: MoveQueue, reason: str) -> ActDone:
        """Moves one caller after the other; those whom an agent has taken meanwhile are left."""
        waiting = [
            one for one in self._link.queue if one.service == act.service and one.state in WAITING
        ]
        moved = 0
        for ticket in waiting:
            try:
                await self._board.move(ticket, act.to, reason)
                moved += 1
            except TicketTaken:
                log.info("a caller was taken during the move")
        return ActDone(act, moved, len(waiting) - moved)

    async def _read_history_again(self) -> None:
        """Reads the history again after an act, when its page is in front."""
        if self._history_request is not None and self._page is not None:
            try:
                await self._read_history()
            except SessionError as error:
                log.info("the history was not read again: %s", error.code)

    def _emit_undo(self) -> None:
        self.undo_changed.emit(self._undos[-1].act if self._undos else None)
