# SPDX-License-Identifier: GPL-3.0-only
"""Every window, told hostile words in every text that another end may send: no file is opened, no
letter is lost, and nothing is wider than its place, the tool tips neither.

Every run of the tests looks at a window of each kind; all of them with all fillings are for before
a release.
"""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import msgspec
import pytest
from msgspec import inspect as kinds
from PyQt6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, QPoint, Qt
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QToolTip,
    QWidget,
)

import session.protocol
from resources.texts import use_language
from tests.accessibility.layout import outside, overlaps, settle
from tests.support.screens import planted
from tests.support.screens.every import EVERY
from tests.support.screens.hovering import hover
from tests.support.screens.opened_files import opened
from tests.support.screens.planted import (
    LONG_WORDS,
    ONE_WORD,
    PICTURE,
    SHORT,
    SIGNS,
    TURN,
    plant_scenes,
)
from views.widgets.plain_words import BREAK, WORD_JOINER, written_words

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify(7) sees a file opened")

SCREEN = (1280, 720)
EACH_KIND = {
    "desk/guide": LONG_WORDS,
    "desk/offered": ONE_WORD,
    "desk/page": LONG_WORDS,
    "desk/find_hits": ONE_WORD,
    "desk/passing": LONG_WORDS,
    "board/board": LONG_WORDS,
    "board/board_act": ONE_WORD,
    "board/accesses": SHORT,
    "site/host": ONE_WORD,
    "site/network": LONG_WORDS,
    "kiosk/start-6": LONG_WORDS,
    "others/visit": ONE_WORD,
    "helpdesk/conversation": LONG_WORDS,
}


@pytest.fixture
def picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the planted words name: a picture that Qt would draw."""
    image = QImage(900, 700, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    monkeypatch.chdir(tmp_path)
    assert image.save(PICTURE)
    return Path(PICTURE)


def points(window: QWidget) -> Iterator[tuple[QWidget, QPoint]]:
    """Each place of a window where the mouse may rest on something with words of its own."""
    for part in window.findChildren(QWidget):
        if not part.isVisible() or part.visibleRegion().isEmpty():
            continue
        if part.toolTip():
            yield part, part.rect().center()
        if isinstance(part, QAbstractItemView) and (inside := part.viewport()) is not None:
            for place in cells(part):
                yield inside, place


def cells(view: QAbstractItemView) -> Iterator[QPoint]:
    """The middle of each cell of a view, or of a row of heads, that is in sight."""
    model, inside = view.model(), view.viewport()
    if model is None or inside is None:
        return
    if isinstance(view, QHeaderView):
        for section in range(view.count()):
            across = view.sectionViewportPosition(section) + view.sectionSize(section) // 2
            yield QPoint(across, inside.height() // 2)
        return
    for row in range(model.rowCount()):
        for column in range(columns_of(model)):
            middle = view.visualRect(model.index(row, column)).center()
            if inside.rect().contains(middle):
                yield middle


def columns_of(model: QAbstractItemModel, parent: QModelIndex | None = None) -> int:
    """Return how many columns a model has: a list has one, and does not say so to Python."""
    if isinstance(model, QAbstractListModel):
        return 1
    return model.columnCount(parent or QModelIndex())


def shown_words(window: QWidget) -> Iterator[str]:
    """Every text of a window as Qt draws it: a single "&" of a button or a menu is not seen."""
    for part in window.findChildren(QWidget):
        match part:
            case QLabel():
                yield QLabel.text(part)
            case QAbstractButton():
                yield written_words(QAbstractButton.text(part))
            case QMenu():
                yield from (written_words(action.text()) for action in part.actions())
            case QComboBox():
                yield from (part.itemText(place) for place in range(part.count()))
            case QAbstractItemView() if (model := part.model()) is not None:
                yield from cell_words(model)


def typed_words(window: QWidget) -> list[str]:
    """What stands in fields where a person writes, or copies from: nothing is taken from that."""
    lines = [field.text() for field in window.findChildren(QLineEdit)]
    return [*lines, *(field.toPlainText() for field in window.findChildren(QPlainTextEdit))]


def cell_words(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[str]:
    """What the cells of a model say."""
    parent = parent or QModelIndex()
    for row in range(model.rowCount(parent)):
        for column in range(columns_of(model, parent)):
            index = model.index(row, column, parent)
            yield str(index.data() or "")
            if column == 0:
                yield from cell_words(model, index)


def lost_letters(words: str) -> list[str]:
    """Planted signs of which some are missing."""
    signs, begin = without_space(SIGNS), without_space(SIGNS)[:8]
    may_end = {len(without_space(SIGNS[:letters])) for letters in planted.cut_lengths}
    rests = [begin + rest for rest in without_space(words).split(begin)[1:]]
    return [rest for rest in rests if common_letters(rest, signs) not in {len(signs), *may_end}]


def without_space(words: str) -> str:
    """Return words as they are when nobody breaks a line in them, or turns them."""
    for sign in (WORD_JOINER, BREAK, TURN):
        words = words.replace(sign, "")
    return "".join(words.split())


def common_letters(one: str, other: str) -> int:
    """Return how many letters two texts have in common from their beginnings."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def wrong_tips(window: QWidget) -> list[str]:
    """Tool tips that could be rich text, have no room or have lost something."""
    might_be_rich_text = Qt.mightBeRichText  # type: ignore[attr-defined]  # not in the stubs
    flaws = []
    for part, place in points(window):
        tip = hover(part, place)
        if tip is None:
            continue
        words = tip.text()
        if might_be_rich_text(words):
            flaws.append(f"rich: {words!r}")
        if tip.width() > SCREEN[0] or tip.height() > SCREEN[1]:
            flaws.append(f"{tip.width()}x{tip.height()}: {words!r}")
        if lost_letters(words):
            flaws.append(f"lost: {words!r}")
    QToolTip.hideText()
    return flaws


