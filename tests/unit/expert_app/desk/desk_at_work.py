# SPDX-License-Identifier: GPL-3.0-only
"""A desk's job with a hub in memory, for tests."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from documents.pages.outbox import Outbox
from documents.workers import Workers
from expert_app.desk.app import DeskApp, DeskTrouble
from expert_app.desk.filing import Filing
from session.bus.client import BusClient
from session.core.dossier_model import Dossier
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.desk.session import DeskSession
from session.protocol.conversation.messages import Grant, GrantChanged, PageOffered, ScanKind
from session.protocol.hub.requests import SessionEnded, SessionFacts
from session.protocol.wire.roles import Role
from tests.support.drawn_pages import jpeg, letter
from tests.support.hub_world import World
from tests.support.program_parts import desk_session
from tests.support.waiting import until


class Desk:
    """An agent's desk without a window, and all it told."""

    def __init__(self, world: World, client: BusClient, folder: Path, workers: Workers) -> None:
        self._world, self._folder = world, folder
        self.tasks, self.client = Tasks(), client
        self.outbox = Outbox(folder / "outbox")
        self.outbox.recover()
        self.link = DeskClient(client, world.clock, tasks=self.tasks)
        self.filing = Filing(
            self.outbox,
            workers,
            store=self.link,
            clock=world.clock,
            tasks=self.tasks,
            again_s=0.2,
        )
        self.app = DeskApp(
            self.link,
            self.filing,
            open_session=self._open,
            clock=world.clock,
            tasks=self.tasks,
        )
        self.opened: list[DeskSession] = []
        self.ended: list[SessionEnded] = []
        self.closed: list[str] = []
        self.dossiers: list[Dossier | None] = []
        self.troubles: list[DeskTrouble] = []
        self.over: list[str] = []
        self.app.session_opened.connect(self.opened.append)
        self.app.session_ended.connect(self.ended.append)
        self.app.session_closed.connect(self.closed.append)
        self.app.dossier_changed.connect(self.dossiers.append)
        self.app.troubled.connect(self.troubles.append)
        self.app.trouble_cleared.connect(self.over.append)

    def _open(self, facts: SessionFacts, resumed: bool) -> DeskSession:
        channel = self.link.bus.channel(facts.id)
        logs = self._folder / "logs"
        clock, client = self._world.clock, self.client
        return desk_session(
            facts,
            channel,
            filing=self.filing,
            folder=logs,
            clock=clock,
            tasks=self.tasks,
            resumed=resumed,
            client=client,
        )

    async def start(self) -> None:
        await self.app.start()
        await until(lambda: self.link.is_ready)

    async def receive_page(self) -> None:
        data = jpeg(letter().resize((496, 702)), dpi=60)
        offer = PageOffered(
            page_id="p1",
            scan_id="scan1",
            kind=ScanKind.PAGE,
            media_type="image/jpeg",
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            width_px=496,
            height_px=702,
            dpi=60,
            chunks=1,
            taken_at_utc=datetime(2026, 3, 2, 9, 1, tzinfo=UTC),
        )
        await self.filing.keep(self.opened[-1].facts.id, offer, data)

    async def allow_to_keep(self) -> None:
        """The caller's yes, as the kiosk tells it."""
        kiosk = await self._world.kiosk("kiosk1")
        yes = GrantChanged(
            grant=Grant.KEEP, allowed=True, at_utc=self._world.clock.utc_now(), left_s=60
        )
        await kiosk.bus.channel(self.opened[-1].facts.id).send("grant", yes)
        await until(lambda: self.opened[-1].grants.may_keep)

    def codes(self) -> list[tuple[str, str]]:
        return [(trouble.key, trouble.code) for trouble in self.troubles]

    async def close(self) -> None:
        if self.app.session is not None:
            await self.app.session.end_call()
            await self.app.session.close(1.0)
        await self.client.close()  # what the hub still says would begin something new
        await self.tasks.close()


class Office:
    """A town hall's kiosk and the desks of the agency."""

    def __init__(self, world: World, folder: Path, *, workers: Workers) -> None:
        self.world, self.folder, self.workers = world, folder, workers
        self.desks: list[Desk] = []

    async def desk(self, agent: str) -> Desk:
        client = await self.world.client(Role.AGENT, agent)
        desk = self.add(Desk(self.world, client, self.folder / agent, self.workers))
        await desk.start()
        return desk

    def add(self, desk: Desk) -> Desk:
        self.desks.append(desk)
        return desk

    async def caller(self, number: str = "1234567") -> str:
        kiosk = await self.world.kiosk("kiosk1")
        return (await kiosk.call("rights", number, "r1")).ticket.id

    async def close(self) -> None:
        for desk in self.desks:
            await desk.close()
