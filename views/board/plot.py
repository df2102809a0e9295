# SPDX-License-Identifier: GPL-3.0-only
"""A plot over the last hours that follows the theme and the keyboard.
Used by the board's page of curves.

Left and right arrows move a mark from quarter to quarter, Home and End to the ends;
the page says its values in words.
"""

# mypy: disable-error-code="no-untyped-call, misc"
# pyqtgraph has no types; only the plots call it.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFocusEvent, QKeyEvent

from views.widgets.plots.themed_plot import ThemedPlot
from views.widgets.theme import Tokens, tokens_for


@dataclass(frozen=True)
class Series:
    """One line, or one row of columns; `values` has None where nothing was measured.
    `tone` is a colour of the theme.
    """

    name: str
    tone: str
    values: tuple[float | None, ...]
    columns: bool = False
    dashed: bool = False

    @property
    def sign(self) -> str:
        """The sign that the legend shows for it."""
        if self.columns:
            return "▮"
        if self.dashed:
            return "┅"
        return "━"


class _Hours(pg.AxisItem):
    """Hours of the clock below, local time."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """E.g. "14:00"."""
        return [f"{datetime.fromtimestamp(value, UTC).astimezone():%H:%M}" for value in values]

    def tickValues(
        self, minimum: float, maximum: float, size: float
    ) -> list[tuple[float, list[float]]]:
        """Full hours, as many as fit."""
        step = 3600.0
        while (maximum - minimum) / step > max(2.0, size / 60.0):
            step *= 2
        offset = datetime.fromtimestamp(minimum, UTC).astimezone().utcoffset()
        if offset is not None:
            shift = offset.total_seconds()
        else:
            shift = 0.0
        first = -(-(minimum + shift) // step) * step - shift
        count = int((maximum - first) // step) + 1
        return [(step, [first + step * place for place in range(count)])]


class TimePlot(ThemedPlot):
    """One or more series over the same times.

    Signals:
        marked(int): the place in the series that the person points at.
    """

    marked = pyqtSignal(int)

    def __init__(self, name: str, title: str) -> None:
        super().__init__(name, title, below=_Hours("bottom"), least_height=96)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._times: list[float] = []
        self._width_s = 900.0
        self._series: list[Series] = []
        self._place = -1
        self._mark = pg.InfiniteLine(angle=90, movable=False)
        self._mark.hide()
        scene: Any = self.scene()
        scene.sigMouseMoved.connect(self._on_mouse)

    def show_series(
        self, times: Sequence[datetime], width_s: float, series: Sequence[Series]
    ) -> None:
        """Shows values over `times` (UTC), each of which lasts `width_s`."""
        self._times = [at.timestamp() for at in times]
        self._width_s = width_s
        self._series = list(series)
        self.draw()

    def mark(self, place: int) -> None:
        """Points at a place; -1 at none."""
        if 0 <= place < len(self._times):
            self._place = place
        else:
            self._place = -1
        self._mark.setVisible(self._place >= 0)
        if self._place >= 0:
            self._mark.setPos(self._times[self._place] + self._width_s / 2)

    def place(self) -> int:
        """Return where the mark is, -1 for nowhere."""
        return self._place

    # ---- painting ----

    def draw(self) -> None:
        """See `ThemedPlot`."""
        tokens = self.begin_drawing(
            ((series.sign, series.tone, series.name) for series in self._series),
            "10pt",
        )
        item = self.getPlotItem()
        columns = [series for series in self._series if series.columns]
        for place, series in enumerate(columns):
            self._add_columns(series, place, len(columns), tokens)
        for series in self._series:
            if not series.columns:
                self._add_line(series, tokens)
        self._mark.setPen(pg.mkPen(tokens.focus, width=2))
        item.addItem(self._mark, ignoreBounds=True)
        self._fit()
        self.mark(self._place)

    def _add_columns(self, series: Series, place: int, count: int, tokens: Tokens) -> None:
        width_s = self._width_s * 0.8 / count
        starts = [at + self._width_s * 0.1 + place * width_s for at in self._times]
        heights = [value or 0.0 for value in series.values]
        colour = QColor(getattr(tokens, series.tone))
        bars = pg.BarGraphItem(
            x0=starts, width=width_s, height=heights, brush=colour, pen=pg.mkPen(tokens.surface)
        )
        self.getPlotItem().addItem(bars)

    def _add_line(self, series: Series, tokens: Tokens) -> None:
        middles = [at + self._width_s / 2 for at in self._times]
        values = [float("nan") if value is None else value for value in series.values]
        if series.dashed:
            style = Qt.PenStyle.DashLine
        else:
            style = Qt.PenStyle.SolidLine
        colour = getattr(tokens, series.tone)
        pen = pg.mkPen(colour, width=2, style=style)
        options: dict[str, Any] = {"connect": "finite", "symbol": "o", "symbolSize": 5}
        self.getPlotItem().plot(
            middles, values, pen=pen, symbolBrush=colour, symbolPen=colour, **options
        )

    def _fit(self) -> None:
        if not self._times:
            return
        values = [value for series in self._series for value in series.values if value is not None]
        self.setXRange(self._times[0], self._times[-1] + self._width_s, padding=0.0)
        self.setYRange(0.0, max([*values, 4.0]) * 1.08, padding=0.0)

    # ---- pointing ----

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Arrows, Home and End move the mark."""
        last = len(self._times) - 1
        if self._place >= 0:
            now = self._place
        else:
            now = last + 1
        places = {
            Qt.Key.Key_Left: max(0, now - 1),
            Qt.Key.Key_Right: min(last, now + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if event is not None and event.key() in places and last >= 0:
            self._point_at(places[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Shows where the keyboard is."""
        super().focusInEvent(event)
        self.setStyleSheet(f"border: 2px solid {tokens_for(self.palette()).focus};")

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Shows that the keyboard is elsewhere."""
        super().focusOutEvent(event)
        self.setStyleSheet("")

    def _on_mouse(self, place: QPointF) -> None:
        if self._times and self.sceneBoundingRect().contains(place):
            at = self.getPlotItem().vb.mapSceneToView(place).x()
            self._point_at(
                min(len(self._times) - 1, max(0, int((at - self._times[0]) // self._width_s)))
            )

    def _point_at(self, place: int) -> None:
        if place != self._place:
            self.mark(place)
            self.marked.emit(place)
