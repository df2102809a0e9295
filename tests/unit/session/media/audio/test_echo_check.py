# SPDX-License-Identifier: GPL-3.0-only
"""Whether a microphone hears the loudspeaker."""

from __future__ import annotations

import numpy as np
import pytest

from session.media.audio.echo_check import EchoCheck, EchoFinding
from session.media.audio.sound import BLOCK, Pcm

DELAY = 7
"""Blocks from the loudspeaker to the microphone: 140 ms."""


def room(loudness: float, noise: int, *, deaf: bool = False) -> EchoFinding:
    """Runs a check in an invented room."""
    check, random = EchoCheck(), np.random.default_rng(4)
    air: list[Pcm | None] = []
    while not check.done:
        late = air[-DELAY] if len(air) >= DELAY else None
        heard: Pcm = random.integers(-noise, noise + 1, BLOCK).astype(np.int16)
        if late is not None:
            heard = (heard + loudness * late).astype(np.int16)
        air.append(check.step(np.zeros(BLOCK, np.int16) if deaf else heard))
    return check.result()


@pytest.mark.parametrize("noise", [3, 100])
def test_a_loudspeaker_near_a_microphone_is_found(noise: int) -> None:
    assert room(0.1, noise) is EchoFinding.HEARD


@pytest.mark.parametrize("noise", [3, 100, 1500])
def test_a_headset_brings_no_echo(noise: int) -> None:
    assert room(0.0, noise) is EchoFinding.NONE


def test_a_microphone_that_brings_nothing_is_said_to_be_deaf() -> None:
    assert room(0.3, 3, deaf=True) is EchoFinding.DEAF
