# SPDX-License-Identifier: GPL-3.0-only
"""Every private name of aiortc that we touch, in one place, each with its reason. Used by `aiortc_engine`.

aiortc is pinned; `tests/unit/session/media/test_aiortc_internals.py` fails when a new version has moved one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiortc import RTCRtpReceiver, RTCRtpSender
from aiortc.codecs.base import Encoder
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rtp import RtpPacket

VoicePacketHandler = Callable[[int, bytes], None]


def use_encoder(sender: RTCRtpSender, encoder: Encoder) -> None:
    """Gives a sender our encoder before its first frame; it makes its own only where there is none."""
    _set(sender, "_RTCRtpSender__encoder", encoder)


def encoder_of(sender: RTCRtpSender) -> Encoder | None:
    """The encoder in use."""
    encoder: Encoder | None = getattr(sender, "_RTCRtpSender__encoder")  # noqa: B009  (the name is not ours to write)
    return encoder


class _VoiceTap:
    """Stands in for a receiver's jitter buffer: hands packets on, so that `voice_playout` does the waiting."""

    def __init__(self, on_packet: VoicePacketHandler) -> None:
        self._on_packet = on_packet

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        """As `aiortc.jitterbuffer.JitterBuffer.add`: no picture loss, and never a frame for aiortc to decode."""
        self._on_packet(packet.timestamp, packet.payload)
        return False, None


def tap_voice(receiver: RTCRtpReceiver, on_packet: VoicePacketHandler) -> None:
    """Calls `on_packet(RTP time, payload)` for each voice packet, in the loop; the receiver's track stays empty."""
    _set(receiver, "_RTCRtpReceiver__jitter_buffer", _VoiceTap(on_packet))


def frames_waiting(track: MediaStreamTrack) -> int:
    """Decoded frames of a remote track that nobody has taken; its queue has no bound, so its reader must see."""
    waiting: int = track._queue.qsize()  # type: ignore[attr-defined]  # RemoteStreamTrack's own
    return waiting


async def ask_for_key_frame(receiver: RTCRtpReceiver) -> None:
    """Throws away what waits for a lost packet and asks for a whole picture (PLI, RFC 4585, section 6.3.1).

    aiortc asks once for a lost packet; when that answer is lost too, the picture stands still for seconds.
    """
    buffer: Any = getattr(receiver, "_RTCRtpReceiver__jitter_buffer")  # noqa: B009  (as above)
    buffer.remove(buffer.capacity)
    streams: dict[int, Any] = getattr(receiver, "_RTCRtpReceiver__remote_streams")  # noqa: B009
    for ssrc in list(streams)[:1]:
        await receiver._send_rtcp_pli(ssrc)


def _set(thing: object, name: str, value: object) -> None:
    if not hasattr(thing, name):
        raise AttributeError(name)
    setattr(thing, name, value)
