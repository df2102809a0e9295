# SPDX-License-Identifier: GPL-3.0-only
"""Chooses the engine of a desk's calls: by its setting, or by rules where that is "auto".
Used by `expert_app.runtime.media_engines` and the doctor.

The rules, in order, and what they rest on (two cores without a graphics card, 720p both ways):

1. One processor core: aiortc. Its receiving and sending took half a core, the browser's processes a
   whole one.
2. A loudspeaker, and neither the program's own echo canceller (`voice_filter`, an optional package)
   nor the system's: the browser. Its AEC3 removes the caller's own voice; without an echo canceller
   callers hear themselves half a second later.
3. aiortc here does not know AV1: the browser. At 300 kb/s AV1 has 720p where VP8 has 360p.
4. Else aiortc: 60 ms from glass to glass against 120 to 240 ms, no delay stays after an outage, and
   it needs half the processor.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum

from session.media.audio.echo_choice import EchoCanceller, EchoSetting, choose_canceller


class EngineKind(StrEnum):
    """The carrier of voice and picture; `AUTO` lets the rules choose."""

    AUTO = "auto"
    AIORTC = "aiortc"
    BROWSER = "browser"


class ChoiceReason(StrEnum):
    """The rule that chose."""

    SETTING = "setting"
    ONE_CORE = "one_core"
    ECHO = "echo"
    CODEC = "codec"
    DELAY = "delay"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The facts that the rules look at.

    Attributes:
        cores: of the processor.
        headset: the agent hears by a headset, so that nothing comes back by the microphone.
        echo_canceller: something that is not the browser cancels echo, or nothing is wanted to.
        codecs: of the picture that aiortc knows here, lower case.
    """

    cores: int
    headset: bool
    echo_canceller: bool
    codecs: tuple[str, ...]


@dataclass(frozen=True)
class EngineChoice:
    """The engine, never `AUTO`, and why."""

    kind: EngineKind
    why: ChoiceReason


def choose_engine(setting: EngineKind, machine: Machine) -> EngineChoice:
    """The engine for this machine."""
    if setting is not EngineKind.AUTO:
        return EngineChoice(setting, ChoiceReason.SETTING)
    if machine.cores < 2:
        return EngineChoice(EngineKind.AIORTC, ChoiceReason.ONE_CORE)
    if not machine.headset and not machine.echo_canceller:
        return EngineChoice(EngineKind.BROWSER, ChoiceReason.ECHO)
    if "av1" not in machine.codecs:
        return EngineChoice(EngineKind.BROWSER, ChoiceReason.CODEC)
    return EngineChoice(EngineKind.AIORTC, ChoiceReason.DELAY)


def this_machine(headset: bool, microphone: str, echo: EchoSetting = EchoSetting.AUTO) -> Machine:
    """The machine that the program runs on, with the agent's choice of microphone and of what
    cancels echo.
    """
    from session.media.video.picture_codecs import PICTURE_CODECS

    cared = (
        choose_canceller(echo, browser=False, microphone=microphone) is not EchoCanceller.MISSING
    )
    return Machine(
        cores=os.cpu_count() or 1, headset=headset, echo_canceller=cared, codecs=PICTURE_CODECS
    )
