# SPDX-License-Identifier: GPL-3.0-only
"""A call without camera, card and screen, over aiortc as it is: sends a drawn picture and silence,
and counts what comes. Used by kiosks and desks without a window: `PlainCallPage` is what
`session.kiosk.call.video_call` needs of a browser's page, `PlainPeer` one connection.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
import zlib
from collections.abc import Awaitable
from fractions import Fraction

import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack

from session.core.errors import CallLost
from session.core.signals import Signal
from session.media.call_page import PageEvent
from session.media.engines.aiortc_internals import give_ports_back
from session.media.sdp import without_local_names

WIDTH_PX, HEIGHT_PX = 160, 120
FRAME_S = 0.1
BLACK_LUMA = 40
"""Brightest pixel of a black picture: 16 (ITU-R BT.601, section 2.5.3), and what coding adds."""

CLOCK_HZ = 90_000
"""Of video (RFC 3551, section 5)."""


class _Drawn(VideoStreamTrack):
    """A grey picture that brightens and begins again, ten a second; black while it is hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = False
        self._count = 0

    async def recv(self) -> av.VideoFrame:
        await asyncio.sleep(FRAME_S)
        frame = av.VideoFrame(WIDTH_PX, HEIGHT_PX, "yuv420p")
        for plane in frame.planes:
            if self.hidden:
                grey = 16
            else:
                grey = 64 + self._count % 128
            plane.update(bytes([grey]) * plane.buffer_size)
        frame.pts = round(self._count * FRAME_S * CLOCK_HZ)
        frame.time_base = Fraction(1, CLOCK_HZ)
        self._count += 1
        return frame


def _not_taken(error: Exception) -> CallLost:
    return CallLost(why=f"{type(error).__name__}: {error}"[:200])


class PlainPeer:
    """One connection.

    Attributes:
        first_frame: the first picture of the other end was decoded.
        state_changed: as RTCPeerConnectionState.
        frames, audio_packets: decoded until now; `checksum`: CRC-32 of the last picture's luma.
        is_black: the last picture was.
    """

    def __init__(self) -> None:
        self.first_frame: Signal[None] = Signal()
        self.state_changed: Signal[str] = Signal()
        self.frames = self.audio_packets = self.width_px = self.height_px = 0
        self.checksum = ""
        self.is_black = False
        self.began_s = time.monotonic()
        self.first_frame_s: float | None = None
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connection.on("track", self._on_track)
        self._connection.on("connectionstatechange", self._on_state)
        self._receiving: set[asyncio.Task[None]] = set()
        self._drawn = _Drawn()

    def hide_picture(self, hidden: bool) -> None:
        """Send black instead of the drawn picture, as in a privacy pause, or draw again."""
        self._drawn.hidden = hidden

    @property
    def state(self) -> str:
        """RTCPeerConnectionState."""
        return str(self._connection.connectionState)

    async def offer(self) -> str:
        """An offer with picture and voice both ways, all candidates in it."""
        self._connection.addTrack(AudioStreamTrack())
        self._connection.addTrack(self._drawn)
        await self._connection.setLocalDescription(await self._connection.createOffer())
        return str(self._connection.localDescription.sdp)

    async def accept(self, sdp: str) -> None:
        """Takes the answer. Raises `CallLost`."""
        await self._take(sdp, "answer")

    async def answer(self, sdp: str) -> str:
        """Takes an offer and answers it. Raises `CallLost`."""
        await self._take(sdp, "offer")
        self._connection.addTrack(AudioStreamTrack())
        self._connection.addTrack(self._drawn)
        try:
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        except Exception as error:  # an offer without media is found out here
            raise _not_taken(error) from error
        return str(self._connection.localDescription.sdp)

    async def close(self) -> None:
        """Nothing travels any more."""
        for task in self._receiving:
            task.cancel()
        try:
            await self._connection.close()
        finally:  # who closes may be cancelled
            give_ports_back(self._connection)

    async def _take(self, sdp: str, kind: str) -> None:
        try:
            named = without_local_names(sdp)
            await self._connection.setRemoteDescription(RTCSessionDescription(named, kind))
        except Exception as error:  # aiortc says what is wrong in an SDP in many ways
            raise _not_taken(error) from error

    def _on_state(self) -> None:
        self.state_changed.emit(self.state)

    def _on_track(self, track: MediaStreamTrack) -> None:
        task = asyncio.ensure_future(self._receive(track))
        self._receiving.add(task)
        task.add_done_callback(self._receiving.discard)

    async def _receive(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if isinstance(frame, av.VideoFrame):
                self._count_picture(frame)
            else:
                self.audio_packets += 1

    def _count_picture(self, frame: av.VideoFrame) -> None:
        self.frames += 1
        self.width_px = frame.width
        self.height_px = frame.height
        luma = frame.planes[0]
        self.checksum = f"{zlib.crc32(bytes(luma)):08x}"
        rows = np.frombuffer(luma, np.uint8).reshape(-1, luma.line_size)
        self.is_black = int(rows[: frame.height, : frame.width].max()) <= BLACK_LUMA
        if self.first_frame_s is None:
            self.first_frame_s = time.monotonic()
            self.first_frame.emit(None)


_SCRIPT = re.compile(r"^(?:\w+\.)?(\w+)\((.*)\)$", re.DOTALL)


class PlainCallPage:
    """A `CallPage` without a browser: one call, made by a `PlainPeer`.

    Attributes:
        happened: as `CallPage`.
    """

    def __init__(self) -> None:
        self.happened: Signal[PageEvent] = Signal()
        self._peer: PlainPeer | None = None
        self._private = False

    def run(self, script: str) -> Awaitable[object]:
        """Does what the page's script would, see `resources/pages/call.js`. Raises `CallLost`."""
        match = _SCRIPT.match(script)
        if match is None:
            raise CallLost(why="no call of a function")
        return self._run(match[1], json.loads(f"[{match[2]}]"))

    async def _run(self, name: str, arguments: list[object]) -> object:
        if name == "offer":
            return await self._offer()
        if name == "accept" and self._peer is not None:
            await self._peer.accept(str(arguments[0]))
        elif name == "hangUp" or (name == "hold" and arguments[0]):
            await self._close()
        elif name == "setPrivate":
            self._private = bool(arguments[0])
            if self._peer is not None:
                self._peer.hide_picture(self._private)
        elif name in ("seen", "line"):
            return self._counts()
        return None

    async def _offer(self) -> dict[str, object]:
        await self._close()
        self._peer = peer = PlainPeer()
        peer.hide_picture(self._private)
        peer.state_changed.connect(
            lambda state: self.happened.emit(PageEvent("state", {"state": state}))
        )
        peer.first_frame.connect(lambda _none: self.happened.emit(PageEvent("first_frame")))
        return {"sdp": await peer.offer(), "simulated": True}

    async def _close(self) -> None:
        peer, self._peer = self._peer, None
        if peer is not None:
            await peer.close()

    def _counts(self) -> dict[str, object]:
        """Return counts as `PageStats` has them, and so much of `MediaStats`."""
        peer = self._peer
        if peer is None:
            raise CallLost(why="no call")
        if peer.first_frame_s is None:
            first_ms = None
        else:
            first_ms = (peer.first_frame_s - peer.began_s) * 1000
        return {
            "first_frame_ms": first_ms,
            "frames": peer.frames,
            "width_px": peer.width_px,
            "height_px": peer.height_px,
            "checksum": peer.checksum,
            "audio_packets": peer.audio_packets,
            "audio_level": 0.0,
            "packets": peer.frames + peer.audio_packets,
            "state": peer.state,
        }
