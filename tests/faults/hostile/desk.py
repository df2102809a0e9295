# SPDX-License-Identifier: GPL-3.0-only
"""A hostile desk in a conversation with the real kiosk's program, whose caller answers, writes and
stops. Used by `python -m tests.faults.hostile` and a test.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from expert_app.conformance.desk_end import DeskEnd
from expert_app.conformance.instructions import (
    AnswerGrant,
    Press,
    StopAll,
    Write,
)
from expert_app.conformance.throw_away_hub import (
    AGENT,
    CALLER_NUMBER,
    KIOSK,
    SERVICE,
    TRIED_KIOSK,
    ThrowAwayHub,
)
from session.bus.transport.connection import Connection
from session.core.tasks import Tasks
from session.protocol.conversation.chat_and_privacy import WordsSaid
from session.protocol.conversation.messages import (
    Grant,
    GrantChanged,
    GrantRequested,
)
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.tickets import Ticket
from session.protocol.topics import SendingEnd
from session.protocol.wire import subjects
from session.protocol.wire.ids import new_id
from session.protocol.wire.roles import Role
from tests.conformance.kiosk_program import KioskProgram
from tests.faults.hostile.bench import SETTLED_S, HostileEnd, connection_beside, hub_for
from tests.support.waiting import until

WORDS = "Je suis toujours là."


class HostileDesk(HostileEnd):
    """The desk's end, beside a real kiosk."""

    def __init__(
        self,
        desk: DeskEnd,
        connection: Connection,
        *,
        kiosk: KioskProgram,
        facts: SessionFacts,
        world: ThrowAwayHub,
    ) -> None:
        out = partial(subjects.session_out, Role.AGENT, AGENT, facts.id)
        super().__init__(SendingEnd.DESK, connection, program=kiosk.program, out=out, world=world)
        self._desk, self._kiosk, self._facts = desk, kiosk, facts
        self._traffic = world.traffic

    async def ask(self, grant: Grant) -> None:
        """The agent asks for a power, and the caller gives it."""
        request = GrantRequested(grant=grant, request_id=new_id())
        await self._desk.say(self._facts.id, "grant", request)
        await self._kiosk.instruct(AnswerGrant(grant=grant, yes=True))
        await until(lambda: self.is_given(grant), SETTLED_S)

    def is_given(self, grant: Grant) -> bool:
        """What the kiosk said of it last."""
        changes = self._traffic.messages(self._facts.id, GrantChanged)
        return next((one.allowed for one in reversed(changes) if one.grant is grant), False)

    async def talk_on(self) -> None:
        """The caller writes, and the desk is told."""
        since = self._traffic.mark()
        await self._kiosk.instruct(Write(text=WORDS))
        await until(
            lambda: any(
                said.text == WORDS
                for said in self._traffic.messages(self._facts.id, WordsSaid, since)
            ),
            SETTLED_S,
        )
        self.watch.heard = True

    async def stop(self) -> None:
        """The caller presses STOP, and the power ends."""
        await self._kiosk.instruct(StopAll())
        await until(lambda: not self.is_given(Grant.SEE_PAGE), SETTLED_S)


@asynccontextmanager
async def hostile_desk(folder: Path) -> AsyncIterator[HostileDesk]:
    """A real hub, the real kiosk's program, and a desk in conversation with it that may see the
    page.
    """
    tasks, kiosk = Tasks(), KioskProgram(folder / "kiosk")
    (folder / "kiosk").mkdir()
    async with hub_for(folder, TRIED_KIOSK) as world:
        desk = DeskEnd(world, AGENT, tasks=tasks)
        connection = connection_beside(world, Role.AGENT, AGENT, tasks)

        def waiting() -> list[Ticket]:
            return [ticket for ticket in desk.link.queue if ticket.kiosk == KIOSK]

        try:
            await desk.open()
            await connection.open()
            await kiosk.instruct(world.begin(world.invite()))
            await kiosk.instruct(Press(service=SERVICE, number=CALLER_NUMBER))
            await until(lambda: bool(waiting()), SETTLED_S)
            facts = await desk.accept(waiting()[0])
            hostile = HostileDesk(desk, connection, kiosk=kiosk, facts=facts, world=world)
            await asyncio.sleep(1.0)
            await hostile.ask(Grant.SEE_PAGE)
            yield hostile
        finally:
            await connection.close()
            await desk.close()
            await kiosk.close()
            await tasks.close()
