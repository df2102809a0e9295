# SPDX-License-Identifier: GPL-3.0-only
"""People who write memos over the real bus. Used by the tests of memos."""

from __future__ import annotations

from session.desk.hub.memos import MemoClient, MemoFate
from session.protocol.hub.requests import Memo
from session.protocol.wire.roles import Role
from tests.support.hub_world import World
from tests.support.waiting import until


class Writer:
    """A person with the program's own copy of the memos."""

    def __init__(self, memos: MemoClient) -> None:
        self.memos = memos
        self.arrived: list[Memo] = []
        self.fates: list[MemoFate] = []
        memos.arrived.connect(self.arrived.append)
        memos.sent.connect(self.fates.append)
        memos.start()

    async def writes(self, thread: str, text: str) -> MemoFate:
        before = len(self.fates)
        self.memos.send(thread, text)
        await until(lambda: len(self.fates) > before)
        return self.fates[-1]

    def thread(self, thread: str) -> list[str]:
        return [memo.text for memo in self.memos.book.thread(thread)]


class Memory(dict[str, str]):
    def read(self, name: str) -> str:
        return self.get(name, "")

    def write(self, name: str, value: str) -> None:
        self[name] = value


async def writer(
    world: World, user: str, role: Role = Role.AGENT, memory: Memory | None = None
) -> Writer:
    bus = await world.client(role, user)
    bus.beat()
    is_supervisor = role is Role.SUPERVISOR
    return Writer(
        MemoClient(
            bus,
            world.clock,
            tasks=world.tasks,
            user=user,
            is_supervisor=is_supervisor,
            memory=memory if memory is not None else Memory(),
        )
    )
