# SPDX-License-Identifier: GPL-3.0-only
"""A network with 5,000 kiosks, 1,000 sites and 500 agents is read whole, on a real bus."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from session.core.dossier_model import DocumentRecord, Piece, PieceState
from session.desk.hub.board_past import BoardPast
from session.desk.hub.helpdesk import HelpdeskQuestions
from session.protocol.hub.board import BoardAnswer, BoardRequest
from session.protocol.hub.site import NetworkAnswer, NetworkRequest, SiteAnswer, SiteRequest
from session.protocol.hub.third_parties import TargetsAnswer, TargetsRequest
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, hub_world, large_catalogue

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

SITES, KIOSKS, AGENTS, DOCUMENTS = 1_000, 5_000, 500, 5_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    catalogue = large_catalogue(sites=SITES, kiosks=KIOSKS, agents=AGENTS)
    folder: Path = tmp_path_factory.mktemp("large")
    async with hub_world(folder, catalogue=catalogue) as large:
        yield large


async def test_the_lines_of_5000_kiosks_are_counted_by_the_hub_and_read_in_pages(
    world: World,
) -> None:
    past = BoardPast(await world.client(Role.SUPERVISOR, "boss"))
    first = await past.lines()
    assert first.totals.kiosks == first.hits == KIOSKS
    assert 200 <= len(first.lines) < KIOSKS
    assert first.next
    every = await past.lines(rows=KIOSKS)
    assert not every.next
    assert {line.kiosk for line in every.lines} == {f"kiosk{n}" for n in range(KIOSKS)}
    town = await past.lines("OYEN quartier 77")
    assert {line.site for line in town.lines} >= {"Mairie de Saint-Oyen-sur-Val, quartier 77"}
    assert town.totals.kiosks == KIOSKS
    assert town.hits == len(town.lines) < KIOSKS


async def test_each_role_reads_all_of_what_is_there(world: World) -> None:
    boss = await world.client(Role.SUPERVISOR, "boss")
    board = await boss.request("board", BoardRequest(), BoardAnswer)
    assert (len(board.agents), len(board.sites)) == (AGENTS, SITES)
    host = await world.client(Role.FACILITATOR, "host")
    assert len((await host.request("site", SiteRequest(), SiteAnswer)).kiosks) == KIOSKS
    oper = await world.client(Role.OPERATOR, "oper")
    assert len((await oper.request("network", NetworkRequest(), NetworkAnswer)).sites) == SITES
    helpdesk = HelpdeskQuestions(await world.client(Role.HELPDESK, "help"))
    places = await helpdesk.places()
    assert len({(place.desk, place.id) for place in places}) == KIOSKS + AGENTS


async def test_a_dossier_of_5000_documents_is_opened_and_changed(world: World) -> None:
    filed = tuple(
        DocumentRecord(
            id=f"document{n}",
            name=f"Avis d'imposition {n}",
            piece_id="taxes",
            pages=2,
            size_bytes=123_456,
            sha256="0" * 64,
            filed_at_utc=datetime(2026, 3, 2, tzinfo=UTC),
        )
        for n in range(DOCUMENTS)
    )
    pieces = (Piece(id="taxes", name="Avis", documents=tuple(one.id for one in filed)),)
    dossier = await world.dossiers.open("valdore", "D-2026-0001")
    world.dossiers.put("valdore", msgspec.structs.replace(dossier, documents=filed, pieces=pieces))
    kiosk, desk = await world.kiosk("kiosk7"), await world.desk("agent7")
    facts = await desk.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
    opened = await desk.dossier(facts.id)
    assert opened.documents == filed
    assert opened.pieces == pieces
    assert not opened.earlier
    state = PieceState.ACCEPTED
    changed = await desk.set_piece(facts.id, opened.number, "taxes", state=state)
    assert len(changed.documents) == DOCUMENTS
    client = world.clients()[-1]
    targets = await client.request("targets", TargetsRequest(session_id=facts.id), TargetsAnswer)
    assert targets.services
