# SPDX-License-Identifier: GPL-3.0-only
"""The page between two callers uses the window, says nothing twice, and says what an empty part
waits for.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from PyQt6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.protocol.hub.history import OwnTalk
from session.protocol.hub.waiting import PromisedCall
from tests.accessibility.layout import settle
from tests.support.screens.carried import carried
from tests.support.screens.desk_scenes import SCENES
from tests.support.screens.invented import NOW, SERVICES, desk
from tests.support.screens.parts import part
from views.desk.my_day.day_line import DayCard, DayLine
from views.desk.my_day.keys_card import KEYS
from views.desk.queue.service_waits import ServiceLine
from views.desk.window import DeskWindow

SIZES = ((1366, 768), (2560, 1440))


def _shown(qtbot: QtBot, scene: str, size: tuple[int, int]) -> DeskWindow:
    window = SCENES[scene]()
    qtbot.addWidget(window)
    window.show()
    window.resize(*size)
    settle()
    return window


@pytest.mark.parametrize("size", SIZES)
def test_seven_tenths_of_a_usual_day_carry_something(
    size: tuple[int, int], qtbot: QtBot, desk_theme: QApplication
) -> None:
    window = _shown(qtbot, "usual_day", size)
    assert carried(window) >= 0.7


def test_a_stretched_card_carries_nothing_more(qtbot: QtBot, desk_theme: QApplication) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    words = QLabel("A word", widget)
    widget.resize(1000, 1000)
    words.setGeometry(0, 0, 1000, 1000)
    widget.show()
    assert carried(widget) < 0.05


@pytest.mark.parametrize("scene", ["usual_day", "empty", "idle"])
def test_no_sentence_is_said_twice(scene: str, qtbot: QtBot, desk_theme: QApplication) -> None:
    window = _shown(qtbot, scene, SIZES[1])
    titles = [
        label.text()
        for label in window.findChildren(QLabel)
        if label.isVisible()
        and label.property("role") in ("title", "large", "soft")
        and label.objectName() != "service_count"
    ]
    assert [words for words, times in Counter(filter(None, titles)).items() if times > 1] == []


def test_what_is_empty_says_what_it_waits_for(qtbot: QtBot, desk_theme: QApplication) -> None:
    window = _shown(qtbot, "idle", SIZES[0])
    for name in ("idle_work_empty", "idle_talks_empty", "idle_day_empty"):
        empty = part(window.idle, QLabel, name)
        assert empty.isVisibleTo(window), name
        assert len(empty.text()) > 20, name


def test_each_service_has_its_waits_unless_the_groups_say_them(qtbot: QtBot) -> None:
    window = _shown(qtbot, "idle", SIZES[0])
    lines = [line.accessibleName() for line in window.queue.findChildren(ServiceLine)]
    assert lines[0] == "Allocations familiales, 2 wait, 6 min, over 3 min"
    assert lines[3] == "Préparer un rendez-vous, Nobody"
    window.queue.head.group_by("service")
    settle()
    assert not any(line.isVisible() for line in window.queue.findChildren(ServiceLine))


def test_without_a_hub_nobody_says_that_nobody_waits(qtbot: QtBot) -> None:
    window = _shown(qtbot, "empty", SIZES[0])
    window.queue.refresh_waits()
    assert not any(line.isVisible() for line in window.queue.findChildren(ServiceLine))


def test_a_key_that_was_changed_is_shown_as_it_is_now(qtbot: QtBot) -> None:
    window = desk()
    qtbot.addWidget(window)
    keys = [label for label in window.idle.keys.findChildren(QLabel) if label.text() == "F3"]
    assert len(keys) == 1
    window.idle.keys.show_keys(lambda usual: "F8" if usual == "F3" else usual)
    assert keys[0].text() == "F8"
    assert len(KEYS) == 5


def test_the_day_in_words_has_conversations_pauses_and_promised_calls(qtbot: QtBot) -> None:
    clock = ManualClock(NOW)
    names = {name: place for place, name in enumerate(SERVICES)}
    card = DayCard(clock, lambda service: (SERVICES[service].name, names[service]))
    qtbot.addWidget(card)
    assert not part(card, DayLine, "day_line").isVisibleTo(card)
    talk = OwnTalk(session_id="s1", number="B012", service="rsa", began_at_utc=NOW, talked_s=600)
    card.show_talks([talk])
    tomorrow = NOW + timedelta(days=1)
    card.show_calls(
        [
            PromisedCall(ticket_id="c1", service="rsa", due_at_utc=NOW, number="B007"),
            PromisedCall(ticket_id="c2", service="rsa", due_at_utc=tomorrow, number="B008"),
        ]
    )
    card.show_available(False)
    clock.advance(15 * 60)
    card.show_available(True)
    line = part(card, DayLine, "day_line")
    assert line.isVisibleTo(card)
    spoken = line.accessibleName()
    assert spoken.startswith("My day: One conversation, ")
    assert "15 min" in spoken
    assert "Call back B007" in spoken
    assert "B008" not in spoken


def test_a_missed_call_and_the_end_of_the_shift_are_no_pause(qtbot: QtBot) -> None:
    window = desk()
    qtbot.addWidget(window)
    line = part(window.idle, DayLine, "day_line")
    for reason in ("not_responding", "shift_end"):
        window.status.show_state(False, reason)
        assert not line.isVisibleTo(window.idle.day)
    window.status.show_state(False, "break")
    assert line.isVisibleTo(window.idle.day)
