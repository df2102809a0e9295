# SPDX-License-Identifier: GPL-3.0-only
"""The only module that touches private names of aiortc and aioice. Used by the aiortc engine.

Both packages are pinned. `tests/unit/session/media/engines/test_aiortc_internals.py` lists every
private name used here and fails when a new version has moved one of them. Other users of aiortc in
the same process notice nothing: the peer connection below is a subclass, and the four module names
that are exchanged (the lists of codecs and of their numbers, ICE's connection and its port) serve
others as before.

What this buys, against aiortc alone: AV1, our own encoders and buffers, paced sending, lost packets
that are asked for again, and a call that begins sooner. A desk that must do without it takes the
browser engine (`browser_engine`), which uses no private name.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import aioice.ice as aioice_ice
import aiortc.rtcicetransport as aiortc_ice
import aiortc.rtcpeerconnection as aiortc_connection
import aiortc.rtp as aiortc_rtp
from aioice import Connection, stun
from aioice.ice import CandidatePair, StunProtocol
from aiortc import (
    RTCConfiguration,
    RTCIceGatherer,
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

from session.media.video.packet_pacer import PacketPacer, PacketQueue

log = logging.getLogger(__name__)

AV1_PAYLOAD_TYPE = 103
MAX_STREAMS = 4
"""Sources (SSRC) counted per receiver: a flood of invented ones must not grow our tables."""

REPEAT_AFTER_S = (0.1, 0.25, 0.55)
"""When a packet of the beginning that got no answer is sent again; later repeats are those of
aioice and OpenSSL.
"""

DTLS = range(20, 64)
"""First bytes of its records (RFC 7983)."""

GATHER_S = 1.5
"""How long a STUN server may take. aioice waits for 5 s; a relay, which may be the only way, keeps
these 5 s.
"""


def _get(thing: object, name: str) -> Any:
    return getattr(thing, name)


def _set(thing: object, name: str, value: object) -> None:
    if not hasattr(thing, name):
        raise AttributeError(name)
    setattr(thing, name, value)


# ---- codecs


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
        vp8_codecs = [
            codec for codec in plain if vp8 in (codec.payloadType, codec.parameters.get("apt"))
        ]
        return _picture_codec("AV1", AV1_PAYLOAD_TYPE) + vp8_codecs


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


# ---- its ports


class _Port(StunProtocol):
    """A port that its connection knows from the moment it is open."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if isinstance(self.receiver, _Ports):
            self.receiver.keep(self)

    def send_stun(self, message: stun.Message, addr: tuple[str, int]) -> None:
        """Send like aioice; a question that is still asked when its connection closes is
        dropped.
        """
        if not self.receiver._closing:
            super().send_stun(message, addr)


class _Ports(Connection):
    """An ICE connection that gives all its ports back, whenever it is closed.

    WORKAROUND: aioice 0.13 knows its ports only when the last one is open. Closed while it looks
    for them, or where who waits for them is cancelled, it would leave ports open until the loop
    ends.
    """

    def __init__(self, *of_aioice: Any, **named: Any) -> None:
        super().__init__(*of_aioice, **named)
        self._open: set[StunProtocol] = set()
        self._search: asyncio.Future[None] | None = None

    async def gather_candidates(self) -> None:
        """Gather like aioice. Whoever waits for it may be cancelled:
        the search comes to its end, which gives back what a server has promised meanwhile.
        """
        if self._search is None:
            self._search = asyncio.ensure_future(super().gather_candidates())
            self._search.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.shield(self._search)

    def keep(self, port: StunProtocol) -> None:
        """A port is open."""
        self._open.add(port)
        if self._closing:
            port.transport.close()

    def protocol_lost(self, protocol: StunProtocol) -> None:
        self._open.discard(protocol)
        super().protocol_lost(protocol)

    async def close(self) -> None:
        try:
            await super().close()
        finally:
            self.give_back()

    def give_back(self) -> None:
        """Closes what is open, and what still opens."""
        self._closing = True
        for port in self._open:
            port.transport.close()


_set(aioice_ice, "StunProtocol", _Port)
_set(aiortc_ice, "Connection", _Ports)


def give_ports_back(pc: RTCPeerConnection) -> None:
    """Closes all ports of a connection, at once: it did not close in time, or its `close` was
    cancelled.
    """
    transports = set(_get(pc, "_RTCPeerConnection__iceTransports"))
    for transceiver in pc.getTransceivers():
        if transceiver.receiver.transport is not None:  # a damaged description leaves none
            transports.add(transceiver.receiver.transport.transport)
    for transport in transports:
        transport._connection.give_back()


