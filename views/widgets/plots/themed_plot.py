# SPDX-License-Identifier: GPL-3.0-only
"""The common parts of all plots: the theme's colours, and a title that is the legend.
Used by the board's curves of a day and by the curves of a line.
"""

# mypy: disable-error-code="no-untyped-call, misc"
# pyqtgraph has no types; only the plots call it.

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import pyqtgraph as pg
from PyQt6.QtCore import QEvent

from resources.plain_text import plain_text
from views.widgets.theme import Tokens, tokens_for


class ThemedPlot(pg.PlotWidget):
    """A plot without menu, zoom and drag.
    A subclass draws in `draw`, which is called again for another theme.

    Args:
        below: the axis of time.
    """

    _drawn: Tokens | None = None
    """The colours in which it was drawn; of the class, because the theme may change before the
    constructor is done.
    """

    def __init__(self, name: str, title: str, *, below: pg.AxisItem, least_height: int) -> None:
        super().__init__(axisItems={"bottom": below, "left": pg.AxisItem("left")})
        self.setObjectName(name)
        self.setAccessibleName(title)
        if (inside := self.viewport()) is not None:
            inside.setAccessibleName(title)
        self.setMinimumHeight(least_height)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self._title = title

    def draw(self) -> None:
        """Draws everything in today's colours; begins with `begin_drawing`."""
        raise NotImplementedError

    def begin_drawing(self, legend: Iterable[tuple[str, str, str]], size: str) -> Tokens:
        """An empty plot with its title and axes.

        Args:
            legend: sign, tone and name of each curve.
            size: of the title, e.g. "9pt".
        """
        tokens = tokens_for(self.palette())
        self._drawn = tokens
        self.setBackground(tokens.surface)
        item = self.getPlotItem()
        item.clear()
        parts = [f"<b>{escape(self._title)}</b>"]  # pyqtgraph knows no other titles than HTML
        parts += [
            f"<span style='color:{getattr(tokens, tone)}'>{sign} {escape(plain_text(name))}</span>"
            for sign, tone, name in legend
        ]
        item.setTitle(" &nbsp; ".join(parts), size=size, color=tokens.text, justify="left")
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(pg.mkPen(tokens.line_strong))
            axis.setTextPen(pg.mkPen(tokens.soft))
            axis.setStyle(tickFont=self.font(), tickLength=-4)
        item.getAxis("left").setWidth(44)
        item.showGrid(x=False, y=True, alpha=0.18)
        return tokens

    def changeEvent(self, event: QEvent | None) -> None:
        """Another theme: other colours."""
        super().changeEvent(event)
        changed = event is not None and event.type() == QEvent.Type.PaletteChange
        if changed and self._drawn not in (None, tokens_for(self.palette())):
            self.draw()
