# SPDX-License-Identifier: GPL-3.0-only
"""Forty colleagues write at once to an agent who has a caller: counted, and nothing more."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PyQt6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from expert_app.workplace.wiring.memos import MemoConnections
from session.bus.client import BusClient
from session.protocol.colleagues.memos import MemoRequest
from session.protocol.wire.roles import Role
from tests.integration.supervision.memo_writers import writer
from tests.support.hub_world import CATALOGUE, hub_world
from tests.support.screens.parts import part
from tests.support.waiting import until
from views.widgets.announcer import announcer_of
from views.widgets.message_bar import MAX_LINES, MessageBar
from views.workplace.memos import MemoView

COLLEAGUES = 40


async def test_forty_colleagues_write_to_an_agent_in_a_conversation(
    tmp_path: Path, qtbot: QtBot
) -> None:
    names = "\n".join(f'  {{ id = "c{n}", name = "Collègue {n}" }},' for n in range(COLLEAGUES))
    async with hub_world(tmp_path, catalogue=CATALOGUE.replace("AGENTS", names)) as world:
        bob = await writer(world, "bob")
        view, bar = MemoView(lambda _act: None), MessageBar()
        qtbot.addWidget(view)
        qtbot.addWidget(bar)
        counted: list[int] = []
        said: list[str] = []
        announcer_of(bar).said.connect(lambda words, _urgent: said.append(words))
        has_caller = True
        MemoConnections(
            bob.memos,
            (view,),
            clock=world.clock,
            messages=bar,
            show_unread=counted.append,
            open_thread=lambda _thread: None,
            in_conversation=lambda: has_caller,
        )
        clients = [await world.client(Role.AGENT, f"c{n}") for n in range(COLLEAGUES)]

        async def write(text: str) -> None:
            await asyncio.gather(*(_write(client, text) for client in clients))

        await write("Bonjour")
        await write("Tu as une minute ?")
        await until(lambda: counted[-1:] == [2 * COLLEAGUES])
        assert bar.texts() == [], "nothing comes between the agent and the caller"
        assert len(said) == COLLEAGUES, "each colleague is said once"
        people = part(view, QListWidget, "memo_people")
        await until(lambda: people.count() >= COLLEAGUES)

        has_caller = False
        await write("Toujours pas ?")
        await until(lambda: counted[-1:] == [3 * COLLEAGUES])
        assert len(bar.texts()) == MAX_LINES


async def _write(client: BusClient, text: str) -> None:
    request = MemoRequest(memo_id=f"{client.user}_{len(text)}", to="bob", text=text)
    await client.ask(request)
