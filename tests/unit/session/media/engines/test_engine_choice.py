# SPDX-License-Identifier: GPL-3.0-only
"""The rules of "auto"."""

from __future__ import annotations

import pytest

from session.media.audio.echo_choice import EchoBy, EchoSetting, cancels_echo, echo_by
from session.media.engines.engine_choice import (
    Choice,
    EngineKind,
    Machine,
    Why,
    choose,
    this_machine,
)

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


SYSTEMS = "Echo-Cancel Source"


@pytest.mark.parametrize(
    ("wanted", "browser", "microphone", "apm", "expected"),
    [
        (EchoSetting.AUTO, False, "Headset", True, EchoBy.APM),
        (EchoSetting.AUTO, False, "Headset", False, EchoBy.MISSING),
        (EchoSetting.AUTO, False, SYSTEMS, True, EchoBy.SYSTEM),
        (EchoSetting.AUTO, True, SYSTEMS, True, EchoBy.BROWSER),
        (EchoSetting.APM, False, SYSTEMS, True, EchoBy.APM),
        (EchoSetting.APM, True, "Headset", True, EchoBy.BROWSER),
        (EchoSetting.SYSTEM, True, "Headset", True, EchoBy.SYSTEM),
        (EchoSetting.OFF, True, SYSTEMS, True, EchoBy.OFF),
    ],
)
def test_what_cancels_echo_follows_the_setting_and_what_is_there(
    wanted: EchoSetting, browser: bool, microphone: str, apm: bool, expected: EchoBy
) -> None:
    assert echo_by(wanted, browser=browser, microphone=microphone, apm=apm) is expected


def test_a_loudspeaker_needs_the_browser_only_where_the_programs_own_filter_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def engine_of(echo: EchoSetting) -> Choice:
        monkeypatch.setattr("os.cpu_count", lambda: 4)
        return choose(EngineKind.AUTO, this_machine(False, "Desk microphone", echo))

    assert engine_of(EchoSetting.AUTO) == Choice(EngineKind.AIORTC, Why.DELAY)
    monkeypatch.setattr("session.media.audio.echo_choice.is_installed", lambda: False)
    assert engine_of(EchoSetting.AUTO) == Choice(EngineKind.BROWSER, Why.ECHO)
    assert engine_of(EchoSetting.APM) == Choice(EngineKind.BROWSER, Why.ECHO)
    assert engine_of(EchoSetting.OFF) == Choice(EngineKind.AIORTC, Why.DELAY)
