# SPDX-License-Identifier: GPL-3.0-only
"""Two ends of a line tell each other what they received and by which rule they send;
counts are the test's.
"""

from __future__ import annotations

from dataclasses import replace

from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.log.events import AnyEvent, LineMeasured, Writer
from session.log.events import LineGoverned as GovernedInLog
from session.log.line_series import LineSeries
from session.media.engine import MediaStats
from session.media.line.end import REPEAT_S, LineEnd, OtherTraffic
from session.media.line.governor import Demand, Shares
from session.protocol.conversation.line import LineGoverned, LineSeen, LineStep
from session.protocol.hub.history import LineSample
from tests.integration.call.told_engine import settle
from tests.support.memory.channel import channel_pair


class Ends:
    """The kiosk's end is looked at by the test; the desk's end only hears."""

    def __init__(self, start_kbps: float = 420) -> None:
        self.clock, self.tasks = ManualClock(), Tasks()
        kiosk_channel, self.desk_channel = channel_pair()
        self.applied: list[Shares] = []
        self.traffic = OtherTraffic()
        self.kiosk = LineEnd(
            kiosk_channel,
            self.clock,
            tasks=self.tasks,
            apply=self.applied.append,
            traffic=lambda: self.traffic,
            start_kbps=start_kbps,
        )
        self.desk = LineEnd(
            self.desk_channel,
            self.clock,
            tasks=self.tasks,
            apply=lambda _: None,
            traffic=OtherTraffic,
            start_kbps=start_kbps,
        )
        self.rules: list[LineGoverned] = []
        self.desk.peer_governed.connect(self.rules.append)
        self.stats = MediaStats()

    async def seconds(
        self, count: int, sent_kbps: float = 300, loss: float = 0.01, fps: int = 24
    ) -> None:
        for _ in range(count):
            self.clock.advance(1)
            self.stats = replace(
                self.stats,
                sent_bytes=self.stats.sent_bytes + round(sent_kbps * 125),
                bytes=self.stats.bytes + 40_000,
                packets=self.stats.packets + 90,
                lost=self.stats.lost + 10,
                frames=self.stats.frames + fps,
                height_px=360,
                sent_packets=self.stats.sent_packets + 100,
                sent_missed=self.stats.sent_missed + round(100 * loss),
                rtt_ms=40.0,
            )
            self.kiosk.tick("c1", self.stats)
            await settle()


async def test_the_other_end_hears_the_rule_and_what_arrives() -> None:
    ends = Ends()
    seen: list[LineSeen] = []
    samples: list[LineSample] = []
    ends.desk.peer_seen.connect(seen.append)
    ends.kiosk.sampled.connect(samples.append)
    await ends.seconds(12)
    assert ends.rules[0].step is LineStep.FULL
    assert 4 <= len(seen) <= 6
    assert (seen[0].kbps, seen[0].loss_percent, seen[0].height_px, seen[0].fps) == (
        320.0,
        10.0,
        360,
        24.0,
    )
    assert samples[0].carries_kbps is not None
    assert samples[0].carries_kbps > 400
    await ends.tasks.close()


async def test_a_page_that_crosses_makes_the_face_small_and_a_word_is_said_of_it() -> None:
    ends = Ends()
    await ends.seconds(3)
    ends.traffic = OtherTraffic(sent_bytes=0, demand=Demand(page=True))
    await ends.seconds(1)
    during = ends.rules[-1]
    assert during.document
    assert ends.applied[-1].face.kbps < 100
    assert ends.applied[-1].page_kbps > 200
    ends.traffic = OtherTraffic(sent_bytes=40_000)
    await ends.seconds(1)
    assert not ends.rules[-1].document
    await ends.tasks.close()


async def test_a_line_that_loses_every_fifth_packet_costs_the_picture_its_size() -> None:
    ends = Ends()
    await ends.seconds(3)
    for _ in range(10):
        await ends.seconds(1, sent_kbps=ends.kiosk.shares.face.kbps + 44, loss=0.2)
    assert ends.rules[-1].step is not LineStep.FULL
    steps = [rule.step for rule in ends.rules]
    assert steps[0] is LineStep.FULL, "and every step was told"
    assert LineStep.SMALL in steps
    await ends.tasks.close()


