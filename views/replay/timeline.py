# SPDX-License-Identifier: GPL-3.0-only
"""The timeline of a session: a row per subject, a mark per event, a playhead to drag.
Used by the replay window.

What happened is painted once for each zoom into two pictures, what is past and what is to come;
while the replay plays only the playhead moves over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PyQt6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QWheelEvent,
)
from PyQt6.QtWidgets import QAbstractSlider, QApplication, QSizePolicy, QToolTip

from resources.texts import _
from session.log.events import Lane
from session.log.playback.opened import OpenedLog
from views.replay.gaps import Gap, gap_words
from views.replay.marks import (
    Bars,
    LaneSpan,
    Places,
    TimelineRow,
    bars_of,
    nearest,
    rows_of,
    shown,
)
from views.replay.shown_time import STEP, ShownTime
from views.replay.whole import whole_log
from views.replay.words import END_NAMES, LANES, describe
from views.widgets.icons import icon
from views.widgets.parts import clock_words
from views.widgets.plain_words import tip_words
from views.widgets.theme import Tokens, tokens_for

RIGHT = 18
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800)
_REACH = 7
_TRIANGLE_APART = 8


class _Layer(NamedTuple):
    """A picture of the rows and what it was painted for."""

    key: tuple[object, ...]
    past: QPixmap
    coming: QPixmap


class Timeline(QAbstractSlider):
    """A slider in milliseconds whose ground shows what happened.
    Drag or click to seek; the wheel zooms, with Shift it moves; arrows step 5 s.

    Args:
        time: the stretch that is shown.

    Signals:
        mark_chosen(int): the mark of this row of the log was clicked.

    Attributes:
        gutter: width of the rows' names, in pixels.
    """

    mark_chosen = pyqtSignal(int)
    gutter = 112

    def __init__(self, time: ShownTime) -> None:
        self._rows: list[TimelineRow] = []
        self._time = time
        self._version = 0
        super().__init__()
        self.setObjectName("replay_timeline")
        self.setAccessibleName(_("Time in the session"))
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setSingleStep(5_000)
        self.setPageStep(30_000)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._log: OpenedLog | None = None
        self._spans: list[LaneSpan] = []
        self._gaps: Sequence[Gap] = ()
        self._two_ends = False
        self._layer: _Layer | None = None
        self._pressed = QPointF()
        self._measure()
        time.changed.connect(self.update)

    # ---- what is shown

    def show_marks(self, log: OpenedLog, marks: Places, gaps: Sequence[Gap] = ()) -> None:
        """Shows these marks of a log."""
        if log is not self._log:
            self._spans = whole_log(log).spans
        self._log = log
        self._marks = marks
        self._gaps = gaps
        self.setRange(0, max(1, round(log.duration_s * 1000)))
        self._arrange()

    def set_two_ends(self, on: bool) -> None:
        """Rows for what the kiosk told above those for what the desk told, or one for both."""
        self._two_ends = on
        self._arrange()

    def _arrange(self) -> None:
        if self._log is not None:
            is_whole = self._marks is self._log.marks and not self._two_ends
            if is_whole:
                self._rows = whole_log(self._log).rows
            else:
                self._rows = rows_of(self._log, self._marks, two_ends=self._two_ends)
        self._version += 1
        self._measure()
        self.updateGeometry()
        self.update()

    # ---- places

    @property
    def _height(self) -> int:
        """The height of a row."""
        return max(19 if self._two_ends else 24, self.fontMetrics().height() + 5)

    @property
    def _axis(self) -> int:
        return max(30, self.fontMetrics().height() + 14)

    def _measure(self) -> None:
        """Measure how wide the rows' names are."""
        names = [_("Overview"), *(_(name) for name, _icon in LANES.values())]
        names += [self._name_of(row) for row in self._rows]
        widest = max(map(self.fontMetrics().horizontalAdvance, names))
        self.gutter = max(112, 52 + widest)

    @staticmethod
    def _name_of(row: TimelineRow) -> str:
        name = _(LANES[row.lane][0])
        if row.writer is None:
            return name
        return f"{_(END_NAMES[row.writer])} · {name}"

    @property
    def _space(self) -> int:
        return max(1, self.width() - self.gutter - RIGHT)

    @property
    def _px_per_s(self) -> float:
        return self._space / self._time.length_s

    def x_of(self, offset_s: float) -> float:
        """Return where a moment stands."""
        return self.gutter + (offset_s - self._time.begin_s) * self._px_per_s

    def y_of(self, row: int) -> float:
        """The middle of a row."""
        return self._axis + row * self._height + self._height / 2

    def _offset_at(self, x: float) -> float:
        share = min(max((x - self.gutter) / self._space, 0.0), 1.0)
        return self._time.begin_s + share * self._time.length_s

    def row_at(self, y: float) -> TimelineRow | None:
        """The row at a height."""
        number = int((y - self._axis) // self._height)
        if 0 <= number < len(self._rows) and y >= self._axis:
            return self._rows[number]
        return None

    def mark_at(self, point: QPointF) -> int | None:
        """The mark drawn under a point, as a row of the log; a trouble before all others."""
        row = self.row_at(point.y())
        if row is None or self._log is None or point.x() < self.gutter - _REACH:
            return None
        at_s = self._time.begin_s + (point.x() - self.gutter) / self._px_per_s
        return nearest(self._log, row, at_s, _REACH / self._px_per_s)

    # ---- mouse and keyboard

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Goes to the mark or the time under the mouse."""
        assert event is not None
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.setSliderDown(True)
        self._pressed = event.position()
        mark = self.mark_at(event.position())
        if mark is None or self._log is None:
            self.setValue(round(self._offset_at(event.position().x()) * 1000))
        else:
            self.mark_chosen.emit(mark)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Drags the playhead."""
        assert event is not None
        moved = (event.position() - self._pressed).manhattanLength()
        if self.isSliderDown() and moved >= QApplication.startDragDistance():
            self.setValue(round(self._offset_at(event.position().x()) * 1000))

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Lets the playhead go."""
        self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Zooms at the pointer; with Shift, or sideways, moves."""
        assert event is not None
        turned = event.angleDelta()
        event.accept()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(turned.x()) > abs(
            turned.y()
        ):
            notches = (turned.x() or turned.y()) / 120
            self._time.pan(-notches * self._time.length_s * 0.12)
        elif turned.y():
            self._time.zoom(STEP ** (turned.y() / 120), self._offset_at(event.position().x()))

    def event(self, event: QEvent | None) -> bool:
        """Tool tips say what a mark stands for; two fingers zoom."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), tip_words(self.words_at(event.pos())), self)
            return True
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture
        ):
            self._time.zoom(max(0.1, 1.0 + event.value()), self._offset_at(event.position().x()))
            return True
        return super().event(event)

    def words_at(self, point: QPoint) -> str:
        """Return what is under a point, in words: a mark, how many stand there, or a gap."""
        if self._log is None:
            return ""
        mark, row = self.mark_at(QPointF(point)), self.row_at(point.y())
        if mark is None or row is None:
            return self._gap_words_at(point)
        at_s = self._log.offset_s(mark)
        words = f"{clock_words(at_s)}  {describe(self._log.record(mark).event)}"
        reach_s = 1.0 / self._px_per_s
        here = len(shown(self._log, row.marks, at_s - reach_s, at_s + reach_s))
        if here > 1:
            words += "\n" + _("Events at this place: {count}; come closer to see each").format(
                count=here
            )
        return words

    def _gap_words_at(self, point: QPoint) -> str:
        at_s = self._offset_at(point.x())
        gaps = [gap for gap in self._gaps if gap.begin_s <= at_s <= gap.end_s]
        return "\n".join(map(gap_words, gaps))

    # ---- painting

    def sizeHint(self) -> QSize:
        """All rows, and enough width to tell times apart."""
        return QSize(640, self._axis + self._height * (len(self._rows) or len(LANES)) + 6)

    def minimumSizeHint(self) -> QSize:
        """All rows."""
        return QSize(360, self.sizeHint().height())

    def changeEvent(self, event: QEvent | None) -> None:
        """Other colours or letters need other pictures."""
        self._version += 1
        self._measure()
        self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint what is past, what is to come, and the playhead between."""
        painter = QPainter(self)
        tokens = tokens_for(self.palette())
        layer = self._painted(tokens)
        split = round(min(max(self.x_of(self.value() / 1000), 0), self.width()))
        painter.drawPixmap(0, 0, layer.coming)
        ratio = self.devicePixelRatioF()
        past = QRectF(0, 0, split, self.height())
        painter.drawPixmap(past, layer.past, QRectF(0, 0, split * ratio, self.height() * ratio))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_playhead(painter, tokens)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)

    def _painted(self, tokens: Tokens) -> _Layer:
        size = (self.width(), self.height(), self.devicePixelRatioF())
        key = (*size, self._time.begin_s, self._time.end_s, self._version, tokens.surface)
        if self._layer is None or self._layer.key != key:
            bars = [(self._bars(row.marks), self._bars(row.troubles)) for row in self._rows]
            ground = self._ground(tokens)
            self._layer = _Layer(
                key,
                self._picture(ground, tokens, QColor(tokens.accent), bars),
                self._picture(ground, tokens, QColor(tokens.line_strong), bars),
            )
        return self._layer

    def _bars(self, rows: Places) -> Bars:
        """Return where marks stand on the screen."""
        assert self._log is not None
        here = shown(self._log, rows, self._time.begin_s, self._time.end_s)
        return bars_of(self._log.columns.at_s[here], self._time.begin_s, self._px_per_s)

    def _ground(self, tokens: Tokens) -> QPixmap:
        """Paint what is the same before and after the playhead:
        names, scale, gaps, what lasted.
        """
        ratio = self.devicePixelRatioF()
        picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(tokens.surface))
        painter = self._painter(picture)
        self._paint_names(painter, tokens)
        self._paint_scale(painter, tokens)
        painter.setClipRect(self._clip)
        self._paint_gaps(painter, tokens)
        for number, row in enumerate(self._rows):
            self._paint_spans(painter, tokens, number, row)
        painter.end()
        return picture

    def _picture(
        self, ground: QPixmap, tokens: Tokens, tone: QColor, bars: Sequence[tuple[Bars, Bars]]
    ) -> QPixmap:
        picture = QPixmap(ground)
        painter = self._painter(picture)
        painter.setClipRect(self._clip)
        for number, (marks, _troubles) in enumerate(bars):
            self._paint_marks(painter, tone, self.y_of(number), marks)
        for number, (_marks, troubles) in enumerate(bars):
            self._paint_troubles(painter, tokens, self.y_of(number), troubles)
        painter.end()
        return picture

    @property
    def _clip(self) -> QRectF:
        return QRectF(self.gutter - 8, 0, self.width(), self.height())

    def _painter(self, picture: QPixmap) -> QPainter:
        painter = QPainter(picture)
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return painter

    def _paint_names(self, painter: QPainter, tokens: Tokens) -> None:
        rows = self._rows or [
            TimelineRow(lane, None, np.zeros(0, np.int64), np.zeros(0, np.int64)) for lane in LANES
        ]
        for number, row in enumerate(rows):
            middle = self.y_of(number)
            box = QRectF(0, middle - self._height / 2, self.width(), self._height)
            if number % 2 == 0:
                painter.fillRect(box, QColor(tokens.raised))
            if number and row.writer is not rows[number - 1].writer:
                painter.setPen(QPen(QColor(tokens.line_strong), 1))
                painter.drawLine(box.topLeft(), box.topRight())
            icon(LANES[row.lane][1], "soft").paint(painter, 12, round(middle - 8), 16, 16)
            painter.setPen(QColor(tokens.soft))
            inside = QRectF(36, box.top(), self.gutter - 44, self._height)
            align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(inside, align, self._name_of(row))

    def _paint_scale(self, painter: QPainter, tokens: Tokens) -> None:
        least = self.fontMetrics().horizontalAdvance("00:00:00") + 16
        step_s = next((step for step in _STEPS_S if step * self._px_per_s >= least), _STEPS_S[-1])
        bottom = self._axis + self._height * len(self._rows)
        at_s = -(-self._time.begin_s // step_s) * step_s
        while at_s <= min(self._time.end_s, self._time.duration_s):
            x = self.x_of(at_s)
            painter.setPen(QPen(QColor(tokens.line), 1))
            painter.drawLine(QPointF(x, self._axis - 5), QPointF(x, bottom))
            painter.setPen(QColor(tokens.soft))
            words = QRectF(x - least / 2, 2, least, self.fontMetrics().height())
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter, clock_words(at_s))
            at_s += step_s

    def _paint_gaps(self, painter: QPainter, tokens: Tokens) -> None:
        """Hatched over the rows of the end that told nothing."""
        painter.setPen(Qt.PenStyle.NoPen)
        for gap in self._gaps:
            if gap.end_s < self._time.begin_s or gap.begin_s > self._time.end_s:
                continue
            left_x, right = self.x_of(gap.begin_s), self.x_of(gap.end_s)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for number, row in enumerate(self._rows):
                if row.writer is None and (gap.missing or not gap.cut):
                    continue
                if row.writer not in (None, gap.writer):
                    continue
                box = QRectF(
                    left_x,
                    self.y_of(number) - self._height / 2,
                    max(3.0, right - left_x),
                    self._height,
                )
                soft = QColor(tokens.warn)
                soft.setAlpha(90)
                painter.fillRect(box, soft)
                painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_spans(
        self, painter: QPainter, tokens: Tokens, number: int, row: TimelineRow
    ) -> None:
        lost = row.lane is Lane.LINE
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.bad_soft if lost else tokens.accent_soft))
        for span in self._spans:
            if span.lane is not row.lane or (lost and row.writer not in (None, span.writer)):
                continue
            if span.end_s < self._time.begin_s or span.begin_s > self._time.end_s:
                continue
            left_x = max(self.x_of(span.begin_s), -10.0)
            right = min(self.x_of(span.end_s), self.width() + 10.0)
            box = QRectF(left_x, self.y_of(number) - 7, max(4.0, right - left_x), 14)
            painter.drawRoundedRect(box, 5, 5)

    def _paint_marks(self, painter: QPainter, tone: QColor, y: float, bars: Bars) -> None:
        """A point for a mark alone; where many stand, a bar per pixel, as high as they are many."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone)
        left_x = self.gutter
        for px in bars.px[bars.alone].tolist():
            painter.drawEllipse(QPointF(left_x + px, y), 4.5, 4.5)
        many = ~bars.alone
        high = np.minimum(7 + 3 * np.log2(bars.counts[many]), self._height - 5) / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        boxes = [
            QRectF(left_x + px - 1, y - half, 2, 2 * half)
            for px, half in zip(bars.px[many].tolist(), high.tolist(), strict=True)
        ]
        if boxes:
            painter.drawRects(*boxes)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_troubles(self, painter: QPainter, tokens: Tokens, y: float, bars: Bars) -> None:
        """Over all others: a line at each pixel with a trouble, a triangle where there is room;
        seen without its colour, too.
        """
        half = self._height / 2 - 2
        painter.setBrush(QColor(tokens.bad))
        last = -_TRIANGLE_APART
        for px in bars.px.tolist():
            x = self.gutter + px
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRect(QRectF(x - 0.75, y - half, 1.5, 2 * half))
            if px - last < _TRIANGLE_APART:
                continue
            last = px
            painter.setPen(QPen(QColor(tokens.surface), 1.5))
            painter.drawPolygon(
                QPolygonF([QPointF(x, y - 7), QPointF(x + 7, y + 6), QPointF(x - 7, y + 6)])
            )

    def _paint_playhead(self, painter: QPainter, tokens: Tokens) -> None:
        x = self.x_of(self.value() / 1000)
        if not self.gutter - 1 <= x <= self.width():
            return
        painter.setPen(QPen(QColor(tokens.text), 2))
        bottom = self._axis + self._height * len(self._rows)
        painter.drawLine(QPointF(x, self._axis - 6), QPointF(x, bottom))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.text))
        top = self._axis - 12
        grip = [QPointF(x - 6, top), QPointF(x + 6, top), QPointF(x, self._axis - 2)]
        painter.drawPolygon(QPolygonF(grip))
