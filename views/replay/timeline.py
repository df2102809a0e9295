# SPDX-License-Identifier: GPL-3.0-only
"""The timeline of a session: a row per subject, a mark per event, a playhead to drag.
Used by the replay window.

What happened is painted once for each zoom into two pictures, what is past and what is to come;
while the replay plays only the playhead moves over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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

from resources.texts import _, ngettext
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
from views.replay.timeline_ground import RowGeometry, TimelineGround, name_of
from views.replay.whole import whole_log
from views.replay.words import LANES, describe
from views.widgets.parts import clock_words
from views.widgets.plain_words import tip_words
from views.widgets.theme import Tokens, tokens_for

_REACH = 7


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
    def places(self) -> RowGeometry:
        """Where moments and rows stand now."""
        letters_px = self.fontMetrics().height()
        return RowGeometry(
            begin_s=self._time.begin_s,
            end_s=self._time.end_s,
            duration_s=self._time.duration_s,
            width=self.width(),
            height=self.height(),
            gutter=self.gutter,
            axis=max(30, letters_px + 14),
            row_height=max(19 if self._two_ends else 24, letters_px + 5),
        )

    def _measure(self) -> None:
        """Measure how wide the rows' names are."""
        names = [_("Overview"), *(_(name) for name, _icon in LANES.values())]
        names += [name_of(row) for row in self._rows]
        widest = max(map(self.fontMetrics().horizontalAdvance, names))
        self.gutter = max(112, 52 + widest)

    def row_at(self, y: float) -> TimelineRow | None:
        """The row at a height."""
        places = self.places
        number = int((y - places.axis) // places.row_height)
        if 0 <= number < len(self._rows) and y >= places.axis:
            return self._rows[number]
        return None

    def mark_at(self, point: QPointF) -> int | None:
        """The mark drawn under a point, as a row of the log; a trouble before all others."""
        row = self.row_at(point.y())
        if row is None or self._log is None or point.x() < self.gutter - _REACH:
            return None
        px_per_s = self.places.px_per_s
        at_s = self._time.begin_s + (point.x() - self.gutter) / px_per_s
        return nearest(self._log, row, at_s, _REACH / px_per_s)

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
            self.setValue(round(self.places.offset_at(event.position().x()) * 1000))
        else:
            self.mark_chosen.emit(mark)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Drags the playhead."""
        assert event is not None
        moved = (event.position() - self._pressed).manhattanLength()
        if self.isSliderDown() and moved >= QApplication.startDragDistance():
            self.setValue(round(self.places.offset_at(event.position().x()) * 1000))

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
            self._time.zoom(STEP ** (turned.y() / 120), self.places.offset_at(event.position().x()))

    def event(self, event: QEvent | None) -> bool:
        """Tool tips say what a mark stands for; two fingers zoom."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), tip_words(self.words_at(event.pos())), self)
            return True
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture
        ):
            self._time.zoom(
                max(0.1, 1.0 + event.value()), self.places.offset_at(event.position().x())
            )
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
        reach_s = 1.0 / self.places.px_per_s
        here = len(shown(self._log, row.marks, at_s - reach_s, at_s + reach_s))
        if here > 1:
            words += "\n" + ngettext(
                "One event here; zoom in to see it",
                "{count} events here; zoom in to see each",
                here,
            ).format(count=here)
        return words

    def _gap_words_at(self, point: QPoint) -> str:
        at_s = self.places.offset_at(point.x())
        gaps = [gap for gap in self._gaps if gap.begin_s <= at_s <= gap.end_s]
        return "\n".join(map(gap_words, gaps))

    # ---- painting

    def sizeHint(self) -> QSize:
        """All rows, and enough width to tell times apart."""
        places = self.places
        return QSize(640, places.axis + places.row_height * (len(self._rows) or len(LANES)) + 6)

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
        split = round(min(max(self.places.x_of(self.value() / 1000), 0), self.width()))
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
            ground = TimelineGround(
                self.places,
                self._rows,
                spans=self._spans,
                gaps=self._gaps,
                tokens=tokens,
                font=self.font(),
                ratio=self.devicePixelRatioF(),
            )
            self._layer = _Layer(key, *ground.past_and_coming(bars))
        return self._layer

    def _bars(self, rows: Places) -> Bars:
        """Return where marks stand on the screen."""
        assert self._log is not None
        here = shown(self._log, rows, self._time.begin_s, self._time.end_s)
        return bars_of(self._log.columns.at_s[here], self._time.begin_s, self.places.px_per_s)

    def _paint_playhead(self, painter: QPainter, tokens: Tokens) -> None:
        places = self.places
        x = places.x_of(self.value() / 1000)
        if not self.gutter - 1 <= x <= self.width():
            return
        painter.setPen(QPen(QColor(tokens.text), 2))
        bottom = places.axis + places.row_height * len(self._rows)
        painter.drawLine(QPointF(x, places.axis - 6), QPointF(x, bottom))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.text))
        top = places.axis - 12
        grip = [QPointF(x - 6, top), QPointF(x + 6, top), QPointF(x, places.axis - 2)]
        painter.drawPolygon(QPolygonF(grip))
