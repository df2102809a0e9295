# SPDX-License-Identifier: GPL-3.0-only
"""How both ends judge a line: the real channel between them, an engine and a page that do only what
the test says.
"""

from __future__ import annotations

import dataclasses
import json

import pytest

from session.core.clock import ManualClock
from session.core.errors import CallLost, DeskWithoutVoice
from session.core.tasks import Tasks
from session.desk.call.video_call import DeskCall
from session.kiosk.call.video_call import CallMedia, KioskCall
from session.media.call_page import PageEvent, simulated
from session.media.engine import MediaEngine, MediaState
from session.media.ice import IceServer
from session.protocol.conversation.messages import (
    CallAnswered,
    CallFailed,
    CallOffered,
    CallRequested,
    CameraChanged,
    MediaSeen,
)
from tests.integration.call.told_engine import ToldEngine, ToldPage, sent, settle
from tests.support.memory.channel import channel_pair

ANSWER = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"


class Desk:
    """A desk whose kiosk is the test."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.clock.advance(100)
        self.tasks = Tasks()
        self.engine = ToldEngine()
        self.kiosk_channel, self.channel = channel_pair()
        engine: MediaEngine = self.engine
        self.call = DeskCall(
            self.channel, engine, clock=self.clock, tasks=self.tasks, accepted_at_s=99.5
        )
        self.states: list[str] = []
        self.call.state_changed.connect(self.states.append)
        self.call.start()

    async def offer(self, call_id: str, sdp: str = "good") -> None:
        await self.kiosk_channel.send(
            "call", CallOffered(call_id=call_id, sdp=sdp, simulated_camera=True)
        )
        await settle()

    async def after(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.call.tick()
        await settle()

    async def close(self) -> None:
        await self.call.hang_up()
        await self.tasks.close()


async def test_the_first_picture_is_told_with_its_delay_since_the_accept() -> None:
    desk = Desk()
    first: list[MediaSeen] = []
    desk.call.first_frame.connect(first.append)
    await desk.offer("c1")
    assert sent(desk.channel, CallAnswered)[0].sdp == "answer 1 to good"
    desk.engine.receive(10, first_frame_s=100.75)
    await desk.after(1.0)
    await desk.after(0.25)
    assert [seen.first_frame_ms for seen in first] == [1250.0]
    assert sent(desk.channel, MediaSeen)[0].call_id == "c1"
    assert desk.states == ["connecting", "connected"]
    await desk.close()


async def test_what_was_seen_is_told_again_every_two_seconds() -> None:
    desk = Desk()
    await desk.offer("c1")
    for _ in range(24):  # six seconds
        desk.engine.receive(10, first_frame_s=100.2)
        await desk.after(0.25)
    assert len(sent(desk.channel, MediaSeen)) == 3
    await desk.close()


async def test_a_line_without_packets_is_unstable_after_one_second_and_heals() -> None:
    desk = Desk()
    await desk.offer("c1")
    desk.engine.receive(10)
    await desk.after(0.25)
    await desk.after(0.9)
    assert desk.states[-1] == "connected"
    await desk.after(0.2)
    assert desk.states[-1] == "unstable"
    desk.engine.receive(1)
    await desk.after(0.25)
    assert desk.states == ["connecting", "connected", "unstable", "connected"]
    assert sent(desk.channel, CallRequested) == []
    await desk.close()


async def test_a_lost_line_asks_for_new_calls_each_time_a_little_later() -> None:
    desk = Desk()
    await desk.offer("c1")
    desk.engine.receive(10)
    await desk.after(0.25)
    await desk.after(5.0)
    assert desk.states[-1] == "lost"
    asked_after_s: list[float] = []
    for quarter in range(4 * 60):
        before = len(sent(desk.channel, CallRequested))
        await desk.after(0.25)
        if len(sent(desk.channel, CallRequested)) > before:
            asked_after_s.append((quarter + 1) / 4)
    assert asked_after_s == [2.0, 6.0, 14.0, 30.0, 60.0]
    await desk.offer("c2")
    desk.engine.receive(10, first_frame_s=desk.clock.monotonic_s() + 0.3)
    await desk.after(0.25)
    assert desk.states[-2:] == ["connecting", "connected"]
    # no picture yet since the accept
    assert sent(desk.channel, MediaSeen)[-1].first_frame_ms == 66050.0
    await desk.close()


async def test_a_call_after_a_picture_counts_its_delay_from_its_own_offer() -> None:
    desk = Desk()
    await desk.offer("c1")
    desk.engine.receive(10, first_frame_s=100.2)
    await desk.after(20.0)
    await desk.offer("c2")
    desk.engine.receive(10, first_frame_s=desk.clock.monotonic_s() + 0.125)
    await desk.after(0.25)
    assert sent(desk.channel, MediaSeen)[-1].first_frame_ms == 125.0
    await desk.close()


async def test_a_desk_that_hears_no_offer_asks_for_one() -> None:
    desk = Desk()
    await desk.after(2.9)
    assert sent(desk.channel, CallRequested) == []
    await desk.after(0.2)
    assert len(sent(desk.channel, CallRequested)) == 1
    assert desk.states == []
    await desk.close()


async def test_a_call_that_never_brings_a_packet_is_lost() -> None:
    desk = Desk()
    await desk.offer("c1")
    await desk.after(4.9)
    assert desk.states == ["connecting"]
    await desk.after(0.2)
    assert desk.states == ["connecting", "lost"]
    await desk.close()


async def test_only_the_newest_of_many_offers_is_answered() -> None:
    desk = Desk()
    for number in range(5):
        await desk.kiosk_channel.send("call", CallOffered(call_id=f"c{number}", sdp="good"))
    await settle()
    assert [answer.call_id for answer in sent(desk.channel, CallAnswered)][-1] == "c4"
    assert desk.engine.answers <= 2
    await desk.close()


async def test_a_bad_offer_is_refused_by_name_and_an_earlier_call_stays() -> None:
    desk = Desk()
    errors: list[str] = []
    desk.call.failed.connect(lambda error: errors.append(error.code))
    await desk.offer("c1", "bad")
    assert sent(desk.channel, CallFailed) == [CallFailed(call_id="c1", code="call_lost")]
    assert desk.states == ["lost"]
    await desk.offer("c2")
    desk.engine.receive(10)
    await desk.after(0.25)
    await desk.offer("c3", "bad")
    assert desk.states == ["lost", "connecting", "connected"]
    assert errors == ["call_lost", "call_lost"]
    await desk.close()


async def test_the_engines_own_loss_is_believed_at_once() -> None:
    desk = Desk()
    await desk.offer("c1")
    desk.engine.receive(10)
    await desk.after(0.25)
    desk.engine.state_changed.emit(MediaState.LOST)
    await settle()
    assert desk.states[-1] == "lost"
    assert len(sent(desk.channel, CallRequested)) == 1
    await desk.close()


async def test_switches_reach_engine_and_kiosk_and_a_new_call_keeps_them() -> None:
    desk = Desk()
    await desk.offer("c1")
    desk.call.set_microphone(False)
    await settle()
    await desk.offer("c2")
    told = [m for m in desk.channel.sent if type(m).__name__ == "CameraChanged"]
    assert desk.engine.switches == [("microphone", False)]
    assert len(told) == 2
    await desk.close()


async def test_a_switch_that_a_cut_line_has_lost_is_told_when_the_line_is_back() -> None:
    desk = Desk()
    await desk.offer("c1")
    desk.channel.cut = True
    desk.call.set_microphone(False)
    await settle()
    await desk.after(3.0)
    desk.channel.cut = False
    await desk.after(3.0)
    await desk.after(3.0)
    told = sent(desk.channel, CameraChanged)
    assert [change.microphone_on for change in told] == [False]  # once, and not for ever
    await desk.close()


async def test_a_camera_that_gives_no_picture_is_told_to_both_ends_and_again_when_it_does() -> None:
    desk = Desk()
    own: list[tuple[bool, bool]] = []
    desk.call.own_devices_changed.connect(own.append)
    desk.engine.camera_there = False
    await desk.offer("c1")
    await desk.after(0.3)
    told = sent(desk.channel, CameraChanged)
    assert [(one.camera_on, one.camera_there, one.microphone_on) for one in told] == [
        (False, False, True)
    ]
    assert own == [(False, True)]
    desk.engine.camera_there = True
    await desk.after(2.1)
    told = sent(desk.channel, CameraChanged)
    assert (told[-1].camera_on, told[-1].camera_there) == (True, True)
    assert own == [(False, True), (True, True)]
    await desk.close()


async def test_a_desk_without_a_microphone_is_told_to_both_ends_and_nobody_hears_the_other() -> (
    None
):
    desk = Desk()
    own: list[tuple[bool, bool]] = []
    desk.call.own_devices_changed.connect(own.append)
    before = desk.call.has_all_devices
    desk.engine.microphone_there = False
    await desk.offer("c1")
    await desk.after(0.3)
    (told,) = sent(desk.channel, CameraChanged)
    assert (told.camera_on, told.microphone_on, told.microphone_there) == (True, False, False)
    assert own == [(True, False)]
    assert (before, desk.call.has_all_devices) == (True, False)
    await desk.close()


async def test_a_bus_that_is_away_does_not_end_the_call() -> None:
    desk = Desk()
    await desk.offer("c1")
    desk.channel.cut = True
    desk.engine.receive(10, first_frame_s=100.1)
    await desk.after(0.25)
    desk.call.request_call()
    await settle()
    assert desk.states == ["connecting", "connected"]
    await desk.close()
    assert desk.engine.closed_calls == 1


class Kiosk:
    """A kiosk whose desk is the test."""

    def __init__(self, media: CallMedia | None = None) -> None:
        self.clock = ManualClock()
        self.clock.advance(50)
        self.tasks = Tasks()
        self.page = ToldPage()
        self.channel, self.desk_channel = channel_pair()
        self.call = KioskCall(
            self.channel,
            self.page,
            clock=self.clock,
            tasks=self.tasks,
            accepted_at_s=49.0,
            media=media,
        )
        self.call.start()

    async def after(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await self.call.tick()
        await settle()

    async def answer(self) -> None:
        call_id = sent(self.channel, CallOffered)[-1].call_id
        await self.desk_channel.send(
            "call", CallAnswered(call_id=call_id, sdp=ANSWER, simulated_camera=True)
        )
        await settle()

    async def close(self) -> None:
        await self.call.hang_up()
        await self.tasks.close()


async def test_the_kiosk_offers_at_once_with_its_settings() -> None:
    ice = IceServer(url="turns:turn.example:443?transport=tcp", username="u", credential="c")
    kiosk = Kiosk(simulated(max_kbps=400, ice_servers=(ice,)))
    await settle()
    options = kiosk.page.offers()[0]
    assert (options["camera"], options["microphone"], options["max_kbps"]) == (
        "simulated",
        "simulated",
        400,
    )
    assert options["codecs"] == ["av1", "vp9", "vp8"]
    assert options["since_accept_ms"] == 1000.0
    assert options["ice_servers"] == [{"urls": ice.url, "username": "u", "credential": "c"}]
    assert sent(kiosk.channel, CallOffered)[0].sdp == "offer 1"
    await kiosk.close()


async def test_an_answer_is_applied_once_and_foreign_ones_never() -> None:
    kiosk = Kiosk()
    await settle()
    await kiosk.desk_channel.send("call", CallAnswered(call_id="other", sdp="foreign"))
    await kiosk.answer()
    await kiosk.answer()
    accepted = [s for s in kiosk.page.scripts if s.startswith("call.accept")]
    assert accepted == [f"call.accept({json.dumps(ANSWER)}, true)"]
    await kiosk.close()


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "answer",
        "v=0\r\nm=video x\r\n" * 30,
        ANSWER + "a=candidate:1 1 udp 1 203.0.113.7 9 typ host\r\n" * 1000,
    ],
)
async def test_an_answer_of_nonsense_or_of_a_thousand_addresses_never_reaches_the_page(
    bad: str,
) -> None:
    kiosk = Kiosk()
    await settle()
    call_id = sent(kiosk.channel, CallOffered)[-1].call_id
    await kiosk.desk_channel.send("call", CallAnswered(call_id=call_id, sdp=bad))
    await settle()
    assert not [script for script in kiosk.page.scripts if script.startswith("call.accept")]
    assert [failed.code for failed in sent(kiosk.channel, CallFailed)] == [CallLost.code]
    await kiosk.answer()  # a good one still counts
    assert [script for script in kiosk.page.scripts if script.startswith("call.accept")]
    await kiosk.close()


async def test_a_desk_without_voice_says_so_and_the_kiosk_hears_its_code() -> None:
    kiosk = Kiosk()
    codes: list[str] = []
    kiosk.call.refused.connect(codes.append)
    await settle()
    call_id = sent(kiosk.channel, CallOffered)[-1].call_id
    failed = CallFailed(call_id=call_id, code=DeskWithoutVoice.code)
    await kiosk.desk_channel.send("call", failed)
    await settle()
    assert codes == ["desk_without_voice"]
    await kiosk.close()


async def test_of_an_answers_addresses_only_allowed_ones_reach_the_page() -> None:
    kiosk = Kiosk(dataclasses.replace(simulated(), networks=("10.0.0.0/8",)))
    await settle()
    call_id = sent(kiosk.channel, CallOffered)[-1].call_id
    hosts = ("10.1.2.3", "203.0.113.7", "255.255.255.255", "0.0.0.0", "router.local", "fd00::1")
    lines = "".join(f"a=candidate:1 1 udp 1 {host} 9 typ host\r\n" for host in hosts)
    await kiosk.desk_channel.send("call", CallAnswered(call_id=call_id, sdp=ANSWER + lines))
    await settle()
    (accepted,) = [script for script in kiosk.page.scripts if script.startswith("call.accept")]
    assert [host for host in hosts if f" {host} " in accepted] == ["10.1.2.3"]
    await kiosk.close()


async def test_an_offer_that_nobody_answers_is_made_again_later_and_later() -> None:
    kiosk = Kiosk()
    await settle()
    offered_after_s: list[float] = []
    for half in range(2 * 60):
        before = len(kiosk.page.offers())
        await kiosk.after(0.5)
        if len(kiosk.page.offers()) > before:
            offered_after_s.append((half + 1) / 2)
    assert offered_after_s == [6.5, 19.0, 43.5]
    await kiosk.close()


async def test_a_requested_call_is_a_new_one() -> None:
    kiosk = Kiosk()
    await settle()
    await kiosk.answer()
    kiosk.clock.advance(5)
    await kiosk.desk_channel.send("call", CallRequested())
    await settle()
    first, second = sent(kiosk.channel, CallOffered)
    assert first.call_id != second.call_id
    await kiosk.answer()
    await kiosk.close()


async def test_a_flood_of_requests_makes_few_offers() -> None:
    kiosk = Kiosk()
    await settle()
    kiosk.clock.advance(5)
    for _ in range(50):
        await kiosk.desk_channel.send("call", CallRequested())
    await settle()
    assert len(kiosk.page.offers()) <= 3
    await kiosk.close()


async def test_what_the_page_sees_is_reported_once_there_is_a_picture() -> None:
    kiosk = Kiosk()
    await settle()
    await kiosk.answer()
    await kiosk.after(0.5)
    assert sent(kiosk.channel, MediaSeen) == []
    kiosk.page.seen |= {
        "first_frame_ms": 321.5,
        "frames": 3,
        "checksum": "0badcafe",
        "state": "connected",
    }
    kiosk.page.happened.emit(PageEvent("first_frame", {"ms": 321.5}))
    await settle()
    await kiosk.after(2.0)
    reports = sent(kiosk.channel, MediaSeen)
    assert [(report.first_frame_ms, report.checksum) for report in reports] == [
        (321.5, "0badcafe")
    ] * 2
    await kiosk.close()


async def test_a_page_that_talks_nonsense_reports_nothing() -> None:
    kiosk = Kiosk()
    await settle()
    await kiosk.answer()
    kiosk.page.seen = {"frames": "many"}
    await kiosk.after(3.0)
    assert sent(kiosk.channel, MediaSeen) == []
    await kiosk.close()


async def test_a_broken_page_is_told_to_the_desk() -> None:
    kiosk = Kiosk()
    kiosk.page.broken = True
    await settle()
    assert [failed.code for failed in sent(kiosk.channel, CallFailed)] == ["call_lost"]
    await kiosk.close()
    assert kiosk.call.state == "closed"


async def test_hanging_up_stops_listening_and_the_page() -> None:
    kiosk = Kiosk()
    await settle()
    await kiosk.call.hang_up()
    offers = len(kiosk.page.offers())
    await kiosk.desk_channel.send("call", CallRequested())
    await settle()
    assert kiosk.page.scripts[-1] == "call.hangUp()"
    assert len(kiosk.page.offers()) == offers
    await kiosk.tasks.close()
