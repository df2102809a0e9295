# SPDX-License-Identifier: GPL-3.0-only
"""Encodes our picture, AV1 or VP8, for narrow lines. Used by `aiortc_call`.

aiortc's own encoders never send less than 250 kb/s of picture, and know no AV1. `aiortc_internals`
makes it use this one instead.
"""

from __future__ import annotations

import fractions
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

import av
from aiortc.codecs.base import Encoder
from aiortc.mediastreams import convert_timebase
from av.frame import Frame
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from session.media.engine import PictureLimits
from session.media.video import av1_payload
from session.media.video.send_rate import SendRate
from session.media.video.size_ladder import LADDERS, SizeLadder

os.environ.setdefault("SVT_LOG", "0")
"""Else SVT-AV1 writes each setting to stderr. It reads this once, when the first encoder is made.
"""

VIDEO_TIME_BASE = fractions.Fraction(1, 90_000)
FPS = 25
SHARE_OF_ESTIMATE = 0.88
"""The rest is for packet headers and for what the rate control overshoots."""

RAISE_FROM, RAISE_AFTER_S = 1.35, 5.0
LOWER_FROM, LOWER_AFTER_S, LOWER_AT_ONCE = 0.8, 1.0, 0.55
"""A new rate needs a new encoder, which costs a key frame: small changes are not worth it."""

KEY_FRAMES_APART_S = 0.5
"""The least time between two key frames, however often the other end asks: more of them help nobody
on a narrow line.
"""

MAX_DEBT_S = 0.35
"""How far the encoder may exceed its rate; beyond it pictures are left out until it is even."""

LONGEST_GAP = 1.0
"""The longest gap between two pictures that libvpx gets to know, as a multiple of the usual one. It
spends all bits of a gap on the picture after it, which makes the next gap. Measured at 2 Mb/s with
1080 rows after one busy second: 1 to 12 pictures a second for ever without this bound, 20 with 1.4,
25 with 1.0.
"""

MOVING_SHARE = 0.5
"""Talking hands move all the time: such a picture needs twice the bits of a face, else pictures are
left out.
"""

VP8_MAX_PAYLOAD = 1150


