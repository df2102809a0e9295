# SPDX-License-Identifier: GPL-3.0-only
"""Finds what is wrong with how a window is laid out: cut words, controls on one another or
outside, small targets. `flaws(window)` says it in sentences; used by the tests of every window.

    window.resize(1366, 768); window.show(); settle()
    assert flaws(window) == []
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations, product

from PyQt6.QtCore import QEvent, QModelIndex, QPoint, QRect, QSize, Qt
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLayout,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QProgressBar,
    QSplitter,
    QStackedWidget,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionFrame,
    QTabBar,
    QTableView,
    QToolButton,
    QTreeView,
    QWidget,
)

from views.widgets.parts import ElidedLabel
from views.widgets.plain_words import WORD_JOINER, written_words

TARGET_PX = 24
"""WCAG 2.2, 2.5.8: the smallest side of what is pressed with a mouse; a kiosk's finger needs 60."""

_CONTENT = (
    QAbstractButton,
    QLabel,
    QLineEdit,
    QComboBox,
    QAbstractSpinBox,
    QPlainTextEdit,
    QProgressBar,
    QTabBar,
)
_PRESSED = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox)
_SLACK_PX = 1
_AROUND_HINT_PX, _AROUND_SIGN_PX = 4, 6  # what QLineEdit leaves free beside words and signs
_ROWS = 60
_BREAKS = re.compile(r"[\s\u200b/-]+")


MOST_ROUNDS = 30
"""A window that still moves after so many lays itself out without end."""


def settle() -> None:
    """Lets windows that were resized or filled lay themselves out, until nothing moves any more:
    a text that wraps changes what is below it.
    """
    before: list[object] = []
    for done in range(MOST_ROUNDS):
        QApplication.sendPostedEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        QApplication.processEvents()
        places: list[object] = [
            widget.geometry().getRect()
            for window in QApplication.topLevelWidgets()
            if window.isVisible()
            for widget in window.findChildren(QWidget)
        ]
        if done > 1 and places == before:
            return
        before = places


def flaws(
    window: QWidget, *, size: tuple[int, int] | None = None, target_px: int = 24
) -> list[str]:
    """What is wrong with a window that is shown, one sentence for each; [] when all is well.

    Args:
        window: a shown window, or any part of one.
        size: what the screen has; the window may not have grown beyond it.
        target_px: smallest side of everything that is pressed.
    """
    found = []
    if size is not None and (window.width() > size[0] or window.height() > size[1]):
        has = f"the screen has {size[0]}x{size[1]}"
        found.append(f"the window needs {window.width()}x{window.height()}, {has}")
    return [
        *found,
        *cut_words(window),
        *cut_hints(window),
        *cut_cells(window),
        *outside(window),
        *overlaps(window),
        *small(window, target_px),
    ]


def cut_words(window: QWidget) -> list[str]:
    """Words that have less room than they need. A label that ends in dots on purpose
    (`ElidedLabel`) is well.
    """
    return [f"cut: {_called(part)}" for part in _content(window) if _is_cut(part)]


def cut_hints(window: QWidget) -> list[str]:
    """Hints of empty fields that their field cuts."""
    return [
        f"cut hint: {_called(line)} shows {_room_in(line)} px of {line.placeholderText()!r}"
        for line in _shown(window.findChildren(QLineEdit))
        if not line.text()
        and not line.visibleRegion().isEmpty()
        and line.fontMetrics().horizontalAdvance(line.placeholderText()) > _room_in(line)
    ]


def cut_cells(window: QWidget) -> list[str]:
    """Heads and cells of tables and lists that end in dots, without a tool tip with the whole."""
    found = []
    for rows in _shown(window.findChildren(QAbstractItemView)):
        if isinstance(rows, QHeaderView):
            continue  # looked at with its rows
        if rows.window() is window.window() and not rows.visibleRegion().isEmpty():
            found += [f"cut head of {_called(rows)}: {words!r}" for words in _cut_heads(rows)]
            found += [f"cut cell of {_called(rows)}: {words!r}" for words in _cut_texts(rows)]
    return found


