# SPDX-License-Identifier: GPL-3.0-only
"""The rules of "auto"."""

from __future__ import annotations

import pytest

from session.media.engine_choice import Choice, EngineKind, Machine, Why, cancels_echo, choose

GOOD = Machine(cores=2, headset=True, echo_canceller=False, codecs=("av1", "vp8"))
OLD = Machine(cores=2, headset=True, echo_canceller=False, codecs=("vp8",))
LOUD = Machine(cores=4, headset=False, echo_canceller=False, codecs=("av1",))
LOUD_BUT_CANCELLED = Machine(cores=4, headset=False, echo_canceller=True, codecs=("av1",))
SMALL = Machine(cores=1, headset=False, echo_canceller=False, codecs=())


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (GOOD, Choice(EngineKind.AIORTC, Why.DELAY)),
        (OLD, Choice(EngineKind.BROWSER, Why.CODEC)),
        (LOUD, Choice(EngineKind.BROWSER, Why.ECHO)),
        (LOUD_BUT_CANCELLED, Choice(EngineKind.AIORTC, Why.DELAY)),
        (SMALL, Choice(EngineKind.AIORTC, Why.ONE_CORE)),
    ],
)
def test_auto_follows_the_written_rules(machine: Machine, expected: Choice) -> None:
    assert choose(EngineKind.AUTO, machine) == expected


@pytest.mark.parametrize("kind", [EngineKind.AIORTC, EngineKind.BROWSER])
def test_a_setting_is_never_overruled(kind: EngineKind) -> None:
    assert choose(kind, SMALL) == Choice(kind, Why.SETTING)


def test_a_systems_echo_canceller_is_known_by_its_name() -> None:
    assert cancels_echo("Echo-Cancel Source (Logitech)")
    assert not cancels_echo("Logitech H390")
