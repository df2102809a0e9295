# SPDX-License-Identifier: GPL-3.0-only
"""Acts in the kiosk's page as a person would: trusted clicks, text and keys;
and notices when the caller touches it.

Used by `views.kiosk.browser.page_view`;
`session.kiosk.cobrowse.remote_control` decides what may be done. Events that are
injected here have classes of their own, so that all other input of the page is the caller's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from PyQt6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QInputMethodEvent, QKeyEvent, QMouseEvent
from PyQt6.QtWebEngineCore import QWebEngineHistory, QWebEnginePage
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QWidget

from resources import resource_text
from session.protocol.conversation.remote_control import HistoryStep, PageKey
from views.kiosk.browser.profile import WORLD

_Key, _Type = Qt.Key, QEvent.Type
_NONE, _SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier

_KEYS: dict[PageKey, tuple[Qt.Key, str, Qt.KeyboardModifier]] = {
    PageKey.ENTER: (_Key.Key_Return, "\r", _NONE),
    PageKey.TAB: (_Key.Key_Tab, "\t", _NONE),
    PageKey.BACK_TAB: (_Key.Key_Backtab, "\t", _SHIFT),
    PageKey.BACKSPACE: (_Key.Key_Backspace, "\b", _NONE),
    PageKey.DELETE: (_Key.Key_Delete, "\x7f", _NONE),
    PageKey.ESCAPE: (_Key.Key_Escape, "\x1b", _NONE),
    PageKey.SPACE: (_Key.Key_Space, " ", _NONE),
    PageKey.LEFT: (_Key.Key_Left, "", _NONE),
    PageKey.RIGHT: (_Key.Key_Right, "", _NONE),
    PageKey.UP: (_Key.Key_Up, "", _NONE),
    PageKey.DOWN: (_Key.Key_Down, "", _NONE),
    PageKey.HOME: (_Key.Key_Home, "", _NONE),
    PageKey.END: (_Key.Key_End, "", _NONE),
    PageKey.PAGE_UP: (_Key.Key_PageUp, "", _NONE),
    PageKey.PAGE_DOWN: (_Key.Key_PageDown, "", _NONE),
}
"""Qt's key, the text that comes with it, and what is held."""

_TOUCHES = frozenset(
    {
        _Type.MouseButtonPress,
        _Type.MouseButtonDblClick,
        _Type.TouchBegin,
        _Type.TouchUpdate,
        _Type.Wheel,
        _Type.KeyPress,
        _Type.InputMethod,
        _Type.TabletPress,
    }
)
"""What a caller does to a page; moving a mouse over it is not yet a touch."""


def has_way_back(history: QWebEngineHistory) -> bool:
    """True if there is a page to go back to; the empty first page is none."""
    return history.canGoBack() and history.backItem().url().scheme() in ("http", "https")


class _OurMouse(QMouseEvent):
    """A click of the agent's."""


class _OurKey(QKeyEvent):
    """A key of the agent's."""


class _OurText(QInputMethodEvent):
    """Text of the agent's."""


_OURS = (_OurMouse, _OurKey, _OurText)


class InputInjector(QObject):
    """Injects the agent's clicks, text and keys into one view.

    Args:
        page: gives the page that the view shows now.

    Signals:
        touched(): the caller touched the page.
        stop_key_pressed(): the caller pressed Escape while the page has the keyboard.
    """

    touched = pyqtSignal()
    stop_key_pressed = pyqtSignal()

    def __init__(self, view: QWebEngineView, page: Callable[[], QWebEnginePage]) -> None:
        super().__init__(view)
        self._view = view
        self._page = page
        self._watched: QWidget | None = None
        view.installEventFilter(self)
        self._source = resource_text("pages/page_agent.js")

    # ---- the caller ----

    def watch(self) -> None:
        """Watches the widget that really gets the touches;
        the view makes another one for each process of a page.
        """
        target = self._view.focusProxy()
        if target is not None and target is not self._watched:
            target.installEventFilter(self)
            self._watched = target

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Sees what comes to the page and lets it all through."""
        if event is not None:
            if event.type() in (_Type.ChildAdded, _Type.ChildPolished, _Type.FocusIn):
                self.watch()
            elif (
                watched is self._watched
                and event.type() in _TOUCHES
                and not isinstance(event, _OURS)
            ):
                self.touched.emit()
                if isinstance(event, QKeyEvent) and event.key() == _Key.Key_Escape:
                    self.stop_key_pressed.emit()
        return super().eventFilter(watched, event)

    # ---- the page script ----

    def ask(
        self, document: str, what: str, values: Sequence[object], on_answer: Callable[[str], None]
    ) -> None:
        """Asks the page script; JSON, or "" when the page is another document or cannot be
        asked.
        """
        arguments = json.dumps([document, what, list(values)])[1:-1]
        call = f"window.postePageAgent && window.postePageAgent.ask({arguments})"

        def on_first(answer: object) -> None:
            if isinstance(answer, str):
                on_answer(answer)
            else:  # the first question to this document
                self._page().runJavaScript(f"{self._source}\n{call}", WORLD, on_second)

        def on_second(answer: object) -> None:
            on_answer(answer if isinstance(answer, str) else "")

        self._page().runJavaScript(call, WORLD, on_first)

    # ---- trusted events ----

    def _target(self) -> QWidget:
        self.watch()
        return self._watched or self._view

    def click(self, x: float, y: float) -> None:
        """Moves to CSS pixels of the viewport, presses and releases the left button."""
        target, place = self._target(), QPointF(x, y) * self._page().zoomFactor()
        self._view.setFocus()
        away = QPointF(target.mapToGlobal(place.toPoint()))
        left_button, no_button = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        for kind, button, buttons in (
            (_Type.MouseMove, no_button, no_button),
            (_Type.MouseButtonPress, left_button, left_button),
            (_Type.MouseButtonRelease, left_button, no_button),
        ):
            QCoreApplication.postEvent(target, _OurMouse(kind, place, away, button, buttons, _NONE))

    def commit(self, text: str) -> None:
        """Enters text as an input method does: any letter of any script, in one piece."""
        self._view.setFocus()
        event = _OurText()
        event.setCommitString(text)
        QCoreApplication.postEvent(self._target(), event)

    def press(self, key: PageKey) -> None:
        """Presses and releases a key; to mark everything is an act of the engine, not of a key."""
        self._view.setFocus()
        if key is PageKey.SELECT_ALL:
            self._page().triggerAction(QWebEnginePage.WebAction.SelectAll)
            return
        code, text, modifiers = _KEYS[key]
        for kind in (_Type.KeyPress, _Type.KeyRelease):
            QCoreApplication.postEvent(self._target(), _OurKey(kind, code.value, modifiers, text))

    # ---- the page as a whole ----

    def go(self, step: HistoryStep) -> None:
        """Back and forward as far as there is something; or the same page again."""
        history = self._page().history()
        if step is HistoryStep.RELOAD:
            self._page().triggerAction(QWebEnginePage.WebAction.Reload)
        elif history is not None and step is HistoryStep.BACK and has_way_back(history):
            history.back()
        elif history is not None and step is HistoryStep.FORWARD and history.canGoForward():
            history.forward()

    def zoom(self, percent: int) -> None:
        """Shows the page larger or smaller."""
        self._page().setZoomFactor(percent / 100)