async def test_while_photos_come_a_standing_picture_is_no_freeze() -> None:
    ends = Ends(start_kbps=60)
    freezes: list[int] = []
    ends.kiosk.seen.connect(lambda seen: freezes.append(seen.freezes))
    await ends.seconds(6, sent_kbps=20, fps=0)
    ends.kiosk._on_message(LineGoverned(step=LineStep.PHOTO))
    await ends.seconds(1, sent_kbps=20, fps=1)
    freezes.clear()
    await ends.seconds(8, sent_kbps=20, fps=0)
    assert sum(freezes) == 0
    await ends.tasks.close()


async def test_the_log_has_ten_seconds_in_one_event_and_each_new_rule_once() -> None:
    written: list[AnyEvent] = []
    ends = Ends()
    series = LineSeries(written.append, Writer.KIOSK)
    ends.kiosk.seen.connect(series.on_seen)
    ends.kiosk.governed.connect(series.on_governed)
    await ends.seconds(47)
    series.flush()
    measured = [event for event in written if isinstance(event, LineMeasured)]
    assert [event.over_s for event in measured[:4]] == [10.0] * 4
    assert measured[0].kbps == 320.0
    assert len([event for event in written if isinstance(event, GovernedInLog)]) == 1
    await ends.tasks.close()


async def test_both_ends_let_movement_go_first_when_the_desk_says_that_hands_talk() -> None:
    ends = Ends()
    changes: list[bool] = []
    written: list[AnyEvent] = []
    ends.kiosk.motion_changed.connect(changes.append)
    ends.kiosk.governed.connect(LineSeries(written.append, Writer.KIOSK).on_governed)
    await ends.seconds(2)
    ends.desk.set_motion(True)
    await settle()
    assert changes == [True]
    assert ends.applied[-1].face.motion
    assert ends.applied[-1].face.height_px < 720
    assert ends.rules[-1].motion is True
    ends.desk.set_motion(False)
    await settle()
    assert [rule.motion for rule in ends.rules[-2:]] == [True, False]
    assert [event.motion for event in written if isinstance(event, GovernedInLog)] == [
        False,
        True,
        False,
    ]
    await ends.tasks.close()


async def test_that_hands_talk_is_said_again_when_the_first_word_was_lost() -> None:
    ends = Ends()
    ends.desk_channel.cut = True
    ends.desk.set_motion(True)
    await settle()
    ends.desk_channel.cut = False
    for _second in range(round(REPEAT_S) + 2):
        ends.clock.advance(1)
        ends.desk.tick("c1", ends.stats)
        await settle()
    assert ends.kiosk.motion
    await ends.tasks.close()


async def test_a_third_face_on_the_line_costs_the_first_one_half_at_once() -> None:
    ends = Ends(start_kbps=2000)
    await ends.seconds(2)
    before = ends.applied[-1].face.kbps if ends.applied else ends.kiosk.shares.face.kbps
    ends.kiosk.set_faces(2)
    assert ends.applied[-1].face.kbps <= before / 2
    ends.kiosk.set_faces(1)
    assert ends.applied[-1].face.kbps > before * 0.9
    await ends.tasks.close()


async def test_a_computer_that_is_late_itself_does_not_take_its_own_delays_for_the_lines() -> None:
    ends = Ends(start_kbps=420)
    await ends.seconds(3)
    before_kbps = ends.kiosk.budget_kbps
    for _tick in range(60):
        ends.clock.advance(1.4)
        ends.stats = replace(ends.stats, sent_bytes=ends.stats.sent_bytes + 20_000, rtt_ms=900.0)
        ends.kiosk.tick("c1", ends.stats)
        await settle()
    assert ends.kiosk.budget_kbps == before_kbps
    await ends.tasks.close()


async def test_an_hours_sleep_of_the_computer_and_counts_that_begin_anew_are_no_figures() -> None:
    ends = Ends()
    seen: list[LineSeen] = []
    ends.kiosk.seen.connect(seen.append)
    await ends.seconds(5)
    before_kbps = ends.kiosk.budget_kbps
    ends.clock.advance(3600)
    await ends.seconds(3)
    ends.stats = MediaStats()  # the page was lost: it counts from nothing, in the same call
    await ends.seconds(4)
    assert 0.8 * before_kbps < ends.kiosk.budget_kbps < 1.5 * before_kbps
    assert all(
        0 <= one.kbps < 1000 and 0 <= one.loss_percent <= 100 and 0 <= one.fps < 60 for one in seen
    )
    assert ends.rules[-1].step is LineStep.FULL
    await ends.tasks.close()
