# SPDX-License-Identifier: GPL-3.0-only
"""Three people on one kiosk's line:
whoever sends over it keeps to one budget, and the third is told by the kiosk.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

from session.core.clock import ManualClock
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.call.visit import Visit
from session.kiosk.call.video_call import CallPeer, KioskCall
from session.kiosk.line import KioskLine
from session.media.call_page import simulated
from session.media.engine import MediaEngine
from session.protocol.conversation.line import LineGoverned, LineStep
from session.protocol.hub.line_rates import LineRates
from session.protocol.topics import THIRD_TOPIC
from session.protocol.wire.roles import Role
from tests.integration.call.told_engine import ToldEngine, ToldPage, sent, settle
from tests.support.memory.channel import channel_pair


class Kiosk:
    """A kiosk's line whose shared page and scanner are quiet; the other ends are the test."""

    def __init__(self) -> None:
        self.clock, self.tasks, self.page = ManualClock(), Tasks(), ToldPage()
        self.channel, self.far = channel_pair()
        self.call = self.made_call("call", "call")
        paced = SimpleNamespace(set_rate=lambda kbps: None)
        quiet = SimpleNamespace(pressing=False, sent_bytes=0, window=paced)
        self.devices = SimpleNamespace(
            pages_cross=False, sent_bytes=0, chunks=paced, pages_began=Signal()
        )
        rates = LineRates(up_kbps=1000, down_kbps=1000, rtt_ms=40, at_utc=self.clock.utc_now())
        self.line = KioskLine(
            self.channel,
            self.call,
            page=cast(Any, SimpleNamespace(stream=quiet)),
            devices=cast(Any, self.devices),
            rates=rates,
            clock=self.clock,
            tasks=self.tasks,
        )

    def made_call(self, topic: str, peer: str) -> KioskCall:
        return KioskCall(
            self.channel,
            self.page,
            clock=self.clock,
            tasks=self.tasks,
            accepted_at_s=0.0,
            media=simulated(),
            peer=CallPeer(topic, peer),
        )

    def limits(self, peer: str) -> dict[str, Any]:
        start = f"{peer}.govern("
        last = [text for text in self.page.scripts if text.startswith(start)][-1]
        found: dict[str, Any] = json.loads(last[len(start) : -1])
        return found


async def test_what_the_kiosk_sends_to_two_people_fits_its_line_from_the_first_picture() -> None:
    kiosk = Kiosk()
    kiosk.line._carry_out(kiosk.line.shares)
    await settle()
    alone = kiosk.limits("call")["kbps"]
    kiosk.line.set_third(kiosk.made_call(THIRD_TOPIC, "third"))
    await settle()
    both = [kiosk.limits(peer)["kbps"] for peer in ("call", "third")]
    assert both[0] == both[1]
    assert sum(both) + 2 * 44 <= 1000
    kiosk.line.set_third(None)
    await settle()
    assert kiosk.limits("call")["kbps"] == alone
    await kiosk.tasks.close()


async def test_the_face_makes_room_in_the_moment_in_which_a_page_begins_to_cross() -> None:
    kiosk = Kiosk()
    kiosk.line._carry_out(kiosk.line.shares)
    await settle()
    alone = kiosk.limits("call")["kbps"]
    kiosk.devices.pages_cross = True
    kiosk.devices.pages_began.emit(None)
    await settle()
    assert kiosk.limits("call")["kbps"] < alone
    told = len(kiosk.page.scripts)
    kiosk.line.close()
    kiosk.devices.pages_cross = False
    kiosk.devices.pages_began.emit(None)
    await settle()
    assert len(kiosk.page.scripts) == told


async def test_what_two_people_send_to_the_kiosk_is_one_rule_that_the_kiosk_passes_on() -> None:
    kiosk, engine = Kiosk(), ToldEngine()
    told = cast(MediaEngine, engine)
    guest = Visit(
        (Role.AGENT, "bob"),
        kiosk.far,
        caller_engine=told,
        agent_engine=told,
        clock=kiosk.clock,
        tasks=kiosk.tasks,
    )
    guest.caller.start()
    await kiosk.far.send("line", LineGoverned(step=LineStep.FULL, budget_kbps=1000, face_kbps=900))
    await settle()
    kiosk.line.set_third(kiosk.made_call(THIRD_TOPIC, "third"))
    await settle()
    assert engine.limits == [450], "the agent's end has not made room yet: half of what it had"
    await kiosk.far.send("line", LineGoverned(step=LineStep.FULL, budget_kbps=1000, face_kbps=430))
    await settle()
    assert engine.limits[-1] == 430
    assert engine.lines[-1] == 500
    assert [
        rule.face_kbps for rule in sent(kiosk.channel, LineGoverned) if rule.face_kbps in (450, 430)
    ] == [450, 430]
    await guest.close()
    assert (engine.limits[-1], engine.lines[-1]) == (0, 0), "the next caller's line is another"
    await kiosk.tasks.close()
