# SPDX-License-Identifier: GPL-3.0-only
"""A kiosk measures its line against a real hub;
both ends of the next session are told what it carries.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from session.core.clock import SystemClock
from session.core.errors import NotAllowed
from session.kiosk.hub.line_measurement import LineMeasurement
from session.protocol.codec import encode
from session.protocol.hub.history import LineSample, LinesRequest
from session.protocol.hub.line_probe import LineProbe
from session.protocol.hub.line_rates import LineRates
from session.protocol.hub.requests import SessionFacts
from session.protocol.wire.roles import Role
from tests.integration.supervision.at_the_board import at_the_board
from tests.support.hub_world import hub_world
from tests.support.waiting import until


async def test_both_ends_are_told_what_the_line_carries(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        _link, _board, past = await at_the_board(world)
        test = LineMeasurement(
            kiosk.bus.ask_once, lambda: True, clock=SystemClock(), tasks=world.tasks, first_s=0
        )
        found: list[LineRates] = []
        test.measured.connect(found.append)
        test.tick()
        await until(lambda: found)
        assert found[0].up_kbps > 2000, "a line inside one machine is not narrow"
        assert found[0].down_kbps > 2000

        bare = await world.connect_as(Role.KIOSK, "kiosk1")
        narrow = LineRates(up_kbps=400, down_kbps=410, rtt_ms=41, at_utc=found[0].at_utc)
        await bare.publish("hb.k.kiosk1", encode(LineSample(rates=narrow)))
        opened: list[SessionFacts] = []
        kiosk.session_opened.connect(opened.append)

        async def rates() -> LineRates | None:
            return (await past.ask_once(LinesRequest())).lines[0].rates

        await until(rates)
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        await until(lambda: opened)
        assert facts.line == opened[0].line == narrow

        sample = LineSample(session_id=facts.id, rates=narrow, carries_kbps=130)
        await bare.publish("hb.k.kiosk1", encode(sample))

        async def is_heard() -> bool:
            told = await rates()
            return told is not None and told.up_kbps == 130

        await until(is_heard)
        told = await rates()
        assert told is not None
        assert told.down_kbps == 410, "what a call showed to be less counts, for its own direction"


async def test_only_who_tries_a_line_may_ask_for_filler(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        probe = LineProbe(want_bytes=30_000)
        desk = await world.desk("alice")  # its person may be helped from afar
        assert (await desk.bus.ask_once(probe)).filler
        boss = await world.client(Role.SUPERVISOR, "boss")
        with pytest.raises(NotAllowed):
            await boss.ask_once(probe)
