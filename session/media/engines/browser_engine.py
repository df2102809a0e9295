# SPDX-License-Identifier: GPL-3.0-only
"""Voice and picture at the desk by a browser's own WebRTC: the kiosk's `call.js` in a locked pane.
Built by `expert_app.runtime.media_engines`, used by the desk's calls.

Chromium's processes carry everything: echo cancellation, AV1 and VP9, congestion control by
transport feedback. This module asks the page and keeps its answers, so that the desk's call finds
the same `MediaEngine` as with aiortc. The page paints the picture itself; the engine's frames are
small samples, brought only while somebody asks for them.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import io
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any

import msgspec
from PIL import Image, UnidentifiedImageError

from session.core.errors import CallLost, SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.media.call_page import (
    SIMULATED,
    CallMedia,
    CallPage,
    PageDescription,
    PageEvent,
    PageSample,
    PageStats,
    limits_for_page,
)
from session.media.engine import MediaState, MediaStats, PictureLimits
from session.media.frames import VideoFrame
from session.media.ice import IcePlan
from session.media.line.budget import ASKED_VOICE_BPS, cheap_first, picture_kbps
from session.media.sdp import check_offer, with_line_hints

log = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 8.0
SCRIPT_TIMEOUT_S = 4.0
POLL_S = 0.2
WATCHED_S = 1.0
"""Samples are brought until so long after the last one was asked for."""

CALLER_WIDTH_PX = 320
OWN_WIDTH_PX = 240
OWN_EVERY_S, CALLER_EVERY_S = 0.1, 0.4


@dataclass(frozen=True, kw_only=True)
class BrowserSettings:
    """The settings of what is sent, and the rate at which pictures start, both ways;
    never above what the line carries.
    """

    media: CallMedia = field(default_factory=CallMedia)
    start_kbps: int = 300


class _Sampler:
    """Small pictures of one of the page's videos, brought only while somebody looks."""

    def __init__(self, script: str, width_px: int, *, every_s: float) -> None:
        self.script = f"{script}({width_px})"
        self.frame: VideoFrame | None = None
        self._every_s = every_s
        self._asked_s = self._brought_s = -WATCHED_S
        self._number = 0

    def latest(self) -> VideoFrame | None:
        """The last sample; keeps more coming."""
        self._asked_s = time.monotonic()
        return self.frame

    def is_due(self, now_s: float) -> bool:
        """True if samples are wanted and the last one is old."""
        return now_s - self._asked_s < WATCHED_S and now_s - self._brought_s >= self._every_s

    def take(self, value: object) -> None:
        """Takes what the page gave: a sample, or nothing."""
        self._brought_s = time.monotonic()
        self._number += 1
        if value is None:
            self.frame = None
        else:
            self.frame = _decoded(value, self._number)