def torn_words(window: QWidget) -> list[str]:
    """Single words that are wider than the label that would wrap them."""
    return [
        f"torn: {_called(part)}"
        for part in _content(window)
        if isinstance(part, QLabel)
        and part.wordWrap()
        and max(
            (part.fontMetrics().horizontalAdvance(word) for word in _BREAKS.split(part.text())),
            default=0,
        )
        > part.width() + _SLACK_PX
    ]


def outside(window: QWidget) -> list[str]:
    """Parts that stick out of what holds them; what can be scrolled into view is well."""
    return [
        f"{_called(part)} sticks out of {_called(holder)}"
        for part in _content(window)
        if (holder := _too_small_holder(part, window)) is not None
    ]


def overlaps(window: QWidget) -> list[str]:
    """Pairs that a layout has put on one another. What lies over the rest on purpose is placed
    by hand and in no layout: it is well.
    """
    parts = [(part, _seen(part, window)) for part in _content(window)]
    return [
        f"{_called(one)} lies over {_called(other)}"
        for (one, at), (other, there) in combinations(parts, 2)
        if _on_one_another(at, there) and not _is_above(one, other)
    ]


def small(window: QWidget, target_px: int = TARGET_PX) -> list[str]:
    """What is pressed and smaller than `target_px` on a side."""
    found = [
        f"{_called(part)} is {part.width()}x{part.height()}, less than {target_px}"
        for part in _content(window)
        if isinstance(part, _PRESSED)
        and part.isEnabled()
        and min(part.width(), part.height()) < target_px
        # the cross in a field: Escape empties it, too
        and not isinstance(part.parentWidget(), QAbstractSpinBox | QComboBox | QLineEdit)
    ]
    for bar in _shown(window.findChildren(QTabBar)):
        found += [
            f"tab {bar.tabText(tab)!r} is {bar.tabRect(tab).height()} high"
            for tab in range(bar.count())
            if bar.isTabVisible(tab) and bar.tabRect(tab).height() < target_px
        ]
    for rows in _shown(window.findChildren(QAbstractItemView)):
        high = rows.rowHeight(0) if isinstance(rows, QTableView) else rows.sizeHintForRow(0)
        if 0 < high < target_px and rows.focusPolicy() != Qt.FocusPolicy.NoFocus:
            found.append(f"rows of {_called(rows)} are {high} high")
    return found


SYMBOLS = ("ABC", "123", "1:1")
"""What stands for something else, like an icon, is no label."""

_SIGNS = re.compile(r"[\W_]+")


def mislabelled(window: QWidget) -> list[str]:
    """Buttons, hidden ones too, whose accessible name has not the words that stand on them:
    WCAG 2.5.3, label in name. Who speaks to the computer says these, a screen reader the name.
    """
    return [
        f"{button.objectName()} shows {words!r}, is called {button.accessibleName()!r}"
        for button in window.findChildren(QAbstractButton)
        if (words := written_words(QAbstractButton.text(button))) not in SYMBOLS
        and button.accessibleName()
        and _heard(words) not in _heard(button.accessibleName())
    ]


def _heard(words: str) -> str:
    """Return the words alone, as they are heard."""
    return " ".join(_SIGNS.sub(" ", words).casefold().split())


def unnamed(window: QWidget) -> list[str]:
    """Controls without a name that a screen reader could say. What Qt makes of them on the bus
    is looked at by `tests/accessibility/test_tree.py`.
    """
    return [
        f"{_called(part)} has no name"
        for part in _shown(window.findChildren(QWidget))
        if part.focusPolicy() != Qt.FocusPolicy.NoFocus
        and isinstance(part, (*_PRESSED, QAbstractItemView, QPlainTextEdit))
        and not part.accessibleName()
        and not (isinstance(part, QAbstractButton) and part.text())
        and not isinstance(part.parentWidget(), QAbstractSpinBox | QComboBox)
    ]


# ---- how it is measured ----


def _shown[Kind: QWidget](parts: Iterable[Kind]) -> Iterator[Kind]:
    return (part for part in parts if part.isVisible())


def _content(window: QWidget) -> list[QWidget]:
    """What carries words or is pressed, and is seen: nothing of another window, nothing empty."""
    return [
        part
        for part in _shown(window.findChildren(QWidget))
        if isinstance(part, _CONTENT)
        and part.window() is window.window()
        and part.width() > 0
        and part.height() > 0
        and not (isinstance(part, QLabel) and not part.text() and part.pixmap().isNull())
        and not isinstance(part.parentWidget(), QAbstractSpinBox | QComboBox | QTabBar)
        and (part is window or not _seen(part, window).isEmpty())
    ]