class PictureEncoder(Encoder):
    """AV1 or VP8 whose rate and size follow the other end's estimate (REMB) between our own bounds.

    Args:
        rate: how much it may send.
        codec: "av1" or "vp8".
        clock: monotonic seconds.

    Attributes:
        counts: "pictures", "keys", "made" encoders, "left_out" pictures.
        size: of the last picture, (width, height).
        paused: no pictures are sent; the first one afterwards is a key frame.
    """

    def __init__(
        self,
        rate: SendRate,
        codec: str = "vp8",
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.size = (0, 0)
        self.paused = False
        self.codec_name = codec
        self._clock = clock
        self.rate = rate
        self._ladder = SizeLadder(LADDERS[codec])
        self._limits = PictureLimits()
        self._codec: VideoCodecContext | None = None
        self._made_for_bps = 0
        self._made_for_fps = float(FPS)
        self._made_at_s = 0.0
        self._key_at_s = -1e9
        self._key_owed = False
        self._debt_bits = 0.0
        self._drained_at_s = clock()
        self._picture_id = random.randrange(1 << 15)
        self._at: int | None = None
        self._encoder_pts = 0

    @property
    def target_bitrate(self) -> int:
        """Bits a second; aiortc sets it from each REMB message (draft-alvestrand-rmcat-remb)."""
        return self.rate.bps

    @target_bitrate.setter
    def target_bitrate(self, bps: int) -> None:
        self.rate.on_estimate(int(bps))

    def limit(self, limits: PictureLimits) -> None:
        """Sets our own bounds of size and pictures a second; the bound of the rate is in `rate`."""
        self._limits = limits

    @property
    def _fps(self) -> float:
        if self._limits.fps:
            return min(float(FPS), self._limits.fps)
        return float(FPS)

    def encode(self, frame: Frame, force_keyframe: bool = False) -> tuple[list[bytes], int]:
        """The picture's RTP payloads, and its time on a clock of 90 kHz;
        none when the picture is left out.
        """
        now_s = self._clock()
        self._key_owed = self._key_owed or force_keyframe or self.paused
        assert frame.pts is not None
        assert frame.time_base is not None
        at = convert_timebase(frame.pts, frame.time_base, VIDEO_TIME_BASE)
        if self._in_debt(now_s) or self.paused:
            self.counts["left_out"] += 1
            return [], at
        picture = self._scaled(cast(av.VideoFrame, frame), now_s)
        if self._codec is None or self._outgrown(self._codec, picture, now_s):
            self._codec = self._made(picture, now_s)
        key = self._key_owed and now_s - self._key_at_s > KEY_FRAMES_APART_S
        if key:
            picture.pict_type = PictureType.I
        else:
            picture.pict_type = PictureType.NONE
        if key:
            self._note_key(now_s)
        own_time, picture.pts, picture.time_base = (
            (picture.pts, picture.time_base),
            self._next_pts(at),
            VIDEO_TIME_BASE,
        )
        data = b"".join(bytes(packet) for packet in self._codec.encode(picture))
        picture.pts, picture.time_base = own_time
        payloads = self._packetized(data)
        self._debt_bits += 8 * sum(len(payload) + 50 for payload in payloads)
        self.counts["pictures"] += 1
        self.size = (picture.width, picture.height)
        return payloads, at

    def _next_pts(self, at: int) -> int:
        """The time that the encoder gets for a picture of the time `at`; for libvpx long gaps are
        shortened.
        """
        if self.codec_name == "av1":
            return at
        usual = round(1 / self._fps / VIDEO_TIME_BASE)
        if self._at is not None:
            gap = at - self._at
        else:
            gap = usual
        self._at = at
        self._encoder_pts += max(usual // 2, min(gap, round(LONGEST_GAP * usual)))
        return self._encoder_pts

    def pack(self, packet: Packet[Any]) -> tuple[list[bytes], int]:
        """Never called: our tracks give frames."""
        raise NotImplementedError

    def _note_key(self, now_s: float) -> None:
        self._key_owed = False
        self._key_at_s = now_s
        self.counts["keys"] += 1

    def _in_debt(self, now_s: float) -> bool:
        passed_s, self._drained_at_s = max(0.0, now_s - self._drained_at_s), now_s
        self._debt_bits = max(0.0, self._debt_bits - passed_s * self.target_bitrate)
        return self._debt_bits > max(MAX_DEBT_S, 1 / self._fps) * self.target_bitrate

    def _packetized(self, data: bytes) -> list[bytes]:
        if self.codec_name == "av1":
            if data:
                return av1_payload.packetize(data)
            return []
        self._picture_id = (self._picture_id + 1) % (1 << 15)
        return packetize_vp8(data, self._picture_id)

    def _scaled(self, frame: av.VideoFrame, now_s: float) -> av.VideoFrame:
        if self._limits.motion:
            share = MOVING_SHARE
        else:
            share = 1.0
        height = self._ladder.height(int(share * self.target_bitrate), now_s)
        height = min(height, self._limits.height_px or height)
        if height >= frame.height:
            if frame.format.name == "yuv420p":
                return frame
            return frame.reformat(format="yuv420p")
        width = round(frame.width * height / frame.height / 2) * 2
        smaller = frame.reformat(width=width, height=height, format="yuv420p", interpolation="AREA")
        smaller.pts = frame.pts
        smaller.time_base = frame.time_base
        return smaller

    def _outgrown(self, codec: VideoCodecContext, picture: av.VideoFrame, now_s: float) -> bool:
        if (picture.width, picture.height) != (codec.width, codec.height):
            return True
        if not 0.6 < self._fps / self._made_for_fps < 1.7:
            return True  # its share for each picture would be wrong
        ratio, age_s = self.target_bitrate / self._made_for_bps, now_s - self._made_at_s
        if ratio < LOWER_FROM:
            return ratio < LOWER_AT_ONCE or age_s > LOWER_AFTER_S
        return ratio > RAISE_FROM and age_s > RAISE_AFTER_S

    def _made(self, picture: av.VideoFrame, now_s: float) -> VideoCodecContext:
        self._made_for_bps = self.target_bitrate
        self._made_for_fps = self._fps
        self._made_at_s = now_s
        self._note_key(now_s)  # a new encoder begins with one
        self.counts["made"] += 1
        if self.codec_name == "av1":
            make = av1_encoder
        else:
            make = vp8_encoder
        return make(
            picture.width, picture.height, int(self.target_bitrate * SHARE_OF_ESTIMATE), self._fps
        )


def packetize_vp8(data: bytes, picture_id: int) -> list[bytes]:
    """A VP8 picture as RTP payloads, with its number in 15 bits (RFC 7741, section 4.2)."""
    rest = VP8_MAX_PAYLOAD - 4
    parts = [data[at : at + rest] for at in range(0, len(data), rest)]
    number = (0x8000 | picture_id).to_bytes(2, "big")
    return [
        bytes((0x90 if index == 0 else 0x80, 0x80)) + number + part
        for index, part in enumerate(parts)
    ]


def _plain(name: str, *, width: int, height: int, bps: int, fps: float) -> VideoCodecContext:
    codec = cast(VideoCodecContext, av.CodecContext.create(name, "w"))
    codec.width = width
    codec.height = height
    codec.bit_rate = bps
    codec.pix_fmt = "yuv420p"
    codec.gop_size = 3000
    codec.time_base = VIDEO_TIME_BASE
    codec.framerate = fractions.Fraction(fps).limit_denominator(100)
    codec.thread_count = 1
    return codec


def av1_encoder(width: int, height: int, bps: int, fps: float = FPS) -> VideoCodecContext:
    """SVT-AV1 for real time: no picture waits for a later one, constant rate, 4 ms for 720p on one
    core.
    """
    codec = _plain("libsvtav1", width=width, height=height, bps=bps, fps=fps)
    codec.options = {
        "preset": "12" if height <= 720 else "13",
        "svtav1-params": ":".join(
            (
                "pred-struct=1",
                "rc=2",
                "rtc=1",
                "lp=1",
                "buf-sz=600",
                "buf-initial-sz=400",
                "buf-optimal-sz=400",
            )
        ),
    }
    codec.open()
    _take_turns()
    return codec


def _take_turns() -> None:
    """Puts the thread back under the ordinary scheduler.

    WORKAROUND: SVT-AV1 4.2, run by root, puts the thread that opens it under SCHED_FIFO at the
    highest priority; all that the thread starts later inherits it, and a busy one stops the
    machine. Ordinary users are not touched.
    """
    if sys.platform == "linux" and os.sched_getscheduler(0) != os.SCHED_OTHER:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def vp8_encoder(width: int, height: int, bps: int, fps: float = FPS) -> VideoCodecContext:
    """A libvpx encoder for real time, constant rate, small key frames."""
    codec = _plain("libvpx", width=width, height=height, bps=bps, fps=fps)
    codec.qmin = 4
    codec.qmax = 58
    codec.options = {
        "bufsize": str(int(bps * 0.6)),
        "rc_init_occupancy": str(int(bps * 0.4)),
        "minrate": str(bps),
        "maxrate": str(bps),
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
    return codec
