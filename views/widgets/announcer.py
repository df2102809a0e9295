# SPDX-License-Identifier: GPL-3.0-only
"""Tells a screen reader what has happened: `announce(widget, words)`, in every window.

Qt's widgets cannot announce (PyQt6 wraps no QAccessible), Qt Quick can: each window has an item of
Qt Quick that is never seen and takes no focus.
"""

from __future__ import annotations

from PyQt6.QtCore import Q_ARG, QMetaObject, QObject, Qt, QTimer, QUrl, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtQuickWidgets import QQuickWidget
from PyQt6.QtWidgets import QWidget

from resources import resource_path

_ITEM = "pages/announcer.qml"
APART_MS = 400
"""Orca drops the second of two announcements within 100 ms; what comes together is said as one."""
_DEAF = ("offscreen", "minimal")
"""Platforms without a bridge to a screen reader: the tests' own."""


def announce(where: QWidget, words: str, *, urgent: bool = False) -> None:
    """Says something that has just happened, wherever the keyboard is.

    Args:
        where: any part of the window in which it happened.
        words: one or two short sentences, translated.
        urgent: cuts off what the screen reader is saying; for what cannot wait.
    """
    announcer_of(where).announce(words, urgent)


def announcer_of(where: QWidget) -> Announcer:
    """Return what speaks for the window of `where`."""
    window = where.window()
    assert window is not None
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    return window.findChild(Announcer, options=direct) or Announcer(window)


class Announcer(QObject):
    """Speaks for one window; to be made before it is shown, as a window that gets its first pane of
    Qt Quick later is taken off the screen and shown again.

    Signals:
        said(str, bool): these words, and whether they were urgent.
    """

    said = pyqtSignal(str, bool)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._waiting: list[tuple[str, bool]] = []
        self._next_turn = QTimer(self)
        self._next_turn.setSingleShot(True)
        self._next_turn.timeout.connect(self._announce_next)
        self._pane: QQuickWidget | None = None
        if QGuiApplication.platformName() not in _DEAF:
            self._pane = QQuickWidget(window)
            self._pane.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._pane.hide()

    def announce(self, words: str, urgent: bool = False) -> None:
        """Says it at the loop's next turn, or with others a moment later; nothing for no words."""
        if not words:
            return
        self.said.emit(words, urgent)
        if self._pane is not None:
            self._waiting.append((words, urgent))
            if not self._next_turn.isActive():
                self._next_turn.start(0)

    def _announce_next(self) -> None:
        pane = self._pane
        assert pane is not None
        if pane.rootObject() is None:
            pane.setSource(QUrl.fromLocalFile(str(resource_path(_ITEM))))
        if not self._waiting:
            return
        words, urgent = together(self._waiting)
        self._waiting = []
        self._next_turn.start(APART_MS)
        QMetaObject.invokeMethod(
            pane.rootObject(), "announce", Q_ARG("QVariant", words), Q_ARG("QVariant", urgent)
        )


def together(waiting: list[tuple[str, bool]]) -> tuple[str, bool]:
    """Return what waits as one text, the urgent first, and whether any of it is urgent."""
    in_order = sorted(waiting, key=lambda said: not said[1])
    return one_text([words for words, _urgent in in_order]), any(urgent for _, urgent in waiting)


def one_text(sentences: list[str]) -> str:
    """Return sentences one after the other, each with one sign at its end but the last."""
    ended = [words if words[-1:] in ".!?…" else f"{words}." for words in sentences[:-1]]
    return " ".join([*ended, sentences[-1]])