def _place(part: QWidget, window: QWidget) -> QRect:
    return QRect(part.mapTo(window, QPoint(0, 0)), part.size())


def _seen(part: QWidget, window: QWidget) -> QRect:
    """Where it is, without what is scrolled away at the moment."""
    seen, holder = _place(part, window), part.parentWidget()
    while holder is not None and holder is not window:
        if isinstance(holder.parentWidget(), QAbstractScrollArea):
            seen = seen.intersected(_place(holder, window))
        holder = holder.parentWidget()
    return seen


def _is_cut(part: QWidget) -> bool:
    metrics = part.fontMetrics()
    if isinstance(part, ElidedLabel):
        return metrics.height() > part.height() + _SLACK_PX
    if isinstance(part, QLabel) and part.text():
        if part.wordWrap():
            return part.heightForWidth(part.width()) > part.height() + _SLACK_PX
        needed = part.sizeHint()
        return (
            needed.width() > part.width() + _SLACK_PX or needed.height() > part.height() + _SLACK_PX
        )
    if isinstance(part, QAbstractButton) and part.text() and _shows_words(part):
        lines = part.text().split("\n")
        # with its icon and what its style leaves free around both
        narrow = part.minimumSizeHint().width() > part.width() + _SLACK_PX
        return narrow or len(lines) * metrics.height() > part.height() + _SLACK_PX
    if isinstance(part, QLineEdit):
        return metrics.height() > part.height()
    if isinstance(part, QComboBox):
        return not part.isEditable() and _is_cut_choice(part)
    return False


def _is_cut_choice(box: QComboBox) -> bool:
    option, style = QStyleOptionComboBox(), box.style()
    option.initFrom(box)
    option.currentIcon = box.itemIcon(box.currentIndex())
    assert style is not None
    field = style.subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, box
    )
    sign = 0 if option.currentIcon.isNull() else box.iconSize().width() + 4
    room = field.width() - sign + _SLACK_PX
    needed = box.fontMetrics().horizontalAdvance(box.currentText())
    return needed > room and not _says(box.toolTip(), box.currentText())


def _room_in(line: QLineEdit) -> int:
    """How wide its words may be: without its frame and what lies in it at both ends."""
    option, style = QStyleOptionFrame(), line.style()
    option.initFrom(line)  # some were not made by Python: `initStyleOption` is not theirs to call
    assert style is not None
    field = style.subElementRect(QStyle.SubElement.SE_LineEditContents, option, line)
    signs = list(_shown(line.findChildren(QToolButton)))
    ends = [sign.width() + _AROUND_SIGN_PX for sign in signs]
    margins = line.textMargins()
    return field.width() - margins.left() - margins.right() - sum(ends) - _AROUND_HINT_PX


def _cut_heads(rows: QAbstractItemView) -> list[str]:
    model, found = rows.model(), []
    header = _heads_of(rows)
    if model is None or header is None or not header.isVisible():
        return []
    across = Qt.Orientation.Horizontal
    for column in range(header.count()):
        words = str(model.headerData(column, across) or "")
        told = str(model.headerData(column, across, Qt.ItemDataRole.ToolTipRole) or "")
        needed = header.sectionSizeHint(column)
        if header.isSectionHidden(column) or not words or _says(told, words):
            continue
        if needed > header.sectionSize(column) + _SLACK_PX:
            found.append(words)
    return found


def _says(tip: str, words: str) -> bool:
    """True when a tool tip has these words, in however many lines."""
    return "".join(words.split()) in "".join(tip.replace(WORD_JOINER, "").split())


def _heads_of(rows: QAbstractItemView) -> QHeaderView | None:
    if isinstance(rows, QTableView):
        return rows.horizontalHeader()
    return rows.header() if isinstance(rows, QTreeView) else None


