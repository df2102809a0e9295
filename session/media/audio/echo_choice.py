# SPDX-License-Identifier: GPL-3.0-only
"""Chooses the echo canceller of a desk: by its setting, or by rules where that is "auto".
Used by `expert_app.runtime.media_engines`, the doctor and `engine_choice`.

The rules: the browser engine cancels echo itself. With the aiortc engine the system does it, where
the chosen microphone is the system's cancelled one; else the program's own filter (`voice_filter`);
else nothing.
"""

from __future__ import annotations

from enum import StrEnum


class EchoSetting(StrEnum):
    """The person's choice; `APM` is the program's own filter,
    WebRTC's audio processing module.
    """

    AUTO = "auto"
    OFF = "off"
    APM = "apm"
    SYSTEM = "system"


class EchoCanceller(StrEnum):
    """The canceller at work. `OFF` on purpose; `MISSING`:
    wanted, and the package is not installed.
    """

    APM = "apm"
    SYSTEM = "system"
    BROWSER = "browser"
    OFF = "off"
    MISSING = "missing"


def choose_canceller(
    setting: EchoSetting, *, browser: bool, microphone: str, apm: bool | None = None
) -> EchoCanceller:
    """Return what cancels echo.

    Args:
        browser: the engine is the browser's.
        microphone: its name.
        apm: whether the program has its filter; None: found out here.
    """
    if setting is EchoSetting.OFF:
        return EchoCanceller.OFF
    if setting is EchoSetting.SYSTEM or (
        setting is EchoSetting.AUTO and not browser and cancels_echo(microphone)
    ):
        return EchoCanceller.SYSTEM
    if browser:
        return EchoCanceller.BROWSER
    if apm is None:
        from session.media.audio.voice_filter import is_installed

        apm = is_installed()
    if apm:
        return EchoCanceller.APM
    return EchoCanceller.MISSING


def cancels_echo(microphone: str) -> bool:
    """True if the system cancels the echo of a microphone of this name (PulseAudio and PipeWire
    put it into the name).
    """
    return "echo" in microphone.lower() and "cancel" in microphone.lower()