def look_at(name: str, picture: Path) -> None:
    """Open a window, rest the mouse everywhere, and say what is wrong."""
    use_language("fr")
    with opened(picture) as times:
        window = EVERY[name]()
        window.resize(*SCREEN)
        window.show()
        settle()
        flaws = wrong_tips(window)
        settle()
        words = list(shown_words(window))
        flaws += [f"turned: {text!r}" for text in words if TURN in text]
        words += typed_words(window)
        flaws += [f"lost: {rest!r}" for text in words for rest in lost_letters(text)]
        if window.width() > SCREEN[0] or window.height() > SCREEN[1]:
            flaws.append(f"the window needs {window.width()}x{window.height()}")
        flaws += [*outside(window), *overlaps(window)]
        window.hide()
        window.deleteLater()
        assert times() == 0, "a file was opened"
        assert not flaws, "\n".join(flaws)
        picture.read_bytes()
        assert times() == 1, "the watch sees nothing"


@pytest.mark.parametrize("name", EACH_KIND)
def test_words_of_strangers_are_words(
    name: str, picture: Path, monkeypatch: pytest.MonkeyPatch, desk_theme: QApplication
) -> None:
    plant_scenes(monkeypatch, EACH_KIND[name])
    look_at(name, picture)


@pytest.mark.long
@pytest.mark.parametrize("filling", [SHORT, LONG_WORDS, ONE_WORD], ids=["short", "words", "word"])
@pytest.mark.parametrize("name", EVERY)
def test_words_of_strangers_are_words_everywhere(
    name: str,
    filling: planted.Filling,
    picture: Path,
    monkeypatch: pytest.MonkeyPatch,
    desk_theme: QApplication,
) -> None:
    plant_scenes(monkeypatch, filling)
    look_at(name, picture)


def messages() -> set[type[msgspec.Struct]]:
    """Every message of the protocol."""
    for module in pkgutil.walk_packages(session.protocol.__path__, "session.protocol."):
        import_module(module.name)
    there: set[type[msgspec.Struct]] = set()
    waiting: list[type[msgspec.Struct]] = [msgspec.Struct]
    while waiting:
        for message in waiting.pop().__subclasses__():
            waiting.append(message)
            if message.__module__.startswith("session.protocol."):
                there.add(message)
    return there


def texts_of(kind: kinds.Type) -> Iterator[kinds.StrType]:
    """Free texts in a field, those of messages in it apart."""
    match kind:
        case kinds.StrType(pattern=None):
            yield kind
        case kinds.UnionType(types=members):
            for member in members:
                yield from texts_of(member)
        case kinds.DictType(value_type=item) | kinds.CollectionType(item_type=item):
            yield from texts_of(item)
        case kinds.TupleType(item_types=items):
            for item in items:
                yield from texts_of(item)


def test_every_text_of_every_message_can_be_planted() -> None:
    missed, count = [], 0
    for message in messages():
        kind = kinds.type_info(message)
        assert isinstance(kind, kinds.StructType)
        for field in kind.fields:
            if field.name in planted.OUR_OWN or not list(texts_of(field.type)):
                continue
            count += 1
            words = planted.planted(sample(field.type), field.type, LONG_WORDS)
            if SIGNS[:8] not in repr(words):
                missed.append(f"{message.__name__}.{field.name}")
    assert count > 200
    assert not missed


def sample(kind: kinds.Type) -> object:
    """A value with a text in it."""
    match kind:
        case kinds.UnionType(types=members):
            return sample(next(member for member in members if list(texts_of(member))))
        case kinds.DictType(value_type=item):
            return {"one": sample(item)}
        case kinds.ListType(item_type=item):
            return [sample(item)]
        case kinds.VarTupleType(item_type=item):
            return (sample(item),)
    return "x"
