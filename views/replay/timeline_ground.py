# SPDX-License-Identifier: GPL-3.0-only
"""The ground of the timeline, painted once for each stretch of time that is shown: names, scale,
gaps, what lasted, and a mark per event. Used by the timeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap, QPolygonF

from resources.texts import _
from session.log.events import Lane
from views.replay.gaps import Gap
from views.replay.marks import Bars, LaneSpan, TimelineRow
from views.replay.words import END_NAMES, LANES
from views.widgets.icons import icon
from views.widgets.parts import clock_words
from views.widgets.theme import Tokens

RIGHT = 18
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800)
_TRIANGLE_APART = 8


class RowGeometry(NamedTuple):
    """Places on the timeline, in pixels, while one stretch of time is shown."""

    begin_s: float
    end_s: float
    duration_s: float
    width: int
    height: int
    gutter: int
    axis: int
    row_height: int

    @property
    def _space(self) -> int:
        return max(1, self.width - self.gutter - RIGHT)

    @property
    def px_per_s(self) -> float:
        """The width of a second."""
        return self._space / (self.end_s - self.begin_s)

    def x_of(self, offset_s: float) -> float:
        """Return where a moment stands."""
        return self.gutter + (offset_s - self.begin_s) * self.px_per_s

    def y_of(self, row: int) -> float:
        """The middle of a row."""
        return self.axis + row * self.row_height + self.row_height / 2

    def offset_at(self, x: float) -> float:
        """Return the moment that stands there; outside, the nearest that is shown."""
        share = min(max((x - self.gutter) / self._space, 0.0), 1.0)
        return self.begin_s + share * (self.end_s - self.begin_s)


def name_of(row: TimelineRow) -> str:
    """Return a row's name, with its end where both have rows."""
    name = _(LANES[row.lane][0])
    if row.writer is None:
        return name
    return f"{_(END_NAMES[row.writer])} · {name}"


