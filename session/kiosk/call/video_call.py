# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's end of a call: the browser's WebRTC in a page offers, the desk answers.
Built by `session.kiosk.session`, and by `session.kiosk.call.third_parties` for a third person.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from session.core.clock import Clock
from session.core.errors import BusUnreachable, CallLost, MessageTooLarge, SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.media.call_page import NONE, PageDescription, PageEvent, PageStats, limits_for_page
from session.media.call_page import CallMedia as CallMedia
from session.media.call_page import CallPage as CallPage
from session.media.engine import MediaStats, PictureLimits
from session.media.ice import IceServer as IceServer
from session.media.ice import allowed_candidates
from session.media.sdp import check_offer
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
from session.protocol.wire.ids import new_id

log = logging.getLogger(__name__)

TOPIC = "call"
OFFER_TIMEOUT_S = 15.0
"""Opening a camera may take seconds."""

SCRIPT_TIMEOUT_S = 5.0
TICK_S = 0.5
SEEN_EVERY_S = 2.0
ANSWER_AWAITED_S = 6.0
MAX_WAIT_S = 30.0
MIN_BETWEEN_OFFERS_S = 1.0
FRESH_OFFER_S = 2.0
"""An offer that was made just now answers a request for one."""

SEND_AGAIN_S = 0.25
SEND_TRIES = 80
"""An offer that the bus does not take is sent again for 20 s: the line may just be coming back."""

_SEEN = (
    "first_frame_ms",
    "frames",
    "width_px",
    "height_px",
    "checksum",
    "audio_packets",
    "audio_level",
)


class CallPeer(NamedTuple):
    """The end that is called: the topic on which it is heard,
    and the page's name of the call.
    """

    topic: str
    page_call: str


AGENT = CallPeer(TOPIC, "call")


class OwnCapture(NamedTuple):
    """Whether a kiosk has a camera and a microphone that can be opened."""

    camera: bool
    microphone: bool