# ---- how a call begins
#
# aiortc begins its handshake (DTLS) when the other end has chosen one of the ways, though data may
# be sent on any way that answers (RFC 8445, section 12.1): that is half a round trip later. Where
# one packet of the beginning is lost, aioice asks again after 0.5 s and OpenSSL after 1 s. On a
# line that loses one packet of a hundred, some calls began a second later than the others.
# --------------------------------------------------------------------------------------------------


class Addresses:
    """Our end's addresses, found before a call is offered: a relay must be asked twice, and each
    question takes a round trip.

    Args:
        configuration: of the connection that takes them.

    Attributes:
        gatherer: aiortc's object that holds them.
    """

    def __init__(self, configuration: RTCConfiguration) -> None:
        self.gatherer = RTCIceGatherer(configuration.iceServers, configuration.iceTransportPolicy)
        shorten_gathering(self.gatherer)

    async def find(self) -> None:
        """Returns when all are there, or the servers have had their time."""
        await self.gatherer.gather()

    @property
    def has_relay(self) -> bool:
        """A TURN server has given one."""
        return any(candidate.type == "relay" for candidate in self.gatherer.getLocalCandidates())

    async def release(self) -> None:
        """No connection takes them: closes the ports and tells the relay."""
        await self.gatherer._connection.close()


def shorten_gathering(gatherer: RTCIceGatherer) -> None:
    """Bounds the wait for a STUN server to `GATHER_S`, unless a relay is asked too."""
    ice: Any = gatherer._connection
    if ice.turn_server is not None:
        return
    gather = ice.get_component_candidates

    async def gather_for_a_while(component: int, addresses: list[str]) -> Any:
        return await gather(component, addresses, timeout=GATHER_S)

    _set(ice, "get_component_candidates", gather_for_a_while)


