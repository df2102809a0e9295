# SPDX-License-Identifier: GPL-3.0-only
"""The timeline of a session: a row per subject, a mark per event, a playhead to drag.
Used by the replay window.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip

from resources.texts import _
from session.log import events
from session.log.events import Event, Lane
from session.log.replay import TimelineEvent
from views.replay.words import LANES, describe, is_trouble
from views.widgets.icons import icon
from views.widgets.parts import clock_words
from views.widgets.theme import Tokens, tokens_for

_GUTTER = 112
_RIGHT = 18
_AXIS = 32
_LANE = 26
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_REACH = 7


class LaneSpan(NamedTuple):
    """Something that lasted, drawn as a band on its row; offsets in seconds."""

    lane: Lane
    begin_s: float
    end_s: float


_LASTING: tuple[tuple[Lane, tuple[type[Event], ...], tuple[type[Event], ...]], ...] = (
    (Lane.QUEUE, (events.CallRequestedAtKiosk,), (events.TicketAccepted, events.CallerLeft)),
    (Lane.CALL, (events.VideoSeen,), (events.HungUp, events.SessionEnded, events.CallFailed)),
    (Lane.SCANNER, (events.ScanStarted,), (events.ScanEnded,)),
    (Lane.LINE, (events.LineLost,), (events.LineBack,)),
)


def spans_of(marks: Sequence[TimelineEvent], duration_s: float) -> list[LaneSpan]:
    """Everything that lasted: waiting, conversation, sharing, scanning, a lost line. What has no
    end in the log lasts to the end.
    """
    spans = [
        span
        for lane, begins, ends in _LASTING
        for span in _pairs(marks, lane=lane, begins=begins, ends=ends, duration_s=duration_s)
    ]
    return spans + _shared(marks, duration_s)


def _pairs(
    marks: Sequence[TimelineEvent],
    *,
    lane: Lane,
    begins: tuple[type[Event], ...],
    ends: tuple[type[Event], ...],
    duration_s: float,
) -> Iterable[LaneSpan]:
    begun_s: float | None = None
    for mark in marks:
        if isinstance(mark.event, begins) and begun_s is None:
            begun_s = mark.offset_s
        elif isinstance(mark.event, ends) and begun_s is not None:
            yield LaneSpan(lane, begun_s, mark.offset_s)
            begun_s = None
    if begun_s is not None:
        yield LaneSpan(lane, begun_s, duration_s)


def _shared(marks: Sequence[TimelineEvent], duration_s: float) -> list[LaneSpan]:
    spans: list[LaneSpan] = []
    begun_s: float | None = None
    for mark in marks:
        shared = isinstance(mark.event, events.SharingChanged) and mark.event.sharing
        over = (
            isinstance(mark.event, events.SharingChanged | events.HungUp | events.SessionEnded)
            and not shared
        )
        if shared and begun_s is None:
            begun_s = mark.offset_s
        elif over and begun_s is not None:
            spans.append(LaneSpan(Lane.PAGE, begun_s, mark.offset_s))
            begun_s = None
    return spans if begun_s is None else [*spans, LaneSpan(Lane.PAGE, begun_s, duration_s)]


class Timeline(QAbstractSlider):
    """A slider in milliseconds whose ground shows what happened.
    Drag or click to jump; arrows step 5 s.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("replay_timeline")
        self.setAccessibleName(_("Time in the session"))
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setSingleStep(5_000)
        self.setPageStep(30_000)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._marks: Sequence[TimelineEvent] = ()
        self._spans: list[LaneSpan] = []
        self._duration_s = 0.0

    def show_events(self, marks: Sequence[TimelineEvent], duration_s: float) -> None:
        """Shows the events of a session."""
        self._marks, self._duration_s = marks, duration_s
        self._spans = spans_of(marks, duration_s)
        self.setRange(0, max(1, round(duration_s * 1000)))
        self.update()

    # ---- places ----

    def _x(self, offset_s: float) -> float:
        space = max(1, self.width() - _GUTTER - _RIGHT)
        return _GUTTER + space * (offset_s / self._duration_s if self._duration_s > 0 else 0.0)

    @staticmethod
    def _y(lane: Lane) -> float:
        return _AXIS + list(LANES).index(lane) * _LANE + _LANE / 2

    def _value_at(self, x: float) -> int:
        space = max(1, self.width() - _GUTTER - _RIGHT)
        share = min(max((x - _GUTTER) / space, 0.0), 1.0)
        return round(share * self.maximum())

    def mark_at(self, point: QPointF) -> TimelineEvent | None:
        """The event drawn under a point."""
        near = [
            mark
            for mark in self._marks
            if abs(self._x(mark.offset_s) - point.x()) <= _REACH
            and abs(self._y(mark.lane) - point.y()) <= _LANE / 2
        ]
        return min(near, key=lambda mark: abs(self._x(mark.offset_s) - point.x()), default=None)

    # ---- mouse and keyboard ----

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Jumps to the mark or the time under the mouse."""
        assert event is not None
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.setSliderDown(True)
        mark = self.mark_at(event.position())
        self.setValue(round(mark.offset_s * 1000) if mark else self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Drags the playhead."""
        assert event is not None
        if self.isSliderDown():
            self.setValue(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Lets the playhead go."""
        self.setSliderDown(False)

    def event(self, event: QEvent | None) -> bool:
        """Shows in a tool tip what a mark stands for."""
        if isinstance(event, QHelpEvent):
            mark = self.mark_at(QPointF(event.pos()))
            words = f"{clock_words(mark.offset_s)}  {describe(mark.event)}" if mark else ""
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    # ---- painting ----

    def sizeHint(self) -> QSize:
        """All rows, and enough width to tell times apart."""
        return QSize(640, _AXIS + _LANE * len(LANES) + 8)

    def minimumSizeHint(self) -> QSize:
        """All rows."""
        return QSize(360, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Rows, scale, bands, marks, playhead, from back to front."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = tokens_for(self.palette())
        painter.fillRect(self.rect(), QColor(tokens.surface))
        self._paint_rows(painter, tokens)
        self._paint_scale(painter, tokens)
        for span in self._spans:
            self._paint_span(painter, tokens, span)
        for mark in self._marks:
            self._paint_mark(painter, tokens, mark)
        self._paint_playhead(painter, tokens)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)

    def _paint_rows(self, painter: QPainter, tokens: Tokens) -> None:
        for lane, (name, icon_name) in LANES.items():
            middle = self._y(lane)
            row = QRectF(0, middle - _LANE / 2, self.width(), _LANE)
            if list(LANES).index(lane) % 2 == 0:
                painter.fillRect(row, QColor(tokens.raised))
            icon(icon_name, "soft").paint(painter, 12, round(middle - 8), 16, 16)
            painter.setPen(QColor(tokens.soft))
            words = QRectF(36, row.top(), _GUTTER - 44, _LANE)
            painter.drawText(
                words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, _(name)
            )

    def _paint_scale(self, painter: QPainter, tokens: Tokens) -> None:
        space = max(1, self.width() - _GUTTER - _RIGHT)
        step_s = next(
            (step for step in _STEPS_S if self._duration_s / step * 64 <= space), _STEPS_S[-1]
        )
        bottom = _AXIS + _LANE * len(LANES)
        at_s = 0
        while at_s <= self._duration_s:
            x = self._x(at_s)
            painter.setPen(QPen(QColor(tokens.line), 1))
            painter.drawLine(QPointF(x, _AXIS - 5), QPointF(x, bottom))
            painter.setPen(QColor(tokens.soft))
            painter.drawText(
                QRectF(x - 40, 2, 80, 16), Qt.AlignmentFlag.AlignCenter, clock_words(at_s)
            )
            at_s += step_s

    def _paint_span(self, painter: QPainter, tokens: Tokens, span: LaneSpan) -> None:
        lost = span.lane is Lane.LINE
        left, right = self._x(span.begin_s), self._x(span.end_s)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.bad_soft if lost else tokens.accent_soft))
        painter.drawRoundedRect(
            QRectF(left, self._y(span.lane) - 7, max(4.0, right - left), 14), 5, 5
        )

    def _paint_mark(self, painter: QPainter, tokens: Tokens, mark: TimelineEvent) -> None:
        x, y = self._x(mark.offset_s), self._y(mark.lane)
        past = mark.offset_s * 1000 <= self.value()
        painter.setPen(QPen(QColor(tokens.surface), 1.5))
        if is_trouble(mark.event):
            # A triangle: trouble is seen without its colour, too.
            painter.setBrush(QColor(tokens.bad))
            painter.drawPolygon(
                QPolygonF([QPointF(x, y - 7), QPointF(x + 7, y + 6), QPointF(x - 7, y + 6)])
            )
            return
        painter.setBrush(QColor(tokens.accent if past else tokens.line_strong))
        painter.drawEllipse(QPointF(x, y), 4.5, 4.5)

    def _paint_playhead(self, painter: QPainter, tokens: Tokens) -> None:
        x = self._x(self.value() / 1000)
        painter.setPen(QPen(QColor(tokens.text), 2))
        painter.drawLine(QPointF(x, _AXIS - 6), QPointF(x, _AXIS + _LANE * len(LANES)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.text))
        grip = [QPointF(x - 6, _AXIS - 12), QPointF(x + 6, _AXIS - 12), QPointF(x, _AXIS - 2)]
        painter.drawPolygon(QPolygonF(grip))
