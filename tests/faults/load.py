# SPDX-License-Identifier: GPL-3.0-only
"""Callers and agents at work, in a process that may be killed: `WORLD FOLDER PART/PARTS`.
Used by `cluster`.

Prints "ready"; then answers each line of its input with one line of JSON:
"views" (what each desk shows), "kiosks" (the ticket that each kiosk believes in), "drain" (no more
calls), "clock SECONDS" (it is wrong by so much from now on).
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from session.bus.client import BusClient
from session.core.errors import (
    AgentBusy,
    ColleagueBusy,
    NotAllowed,
    SessionError,
    TicketKept,
    TicketOffered,
    TicketTaken,
    TicketUnknown,
)
from session.core.tasks import Tasks
from session.desk.hub.board import BoardClient
from session.desk.hub.board_acts import GiveToAgent, GiveToService, SetPriority
from session.desk.hub.client import DeskClient
from session.desk.hub.third_parties import ThirdPartyClient
from session.kiosk.hub.client import KioskClient
from session.protocol.hub.board import AgentStateRequest
from session.protocol.hub.routing import DeclineRequest
from session.protocol.hub.talk_state import PassReason
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import new_id
from session.protocol.wire.roles import Role
from tests.faults.cluster_world import PUSHED, SERVICE, ClusterWorld, WrongClock
from tests.faults.history import History, Kind, Seen
from tests.support.waiting import until

AGAIN_S = 0.3
POLL_S = 0.03
REFUSED_S = 1.0
"""A ticket that somebody else had is left alone for so long: then this desk's queue should know."""

REFUSED = (
    TicketTaken,
    TicketUnknown,
    TicketOffered,
    TicketKept,
    AgentBusy,
    ColleagueBusy,
    NotAllowed,
)
"""Answers, not unknown outcomes."""

PUSHED_SHARE = 0.3
HELD_SHARE = 0.15
PASSED_SHARE = 0.15
DECLINED_SHARE = 0.1
BOSS_S = 0.7
"""Between two acts of the supervisor."""

READY_AGAIN_S = 5.0
"""How often an agent says that it is there:
one who missed an offer while a hub was away is asked nothing more.
"""