class BrowserEngine:
    """A `MediaEngine`, and the end that offers a call to a third person.

    Args:
        page: runs call.js; closed with the engine by `close_page`.
        tasks: as everywhere.
    """

    def __init__(
        self,
        page: CallPage,
        tasks: Tasks,
        *,
        settings: BrowserSettings | None = None,
        close_page: Callable[[], object] = bool,
    ) -> None:
        self.state_changed: Signal[MediaState] = Signal()
        self._page = page
        self._tasks = tasks
        self._close_page = close_page
        self._settings = settings or BrowserSettings()
        self._on = {"camera": True, "microphone": True}
        self._in_call = self._closed = False
        self._there = {"video": True, "audio": True}
        self._line_kbps = 0
        self._limits = PictureLimits()
        self._stats = MediaStats()
        self._first_frame_s: float | None = None
        self._caller = _Sampler("call.sample", CALLER_WIDTH_PX, every_s=CALLER_EVERY_S)
        self._own = _Sampler("own.sample", OWN_WIDTH_PX, every_s=OWN_EVERY_S)
        self._watching: asyncio.Task[Any] | None = None
        page.happened.connect(self._on_event)

    @property
    def simulated_camera(self) -> bool:
        """True when our picture is drawn."""
        return self._settings.media.camera == SIMULATED

    @property
    def camera_there(self) -> bool:
        """False when the page found no camera, or the one it had has gone."""
        return self._there["video"]

    @property
    def microphone_there(self) -> bool:
        """False when the page found no microphone, or the one it had has gone."""
        return self._there["audio"]

    def set_devices(self, media: CallMedia) -> None:
        """Changes the devices at once: a call goes on with the new ones."""
        self._settings = replace(self._settings, media=media)
        if self._in_call:
            devices = json.dumps(
                {"camera": media.camera, "microphone": media.microphone} | media.sound_options
            )
            self._tasks.start(
                self._quietly(f"own.reopen({devices})"), name="browser engine devices"
            )
            self._tasks.start(
                self._quietly(f"call.speakTo({json.dumps(media.speaker)})"),
                name="browser engine speaker",
            )

    def set_ice(self, plan: IcePlan) -> None:
        """Which ways the next calls may take."""
        self._settings = replace(self._settings, media=self._settings.media.with_plan(plan))

    def prepare(self) -> None:
        """Does nothing: Chromium looks for no addresses before it has an offer
        (`iceCandidatePoolSize` changes nothing, measured).
        """

    def warm(self) -> None:
        """Lets the page load and its browser start its parts for sound and picture before the first
        call.
        """
        script = f"call.prepare({self._options()}).then(() => call.unprepare())"
        self._tasks.start(self._quietly(script), name="warm the browser engine")

    # ---- calls

    async def answer(self, offer_sdp: str) -> str:
        """Answers an offer; see `MediaEngine.answer`."""
        check_offer(offer_sdp)
        hinted = self._hinted(offer_sdp)
        description = await self._described(f"call.answer({json.dumps(hinted)}, {self._options()})")
        self._begin()
        return self._hinted(description.sdp)

    async def offer(self) -> str:
        """Offers a call to another desk; `accept` takes its answer. Raises `CallLost`."""
        description = await self._described(f"call.offer({self._options()})")
        return description.sdp

    async def accept(self, answer_sdp: str) -> None:
        """Takes the answer to the last offer. Raises `CallLost`; the engine stays usable."""
        check_offer(answer_sdp)
        await self._run(
            f"call.accept({json.dumps(self._hinted(answer_sdp))}, false)", ANSWER_TIMEOUT_S
        )
        self._begin()

    async def close_call(self) -> None:
        """Ends the present call: camera and microphone are given back."""
        was_in_call = self._in_call
        self._end()
        if not self._closed:
            await self._quietly("call.hangUp()")
        if was_in_call:
            self.state_changed.emit(MediaState.CLOSED)

    async def close(self) -> None:
        """Ends the call and the page."""
        await self.close_call()
        self._closed = True
        self._close_page()

    def _begin(self) -> None:
        """Counts a new call from zero. The last picture stays until the first one comes."""
        self._in_call = True
        self._stats = MediaStats()
        self._first_frame_s = None
        self._send_switches()
        if self._limits != PictureLimits():
            self._send_limits()
        if self._watching is None or self._watching.done():
            self._watching = self._tasks.keep(self._watch, name="browser engine")

    def _end(self) -> None:
        self._in_call = False
        self._stats = MediaStats()
        self._first_frame_s = None
        self._caller.frame = self._own.frame = None
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None

    def _options(self) -> str:
        media = self._settings.media
        return replace(media, codecs=cheap_first(media.codecs, self._line_kbps)).options()

    def _hinted(self, sdp: str) -> str:
        """The description with hints of how wide the line is."""
        most = picture_kbps(self._line_kbps, self._settings.media.max_kbps)
        return with_line_hints(
            sdp, start_kbps=min(most, self._start_kbps), max_kbps=most, voice_bps=ASKED_VOICE_BPS
        )

    @property
    def _start_kbps(self) -> int:
        """The rate at which pictures begin, ours and the caller's: what the line leaves beside the
        voice, if known.
        """
        return picture_kbps(self._line_kbps, self._settings.start_kbps)

    async def _described(self, script: str) -> PageDescription:
        try:
            return msgspec.convert(await self._run(script, ANSWER_TIMEOUT_S), PageDescription)
        except msgspec.ValidationError as error:
            raise CallLost(why="the page talks nonsense") from error

    # ---- switches and what was received

    def set_microphone(self, on: bool) -> None:
        """Sends our voice, or silence."""
        self._on["microphone"] = on
        self._send_switches()

    def set_camera(self, on: bool) -> None:
        """Sends our picture, or a dark one."""
        self._on["camera"] = on
        if not on:
            self._own.frame = None
        self._send_switches()

    def _send_switches(self) -> None:
        if self._in_call:
            camera, microphone = (json.dumps(self._on[each]) for each in ("camera", "microphone"))
            script = f"call.setOwn({camera}, {microphone})"
            self._tasks.start(self._quietly(script), name="browser engine switches")

    def set_line(self, line_kbps: int) -> None:
        """Set what the line carries; see `MediaEngine.set_line`."""
        self._line_kbps = line_kbps

    def set_picture_limit(
        self, kbps: int, *, height_px: int = 0, fps: float = 0.0, motion: bool = False
    ) -> None:
        """Set what our picture may use at most; see `MediaEngine.set_picture_limit`."""
        self._limits = PictureLimits(kbps=kbps, height_px=height_px, fps=fps, motion=motion)
        self._send_limits()

    def _send_limits(self) -> None:
        if self._in_call:
            script = f"call.govern({limits_for_page(self._limits)})"
            self._tasks.start(self._quietly(script), name="browser engine limits")

    def latest_frame(self) -> VideoFrame | None:
        """A small sample of the caller's picture; it begins to come when asked for."""
        return self._caller.latest()

    def own_frame(self) -> VideoFrame | None:
        """A small sample of our own picture."""
        return self._own.latest()

    def picture_size(self) -> tuple[int, int] | None:
        """Width and height of the caller's picture that the page paints;
        None before the first and after the call.
        """
        stats = self._stats
        if stats.frames and stats.width_px:
            return (stats.width_px, stats.height_px)
        return None

    def stats(self) -> MediaStats:
        """Return what was received so far in the present call."""
        return self._stats

    # ---- watching the page

    async def _watch(self) -> None:
        polled_s = 0.0
        while True:
            now_s = time.monotonic()
            if now_s - polled_s >= POLL_S:
                polled_s = now_s
                await self._poll()
            for sampler in (self._caller, self._own):
                if sampler.is_due(now_s):
                    await self._sample(sampler)
            await asyncio.sleep(OWN_EVERY_S / 2)

    async def _poll(self) -> None:
        try:
            page_stats = msgspec.convert(
                await self._run("call.seen()", SCRIPT_TIMEOUT_S), PageStats
            )
        except (CallLost, msgspec.ValidationError) as error:
            log.info("the call page did not report: %s", type(error).__name__)
            return
        if not self._in_call:
            return
        if page_stats.first_frame_ms is not None and self._first_frame_s is None:
            self._first_frame_s = time.monotonic()
        if self._first_frame_s is not None:
            frames = page_stats.frames
        else:
            frames = 0
        counts = {name: getattr(page_stats, name) for name in _COUNTS}
        self._stats = MediaStats(
            **{**counts, "frames": frames, "first_frame_s": self._first_frame_s}
        )

    async def _sample(self, sampler: _Sampler) -> None:
        try:
            sampler.take(await self._run(sampler.script, SCRIPT_TIMEOUT_S))
        except CallLost:
            sampler.take(None)

    def _on_event(self, event: PageEvent) -> None:
        detail = event.detail
        match event.name:
            case "first_frame" if self._in_call and self._first_frame_s is None:
                ago_ms = detail.get("ago_ms")
                self._first_frame_s = (
                    time.monotonic() - (ago_ms if isinstance(ago_ms, int | float) else 0) / 1000
                )
                self._tasks.start(self._poll(), name="browser engine's first picture")
            case "state":
                state = _STATES.get(str(detail.get("state")))
                if state is not None and self._in_call:
                    self.state_changed.emit(state)
            case "page_lost" if self._in_call:
                self._end()
                self.state_changed.emit(MediaState.LOST)
            case "devices":
                self._there = {kind: bool(detail.get(kind)) for kind in self._there}
            case "device_missing":
                log.warning("no %s: %s", detail.get("kind"), detail.get("why"))
            case "track_refused" | "settings_refused":
                log.warning("%s: %s", event.name, detail.get("why"))

    # ---- running scripts

    async def _run(self, script: str, timeout_s: float) -> object:
        if self._closed:
            raise CallLost(why="engine closed")
        try:
            return await asyncio.wait_for(self._page.run(script), timeout_s)
        except TimeoutError as error:
            raise CallLost(why="page does not answer") from error

    async def _quietly(self, script: str) -> None:
        with contextlib.suppress(SessionError):
            await self._run(script, SCRIPT_TIMEOUT_S)


_COUNTS = {each.name for each in fields(MediaStats)} & set(PageStats.__struct_fields__)
_STATES = {
    "connecting": MediaState.CONNECTING,
    "connected": MediaState.CONNECTED,
    "failed": MediaState.LOST,
    "closed": MediaState.LOST,
}
"""States of an RTCPeerConnection. "disconnected" is left out: `session.desk.call.video_call`
watches the packets.
"""


def _decoded(value: object, number: int) -> VideoFrame | None:
    """The page's JPEG as a frame, or None when it is none."""
    try:
        sample = msgspec.convert(value, PageSample)
        with Image.open(
            io.BytesIO(base64.b64decode(sample.jpeg, validate=True)), formats=("JPEG",)
        ) as picture:
            if max(picture.size) > 2 * CALLER_WIDTH_PX:
                return None
            pixels = picture.convert("RGB").tobytes("raw", "BGRX")
            return VideoFrame(
                picture.width, picture.height, picture.width * 4, memoryview(pixels), number
            )
    except (
        msgspec.ValidationError,
        binascii.Error,
        UnidentifiedImageError,
        OSError,
        Image.DecompressionBombError,
    ) as error:
        log.info("no sample of a picture: %s", type(error).__name__)
        return None
