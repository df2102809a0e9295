# SPDX-License-Identifier: GPL-3.0-only
"""The watch over the mirror's engine, whether it still answers and keeps to its memory, and the
card that says when it does not. Used by `views.desk.shared_page.mirror_pane`.

The engine's process draws whatever a kiosk or its page sends. It may die, which Qt tells, or
hang, which nobody tells: so it is asked for a sign of life, and looked at, as long as a page is
drawn.
"""

from __future__ import annotations

import logging

from PyQt6 import sip
from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtWebEngineCore import QWebEnginePage
from PyQt6.QtWidgets import QFrame, QWidget

from resources.texts import N_, _
from session.core.child_process import end_process
from session.core.process_tree import BROWSER_MEMORY_BYTES, memory_bytes
from views.widgets.announcer import announce
from views.widgets.icons import IconLabel
from views.widgets.parts import column, label, row
from views.widgets.theme import SPACE

log = logging.getLogger(__name__)

PULSE_MS = 1_000
SILENT_PULSES, LOST_PULSES = 4, 15
"""Unanswered pulses until the agent is told, and until the engine's process is ended: a large page
is busy for a second or two, on a slow computer for longer.
"""

_SILENT = (
    N_("The page's copy does not answer"),
    N_("It is drawn again by itself in a moment. The caller's own page goes on."),
)
_LOST = (
    N_("The page's copy had stopped"),
    N_("It is being drawn again. The caller's own page goes on."),
)
_WIDTH_PX = 460


class MirrorWatch(QObject):
    """Asks a page for a trifle, pulse after pulse, and ends its process when it never answers or
    holds too much memory.

    Signals:
        silent_changed(bool): it has not answered for longer than a page may; or does again.
        lost(): its process was ended, or had none.
    """

    silent_changed = pyqtSignal(bool)
    lost = pyqtSignal()

    def __init__(self, page: QWebEnginePage) -> None:
        super().__init__(page)
        self._page = page
        self._unanswered = 0
        self._is_silent = False
        self._rests = True
        self._timer = QTimer(self)
        self._timer.setInterval(PULSE_MS)
        self._timer.timeout.connect(self._on_pulse)

    def start(self) -> None:
        """Something is drawn from now on."""
        self._rests = False
        if not self._timer.isActive():
            self._unanswered = 0
            self._timer.start()

    def rest(self) -> None:
        """Nothing is drawn any more: what was asked before has still to be answered."""
        self._rests = True

    def stop(self) -> None:
        """The page's process is gone."""
        self._timer.stop()
        self._set_silent(False)

    def _on_pulse(self) -> None:
        if self._rests and not self._unanswered:
            self._timer.stop()
            return
        if self._unanswered > LOST_PULSES:
            self._end("the mirror does not answer: its process is ended")
            return
        if memory_bytes([self._page.renderProcessPid()]) > BROWSER_MEMORY_BYTES:
            self._end("the mirror takes too much memory: its process is ended")
            return
        self._set_silent(self._unanswered > SILENT_PULSES)
        self._unanswered += 1
        self._page.runJavaScript("1", self._on_answer)

    def _end(self, why: str) -> None:
        log.warning(why)
        self.stop()
        if not end_process(self._page.renderProcessPid()):
            self.lost.emit()

    def _on_answer(self, answer: object) -> None:
        # an answer may come after the window is gone; a process that ends answers nothing at all
        if answer != 1 or sip.isdeleted(self):
            return
        self._unanswered = 0
        self._set_silent(False)

    def _set_silent(self, silent: bool) -> None:
        if silent != self._is_silent:
            self._is_silent = silent
            self.silent_changed.emit(silent)


class MirrorTrouble(QFrame):
    """Says in words that the mirror shows nothing new; a card at the upper edge of the pane."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("mirror_trouble")
        self.setProperty("card", True)
        self._title = label("", "title", "mirror_trouble_title", wrap=True)
        self._advice = label("", "soft", "mirror_trouble_advice", wrap=True)
        words = column(None, self._title, self._advice, space=SPACE[0])
        icon = IconLabel("warning", "warn", size_px=24)
        margins = (SPACE[3], SPACE[2], SPACE[3], SPACE[2])
        layout = row(self, icon, words, space=SPACE[2], margins=margins)
        layout.setStretch(1, 1)
        layout.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_silent(self) -> None:
        """The engine does not answer."""
        self._show(*_SILENT)

    def show_lost(self) -> None:
        """The engine has ended, and begins anew."""
        self._show(*_LOST)

    def _show(self, title: str, advice: str) -> None:
        self._title.setText(_(title))
        self._advice.setText(_(advice))
        self.setAccessibleName(f"{_(title)}. {_(advice)}")
        self.place()
        self.show()
        self.raise_()
        if self.isVisible():
            announce(self, self.accessibleName())

    def place(self) -> None:
        """In the middle of the pane, whatever its size."""
        over, layout = self.parentWidget(), self.layout()
        assert over is not None
        assert layout is not None
        width = max(200, min(_WIDTH_PX, over.width() - 2 * SPACE[3]))
        height = max(layout.totalHeightForWidth(width), layout.minimumSize().height())
        self.setGeometry((over.width() - width) // 2, SPACE[3], width, min(height, over.height()))
