# SPDX-License-Identifier: GPL-3.0-only
"""A name that looks like a picture, a link or a shortcut is shown as the name that it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import QApplication, QLabel, QListWidget, QTreeWidget, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from tests.accessibility.layout import settle
from tests.support.screens.hovering import hover
from tests.support.screens.opened_files import opened
from views.desk.shared_page.page_bar import PageBar
from views.desk.shared_page.tools import PageTools
from views.kiosk.widgets.page_base import TouchButton
from views.widgets.parts import Chip, ElidedLabel, column, label, push_button, tool_button
from views.widgets.plain_words import (
    LINE_LETTERS,
    MOST_LINES,
    WORD_JOINER,
    CheckBox,
    PlainLabel,
    face_words,
    tip_words,
    written_words,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify(7) sees a file opened")


@pytest.fixture
def picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    image = QImage(900, 700, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    monkeypatch.chdir(tmp_path)  # a short name is not torn into two lines
    path = Path("p.png")
    assert image.save(str(path))
    return path


def elided(words: str) -> tuple[QWidget, QPoint]:
    made = ElidedLabel(words)
    made.resize(60, 24)
    return made, QPoint(5, 5)


def small_chip(words: str) -> tuple[QWidget, QPoint]:
    made = Chip("chip", words)
    made.show_words(False)
    return made, QPoint(3, 3)


def button(words: str) -> tuple[QWidget, QPoint]:
    return tool_button(words, "close"), QPoint(3, 3)


def address(words: str) -> tuple[QWidget, QPoint]:
    bar = PageBar(PageTools(QWidget()))
    bar.show_address("https://site.example/", words)
    bar.address.setParent(None)
    bar.deleteLater()
    return bar.address, QPoint(5, 5)


def cell(words: str) -> tuple[QWidget, QPoint]:
    rows = QListWidget()
    rows.addItem("one")
    item = rows.item(0)
    assert item is not None
    item.setToolTip(tip_words(words))
    return rows, QPoint(5, 5)


def head(words: str) -> tuple[QWidget, QPoint]:
    tree = QTreeWidget()
    tree.setHeaderItem(QTreeWidgetItem(["one"]))
    item = tree.headerItem()
    assert item is not None
    item.setToolTip(0, tip_words(words))
    return tree, QPoint(5, 5)


def label_past_our_parts(words: str) -> tuple[QWidget, QPoint]:
    """As Qt makes them itself, with nothing but the style sheet."""
    made = QLabel(words)
    made.setToolTip(words)
    return made, QPoint(1, 1)


PARTS = [elided, small_chip, button, address, cell, head, label_past_our_parts]


def said(tip: QLabel) -> str:
    return tip.text().replace(WORD_JOINER, "")


def without_space(words: str) -> str:
    return "".join(words.split())


def hovered(part: QWidget, at: QPoint) -> QLabel:
    if isinstance(part, QTreeWidget):
        part = part.header() or part
    viewport = getattr(part, "viewport", lambda: None)()
    tip = hover(viewport or part, at)
    assert tip is not None
    return tip


@pytest.mark.parametrize("part", PARTS)
def test_a_picture_in_a_name_is_not_opened(
    part: Callable[[str], tuple[QWidget, QPoint]],
    picture: Path,
    qtbot: QtBot,
    desk_theme: QApplication,
) -> None:
    words = f"<b>Mairie</b> <img src='{picture}'> &amp; &Val"
    with opened(picture) as times:
        shown, at = part(words)
        qtbot.addWidget(shown)
        shown.show()
        settle()
        tip = hovered(shown, at)
        settle()
        assert times() == 0
        assert without_space(said(tip)).startswith(without_space(words))
        assert tip.height() < 200
        assert picture.read_bytes()
        assert times() == 1


@pytest.mark.parametrize("letter", ["W", "家", "e "], ids=["wide", "square", "words"])
def test_the_longest_words_have_room_on_the_screen(
    letter: str, qtbot: QtBot, desk_theme: QApplication
) -> None:
    words = (letter * 500)[:500]
    shown = QWidget()
    shown.setToolTip(tip_words(words))
    qtbot.addWidget(shown)
    shown.show()
    tip = hovered(shown, QPoint(1, 1))
    assert without_space(said(tip)) == without_space(words)
    assert tip.width() < 1280
    assert tip.height() < 720


def test_a_tool_tip_is_never_higher_than_the_screen() -> None:
    assert tip_words("une ligne\n" * 200).count("\n") == MOST_LINES - 1
    assert tip_words("une ligne\n" * 200).endswith("\n…")
    assert max(map(len, tip_words("W" * 5000).split("\n"))) == LINE_LETTERS


@pytest.mark.parametrize(
    "words",
    ["<b>", "a <img src='x'>", "&lt;", "x &lt;b&gt;", "<!doctype html>", "<?xml?><p>", " \n<b>"],
)
def test_no_tool_tip_may_be_rich_text(words: str) -> None:
    might_be_rich_text = Qt.mightBeRichText  # type: ignore[attr-defined]  # not in the stubs
    assert might_be_rich_text(words)
    assert not might_be_rich_text(tip_words(words))
    assert not might_be_rich_text(tip_words(words * 300))
    assert tip_words(words).replace(WORD_JOINER, "") == words
    assert tip_words(tip_words(words)) == tip_words(words)


def test_short_words_stay_as_they_are() -> None:
    assert tip_words("  Fermer  (Échap) \n deux") == "  Fermer  (Échap) \n deux"


@pytest.mark.parametrize("words", ["Bourg & Val", "&amp;", "A && B", "&Nouveau", "R & D &"])
def test_an_and_is_neither_lost_nor_a_shortcut(words: str, qtbot: QtBot) -> None:
    for made in (push_button(words), CheckBox(words), TouchButton("key", words)):
        qtbot.addWidget(made)
        assert made.text() == words
        assert made.shortcut().isEmpty()
    assert written_words(face_words(words)) == words


def test_keys_are_not_read_out_of_a_name() -> None:
    assert face_words("Rdv\tCtrl+Q") == "Rdv Ctrl+Q"
    assert written_words("&1  Rogner") == "1  Rogner"


def test_a_long_name_takes_no_more_than_its_place(qtbot: QtBot, desk_theme: QApplication) -> None:
    name = "Val" * 100
    place = QWidget()
    parts = (PlainLabel(name), push_button(name), CheckBox(name), label(name, wrap=True))
    column(place, *parts)
    qtbot.addWidget(place)
    place.resize(420, 500)
    place.show()
    settle()
    assert place.width() == 420
    assert [part.text() for part in parts] == [name] * len(parts)
    tip = hover(parts[0], QPoint(5, 5))
    assert tip is not None
    assert without_space(said(tip)) == name
    parts[0].clear()
    assert parts[0].text() == ""
