# SPDX-License-Identifier: GPL-3.0-only
"""The interface of whatever carries a desk's voice and picture. Implemented by
`engines.aiortc_engine` and `engines.browser_engine`, used by the desk's calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from session.core.signals import Signal
from session.media.ice import IcePlan

if TYPE_CHECKING:  # it loads PyAV, which who does not call needs not
    from session.media.frames import VideoFrame


class MediaState(StrEnum):
    """The state of a call's connection. `session.desk.call.video_call` watches the packets and
    decides on `unstable` and `lost`; `held`: nothing travels, on purpose.
    """

    NEW = "new"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    UNSTABLE = "unstable"
    LOST = "lost"
    HELD = "held"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class PictureLimits:
    """The most that our own picture may take of the line, set by `session.media.line.governor`.
    0: no bound.

    Attributes:
        kbps: bits of the picture, packet headers included.
        height_px: no taller, however many bits there are.
        fps: no more pictures a second; below 1 it is a still photo now and then.
        motion: somebody talks with the hands: on a narrow line rows are given up before pictures
            a second.
    """

    kbps: int = 0
    height_px: int = 0
    fps: float = 0.0
    motion: bool = False


@dataclass(frozen=True, kw_only=True)
class MediaStats:
    """The media that the engine received and decoded in the present call,
    counted from its beginning.

    Attributes:
        frames: decoded pictures; `width_px`, `height_px` of the last one.
        checksum: CRC-32 of the last picture's luma, 8 hex digits; empty before the first.
        first_frame_s: `time.monotonic()` of the first decoded picture, or None.
        packets: received RTP packets of all kinds; `audio_packets` those of voice.
        audio_level: RMS of the last 0.2 s of decoded sound, 0..1.
        bytes: received, of all kinds.
        lost: packets that never came.
        rtt_ms: round trip, or None before the first report (RFC 3550, section 6.4.1).
        codec: of the received picture, lower case ("av1", "vp8"); empty before the first.
        freezes, frozen_s: pauses between two pictures that an eye sees as a stop, and how long they
            were together (as `freezeCount` of W3C webrtc-stats).
        voice_blocks: 20 ms blocks of voice played; `voice_made_up` of these were guessed, because
            no packet brought them.
        voice_delay_ms: how long a packet of voice waits before it is heard.
        lip_ms: picture behind voice (negative: before it), or None while unknown.
        target_kbps: what our picture may use now.
        sent_codec, sent_width_px, sent_height_px: of our last picture.
        sent_frames: pictures sent; `sent_bytes` of all kinds.
        sent_packets: how many of our packets the other end's reports count; `sent_missed` of these
            never came (RFC 3550, section 6.4.1).
        estimate_kbps: what the transport thinks that we may send, whatever our own bounds are; None
            before it knows.
        relay_failed: a TURN server is configured and none gave an address: the call has direct ways
            only.
    """

    frames: int = 0
    width_px: int = 0
    height_px: int = 0
    checksum: str = ""
    first_frame_s: float | None = None
    packets: int = 0
    audio_packets: int = 0
    audio_level: float = 0.0
    bytes: int = 0
    lost: int = 0
    rtt_ms: float | None = None
    codec: str = ""
    freezes: int = 0
    frozen_s: float = 0.0
    voice_blocks: int = 0
    voice_made_up: int = 0
    voice_delay_ms: float = 0.0
    lip_ms: float | None = None
    target_kbps: int = 0
    sent_codec: str = ""
    sent_width_px: int = 0
    sent_height_px: int = 0
    sent_frames: int = 0
    sent_bytes: int = 0
    sent_packets: int = 0
    sent_missed: int = 0
    estimate_kbps: float | None = None
    relay_failed: bool = False


class MediaEngine(Protocol):
    """One caller at a time. All methods may be called from the loop's thread and return at once or
    are awaited.

    Attributes:
        state_changed: emitted in the engine's own thread; a listener only marks what to do later.
    """

    state_changed: Signal[MediaState]

    @property
    def simulated_camera(self) -> bool:
        """True when our picture is drawn, not filmed; the other end labels it."""
        ...

    @property
    def camera_there(self) -> bool:
        """False when our camera gives no picture, or there is none; both ends are told."""
        ...

    @property
    def microphone_there(self) -> bool:
        """False when there is no microphone here; both ends are told."""
        ...

    async def answer(self, offer_sdp: str) -> str:
        """Answers an offer (RFC 8829); an earlier call goes on until the new one has brought its
        first packet.

        Raises `CallLost`; the engine and an earlier call stay usable.
        """
        ...

    def prepare(self) -> None:
        """Begins what the answer to the next offer would have to wait for."""
        ...

    async def close_call(self) -> None:
        """Ends the present call, if any; the engine stays usable."""
        ...

    async def close(self) -> None:
        """Ends the call and the engine; afterwards `answer` raises `CallLost`."""
        ...

    def set_microphone(self, on: bool) -> None:
        """Sends our voice, or silence."""
        ...

    def set_camera(self, on: bool) -> None:
        """Sends our picture, or a still dark one."""
        ...

    def set_ice(self, plan: IcePlan) -> None:
        """Sets which ways the next calls may take."""
        ...

    def set_line(self, line_kbps: int) -> None:
        """Sets what the line carries each way, kilobits of IP a second; 0 for unknown. Bounds the
        picture at once, and the hints of the next answer.
        """
        ...

    def set_picture_limit(
        self, kbps: int, *, height_px: int = 0, fps: float = 0.0, motion: bool = False
    ) -> None:
        """Our picture never uses more than this, whatever the line carries; 0 for no bound.
        Takes effect at once.

        Args:
            fps: below 1 the picture is a still photo now and then.
            motion: hands talk, see `PictureLimits`.
        """
        ...

    def latest_frame(self) -> VideoFrame | None:
        """The caller's last picture, or None before the first and after the call."""
        ...

    def own_frame(self) -> VideoFrame | None:
        """Our own last picture, small, or None when nothing is sent."""
        ...

    def stats(self) -> MediaStats:
        """Return what was received so far in the present call."""
        ...
