# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's job, without Qt: see the queue, act with a reason, take back. Used by `compose_supervisor`.

What happens is told by notifiers; wishes come in as calls, which return at once. Errors are codes, never sentences.
"""

from __future__ import annotations

from typing import NamedTuple

from expert_app.facts import Facts
from session.desk.board_acts import Act, Announce, GiveToAgent, GiveToService, MoveQueue, SetPriority, SetQueue, undoing
from session.desk.board_link import BoardLink
from session.desk.link import DeskLink
from session.errors import SessionError
from session.notify import Notifier
from session.protocol.board_messages import BoardAnswer
from session.protocol.hub_messages import Service
from session.protocol.tickets import Ticket
from session.tasks import Tasks

MOST_UNDONE = 20
"""Acts that can be taken back, the newest first."""

Value = str | int | float


class Done(NamedTuple):
    """An act that the hub has done. `moved` and `left` count the tickets of a moved queue; `undone` takes one back."""

    act: Act
    moved: int = 0
    left: int = 0
    undone: bool = False


class ActTrouble(NamedTuple):
    """An act that the hub refused, or that nobody answered."""

    act: Act
    code: str
    detail: dict[str, Value]


class _Undo(NamedTuple):
    act: Act
    reason: str


class SupervisorApp:
    """One supervisor's board.

    Args:
        link: the queue, as every desk has it. board: acts and figures.

    Attributes:
        tickets_changed: all open tickets. board_changed: agents, services, figures.
        connection_changed: the hub answers, or not.
        done: see `Done`. troubled: see `ActTrouble`. undo_changed: the act that `undo` takes back next, or None.
    """

    def __init__(self, link: DeskLink, board: BoardLink, tasks: Tasks, facts: Facts) -> None:
        self.tickets_changed: Notifier[list[Ticket]] = link.queue_changed
        self.board_changed: Notifier[BoardAnswer] = board.board_changed
        self.connection_changed: Notifier[bool] = link.connection_changed
        self.done: Notifier[Done] = Notifier()
        self.troubled: Notifier[ActTrouble] = Notifier()
        self.undo_changed: Notifier[Act | None] = Notifier()
        self._link, self._board, self._tasks, self._facts = link, board, tasks, facts
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
        """Listens to the hub."""
        self._link.queue_changed.connect(lambda tickets: self._facts.note("queue", open=len(tickets)))
        self._link.connection_changed.connect(lambda connected: self._facts.note("connection", connected=connected))
        await self._link.start()
        self._board.start()

    def act(self, act: Act, reason: str) -> None:
        """Does an act; `done` or `troubled` follows."""
        self._tasks.spawn(self._do(act, reason, undone=False), name="supervisor acts")

    def undo(self, reason: str) -> None:
        """Takes the newest act back that can be taken back."""
        if self._undos:
            last = self._undos.pop()
            self._tell_undo()
            self._tasks.spawn(self._do(last.act, reason or last.reason, undone=True), name="supervisor takes back")

    async def _do(self, act: Act, reason: str, *, undone: bool) -> None:
        try:
            done, after = await self._perform(act, reason)
        except SessionError as error:
            self._facts.note("act_refused", act=type(act).__name__, code=error.code)
            self.troubled.emit(ActTrouble(act, error.code, dict(error.detail)))
            return
        self._facts.note("act_done", act=type(act).__name__, moved=done.moved)
        if not undone:
            self._remember(act, after, reason)
        self.done.emit(done._replace(undone=undone))

    async def _perform(self, act: Act, reason: str) -> tuple[Done, Ticket | None]:
        ticket: Ticket | None = None
        done = Done(act)
        match act:
            case GiveToService():
                ticket = await self._board.reassign(act.ticket, reason, service=act.service)
            case GiveToAgent():
                ticket = await self._board.reassign(act.ticket, reason, agent=act.agent)
            case SetPriority():
                ticket = await self._board.prioritise(act.ticket, act.priority, reason)
            case MoveQueue():
                moved = await self._board.move_queue(act.service, act.to, reason)
                done = Done(act, moved.moved, moved.left)
            case SetQueue():
                await self._board.set_queue(act.service, act.closed, reason)
            case Announce():
                await self._board.broadcast(act.text, reason)
        return done, ticket

    def _remember(self, act: Act, after: Ticket | None, reason: str) -> None:
        back = undoing(act, after)
        if back is not None:
            self._undos = [*self._undos[1 - MOST_UNDONE :], _Undo(back, reason)]
            self._tell_undo()

    def _tell_undo(self) -> None:
        self.undo_changed.emit(self._undos[-1].act if self._undos else None)
