# SPDX-License-Identifier: GPL-3.0-only
"""One call of the aiortc engine: a peer connection and all that belongs to it.
Used by `aiortc_engine`, in the media thread.

Each call has an object of its own, so that nothing of an earlier call can show up in a later one.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import av
from aiortc import RTCConfiguration, RTCIceServer, RTCIceTransportPolicy, RTCSessionDescription
from aiortc.rtp import RtpPacket

from session.core.tasks import Tasks
from session.media.audio.sound import BLOCK_S, SoundSink
from session.media.audio.voice_encoder import VoiceEncoder
from session.media.audio.voice_playout import VoicePlayout
from session.media.engine import MediaState, MediaStats, PictureLimits
from session.media.engines.aiortc_internals import (
    Addresses,
    MediaReceiver,
    MediaSender,
    PeerConnection,
    give_ports_back,
)
from session.media.engines.opus import OpusDecoder
from session.media.engines.queue_delay import QueueDelayEstimator
from session.media.engines.received import ReceivedMedia, TransportCounts
from session.media.engines.tracks import PictureTrack, SteadyBeat, VoiceTrack
from session.media.frames import VideoFrame
from session.media.ice import IceServer
from session.media.line.budget import (
    ASKED_VOICE_BPS,
    VOICE_KBPS,
    WIDE_KBPS,
    cheap_first,
    picture_kbps,
)
from session.media.line.sent_loss import SentLoss
from session.media.sdp import first_codec, in_order, lean, with_line_hints, without_local_names
from session.media.video.packet_pacer import PacketPacer
from session.media.video.picture_assembler import PicturePacket
from session.media.video.picture_codecs import PICTURE_CODECS
from session.media.video.picture_encoder import PictureEncoder
from session.media.video.picture_receiver import PictureReceiver
from session.media.video.picture_timing import LipSync, PictureSmoother
from session.media.video.send_rate import SendRate

log = logging.getLogger(__name__)

CLOSE_TIMEOUT_S = 4.0
POLL_S = 0.25
SILENT_AFTER_S = 2.5
"""Reports come about once a second; when none has come for so long, nobody seems to read our
pictures.
"""

PACE = 1.6
"""Packets leave at this multiple of the picture's rate: mostly a large picture is out before the
next one is due.
"""

OUTAGE_AFTER_S = 1.2
"""After so long without any packet pictures are not sent: they would be lost, and the other end
would ask for each of their packets before it shows a new one.
"""


@dataclass(frozen=True, kw_only=True)
class AiortcSettings:
    """The width of the line, and what is sent.

    Attributes:
        ice_servers: at most one STUN and one TURN server are used by aiortc. None are needed in one
            network; aiortc's own default, a server of Google's, is never used.
        start_kbps, max_kbps: of the picture, both ways, while the line is not known.
        line_kbps: what the line carries, kilobits of IP each way; 0: not known. Then nothing above
            it is ever hinted.
        fps: pictures sent a second.
        codecs: of the picture, the preferred one first.
    """

    ice_servers: tuple[IceServer, ...] = ()
    relay_only: bool = False
    start_kbps: int = 300
    max_kbps: int = 2000
    line_kbps: int = 0
    fps: int = 25
    codecs: tuple[str, ...] = PICTURE_CODECS

    @property
    def codec_order(self) -> tuple[str, ...]:
        """The order of `codecs`; on a wide line VP8 comes first where it is wanted."""
        return cheap_first(self.codecs, self.line_kbps)

    @property
    def picture_kbps(self) -> tuple[int, int]:
        """(start, most) for the picture."""
        most = picture_kbps(self.line_kbps, self.max_kbps)
        return (most if self.line_kbps else min(self.start_kbps, most)), most

    @property
    def connection(self) -> RTCConfiguration:
        """The servers and the policy with which aiortc finds a way."""
        # BALANCED, aiortc's default, on purpose:
        # MAX_BUNDLE hangs when the offer's order differs from our tracks'.
        servers = [
            RTCIceServer(s.url, s.username or None, s.credential or None) for s in self.ice_servers
        ]
        if self.relay_only:
            policy = RTCIceTransportPolicy.RELAY
        else:
            policy = RTCIceTransportPolicy.ALL
        return RTCConfiguration(iceServers=servers, iceTransportPolicy=policy)


class OutageWatch:
    """Notices an outage: nothing of the other end has come for a while.
    Times are monotonic seconds.

    The voice is the sign of life: a silent one still sends a packet every 0.4 s (RFC 6716, section
    2.1.9). Where the other end has no microphone, only a photo now and then may come, and silence
    proves nothing. The page's `call_line.js` judges in the same way.
    """

    def __init__(self) -> None:
        self._voice_at_s: float | None = None
        self._heard_at_s = 0.0

    def on_voice_packet(self, now_s: float) -> None:
        """A packet of the voice has come."""
        self._voice_at_s = self._heard_at_s = now_s

    def on_picture_packet(self, now_s: float) -> None:
        """A packet of the picture has come."""
        self._heard_at_s = now_s

    def is_out(self, now_s: float) -> bool:
        """True if nothing comes any more, and there was a voice when something came last."""
        if self._voice_at_s is None or self._heard_at_s - self._voice_at_s > OUTAGE_AFTER_S:
            return False
        return now_s - self._heard_at_s > OUTAGE_AFTER_S


class _VoiceInlet:
    """Gives packets of the caller's voice to the playout."""

    def __init__(self, call: AiortcCall) -> None:
        self._call = call

    async def on_packet(self, packet: RtpPacket, codec: str) -> None:
        now_s = asyncio.get_running_loop().time()
        self._call.received.count_voice_packet()
        self._call.outage.on_voice_packet(now_s)
        self._call.resume_pictures()
        if packet.payload and codec == "opus":
            self._call.playout.put(packet.timestamp, packet.payload, now_s)

    def on_report(self, ntp: int, rtp_timestamp: int) -> None:
        self._call.lip_sync.on_report("audio", ntp, rtp_timestamp)

    def on_end(self) -> None:
        """Does nothing: the watchdog of the call sees that nothing comes."""


