# SPDX-License-Identifier: GPL-3.0-only
"""What a connection of aiortc counts, in our own words. Used by `aiortc_engine`."""

from __future__ import annotations

from aiortc import RTCPeerConnection
from aiortc.stats import RTCInboundRtpStreamStats, RTCRemoteInboundRtpStreamStats, RTCTransportStats

from session.media.received import Transport


async def counted(pc: RTCPeerConnection) -> tuple[Transport, int]:
    """Counts of all packets, and of the picture's alone."""
    packets = video_packets = lost = received = sent = 0
    rtt_ms: float | None = None
    missed: list[float] = []
    for report in (await pc.getStats()).values():
        if isinstance(report, RTCInboundRtpStreamStats):
            packets += report.packetsReceived
            lost += report.packetsLost
            video_packets += report.packetsReceived if report.kind == "video" else 0
        elif isinstance(report, RTCRemoteInboundRtpStreamStats):
            # aiortc gives the byte as it came: 256 is everything (RFC 3550, section 6.4.1).
            missed.append(report.fractionLost / 256)
            rtt_ms = report.roundTripTime * 1000 if report.roundTripTime is not None else rtt_ms
        elif isinstance(report, RTCTransportStats):
            received += report.bytesReceived
            sent += report.bytesSent
    return Transport(packets, lost, rtt_ms, received, sent, max(missed, default=None)), video_packets
