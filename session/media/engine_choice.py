# SPDX-License-Identifier: GPL-3.0-only
"""Which of the two engines carries a desk's calls: by its setting, or by rules where that is "auto". Used by compose.

The rules, in order, and what they rest on (two cores without a graphics card, 720p both ways):

1. One processor core: aiortc. Its receiving and sending took half a core, the browser's processes a whole one.
2. A loudspeaker without an echo canceller of the system: the browser. Its AEC3 removes the caller's own voice; aiortc
   has no canceller, and without one every caller hears themselves half a second later.
3. aiortc here does not know AV1: the browser. At 300 kb/s AV1 has 720p where VP8 has 360p.
4. Else aiortc: 60 ms from glass to glass against 120 to 240 ms, nothing of an outage stays behind, and it needs half
   the processor.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum

from session.media.picture_codecs import PICTURE_CODECS


class EngineKind(StrEnum):
    """What carries voice and picture; `AUTO` lets the rules choose."""

    AUTO = "auto"
    AIORTC = "aiortc"
    BROWSER = "browser"


class Why(StrEnum):
    """The rule that chose."""

    SETTING = "setting"
    ONE_CORE = "one_core"
    ECHO = "echo"
    CODEC = "codec"
    DELAY = "delay"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What the rules look at.

    Attributes:
        cores: of the processor. headset: the agent hears by a headset, so that nothing comes back by the microphone.
        echo_canceller: the system has one before the chosen microphone.
        codecs: of the picture that aiortc knows here, lower case.
    """

    cores: int
    headset: bool
    echo_canceller: bool
    codecs: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """The engine, never `AUTO`, and why."""

    kind: EngineKind
    why: Why


def choose(wanted: EngineKind, machine: Machine) -> Choice:
    """The engine for this machine."""
    if wanted is not EngineKind.AUTO:
        return Choice(wanted, Why.SETTING)
    if machine.cores < 2:
        return Choice(EngineKind.AIORTC, Why.ONE_CORE)
    if not machine.headset and not machine.echo_canceller:
        return Choice(EngineKind.BROWSER, Why.ECHO)
    if "av1" not in machine.codecs:
        return Choice(EngineKind.BROWSER, Why.CODEC)
    return Choice(EngineKind.AIORTC, Why.DELAY)


def this_machine(headset: bool, microphone: str) -> Machine:
    """The machine that the program runs on, with the agent's choice of microphone."""
    return Machine(
        cores=os.cpu_count() or 1, headset=headset, echo_canceller=cancels_echo(microphone), codecs=PICTURE_CODECS
    )


def cancels_echo(microphone: str) -> bool:
    """Whether a microphone of this name has the system's echo canceller before it (PulseAudio and PipeWire say so)."""
    return "echo" in microphone.lower() and "cancel" in microphone.lower()
