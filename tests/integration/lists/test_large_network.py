# SPDX-License-Identifier: GPL-3.0-only
"""A network with 5,000 kiosks, 1,000 sites and 500 agents is read whole, on a real bus."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from documents.store.dossier_store import DossierStore
from expert_app.hub.dossier_adapter import DossierAdapter
from session.core.dossier_model import PieceState
from session.core.errors import TicketUnknown
from session.desk.hub.helpdesk import HelpdeskClient
from session.protocol.dossier.long_dossier import DocumentsRequest
from session.protocol.hub.board import BoardRequest
from session.protocol.hub.history import LinesRequest
from session.protocol.hub.site import NetworkRequest, SiteRequest
from session.protocol.hub.third_parties import TargetsRequest
from session.protocol.wire.roles import Role
from tests.integration.lists.large_network import (
    AGENTS,
    CALLER,
    DOCUMENTS,
    KIOSKS,
    NOTES,
    PIECE,
    SITES,
    fill_dossiers,
    large_catalogue,
)
from tests.support.hub_world import World, hub_world

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder: Path = tmp_path_factory.mktemp("large")
    async with hub_world(folder, catalogue=large_catalogue(), with_hub=False) as large:
        with DossierStore(folder / "dossiers") as store:
            fill_dossiers(store, dossiers=0, documents=DOCUMENTS)
            large.store = DossierAdapter(store, large.clock)
            await large.start_hub()
            yield large
            await large.stop_hub()


async def test_the_lines_of_5000_kiosks_are_counted_by_the_hub_and_read_in_pages(
    world: World,
) -> None:
    past = await world.client(Role.SUPERVISOR, "boss")
    first = await past.ask_once(LinesRequest(), rows=200)
    assert first.totals.kiosks == first.hits == KIOSKS
    assert 200 <= len(first.lines) < KIOSKS
    assert first.next
    every = await past.ask_once(LinesRequest(), rows=KIOSKS)
    assert not every.next
    assert {line.kiosk for line in every.lines} == {f"kiosk{n}" for n in range(KIOSKS)}
    town = await past.ask_once(LinesRequest(words="OYEN quartier 77"))
    assert {line.site for line in town.lines} >= {"Mairie de Saint-Oyen-sur-Val, quartier 77"}
    assert town.totals.kiosks == KIOSKS
    assert town.hits == len(town.lines) < KIOSKS


async def test_each_role_reads_all_of_what_is_there(world: World) -> None:
    boss = await world.client(Role.SUPERVISOR, "boss")
    board = await boss.ask_once(BoardRequest())
    assert (len(board.agents), len(board.sites)) == (AGENTS, SITES)
    host = await world.client(Role.FACILITATOR, "host")
    assert len((await host.ask_once(SiteRequest())).kiosks) == KIOSKS
    oper = await world.client(Role.OPERATOR, "oper")
    assert len((await oper.ask_once(NetworkRequest())).sites) == SITES
    helpdesk = HelpdeskClient(await world.client(Role.HELPDESK, "help"))
    places = await helpdesk.places()
    assert len({(place.desk, place.id) for place in places}) == KIOSKS + AGENTS


async def test_a_dossier_of_5000_documents_is_opened_and_changed(world: World) -> None:
    kiosk, desk = await world.kiosk("kiosk7"), await world.desk("agent7")
    facts = await desk.accept((await kiosk.call("rights", CALLER, "r1")).ticket.id)
    opened = await desk.dossier(facts.id)
    assert opened is not None
    assert [one.id for one in opened.documents] == [f"document{n}" for n in range(DOCUMENTS)]
    assert [note.text for note in opened.notes] == [f"Note {n}" for n in range(NOTES)]
    assert (opened.earlier, opened.earlier_notes) == (0, 0)
    assert opened.pieces[0].documents == tuple(one.id for one in opened.documents)
    state = PieceState.ACCEPTED
    changed = await desk.set_piece(facts.id, opened.number, PIECE, state=state)
    assert len(changed.documents) == DOCUMENTS
    client = world.clients()[-1]
    targets = await client.ask_once(TargetsRequest(session_id=facts.id))
    assert targets.services


async def test_pages_that_follow_are_refused_once_the_conversation_is_over(world: World) -> None:
    kiosk, desk = await world.kiosk("kiosk8"), await world.desk("agent8")
    client = world.clients()[-1]
    facts = await desk.accept((await kiosk.call("rights", CALLER, "r1")).ticket.id)
    opened = await desk.dossier(facts.id)
    first = DocumentsRequest(session_id=facts.id, dossier=opened.number)
    page = await client.ask_once(first, rows=1)
    assert page.next
    following = DocumentsRequest(session_id=facts.id, dossier=opened.number, after=page.next)
    assert (await client.ask_once(following, rows=1)).documents
    await desk.hang_up(facts.id)
    await desk.close(facts.id)
    with pytest.raises(TicketUnknown):
        await client.ask_once(following, rows=1)
