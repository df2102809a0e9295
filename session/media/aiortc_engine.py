# SPDX-License-Identifier: GPL-3.0-only
"""Voice and picture at the desk by aiortc, in a thread of its own. Built by compose, used by `session.desk.call`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import av
from aiortc import (
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from session.errors import CallLost
from session.media import aiortc_internals as internals
from session.media.aiortc_counts import counted
from session.media.encoders import VOICE_BPS, PictureEncoder, VoiceEncoder
from session.media.engine import MediaState, MediaStats, PictureLimits
from session.media.frames import VideoFrame, to_screen
from session.media.ice import IceServer as IceServer
from session.media.media_thread import MediaThread
from session.media.received import Received
from session.media.sdp import check_offer, first_codec, with_line_hints, without_local_names
from session.media.sound import BLOCK_S, NullSink, SoundSink, SoundSource, ToneSource
from session.media.sources import FrameSource, SyntheticCamera
from session.media.tracks import Pacer, PictureTrack, VoiceTrack
from session.media.voice_playout import VoicePlayout

log = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 8.0
CLOSE_TIMEOUT_S = 4.0
POLL_S = 0.25
FROZEN_AFTER_S = 0.75
OWN_WIDTH_PX = 320
VOICE_ROOM_KBPS = 60
"""Of the line, for the voice with its headers and for what the transport says to itself."""

LEAST_START_KBPS = 60
EARLIER_S = 12.0
"""How long a call that was replaced goes on at most while the new one brings nothing."""


@dataclass(frozen=True, kw_only=True)
class EngineSettings:
    """How wide the line is and what is sent.

    Attributes:
        ice_servers: at most one STUN and one TURN server are used by aiortc. None are needed in one network; aiortc's
            own default, a server of Google's, is never used.
        start_kbps, max_kbps: of the picture, both ways.
        fps: pictures sent a second.
    """

    ice_servers: tuple[IceServer, ...] = ()
    start_kbps: int = 300
    max_kbps: int = 2000
    fps: int = 25


@dataclass
class _Call:
    """One peer connection and what belongs to it."""

    pc: RTCPeerConnection
    picture: PictureTrack
    voice: VoiceTrack
    playout: VoicePlayout
    received: Received = field(default_factory=Received)
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    encoder: PictureEncoder | None = None
    closed: bool = False

    @property
    def begun(self) -> bool:
        """Something of the other end has arrived."""
        return self.received.heard or self.received.frames > 0


def _ignore_frame() -> None:
    """Nobody watches."""


def _ignore_state(state: MediaState) -> None:
    """Nobody watches."""


class AiortcEngine:
    """A `MediaEngine`.

    Args:
        camera, microphone, speaker: the devices; the engine closes them. The defaults are the simulated ones.
        settings: of the line.
    """

    def __init__(
        self,
        camera: FrameSource | None = None,
        microphone: SoundSource | None = None,
        speaker: SoundSink | None = None,
        settings: EngineSettings | None = None,
    ) -> None:
        self.on_frame: Callable[[], None] = _ignore_frame
        self.on_state: Callable[[MediaState], None] = _ignore_state
        self._camera = camera or SyntheticCamera()
        self._microphone = microphone or ToneSource()
        self._speaker = speaker or NullSink()
        self._settings = settings or EngineSettings()
        self._thread = MediaThread()
        self._limits = PictureLimits()
        self._call: _Call | None = None
        self._earlier: _Call | None = None
        self._offered: tuple[_Call, dict[str, RTCRtpSender]] | None = None
        self._own: VideoFrame | None = None
        self._own_count = 0
        self._camera_on = True
        self._microphone_on = True
        self._line_kbps = 0

    # ---- called from the window's loop -----------------------------------------------------------------------------

    @property
    def simulated_camera(self) -> bool:
        """True when our picture is drawn."""
        return self._camera.simulated

    async def answer(self, offer_sdp: str) -> str:
        """Answers an offer; see `MediaEngine.answer`."""
        check_offer(offer_sdp)
        try:
            return await self._thread.run(self._answer(offer_sdp), ANSWER_TIMEOUT_S)
        except TimeoutError as error:
            raise CallLost(why="no answer in time") from error

    async def offer(self) -> str:
        """Offers a call to another desk; `accept` takes its answer, and then an earlier call is replaced.

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

    async def close_call(self) -> None:
        """Ends the present call."""
        if self._thread.alive:
            with contextlib.suppress(TimeoutError):
                await self._thread.run(self._end_call(), CLOSE_TIMEOUT_S + 1)

    async def close(self) -> None:
        """Ends the call, the devices and the thread."""
        await self.close_call()
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

    def set_line(self, line_kbps: int) -> None:
        """What the line carries; see `MediaEngine.set_line`."""
        self._line_kbps = line_kbps

    def set_picture_limit(self, kbps: int, *, height_px: int = 0, fps: float = 0.0) -> None:
        """What our picture may use at most; see `MediaEngine.set_picture_limit`."""
        self._limits = PictureLimits(kbps=kbps, height_px=height_px, fps=fps)
        if (call := self._call) is not None:
            _limit(call, self._limits)

    def latest_frame(self) -> VideoFrame | None:
        """The caller's last picture; of the call before, until the present one has its first."""
        call, earlier = self._call, self._earlier
        if call is not None and call.received.shown is None and earlier is not None:
            return earlier.received.shown
        return call.received.shown if call is not None else None

    def own_frame(self) -> VideoFrame | None:
        """Our own last picture, 320 pixels wide."""
        return self._own

    def stats(self) -> MediaStats:
        """What was received so far in the present call."""
        call = self._call
        return call.received.stats(call.playout, call.encoder) if call is not None else MediaStats()

    # ---- in the media thread ---------------------------------------------------------------------------------------

    async def _answer(self, offer_sdp: str) -> str:
        call = self._new_call()
        try:
            answer = await self._negotiate(call, without_local_names(offer_sdp))
        except Exception as error:
            # aiortc raises whatever its parser stumbles over: KeyError, IndexError, ValueError and its own.
            await self._close(call)
            log.warning("offer refused: %s", type(error).__name__)
            raise CallLost(why=type(error).__name__) from error
        self._replace_by(call)
        return answer

    def _replace_by(self, call: _Call) -> None:
        """The call is the present one; the one before goes on until this one brings something."""
        before, self._call = self._call, call
        self._start(call)
        if (older := self._earlier) is not None:
            # A call that never began is no loss: the one that still speaks goes on.
            useless = before if before is not None and not before.begun else older
            before = older if useless is before else before
            self._spawn(self._close(useless), "call-replaced")
        self._earlier = before
        if before is not None:
            self._spawn(self._part_with(before, call), "call-replaced")

    async def _part_with(self, before: _Call, call: _Call) -> None:
        """Until the new call speaks, or the one before has been silent for long."""
        packets, silent_s = 0, 0.0
        while not (call.begun or call.closed or before.closed or silent_s > EARLIER_S):
            heard = before.received.transport.packets
            silent_s = silent_s + BLOCK_S if heard == packets else 0.0
            packets = heard
            await asyncio.sleep(BLOCK_S)
        if self._call is not call and call.closed:
            return  # the next one in the row watches over the one before
        if self._earlier is before:
            self._earlier = None
        await self._close(before)

    async def _offer(self) -> str:
        await self._drop_offer()
        call = self._new_call()
        senders = {track.kind: call.pc.addTrack(track) for track in (call.voice, call.picture)}
        self._tap_voice(call)
        self._offered = (call, senders)
        await call.pc.setLocalDescription(await call.pc.createOffer())
        sdp: str = call.pc.localDescription.sdp
        return sdp

    async def _accept(self, answer_sdp: str) -> None:
        offered, self._offered = self._offered, None
        if offered is None:
            raise CallLost(why="nothing was offered")
        call, senders = offered
        self._use_own_encoders(call, senders, answer_sdp)
        try:
            await call.pc.setRemoteDescription(RTCSessionDescription(without_local_names(answer_sdp), "answer"))
        except Exception as error:  # as in `_answer`
            await self._close(call)
            raise CallLost(why=type(error).__name__) from error
        self._replace_by(call)

    async def _drop_offer(self) -> None:
        offered, self._offered = self._offered, None
        if offered is not None:
            await self._close(offered[0])

    def _tap_voice(self, call: _Call) -> None:
        for transceiver in call.pc.getTransceivers():
            if transceiver.kind == "audio":
                internals.tap_voice(transceiver.receiver, partial(self._on_voice_packet, call))

    def _new_call(self) -> _Call:
        picture = PictureTrack(self._camera, self._settings.fps, self._keep_own)
        picture.camera_on = self._camera_on
        voice = VoiceTrack(self._microphone)
        voice.microphone_on = self._microphone_on
        # BALANCED, aiortc's default, on purpose: MAX_BUNDLE hangs when the offer's order differs from our tracks'.
        servers = [RTCIceServer(s.url, s.username or None, s.credential or None) for s in self._settings.ice_servers]
        pc = RTCPeerConnection(RTCConfiguration(iceServers=servers))
        call = _Call(pc, picture, voice, VoicePlayout())
        pc.on("connectionstatechange", partial(self._on_connection_state, call))
        return call

    async def _negotiate(self, call: _Call, offer_sdp: str) -> str:
        await call.pc.setRemoteDescription(RTCSessionDescription(offer_sdp, "offer"))
        self._tap_voice(call)
        offered = {transceiver.kind for transceiver in call.pc.getTransceivers()}
        tracks = [track for track in (call.voice, call.picture) if track.kind in offered]
        senders = {track.kind: call.pc.addTrack(track) for track in tracks}
        await call.pc.setLocalDescription(await call.pc.createAnswer())
        answer = call.pc.localDescription.sdp
        self._use_own_encoders(call, senders, answer)
        return with_line_hints(
            answer, start_kbps=self._start_kbps, max_kbps=self._settings.max_kbps, voice_bps=VOICE_BPS
        )

    @property
    def _start_kbps(self) -> int:
        """At which rate a picture begins, ours and the caller's: what the line leaves beside the voice, if known."""
        if not self._line_kbps:
            return self._settings.start_kbps
        return max(LEAST_START_KBPS, min(self._settings.max_kbps, self._line_kbps - VOICE_ROOM_KBPS))

    def _use_own_encoders(self, call: _Call, senders: dict[str, RTCRtpSender], answer: str) -> None:
        if first_codec(answer, "audio") == "opus":
            internals.use_encoder(senders["audio"], VoiceEncoder())
        if first_codec(answer, "video") == "vp8":
            call.encoder = PictureEncoder(self._start_kbps * 1000, self._settings.max_kbps * 1000)
            internals.use_encoder(senders["video"], call.encoder)
        _limit(call, self._limits)

    def _start(self, call: _Call) -> None:
        for receiver in call.pc.getReceivers():
            if receiver.track is not None:
                read = self._read_pictures if receiver.track.kind == "video" else self._drain
                call.tasks.append(self._spawn(read(call, receiver.track), f"call-{receiver.track.kind}"))
        call.tasks.append(self._spawn(self._play(call), "call-playout"))
        call.tasks.append(self._spawn(self._watch(call), "call-watch"))

    def _spawn(self, coroutine: Any, name: str) -> asyncio.Task[Any]:
        return self._thread.tasks.spawn(coroutine, name=name)

    async def _read_pictures(self, call: _Call, track: MediaStreamTrack) -> None:
        """Takes every picture at once and shows the newest: a slow machine drops pictures, it does not fall behind."""
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if not isinstance(frame, av.VideoFrame) or internals.frames_waiting(track):
                    call.received.pass_over()
                    continue
                call.received.add_picture(frame)
                self.on_frame()

    async def _drain(self, call: _Call, track: MediaStreamTrack) -> None:
        """Nothing comes here while the voice is tapped; what comes must not pile up."""
        with contextlib.suppress(MediaStreamError):
            while True:
                await track.recv()

    def _on_voice_packet(self, call: _Call, timestamp: int, payload: bytes) -> None:
        call.received.count_voice_packet()
        if payload:
            call.playout.put(timestamp, payload, asyncio.get_running_loop().time())

    async def _play(self, call: _Call) -> None:
        pacer = Pacer(BLOCK_S)
        while True:
            await pacer.next_beat()
            block = call.playout.pull()
            call.received.add_voice(block)
            if self._speaks(call):
                self._speaker.write(block)

    def _speaks(self, call: _Call) -> bool:
        """Of two calls, the present one as soon as it has a voice."""
        if self._earlier is None or self._call is None:
            return True
        return (call is self._call) == self._call.received.heard

    async def _watch(self, call: _Call) -> None:
        """Polls the line's counts, and asks for a key frame when packets come but no picture."""
        loop = asyncio.get_running_loop()
        frames, packets, since_s = 0, 0, loop.time()
        while True:
            await asyncio.sleep(POLL_S)
            call.received.transport, video_packets = await counted(call.pc)
            if call.received.frames != frames:
                frames, packets, since_s = call.received.frames, video_packets, loop.time()
            elif video_packets > packets and loop.time() - since_s > FROZEN_AFTER_S:
                packets, since_s = video_packets, loop.time()
                for receiver in _receivers(call.pc, "video"):
                    await internals.ask_for_key_frame(receiver)

    def _keep_own(self, frame: av.VideoFrame | None) -> None:
        """Our picture for our own screen: every second one is enough."""
        self._own_count += 1
        if frame is None or self._call is None:  # a late picture of a call that has ended
            self._own = None
        elif self._own is None or self._own_count % 2 == 0:
            self._own = to_screen(frame, self._own_count, OWN_WIDTH_PX)

    def _on_connection_state(self, call: _Call) -> None:
        if not call.closed and call is self._call:
            self.on_state(_STATES.get(call.pc.connectionState, MediaState.LOST))

    async def _end_call(self) -> None:
        await self._drop_offer()
        call, self._call, self._own = self._call, None, None
        earlier, self._earlier = self._earlier, None
        if earlier is not None:
            await self._close(earlier)
        if call is not None:
            await self._close(call)
            self.on_state(MediaState.CLOSED)

    async def _close(self, call: _Call) -> None:
        if call.closed:
            return
        call.closed = True
        for task in call.tasks:
            task.cancel()
        await asyncio.gather(*call.tasks, return_exceptions=True)
        call.playout.close()
        try:
            await asyncio.wait_for(call.pc.close(), CLOSE_TIMEOUT_S)
        except TimeoutError:
            log.warning("a call did not close in time")


_STATES = {
    "new": MediaState.NEW,
    "connecting": MediaState.CONNECTING,
    "connected": MediaState.CONNECTED,
}
"""What is not here ("failed", "closed") came from the line, not from us: the call is lost."""


def _receivers(pc: RTCPeerConnection, kind: str) -> list[RTCRtpReceiver]:
    return [t.receiver for t in pc.getTransceivers() if t.kind == kind and t.receiver.track is not None]


def _limit(call: _Call, limits: PictureLimits) -> None:
    call.picture.limit(limits.fps or float(call.picture.fps))
    if call.encoder is not None:
        call.encoder.limit(limits)
