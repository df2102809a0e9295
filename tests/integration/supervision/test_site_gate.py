# SPDX-License-Identifier: GPL-3.0-only
"""A site with a gate opens for nobody before its operator has opened it. On a real server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from session.bus.client import BusClient
from session.core.clock import ManualClock
from session.core.errors import GateNotPassed, NotAllowed, QueueClosed
from session.protocol.helpdesk.self_test import CheckedPart, SelfCheck, SelfTestReported
from session.protocol.helpdesk.site_gate import Lack, SiteGateRequest
from session.protocol.hub.requests import ServicesChanged, ServicesRequest
from session.protocol.hub.site import NetworkRequest, OpenSiteRequest, SiteFacts, SiteStateRequest
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, catalogue_text, hub_world
from tests.support.waiting import until

GATE = """\
, gate = true, record = { address = "1 place du Puits", contact = "accueil", closed_room = true, \
wheelchair = true, insured_until = 2030-12-31, signatures = [\
{ organisation = "network", on = 2026-01-12 }, { organisation = "valdore", on = 2026-01-12 }, \
{ organisation = "marais", on = 2026-01-12 }] } },
"""
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUESTION = SiteGateRequest(organisation="network", site="library")


def _with_gate(record: str = GATE, trained: str = "trained_on = 2026-02-02") -> str:
    text = catalogue_text()
    site = 'services = ["valdore/rights", "marais/care"] },\n'
    assert site in text
    text = text.replace(site, site.removesuffix(" },\n") + record)
    return text.replace('sites = ["library"] }', f'sites = ["library"], {trained} }}')


async def _library(operator: BusClient) -> SiteFacts:
    [site] = (await operator.ask(NetworkRequest(words="médiathèque"))).sites
    return site


async def _try_kiosk(kiosk: BusClient, clock: ManualClock, code: str = "") -> None:
    checks = (SelfCheck(part=CheckedPart.SCANNER, code=code),)
    await kiosk.ask(SelfTestReported(at_utc=clock.utc_now(), checks=checks))


async def _ends(world: World) -> tuple[BusClient, BusClient]:
    operator = await world.client(Role.OPERATOR, "oper", "network")
    return operator, await world.client(Role.KIOSK, "kiosk1", "network")


async def test_a_site_opens_once_nothing_lacks_and_for_a_year(tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with hub_world(tmp_path, catalogue=_with_gate(), clock=clock) as world:
        operator, bus = await _ends(world)
        kiosk = await world.kiosk("kiosk1", "network")
        assert all(service.closed for service in (await bus.ask(ServicesRequest())).services)
        with pytest.raises(QueueClosed):
            await kiosk.call("valdore/rights", "", "r1")
        site = await _library(operator)
        assert (site.gate, site.closed, site.is_wrong) == (True, True, False)

        opening = OpenSiteRequest(site="library", reason="recette du 2 mars")
        assert [gap.gap for gap in (await operator.ask(QUESTION)).gaps] == [Lack.NOT_TRIED]
        with pytest.raises(GateNotPassed):
            await operator.ask_once(opening)
        await _try_kiosk(bus, clock, "scanner_jam")
        assert [gap.gap for gap in (await operator.ask(QUESTION)).gaps] == [Lack.FAULT]
        await _try_kiosk(bus, clock)
        assert (await operator.ask(QUESTION)).gaps == []

        heard: list[ServicesChanged] = []
        kiosk.services_changed.connect(heard.append)
        await operator.ask_once(opening)
        await operator.ask_once(opening)  # opened twice is open once
        await until(lambda: bool(heard))
        site = await _library(operator)
        assert (site.closed, site.is_exception) == (False, False)
        assert site.until_utc == datetime(2027, 3, 2, 23, tzinfo=UTC)  # midnight at Arvenne
        assert (await kiosk.call("valdore/rights", "", "r1")).position == 1

        clock.advance(timedelta(days=366).total_seconds())
        assert (await _library(operator)).closed
        with pytest.raises(QueueClosed):
            await kiosk.call("marais/care", "", "r2")


async def test_an_exception_is_named_and_ends(tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with hub_world(tmp_path, catalogue=_with_gate(), clock=clock) as world:
        operator, _bus = await _ends(world)
        kiosk = await world.kiosk("kiosk1", "network")
        for days in (-1, 93):
            late = START.date() + timedelta(days=days)
            with pytest.raises(NotAllowed):
                await operator.ask_once(OpenSiteRequest(site="library", reason="essai", until=late))
        trial = OpenSiteRequest(site="library", reason="appel d'essai", until=START.date())
        await operator.ask_once(trial)
        site = await _library(operator)
        assert (site.closed, site.is_exception, site.changed_by) == (False, True, "Marc L.")
        await world.stop_hub()
        await world.start_hub()  # kept over a restart
        assert (await kiosk.call("valdore/rights", "", "r1")).position == 1

        heard: list[ServicesChanged] = []
        kiosk.services_changed.connect(heard.append)
        clock.advance(timedelta(hours=15).total_seconds())
        await until(lambda: bool(heard))  # the kiosk is told at midnight
        assert all(service.closed for service in (await kiosk.bus.ask(ServicesRequest())).services)


async def test_a_site_that_its_operator_closed_stays_closed(tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with hub_world(tmp_path, catalogue=_with_gate(), clock=clock) as world:
        operator, _bus = await _ends(world)
        await operator.ask_once(
            OpenSiteRequest(site="library", reason="essai", until=START.date() + timedelta(days=9))
        )
        await operator.ask_once(SiteStateRequest(site="library", reason="dégât des eaux"))
        site = await _library(operator)
        assert (site.closed, site.is_exception, site.until_utc) == (True, False, None)
