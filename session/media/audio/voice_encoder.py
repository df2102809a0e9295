# SPDX-License-Identifier: GPL-3.0-only
"""Encodes our voice for narrow lines: Opus with error correction. Used by `aiortc_call`.

aiortc's own encoder sends 96 kb/s of stereo without error correction: a fifth of a rural line of
512 kb/s. `aiortc_internals` makes it use this one instead.
"""

from __future__ import annotations

import fractions
from typing import Any, cast

import av
from aiortc.codecs.base import Encoder
from av.audio.codeccontext import AudioCodecContext
from av.frame import Frame
from av.packet import Packet

from session.media.audio.sound import BLOCK, RATE_HZ

VOICE_BPS = 28_000
EXPECTED_LOSS_PERCENT = 10
"""More than the lines lose: for 2 to 5 % libopus adds no error correction at all at 28 kb/s
(measured).
"""

SILENT_PACKET_BYTES = 2
"""Opus makes packets of one or two bytes while nobody speaks (RFC 6716, section 2.1.9)."""

SILENT_EVERY = 20
"""Of such packets one in 0.4 s is sent, so that the other end can tell silence from an outage."""


class VoiceEncoder(Encoder):
    """Opus: 28 kb/s, one channel, in-band error correction (RFC 6716, section 2.1.7), quiet while
    nobody speaks.
    """

    def __init__(self) -> None:
        self._codec: AudioCodecContext = av.CodecContext.create("libopus", "w")
        self._codec.bit_rate = VOICE_BPS
        self._codec.format = "s16"
        self._codec.layout = "mono"
        self._codec.sample_rate = RATE_HZ
        self._codec.time_base = fractions.Fraction(1, RATE_HZ)
        self._codec.options = {
            "application": "voip",
            "frame_duration": "20",
            "vbr": "constrained",
            "fec": "1",
            "packet_loss": str(EXPECTED_LOSS_PERCENT),
            "dtx": "1",
        }
        self._resampler = av.AudioResampler(
            format="s16", layout="mono", rate=RATE_HZ, frame_size=BLOCK
        )
        self._made = 0
        self._silent = 0

    def encode(self, frame: Frame, force_keyframe: bool = False) -> tuple[list[bytes], int]:
        """The packets of a frame, and the time of the first in samples; no packets while samples
        are gathered or nobody speaks.
        """
        packets: list[bytes] = []
        first = 0
        for part in self._resampler.resample(cast(av.AudioFrame, frame)):
            for packet in self._codec.encode(part):
                if self._wanted(bytes(packet)):
                    if not packets:
                        first = self._made * BLOCK
                    packets.append(bytes(packet))
                self._made += 1
        return packets, first

    def _wanted(self, packet: bytes) -> bool:
        if len(packet) <= SILENT_PACKET_BYTES:
            self._silent = self._silent + 1
        else:
            self._silent = 0
        return self._silent % SILENT_EVERY in (0, 1)

    def pack(self, packet: Packet[Any]) -> tuple[list[bytes], int]:
        """Never called: our tracks give frames."""
        raise NotImplementedError