class _PictureInlet:
    """Gives packets of the caller's picture to the assembler."""

    def __init__(self, call: AiortcCall) -> None:
        self._call = call

    async def on_packet(self, packet: RtpPacket, codec: str) -> None:
        self._call.outage.on_picture_packet(asyncio.get_running_loop().time())
        self._call.resume_pictures()
        pictures = self._call.pictures
        if pictures is not None:
            pictures.assembler.queue_s = self._call.queue_s
            await pictures.add(
                PicturePacket(
                    packet.sequence_number,
                    packet.timestamp,
                    marker=bool(packet.marker),
                    payload=packet.payload,
                    codec=codec,
                )
            )

    def on_report(self, ntp: int, rtp_timestamp: int) -> None:
        self._call.lip_sync.on_report("video", ntp, rtp_timestamp)

    def on_end(self) -> None:
        """Does nothing, as for the voice."""


class AiortcCall:
    """One peer connection.

    Args:
        settings: of the line.
        picture, voice: our tracks.
        speaker: where the caller's voice goes.
        on_picture: called with each picture of the caller's, on_state with each state of the line;
            both in the media thread.
        is_playing: whether the caller's voice goes to the loudspeaker now; of two calls only one's
            does.
        addresses: found beforehand by these settings; the call closes them.

    Attributes:
        received: what came.
        pictures: their receiver, from the first one on.
    """

    def __init__(
        self,
        settings: AiortcSettings,
        picture: PictureTrack,
        *,
        voice: VoiceTrack,
        speaker: SoundSink,
        on_picture: Callable[[None], None],
        on_state: Callable[[AiortcCall, MediaState], None],
        is_playing: Callable[[AiortcCall], bool],
        addresses: Addresses | None = None,
    ) -> None:
        self.picture = picture
        self.voice = voice
        self.received = ReceivedMedia()
        self.playout = VoicePlayout(OpusDecoder())
        self.lip_sync = LipSync()
        self.pictures: PictureReceiver | None = None
        self._smoother = PictureSmoother()
        self.closed = False
        self._settings = settings
        self._limits = PictureLimits()
        self._speaker = speaker
        self._picture_shown = on_picture
        self._on_state = on_state
        self._is_playing = is_playing
        self._encoder: PictureEncoder | None = None
        self._picture_sender: MediaSender | None = None
        start, most = settings.picture_kbps
        self._estimator = QueueDelayEstimator(start * 1000, most * 1000)
        self._rtt_s: float | None = None
        self._reported: dict[str, tuple[int, int]] = {}
        self._loss = SentLoss()
        self._sent_bytes = 0
        self.outage = OutageWatch()
        self._tasks: list[asyncio.Task[Any]] = []
        self._pc = PeerConnection(settings.connection, addresses)
        self._pc.on("connectionstatechange", self._on_connection_state)

    @property
    def has_begun(self) -> bool:
        """True if something of the other end has arrived."""
        return self.received.has_voice or self.received.frames > 0

    @property
    def queue_s(self) -> float:
        """The time that a packet of the other end's picture waits on the line now."""
        return self._estimator.queue_ms / 1000

    # ---- setting up

    async def answer(self, offer_sdp: str) -> str:
        """The answer to an offer. Raises whatever aiortc's parser raises: KeyError, ValueError and
        its own.
        """
        offer = in_order(without_local_names(offer_sdp), self._settings.codec_order)
        await self._pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        offered = {transceiver.kind for transceiver in self._pc.getTransceivers()}
        for track in (self.voice, self.picture):
            if track.kind in offered:
                self._pc.addTrack(track)
        self._connect_inlets()
        await self._pc.setLocalDescription(await self._pc.createAnswer())
        answer: str = self._pc.localDescription.sdp
        self._give_encoders(answer)
        return lean(self._hinted(answer))

    async def offer(self) -> str:
        """An offer of ours."""
        for track in (self.voice, self.picture):
            self._pc.addTrack(track)
        self._connect_inlets()
        await self._pc.setLocalDescription(await self._pc.createOffer())
        return self._hinted(in_order(self._pc.localDescription.sdp, self._settings.codec_order))

    async def accept(self, answer_sdp: str) -> None:
        """Takes the answer to our offer. Raises as `answer`."""
        self._give_encoders(answer_sdp)
        await self._pc.setRemoteDescription(
            RTCSessionDescription(without_local_names(answer_sdp), "answer")
        )

    def _hinted(self, sdp: str) -> str:
        start, most = self._settings.picture_kbps
        return with_line_hints(sdp, start_kbps=start, max_kbps=most, voice_bps=ASKED_VOICE_BPS)

    def _connect_inlets(self) -> None:
        for transceiver in self._pc.getTransceivers():
            receiver = transceiver.receiver
            assert isinstance(receiver, MediaReceiver)
            if transceiver.kind == "audio":
                receiver.deliver_to(_VoiceInlet(self))
            elif self.pictures is None:
                self.pictures = PictureReceiver(
                    receiver,
                    self._wait_s,
                    on_picture=self._on_picture,
                    on_late=self.received.pass_over,
                )
                receiver.deliver_to(_PictureInlet(self), self._estimator)

    def _give_encoders(self, answer: str) -> None:
        for transceiver in self._pc.getTransceivers():
            sender = transceiver.sender
            assert isinstance(sender, MediaSender)
            codec = first_codec(answer, transceiver.kind)
            if transceiver.kind == "audio" and codec == "opus":
                sender.send_with(VoiceEncoder(), self._on_voice_report)
            elif transceiver.kind == "video" and codec in PICTURE_CODECS:
                self._give_picture_encoder(sender, codec)

    def _give_picture_encoder(self, sender: MediaSender, codec: str) -> None:
        start, most = self._settings.picture_kbps
        rate = SendRate(start * 1000, most * 1000, line_known=bool(self._settings.line_kbps))
        encoder = PictureEncoder(rate, codec)
        self._encoder = encoder
        self._picture_sender = sender
        sender.send_with(encoder, self._on_report, pacer=PacketPacer(self._pace_bps))
        self._apply_limit()

    # ---- the line

    def set_line(self, settings: AiortcSettings, limits: PictureLimits) -> None:
        """Takes another width of the line and another bound of the picture."""
        self._settings = settings
        self._limits = limits
        self._apply_limit()

    def _apply_limit(self) -> None:
        _start, most = self._settings.picture_kbps
        self._estimator.set_max(most * 1000)
        self.picture.limit(self._limits.fps or float(self.picture.fps))
        if self._encoder is not None:
            self._encoder.limit(self._limits)
            if self._limits.kbps:
                bound = min(most, self._limits.kbps)
            else:
                bound = most
            self._encoder.rate.set_max(1000 * bound, line_known=bool(self._settings.line_kbps))

    def _pace_bps(self) -> float:
        assert self._encoder is not None
        pace = PACE * self._encoder.target_bitrate
        room = 1000.0 * (self._settings.line_kbps - VOICE_KBPS)
        if self._settings.line_kbps >= WIDE_KBPS:
            # the next picture is taken when this one has left: on a busy computer that is late
            return max(pace, room)
        if self._settings.line_kbps:
            return max(self._encoder.target_bitrate, min(pace, room))
        return pace

    def _on_voice_report(self, packets: int, missed: int, rtt_s: float | None) -> None:
        self._reported["audio"] = (packets, missed)

    def _on_report(self, packets: int, missed: int, rtt_s: float | None) -> None:
        self._reported["video"] = (packets, missed)
        if rtt_s is not None:
            self._rtt_s = rtt_s
        if self._encoder is not None:
            self._encoder.rate.on_report(self._loss.share(packets, missed), rtt_s)
        if self.pictures is not None and rtt_s is not None:
            self.pictures.assembler.rtt_s = min(0.5, max(0.02, rtt_s))

    def _on_connection_state(self) -> None:
        if not self.closed:
            self._on_state(self, _STATES.get(self._pc.connectionState, MediaState.LOST))

    # ---- running

    def start(self, tasks: Tasks) -> None:
        """Plays, asks for what is lost, and counts, until `close`."""
        self._tasks.append(tasks.keep(self._play, name="call-playout"))
        self._tasks.append(tasks.keep(self._watch, name="call-watch"))
        if self.pictures is not None:
            self._tasks.append(tasks.keep(self.pictures.run, name="call-pictures"))

    def resume_pictures(self) -> None:
        """Sends pictures again: a packet of the other end has come."""
        if self._encoder is not None and self._encoder.paused:
            self._encoder.paused = self.picture.sparing = False

    def _wait_s(self, timestamp: int) -> float:
        now_s = asyncio.get_running_loop().time()
        evenly_s = self._smoother.wait_s(timestamp, now_s)
        lips_s = self.lip_sync.wait_s(timestamp, now_s, at_least_s=evenly_s)
        self.playout.extra_s = self.lip_sync.extra_s
        return max(evenly_s, lips_s)

    def _on_picture(self, frame: av.VideoFrame, screen_frame: VideoFrame, codec: str) -> None:
        if not self.closed:
            self.received.add_picture(frame, screen_frame, codec)
            self._picture_shown(None)

    async def _play(self) -> None:
        pacer, loop = SteadyBeat(BLOCK_S), asyncio.get_running_loop()
        while True:
            await pacer.next_beat()
            playing = self.playout.playing
            if playing is not None:
                self.lip_sync.on_played(playing, loop.time())
            block = self.playout.pull()
            self.received.meter.add(block)
            if self._is_playing(self):
                self._speaker.write(block)

    async def _watch(self) -> None:
        """Polls the connection's counts; sends few pictures while nobody seems to read them."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(POLL_S)
            self._count()
            if self._picture_sender is not None:
                heard_s = self._picture_sender.heard_at_s
            else:
                heard_s = None
            self.picture.sparing = heard_s is not None and loop.time() - heard_s > SILENT_AFTER_S
            if self._encoder is not None:
                self._encoder.paused = self.outage.is_out(loop.time())

    def _count(self) -> None:
        packets = lost = received = sent = 0
        transports: set[int] = set()
        for transceiver in self._pc.getTransceivers():
            receiver = transceiver.receiver
            assert isinstance(receiver, MediaReceiver)
            came, missed = receiver.packet_counts()
            packets, lost = packets + came, lost + missed
            if id(receiver.transport) not in transports:
                transports.add(id(receiver.transport))
                came_bytes, gone_bytes = receiver.transport_bytes()
                received, sent = received + came_bytes, sent + gone_bytes
        if self._rtt_s is None:
            rtt_ms = None
        else:
            rtt_ms = self._rtt_s * 1000
        self.received.transport = TransportCounts(packets, lost, rtt_ms, received)
        self._sent_bytes = sent

    def stats(self) -> MediaStats:
        """All counts; read from any thread."""
        encoder, lag_s = self._encoder, self.lip_sync.lag_s
        blocks, guessed = self.playout.blocks
        reported = list(self._reported.values())
        return dataclasses.replace(
            self.received.stats(),
            voice_blocks=blocks,
            voice_made_up=guessed,
            voice_delay_ms=round(self.playout.buffered_s * 1000, 1),
            lip_ms=None if lag_s is None else round(lag_s * 1000, 1),
            target_kbps=encoder.target_bitrate // 1000 if encoder is not None else 0,
            sent_codec=encoder.codec_name if encoder is not None else "",
            sent_width_px=encoder.size[0] if encoder is not None else 0,
            sent_height_px=encoder.size[1] if encoder is not None else 0,
            sent_frames=encoder.counts["pictures"] if encoder is not None else 0,
            sent_bytes=self._sent_bytes,
            sent_packets=sum(packets for packets, _ in reported),
            sent_missed=sum(missed for _, missed in reported),
            estimate_kbps=encoder.rate.estimate_kbps if encoder is not None else None,
        )

    async def close(self) -> None:
        """Ends the call; the devices stay open."""
        if self.closed:
            return
        self.closed = True
        try:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await asyncio.wait_for(self._pc.close_all(), CLOSE_TIMEOUT_S)
        except TimeoutError:
            log.warning("a call did not close in time")
        finally:  # who closes may be cancelled, too
            give_ports_back(self._pc)
            if self.pictures is not None:
                self.pictures.close()
            self.playout.close()


_STATES = {
    "new": MediaState.NEW,
    "connecting": MediaState.CONNECTING,
    "connected": MediaState.CONNECTED,
}
"""Any other state ("failed", "closed") came from the line, not from us: the call is lost."""
