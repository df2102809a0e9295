# SPDX-License-Identifier: GPL-3.0-only
"""One end's view of a session's line: governs what this end sends, and reports to the other end
what arrived.

Used by `session.desk.line` and `session.kiosk.line`, which read the counts and carry the rules out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from session.core.clock import Clock
from session.core.errors import BusUnreachable, MessageTooLarge
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.media.engine import MediaStats
from session.media.line.estimate import LineEstimate, LineObservation
from session.media.line.governor import Demand, Governor, Shares, Talkers, budget_for_pages
from session.media.line.meter import LineMeter
from session.media.line.sent_loss import SentLoss
from session.protocol.conversation.line import (
    TOPIC,
    Geometry,
    LineGoverned,
    LinePriority,
    LineSeen,
    LineStep,
)
from session.protocol.conversation.messages import SessionMessage
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.hub.history import LineSample

log = logging.getLogger(__name__)

TICK_S = 1.0
LATE_S = 0.15
"""A tick that comes so much later tells that this computer is busy."""

SEEN_EVERY = 2
"""Ticks from one `LineSeen` to the next."""

WIDE_KBPS = 1000

FROZEN_S = 1.0
REPEAT_S = 20.0
"""The rule is sent again so often: the other end may have been restarted."""


QUIET = Demand()


@dataclass(frozen=True, kw_only=True)
class OtherTraffic:
    """The data that this end sends besides voice and picture:
    bytes so far, and what waits now.
    """

    sent_bytes: int = 0
    demand: Demand = QUIET


class LineEnd:
    """Ticked once a second.

    Args:
        apply: carries a new rule out.
        traffic: what pages and shared page send.
        start_kbps: what the line is known to carry out of here, or a careful guess.
        declared_kbps: what the settings give to pages.
            From `WIDE_KBPS` on it is believed and never exceeded: such a line is inside a building
            or a fibre, and what looks like its queue is a busy machine.

    Attributes:
        governed: this end's rule, at each change.
        peer_governed: the other end's.
        seen: what this end received in the last two seconds.
        peer_seen: what the other end received.
        sampled: what this end received in the last ten seconds, for the hub.
        peer_geometry: how the other end's camera sees its person.
        motion_changed: somebody talks with the hands, or no longer; set by either end
            (`set_motion`), kept by both.
        shares: the rule now.
    """

    def __init__(
        self,
        channel: SessionChannel,
        clock: Clock,
        *,
        tasks: Tasks,
        apply: Callable[[Shares], None],
        traffic: Callable[[], OtherTraffic],
        start_kbps: float,
        declared_kbps: int = 0,
    ) -> None:
        self.governed: Signal[LineGoverned] = Signal()
        self.peer_governed: Signal[LineGoverned] = Signal()
        self.seen: Signal[LineSeen] = Signal()
        self.peer_seen: Signal[LineSeen] = Signal()
        self.sampled: Signal[LineSample] = Signal()
        self.peer_geometry: Signal[Geometry] = Signal()
        self.motion_changed: Signal[bool] = Signal()
        self._motion = False
        self._priority: LinePriority | None = None  # None: not set at this end
        self._faces = 1
        self._geometry: Geometry | None = None
        self._channel = channel
        self._clock = clock
        self._tasks = tasks
        self._apply = apply
        self._traffic = traffic
        if declared_kbps >= WIDE_KBPS:
            self._declared_kbps = declared_kbps
        else:
            self._declared_kbps = 0
        if self._declared_kbps:
            least_kbps = budget_for_pages(self._declared_kbps)
        else:
            least_kbps = 0.0
        self._estimate = LineEstimate(start_kbps, least_kbps)
        self._governor = Governor()
        self._meter = LineMeter(channel.session_id)
        self._recent = LineMeter(channel.session_id, SEEN_EVERY * TICK_S)
        self._loss = SentLoss()
        self._peer_photo = False
        self._sent_at_s = float("-inf")
        self._call_id = ""
        self._before = MediaStats()
        self._ticked_at_s = 0.0
        self._other_bytes = 0
        self.shares = self._shares(clock.monotonic_s(), Demand())
        self._stop_listening = channel.on_message(TOPIC, self._on_message)

    @property
    def budget_kbps(self) -> float:
        """The rate that the line is taken to carry out of here."""
        return self._estimate.kbps

    def send_geometry(self, geometry: Geometry) -> None:
        """Sends how our camera sees our person, now and again as often as the rule."""
        self._geometry = geometry
        self._send_soon(geometry)

    @property
    def motion(self) -> bool:
        """True if somebody talks with the hands: movement goes before size."""
        return self._motion

    def set_motion(self, on: bool) -> None:
        """Lets movement go before size at both ends; sent now, and again as often as the rule."""
        self._take_motion(on)
        self._priority = LinePriority(motion=on)
        self._send_soon(self._priority)

    def _take_motion(self, on: bool) -> None:
        before, self._motion = self._motion, on
        if on != before:
            self.govern_now()
            self.motion_changed.emit(on)

    def set_faces(self, faces: int) -> None:
        """Sets how many calls share the line."""
        if faces != self._faces:
            self._faces = faces
            self.govern_now()

    def govern_now(self) -> None:
        """Shares the budget out anew without waiting for the next tick."""
        self._govern(self._clock.monotonic_s(), self._traffic().demand)

    def close(self) -> None:
        """Ends with the conversation."""
        self._stop_listening()

    def tick(self, call_id: str, stats: MediaStats) -> None:
        """Takes this second's counts of the call `call_id`;
        an id not seen before starts them anew.
        """
        now_s, traffic = self._clock.monotonic_s(), self._traffic()
        took_s = now_s - self._ticked_at_s
        if call_id != self._call_id:
            self._call_id = call_id
            self._before = stats
            self._loss = SentLoss()
            took_s = 0.0
        if took_s > 0:
            self._estimate.observe(now_s, self._observe(stats, traffic, took_s))
            self._govern(now_s, traffic.demand)
        self._measure(call_id, stats, now_s)
        self._before = stats
        self._ticked_at_s = now_s
        self._other_bytes = traffic.sent_bytes

    def _observe(self, stats: MediaStats, traffic: OtherTraffic, took_s: float) -> LineObservation:
        lost = self._loss.share(stats.sent_packets, stats.sent_missed)
        return LineObservation(
            media_kbps=_kbps(stats.sent_bytes - self._before.sent_bytes, took_s),
            other_kbps=_kbps(traffic.sent_bytes - self._other_bytes, took_s),
            loss_percent=None if lost is None else 100 * lost,
            rtt_ms=stats.rtt_ms,
            transport_kbps=stats.estimate_kbps,
            late=took_s > TICK_S + LATE_S,
        )

    def _shares(self, now_s: float, demand: Demand) -> Shares:
        talkers = Talkers(faces=self._faces, motion=self.motion)
        shares = self._governor.shares(now_s, self._estimate.kbps, demand, talkers)
        if not self._declared_kbps:
            return shares
        return replace(shares, page_kbps=min(shares.page_kbps, self._declared_kbps))

    def _govern(self, now_s: float, demand: Demand) -> None:
        before, shares = self.shares, self._shares(now_s, demand)
        if shares.differs(before):
            self.shares = shares
            self._apply(shares)
        if self.shares is not before or now_s - self._sent_at_s >= REPEAT_S:
            self._sent_at_s = now_s
            rule = _rule(self.shares)
            self.governed.emit(rule)
            self._send_soon(rule)
            if self.shares is before:
                self._repeat()

    def _repeat(self) -> None:
        if self._geometry is not None:
            self._send_soon(self._geometry)
        if self._priority is not None:
            self._send_soon(self._priority)

    def _measure(self, call_id: str, stats: MediaStats, now_s: float) -> None:
        if (
            recent := self._recent.measure(call_id, stats, now_s, photos=self._peer_photo)
        ) is not None:
            line_seen = self._recent.line_seen(recent)
            self.seen.emit(line_seen)
            self._send_soon(line_seen)
        if (
            sample := self._meter.measure(call_id, stats, now_s, photos=self._peer_photo)
        ) is not None:
            self.sampled.emit(self._meter.line_sample(sample, self._estimate.kbps))

    def _on_message(self, message: SessionMessage) -> None:
        match message:
            case LineGoverned():
                self._peer_photo = message.step is LineStep.PHOTO
                self.peer_governed.emit(message)
            case LinePriority():
                self._priority = None  # who spoke last decides, and repeats it
                self._take_motion(message.motion)
            case LineSeen():
                self.peer_seen.emit(message)
            case Geometry():
                self.peer_geometry.emit(message)

    def _send_soon(self, message: SessionMessage) -> None:
        self._tasks.start(self._send(message), name="line-send")

    async def _send(self, message: SessionMessage) -> None:
        """Sends once: what is said about a line is worth nothing later."""
        try:
            await self._channel.send(TOPIC, message)
        except (BusUnreachable, MessageTooLarge) as error:
            log.info("not sent: %s (%s)", type(message).__name__, error.code)


def _rule(shares: Shares) -> LineGoverned:
    return LineGoverned(
        step=shares.step,
        document=shares.document,
        budget_kbps=shares.budget_kbps,
        face_kbps=float(shares.face.kbps),
        page_kbps=float(shares.page_kbps),
        motion=shares.face.motion,
    )


def _kbps(size_bytes: int, took_s: float) -> float:
    return max(0, size_bytes) * 8 / 1000 / took_s