async def until_done[Answer](ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Repeats a request for as long as its outcome is unknown."""
    while True:
        try:
            return await ask()
        except REFUSED:
            raise
        except SessionError:
            await asyncio.sleep(AGAIN_S)


class Load:
    """A part of the kiosks and of the desks."""

    def __init__(self, world: ClusterWorld, folder: Path, *, part: int, parts: int) -> None:
        self._world = world
        self._history = History(folder / "history.jsonl")
        self._tasks = Tasks()
        self._clock = WrongClock()
        self._birth = f"{time.time_ns():x}"
        self._draining = False
        self._kiosk_names = list(world.kiosks)[part::parts]
        self._agent_names = list(world.agents)[part::parts]
        self._has_boss = bool(world.boss) and part == 0
        self.kiosks: dict[str, KioskClient] = {}
        self.desks: dict[str, DeskClient] = {}
        self._clients: dict[str, BusClient] = {}

    async def start(self) -> None:
        for name in self._kiosk_names:
            client = await self._client(Role.KIOSK, name, self._world.kiosks[name])
            self.kiosks[name] = KioskClient(client, self._clock, tasks=self._tasks, poll_s=2.0)
            await self.kiosks[name].start()
        for name in self._agent_names:
            client = await self._client(Role.AGENT, name, self._world.agents[name])
            self._clients[name] = client
            self.desks[name] = DeskClient(client, self._clock, tasks=self._tasks)
            await self.desks[name].start()
        if self._has_boss:
            await self._start_boss()
        for name, kiosk in self.kiosks.items():
            self._tasks.start(self._call(name, kiosk), name=f"caller at {name}")
        for name, desk in self.desks.items():
            self._tasks.start(self._serve(name, desk), name=f"agent {name}")

    async def _client(self, role: Role, name: str, seed: str) -> BusClient:
        urls = random.sample(self._world.urls, len(self._world.urls))
        client = BusClient(
            urls, role, user=name, seed=seed.encode(), tasks=self._tasks, clock=self._clock
        )
        await until_done(client.connect)
        return client

    def _note(
        self, kind: Kind, user: str, ticket: str, *, sent_s: float, session: str = ""
    ) -> None:
        self._history.write(
            Seen(
                kind=kind,
                user=user,
                ticket=ticket,
                session=session,
                sent_s=sent_s,
                at_s=time.time(),
            )
        )

    # ---- callers

    async def _call(self, name: str, kiosk: KioskClient) -> None:
        count = 0
        while not self._draining:
            count += 1
            request, sent_s = f"{self._birth}-{count}", time.time()
            service = PUSHED if random.random() < PUSHED_SHARE else SERVICE
            answer = await until_done(partial(kiosk.call, service, "", request))
            self._note("acked", name, answer.ticket.id, sent_s=sent_s)
            await until(lambda: kiosk.ticket is None, timeout_s=math.inf, every_s=POLL_S)
            self._note("served", name, answer.ticket.id, sent_s=sent_s)
            await asyncio.sleep(random.uniform(0.1, 0.5))

    # ---- agents

    async def _serve(self, name: str, desk: DeskClient) -> None:
        refused: dict[str, float] = {}
        client = self._clients[name]
        talks = ThirdPartyClient(client)
        await self._resume(name, desk)
        reported_s = 0.0
        while True:
            if time.time() - reported_s > READY_AGAIN_S:
                reported_s = time.time()
                await until_done(lambda: client.ask(AgentStateRequest(available=True)))
            ticket = self._choice(name, desk, refused)
            if ticket is None:
                await asyncio.sleep(POLL_S)
                continue
            now_s = time.time()
            try:
                if ticket.state is TicketState.OFFERED and random.random() < DECLINED_SHARE:
                    self._note("declined", name, ticket.id, sent_s=time.time())
                    refused[ticket.id] = time.time()
                    await client.ask(DeclineRequest(ticket_id=ticket.id, reason="busy"))
                    continue
                facts = await desk.accept(ticket.id)
            except REFUSED as error:
                refused[ticket.id] = time.time()
                self._note("refused", name, ticket.id, sent_s=now_s, session=error.code)
            except SessionError:
                await self._resume(name, desk)  # the outcome stayed unknown: it may be ours
            else:
                self._note("accepted", name, ticket.id, sent_s=now_s, session=facts.id)
                await self._talk(name, desk, talks=talks, ticket_id=ticket.id, session_id=facts.id)

    def _choice(self, name: str, desk: DeskClient, refused: dict[str, float]) -> Ticket | None:
        """Who is offered to this agent, else the first of the queue whom nobody is asked about."""
        if not desk.is_ready:
            return None
        now_s = time.time()
        fresh = [ticket for ticket in desk.queue if now_s - refused.get(ticket.id, 0.0) > REFUSED_S]
        offered = (one for one in fresh if one.state is TicketState.OFFERED and one.agent == name)
        waiting = (
            one
            for one in fresh
            if one.state is TicketState.WAITING
            and (one.service == SERVICE or one.assigned_to == name)
        )
        return next(offered, None) or next(waiting, None)

    async def _talk(
        self,
        name: str,
        desk: DeskClient,
        *,
        talks: ThirdPartyClient,
        ticket_id: str,
        session_id: str,
    ) -> None:
        """A conversation: sometimes with a hold, sometimes passed on."""
        await asyncio.sleep(random.uniform(0.2, 0.8))
        try:
            if random.random() < HELD_SHARE:
                self._note("held", name, ticket_id, sent_s=time.time(), session=session_id)
                await until_done(lambda: talks.hold(session_id, True))
                await asyncio.sleep(0.1)
                await until_done(lambda: talks.hold(session_id, False))
            if random.random() < PASSED_SHARE:
                self._note("passed", name, ticket_id, sent_s=time.time(), session=session_id)
                colleague = random.choice(["", *self._world.agents])
                service = "" if colleague else SERVICE
                await until_done(
                    lambda: talks.pass_on(
                        session_id, PassReason.OTHER, agent=colleague, service=service
                    )
                )
                # the wrap-up: until then the hub offers nobody else
                await until_done(lambda: desk.close(session_id))
                return
        except REFUSED:
            pass  # the colleague is not there, or the caller was given back meanwhile
        await self._finish(name, desk, ticket_id, session_id)

    async def _resume(self, name: str, desk: DeskClient) -> None:
        sent_s = time.time()
        sessions = (await until_done(desk.resume)).sessions
        if len(sessions) > 1:
            self._note("two", name, sessions[0].ticket_id, sent_s=sent_s, session=sessions[1].id)
        for facts in sessions:
            # asked for when the hub opened it: by this program before it was ended, or a moment ago
            asked_s = min(sent_s, facts.opened_at_utc.timestamp())
            self._note("accepted", name, facts.ticket_id, sent_s=asked_s, session=facts.id)
            await self._finish(name, desk, facts.ticket_id, facts.id)

    async def _finish(self, name: str, desk: DeskClient, ticket_id: str, session_id: str) -> None:
        sent_s = time.time()
        try:
            await until_done(lambda: desk.hang_up(session_id))
            await until_done(lambda: desk.close(session_id))
        except REFUSED:
            return  # given back meanwhile: the checker sees whether that was right
        self._note("finished", name, ticket_id, sent_s=sent_s, session=session_id)

    # ---- the supervisor

    async def _start_boss(self) -> None:
        client = await self._client(Role.SUPERVISOR, "boss", self._world.boss)
        queue = DeskClient(client, self._clock, tasks=self._tasks)
        await queue.start()
        self._tasks.start(self._reign(queue, BoardClient(client, self._tasks)), name="supervisor")

    async def _reign(self, queue: DeskClient, board: BoardClient) -> None:
        """Moves callers, changes priorities, keeps callers for agents;
        what is refused is refused.
        """
        while True:
            await asyncio.sleep(BOSS_S)
            waiting = [ticket for ticket in queue.queue if ticket.state is TicketState.WAITING]
            if not waiting or not queue.is_ready or self._draining:
                continue
            ticket = random.choice(waiting)
            self._note("moved", "boss", ticket.id, sent_s=time.time())
            try:
                acts = (
                    GiveToService((ticket,), random.choice([SERVICE, PUSHED])),
                    GiveToAgent((ticket,), random.choice(list(self._world.agents))),
                    SetPriority((ticket,), 5),
                )
                await board.act_on_tickets(random.choice(acts), "a fault's test", new_id())
            except SessionError:
                continue

    # ---- questions

    def answer(self, what: str) -> object:
        if what == "drain":
            self._draining = True
            return {}
        if what.startswith("clock "):
            self._clock.wrong = timedelta(seconds=float(what.split()[1]))
            return {}
        if what == "kiosks":
            return {
                name: kiosk.ticket.id if kiosk.ticket else "" for name, kiosk in self.kiosks.items()
            }
        return {
            name: {ticket.id: ticket.state.value for ticket in desk.queue}
            if desk.is_ready
            else None
            for name, desk in self.desks.items()
        }


async def main(world: ClusterWorld, folder: Path, part: int, parts: int) -> None:
    load = Load(world, folder, part=part, parts=parts)
    await load.start()
    print("ready", flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        print(json.dumps(load.answer(line.decode().strip())), flush=True)


if __name__ == "__main__":
    mine, of = sys.argv[3].split("/")
    asyncio.run(main(ClusterWorld.load(Path(sys.argv[1])), Path(sys.argv[2]), int(mine), int(of)))
