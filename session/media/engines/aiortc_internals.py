# SPDX-License-Identifier: GPL-3.0-only
"""Every private name of aiortc that we touch, each with its reason;
those of the beginning are in `aiortc_start`.

aiortc is pinned; `tests/unit/session/media/engines/test_aiortc_internals.py` fails when a new
version has moved one of them. Nothing of aiortc is replaced for other users of it: the peer
connection below is a subclass, and the two module names that are exchanged (lists of codecs and of
numbers for them) serve others as before.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import aiortc.rtcpeerconnection as aiortc_connection
import aiortc.rtp as aiortc_rtp
from aiortc import (
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpSender,
    RTCSessionDescription,
    clock,
)
from aiortc.codecs import CODECS, is_rtx
from aiortc.codecs.base import Encoder
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcrtpparameters import RTCRtcpFeedback, RTCRtpCodecParameters, RTCRtpReceiveParameters
from aiortc.rtcrtpreceiver import StreamStatistics
from aiortc.rtcrtptransceiver import RTCRtpTransceiver
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTP_HISTORY_SIZE,
    RtcpByePacket,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpSrPacket,
    RtpPacket,
    compute_audio_level_dbov,
    pack_remb_fci,
    unwrap_rtx,
)
from aiortc.stats import RTCTransportStats
from aiortc.utils import random16, random32, uint16_add, uint32_add

from session.media.engines.aiortc_start import Addresses, QuickStart, hurry
from session.media.video.packet_pacer import PacketPacer
from session.media.video.packet_queue import Outbox

log = logging.getLogger(__name__)

AV1_PAYLOAD_TYPE = 103
MAX_STREAMS = 4
"""Sources (SSRC) counted per receiver: a flood of invented ones must not grow our tables."""


def _get(thing: object, name: str) -> Any:
    return getattr(thing, name)


def _set(thing: object, name: str, value: object) -> None:
    if not hasattr(thing, name):
        raise AttributeError(name)
    setattr(thing, name, value)


# ---- codecs
# --------------------------------------------------------------------------------------------------


def _picture_codec(name: str, payload_type: int) -> list[RTCRtpCodecParameters]:
    feedback = [("nack", None), ("nack", "pli"), ("goog-remb", None)]
    return [
        RTCRtpCodecParameters(
            mimeType=f"video/{name}",
            clockRate=90_000,
            payloadType=payload_type,
            rtcpFeedback=[
                RTCRtcpFeedback(type=kind, parameter=parameter) for kind, parameter in feedback
            ],
        ),
        RTCRtpCodecParameters(
            mimeType="video/rtx",
            clockRate=90_000,
            payloadType=payload_type + 1,
            parameters={"apt": payload_type},
        ),
    ]


_ours: contextvars.ContextVar[bool] = contextvars.ContextVar("ours", default=False)


class _Codecs(dict[str, list[RTCRtpCodecParameters]]):
    """aiortc's list of codecs; while one of our connections asks, ours:
    AV1, VP8 and Opus, nothing else.
    """

    def __getitem__(self, kind: str) -> list[RTCRtpCodecParameters]:
        plain = super().__getitem__(kind)
        if not _ours.get():
            return plain
        if kind == "audio":
            return [codec for codec in plain if codec.name == "opus"]
        vp8 = next(codec.payloadType for codec in plain if codec.name == "VP8")
        kept = [codec for codec in plain if vp8 in (codec.payloadType, codec.parameters.get("apt"))]
        return _picture_codec("AV1", AV1_PAYLOAD_TYPE) + kept


_set(aiortc_connection, "CODECS", _Codecs(CODECS))

_set(aiortc_rtp, "DYNAMIC_PAYLOAD_TYPES", frozenset((*range(35, 64), *range(96, 128))))
"""RFC 5761, section 4, and RFC 8829, section 5.1.1, allow 35 to 63 too, and Chromium offers AV1
there. aiortc would answer with a number of its own, and Chromium decodes only what has the one it
offered.
"""


@contextmanager
def _with_our_codecs() -> Iterator[None]:
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)


# ---- the transport
# --------------------------------------------------------------------------------------------------


def _shield(transport: Any) -> None:
    """A datagram that cannot be read is passed over.

    WORKAROUND: aiortc 1.16 ends the whole transport at one that is empty (`data[0]`;
    anybody who can reach the port may send it, unencrypted) and at an RTP header extension that is
    too short (`struct.error`). Found by fuzzing.
    """
    receive = transport._recv_next

    async def receive_next() -> None:
        try:
            await receive()
        except (IndexError, KeyError, ValueError, struct.error) as error:
            log.debug("a datagram is passed over: %s", type(error).__name__)

    if getattr(receive, "__name__", "") != receive_next.__name__:
        _set(transport, "_recv_next", receive_next)


# ---- the connection
# --------------------------------------------------------------------------------------------------


class Connection(RTCPeerConnection):
    """A peer connection with our receivers, senders and codecs.

    Args:
        addresses: found beforehand with this configuration;
            the first of the call's parts takes them. The connection closes them.
    """

    def __init__(self, configuration: RTCConfiguration, addresses: Addresses | None = None) -> None:
        super().__init__(configuration)
        self._addresses = addresses

    async def createOffer(self) -> RTCSessionDescription:  # noqa: N802
        """As aiortc's, with our codecs."""
        with _with_our_codecs():
            return await super().createOffer()

    async def setRemoteDescription(self, sessionDescription: RTCSessionDescription) -> None:  # noqa: N802, N803
        """As aiortc's, with our codecs."""
        with _with_our_codecs():
            await super().setRemoteDescription(sessionDescription)

    async def close_all(self) -> None:
        """As `close`, which stumbles over a connection that a damaged description has left without
        a transport.
        """
        addresses, self._addresses = self._addresses, None
        if addresses is not None:
            await addresses.forget()
        try:
            await self.close()
        except AttributeError:
            log.warning("a half-made connection is closed part by part")
            for transceiver in self.getTransceivers():
                transport = transceiver.receiver.transport
                if transport is not None:
                    await transport.stop()
                    await transport.transport.stop()

    def _RTCPeerConnection__createDtlsTransport(self) -> Any:  # noqa: N802
        made: Any = super()._RTCPeerConnection__createDtlsTransport()  # type: ignore[misc]
        addresses, self._addresses = self._addresses, None
        if addresses is not None:
            way, ice = made.transport, addresses.gatherer._connection
            _set(way, "_RTCIceTransport__iceGatherer", addresses.gatherer)
            _set(way, "_connection", ice)
            _set(way, "_recv", ice.recv)
            _set(way, "_send", ice.send)
        else:
            hurry(made.transport.iceGatherer)
        return made

    def _RTCPeerConnection__createTransceiver(  # noqa: N802
        self, direction: str, kind: str, sender_track: MediaStreamTrack | None = None
    ) -> RTCRtpTransceiver:
        made: RTCRtpTransceiver = super()._RTCPeerConnection__createTransceiver(  # type: ignore[misc]
            direction, kind, sender_track
        )
        QuickStart.put_on(made.receiver.transport)
        _shield(made.receiver.transport)
        sender = Sender(sender_track or kind, made.sender.transport)
        receiver = Receiver(kind, made.receiver.transport)
        sender._stream_id = made.sender._stream_id
        receiver._set_rtcp_ssrc(sender._ssrc)
        _set(made, "_RTCRtpTransceiver__sender", sender)
        _set(made, "_RTCRtpTransceiver__receiver", receiver)
        return made