class QuickStart:
    """Begins a transport's handshake on the first way that answers and repeats lost packets early.

    Args:
        transport: an `RTCDtlsTransport` of aiortc that has not been started; the `RTCIceTransport`
            below it is changed.
    """

    def __init__(self, transport: Any) -> None:
        self._ice_transport = transport.transport
        self._ice = self._ice_transport._connection
        self._pair: Any = None
        self._found = asyncio.Event()
        self._choosing: asyncio.Task[None] | None = None
        self._flight: list[bytes] = []
        self._answered = False
        self._timers: list[asyncio.TimerHandle] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._start = self._ice_transport.start
        self._send = self._ice_transport._send
        self._recv = self._ice_transport._recv
        self._build_request = self._ice.build_request
        self._check_complete = self._ice.check_complete
        _set(self._ice_transport, "start", self._begin)
        _set(self._ice_transport, "_send", self._send_any)
        _set(self._ice_transport, "_recv", self._recv_any)
        _set(self._ice, "build_request", self._request)
        _set(self._ice, "check_complete", self._checked)

    @staticmethod
    def apply(transport: Any) -> None:
        """Changes the transport once: the parts of a call share it."""
        if not isinstance(getattr(transport.transport.start, "__self__", None), QuickStart):
            QuickStart(transport)

    # ---- the ways

    async def _begin(self, parameters: Any) -> None:
        """Start like aiortc's `start`, but return when one way answers; the choice goes on."""
        if self._choosing is None:
            self._choosing = asyncio.ensure_future(self._start(parameters))
        answered = asyncio.ensure_future(self._found.wait())
        try:
            await asyncio.wait([self._choosing, answered], return_when=asyncio.FIRST_COMPLETED)
        finally:
            answered.cancel()
        if self._choosing.done():
            self._choosing.result()

    def _checked(self, pair: Any) -> None:
        """Keeps the first way whose check has succeeded."""
        if pair.state == CandidatePair.State.SUCCEEDED and self._pair is None:
            self._pair = pair
            self._found.set()
        self._check_complete(pair)

    def _request(self, pair: Any, nominate: bool) -> Any:
        """Builds a check, and sends the same bytes again while it has no answer (RFC 8489, section
        6.2.1).
        """
        request = self._build_request(pair, nominate)

        def again() -> None:
            if pair.state == CandidatePair.State.IN_PROGRESS and not self._ice._closing:
                pair.protocol.send_stun(request, pair.remote_addr)

        if pair.state == CandidatePair.State.IN_PROGRESS:
            for after_s in REPEAT_AFTER_S:
                asyncio.get_running_loop().call_later(after_s, again)
        return request

    @property
    def _undecided(self) -> bool:
        return not self._ice._nominated and self._pair is not None and not self._ice._closing

    async def _send_any(self, data: bytes) -> None:
        """Sends on the chosen way, or on one that answers while none is chosen."""
        if data and data[0] in DTLS:
            self._keep(data)
        await self._send_now(data)

    async def _send_now(self, data: bytes) -> None:
        if self._undecided:
            await self._pair.protocol.send_data(data, self._pair.remote_addr)
        else:
            await self._send(data)

    async def _recv_any(self) -> bytes:
        """Receives on any way."""
        if self._undecided:
            came = await self._ice._queue.get()
            if came is None:
                raise ConnectionError("closed while the handshake was waiting")
            data: bytes = came[0]
        else:
            data = await self._recv()
        if data and data[0] in DTLS:
            self._answered = True
        elif self._flight:
            self._forget_flight()  # a voice or a picture: the other end has all it needs
        return data

    # ---- the handshake

    def _keep(self, data: bytes) -> None:
        """Keeps our last records and repeats the same bytes until there are new ones.

        An answer does not end the repeats: it may be the other end's repeat, sent because our
        record was lost.
        """
        if self._answered:
            self._forget_flight()
            self._answered = False
        self._flight.append(data)
        if len(self._flight) == 1:
            loop = asyncio.get_running_loop()
            self._timers = [loop.call_later(after_s, self._again) for after_s in REPEAT_AFTER_S]

    def _forget_flight(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._flight = []
        self._timers = []

    def _again(self) -> None:
        if not self._ice._closing:
            task = asyncio.ensure_future(self._repeat(list(self._flight)))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _repeat(self, flight: list[bytes]) -> None:
        with contextlib.suppress(ConnectionError):
            for data in flight:
                await self._send_now(data)


# ---- the connection


class PeerConnection(RTCPeerConnection):
    """A peer connection with our receivers, senders and codecs.

    Args:
        addresses: found beforehand with this configuration; the first part of the call takes them.
            The connection closes them.
    """

    def __init__(self, configuration: RTCConfiguration, addresses: Addresses | None = None) -> None:
        super().__init__(configuration)
        self._addresses = addresses

    async def createOffer(self) -> RTCSessionDescription:  # noqa: N802
        """Create an offer like aiortc, with our codecs."""
        with _with_our_codecs():
            return await super().createOffer()

    async def setRemoteDescription(self, sessionDescription: RTCSessionDescription) -> None:  # noqa: N802, N803
        """Set the description like aiortc, with our codecs."""
        with _with_our_codecs():
            await super().setRemoteDescription(sessionDescription)

    async def close_all(self) -> None:
        """Do what `close` does, which fails on a connection that a damaged description has left
        without a transport.
        """
        addresses, self._addresses = self._addresses, None
        if addresses is not None:
            await addresses.release()
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
        transport: Any = super()._RTCPeerConnection__createDtlsTransport()  # type: ignore[misc]
        addresses, self._addresses = self._addresses, None
        if addresses is not None:
            ice_transport, ice = transport.transport, addresses.gatherer._connection
            _set(ice_transport, "_RTCIceTransport__iceGatherer", addresses.gatherer)
            _set(ice_transport, "_connection", ice)
            _set(ice_transport, "_recv", ice.recv)
            _set(ice_transport, "_send", ice.send)
        else:
            shorten_gathering(transport.transport.iceGatherer)
        return transport

    def _RTCPeerConnection__createTransceiver(  # noqa: N802
        self, direction: str, kind: str, sender_track: MediaStreamTrack | None = None
    ) -> RTCRtpTransceiver:
        transceiver: RTCRtpTransceiver = super()._RTCPeerConnection__createTransceiver(  # type: ignore[misc]
            direction, kind, sender_track
        )
        QuickStart.apply(transceiver.receiver.transport)
        _shield(transceiver.receiver.transport)
        sender = MediaSender(sender_track or kind, transceiver.sender.transport)
        receiver = MediaReceiver(kind, transceiver.receiver.transport)
        sender._stream_id = transceiver.sender._stream_id
        receiver._set_rtcp_ssrc(sender._ssrc)
        _set(transceiver, "_RTCRtpTransceiver__sender", sender)
        _set(transceiver, "_RTCRtpTransceiver__receiver", receiver)
        return transceiver


# ---- receiving


class RtpInlet(Protocol):
    """Takes what a receiver gets. All calls come in the media thread's loop."""

    async def on_packet(self, packet: RtpPacket, codec: str) -> None:
        """A packet of media (never of retransmission), and its codec's name in lower case."""
        ...

    def on_report(self, ntp: int, rtp_timestamp: int) -> None:
        """The sender's clock, 64 bits (RFC 3550, section 6.4.1)."""
        ...

    def on_end(self) -> None:
        """The other end has closed the stream."""
        ...


class MediaReceiver(RTCRtpReceiver):
    """Delivers packets to an inlet instead of aiortc's jitter buffer and decoder; its track stays
    empty.
    """

    def __init__(self, kind: str, transport: Any) -> None:
        super().__init__(kind, transport)
        self._inlet: RtpInlet | None = None
        self.media_ssrc: int | None = None
        self.media_packets = 0

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        """Receive like aiortc, without the thread that decodes."""
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

    def deliver_to(self, inlet: RtpInlet, estimator: object | None = None) -> None:
        """Delivers what comes from now on.

        Args:
            estimator: judges the line; it has the interface of aiortc's `RemoteBitrateEstimator`.
        """
        self._inlet = inlet
        if estimator is not None:
            _set(self, "_RTCRtpReceiver__remote_bitrate_estimator", estimator)

    async def request_packets(self, sequence_numbers: list[int]) -> None:
        """Asks for lost packets again: generic NACK (RFC 4585, section 6.2.1)."""
        if self.media_ssrc is not None:
            await self._send_rtcp_nack(self.media_ssrc, sequence_numbers)

    async def request_key_frame(self) -> None:
        """Asks for a whole picture: picture loss indication (RFC 4585, section 6.3.1)."""
        if self.media_ssrc is not None:
            await self._send_rtcp_pli(self.media_ssrc)

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        await self._feed_estimator(packet, arrival_time_ms)
        codecs: dict[int, RTCRtpCodecParameters] = _get(self, "_RTCRtpReceiver__codecs")
        codec = codecs.get(packet.payload_type)
        if codec is None or not self._count(packet, codec.clockRate):
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
        if self._inlet is not None:
            await self._inlet.on_packet(packet, codec.name.lower())

    def packet_counts(self) -> tuple[int, int]:
        """Packets that came, and packets that never did."""
        streams: dict[int, StreamStatistics] = _get(self, "_RTCRtpReceiver__remote_streams")
        counted = [stream for stream in streams.values() if stream.max_seq is not None]
        return sum(stream.packets_received for stream in counted), sum(
            max(0, stream.packets_lost) for stream in counted
        )

    def transport_bytes(self) -> tuple[int, int]:
        """Bytes that its transport has received and sent, of all streams together."""
        counts = [
            c for c in self.transport._get_stats().values() if isinstance(c, RTCTransportStats)
        ]
        return sum(c.bytesReceived for c in counts), sum(c.bytesSent for c in counts)

    def _count(self, packet: RtpPacket, rate_hz: int) -> bool:
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
        estimate = estimator.add(
            abs_send_time=packet.extensions.abs_send_time,
            arrival_time_ms=arrival_time_ms,
            payload_size=len(packet.payload) + packet.padding_size,
            ssrc=packet.ssrc,
        )
        if estimate is not None and own_ssrc is not None:
            remb = RtcpPsfbPacket(
                fmt=RTCP_PSFB_APP, ssrc=own_ssrc, media_ssrc=0, fci=pack_remb_fci(*estimate)
            )
            await self._send_rtcp(remb)

    async def _handle_rtcp_packet(self, packet: Any) -> None:
        await super()._handle_rtcp_packet(packet)
        if self._inlet is None:
            return
        if isinstance(packet, RtcpSrPacket):
            self._inlet.on_report(
                packet.sender_info.ntp_timestamp, packet.sender_info.rtp_timestamp
            )
        elif isinstance(packet, RtcpByePacket):
            self._inlet.on_end()

    def _handle_disconnect(self) -> None:
        super()._handle_disconnect()
        if self._inlet is not None:
            self._inlet.on_end()


# ---- sending


ReportListener = Callable[[int, int, float | None], None]
"""Gets, of our packets since the beginning, how many a report counts and how many of these never
came (RFC 3550, section 6.4.1; packets that are sent again have their own numbers), and the round
trip in seconds or None.
"""


class MediaSender(RTCRtpSender):
    """Sends with our encoder, at an even pace, and passes on what the other end reports.

    Attributes:
        heard_at_s: the loop's time of the other end's last report; until the first one, of our own
            first packet.
    """

    def __init__(self, track_or_kind: MediaStreamTrack | str, transport: Any) -> None:
        super().__init__(track_or_kind, transport)
        self.heard_at_s: float | None = None
        self._pacer: PacketPacer | None = None
        self._on_report: ReportListener | None = None
        self._first_number: int | None = None
        self._queue: PacketQueue[RtpPacket] | None = None

    def send_with(
        self,
        encoder: Encoder,
        on_report: ReportListener | None = None,
        *,
        pacer: PacketPacer | None = None,
    ) -> None:
        """Gives the sender its encoder, before its first frame; without one it sends nothing.

        Args:
            pacer: for pictures; without one packets are sent at once.
        """
        self._on_report = on_report
        self._pacer = pacer
        _set(self, "_RTCRtpSender__encoder", encoder)

    @property
    def encoder(self) -> Encoder | None:
        """The encoder in use."""
        encoder: Encoder | None = _get(self, "_RTCRtpSender__encoder")
        return encoder

    async def _handle_rtcp_packet(self, packet: Any) -> None:
        round_trip_s = self._round_trip_s(packet)  # before aiortc smooths it
        await super()._handle_rtcp_packet(packet)
        self.heard_at_s = asyncio.get_running_loop().time()
        if self._on_report is None or not isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            return
        for report in packet.reports:
            if report.ssrc == self._ssrc and self._first_number is not None:
                self._on_report(*self._reported(report), round_trip_s)

    def _reported(self, report: Any) -> tuple[int, int]:
        """Packets and packets missed; bounded by what was really sent."""
        sent = _get(self, "_RTCRtpSender__packet_count")
        packets = min(sent, max(0, report.highest_sequence - (self._first_number or 0) + 1))
        return packets, min(packets, max(0, report.packets_lost))

    def _round_trip_s(self, packet: Any) -> float | None:
        """The round trip by a report about our last one (RFC 3550, section 6.4.1), or None."""
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                is_ours = (
                    report.ssrc == self._ssrc
                    and report.dlsr
                    and report.lsr == _get(self, "_RTCRtpSender__lsr")
                )
                if is_ours:
                    passed_s: float = (
                        time.time() - _get(self, "_RTCRtpSender__lsr_time") - report.dlsr / 65536
                    )
                    if 0 <= passed_s < 10:
                        return passed_s
                    return None
        return None

    async def _retransmit(self, sequence_number: int) -> None:
        packet = _get(self, "_RTCRtpSender__rtp_history").get(sequence_number % RTP_HISTORY_SIZE)
        if self._pacer is None or (
            packet is not None and self._pacer.may_repeat(len(packet.payload))
        ):
            await super()._retransmit(sequence_number)

    async def _run_rtp(self, codec: RTCRtpCodecParameters) -> None:
        """Send like aiortc, but paced; and our reports give the time of the capture,
        not that of the sending.
        """
        _get(self, "_RTCRtpSender__rtp_started").set()
        sending: asyncio.Task[None] | None = None
        if self._pacer is not None:
            self._queue = PacketQueue(self._pacer, self._send_now)
            sending = asyncio.ensure_future(self._queue.run())
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
            if self._queue is not None:
                await self._queue.wait_for_space()
            frame: Any = await track.recv()
            captured = clock.current_ntp_time()
            encoder = _get(self, "_RTCRtpSender__encoder")
            if encoder is None or not self._enabled:
                continue
            is_key_frame = _get(self, "_RTCRtpSender__force_keyframe")
            _set(self, "_RTCRtpSender__force_keyframe", False)
            # a third of a millisecond: a change of threads would take longer
            if self.kind == "audio":
                payloads, at = encoder.encode(frame, is_key_frame)
            else:
                payloads, at = await loop.run_in_executor(None, encoder.encode, frame, is_key_frame)
            if self.kind == "audio" and payloads:
                level = compute_audio_level_dbov(frame)
            else:
                level = None
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
                if self._queue is not None:
                    self._queue.put(packet, len(payload))
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
