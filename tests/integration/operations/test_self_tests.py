# SPDX-License-Identifier: GPL-3.0-only
"""Kiosks tell a real hub what they found of themselves at night; who looks after them sees it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from session.core.errors import NotAllowed
from session.hub.remote_help import self_tests
from session.protocol.helpdesk.self_test import (
    CheckedPart,
    SelfCheck,
    SelfTestReported,
    SelfTestsRequest,
)
from session.protocol.wire.roles import Role
from tests.support.hub_world import hub_world
from tests.support.waiting import until

WELL = SelfCheck(part=CheckedPart.CAMERA, value=90.0)
JAM = SelfCheck(part=CheckedPart.PRINTER, code="printer_jammed")


async def test_a_fault_of_the_night_is_in_the_list_the_health_and_the_figures(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        hub, tests = world.hub, world.hub.remote_help.self_tests
        await until(lambda: hub.history.projection.is_open)
        kiosk, other = await world.kiosk("kiosk1"), await world.kiosk("kiosk2")
        now = world.clock.utc_now()
        taken = await kiosk.bus.ask(SelfTestReported(at_utc=now, checks=(WELL,)))
        assert taken.clock.code == ""
        assert tests.troubles() == []
        ahead = world.clock.utc_now() + timedelta(minutes=5)
        taken = await other.bus.ask(
            SelfTestReported(at_utc=ahead, checks=(WELL, JAM), version="0.2.0")
        )
        assert taken.clock.code == "clock_wrong"
        assert taken.clock.value is not None
        assert 290 < taken.clock.value <= 300
        (trouble,) = tests.troubles()
        assert (trouble.code, trouble.grave) == ("kiosks_faulty", False)
        assert trouble.detail["parts"] == "clock, printer"
        assert tests.faults()["printer"] == 1
        assert trouble in await hub.monitoring.health.check()
        helpdesk = await world.client(Role.HELPDESK, "help")
        answer = await helpdesk.ask_once(SelfTestsRequest())
        assert [row.kiosk for row in answer.rows] == ["kiosk2", "kiosk1"]
        assert answer.rows[0].well_at_utc is None
        assert answer.rows[1].well_at_utc is not None
        assert answer.rows[0].site
        operator = await world.client(Role.OPERATOR, "oper", "network")
        faulty = SelfTestsRequest(only_faults=True)
        everywhere = await operator.ask_once(faulty)
        assert everywhere.rows == answer.rows[:1]
        agent = await world.client(Role.AGENT, "bob")
        with pytest.raises(NotAllowed):
            await agent.ask_once(SelfTestsRequest())


async def test_a_kiosk_that_no_longer_tries_itself_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        hub = world.hub
        await until(lambda: hub.history.projection.is_open)
        kiosk = await world.kiosk("kiosk1")
        await kiosk.bus.ask(SelfTestReported(at_utc=world.clock.utc_now(), checks=(WELL,)))
        assert hub.remote_help.self_tests.silent() == 0
        tests = hub.remote_help.self_tests
        monkeypatch.setattr(self_tests, "STALE", timedelta(seconds=-1))
        assert [one.code for one in tests.troubles()] == ["self_tests_missing"]
