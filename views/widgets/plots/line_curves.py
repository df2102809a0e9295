# SPDX-License-Identifier: GPL-3.0-only
"""The plots of a line's quality over time, both directions, one above the other.
Used by the quality panel and the replay.
"""

# mypy: disable-error-code="no-untyped-call, misc"
# pyqtgraph has no types; only the plots call it.

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QWidget

from resources.texts import _
from session.media.line.history import LineDirection, LineHistory, LinePoint
from session.protocol.conversation.line import LineSeen
from views.widgets.parts import column
from views.widgets.plots.themed_plot import ThemedPlot
from views.widgets.theme import SPACE, Tokens

STEPS_S = (10, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(frozen=True)
class Curve:
    """One line of a plot.

    Attributes:
        tone: a colour of the theme.
        dots: it has points only where something happened.
    """

    key: str
    name: str
    tone: str
    dashed: bool = False
    dots: bool = False

    @property
    def sign(self) -> str:
        """The sign that the legend shows for it."""
        if self.dots:
            return "▼"
        if self.dashed:
            return "┅"
        return "━"


class _Times(pg.AxisItem):
    """The axis of time; a function of seconds gives the words."""

    def __init__(self, words: Callable[[float], str]) -> None:
        super().__init__("bottom")
        self._words = words

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """E.g. "-2 min"."""
        return [self._words(value) for value in values]

    def tickValues(
        self, minimum: float, maximum: float, size: float
    ) -> list[tuple[float, list[float]]]:
        """Round times, as many as fit."""
        space = max(2.0, size / 90.0)
        step = next((step for step in STEPS_S if (maximum - minimum) / step <= space), STEPS_S[-1])
        first = -(-minimum // step) * step
        return [
            (
                float(step),
                [first + step * place for place in range(int((maximum - first) // step) + 1)],
            )
        ]


class LinePlot(ThemedPlot):
    """A few curves over the same seconds.

    Args:
        title: with the unit, e.g. "Rate, kb/s".
        words: says a time on the axis.
        least: the axis reaches at least so far.
    """

    def __init__(
        self,
        name: str,
        title: str,
        *,
        curves: Sequence[Curve],
        words: Callable[[float], str],
        least: float,
    ) -> None:
        super().__init__(name, title, below=_Times(words), least_height=88)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._curves = list(curves)
        self._least = least
        self._lines: dict[str, Any] = {}
        self._values: Mapping[str, Sequence[tuple[float, float | None]]] = {}
        self._range = (0.0, 60.0)
        self._span = pg.LinearRegionItem(movable=False)
        self._span.hide()
        self._place = pg.InfiniteLine(angle=90, movable=False)
        self._place.hide()
        self.draw()

    def show_values(
        self,
        values: Mapping[str, Sequence[tuple[float, float | None]]],
        start_s: float,
        end_s: float,
    ) -> None:
        """Shows (second, value) pairs by curve; None is a gap."""
        self._values = values
        self._range = (start_s, max(end_s, start_s + 1.0))
        self._fill()

    def mark_span(self, span: tuple[float, float] | None) -> None:
        """Shades a stretch of time, or none."""
        self._span.setVisible(span is not None)
        if span is not None:
            self._span.setRegion(span)

    def mark_place(self, at_s: float | None) -> None:
        """A vertical line at a time, or none."""
        self._place.setVisible(at_s is not None)
        if at_s is not None:
            self._place.setPos(at_s)

    def show_range(self, start_s: float, end_s: float) -> None:
        """Only this stretch of time."""
        self._range = (start_s, max(end_s, start_s + 1.0))
        self.setXRange(*self._range, padding=0.0)

    def set_edges(self, left_px: int, right_px: int) -> None:
        """Set where the curves begin and end, from the edges of this plot."""
        item = self.getPlotItem()
        left_margin, top, _right, bottom = item.layout.getContentsMargins()
        item.layout.setContentsMargins(left_margin, top, right_px, bottom)
        item.getAxis("left").setWidth(left_px - round(left_margin))

    # ---- painting ----

    def draw(self) -> None:
        """See `ThemedPlot`."""
        tokens = self.begin_drawing(
            ((curve.sign, curve.tone, curve.name) for curve in self._curves),
            "9pt",
        )
        item = self.getPlotItem()
        shade = QColor(tokens.warn)
        shade.setAlpha(46)
        self._span.setBrush(shade)
        for line in self._span.lines:
            line.setPen(pg.mkPen(tokens.warn))
        item.addItem(self._span, ignoreBounds=True)
        self._place.setPen(pg.mkPen(tokens.focus, width=2))
        item.addItem(self._place, ignoreBounds=True)
        self._lines = {curve.key: self._made(curve, tokens) for curve in self._curves}
        self._fill()

    def _made(self, curve: Curve, tokens: Tokens) -> Any:
        colour = getattr(tokens, curve.tone)
        if curve.dots:
            return self.getPlotItem().plot(
                [], [], pen=None, symbol="t", symbolSize=9, symbolBrush=colour, symbolPen=colour
            )
        if curve.dashed:
            style = Qt.PenStyle.DashLine
        else:
            style = Qt.PenStyle.SolidLine
        return self.getPlotItem().plot(
            [], [], pen=pg.mkPen(colour, width=2, style=style), connect="finite"
        )

    def _fill(self) -> None:
        highest = self._least
        for curve in self._curves:
            pairs = [pair for pair in self._values.get(curve.key, ()) if not curve.dots or pair[1]]
            times = [at_s for at_s, _value in pairs]
            numbers = [float("nan") if value is None else value for _at, value in pairs]
            highest = max([highest, *(value for value in numbers if value == value)])
            self._lines[curve.key].setData(times, numbers)
        self.setXRange(*self._range, padding=0.0)
        self.setYRange(0.0, highest * 1.1, padding=0.0)


def _kbps(line_seen: LineSeen) -> float | None:
    return line_seen.kbps


def _loss(line_seen: LineSeen) -> float | None:
    return line_seen.loss_percent


def _concealed(line_seen: LineSeen) -> float | None:
    return line_seen.concealed_percent


def _rtt(line_seen: LineSeen) -> float | None:
    return line_seen.rtt_ms


def _height(line_seen: LineSeen) -> float | None:
    if line_seen.height_px:
        return float(line_seen.height_px)
    return None


def _freezes(line_seen: LineSeen) -> float | None:
    if line_seen.freezes:
        return float(line_seen.height_px or 1)
    return None


_VALUES: dict[str, Callable[[LineSeen], float | None]] = {
    "kbps": _kbps,
    "loss": _loss,
    "concealed": _concealed,
    "rtt": _rtt,
    "height": _height,
    "freezes": _freezes,
}


class LineCurves(QWidget):
    """Rate, losses, round trip and picture;
    lines from the caller are solid, lines to the caller dashed.

    Args:
        words: says a time on the axis, given in seconds.
        compact: only rate and losses, for small windows.
    """

    def __init__(self, words: Callable[[float], str], *, compact: bool = False) -> None:
        super().__init__()
        self.setObjectName("line_curves")
        caller, ours = _("from the caller"), _("to the caller")

        def both(key: str) -> list[Curve]:
            return [
                Curve(f"{key}/{LineDirection.FROM_CALLER}", caller, "accent"),
                Curve(f"{key}/{LineDirection.TO_CALLER}", ours, "good", dashed=True),
            ]

        losses = [
            Curve(f"loss/{LineDirection.FROM_CALLER}", _("lost, from the caller"), "accent"),
            Curve(f"loss/{LineDirection.TO_CALLER}", _("lost, to the caller"), "good", dashed=True),
            Curve(f"concealed/{LineDirection.FROM_CALLER}", _("sound guessed here"), "bad"),
            Curve(f"concealed/{LineDirection.TO_CALLER}", _("there"), "bad", dashed=True),
        ]
        picture = [
            *both("height"),
            Curve(f"freezes/{LineDirection.FROM_CALLER}", _("stood still"), "bad", dots=True),
        ]
        self.plots = [
            LinePlot("line_rate", _("Rate, kb/s"), curves=both("kbps"), words=words, least=100.0),
            LinePlot("line_loss", _("Losses, %"), curves=losses, words=words, least=5.0),
        ]
        if not compact:
            self.plots += [
                LinePlot(
                    "line_rtt",
                    _("Round trip, ms"),
                    curves=both("rtt")[:1],
                    words=words,
                    least=100.0,
                ),
                LinePlot(
                    "line_picture", _("Picture, lines"), curves=picture, words=words, least=360.0
                ),
            ]
        column(self, *self.plots, space=SPACE[0])

    def show_history(
        self, history: LineHistory, start_s: float, end_s: float, shift_s: float = 0.0
    ) -> None:
        """Shows the points between two times; `shift_s` is added to every time on the axis."""
        values: dict[str, list[tuple[float, float | None]]] = {}
        for way in LineDirection:
            points = [point for point in history.points[way] if start_s <= point.at_s <= end_s]
            for key, value_of in _VALUES.items():
                values[f"{key}/{way}"] = _pairs(points, value_of, shift_s)
        worst = history.worst_minute()
        for plot in self.plots:
            plot.show_values(values, start_s + shift_s, end_s + shift_s)
            plot.mark_span(
                (worst.start_s + shift_s, worst.end_s + shift_s) if worst is not None else None
            )

    def show_range(self, start_s: float, end_s: float) -> None:
        """Only this stretch of time."""
        for plot in self.plots:
            plot.show_range(start_s, end_s)

    def set_edges(self, left_px: int, right_px: int) -> None:
        """Stands under a timeline that begins and ends so far from the edges."""
        for plot in self.plots:
            plot.set_edges(left_px, right_px)

    def mark_place(self, at_s: float | None) -> None:
        """A line where the replay is."""
        for plot in self.plots:
            plot.mark_place(at_s)


def _pairs(
    points: list[LinePoint], value_of: Callable[[LineSeen], float | None], shift_s: float
) -> list[tuple[float, float | None]]:
    """A silence of more than a few points is a gap, not a straight line."""
    pairs: list[tuple[float, float | None]] = []
    before_s: float | None = None
    if points:
        step_s = (points[-1].at_s - points[0].at_s) / len(points)
    else:
        step_s = 0.0
    longest_s = max(25.0, 2.5 * step_s)
    for point in points:
        if before_s is not None and point.at_s - before_s > longest_s:
            pairs.append((before_s + shift_s + 0.1, None))
        pairs.append((point.at_s + shift_s, value_of(point.seen)))
        before_s = point.at_s
    return pairs
