# SPDX-License-Identifier: GPL-3.0-only
"""The desk's end of a call: answers the offers and judges the line by what arrives. Built by
`session.desk.session`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from session.core.clock import Clock
from session.core.errors import (
    BusUnreachable,
    CallLost,
    MessageTooLarge,
    RelayNotTrusted,
    RelayUnreachable,
    SessionError,
)
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.media.engine import MediaEngine, MediaState, MediaStats
from session.media.ice import IcePlan, allowed_candidates
from session.protocol.conversation.line import LineGoverned
from session.protocol.conversation.messages import (
    CallAnswered,
    CallFailed,
    CallOffered,
    CallRequested,
    CameraChanged,
    MediaSeen,
    SessionMessage,
)
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.endpoints.refusals import LATE

log = logging.getLogger(__name__)

TOPIC = "call"
TICK_S = 0.25
SEEN_EVERY_S = 2.0
UNSTABLE_AFTER_S = 1.0
SECOND_AFTER_S = 3.0
"""Silence after which a second call is asked for over the bus; whichever speaks first goes on."""

LOST_AFTER_S = 5.0
FIRST_OFFER_AWAITED_S = 3.0
SHORTEST_WAIT_S = 2.0
LONGEST_WAIT_S = 30.0
STEADY_AFTER_S = 10.0
"""A call that lasted this long starts the waits between new calls from the shortest again."""


ALL_ON = CameraChanged(camera_on=True, microphone_on=True)
"""What the other end believes before it is told."""

_RELAYS: tuple[type[CallLost], ...] = (RelayNotTrusted, RelayUnreachable)


@dataclass
class _Line:
    """The watchdog's memory of the present call.
    `began_s`: the accept, or a later call's offer.
    """

    call_id: str
    began_s: float
    heard_s: float
    packets: int = 0
    first_frame_reported: bool = False
    seen_reported_s: float = 0.0


class DeskCall:
    """One session's call at the desk.

    Args:
        channel: to the kiosk.
        engine: carries voice and picture; it outlives this call and is closed by its maker.
        clock: the one whose monotonic seconds the engine counts in (`SystemClock`).
        tasks: as everywhere.
        accepted_at_s: `clock.monotonic_s()` when the agent accepted;
            the first picture's delay is counted from here.
        topic: on which the other end is heard; "call" for the kiosk of an own session.
        plan: which of the other end's addresses are believed.

    Attributes:
        state_changed: "new" (no offer yet), "connecting", "connected", "unstable" (nothing for 1 s;
            from 3 s on a second call is asked for), "lost" (nothing for 5 s), "held" (on purpose
            nothing travels), "closed". A line that speaks again is "connected", whatever it was.
        answered: an offer was answered.
        first_frame: once per call, what was received with the first picture.
        media_seen: the same, every 2 s.
        peer_media_seen: what the kiosk says it received.
        peer_camera_changed: the caller switched camera or microphone.
        own_devices_changed: (camera, microphone): whether ours give picture and sound; taken to be
            so before the first.
        peer_simulated: whether the caller's picture is drawn.
        failed: an offer that could not be answered; the call goes on as it was.
        not_set_up: which call failed, and why, as either end says it.
        governed: the kiosk says by which rule we send our face;
            to a third person only, an agent's end knows itself.
    """

    def __init__(
        self,
        channel: SessionChannel,
        engine: MediaEngine,
        *,
        clock: Clock,
        tasks: Tasks,
        accepted_at_s: float,
        topic: str = TOPIC,
        plan: IcePlan | None = None,
    ) -> None:
        self.state_changed: Signal[MediaState] = Signal()
        self.answered: Signal[CallAnswered] = Signal()
        self.first_frame: Signal[MediaSeen] = Signal()
        self.media_seen: Signal[MediaSeen] = Signal()
        self.peer_media_seen: Signal[MediaSeen] = Signal()
        self.peer_camera_changed: Signal[CameraChanged] = Signal()
        self.own_devices_changed: Signal[tuple[bool, bool]] = Signal()
        self.peer_simulated: Signal[bool] = Signal()
        self.failed: Signal[SessionError] = Signal()
        self.not_set_up: Signal[CallFailed] = Signal()
        self.governed: Signal[LineGoverned] = Signal()
        self.state = MediaState.NEW
        self._channel = channel
        self._engine = engine
        self._clock = clock
        self._tasks = tasks
        self._accepted_at_s = accepted_at_s
        self._topic = topic
        self._plan = plan or IcePlan()
        self._relay_reported = False
        self._held = False
        self._offer_for_later: CallOffered | None = None
        self._line: _Line | None = None
        self._offered_id = ""
        self._answering = asyncio.Lock()
        self._camera_on = True
        self._private = False
        self._microphone_on = True
        self._held_keys = False
        self._told = self._peer = ALL_ON
        self._own_there = (True, True)
        self._tell_at_s = 0.0
        self._had_frame = False
        self._wait_s = SHORTEST_WAIT_S
        self._ask_at_s: float | None = None
        self._watching: asyncio.Task[Any] | None = None
        self._stop_listening: Callable[[], None] = lambda: None
        self._stop_watching_engine: Callable[[], None] = lambda: None

    @property
    def call_id(self) -> str:
        """The present call's, "" while there is none."""
        if self._line is not None:
            return self._line.call_id
        return ""

    # ---- requests of the agent

    def start(self) -> None:
        """Listens to the kiosk; asks for an offer when none has come within three seconds."""
        loop = asyncio.get_running_loop()
        self._stop_watching_engine = self._engine.state_changed.connect(
            lambda state: _call_later(loop, self._on_engine_state, state)
        )
        self._stop_listening = self._channel.on_message(self._topic, self._on_message)
        self._engine.prepare()
        self._ask_at_s = self._clock.monotonic_s() + FIRST_OFFER_AWAITED_S
        self._watching = self._tasks.keep(self._watch, name="desk-call-watch")

    def request_call(self) -> None:
        """Asks the kiosk for a new call at once, e.g. after a restart of the desk."""
        self._ask_at_s = self._clock.monotonic_s() + self._wait_s
        self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)
        self._send_soon(CallRequested())

    async def hang_up(self) -> None:
        """Ends the call; the engine can take another."""
        self._stop_listening()
        if self._watching is not None:
            self._watching.cancel()
        self._line = None
        self._ask_at_s = None
        self._offered_id = ""
        self._stop_watching_engine()
        await self._engine.close_call()
        self._change_state(MediaState.CLOSED)

    def set_held(self, is_on_hold: bool) -> None:
        """Stops sending and receiving, or sets the call up again."""
        if is_on_hold == self._held or self.state == MediaState.CLOSED:
            return
        self._held = is_on_hold
        if is_on_hold:
            self._line = None
            self._ask_at_s = None
            self._change_state(MediaState.HELD)
            self._tasks.start(self._stop_media(), name="desk-call-hold")
            return
        offer, self._offer_for_later = self._offer_for_later, None
        self._change_state(MediaState.CONNECTING)
        self._ask_at_s = self._clock.monotonic_s() + FIRST_OFFER_AWAITED_S
        if offer is not None:
            self._on_message(offer)

    async def _stop_media(self) -> None:
        async with self._answering:
            if self._held:
                await self._engine.close_call()

    def set_camera(self, on: bool) -> None:
        """Switches our picture on or off and reports it to the kiosk."""
        self._camera_on = on
        self._engine.set_camera(on and not self._private)
        self._send_switches()

    def set_private(self, on: bool) -> None:
        """Sends no picture of us for a moment, whatever the camera's switch says. The kiosk hears
        of the pause by another message.
        """
        self._private = on
        self._engine.set_camera(self._camera_on and not on)

    def set_microphone(self, on: bool) -> None:
        """Switches our voice on or off and reports it to the kiosk."""
        self._microphone_on = on
        self._engine.set_microphone(on)
        self._send_switches()

    def speak(self, is_pressed: bool) -> None:
        """Push-to-talk: a microphone that is off is on while the keys are held;
        the switch stays.
        """
        self._engine.set_microphone(self._microphone_on or is_pressed)
        self._held_keys = is_pressed
        self._send_switches()

    def _switches(self) -> CameraChanged:
        camera_there, microphone_there = self._there()
        return CameraChanged(
            camera_on=self._camera_on and camera_there,
            microphone_on=(self._microphone_on or self._held_keys) and microphone_there,
            camera_there=camera_there,
            microphone_there=microphone_there,
        )

    @property
    def has_all_devices(self) -> bool:
        """False while an end has no camera or no microphone that works."""
        return all((*self._there(), self._peer.camera_there, self._peer.microphone_there))

    def _there(self) -> tuple[bool, bool]:
        """Our camera and microphone."""
        return self._engine.camera_there, self._engine.microphone_there

    def _send_switches(self) -> None:
        self._tell_at_s = self._clock.monotonic_s() + SEEN_EVERY_S
        self._tasks.start(self._publish_switches(), name="desk-call-switches")

    async def _publish_switches(self) -> None:
        """Tells the caller whose microphone and camera are off; what a cut line has lost is told
        again, or the caller would wait for a voice, or believe a voice off that is heard.
        """
        switches = self._switches()
        if await self._send(switches):
            self._told = switches

    # ---- hearing

    def _on_message(self, message: SessionMessage) -> None:
        match message:
            case CallOffered() if self._held:
                self._offer_for_later = message
            case CallOffered():
                self._offered_id = message.call_id
                self._ask_at_s = None
                self._tasks.start(self._answer(message), name="desk-call-answer")
            case MediaSeen() if self._line is not None and message.call_id == self._line.call_id:
                self.peer_media_seen.emit(message)
            case CameraChanged():
                self._peer = message
                self.peer_camera_changed.emit(message)
            case LineGoverned():
                self.governed.emit(message)
            case CallFailed(call_id=call_id):
                log.warning("the kiosk could not set the call up: %s", message.code)
                self.not_set_up.emit(message)
                if self._line is None or call_id == self._line.call_id:
                    lost = next(
                        (
                            relay_error
                            for relay_error in _RELAYS
                            if relay_error.code == message.code
                        ),
                        CallLost,
                    )
                    self.failed.emit(lost(why=message.code[:60]))
                    self._lose()
            case _:
                self._channel.refuse(self._topic, LATE, is_reported=False)

    async def _answer(self, offer: CallOffered) -> None:
        async with self._answering:
            if offer.call_id != self._offered_id:
                return  # a newer offer has come meanwhile
            if self._had_frame:
                began_s = self._clock.monotonic_s()
            else:
                began_s = self._accepted_at_s
            try:
                sdp = await self._engine.answer(allowed_candidates(offer.sdp, self._plan))
            except CallLost as error:
                self._on_offer_refused(offer, error)
                return
            if self.state == MediaState.CLOSED or self._held:
                await self._engine.close_call()
                return
            self._line = _Line(offer.call_id, began_s=began_s, heard_s=self._clock.monotonic_s())
            # else the call before goes on until this one speaks
            if self.state is not MediaState.CONNECTED:
                self._change_state(MediaState.CONNECTING)
        self.peer_simulated.emit(offer.simulated_camera)
        answer = CallAnswered(
            call_id=offer.call_id, sdp=sdp, simulated_camera=self._engine.simulated_camera
        )
        await self._send(answer)
        self.answered.emit(answer)
        if self._switches() != ALL_ON:
            self._send_switches()

    def _on_offer_refused(self, offer: CallOffered, error: CallLost) -> None:
        log.warning("an offer could not be answered: %s", error.detail.get("why", ""))
        failure = CallFailed(call_id=offer.call_id, code=error.code)
        self._send_soon(failure)
        self.not_set_up.emit(failure)
        self.failed.emit(error)
        if self._line is None:
            self._lose()

    def _on_engine_state(self, state: MediaState) -> None:
        if state == MediaState.LOST and self._line is not None:
            self._lose()

    # ---- watching

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self.tick()

    def tick(self) -> None:
        """Four times a second: judges the line by what arrived, reports it, asks for a new call
        when it is time.
        """
        now_s = self._clock.monotonic_s()
        if self._line is not None:
            stats = self._engine.stats()
            self._judge(self._line, stats, now_s)
            if stats.relay_failed and not self._relay_reported:
                self._relay_reported = True
                failed = CallFailed(call_id=self._line.call_id, code=RelayUnreachable.code)
                self.not_set_up.emit(failed)
                self.failed.emit(RelayUnreachable(why="no relay"))
            if stats.frames and self._line is not None:
                self._report(self._line, stats, now_s)
        if self._there() != self._own_there:
            self._own_there = self._there()
            self.own_devices_changed.emit(self._own_there)
        if self._told != self._switches() and now_s >= self._tell_at_s:
            self._send_switches()
        if self._ask_at_s is not None and now_s >= self._ask_at_s:
            self.request_call()

    def _judge(self, line: _Line, stats: MediaStats, now_s: float) -> None:
        if stats.packets != line.packets:
            line.packets = stats.packets
            line.heard_s = now_s
            self._ask_at_s = None
        silent_s = now_s - line.heard_s
        if silent_s >= LOST_AFTER_S:
            self._change_state(MediaState.LOST)
        elif line.packets and silent_s >= UNSTABLE_AFTER_S:
            self._change_state(MediaState.UNSTABLE)
        elif line.packets:
            self._change_state(MediaState.CONNECTED)
            if now_s - line.began_s > STEADY_AFTER_S:
                self._wait_s = SHORTEST_WAIT_S
        if silent_s >= SECOND_AFTER_S and self._ask_at_s is None:
            self.request_call()

    def _lose(self) -> None:
        """The call is over, the last picture stays;
        a new call is asked for, each time a little later.
        """
        if self._held:
            return
        self._line = None
        self._change_state(MediaState.LOST)
        if self._ask_at_s is None:
            self.request_call()

    def _report(self, line: _Line, stats: MediaStats, now_s: float) -> None:
        if line.first_frame_reported and now_s - line.seen_reported_s < SEEN_EVERY_S:
            return
        report = _media_seen(line, stats)
        line.seen_reported_s = now_s
        if not line.first_frame_reported:
            line.first_frame_reported = self._had_frame = True
            self.first_frame.emit(report)
        self.media_seen.emit(report)
        self._send_soon(report)

    def _change_state(self, state: MediaState) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)

    # ---- ways out

    def _send_soon(self, message: SessionMessage) -> None:
        self._tasks.start(self._send(message), name="desk-call-send")

    async def _send(self, message: SessionMessage) -> bool:
        """Sends a message about the call; when the line is away the message is dropped, because it
        would be too late afterwards: False.
        """
        try:
            await self._channel.send(self._topic, message)
        except (BusUnreachable, MessageTooLarge) as error:
            log.warning("not sent: %s (%s)", type(message).__name__, error.code)
            return False
        return True


def _media_seen(line: _Line, stats: MediaStats) -> MediaSeen:
    if stats.first_frame_s is None:
        first_ms = None
    else:
        first_ms = round((stats.first_frame_s - line.began_s) * 1000, 1)
    return MediaSeen(
        call_id=line.call_id,
        first_frame_ms=first_ms,
        frames=stats.frames,
        width_px=stats.width_px,
        height_px=stats.height_px,
        checksum=stats.checksum,
        audio_packets=stats.audio_packets,
        audio_level=round(stats.audio_level, 5),
    )


def _call_later(
    loop: asyncio.AbstractEventLoop, listener: Callable[[MediaState], None], state: MediaState
) -> None:
    """Calls from the media thread into ours, unless our loop has ended."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(listener, state)