def _cut_texts(rows: QAbstractItemView) -> list[str]:
    model, viewport, found = rows.model(), rows.viewport(), []
    if model is None or viewport is None or rows.textElideMode() == Qt.TextElideMode.ElideNone:
        return []
    columns = model.columnCount() if isinstance(rows, QTableView | QTreeView) else 1
    for row, column in product(range(min(model.rowCount(), _ROWS)), range(columns)):
        index = model.index(row, column)
        place = rows.visualRect(index)
        words = str(index.data() or "")
        told = str(index.data(Qt.ItemDataRole.ToolTipRole) or "")
        if not words or place.isEmpty() or not viewport.rect().intersects(place):
            continue
        if _says(told, words):
            continue
        room = place.intersected(viewport.rect().adjusted(0, 0, 0, place.height()))
        if _is_wider(rows, index, words, room.size()):
            found.append(words)
    return found


def _is_wider(rows: QAbstractItemView, index: QModelIndex, words: str, room: QSize) -> bool:
    if isinstance(rows, QListView) and rows.wordWrap():
        sign = rows.iconSize().width() + 4 if index.data(Qt.ItemDataRole.DecorationRole) else 0
        lines = QRect(0, 0, room.width() - sign - 2 * _AROUND_HINT_PX, 0)
        needed = rows.fontMetrics().boundingRect(lines, Qt.TextFlag.TextWordWrap, words)
        return needed.height() > room.height() + _SLACK_PX
    return rows.sizeHintForIndex(index).width() > room.width() + _SLACK_PX


def _shows_words(button: QAbstractButton) -> bool:
    style = getattr(button, "toolButtonStyle", None)
    return style is None or style() != Qt.ToolButtonStyle.ToolButtonIconOnly


def _too_small_holder(part: QWidget, window: QWidget) -> QWidget | None:
    """The first thing around it that does not hold all of it, up to what scrolls."""
    holder = part.parentWidget()
    while holder is not None:
        place = QRect(part.mapTo(holder, QPoint(0, 0)), part.size())
        area = holder.parentWidget()
        scrolls = isinstance(area, QAbstractScrollArea) and area.viewport() is holder
        room = holder.rect().adjusted(-_SLACK_PX, -_SLACK_PX, _SLACK_PX, _SLACK_PX)
        if scrolls:
            assert isinstance(area, QAbstractScrollArea)
            never = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
            across = area.horizontalScrollBarPolicy() == never
            return (
                holder
                if across and (place.left() < room.left() or place.right() > room.right())
                else None
            )
        if not room.contains(place):
            return holder
        if holder is window:
            return None
        holder = area
    return None


def _on_one_another(one: QRect, other: QRect) -> bool:
    shared = one.intersected(other)
    return shared.width() > _SLACK_PX and shared.height() > _SLACK_PX


def _is_above(one: QWidget, other: QWidget) -> bool:
    """Whether one holds the other, or one of them is in something that no layout has placed."""
    if one.isAncestorOf(other) or other.isAncestorOf(one):
        return True
    ours, theirs = _up_to_common(one, other)
    return not (_laid_out(ours) and _laid_out(theirs))


def _up_to_common(one: QWidget, other: QWidget) -> tuple[QWidget, QWidget]:
    """The two children of their common holder in which they are."""
    while (holder := one.parentWidget()) is not None and not holder.isAncestorOf(other):
        one = holder
    while (there := other.parentWidget()) is not None and there is not holder:
        other = there
    return one, other


def _laid_out(part: QWidget) -> bool:
    holder = part.parentWidget()
    if isinstance(holder, QSplitter | QStackedWidget | QAbstractScrollArea) or holder is None:
        return True
    layout = holder.layout()
    return layout is not None and _is_in(layout, part)


def _is_in(layout: QLayout, part: QWidget) -> bool:
    if layout.indexOf(part) >= 0:
        return True
    inner = (layout.itemAt(place) for place in range(layout.count()))
    return any(
        item is not None and (below := item.layout()) is not None and _is_in(below, part)
        for item in inner
    )


def _called(part: QWidget) -> str:
    """How a person finds it again: class, object name, words, size."""
    words = getattr(part, "text", None)
    said = words() if callable(words) else part.accessibleName()
    names = [type(part).__name__, part.objectName() and f"#{part.objectName()}", repr(str(said))]
    return f"{' '.join(name for name in names if name)} ({part.width()}x{part.height()})"