class TimelineGround:
    """Paints the rows of a log.

    Args:
        rows: of the log, from the top.
        spans: what lasted in them.
        gaps: where an end told nothing.
        ratio: pixels of the screen to one of the window.
    """

    def __init__(
        self,
        geometry: RowGeometry,
        rows: Sequence[TimelineRow],
        *,
        spans: Sequence[LaneSpan],
        gaps: Sequence[Gap],
        tokens: Tokens,
        font: QFont,
        ratio: float,
    ) -> None:
        self._geometry = geometry
        self._rows = rows
        self._spans = spans
        self._gaps = gaps
        self._tokens = tokens
        self._font = font
        self._metrics = QFontMetrics(font)
        self._ratio = ratio

    def past_and_coming(self, bars: Sequence[tuple[Bars, Bars]]) -> tuple[QPixmap, QPixmap]:
        """Return two pictures: events that are past, and those to come.

        Args:
            bars: the events of each row, and its troubles.
        """
        ground = self._ground()
        return (
            self._picture(ground, QColor(self._tokens.accent), bars),
            self._picture(ground, QColor(self._tokens.line_strong), bars),
        )

    def _ground(self) -> QPixmap:
        """Paint what is the same before and after the playhead:
        names, scale, gaps, what lasted.
        """
        ratio = self._ratio
        picture = QPixmap(round(self._geometry.width * ratio), round(self._geometry.height * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self._tokens.surface))
        painter = self._painter(picture)
        self._paint_names(painter)
        self._paint_scale(painter)
        painter.setClipRect(self._clip)
        self._paint_gaps(painter)
        for number, row in enumerate(self._rows):
            self._paint_spans(painter, number, row)
        painter.end()
        return picture

    def _picture(self, ground: QPixmap, tone: QColor, bars: Sequence[tuple[Bars, Bars]]) -> QPixmap:
        picture = QPixmap(ground)
        painter = self._painter(picture)
        painter.setClipRect(self._clip)
        for number, (marks, _troubles) in enumerate(bars):
            self._paint_marks(painter, tone, self._geometry.y_of(number), marks)
        for number, (_marks, troubles) in enumerate(bars):
            self._paint_troubles(painter, self._geometry.y_of(number), troubles)
        painter.end()
        return picture

    @property
    def _clip(self) -> QRectF:
        return QRectF(self._geometry.gutter - 8, 0, self._geometry.width, self._geometry.height)

    def _painter(self, picture: QPixmap) -> QPainter:
        painter = QPainter(picture)
        painter.setFont(self._font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return painter

    def _paint_names(self, painter: QPainter) -> None:
        rows = self._rows or [
            TimelineRow(lane, None, np.zeros(0, np.int64), np.zeros(0, np.int64)) for lane in LANES
        ]
        for number, row in enumerate(rows):
            middle = self._geometry.y_of(number)
            box = QRectF(
                0,
                middle - self._geometry.row_height / 2,
                self._geometry.width,
                self._geometry.row_height,
            )
            if number % 2 == 0:
                painter.fillRect(box, QColor(self._tokens.raised))
            if number and row.writer is not rows[number - 1].writer:
                painter.setPen(QPen(QColor(self._tokens.line_strong), 1))
                painter.drawLine(box.topLeft(), box.topRight())
            icon(LANES[row.lane][1], "soft").paint(painter, 12, round(middle - 8), 16, 16)
            painter.setPen(QColor(self._tokens.soft))
            inside = QRectF(36, box.top(), self._geometry.gutter - 44, self._geometry.row_height)
            align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(inside, align, name_of(row))

    def _paint_scale(self, painter: QPainter) -> None:
        least = self._metrics.horizontalAdvance("00:00:00") + 16
        step_s = next(
            (step for step in _STEPS_S if step * self._geometry.px_per_s >= least), _STEPS_S[-1]
        )
        bottom = self._geometry.axis + self._geometry.row_height * len(self._rows)
        at_s = -(-self._geometry.begin_s // step_s) * step_s
        while at_s <= min(self._geometry.end_s, self._geometry.duration_s):
            x = self._geometry.x_of(at_s)
            painter.setPen(QPen(QColor(self._tokens.line), 1))
            painter.drawLine(QPointF(x, self._geometry.axis - 5), QPointF(x, bottom))
            painter.setPen(QColor(self._tokens.soft))
            words = QRectF(x - least / 2, 2, least, self._metrics.height())
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter, clock_words(at_s))
            at_s += step_s

    def _paint_gaps(self, painter: QPainter) -> None:
        """Hatched over the rows of the end that told nothing."""
        painter.setPen(Qt.PenStyle.NoPen)
        for gap in self._gaps:
            if gap.end_s < self._geometry.begin_s or gap.begin_s > self._geometry.end_s:
                continue
            left_x, right = self._geometry.x_of(gap.begin_s), self._geometry.x_of(gap.end_s)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for number, row in enumerate(self._rows):
                if row.writer is None and (gap.missing or not gap.cut):
                    continue
                if row.writer not in (None, gap.writer):
                    continue
                box = QRectF(
                    left_x,
                    self._geometry.y_of(number) - self._geometry.row_height / 2,
                    max(3.0, right - left_x),
                    self._geometry.row_height,
                )
                soft = QColor(self._tokens.warn)
                soft.setAlpha(90)
                painter.fillRect(box, soft)
                painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_spans(self, painter: QPainter, number: int, row: TimelineRow) -> None:
        lost = row.lane is Lane.LINE
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._tokens.bad_soft if lost else self._tokens.accent_soft))
        for span in self._spans:
            if span.lane is not row.lane or (lost and row.writer not in (None, span.writer)):
                continue
            if span.end_s < self._geometry.begin_s or span.begin_s > self._geometry.end_s:
                continue
            left_x = max(self._geometry.x_of(span.begin_s), -10.0)
            right = min(self._geometry.x_of(span.end_s), self._geometry.width + 10.0)
            box = QRectF(left_x, self._geometry.y_of(number) - 7, max(4.0, right - left_x), 14)
            painter.drawRoundedRect(box, 5, 5)

    def _paint_marks(self, painter: QPainter, tone: QColor, y: float, bars: Bars) -> None:
        """A point for a mark alone; where many stand, a bar per pixel, as high as they are many."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone)
        left_x = self._geometry.gutter
        for px in bars.px[bars.alone].tolist():
            painter.drawEllipse(QPointF(left_x + px, y), 4.5, 4.5)
        many = ~bars.alone
        high = np.minimum(7 + 3 * np.log2(bars.counts[many]), self._geometry.row_height - 5) / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        boxes = [
            QRectF(left_x + px - 1, y - half, 2, 2 * half)
            for px, half in zip(bars.px[many].tolist(), high.tolist(), strict=True)
        ]
        if boxes:
            painter.drawRects(*boxes)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_troubles(self, painter: QPainter, y: float, bars: Bars) -> None:
        """Over all others: a line at each pixel with a trouble, a triangle where there is room;
        seen without its colour, too.
        """
        half = self._geometry.row_height / 2 - 2
        painter.setBrush(QColor(self._tokens.bad))
        last = -_TRIANGLE_APART
        for px in bars.px.tolist():
            x = self._geometry.gutter + px
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRect(QRectF(x - 0.75, y - half, 1.5, 2 * half))
            if px - last < _TRIANGLE_APART:
                continue
            last = px
            painter.setPen(QPen(QColor(self._tokens.surface), 1.5))
            painter.drawPolygon(
                QPolygonF([QPointF(x, y - 7), QPointF(x + 7, y + 6), QPointF(x - 7, y + 6)])
            )