# ---- receiving
# --------------------------------------------------------------------------------------------------


class Inlet(Protocol):
    """Takes what a receiver gets. All in the media loop."""

    async def on_packet(self, packet: RtpPacket, codec: str) -> None:
        """A packet of media (never of retransmission), and its codec's name in lower case."""
        ...

    def on_report(self, ntp: int, rtp_timestamp: int) -> None:
        """The sender's clock, 64 bits (RFC 3550, section 6.4.1)."""
        ...

    def on_end(self) -> None:
        """The other end has closed the stream."""
        ...


class Receiver(RTCRtpReceiver):
    """Hands packets to an inlet instead of a jitter buffer and a decoder of aiortc's;
    its track stays empty.
    """

    def __init__(self, kind: str, transport: Any) -> None:
        super().__init__(kind, transport)
        self.inlet: Inlet | None = None
        self.media_ssrc: int | None = None
        self.media_packets = 0

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        """As aiortc's, without the thread that decodes."""
        if _get(self, "_RTCRtpReceiver__started"):
            return
        for codec in parameters.codecs:
            _get(self, "_RTCRtpReceiver__codecs")[codec.payloadType] = codec
        for encoding in parameters.encodings:
            if encoding.rtx:
                _get(self, "_RTCRtpReceiver__rtx_ssrc")[encoding.rtx.ssrc] = encoding.ssrc
        self.transport._register_rtp_receiver(self, parameters)
        _set(self, "_RTCRtpReceiver__rtcp_task", asyncio.ensure_future(self._run_rtcp()))
        _set(self, "_RTCRtpReceiver__started", True)

    def use_estimator(self, estimator: object) -> None:
        """Judges the line with this one, which has the shape of aiortc's
        `RemoteBitrateEstimator`.
        """
        _set(self, "_RTCRtpReceiver__remote_bitrate_estimator", estimator)

    async def ask_again(self, sequence_numbers: list[int]) -> None:
        """Generic NACK (RFC 4585, section 6.2.1)."""
        if self.media_ssrc is not None:
            await self._send_rtcp_nack(self.media_ssrc, sequence_numbers)

    async def ask_whole(self) -> None:
        """Picture loss indication (RFC 4585, section 6.3.1)."""
        if self.media_ssrc is not None:
            await self._send_rtcp_pli(self.media_ssrc)

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        await self._feed_estimator(packet, arrival_time_ms)
        codecs: dict[int, RTCRtpCodecParameters] = _get(self, "_RTCRtpReceiver__codecs")
        codec = codecs.get(packet.payload_type)
        if codec is None or not self._counted(packet, codec.clockRate):
            return
        if is_rtx(codec):
            original = _get(self, "_RTCRtpReceiver__rtx_ssrc").get(packet.ssrc)
            payload_type = codec.parameters.get("apt")
            if original is None or len(packet.payload) < 2 or payload_type not in codecs:
                return
            packet = unwrap_rtx(packet, payload_type=payload_type, ssrc=original)
            codec = codecs[payload_type]
        else:
            self.media_packets += 1
            self.media_ssrc = packet.ssrc
        if self.inlet is not None:
            await self.inlet.on_packet(packet, codec.name.lower())

    def counted(self) -> tuple[int, int]:
        """Packets that came and packets that never did."""
        streams: dict[int, StreamStatistics] = _get(self, "_RTCRtpReceiver__remote_streams")
        known = [stream for stream in streams.values() if stream.max_seq is not None]
        return sum(stream.packets_received for stream in known), sum(
            max(0, stream.packets_lost) for stream in known
        )

    def octets(self) -> tuple[int, int]:
        """Bytes that its transport has received and sent, of all streams together."""
        counts = [
            c for c in self.transport._get_stats().values() if isinstance(c, RTCTransportStats)
        ]
        return sum(c.bytesReceived for c in counts), sum(c.bytesSent for c in counts)

    def _counted(self, packet: RtpPacket, rate_hz: int) -> bool:
        streams: dict[int, StreamStatistics] = _get(self, "_RTCRtpReceiver__remote_streams")
        if packet.ssrc not in streams:
            if len(streams) >= MAX_STREAMS:
                return False
            streams[packet.ssrc] = StreamStatistics(rate_hz)
        streams[packet.ssrc].add(packet)
        return True

    async def _feed_estimator(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        estimator = _get(self, "_RTCRtpReceiver__remote_bitrate_estimator")
        own_ssrc = _get(self, "_RTCRtpReceiver__rtcp_ssrc")
        if estimator is None or packet.extensions.abs_send_time is None:
            return
        if packet.ssrc not in estimator.ssrcs and len(estimator.ssrcs) >= MAX_STREAMS:
            return
        found = estimator.add(
            abs_send_time=packet.extensions.abs_send_time,
            arrival_time_ms=arrival_time_ms,
            payload_size=len(packet.payload) + packet.padding_size,
            ssrc=packet.ssrc,
        )
        if found is not None and own_ssrc is not None:
            told = RtcpPsfbPacket(
                fmt=RTCP_PSFB_APP, ssrc=own_ssrc, media_ssrc=0, fci=pack_remb_fci(*found)
            )
            await self._send_rtcp(told)

    async def _handle_rtcp_packet(self, packet: Any) -> None:
        await super()._handle_rtcp_packet(packet)
        if self.inlet is None:
            return
        if isinstance(packet, RtcpSrPacket):
            self.inlet.on_report(packet.sender_info.ntp_timestamp, packet.sender_info.rtp_timestamp)
        elif isinstance(packet, RtcpByePacket):
            self.inlet.on_end()

    def _handle_disconnect(self) -> None:
        super()._handle_disconnect()
        if self.inlet is not None:
            self.inlet.on_end()


# ---- sending
# --------------------------------------------------------------------------------------------------


def _ignore(packets: int, missed: int, rtt_s: float | None) -> None:
    """Nobody listens."""


class Sender(RTCRtpSender):
    """Sends with our encoder, at an even pace, and tells what the other end reports.

    Attributes: pacer: for pictures; None sends at once. on_report: of our packets since the
        beginning, how many a report speaks of and how many of these never came (RFC 3550, section
        6.4.1; packets that are sent again have their own numbers), and the round trip in seconds or
        None.
        heard_at_s: the loop's time of the other end's last report;
        until the first one, of our own first packet.
    """

    def __init__(self, track_or_kind: MediaStreamTrack | str, transport: Any) -> None:
        super().__init__(track_or_kind, transport)
        self.pacer: PacketPacer | None = None
        self.on_report: Callable[[int, int, float | None], None] = _ignore
        self._first_number: int | None = None
        self._outbox: Outbox[RtpPacket] | None = None
        self.heard_at_s: float | None = None

    async def _handle_rtcp_packet(self, packet: Any) -> None:
        round_trip_s = self._round_trip_s(packet)  # before aiortc smooths it
        await super()._handle_rtcp_packet(packet)
        self.heard_at_s = asyncio.get_running_loop().time()
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == self._ssrc and self._first_number is not None:
                    self.on_report(*self._reported(report), round_trip_s)

    def _reported(self, report: Any) -> tuple[int, int]:
        """Packets and packets missed. What nobody can have counted is not believed."""
        sent = _get(self, "_RTCRtpSender__packet_count")
        packets = min(sent, max(0, report.highest_sequence - (self._first_number or 0) + 1))
        return packets, min(packets, max(0, report.packets_lost))

    def _round_trip_s(self, packet: Any) -> float | None:
        """What a report about our last one tells (RFC 3550, section 6.4.1), or None."""
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                known = (
                    report.ssrc == self._ssrc
                    and report.dlsr
                    and report.lsr == _get(self, "_RTCRtpSender__lsr")
                )
                if known:
                    passed_s: float = (
                        time.time() - _get(self, "_RTCRtpSender__lsr_time") - report.dlsr / 65536
                    )
                    return passed_s if 0 <= passed_s < 10 else None
        return None

    async def _retransmit(self, sequence_number: int) -> None:
        packet = _get(self, "_RTCRtpSender__rtp_history").get(sequence_number % RTP_HISTORY_SIZE)
        if self.pacer is None or (
            packet is not None and self.pacer.may_repeat(len(packet.payload))
        ):
            await super()._retransmit(sequence_number)

    async def _run_rtp(self, codec: RTCRtpCodecParameters) -> None:
        """As aiortc's, but paced; and a report's clock is that of the capture, not of the
        sending.
        """
        _get(self, "_RTCRtpSender__rtp_started").set()
        sending: asyncio.Task[None] | None = None
        if self.pacer is not None:
            self._outbox = Outbox(self.pacer, self._send_now)
            sending = asyncio.ensure_future(self._outbox.run())
        try:
            await self._send_frames(codec, random16() % 32768, random32())
        except (asyncio.CancelledError, ConnectionError, MediaStreamError):
            pass
        except Exception:
            log.exception("sending has stopped")
        finally:
            if sending is not None:
                sending.cancel()
        if self.track is not None:
            self.track.stop()
        _set(self, "_RTCRtpSender__track", None)
        _set(self, "_RTCRtpSender__encoder", None)
        _get(self, "_RTCRtpSender__rtp_exited").set()

    async def _send_frames(
        self, codec: RTCRtpCodecParameters, sequence_number: int, origin: int
    ) -> None:
        loop = asyncio.get_running_loop()
        self._first_number = sequence_number
        while True:
            track: MediaStreamTrack | None = self.track
            if track is None:
                await asyncio.sleep(0.02)
                continue
            if self._outbox is not None:
                await self._outbox.room()
            frame: Any = await track.recv()
            captured = clock.current_ntp_time()
            encoder = _get(self, "_RTCRtpSender__encoder")
            if encoder is None or not self._enabled:
                continue
            whole = _get(self, "_RTCRtpSender__force_keyframe")
            _set(self, "_RTCRtpSender__force_keyframe", False)
            # a third of a millisecond: a change of threads would cost the voice more
            if self.kind == "audio":
                payloads, at = encoder.encode(frame, whole)
            else:
                payloads, at = await loop.run_in_executor(None, encoder.encode, frame, whole)
            level = compute_audio_level_dbov(frame) if self.kind == "audio" and payloads else None
            timestamp = uint32_add(origin, at & 0xFFFFFFFF)
            for index, payload in enumerate(payloads):
                packet = RtpPacket(
                    payload_type=codec.payloadType or 0,
                    sequence_number=sequence_number,
                    timestamp=timestamp,
                    marker=int(index == len(payloads) - 1),
                    ssrc=self._ssrc,
                    payload=payload,
                )
                if level is not None:
                    packet.extensions.audio_level = (False, -level)
                if self._outbox is not None:
                    self._outbox.put(packet, len(payload))
                else:
                    await self._send_now(packet)
                _set(self, "_RTCRtpSender__ntp_timestamp", captured)
                _set(self, "_RTCRtpSender__rtp_timestamp", timestamp)
                sequence_number = uint16_add(sequence_number, 1)

    async def _send_now(self, packet: RtpPacket) -> None:
        if self.heard_at_s is None:
            self.heard_at_s = asyncio.get_running_loop().time()
        packet.extensions.abs_send_time = (clock.current_ntp_time() >> 14) & 0x00FFFFFF
        packet.extensions.mid = _get(self, "_RTCRtpSender__mid")
        _get(self, "_RTCRtpSender__rtp_history")[packet.sequence_number % RTP_HISTORY_SIZE] = packet
        await self.transport._send_rtp(
            packet.serialize(_get(self, "_RTCRtpSender__rtp_header_extensions_map"))
        )
        _set(
            self,
            "_RTCRtpSender__octet_count",
            _get(self, "_RTCRtpSender__octet_count") + len(packet.payload),
        )
        _set(self, "_RTCRtpSender__packet_count", _get(self, "_RTCRtpSender__packet_count") + 1)


def use_encoder(sender: RTCRtpSender, encoder: Encoder) -> None:
    """Gives a sender our encoder before its first frame; one without sends nothing."""
    _set(sender, "_RTCRtpSender__encoder", encoder)


def encoder_of(sender: RTCRtpSender) -> Encoder | None:
    """The encoder in use."""
    encoder: Encoder | None = _get(sender, "_RTCRtpSender__encoder")
    return encoder


__all__ = ["Connection", "Inlet", "Receiver", "Sender", "encoder_of", "use_encoder"]
