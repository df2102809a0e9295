# SPDX-License-Identifier: GPL-3.0-only
"""Who of the organisation is there, and the memos of today: a copy of what the hub knows, kept
fresh. Used by the programs of agents and of supervisors.

The other end is `session.hub.supervision.memos`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from session.bus.client import BusClient
from session.core.clock import Clock
from session.core.errors import SessionError
from session.core.field_types import UtcTime
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.colleagues.memos import (
    Colleague,
    ColleaguesRequest,
    MemoRequest,
    MemosRequest,
)
from session.protocol.hub.requests import HubEvent, Memo, MemoWritten
from session.protocol.wire.ids import new_id

log = logging.getLogger(__name__)

ASK_S = 10.0
"""Between two questions who is there."""

READ = "memos/read"
SUPERVISORS = ""
"""The thread of the supervisors, as an agent has it. Every other thread is an agent's."""


class Memory(Protocol):
    """Where it is remembered what was read."""

    def read(self, name: str) -> str:
        """The text under `name`, or ""."""
        ...

    def write(self, name: str, value: str) -> None:
        """Keeps a text under `name`."""
        ...


class MemoBook(msgspec.Struct, frozen=True, kw_only=True):
    """Colleagues, the names of the supervisors who are there, and the memos of today.

    Attributes:
        known: the hub has said who is there.
        refused: why it did not the last time, by an error's code.
        read_utc: by thread, when its newest memo that was read is from.
    """

    user: str
    is_supervisor: bool = False
    known: bool = False
    refused: str = ""
    colleagues: Sequence[Colleague] = ()
    supervisors: Sequence[str] = ()
    memos: Sequence[Memo] = ()
    read_utc: dict[str, UtcTime] = {}

    def is_own(self, memo: Memo) -> bool:
        """True for a memo that this person wrote."""
        return memo.by == self.user and memo.from_supervisor is self.is_supervisor

    def thread_of(self, memo: Memo) -> str:
        """Return the agent with whom this was written, `SUPERVISORS` for theirs."""
        if memo.from_supervisor:
            return memo.to if self.is_supervisor else SUPERVISORS
        if self.is_supervisor or memo.by != self.user:
            return memo.by
        return memo.to

    def thread(self, thread: str) -> list[Memo]:
        """The memos of a thread, the oldest first."""
        return [memo for memo in self.memos if self.thread_of(memo) == thread]

    def threads(self) -> list[str]:
        """The threads of today, the one that was written to last first."""
        return list(dict.fromkeys(self.thread_of(memo) for memo in reversed(self.memos)))

    def name_of(self, thread: str) -> str:
        """The name of the agent of a thread; "" for the supervisors."""
        for colleague in self.colleagues:
            if colleague.id == thread:
                return colleague.name
        for memo in self.thread(thread):
            return memo.by_name if memo.by == thread else memo.to_name
        return thread

    def unread(self, thread: str | None = None) -> int:
        """Count the memos of others that were not read yet, in one thread or in all."""
        return sum(
            1
            for memo in self.memos
            if not self.is_own(memo)
            and thread in (None, self.thread_of(memo))
            and not self._is_read(memo)
        )

    def _is_read(self, memo: Memo) -> bool:
        read_utc = self.read_utc.get(self.thread_of(memo))
        return read_utc is not None and memo.at_utc <= read_utc


class MemoFate(NamedTuple):
    """A memo that was sent: how many of its readers are there, or by which code it was refused."""

    thread: str
    text: str
    there: int = 0
    code: str = ""


