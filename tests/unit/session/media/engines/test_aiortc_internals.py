# SPDX-License-Identifier: GPL-3.0-only
"""The contract with aiortc: the private names we touch are there and do what we think.
A new version must pass this.
"""

from __future__ import annotations

import importlib.metadata
import socket
from pathlib import Path
from typing import Any, cast

import aioice.ice
import aiortc.rtcicetransport
import aiortc.rtcpeerconnection
import aiortc.rtp
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.rtp import RtcpReceiverInfo, RtcpRrPacket, RtpPacket

from session.media.audio.sound import ToneSource
from session.media.audio.voice_encoder import VoiceEncoder
from session.media.devices.sources import SyntheticCamera
from session.media.engines import aiortc_internals as internals
from session.media.engines.tracks import PictureTrack, VoiceTrack
from session.media.video.packet_pacer import PacketPacer
from session.media.video.picture_encoder import PictureEncoder
from session.media.video.send_rate import SendRate
from tests.support.private_names import private_names, sources
from tests.support.waiting import until
from tests.unit.session.media.engines.two_peers import Pair, send

ROOT = Path(__file__).parents[5]


def picture_track() -> PictureTrack:
    return PictureTrack(SyntheticCamera(320, 180), 25, on_sent=lambda frame: None)


def test_the_version_is_pinned_to_the_one_that_was_read() -> None:
    assert importlib.metadata.version("aiortc") == "1.16.0"
    assert '"aiortc==1.16.0"' in (ROOT / "pyproject.toml").read_text()


PRIVATE_NAMES = {
    "aiortc.rtcpeerconnection": ["CODECS"],
    "aiortc.rtp": ["DYNAMIC_PAYLOAD_TYPES"],
    "aiortc.rtcicetransport": ["Connection"],
    "aioice.ice": ["StunProtocol"],
    "RTCPeerConnection": [
        "_RTCPeerConnection__createDtlsTransport",
        "_RTCPeerConnection__createTransceiver",
        "_RTCPeerConnection__iceTransports",
    ],
    "RTCRtpTransceiver": ["_RTCRtpTransceiver__sender", "_RTCRtpTransceiver__receiver"],
    "RTCDtlsTransport": [
        "_get_stats",
        "_recv_next",
        "_register_rtp_receiver",
        "_send_rtp",
    ],
    "RTCIceTransport": ["_RTCIceTransport__iceGatherer", "_connection", "_recv", "_send", "start"],
    "RTCIceGatherer": ["_connection"],
    "RTCRtpReceiver": [
        "_RTCRtpReceiver__codecs",
        "_RTCRtpReceiver__remote_bitrate_estimator",
        "_RTCRtpReceiver__remote_streams",
        "_RTCRtpReceiver__rtcp_ssrc",
        "_RTCRtpReceiver__rtcp_task",
        "_RTCRtpReceiver__rtx_ssrc",
        "_RTCRtpReceiver__started",
        "_handle_disconnect",
        "_handle_rtcp_packet",
        "_handle_rtp_packet",
        "_run_rtcp",
        "_send_rtcp",
        "_send_rtcp_nack",
        "_send_rtcp_pli",
        "_set_rtcp_ssrc",
    ],
    "RTCRtpSender": [
        "_RTCRtpSender__encoder",
        "_RTCRtpSender__force_keyframe",
        "_RTCRtpSender__lsr",
        "_RTCRtpSender__lsr_time",
        "_RTCRtpSender__mid",
        "_RTCRtpSender__ntp_timestamp",
        "_RTCRtpSender__octet_count",
        "_RTCRtpSender__packet_count",
        "_RTCRtpSender__rtp_exited",
        "_RTCRtpSender__rtp_header_extensions_map",
        "_RTCRtpSender__rtp_history",
        "_RTCRtpSender__rtp_started",
        "_RTCRtpSender__rtp_timestamp",
        "_RTCRtpSender__track",
        "_enabled",
        "_handle_rtcp_packet",
        "_retransmit",
        "_run_rtp",
        "_ssrc",
        "_stream_id",
    ],
    "aioice.Connection": [
        "_closing",
        "_nominated",
        "_protocols",
        "_queue",
        "build_request",
        "check_complete",
        "get_component_candidates",
    ],
}
"""What an upgrade of aiortc or aioice must still have. A name without an underscore is replaced on
one object, or in its module.
"""


