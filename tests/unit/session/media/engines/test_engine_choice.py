# SPDX-License-Identifier: GPL-3.0-only
"""The rules of "auto"."""

from __future__ import annotations

import pytest

from session.media.audio.echo_choice import (
    EchoCanceller,
    EchoSetting,
    cancels_echo,
    choose_canceller,
)
from session.media.engines.engine_choice import (
    ChoiceReason,
    EngineChoice,
    EngineKind,
    Machine,
    choose_engine,
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
        (GOOD, EngineChoice(EngineKind.AIORTC, ChoiceReason.DELAY)),
        (OLD, EngineChoice(EngineKind.BROWSER, ChoiceReason.CODEC)),
        (LOUD, EngineChoice(EngineKind.BROWSER, ChoiceReason.ECHO)),
        (LOUD_BUT_CANCELLED, EngineChoice(EngineKind.AIORTC, ChoiceReason.DELAY)),
        (SMALL, EngineChoice(EngineKind.AIORTC, ChoiceReason.ONE_CORE)),
    ],
)
def test_auto_follows_the_written_rules(machine: Machine, expected: EngineChoice) -> None:
    assert choose_engine(EngineKind.AUTO, machine) == expected


@pytest.mark.parametrize("kind", [EngineKind.AIORTC, EngineKind.BROWSER])
def test_a_setting_is_never_overruled(kind: EngineKind) -> None:
    assert choose_engine(kind, SMALL) == EngineChoice(kind, ChoiceReason.SETTING)


def test_a_systems_echo_canceller_is_known_by_its_name() -> None:
    assert cancels_echo("Echo-Cancel Source (Logitech)")
    assert not cancels_echo("Logitech H390")


SYSTEMS = "Echo-Cancel Source"


@pytest.mark.parametrize(
    ("wanted", "browser", "microphone", "apm", "expected"),
    [
        (EchoSetting.AUTO, False, "Headset", True, EchoCanceller.APM),
        (EchoSetting.AUTO, False, "Headset", False, EchoCanceller.MISSING),
        (EchoSetting.AUTO, False, SYSTEMS, True, EchoCanceller.SYSTEM),
        (EchoSetting.AUTO, True, SYSTEMS, True, EchoCanceller.BROWSER),
        (EchoSetting.APM, False, SYSTEMS, True, EchoCanceller.APM),
        (EchoSetting.APM, True, "Headset", True, EchoCanceller.BROWSER),
        (EchoSetting.SYSTEM, True, "Headset", True, EchoCanceller.SYSTEM),
        (EchoSetting.OFF, True, SYSTEMS, True, EchoCanceller.OFF),
    ],
)
def test_what_cancels_echo_follows_the_setting_and_what_is_there(
    wanted: EchoSetting, browser: bool, microphone: str, apm: bool, expected: EchoCanceller
) -> None:
    assert choose_canceller(wanted, browser=browser, microphone=microphone, apm=apm) is expected


def test_a_loudspeaker_needs_the_browser_only_where_the_programs_own_filter_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def engine_of(echo: EchoSetting) -> EngineChoice:
        monkeypatch.setattr("os.cpu_count", lambda: 4)
        return choose_engine(EngineKind.AUTO, this_machine(False, "Desk microphone", echo))

    assert engine_of(EchoSetting.AUTO) == EngineChoice(EngineKind.AIORTC, ChoiceReason.DELAY)
    monkeypatch.setattr("session.media.audio.voice_filter.is_installed", lambda: False)
    assert engine_of(EchoSetting.AUTO) == EngineChoice(EngineKind.BROWSER, ChoiceReason.ECHO)
    assert engine_of(EchoSetting.APM) == EngineChoice(EngineKind.BROWSER, ChoiceReason.ECHO)
    assert engine_of(EchoSetting.OFF) == EngineChoice(EngineKind.AIORTC, ChoiceReason.DELAY)
