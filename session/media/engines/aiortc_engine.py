# SPDX-License-Identifier: GPL-3.0-only
"""Voice and picture at the desk by aiortc, in a thread of its own.
Built by `expert_app.runtime.media_engines`, used by the desk's calls.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import Coroutine
from typing import Any

import av

from session.core.errors import CallLost, RelayUnreachable
from session.core.signals import Signal
from session.media.audio.sound import BLOCK_S, NullSink, SoundSink, SoundSource, ToneSource
from session.media.devices.sources import FrameSource, SyntheticCamera
from session.media.engine import MediaState, MediaStats, PictureLimits
from session.media.engines.aiortc_call import CLOSE_TIMEOUT_S, AiortcCall
from session.media.engines.aiortc_call import AiortcSettings as AiortcSettings
from session.media.engines.aiortc_internals import Addresses
from session.media.engines.media_thread import MediaThread
from session.media.engines.tracks import PictureTrack, VoiceTrack
from session.media.frames import VideoFrame, to_screen
from session.media.ice import IcePlan
from session.media.ice import IceServer as IceServer
from session.media.relays import choose_relay, no_relay
from session.media.sdp import check_offer

log = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 8.0
OWN_WIDTH_PX = 320
EARLIER_S = 12.0
"""How long a replaced call goes on at most while the new one brings nothing."""

READY_S = 20.0
"""How long addresses that were found beforehand are used: the network may change."""

LATE_S = 0.3
"""How long an answer waits for a search that still runs, before it begins one of its own."""


@dataclasses.dataclass(frozen=True)
class _FoundAddresses:
    """Addresses for the next call, with these servers;
    `began_s` and `finding` are of the media thread's loop.
    """

    servers: tuple[IceServer, ...]
    relay_only: bool
    addresses: Addresses
    began_s: float
    finding: asyncio.Task[None]


class AiortcEngine:
    """A `MediaEngine`.

    Args:
        camera, microphone, speaker: the devices; the engine closes them. The defaults are the
            simulated ones.
        settings: of the line.

    Attributes:
        picture_shown: emitted in the media thread with each picture that `latest_frame` gives.
    """

    def __init__(
        self,
        camera: FrameSource | None = None,
        microphone: SoundSource | None = None,
        *,
        speaker: SoundSink | None = None,
        settings: AiortcSettings | None = None,
    ) -> None:
        self.state_changed: Signal[MediaState] = Signal()
        self.picture_shown: Signal[None] = Signal()
        self._camera = camera or SyntheticCamera()
        self._microphone = microphone or ToneSource()
        self._speaker = speaker or NullSink()
        self._settings = settings or AiortcSettings()
        self._thread = MediaThread()
        self._call: AiortcCall | None = None
        self._earlier: AiortcCall | None = None
        self._offered: AiortcCall | None = None
        self._own: VideoFrame | None = None
        self._own_count = 0
        self._camera_on = True
        self._microphone_on = True
        self._limits = PictureLimits()
        self._plan = IcePlan(
            servers=self._settings.ice_servers, relay_only=self._settings.relay_only
        )
        self._relay: IceServer | None = None
        self._finding = asyncio.Lock()
        self._last_search: tuple[IcePlan, float, list[str]] | None = None
        self._ready: _FoundAddresses | None = None
        self._forgetting: set[asyncio.Task[None]] = set()
        self._relay_failed = False
        self._closing = False

    # ---- called from the window's loop

    @property
    def simulated_camera(self) -> bool:
        """True when our picture is drawn."""
        return self._camera.simulated

    @property
    def camera_there(self) -> bool:
        """False when the camera gives no picture."""
        return self._camera.there

    @property
    def microphone_there(self) -> bool:
        """False without a microphone."""
        return self._microphone.there

    async def answer(self, offer_sdp: str) -> str:
        """Answers an offer; see `MediaEngine.answer`."""
        check_offer(offer_sdp)
        try:
            return await self._thread.run(self._answer(offer_sdp), ANSWER_TIMEOUT_S)
        except TimeoutError as error:
            raise CallLost(why="no answer in time") from error

    async def offer(self) -> str:
        """Offers a call to another desk;
        `accept` takes its answer, and then an earlier call is replaced.

        Raises:
            CallLost: the engine is closed or did not manage in time.
        """
        try:
            return await self._thread.run(self._offer(), ANSWER_TIMEOUT_S)
        except TimeoutError as error:
            raise CallLost(why="no offer in time") from error

    async def accept(self, answer_sdp: str) -> None:
        """Takes the answer to the last offer. Raises `CallLost`; the engine stays usable."""
        check_offer(answer_sdp)
        try:
            await self._thread.run(self._accept(answer_sdp), ANSWER_TIMEOUT_S)
        except TimeoutError as error:
            raise CallLost(why="no call in time") from error

    def prepare(self) -> None:
        """See `MediaEngine.prepare`. Only addresses that servers give take time."""
        if self._plan.servers:
            self._thread.call_soon(self._find_addresses)

    async def close_call(self) -> None:
        """Ends the present call."""
        if self._thread.alive:
            with contextlib.suppress(TimeoutError):
                await self._thread.run(self._end_call(), CLOSE_TIMEOUT_S + 1)

    async def close(self) -> None:
        """Ends the call, the devices and the thread."""
        self._closing = True
        await self.close_call()
        if self._thread.alive:
            with contextlib.suppress(TimeoutError):
                await self._thread.run(self._forgotten(), CLOSE_TIMEOUT_S)
        await self._thread.close()
        for device in (self._camera, self._microphone, self._speaker):
            await asyncio.to_thread(device.close)

    def set_microphone(self, on: bool) -> None:
        """Sends our voice, or silence."""
        self._microphone_on = on
        if (call := self._call) is not None:
            call.voice.microphone_on = on

    def set_camera(self, on: bool) -> None:
        """Sends our picture, or a dark one."""
        self._camera_on = on
        if (call := self._call) is not None:
            call.picture.camera_on = on

    def set_ice(self, plan: IcePlan) -> None:
        """Sets which ways the next calls may take, and looks for the relay at once, so that no call
        waits for it.
        """
        if plan == self._plan:
            return
        self._plan = plan
        self._relay = None
        self._relay_failed = False
        if plan.relays and self._thread.alive:
            self._thread.call_soon(self._find_relay_soon)

    def set_line(self, line_kbps: int) -> None:
        """Set what the line carries; see `MediaEngine.set_line`."""
        self._settings = dataclasses.replace(self._settings, line_kbps=max(0, line_kbps))
        self._apply_line()

    def set_picture_limit(
        self, kbps: int, *, height_px: int = 0, fps: float = 0.0, motion: bool = False
    ) -> None:
        """Set what our picture may use at most; see `MediaEngine.set_picture_limit`."""
        self._limits = PictureLimits(kbps=max(0, kbps), height_px=height_px, fps=fps, motion=motion)
        self._apply_line()

    def _apply_line(self) -> None:
        if (call := self._call) is not None:
            self._thread.call_soon(call.set_line, self._settings, self._limits)

    def latest_frame(self) -> VideoFrame | None:
        """The caller's last picture; that of the call before, until the present one has brought its
        first.
        """
        call, earlier = self._call, self._earlier
        if call is not None and call.received.shown is None and earlier is not None:
            return earlier.received.shown
        if call is not None:
            return call.received.shown
        return None

    def own_frame(self) -> VideoFrame | None:
        """Our own last picture, 320 pixels wide."""
        return self._own

    def stats(self) -> MediaStats:
        """Return what was received so far in the present call."""
        call = self._call
        if call is None:
            return MediaStats()
        return dataclasses.replace(call.stats(), relay_failed=self._relay_failed)

    # ---- in the media thread

    def _find_relay_soon(self) -> None:
        async def find() -> None:
            with contextlib.suppress(RelayUnreachable):  # the call itself says so
                await self._choose_servers()

        self._thread.tasks.start(find(), name="look for a relay")

    async def _choose_servers(self) -> None:
        """Chooses the servers of the next call. aiortc takes one relay and says nothing when it
        does not answer.

        Raises:
            RelayUnreachable: nothing but a relay is allowed, and there is none.
        """
        plan, why, loop = self._plan, ["no_relay"], asyncio.get_running_loop()
        asked_s = loop.time()
        async with self._finding:
            if plan.relays and self._relay not in plan.relays:
                last = self._last_search
                if last is not None and last[0] is plan and last[1] >= asked_s:
                    why = last[2]  # this answer came while we waited: we do not ask twice
                else:
                    self._relay, why = await choose_relay(plan.relays)
                    self._last_search = plan, loop.time(), why
        if plan is not self._plan:
            return
        # a relay of the plan before, found late, is not taken
        if self._relay in plan.relays:
            relay = self._relay
        else:
            relay = None
        self._relay_failed = bool(plan.relays) and relay is None
        if relay is None and plan.relay_only:
            raise no_relay(why)
        servers = _servers(plan, relay)
        self._settings = dataclasses.replace(
            self._settings, ice_servers=servers, relay_only=plan.relay_only
        )

    def _find_addresses(self) -> None:
        """Looks for addresses while the relay is being chosen; mostly the first one is taken."""
        plan, tasks = self._plan, self._thread.tasks
        likely = self._relay if self._relay in plan.relays else next(iter(plan.relays), None)
        servers = _servers(plan, likely)
        settings = dataclasses.replace(
            self._settings, ice_servers=servers, relay_only=plan.relay_only
        )
        addresses = Addresses(settings.connection)
        finding = tasks.start(addresses.find(), name="look for addresses")
        self._drop_addresses()
        began_s = asyncio.get_running_loop().time()
        self._ready = _FoundAddresses(servers, plan.relay_only, addresses, began_s, finding)
        if plan.relays:
            self._find_relay_soon()

    async def _take_addresses(self) -> Addresses | None:
        """The addresses found for a call with these settings, when all are there."""
        ready, settings = self._ready, self._settings
        if ready is None:
            return None
        await asyncio.wait([ready.finding], timeout=LATE_S)
        if ready is not self._ready:
            return None
        fresh = asyncio.get_running_loop().time() - ready.began_s < READY_S
        fits = (ready.servers, ready.relay_only) == (settings.ice_servers, settings.relay_only)
        is_found = (
            ready.finding.done()
            and not ready.finding.cancelled()
            and ready.finding.exception() is None
        )
        wants_relay = any(server.relays for server in ready.servers)
        if fresh and fits and is_found and (ready.addresses.has_relay or not wants_relay):
            self._ready = None
            return ready.addresses
        self._drop_addresses()
        return None

    def _drop_addresses(self) -> None:
        ready, self._ready = self._ready, None
        if ready is not None:
            task = self._thread.tasks.start(_release(ready), name="forget addresses")
            self._forgetting.add(task)
            task.add_done_callback(self._forgetting.discard)

    async def _forgotten(self) -> None:
        """Returns when no port and no relay's address is kept for a call that does not come."""
        self._drop_addresses()
        if self._forgetting:
            await asyncio.wait(self._forgetting)

    async def _answer(self, offer_sdp: str) -> str:
        await self._choose_servers()
        call = self._new_call(await self._take_addresses())
        answer = await self._raise_call_lost(call, call.answer(offer_sdp))
        self._begin(call)
        return answer

    async def _offer(self) -> str:
        await self._drop_offer()
        await self._choose_servers()
        self._offered = self._new_call()
        return await self._raise_call_lost(self._offered, self._offered.offer())

    async def _accept(self, answer_sdp: str) -> None:
        call, self._offered = self._offered, None
        if call is None:
            raise CallLost(why="nothing was offered")
        await self._raise_call_lost(call, call.accept(answer_sdp))
        self._begin(call)

    async def _raise_call_lost[Result](
        self, call: AiortcCall, step: Coroutine[Any, Any, Result]
    ) -> Result:
        try:
            result = await step
            if self._closing:
                raise CallLost(why="engine closed")
            return result
        except asyncio.CancelledError:  # it took too long; nobody else knows of its ports
            await call.close()
            raise
        except Exception as error:
            # aiortc raises whatever its parser stumbles over:
            # KeyError, IndexError, ValueError and its own.
            await call.close()
            log.warning("a call could not be set up: %s", type(error).__name__)
            raise CallLost(why=type(error).__name__) from error

    def _begin(self, call: AiortcCall) -> None:
        """Makes `call` the present one; the one before goes on until this one brings something."""
        before, self._call = self._call, call
        call.start(self._thread.tasks)
        if (older := self._earlier) is not None:
            # A call that never began is no loss: the one that still speaks goes on.
            if before is not None and not before.has_begun:
                useless = before
            else:
                useless = older
            if useless is before:
                before = older
            self._thread.tasks.start(useless.close(), name="call-replaced")
        self._earlier = before
        if before is not None:
            self._thread.tasks.start(self._close_replaced(before, call), name="call-replaced")

    async def _close_replaced(self, before: AiortcCall, call: AiortcCall) -> None:
        """Closes the call before when the new one has begun, or when the one before has been silent
        for long.
        """
        packets, silent_s = 0, 0.0
        while not (call.has_begun or call.closed or before.closed or silent_s > EARLIER_S):
            has_voice = before.received.transport.packets
            if has_voice == packets:
                silent_s = silent_s + BLOCK_S
            else:
                silent_s = 0.0
            packets = has_voice
            await asyncio.sleep(BLOCK_S)
        if self._call is not call and call.closed:
            return  # the next one in the row watches over the one before
        if self._earlier is before:
            self._earlier = None
        await before.close()

    def _is_playing(self, call: AiortcCall) -> bool:
        """True if the loudspeaker plays this call:
        of two, the present one once it has a voice.
        """
        if self._earlier is None or self._call is None:
            return True
        return (call is self._call) == self._call.received.has_voice

    async def _drop_offer(self) -> None:
        offered, self._offered = self._offered, None
        if offered is not None:
            await offered.close()

    def _new_call(self, addresses: Addresses | None = None) -> AiortcCall:
        picture = PictureTrack(
            self._camera, self._settings.fps, on_sent=self._keep_own, camera_on=self._camera_on
        )
        voice = VoiceTrack(self._microphone, microphone_on=self._microphone_on)
        call = AiortcCall(
            self._settings,
            picture,
            voice=voice,
            speaker=self._speaker,
            on_picture=self.picture_shown.emit,
            on_state=self._on_call_state,
            is_playing=self._is_playing,
            addresses=addresses,
        )
        call.set_line(self._settings, self._limits)
        return call

    def _on_call_state(self, call: AiortcCall, state: MediaState) -> None:
        if call is self._call:
            self.state_changed.emit(state)

    def _keep_own(self, frame: av.VideoFrame | None) -> None:
        """Our picture for our own screen: every second one is enough."""
        self._own_count += 1
        if frame is None or self._call is None:  # a late picture of a call that has ended
            self._own = None
        elif self._own is None or self._own_count % 2 == 0:
            self._own = to_screen(frame, self._own_count, OWN_WIDTH_PX)

    async def _end_call(self) -> None:
        self._drop_addresses()
        await self._drop_offer()
        call, self._call, self._own = self._call, None, None
        earlier, self._earlier = self._earlier, None
        # beside each other: each has all the time that a call may take to close
        await asyncio.gather(
            *(open_call.close() for open_call in (earlier, call) if open_call is not None)
        )
        if call is not None:
            self.state_changed.emit(MediaState.CLOSED)


def _servers(plan: IcePlan, relay: IceServer | None) -> tuple[IceServer, ...]:
    """The plan's STUN servers and the one relay that aiortc uses."""
    others = tuple(server for server in plan.servers if not server.relays)
    if relay is None:
        return others
    return (*others, relay)


async def _release(ready: _FoundAddresses) -> None:
    """Releases addresses after the search for them: aioice does not stop asking a relay, and would
    keep its address.
    """
    try:
        await asyncio.wait([ready.finding])
    finally:  # the engine may be closed meanwhile
        await ready.addresses.release()
