# SPDX-License-Identifier: GPL-3.0-only
"""The whole session as a narrow strip above the timeline: where much happened, where the troubles
are, and which stretch the timeline shows. Used by the replay window.
"""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PyQt6.QtWidgets import QSizePolicy, QWidget

from resources.texts import _
from session.log.playback.opened import OpenedLog
from views.replay.marks import Places, bars_of
from views.replay.shown_time import STEP, ShownTime
from views.replay.timeline_ground import RIGHT
from views.widgets.parts import clock_words
from views.widgets.theme import Tokens, tokens_for

HEIGHT = 34
_EDGE = 6


class Overview(QWidget):
    """Drag the window to move it, an edge to make it wider; a click beside it brings it there, a
    double click shows all.
    """

    def __init__(self, time: ShownTime) -> None:
        self._version = 0
        super().__init__()
        self.setObjectName("replay_overview")
        self.setAccessibleName(_("Overview of the session"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._time = time
        self.gutter = 112
        self._log: OpenedLog | None = None
        self._marks: Places = np.zeros(0, dtype=np.int64)
        self._troubles: Places = np.zeros(0, dtype=np.int64)
        self._position_s = 0.0
        self._ground: tuple[tuple[object, ...], QPixmap] | None = None
        self._grip = ""
        self._grip_at_s = 0.0
        time.changed.connect(self._on_changed)

    def show_marks(self, log: OpenedLog, marks: Places, gutter: int) -> None:
        """Shows these marks of a log, below the timeline's names."""
        self._log = log
        self._marks = marks
        self.gutter = gutter
        at = np.searchsorted(marks, log.troubles)
        is_shown = (
            np.append(marks, -1)[at] == log.troubles
        )  # both are in order; marks may be a million
        self._troubles = log.troubles[is_shown]
        self._version += 1
        self._on_changed()

    def mark_place(self, at_s: float) -> None:
        """Mark where the replay is."""
        self._position_s = at_s
        self.update()

    def _on_changed(self) -> None:
        self.setAccessibleDescription(
            _("Shown: {begin} to {end}").format(
                begin=clock_words(self._time.begin_s), end=clock_words(self._time.end_s)
            )
        )
        self.update()

    # ---- places

    @property
    def _space(self) -> int:
        return max(1, self.width() - self.gutter - RIGHT)

    def x_of(self, at_s: float) -> float:
        """Return where a moment stands."""
        return self.gutter + self._space * at_s / max(self._time.duration_s, 1.0)

    def _at_s(self, x: float) -> float:
        return (x - self.gutter) / self._space * max(self._time.duration_s, 1.0)

    def _grip_at(self, x: float) -> str:
        left_x, right = self.x_of(self._time.begin_s), self.x_of(self._time.end_s)
        if abs(x - left_x) <= _EDGE:
            return "left"
        if abs(x - right) <= _EDGE:
            return "right"
        if left_x < x < right:
            return "middle"
        return ""

    # ---- mouse and keyboard

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Takes the window, or brings it here."""
        assert event is not None
        x = event.position().x()
        self._grip = self._grip_at(x)
        if not self._grip:
            half_s = self._time.length_s / 2
            self._time.show(self._at_s(x) - half_s, self._at_s(x) + half_s)
            self._grip = "middle"
        self._grip_at_s = self._at_s(x)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Moves or widens the window."""
        assert event is not None
        at_s = self._at_s(event.position().x())
        if not event.buttons():
            grip = self._grip_at(event.position().x())
            wide = Qt.CursorShape.SizeHorCursor
            self.setCursor(wide if grip in ("left", "right") else Qt.CursorShape.ArrowCursor)
        elif self._grip == "left":
            self._time.show(min(at_s, self._time.end_s), self._time.end_s)
        elif self._grip == "right":
            self._time.show(self._time.begin_s, max(at_s, self._time.begin_s))
        else:
            self._time.pan(at_s - self._grip_at_s)
            self._grip_at_s = at_s

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Shows all."""
        self._time.show_all()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Up and down zoom, page up and page down move."""
        assert event is not None
        time = self._time
        middle_s = (time.begin_s + time.end_s) / 2
        acts = {
            Qt.Key.Key_Up: lambda: time.zoom(STEP, middle_s),
            Qt.Key.Key_Down: lambda: time.zoom(1 / STEP, middle_s),
            Qt.Key.Key_PageUp: lambda: time.pan(-time.length_s * 0.8),
            Qt.Key.Key_PageDown: lambda: time.pan(time.length_s * 0.8),
        }
        if (act := acts.get(Qt.Key(event.key()))) is not None:
            act()
        else:
            event.ignore()

    # ---- painting

    def sizeHint(self) -> QSize:
        """A strip."""
        return QSize(640, HEIGHT)

    def changeEvent(self, event: QEvent | None) -> None:
        """Other colours need another picture."""
        self._version += 1
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The session, the window over it, and the moment."""
        painter = QPainter(self)
        tokens = tokens_for(self.palette())
        painter.drawPixmap(0, 0, self._painted(tokens))
        left_x, right = self.x_of(self._time.begin_s), self.x_of(self._time.end_s)
        veil = QColor(tokens.surface)
        veil.setAlpha(170)
        painter.fillRect(QRectF(self.gutter, 0, left_x - self.gutter, self.height()), veil)
        painter.fillRect(QRectF(right, 0, self.width() - right, self.height()), veil)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = self.hasFocus()
        painter.setPen(QPen(QColor(tokens.focus if focus else tokens.accent), 2 if focus else 1.5))
        painter.drawRoundedRect(
            QRectF(left_x, 1, max(3.0, right - left_x), self.height() - 2), 3, 3
        )
        painter.setPen(QPen(QColor(tokens.text), 1.5))
        x = self.x_of(self._position_s)
        painter.drawLine(QPointF(x, 1), QPointF(x, self.height() - 1))

    def _painted(self, tokens: Tokens) -> QPixmap:
        ratio = self.devicePixelRatioF()
        key = (self.width(), self.height(), ratio, self._version, self.gutter, tokens.surface)
        if self._ground is None or self._ground[0] != key:
            self._ground = (key, self._picture(tokens, ratio))
        return self._ground[1]

    def _picture(self, tokens: Tokens, ratio: float) -> QPixmap:
        picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(tokens.surface))
        painter = QPainter(picture)
        painter.setFont(self.font())
        painter.setPen(QColor(tokens.soft))
        name = QRectF(12, 0, self.gutter - 20, self.height())
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(name, align, _("Overview"))
        if self._log is not None:
            self._paint_columns(painter, tokens, self._log)
        painter.end()
        return picture

    def _paint_columns(self, painter: QPainter, tokens: Tokens, log: OpenedLog) -> None:
        """A column per pixel, as high as much happened; troubles from top to bottom."""
        scale = self._space / max(self._time.duration_s, 1.0)
        bars = bars_of(log.columns.at_s[self._marks], 0.0, scale)
        bottom = self.height() - 3
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.line_strong))
        most = float(bars.counts.max(initial=1))
        high = 3 + (bottom - 7) * np.log2(1 + bars.counts) / np.log2(1 + most)
        boxes = [
            QRectF(self.gutter + px, bottom - up, 1.2, up)
            for px, up in zip(bars.px.tolist(), high.tolist(), strict=True)
        ]
        if boxes:
            painter.drawRects(*boxes)
        painter.setBrush(QColor(tokens.bad))
        troubles = bars_of(log.columns.at_s[self._troubles], 0.0, scale)
        for px in troubles.px.tolist():
            painter.drawRect(QRectF(self.gutter + px - 1, 2, 2, self.height() - 4))
