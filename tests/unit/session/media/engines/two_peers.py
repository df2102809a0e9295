# SPDX-License-Identifier: GPL-3.0-only
"""Two ends of a real media connection, for tests."""

from __future__ import annotations

from typing import Any, cast

from aiortc.rtp import RtpPacket

from session.media.engines import aiortc_internals as internals
from session.media.video.packet_pacer import PacketPacer

Pair = tuple[internals.PeerConnection, internals.PeerConnection]


class Heard:
    """An inlet that keeps what it gets."""

    def __init__(self) -> None:
        self.packets: list[tuple[RtpPacket, str]] = []
        self.reports: list[tuple[int, int]] = []
        self.ended = False

    async def on_packet(self, packet: RtpPacket, codec: str) -> None:
        self.packets.append((packet, codec))

    def on_report(self, ntp: int, rtp_timestamp: int) -> None:
        self.reports.append((ntp, rtp_timestamp))

    def on_end(self) -> None:
        self.ended = True


async def send(
    pair: Pair,
    track: Any,
    encoder: Any,
    *,
    on_report: internals.ReportListener | None = None,
    pacer: PacketPacer | None = None,
) -> tuple[internals.MediaSender, internals.MediaReceiver, Heard]:
    """One stream from the first of the pair to the second."""
    sender = cast(internals.MediaSender, pair[0].addTrack(track))
    sender.send_with(encoder, on_report, pacer=pacer)
    heard = Heard()
    await pair[0].setLocalDescription(await pair[0].createOffer())
    await pair[1].setRemoteDescription(pair[0].localDescription)
    receiver = cast(internals.MediaReceiver, pair[1].getReceivers()[0])
    receiver.deliver_to(heard)
    await pair[1].setLocalDescription(await pair[1].createAnswer())
    await pair[0].setRemoteDescription(pair[1].localDescription)
    return sender, receiver, heard
