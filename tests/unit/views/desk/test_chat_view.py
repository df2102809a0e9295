# SPDX-License-Identifier: GPL-3.0-only
"""Ready phrases: read in French, sent in the caller's language."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QComboBox, QFrame, QLabel, QListWidget
from pytestqt.qtbot import QtBot

from session.protocol.dossier.guides import Phrase
from session.protocol.endpoints.chat import MOST_KEPT, ChatLine, SentState
from tests.support.screens.fingers import key
from views.desk.chat_view import ChatView

PHRASES = [
    Phrase(id="wait", say={"fr": "Un instant.", "ar": "لحظة.", "en": "One moment."}),
    Phrase(id="sign", say={"fr": "Signez ici."}),
]


@pytest.fixture
def view(qtbot: QtBot, desk_theme: QApplication) -> ChatView:
    made = ChatView()
    qtbot.addWidget(made)
    made.resize(400, 600)
    made.show()
    made.show_phrases(PHRASES)
    made.set_in_session(True)
    return made


def child[Kind: (QComboBox, QLabel, QListWidget)](
    view: ChatView, kind: type[Kind], name: str
) -> Kind:
    found = view.findChild(kind, name)
    assert found is not None
    return found


def test_a_phrase_goes_out_in_the_callers_language_else_in_french(
    view: ChatView, qtbot: QtBot
) -> None:
    sent: list[str] = []
    view.send_requested.connect(sent.append)
    view.show_language("ar")
    listed = child(view, QListWidget, "written_phrases")
    texts = [item.text() for place in range(listed.count()) if (item := listed.item(place))]
    assert texts == ["Un instant.\nلحظة.", "Signez ici."]
    for place in (0, 1):
        listed.setCurrentRow(place)
        key(listed, Qt.Key.Key_Return)
    view.show_language("fr_easy")  # nothing is written in it: French
    view.send_phrase("wait")
    assert sent == ["لحظة.", "Signez ici.", "Un instant."]


def test_the_agent_sees_in_french_what_was_sent(view: ChatView) -> None:
    view.show_language("en")
    view.send_phrase("wait")
    line = ChatLine(words_id="w1", text="One moment.", mine=True, sent=SentState.SHOWN)
    view.show_lines((line,))
    shown = {one.text() for one in view.findChildren(QLabel) if not one.isHidden()}
    assert {"One moment.", "Un instant."} <= shown


def test_only_languages_that_something_is_written_in_are_offered(view: ChatView) -> None:
    box = child(view, QComboBox, "written_language")
    names = [box.itemText(place) for place in range(box.count())]
    assert names == ["Français", "English", "العربية"]
    view.show_phrases(PHRASES[1:])
    assert box.isHidden()


def test_nothing_is_sent_when_nobody_reads(view: ChatView) -> None:
    sent: list[str] = []
    view.send_requested.connect(sent.append)
    view.set_in_session(False)
    view.send_phrase("wait")
    assert sent == []


def test_a_line_more_makes_one_bubble_and_leaves_the_others_alone(view: ChatView) -> None:
    lines = tuple(ChatLine(f"w{number}", f"Ligne {number}", mine=False) for number in range(400))
    older = child(view, QLabel, "written_older")
    for number in range(1, MOST_KEPT + 1):
        view.show_lines(lines[:number])
    bubbles = shown_bubbles(view)
    assert len(bubbles) == MOST_KEPT
    assert older.isHidden()
    for number in range(MOST_KEPT + 1, len(lines) + 1):
        view.show_lines(lines[number - MOST_KEPT : number])
    kept = shown_bubbles(view)
    assert len(all_bubbles(view)) <= len(lines)
    assert len(kept) == MOST_KEPT
    assert not older.isHidden()
    view.show_lines(lines[-MOST_KEPT:])
    assert shown_bubbles(view) == kept
    view.show_lines(())
    assert shown_bubbles(view) == []
    assert older.isHidden()


def test_a_line_that_was_sent_changes_its_own_words_only(view: ChatView) -> None:
    line = ChatLine("w1", "Un instant.", mine=True)
    view.show_lines((line,))
    bubbles = shown_bubbles(view)
    view.show_lines((replace(line, sent=SentState.SHOWN),))
    assert shown_bubbles(view) == bubbles
    assert "You · on the kiosk's screen" in {shown.text() for shown in view.findChildren(QLabel)}


def all_bubbles(view: ChatView) -> list[QFrame]:
    """Those that are to be deleted soon included."""
    return [bubble for bubble in view.findChildren(QFrame) if bubble.property("card")]


def shown_bubbles(view: ChatView) -> list[QFrame]:
    """In their order."""
    places = (view._lines.itemAt(place) for place in range(view._lines.count()))
    widgets = [place.widget() for place in places if place is not None]
    return [widget for widget in widgets if isinstance(widget, QFrame) and widget.property("card")]