async def test_every_private_name_is_still_there() -> None:
    plain = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    transceiver = plain.addTransceiver("video")
    transport = transceiver.receiver.transport
    ice_transport = cast(Any, transport).transport
    holders = {
        "aiortc.rtcpeerconnection": aiortc.rtcpeerconnection,
        "aiortc.rtp": aiortc.rtp,
        "aiortc.rtcicetransport": aiortc.rtcicetransport,
        "aioice.ice": aioice.ice,
        "RTCPeerConnection": plain,
        "RTCRtpTransceiver": transceiver,
        "RTCDtlsTransport": transport,
        "RTCIceTransport": ice_transport,
        "RTCIceGatherer": ice_transport.iceGatherer,
        "RTCRtpReceiver": transceiver.receiver,
        "RTCRtpSender": transceiver.sender,
        "aioice.Connection": ice_transport._connection,
    }
    assert holders.keys() == PRIVATE_NAMES.keys()
    missing = [
        (kind, name)
        for kind, holder in holders.items()
        for name in PRIVATE_NAMES[kind]
        if not hasattr(holder, name)
    ]
    assert not missing
    await plain.close()


def test_the_list_of_private_names_is_whole() -> None:
    ours = sources()["session/media/engines/aiortc_internals.py"]
    assert set(private_names(ours)) <= {name for names in PRIVATE_NAMES.values() for name in names}


async def test_our_encoder_is_used_and_the_voices_packets_are_handed_over(pair: Pair) -> None:
    encoder = VoiceEncoder()
    sender, receiver, heard = await send(pair, VoiceTrack(ToneSource()), encoder)
    await until(lambda: len(heard.packets) >= 5)
    assert sender.encoder is encoder
    assert {codec for _packet, codec in heard.packets} == {"opus"}
    first, second = heard.packets[0][0], heard.packets[1][0]
    assert (second.timestamp - first.timestamp) % (1 << 32) == 960
    assert max(len(packet.payload) for packet, _codec in heard.packets) < 160
    assert receiver.packet_counts()[0] >= 5


async def test_a_report_tells_the_clock_and_the_round_trip(pair: Pair) -> None:
    told: list[tuple[int, int, float | None]] = []
    _sender, receiver, heard = await send(
        pair,
        VoiceTrack(ToneSource()),
        VoiceEncoder(),
        on_report=lambda *report: told.append(report),
    )
    await until(
        lambda: heard.reports and any(rtt_s is not None for _packets, _missed, rtt_s in told)
    )
    packets, missed, rtt_s = told[-1]
    assert 0 < packets <= receiver.packet_counts()[0]
    assert missed == 0
    assert 0 <= cast(float, rtt_s) < 5
    assert heard.reports[0][0] >> 32 > 3_900_000_000  # seconds since 1900


async def test_a_report_counts_the_packets_that_never_came_and_nothing_that_was_not_sent(
    pair: Pair,
) -> None:
    told: list[tuple[int, int]] = []
    sender, receiver, _heard = await send(
        pair,
        VoiceTrack(ToneSource()),
        VoiceEncoder(),
        on_report=lambda packets, missed, _rtt_s: told.append((packets, missed)),
    )
    handle = receiver._handle_rtp_packet

    async def lossy(packet: RtpPacket, arrival_time_ms: int) -> None:
        if packet.sequence_number % 5:
            await handle(packet, arrival_time_ms)

    cast(Any, receiver)._handle_rtp_packet = lossy
    await until(lambda: told and told[-1][0] >= 60)
    packets, missed = told[-1]
    assert abs(missed - packets / 5) < 3
    liar = RtcpRrPacket(
        ssrc=1, reports=[RtcpReceiverInfo(sender._ssrc, 255, 8_000_000, 0xFFFF_FFFF, 0, 0, 0)]
    )
    await sender._handle_rtcp_packet(liar)
    assert told[-1][0] == told[-1][1] < 1000


