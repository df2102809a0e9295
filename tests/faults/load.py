# SPDX-License-Identifier: GPL-3.0-only
"""Callers and agents at work, in a process that may be killed: `WORLD FOLDER PART/PARTS`. Used by `cluster`.

Says "ready"; then answers each line of its input with one line of JSON: "views" (what each desk shows), "kiosks" (the
ticket that each kiosk believes in), "drain" (no more calls).
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from session.bus.client import BusClient
from session.clock import SystemClock
from session.desk.link import DeskLink
from session.errors import SessionError, TicketTaken, TicketUnknown
from session.kiosk.link import KioskLink
from session.protocol.roles import Role
from session.protocol.tickets import TicketState
from session.tasks import Tasks
from tests.faults.cluster_world import SERVICE, ClusterWorld
from tests.faults.history import History, Seen

AGAIN_S = 0.3
LOOK_S = 0.03
REFUSED_S = 1.0
"""A ticket that somebody else had is left alone for so long: then this desk's queue should know."""

WAITING = (TicketState.WAITING, TicketState.OFFERED)


async def until_done[Answer](ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Repeats a request for as long as its outcome is unknown."""
    while True:
        try:
            return await ask()
        except (TicketTaken, TicketUnknown):
            raise
        except SessionError:
            await asyncio.sleep(AGAIN_S)


class Load:
    """A part of the kiosks and of the desks."""

    def __init__(self, world: ClusterWorld, folder: Path, part: int, parts: int) -> None:
        self._world = world
        self._history = History(folder / "history.jsonl")
        self._tasks = Tasks()
        self._clock = SystemClock()
        self._birth = f"{time.time_ns():x}"
        self._draining = False
        self._kiosk_names = list(world.kiosks)[part::parts]
        self._agent_names = list(world.agents)[part::parts]
        self.kiosks: dict[str, KioskLink] = {}
        self.desks: dict[str, DeskLink] = {}

    async def start(self) -> None:
        for name in self._kiosk_names:
            client = await self._client(Role.KIOSK, name, self._world.kiosks[name])
            self.kiosks[name] = KioskLink(client, self._clock, self._tasks, poll_s=2.0)
            await self.kiosks[name].start()
        for name in self._agent_names:
            client = await self._client(Role.AGENT, name, self._world.agents[name])
            self.desks[name] = DeskLink(client, self._clock, self._tasks)
            await self.desks[name].start()
        for name, kiosk in self.kiosks.items():
            self._tasks.spawn(self._call(name, kiosk), name=f"caller at {name}")
        for name, desk in self.desks.items():
            self._tasks.spawn(self._serve(name, desk), name=f"agent {name}")

    async def _client(self, role: Role, name: str, seed: str) -> BusClient:
        urls = random.sample(self._world.urls, len(self._world.urls))
        client = BusClient(urls, role, name, seed.encode(), self._tasks, self._clock)
        await until_done(client.connect)
        return client

    def _note(self, kind: str, user: str, ticket: str, sent_s: float, session: str = "") -> None:
        line = {"kind": kind, "user": user, "ticket": ticket, "session": session, "sent_s": sent_s}
        self._history.write(Seen(**line, at_s=time.time()))  # type: ignore[arg-type] # kind is one of Kind's words

    # ---- callers ---------------------------------------------------------------------------------------------------

    async def _call(self, name: str, kiosk: KioskLink) -> None:
        count = 0
        while not self._draining:
            count += 1
            request, sent_s = f"{self._birth}-{count}", time.time()
            answer = await until_done(lambda request=request: kiosk.call(SERVICE, "", request))  # type: ignore[misc] # mypy knows no default in a lambda
            self._note("acked", name, answer.ticket.id, sent_s)
            while kiosk.ticket is not None:  # noqa: ASYNC110 - the link has a notifier for each way a ticket may end
                await asyncio.sleep(LOOK_S)
            self._note("served", name, answer.ticket.id, sent_s)
            await asyncio.sleep(random.uniform(0.1, 0.5))

    # ---- agents ----------------------------------------------------------------------------------------------------

    async def _serve(self, name: str, desk: DeskLink) -> None:
        refused: dict[str, float] = {}
        await self._resume(name, desk)
        while True:
            now_s = time.time()
            fresh = (t for t in desk.queue if t.state in WAITING and now_s - refused.get(t.id, 0.0) > REFUSED_S)
            ticket = next(fresh, None) if desk.is_ready else None
            if ticket is None:
                await asyncio.sleep(LOOK_S)
                continue
            try:
                facts = await desk.accept(ticket.id)
            except (TicketTaken, TicketUnknown):
                refused[ticket.id] = time.time()
            except SessionError:
                await self._resume(name, desk)  # the outcome stayed unknown: it may be ours
            else:
                self._note("accepted", name, ticket.id, now_s, facts.id)
                await asyncio.sleep(random.uniform(0.05, 0.3))
                await self._finish(name, desk, ticket.id, facts.id)

    async def _resume(self, name: str, desk: DeskLink) -> None:
        sent_s = time.time()
        for facts in (await until_done(desk.resume)).sessions:
            self._note("accepted", name, facts.ticket_id, sent_s, facts.id)
            await self._finish(name, desk, facts.ticket_id, facts.id)

    async def _finish(self, name: str, desk: DeskLink, ticket_id: str, session_id: str) -> None:
        sent_s = time.time()
        try:
            await until_done(lambda: desk.hang_up(session_id))
            await until_done(lambda: desk.close(session_id))
        except TicketUnknown:
            return  # given back meanwhile: the checker sees whether that was right
        self._note("finished", name, ticket_id, sent_s, session_id)

    # ---- questions -------------------------------------------------------------------------------------------------

    def answer(self, what: str) -> object:
        if what == "drain":
            self._draining = True
            return {}
        if what == "kiosks":
            return {name: kiosk.ticket.id if kiosk.ticket else "" for name, kiosk in self.kiosks.items()}
        return {
            name: {ticket.id: ticket.state.value for ticket in desk.queue} if desk.is_ready else None
            for name, desk in self.desks.items()
        }


async def main(world: ClusterWorld, folder: Path, part: int, parts: int) -> None:
    load = Load(world, folder, part, parts)
    await load.start()
    print("ready", flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        print(json.dumps(load.answer(line.decode().strip())), flush=True)


if __name__ == "__main__":
    mine, of = sys.argv[3].split("/")
    asyncio.run(main(ClusterWorld.load(Path(sys.argv[1])), Path(sys.argv[2]), int(mine), int(of)))
