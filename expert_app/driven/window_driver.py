# SPDX-License-Identifier: GPL-3.0-only
"""Lets a script use a window as a person does:
clicks real widgets with real mouse events, takes pictures.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping

from PyQt6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import (
    QAction,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPixmap,
    QShortcut,
)
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDateTimeEdit,
    QFileDialog,
    QLabel,
    QListWidget,
    QMenu,
    QTreeWidget,
    QWidget,
)

from expert_app.driven.loop_gaps import LoopGaps

KEY = "key"
TRAVEL = "pointer:travel"

SHOWS_PERSON = "shows_person"
"""The attribute of every pane that shows faces: whether one of them is filmed, not drawn."""


class WindowDriver:
    """Acts on the visible widgets of `window` as a person would.

    Args:
        window: the program's window.
        names: widgets by a name of the script's own; all others are found by their object name.
    """

    def __init__(self, window: QWidget, names: Mapping[str, QWidget] | None = None) -> None:
        self._window = window
        self._names = dict(names or {})
        self._pointer: QPointF | None = None
        self._travel_px = 0.0
        self._gaps: LoopGaps | None = None

    def _find(self, name: str) -> QWidget:
        if name in self._names:
            named = [self._names[name]]
        else:
            named = self._window.findChildren(QWidget, name)
        found = [widget for widget in named if widget.isVisible()]
        if not found:
            raise LookupError(f"{name} is not on screen")
        if not found[0].isEnabled():
            raise LookupError(f"{name} is disabled")
        if found[0].property("on_hold"):
            raise LookupError(f"{name} does not count yet")
        return found[0]

    def click(self, name: str) -> None:
        """Presses and releases the left button in the middle of the widget; "key:F7" presses a key
        or a sequence of keys instead.
        """
        how, _colon, keys = name.partition(":")
        if how == KEY and keys:
            self.press(keys)
        else:
            self.click_at(self._find(name))

    def press(self, keys: str) -> None:
        """Presses keys as a person does: what the window has a shortcut for is done, all else goes
        to where the keyboard is. Raises `LookupError` when that is nowhere.
        """
        wanted = QKeySequence(keys)
        if QApplication.activePopupWidget():
            shortcuts = []
        else:
            shortcuts = self._window.findChildren(QShortcut)
        for one in shortcuts:
            place = one.parent()
            if one.key() == wanted and one.isEnabled() and _is_seen(place):
                one.activated.emit()
                return
        if QApplication.activePopupWidget():
            actions = []
        else:
            actions = self._window.findChildren(QAction)
        for action in actions:
            if action.shortcut() == wanted and action.isEnabled() and _is_seen(action.parent()):
                action.trigger()
                return
        for button in self._window.findChildren(QAbstractButton):
            if button.shortcut() == wanted and button.isVisible() and button.isEnabled():
                button.click()
                return
        focus = QApplication.activePopupWidget() or self._window.focusWidget()
        if focus is None or not focus.isVisible():
            raise LookupError(f"nothing has the keyboard for {keys}")
        _press(focus, wanted, text=keys if len(keys) == 1 else "")

    def click_at(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Presses and releases the left button at `at` (widget pixels; its middle by default); as a
        person's press does, it brings a window to the front that lay behind another.
        """
        window = widget.window()
        if window is not None and not window.isActiveWindow():
            window.activateWindow()
        point = QPointF(at or widget.rect().center())
        away = QPointF(widget.mapToGlobal(point.toPoint()))
        if self._pointer is not None:
            way = away - self._pointer
            self._travel_px += math.hypot(way.x(), way.y())
        self._pointer = away
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        for kind, buttons in (
            (QEvent.Type.MouseButtonPress, left),
            (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton),
        ):
            QCoreApplication.sendEvent(widget, QMouseEvent(kind, point, away, left, buttons, none))

    def type_text(self, name: str, text: str) -> None:
        """Enters `text` as an input method does (any character, any keyboard).

        In a file dialog it is the file that is chosen, in a box the entry: the one that begins with
        it, or a text of the person's own where one may be written. In a list or a table it is the
        first line that has it, in a field of a time its digits.
        """
        if self._choose_file(name, text) or self._choose_in_menu(name, text):
            return
        widget = self._find(name)
        if isinstance(widget, QComboBox):
            _choose(widget, text)
            return
        if isinstance(widget, QListWidget | QTreeWidget):
            self._choose_line(widget, text)
            return
        if isinstance(widget, QDateTimeEdit):
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            widget.setSelectedSection(widget.sectionAt(0))
            for letter in text:
                _press(widget, QKeySequence(letter), text=letter)
            return
        widget.setFocus()
        event = QInputMethodEvent()
        event.setCommitString(text)
        QCoreApplication.sendEvent(widget, event)

    def _choose_file(self, name: str, path: str) -> bool:
        for dialog in self._window.findChildren(QFileDialog, name):
            if dialog.isVisible():
                dialog.fileSelected.emit(path)
                dialog.close()
                return True
        return False

    def _choose_line(self, shown: QListWidget | QTreeWidget, text: str) -> None:
        """Clicks the first line that has the text, in any column."""
        if isinstance(shown, QTreeWidget):
            columns = shown.columnCount()
        else:
            columns = 1
        model, viewport = shown.model(), shown.viewport()
        assert model is not None
        assert viewport is not None
        for line in range(model.rowCount()):
            cells = [model.index(line, column) for column in range(columns)]
            if any(text in str(cell.data() or "") for cell in cells):
                shown.scrollTo(cells[0])
                self.click_at(viewport, shown.visualRect(cells[0]).center())
                return
        raise LookupError(f"{shown.objectName()} has no line with {text}")

    def _choose_in_menu(self, name: str, text: str) -> bool:
        for menu in self._window.findChildren(QMenu, name):
            button = menu.parent()
            while isinstance(button, QMenu):  # a menu in a menu
                button = button.parent()
            if isinstance(button, QWidget) and button.isVisible() and button.isEnabled():
                action = next((one for one in menu.actions() if one.text().startswith(text)), None)
                if action is None:
                    raise LookupError(f"no entry {text} in {name}")
                action.trigger()
                return True
        return False

    def shot(self, path: str) -> asyncio.Future[bool] | None:
        """Saves what the window shows, unless a person is seen in it:
        drawn people only, as in the demo.

        Returns:
            What is still waited for, or None.

        Raises:
            OSError: the file cannot be written.
                PermissionError: there is a face; no program of ours keeps one.
        """
        if not self.grabbed().save(path, "PNG"):
            raise OSError(f"{path} cannot be written")
        return None

    def page(self, path: str) -> asyncio.Future[list[int]] | list[int]:
        """Saves the shared page as it is shown here; its place. Raises `LookupError`."""
        raise LookupError(f"no page is shared in this window: {path}")

    def grabbed(self) -> QPixmap:
        """What the window and those that lie over it show. Raises `PermissionError` when there is
        a face.
        """
        if any(
            getattr(pane, SHOWS_PERSON, False)
            for pane in self._window.findChildren(QWidget)
            if pane.isVisible()
        ):
            raise PermissionError("a face is on the screen")
        drawn = self._window.grab()
        painter = QPainter(drawn)
        for opened in self._window.findChildren(QWidget):
            if opened.isWindow() and opened.isVisible():  # a dialog, the list of a box
                place = self._window.mapFromGlobal(opened.mapToGlobal(QPoint()))
                painter.drawPixmap(place, opened.grab())
        painter.end()
        return drawn

    def read(self, name: str) -> str:
        """What a screen reader says of the widget, of a list its line with the keyboard too; of
        "pointer:travel" how many pixels lay between all that was clicked.
        """
        if name == TRAVEL:
            return f"{self._travel_px:.0f}"
        widget = self._find(name)
        named = widget.accessibleName()
        if isinstance(widget, QListWidget) and (line := widget.currentItem()) is not None:
            spoken = line.data(Qt.ItemDataRole.AccessibleTextRole) or line.text()
            return f"{named}: {spoken}"
        if not named and isinstance(widget, QLabel | QAbstractButton):
            return widget.text()
        return named

    def stood_still_ms(self) -> float:
        """The longest that the window stood still since this was asked before; measured from the
        first time on.
        """
        before, self._gaps = self._gaps, LoopGaps()
        if before is not None:
            return before.stop()
        return 0.0

    def visible(self) -> list[str]:
        """Names of the visible, enabled buttons."""
        buttons = self._window.findChildren(QAbstractButton)
        shown = {
            b.objectName() for b in buttons if b.objectName() and b.isVisible() and b.isEnabled()
        }
        return sorted(
            shown | {name for name, w in self._names.items() if w.isVisible() and w.isEnabled()}
        )


def _press(widget: QWidget, keys: QKeySequence, *, text: str) -> None:
    """Presses and releases these keys where the keyboard is; `text`: what they write."""
    for at in range(keys.count()):
        held, code = keys[at].keyboardModifiers(), keys[at].key()
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QCoreApplication.sendEvent(widget, QKeyEvent(kind, code, held, text))


def _is_seen(place: object) -> bool:
    return isinstance(place, QWidget) and place.isVisible()


def _choose(box: QComboBox, text: str) -> None:
    if box.isEditable():
        box.setEditText(text)
        return
    entries = [box.itemText(place) for place in range(box.count())]
    place = next((n for n, entry in enumerate(entries) if entry.startswith(text)), -1)
    if place < 0:
        raise LookupError(f"no entry {text} in {', '.join(entries)}")
    box.setCurrentIndex(place)
