# SPDX-License-Identifier: GPL-3.0-only
"""The choice of camera, microphone, loudspeaker and engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QProgressBar,
    QScrollArea,
)
from pytestqt.qtbot import QtBot

from session.media.audio.echo_check import EchoFinding
from session.media.audio.echo_choice import EchoCanceller, EchoSetting
from session.media.engines.engine_choice import ChoiceReason, EngineChoice, EngineKind
from tests.accessibility.layout import flaws, settle
from tests.support.screens.parts import part
from views.media.settings import MediaChoice, MediaSettingsPage
from views.widgets.appearance import TEXT_SIZES
from views.widgets.parts import scroll_area
from views.widgets.theme import apply_theme

CAMERAS, MICROPHONES, SPEAKERS = ["Camera A", "Camera B"], ["Headset", "Desk"], ["Headset"]


@pytest.fixture
def dialog(qtbot: QtBot) -> MediaSettingsPage:
    made = MediaSettingsPage()
    qtbot.addWidget(made)
    made.show_devices(MediaChoice(microphone="Gone one"), CAMERAS, MICROPHONES, SPEAKERS)
    return made


@pytest.fixture
def area(qtbot: QtBot, dialog: MediaSettingsPage) -> Iterator[QScrollArea]:
    """As the settings' window holds it."""
    made = scroll_area(dialog)
    yield made
    made.takeWidget()
    made.close()


def combo(dialog: MediaSettingsPage, name: str) -> QComboBox:
    found = dialog.findChild(QComboBox, f"media_{name}")
    assert found is not None
    return found


def test_a_chosen_device_that_is_away_stays_chosen_and_is_marked(
    dialog: MediaSettingsPage,
) -> None:
    assert combo(dialog, "microphone").currentData() == "Gone one"
    assert "not plugged in" in combo(dialog, "microphone").currentText()
    assert combo(dialog, "camera").currentData() == "auto"


def test_each_change_is_told_with_everything_that_is_chosen(dialog: MediaSettingsPage) -> None:
    told: list[MediaChoice] = []
    dialog.chosen.connect(told.append)
    cameras = combo(dialog, "camera")
    cameras.setCurrentIndex(cameras.findData("Camera B"))
    cameras.activated.emit(cameras.currentIndex())
    part(dialog, QAbstractButton, "media_headset").click()
    assert told == [
        MediaChoice(camera="Camera B", microphone="Gone one"),
        MediaChoice(camera="Camera B", microphone="Gone one", headset=False),
    ]


def test_engine_and_echo_are_said_in_words(dialog: MediaSettingsPage) -> None:
    dialog.show_engine(EngineChoice(EngineKind.BROWSER, ChoiceReason.ECHO), later=True)
    assert "only the browser cancels echo" in part(dialog, QLabel, "media_engine_words").text()
    assert "next conversation" in part(dialog, QLabel, "media_engine_words").text()
    dialog.show_echo(EchoFinding.HEARD, EchoCanceller.MISSING)
    assert not part(dialog, QLabel, "media_echo_words").isHidden()
    assert "headset" in part(dialog, QLabel, "media_echo_words").text()


@pytest.mark.parametrize(
    ("by", "removed_db", "at_work", "found"),
    [
        (EchoCanceller.APM, 34.2, "This program cancels echo", "takes the echo away (34 dB)"),
        (EchoCanceller.APM, 8.0, "This program cancels echo", "only 8 dB"),
        (
            EchoCanceller.BROWSER,
            None,
            "The browser cancels echo",
            "the browser takes the echo away",
        ),
        (EchoCanceller.SYSTEM, None, "system's microphone", "although the system is relied on"),
        (EchoCanceller.MISSING, None, "not installed", "callers would hear themselves"),
        (EchoCanceller.OFF, None, "Nothing cancels echo", "callers would hear themselves"),
    ],
)
def test_what_cancels_echo_is_shown_and_what_it_leaves(
    dialog: MediaSettingsPage,
    by: EchoCanceller,
    removed_db: float | None,
    at_work: str,
    found: str,
) -> None:
    dialog.show_cancelled(by)
    dialog.show_echo(EchoFinding.HEARD, by, removed_db)
    assert at_work in part(dialog, QLabel, "media_cancelled_words").text()
    assert found in part(dialog, QLabel, "media_echo_words").text()


def test_what_cancels_echo_can_be_chosen(dialog: MediaSettingsPage) -> None:
    told: list[MediaChoice] = []
    dialog.chosen.connect(told.append)
    cancellers = combo(dialog, "echo")
    assert {cancellers.itemData(row) for row in range(cancellers.count())} == {
        each.value for each in EchoSetting
    }
    cancellers.setCurrentIndex(cancellers.findData("off"))
    cancellers.activated.emit(cancellers.currentIndex())
    assert told == [MediaChoice(microphone="Gone one", echo="off")]


def test_a_louder_voice_fills_more_of_the_meter(dialog: MediaSettingsPage) -> None:
    shown = []
    for level in (0.0, 0.01, 0.1, 1.0):
        dialog.level.show_level(level)
        shown.append(part(dialog, QProgressBar, "media_level").value())
    assert shown == sorted(set(shown))
    assert shown[-1] == 100


@pytest.mark.parametrize("size", TEXT_SIZES)
def test_settings_stay_readable_at_every_text_size(
    dialog: MediaSettingsPage, area: QScrollArea, desk_theme: QApplication, size: float
) -> None:
    apply_theme(desk_theme, dark=False, text_scale=size)
    area.resize(round(640 * size), 600)
    area.show()
    dialog.show_engine(EngineChoice(EngineKind.BROWSER, ChoiceReason.ECHO), later=True)
    settle()
    assert flaws(dialog) == []


def test_what_the_organisation_has_fixed_is_shown_and_not_offered(
    dialog: MediaSettingsPage,
) -> None:
    words = dialog.findChild(QLabel, "media_fixed")
    assert words is not None
    assert words.isHidden()
    dialog.show_fixed(["camera", "headset"])
    assert not combo(dialog, "camera").isEnabled()
    assert not part(dialog, QAbstractButton, "media_headset").isEnabled()
    assert combo(dialog, "speaker").isEnabled()
    assert not words.isHidden()