async def test_pictures_are_av1_and_a_whole_one_comes_when_it_is_asked_for(pair: Pair) -> None:
    encoder = PictureEncoder(SendRate(300_000, 2_000_000), "av1")
    forced: list[bool] = []
    encode = encoder.encode

    def counted(frame: Any, force_keyframe: bool = False) -> tuple[list[bytes], int]:
        forced.append(force_keyframe)
        return encode(frame, force_keyframe)

    cast(Any, encoder).encode = counted
    _sender, receiver, heard = await send(
        pair, picture_track(), encoder, pacer=PacketPacer(lambda: 1_000_000)
    )
    await until(lambda: heard.packets)
    assert heard.packets[0][1] == "av1"
    before = len(forced)
    await receiver.request_key_frame()
    await until(lambda: True in forced[before:])


async def test_a_lost_packet_is_sent_again(pair: Pair) -> None:
    _sender, receiver, heard = await send(
        pair,
        picture_track(),
        PictureEncoder(SendRate(300_000, 2_000_000), "av1"),
        pacer=PacketPacer(lambda: 1_000_000),
    )
    await until(lambda: len(heard.packets) > 3)
    wanted = heard.packets[0][0].sequence_number
    await receiver.request_packets([wanted])
    await until(
        lambda: [packet.sequence_number for packet, _codec in heard.packets].count(wanted) == 2
    )


async def test_the_estimate_of_the_line_reaches_the_encoder(pair: Pair) -> None:
    encoder = PictureEncoder(SendRate(1_234_000, 2_000_000), "av1")
    await send(pair, picture_track(), encoder)
    await until(lambda: encoder.target_bitrate != 1_234_000)


async def test_a_flood_of_invented_sources_does_not_grow_our_tables(pair: Pair) -> None:
    _sender, receiver, heard = await send(pair, VoiceTrack(ToneSource()), VoiceEncoder())
    await until(lambda: heard.packets)
    kind = heard.packets[0][0].payload_type
    for source in range(2000):
        await receiver._handle_rtp_packet(
            RtpPacket(payload_type=kind, ssrc=source, payload=b"x"), 0
        )
    assert len(cast(Any, receiver)._RTCRtpReceiver__remote_streams) <= internals.MAX_STREAMS


async def test_the_end_of_a_stream_is_told(pair: Pair) -> None:
    _sender, _receiver, heard = await send(pair, VoiceTrack(ToneSource()), VoiceEncoder())
    await until(lambda: heard.packets)
    await pair[0].close()
    await until(lambda: heard.ended)


async def test_others_who_use_aiortc_do_not_get_our_codecs(pair: Pair) -> None:
    plain = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    plain.addTransceiver("video", "recvonly")
    offer = (await plain.createOffer()).sdp
    assert "AV1" not in offer
    assert "H264" in offer
    pair[0].addTransceiver("video", "recvonly")
    assert "AV1" in (await pair[0].createOffer()).sdp
    assert "G722" in (await plain_voice(plain))
    await plain.close()


async def plain_voice(plain: RTCPeerConnection) -> str:
    plain.addTransceiver("audio", "recvonly")
    sdp: str = (await plain.createOffer()).sdp
    return sdp


def test_a_name_that_has_moved_is_noticed() -> None:
    with pytest.raises(AttributeError):
        internals._set(object(), "_RTCRtpSender__encoder", 1)


async def test_a_datagram_that_cannot_be_read_ends_no_call_whoever_sends_it(pair: Pair) -> None:
    _sender, receiver, heard = await send(pair, VoiceTrack(ToneSource()), VoiceEncoder())
    await until(lambda: heard.packets)
    transport = cast(Any, receiver).transport
    for candidate in transport.transport._connection.local_candidates:
        family = socket.AF_INET6 if ":" in candidate.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as stranger:
            for junk in (b"", b"\x80", b"\xff" * 30, bytes(20)):
                stranger.sendto(junk, (candidate.host, candidate.port))
    came = len(heard.packets)
    await until(lambda: len(heard.packets) > came + 10)
    assert transport.state == "connected"