class KioskCall:
    """One session's call at the kiosk.

    Args:
        channel: to the desk.
        page: runs the call.
        clock, tasks: as everywhere.
        accepted_at_s: `clock.monotonic_s()` when the kiosk heard that an agent accepted.
        media: what is filmed.
        peer: who is called.
        sharers: calls that share the line up.

    Attributes:
        refused: the other end could not take our call; its code.
        state_changed: "new", "connecting", "connected", "disconnected", "failed", "closed"
            (RTCPeerConnectionState), or "held": on purpose nothing travels.
        peer_simulated: the other's picture in the present call is drawn.
        offered: an offer was sent.
        media_seen: what this kiosk received; peer_media_seen: what the desk says it received.
        device_missing: "video" or "audio" when camera or microphone cannot be used;
            the call goes on without.
        own_devices_changed: what this kiosk has changed, see `own_devices`.
        peer_camera_changed: the agent switched camera or microphone.
        relay_failed: a TURN server is configured and none gave an address.
    """

    def __init__(
        self,
        channel: SessionChannel,
        page: CallPage,
        *,
        clock: Clock,
        tasks: Tasks,
        accepted_at_s: float,
        media: CallMedia | None = None,
        peer: CallPeer = AGENT,
        sharers: int = 1,
    ) -> None:
        self.state_changed: Signal[str] = Signal()
        self.refused: Signal[str] = Signal()
        self.offered: Signal[CallOffered] = Signal()
        self.media_seen: Signal[MediaSeen] = Signal()
        self.peer_media_seen: Signal[MediaSeen] = Signal()
        self.device_missing: Signal[str] = Signal()
        self.own_devices_changed: Signal[OwnCapture] = Signal()
        self.peer_camera_changed: Signal[CameraChanged] = Signal()
        self.relay_failed: Signal[bool] = Signal()
        self.state = "new"
        self.peer_simulated = False
        self._channel = channel
        self._page = page
        self._clock = clock
        self._tasks = tasks
        self._accepted_at_s = accepted_at_s
        self._media = media or CallMedia()
        self._topic, self._peer = peer
        self._held = False
        self._sharers = sharers
        self._on = {"camera": True, "microphone": True}
        self._there = {
            "camera": self._media.camera != NONE,
            "microphone": self._media.microphone != NONE,
        }
        self._call_id = ""
        self._answered = False
        self._attempts = 0
        self._ever_seen = False
        self._offered_at_s = -MIN_BETWEEN_OFFERS_S
        self._seen_at_s = 0.0
        self._offering: asyncio.Task[Any] | None = None
        self._again = False
        self._watching: asyncio.Task[Any] | None = None
        self._stop_listening: Callable[[], None] = lambda: None
        self._stop_watching_page: Callable[[], None] = lambda: None

    @property
    def own_devices(self) -> OwnCapture:
        """What this kiosk has: by its settings, until they were opened."""
        return OwnCapture(**self._there)

    # ---- what the session requests

    def start(self, *, is_on_hold: bool = False) -> None:
        """Listens to the other end and makes the first offer, unless the caller is on hold."""
        self._held = is_on_hold
        self._stop_watching_page = self._page.happened.connect(self._on_page_event)
        self._stop_listening = self._channel.on_message(self._topic, self._on_message)
        self._watching = self._tasks.keep(self._watch, name="kiosk-call-watch")
        self._offer_soon()

    async def hang_up(self) -> None:
        """Ends the call: camera and microphone are off when this returns."""
        self._stop_listening()
        self._stop_watching_page()
        for task in (self._watching, self._offering):
            if task is not None:
                task.cancel()
        self._call_id = ""
        await self._run(f"{self._peer}.hangUp()", SCRIPT_TIMEOUT_S)
        self._change_state("closed")

    async def set_own(self, *, camera_on: bool, microphone_on: bool) -> None:
        """Switches the caller's camera and microphone, and tells the desk."""
        self._on = {"camera": camera_on, "microphone": microphone_on}
        await self._run(
            f"{self._peer}.setOwn({json.dumps(camera_on)}, {json.dumps(microphone_on)})",
            SCRIPT_TIMEOUT_S,
        )
        await self._send_own_switches()

    async def _send_own_switches(self) -> None:
        """Tells the desk what is switched on and what this kiosk has at all; otherwise a kiosk
        without a camera would look like a lost line.
        """
        await self._send(
            CameraChanged(
                camera_on=self._on["camera"],
                microphone_on=self._on["microphone"],
                camera_there=self._there["camera"],
                microphone_there=self._there["microphone"],
            )
        )

    async def set_private(self, on: bool) -> None:
        """No face is shown or filmed for a moment; returns when the screen is so."""
        await self._run(f"setPrivate({json.dumps(on)})", SCRIPT_TIMEOUT_S)

    def set_held(self, is_on_hold: bool) -> None:
        """On hold nothing travels: the connection ends, camera and microphone are given back;
        then it is made anew.
        """
        if is_on_hold == self._held:
            return
        self._held = is_on_hold
        if is_on_hold:
            if self._offering is not None:
                self._offering.cancel()
            self._call_id = ""
            self._again = False
            self._change_state("held")
        self._tasks.start(self._hold(is_on_hold), name="kiosk-call-hold")

    async def _hold(self, is_on_hold: bool) -> None:
        await self._run(f"{self._peer}.hold({json.dumps(is_on_hold)})", SCRIPT_TIMEOUT_S)
        if not is_on_hold and not self._held:
            self._change_state("new")
            self._offer_soon()

    def reconnect(self) -> None:
        """Offers a second call because nothing arrives any more, or the network has changed;
        the first call goes on meanwhile.
        """
        if not self._just_offered():
            self._offer_soon()

    def share_line(self, sharers: int) -> None:
        """The line up carries so many calls: each gets its part of what is there now;
        the voices keep theirs.
        """
        self._sharers = sharers
        self._tasks.start(
            self._run(f"{self._peer}.share({sharers})", SCRIPT_TIMEOUT_S), name="kiosk-call-share"
        )

    @property
    def call_id(self) -> str:
        """The present call's, "" before the first; a new one for each offer."""
        return self._call_id

    async def count(self) -> MediaStats:
        """Return what the page sent and received in the present call. Raises `CallLost`."""
        counts = await self._run_or_raise(f"{self._peer}.line()", SCRIPT_TIMEOUT_S)
        try:
            return msgspec.convert(counts, MediaStats)
        except msgspec.ValidationError as error:
            raise CallLost(why="page counts wrong") from error

    def limit_picture(self, limits: PictureLimits) -> None:
        """The caller's picture takes no more than this from now on."""
        script = f"{self._peer}.govern({limits_for_page(limits)})"
        self._tasks.start(self._run(script, SCRIPT_TIMEOUT_S), name="kiosk-call-limit")

    def send_rule(self, rule: LineGoverned) -> None:
        """Tells the other end by which rule it sends its picture: the line of a third person is
        known only here.
        """
        self._tasks.start(self._send(rule), name="kiosk-call-rule")

    # ---- offering

    def _offer_soon(self) -> None:
        """Offers now, or once more after the offer that is being made;
        never while the caller is on hold.
        """
        if self._held:
            return
        if self._offering is not None and not self._offering.done():
            self._again = True
            return
        self._again = False
        self._offering = self._tasks.start(self._offer(), name="kiosk-call-offer")

    async def _offer(self) -> None:
        wait_s = self._offered_at_s + MIN_BETWEEN_OFFERS_S - self._clock.monotonic_s()
        if wait_s > 0:
            await asyncio.sleep(min(wait_s, MIN_BETWEEN_OFFERS_S))
        now_s = self._clock.monotonic_s()
        self._call_id = new_id()
        self._answered = False
        self._offered_at_s = now_s
        self._attempts += 1
        if self._ever_seen:
            since_s = 0.0
        else:
            since_s = now_s - self._accepted_at_s
        try:
            description = msgspec.convert(
                await self._run_or_raise(self._offer_script(since_s), OFFER_TIMEOUT_S),
                PageDescription,
            )
        except (CallLost, msgspec.ValidationError) as error:
            call_id, code = self._call_id, CallLost.code
            if not call_id:  # held or hung up meanwhile: there is no such call
                return
            if isinstance(error, CallLost) and "no relay" in str(error.detail.get("why", "")):
                from session.media.relays import why_not_in_browser

                code = (await why_not_in_browser(self._media.plan.relays)).code
            log.warning("no offer could be made: %s", code)
            await self._send(CallFailed(call_id=call_id, code=code))
            return
        if self._held:
            return
        offer = CallOffered(
            call_id=self._call_id, sdp=description.sdp, simulated_camera=description.simulated
        )
        self.offered.emit(offer)
        await self._send_offer(offer)

    async def _send_offer(self, offer: CallOffered) -> None:
        for _try in range(SEND_TRIES):
            try:
                return await self._channel.send(self._topic, offer)
            except MessageTooLarge as error:
                return log.warning("not sent: CallOffered (%s)", error.code)
            except BusUnreachable:
                await asyncio.sleep(SEND_AGAIN_S)
            if offer.call_id != self._call_id or self._held:
                return None
        return log.warning("not sent: CallOffered (%s)", BusUnreachable.code)

    def _just_offered(self) -> bool:
        fresh = self._clock.monotonic_s() - self._offered_at_s < FRESH_OFFER_S
        return fresh and not self._answered and bool(self._call_id)

    def _offer_script(self, since_accept_s: float) -> str:
        options = self._media.options(sharers=self._sharers, since_accept_s=since_accept_s)
        return f"{self._peer}.offer({options})"

    # ---- hearing

    def _on_message(self, message: SessionMessage) -> None:
        match message:
            case CallAnswered(call_id=self._call_id) if not self._answered:
                self._answered = True
                self._tasks.start(self._accept(message), name="kiosk-call-accept")
            case CallRequested() if self._just_offered():
                log.info("the offer that was asked for is under way")
            case CallRequested():
                self._offer_soon()
            case CallFailed(call_id=self._call_id):
                self._change_state("failed")
                self.refused.emit(message.code)
            case MediaSeen(call_id=self._call_id):
                self.peer_media_seen.emit(message)
            case CameraChanged():
                self.peer_camera_changed.emit(message)
                camera, microphone = map(json.dumps, (message.camera_on, message.microphone_on))
                script = f"{self._peer}.setPeer({camera}, {microphone})"
                self._tasks.start(self._run(script, SCRIPT_TIMEOUT_S), name="kiosk-call-peer")
            case _:
                self._channel.refuse(self._topic, LATE, is_reported=False)

    async def _accept(self, answer: CallAnswered) -> None:
        self.peer_simulated = answer.simulated_camera
        try:
            check_offer(answer.sdp)
        except (
            CallLost
        ) as error:  # a thousand addresses would make this kiosk knock at a thousand doors
            log.warning("an answer is refused: %s", error.detail.get("why", ""))
            self._answered = False
            await self._send(CallFailed(call_id=answer.call_id, code=error.code))
            return
        sdp = allowed_candidates(answer.sdp, self._media.plan)
        script = f"{self._peer}.accept({json.dumps(sdp)}, {json.dumps(answer.simulated_camera)})"
        if not all(self._there.values()):
            await self._send_own_switches()  # the desk may be another one than before
        try:
            await self._run_or_raise(script, SCRIPT_TIMEOUT_S)
        except CallLost:
            self._answered = False
            await self._send(CallFailed(call_id=answer.call_id, code=CallLost.code))

    def _on_page_event(self, event: PageEvent) -> None:
        detail = event.detail
        match event.name:
            case "state":
                self._change_state(str(detail.get("state", "")))
            case "first_frame":
                self._tasks.start(self._report(), name="kiosk-call-seen")
            case "devices":
                self._on_devices(detail)
            case "device_missing":
                self.device_missing.emit(str(detail.get("kind", "")))
            case "relay_failed":
                log.warning("no relay gave an address")
                self.relay_failed.emit(True)
            case "track_refused" | "settings_refused":
                log.warning("%s: %s", event.name, detail.get("why"))
            case "page_lost":
                self._change_state("failed")
                self._offer_soon()

    def _on_devices(self, detail: dict[str, Any]) -> None:
        """Camera and microphone were opened, or could not be."""
        before = self._there
        self._there = {"camera": bool(detail.get("video")), "microphone": bool(detail.get("audio"))}
        if self._there != before:
            self.own_devices_changed.emit(self.own_devices)
            self._tasks.start(self._send_own_switches(), name="kiosk-call-devices")

    def _change_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)

    # ---- watching

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            await self.tick()

    async def tick(self) -> None:
        """Twice a second: reports what was seen, offers again what was never answered."""
        if self._held:
            return
        now_s = self._clock.monotonic_s()
        if self._answered:
            if now_s - self._seen_at_s >= SEEN_EVERY_S:
                await self._report()
        elif now_s - self._offered_at_s > min(
            MAX_WAIT_S, ANSWER_AWAITED_S * 2 ** min(self._attempts - 1, 8)
        ):
            self._again = True
        if self._again:
            self._offer_soon()

    async def _report(self) -> None:
        """Tells the desk, and the listeners here, what really arrived."""
        self._seen_at_s = self._clock.monotonic_s()
        call_id = self._call_id
        try:
            stats = msgspec.convert(
                await self._run_or_raise(f"{self._peer}.seen()", SCRIPT_TIMEOUT_S), PageStats
            )
        except (CallLost, msgspec.ValidationError) as error:
            log.warning("the call page did not report: %s", type(error).__name__)
            return
        if stats.first_frame_ms is not None and call_id and call_id == self._call_id:
            self._ever_seen = True
            if stats.state == "connected":
                self._attempts = 0
            message = MediaSeen(call_id=call_id, **{name: getattr(stats, name) for name in _SEEN})
            self.media_seen.emit(message)
            await self._send(message)

    # ---- ways out

    async def _send(self, message: SessionMessage) -> None:
        """Sends once: what is said about a call is worth nothing later."""
        try:
            await self._channel.send(self._topic, message)
        except (BusUnreachable, MessageTooLarge) as error:
            log.warning("not sent: %s (%s)", type(message).__name__, error.code)

    async def _run_or_raise(self, script: str, timeout_s: float) -> object:
        try:
            return await asyncio.wait_for(self._page.run(script), timeout_s)
        except TimeoutError as error:
            raise CallLost(why="page does not answer") from error

    async def _run(self, script: str, timeout_s: float) -> None:
        try:
            await self._run_or_raise(script, timeout_s)
        except SessionError as error:
            log.warning("call page: %s", error.detail)