class MemoClient:
    """One person's memos.

    Attributes:
        book: what is known now.
        changed: it is another one, or the hub has said again who is there: times went on.
        arrived: somebody has written.
        sent: see `MemoFate`.
    """

    def __init__(
        self,
        bus: BusClient,
        clock: Clock,
        *,
        tasks: Tasks,
        user: str,
        is_supervisor: bool,
        memory: Memory,
    ) -> None:
        self.book = MemoBook(
            user=user, is_supervisor=is_supervisor, read_utc=_decoded(memory.read(READ))
        )
        self.changed: Signal[MemoBook] = Signal()
        self.arrived: Signal[Memo] = Signal()
        self.sent: Signal[MemoFate] = Signal()
        self._bus = bus
        self._clock = clock
        self._tasks = tasks
        self._memory = memory

    def start(self) -> None:
        """Begins to follow; what was written is asked for after each connection."""
        self._bus.notifications.connect(self._on_event)
        self._bus.connected.connect(self._on_connected)
        self._tasks.keep(self._asking, name="ask who is there")
        if self._bus.is_connected:
            self._on_connected(True)

    def send(self, thread: str, text: str) -> None:
        """Sends a memo to an agent, or to the `SUPERVISORS`."""
        self._tasks.start(self._send(thread, text), name="send a memo")

    def mark_read(self, thread: str) -> None:
        """What stands in a thread now was read."""
        memos = self.book.thread(thread)
        if memos and self.book.unread(thread):
            read_utc = {**self.book.read_utc, thread: memos[-1].at_utc}
            self._memory.write(READ, msgspec.json.encode(read_utc).decode())
            self._change(read_utc=read_utc)

    async def _send(self, thread: str, text: str) -> None:
        request = MemoRequest(memo_id=new_id(), to=thread, text=text)
        try:
            answer = await self._bus.ask(request)
        except SessionError as error:
            self.sent.emit(MemoFate(thread, text, code=error.code))
            return
        self._take([answer.memo])
        self.sent.emit(MemoFate(thread, text, there=answer.there))

    async def _asking(self) -> None:
        while True:
            self._forget_yesterday()
            if self._bus.is_connected:
                await self._ask_colleagues()
            await asyncio.sleep(ASK_S)

    async def _ask_colleagues(self) -> None:
        """Without an answer what was shown stays: a hub may be older, or away."""
        try:
            answer = await self._bus.ask(ColleaguesRequest())
        except SessionError as error:
            log.info("who is there is not known: %s", error.code)
            self._change(refused=error.code)
            return
        self._change(
            known=True, refused="", colleagues=answer.colleagues, supervisors=answer.supervisors
        )
        self.changed.emit(self.book)

    def _on_connected(self, connected: bool) -> None:
        if connected:
            self._tasks.start(self._ask_memos(), name="ask for memos")

    async def _ask_memos(self) -> None:
        """Asks for what was written while nobody listened; it counts as not read."""
        try:
            answer = await self._bus.ask(MemosRequest())
        except SessionError as error:
            log.info("memos are not known: %s", error.code)
            return
        self._take(answer.memos)

    def _on_event(self, event: HubEvent) -> None:
        if isinstance(event, MemoWritten):
            is_new = self._take([event.memo])
            if is_new and not self.book.is_own(event.memo):
                self.arrived.emit(event.memo)

    def _take(self, memos: Sequence[Memo]) -> bool:
        known = {memo.memo_id: memo for memo in self.book.memos}
        is_new = any(memo.memo_id not in known for memo in memos)
        known.update({memo.memo_id: memo for memo in memos})
        self._change(memos=sorted(known.values(), key=lambda memo: (memo.at_utc, memo.memo_id)))
        return is_new

    def _forget_yesterday(self) -> None:
        day = self._clock.utc_now().astimezone().date()
        self._change(
            memos=[memo for memo in self.book.memos if memo.at_utc.astimezone().date() >= day]
        )

    def _change(self, **fields: object) -> None:
        book = msgspec.structs.replace(self.book, **fields)
        if book != self.book:
            self.book = book
            self.changed.emit(book)


def _decoded(text: str) -> dict[str, datetime]:
    try:
        return msgspec.json.decode(text or "{}", type=dict[str, UtcTime])
    except msgspec.MsgspecError:  # of another version
        return {}
