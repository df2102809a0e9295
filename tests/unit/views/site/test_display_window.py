# SPDX-License-Identifier: GPL-3.0-only
"""The waiting room's screen: who is called and where to, one sound for each call, nothing that is
too old.
"""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.protocol.hub.waiting import CalledTicket, DisplayAnswer
from tests.accessibility.layout import cut_words, outside, settle, torn_words
from views.site.display_window import NEW_S, STALE_S, DisplayWindow, spoken_call

CLOCK_START = ManualClock().utc_now()
EMPTY = DisplayAnswer(
    organisation_name="Caisse d'entraide du Val-Doré",
    site="Mairie",
    called=[],
    following=["L043", "L044"],
    waiting=2,
)
CALL = CalledTicket(number="L042", kiosk_name="", kiosk_place=2, called_at_utc=CLOCK_START)
OTHER = CalledTicket(
    number="D007", kiosk_name="Borne du couloir", kiosk_place=1, called_at_utc=CLOCK_START
)


class Room:
    """A display and the calls it told of."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.window = DisplayWindow(self.clock)
        self.window.seconds.stop()
        self.called: list[str] = []
        self.window.called.connect(lambda call: self.called.append(call.number))
        self.window.resize(1920, 1080)
        self.window.show()

    def show(self, *called: CalledTicket) -> None:
        self.window.show_answer(msgspec.structs.replace(EMPTY, called=list(called)))

    def said(self) -> str:
        return " ".join(
            text.text() for text in self.window.findChildren(QLabel) if text.isVisible()
        )


@pytest.fixture
def room(qtbot: QtBot) -> Room:
    made = Room()
    qtbot.addWidget(made.window, before_close_func=lambda widget: widget.hide())
    return made


def test_a_call_says_the_number_and_the_kiosk_and_sounds_once(room: Room) -> None:
    room.show()
    assert "Nobody is called at the moment." in room.said()
    room.show(CALL)
    for words in ("L042", "Kiosk 2", "Please come now", "L043"):
        assert words in room.said()
    room.show(CALL)
    assert room.called == ["L042"]
    room.clock.advance(NEW_S)
    room.show(CALL)
    assert "Please come now" not in room.said()
    room.show(OTHER, CALL)
    assert "Borne du couloir" in room.said()
    room.show()
    room.show(CALL)
    assert room.called == ["L042", "D007", "L042"], "who is called again is called by sound again"


def test_a_display_that_was_just_switched_on_calls_nobody_a_second_time(room: Room) -> None:
    room.show(CALL)
    assert room.called == []
    assert "L042" in room.said()


def test_numbers_that_are_too_old_are_taken_away_and_come_back(room: Room) -> None:
    room.show(CALL)
    room.clock.advance(STALE_S + 1)
    room.window.tick()
    assert "L042" not in room.said()
    assert "You keep your place." in room.said()
    room.show(CALL)
    assert "L042" in room.said()
    assert room.called == []


def test_a_display_without_any_answer_yet_says_so(room: Room) -> None:
    assert "You keep your place." in room.said()


def test_called_and_following_numbers_are_large_enough_for_the_room(room: Room) -> None:
    """On a television 60 cm high, 25 mm are read at 5 m: 45 of 1080 pixels;
    the called number at 10 m and more.
    """
    room.show(CALL)
    first = next(
        text for text in room.window.calls[0].findChildren(QLabel) if text.text() == "L042"
    )
    assert first.fontInfo().pixelSize() >= 200
    assert room.window.following[0].fontInfo().pixelSize() >= 60
    kiosk = next(
        text for text in room.window.calls[0].findChildren(QLabel) if text.text() == "Kiosk 2"
    )
    assert kiosk.fontInfo().pixelSize() >= 60


def test_three_calls_fit_on_the_screen(room: Room, qtbot: QtBot) -> None:
    room.show(CALL, OTHER, msgspec.structs.replace(CALL, number="E001"))
    qtbot.wait(20)
    lowest = room.window.calls[2]
    assert lowest.mapTo(room.window, lowest.rect().bottomLeft()).y() < 1080
    assert room.window.height() == 1080


def test_a_number_is_said_as_a_letter_and_a_figure(room: Room) -> None:
    assert spoken_call(CALL) == "Number L 42, Kiosk 2"


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (1080, 1920), (768, 1366)])
def test_a_called_number_is_read_whole_on_every_screen(room: Room, size: tuple[int, int]) -> None:
    room.window.resize(*size)
    room.show(CALL, OTHER)
    settle()
    assert not [*cut_words(room.window), *torn_words(room.window), *outside(room.window)]
