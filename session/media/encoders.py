# SPDX-License-Identifier: GPL-3.0-only
"""Our voice and picture encoders, made for narrow lines where aiortc's own are not. Used by `aiortc_engine`.

aiortc sends 96 kb/s of stereo without error correction and never less than 250 kb/s of picture: more than a rural line
of 512 kb/s has. It takes other encoders through the hooks of `aiortc_internals`.
"""

from __future__ import annotations

import fractions
import time
from typing import Any, cast

import av
from aiortc.codecs.base import Encoder
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.mediastreams import convert_timebase
from av.audio.codeccontext import AudioCodecContext
from av.frame import Frame
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from session.media.engine import PictureLimits
from session.media.sound import BLOCK, RATE_HZ

VOICE_BPS = 28_000
EXPECTED_LOSS_PERCENT = 5

VIDEO_TIME_BASE = fractions.Fraction(1, 90_000)
MIN_VIDEO_BPS = 60_000
SHARE_OF_ESTIMATE = 0.88
"""The rest is for packet headers and for what the rate control overshoots."""

RAISE_FROM = 1.5
LOWER_FROM = 0.75
RAISE_AFTER_S = 5.0
"""The encoder is made anew, which costs a key frame, only for changes worth it."""

LADDER = ((0, 180), (70_000, 270), (120_000, 360), (450_000, 540), (900_000, 720), (2_000_000, 1080))
"""From this many bits a second on, pictures of this height."""


class VoiceEncoder(Encoder):
    """Opus: 28 kb/s, one channel, with in-band error correction (RFC 6716, section 2.1.7)."""

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
        }
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ, frame_size=BLOCK)
        self._sent = 0

    def encode(self, frame: Frame, force_keyframe: bool = False) -> tuple[list[bytes], int]:
        """The frame's packets, and the time of the first in samples; none while samples are gathered."""
        packets: list[bytes] = []
        for part in self._resampler.resample(cast(av.AudioFrame, frame)):
            packets += [bytes(packet) for packet in self._codec.encode(part)]
        at = self._sent * BLOCK
        self._sent += len(packets)
        return packets, at

    def pack(self, packet: Packet[Any]) -> tuple[list[bytes], int]:
        """Not used: our track gives frames."""
        raise NotImplementedError


class PictureEncoder(Encoder):
    """VP8 whose rate follows the other end's estimate (REMB) between our own bounds, smaller pictures at low rates.

    Args:
        start_bps: before the first estimate. max_bps: never more.
    """

    def __init__(self, start_bps: int = 300_000, max_bps: int = 2_000_000) -> None:
        self._max_bps = max_bps
        self._target_bps = start_bps
        self._estimate_bps: int | None = None
        self._limits = PictureLimits()
        self._codec: VideoCodecContext | None = None
        self._made_for_bps = 0
        self._made_at_s = 0.0
        self._picture_id = int(time.monotonic() * 1000) % (1 << 15)

    @property
    def target_bitrate(self) -> int:
        """Bits a second; aiortc sets it from each REMB message (draft-alvestrand-rmcat-remb)."""
        return self._target_bps

    @target_bitrate.setter
    def target_bitrate(self, bps: int) -> None:
        self._estimate_bps = int(bps)
        self._target_bps = max(MIN_VIDEO_BPS, min(int(bps), self._bound_bps))

    @property
    def estimate_kbps(self) -> float | None:
        """What the other end last said that may come, whatever our own bounds are; None before it did."""
        return None if self._estimate_bps is None else self._estimate_bps / 1000

    @property
    def height_px(self) -> int:
        """Of the pictures that go out; 0 before the first."""
        return self._codec.height if self._codec is not None else 0

    def limit(self, limits: PictureLimits) -> None:
        """Our own bounds from now on."""
        self._limits = limits
        if self._estimate_bps is not None:
            self.target_bitrate = self._estimate_bps
        else:
            self._target_bps = max(MIN_VIDEO_BPS, min(self._target_bps, self._bound_bps))

    @property
    def _bound_bps(self) -> int:
        return min(self._max_bps, self._limits.kbps * 1000) if self._limits.kbps else self._max_bps

    def encode(self, frame: Frame, force_keyframe: bool = False) -> tuple[list[bytes], int]:
        """The picture's RTP payloads (RFC 7741), and its time on a clock of 90 kHz."""
        picture = self._scaled(cast(av.VideoFrame, frame))
        if self._codec is None or self._outgrown(self._codec, picture):
            self._codec = self._made(picture)
        picture.pict_type = PictureType.I if force_keyframe else PictureType.NONE
        data = b"".join(bytes(packet) for packet in self._codec.encode(picture))
        payloads = Vp8Encoder._packetize(data, self._picture_id)
        self._picture_id = (self._picture_id + 1) % (1 << 15)
        assert picture.pts is not None
        assert picture.time_base is not None
        return payloads, convert_timebase(picture.pts, picture.time_base, VIDEO_TIME_BASE)

    def pack(self, packet: Packet[Any]) -> tuple[list[bytes], int]:
        """Not used: our track gives frames."""
        raise NotImplementedError

    def _scaled(self, frame: av.VideoFrame) -> av.VideoFrame:
        height = max(rung for floor_bps, rung in LADDER if self._target_bps >= floor_bps)
        height = min(height, self._limits.height_px or height)
        if self._codec is not None and height > self._codec.height and not self._may_raise():
            height = self._codec.height
        if height >= frame.height:
            return frame if frame.format.name == "yuv420p" else frame.reformat(format="yuv420p")
        width = round(frame.width * height / frame.height / 2) * 2
        smaller = frame.reformat(width=width, height=height, format="yuv420p", interpolation="AREA")
        smaller.pts, smaller.time_base = frame.pts, frame.time_base
        return smaller

    def _may_raise(self) -> bool:
        return time.monotonic() - self._made_at_s > RAISE_AFTER_S

    def _outgrown(self, codec: VideoCodecContext, picture: av.VideoFrame) -> bool:
        if (picture.width, picture.height) != (codec.width, codec.height):
            return True
        ratio = self._target_bps / self._made_for_bps
        return ratio < LOWER_FROM or (ratio > RAISE_FROM and self._may_raise())

    def _made(self, picture: av.VideoFrame) -> VideoCodecContext:
        """A libvpx encoder for real time, constant rate, small key frames."""
        self._made_for_bps, self._made_at_s = self._target_bps, time.monotonic()
        rate_bps = int(self._target_bps * SHARE_OF_ESTIMATE)
        codec: VideoCodecContext = av.CodecContext.create("libvpx", "w")
        codec.width, codec.height = picture.width, picture.height
        codec.bit_rate = rate_bps
        codec.pix_fmt = "yuv420p"
        codec.gop_size = 3000
        codec.qmin, codec.qmax = 4, 58
        codec.time_base = VIDEO_TIME_BASE
        codec.framerate = fractions.Fraction(25, 1)
        codec.options = {
            "bufsize": str(int(rate_bps * 0.6)),
            "rc_init_occupancy": str(int(rate_bps * 0.4)),
            "minrate": str(rate_bps),
            "maxrate": str(rate_bps),
            "max-intra-rate": "350",
            "overshoot-pct": "15",
            "undershoot-pct": "100",
            "deadline": "realtime",
            "cpu-used": "-6",
            "lag-in-frames": "0",
            "error-resilient": "1",
            "noise-sensitivity": "0",
            "static-thresh": "1",
            "partitions": "0",
        }
        codec.thread_count = 1
        return codec
