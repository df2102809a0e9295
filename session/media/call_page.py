# SPDX-License-Identifier: GPL-3.0-only
"""The interface of the page `resources/pages/call.html`, and the options and answers of its script.
Used by the kiosk's call and by the desk's `browser_engine`.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import msgspec

from session.core.signals import Signal
from session.media.engine import PictureLimits
from session.media.ice import IcePlan, IceServer

CODECS = ("av1", "vp9", "vp8")
"""The best first. Measured at 300 kb/s, 720p, against the original: SSIM .987, .982 and .972."""

SIMULATED, NONE = "simulated", "none"
"""Given instead of a device's name. "" is the system's own device."""


@dataclass(frozen=True)
class PageEvent:
    """A report of the page on itself: "first_frame" {ms, ago_ms, width, height}, "state"
    {state}, "device_missing" {kind, why}, "devices" {video, audio}: which are there,
    "page_lost" {}.
    """

    name: str
    detail: dict[str, Any] = field(default_factory=dict)


class CallPage(Protocol):
    """The page.

    Attributes:
        happened: what the page reports, emitted in the loop's thread.
    """

    happened: Signal[PageEvent]

    def run(self, script: str) -> Awaitable[object]:
        """Runs an expression; a promise is awaited.
        Raises `CallLost` when it throws or the page is gone.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class CallMedia:
    """The choice of what an end films and how much it may send.

    Attributes:
        camera, microphone: `SIMULATED` (labelled at both ends), `NONE`, a device's label, or "" for
            the system's own.
        speaker: a device's label, or "".
        cancel_echo, suppress_noise, gain: what the browser does to a real microphone's sound.
        codecs: of the picture, the preferred first; the other end takes the first that it knows.
    """

    camera: str = ""
    microphone: str = ""
    speaker: str = ""
    width_px: int = 1280
    height_px: int = 720
    fps: int = 25
    cancel_echo: bool = True
    suppress_noise: bool = True
    gain: bool = True
    max_kbps: int = 2000
    codecs: tuple[str, ...] = CODECS
    ice_servers: tuple[IceServer, ...] = ()
    relay_only: bool = False
    networks: tuple[str, ...] = ()

    @property
    def plan(self) -> IcePlan:
        """Which ways a call may take."""
        return IcePlan(servers=self.ice_servers, relay_only=self.relay_only, networks=self.networks)

    def with_plan(self, plan: IcePlan) -> CallMedia:
        """The same devices, other ways."""
        return replace(
            self, ice_servers=plan.servers, relay_only=plan.relay_only, networks=plan.networks
        )

    @property
    def sound_options(self) -> dict[str, bool]:
        """The treatment of a real microphone's sound, as call.js takes it."""
        return {"echo": self.cancel_echo, "noise": self.suppress_noise, "gain": self.gain}

    def options(self, *, sharers: int = 1, since_accept_s: float = 0.0) -> str:
        """Return the options as call.js takes them, JSON.
        `sharers`: calls that share the line up.
        """
        servers = [
            {"urls": s.url, "username": s.username, "credential": s.credential}
            for s in self.ice_servers
        ]
        options = {
            "camera": self.camera,
            "microphone": self.microphone,
            "speaker": self.speaker,
            "width": self.width_px,
            "height": self.height_px,
            "fps": self.fps,
            **self.sound_options,
            "max_kbps": self.max_kbps,
            "codecs": self.codecs,
            "sharers": sharers,
            "since_accept_ms": since_accept_s * 1000,
            "ice_servers": servers,
            "relay_only": self.relay_only,
        }
        return msgspec.json.encode(options).decode()


def simulated(**changes: Any) -> CallMedia:
    """A drawn person and a tone, for tests and the demo."""
    return CallMedia(camera=SIMULATED, microphone=SIMULATED, **changes)


def limits_for_page(limits: PictureLimits) -> str:
    """The governor's limits as call.js takes them, JSON."""
    return msgspec.json.encode(limits).decode()


class PageDescription(msgspec.Struct, frozen=True):
    """The description that call.js gives for an offer or an answer."""

    sdp: str
    simulated: bool


class PageStats(msgspec.Struct, frozen=True):
    """The counts of call.js from the call's beginning, named as in `MediaStats`.
    `state`: of the RTCPeerConnection.
    """

    first_frame_ms: float | None
    frames: int
    width_px: int
    height_px: int
    checksum: str
    audio_packets: int
    audio_level: float
    state: str
    packets: int = 0
    bytes: int = 0
    lost: int = 0
    rtt_ms: float | None = None
    codec: str = ""
    freezes: int = 0
    frozen_s: float = 0.0
    voice_blocks: int = 0
    voice_made_up: int = 0
    voice_delay_ms: float = 0.0
    target_kbps: int = 0
    sent_codec: str = ""
    sent_width_px: int = 0
    sent_height_px: int = 0
    sent_frames: int = 0
    sent_bytes: int = 0
    sent_packets: int = 0
    sent_missed: int = 0
    estimate_kbps: float | None = None


class PageSample(msgspec.Struct, frozen=True):
    """A small picture. `jpeg`: base64."""

    width: int
    height: int
    jpeg: str
