# SPDX-License-Identifier: GPL-3.0-only
"""A convention that takes a site or a service away while its kiosks have callers: those are served
to the end, and then the kiosk is let go.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from expert_app.hub import convention_updates
from expert_app.hub.program import HubOptions, HubProgram
from expert_app.runtime.config import ConventionSettings, HubSettings, MetricsSettings
from expert_app.runtime.paths import paths_for
from session.core.errors import ServiceUnknown, SessionError, TicketTaken
from session.hub.convention.catalogue import Catalogue
from session.protocol.hub.requests import ServicesRequest
from session.protocol.hub.tickets import TicketState
from tests.support.hub_world import World, catalogue_text, hub_world
from tests.support.programs import HubFolder, people
from tests.support.waiting import until

SITE = """sites = [{ id = "townhall", name = "Mairie de Saint-Oyen", \
services = ["rights", "housing"] }]
kiosks = [
  { id = "kiosk1", site = "townhall" },
  { id = "kiosk2", site = "townhall", name = "Borne du couloir" },
]
displays = [{ id = "screen1", site = "townhall" }]
"""
SERVICE = '  { id = "rights", name = "Mes droits", number_kind = "allocataire", letter = "D" },\n'
AT_SITE = 'services = ["rights", "housing"] }]\nkiosks'


async def _take(world: World, text: str) -> None:
    assert text != catalogue_text()
    assert world.hub is not None
    await world.hub.take_catalogue(Catalogue.parse(text))
    await world.hub.tick()


async def test_callers_of_a_site_that_is_gone_are_served_and_new_ones_refused(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        other = await world.kiosk("kiosk2")
        facts = await desk.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
        waiting = (await other.call("rights", "", "r2")).ticket
        await _take(world, catalogue_text().replace(SITE, "sites = []\nkiosks = []\n"))
        assert (await kiosk.status(facts.ticket_id)).ticket.state is TicketState.IN_SESSION
        assert (await desk.dossier(facts.id)).caller_number == "1234567"
        assert await kiosk.append_log(facts.id, 0, [b"{}"]) == 1
        [resumed] = (await desk.resume()).sessions
        assert resumed.id == facts.id
        await kiosk.hang_up(facts.id)
        await desk.close(facts.id)
        assert (await other.status(waiting.id)).ticket.state is TicketState.WAITING
        facts = await desk.accept(waiting.id)
        await desk.hang_up(facts.id)
        await desk.close(facts.id)
        with pytest.raises(ServiceUnknown):
            await kiosk.call("rights", "", "r3")


async def test_a_service_that_is_gone_lets_who_waits_know_and_who_talks_finish(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        other = await world.kiosk("kiosk2")
        facts = await desk.accept((await kiosk.call("rights", "", "r1")).ticket.id)
        waiting = (await other.call("rights", "", "r2")).ticket
        told: list[str] = []
        other.ticket_changed.connect(lambda change: told.append(change.ticket.reason))
        text = catalogue_text().replace(SERVICE, "")
        text = text.replace(AT_SITE, 'services = ["housing"] }]\nkiosks')
        await _take(world, text.replace('"valdore/rights", "marais/care"', '"marais/care"'))
        # that it waits may be told only now
        await until(lambda: [reason for reason in told if reason] == ["no_longer_offered"])
        with pytest.raises(TicketTaken):
            await desk.accept(waiting.id)
        await kiosk.hang_up(facts.id)
        await desk.close(facts.id)
        with pytest.raises(ServiceUnknown):
            await kiosk.call("rights", "", "r3")


@asynccontextmanager
async def _program(place: HubFolder) -> AsyncIterator[None]:
    """The hub's program with its own server, in this process."""
    settings = HubSettings(
        catalogue=str(place.catalogue),
        listen_port=place.port,
        convention=ConventionSettings(look_s=0.2),
        metrics=MetricsSettings(listen=""),
    )
    program = HubProgram(settings, paths_for("hub", place.folder), options=HubOptions())
    stop, ready = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(program.run(stop, lambda _address: ready.set()))
    try:
        async with asyncio.timeout(30):
            await ready.wait()
        yield
    finally:
        stop.set()
        await running


@pytest.mark.skipif(sys.platform == "win32", reason="a hub's own server")
async def test_a_kiosk_that_left_the_convention_is_cut_off_after_its_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convention_updates, "TIDY_S", 0.5)
    place = HubFolder(tmp_path / "hub")
    async with _program(place), people(place) as them:
        kiosk, desk = await them.kiosk("kiosk1"), await them.desk()
        idle = await them.kiosk("kiosk2")
        facts = await desk.accept((await kiosk.call("housing", "1234567", "r1")).ticket.id)
        lines = place.catalogue.read_text(encoding="utf-8").splitlines()
        place.catalogue.write_text(
            "\n".join(line for line in lines if 'site = "townhall"' not in line), encoding="utf-8"
        )
        await until(lambda: not idle.bus.is_connected)  # nobody is there
        assert kiosk.bus.is_connected
        assert facts.kiosk_key
        # both ends go on, and hang up in order
        assert await kiosk.append_log(facts.id, 0, [b"{}"]) == 1
        [resumed] = (await desk.resume()).sessions
        assert resumed.kiosk_key == facts.kiosk_key
        await kiosk.hang_up(facts.id)
        await desk.close(facts.id)
        await until(lambda: not kiosk.bus.is_connected)
        with pytest.raises(SessionError):
            await kiosk.bus.ask(ServicesRequest())
