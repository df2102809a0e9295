# SPDX-License-Identifier: GPL-3.0-only
"""The four plots of a line, both directions, one above the other.
Used by the quality panel and the replay.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtWidgets import QWidget

from resources.texts import _
from session.media.line.history import LineDirection, LineHistory, LinePoint
from session.protocol.conversation.line import LineSeen
from views.widgets.line_plot import Curve, LinePlot
from views.widgets.parts import column
from views.widgets.theme import SPACE


def _kbps(seen: LineSeen) -> float | None:
    return seen.kbps


def _loss(seen: LineSeen) -> float | None:
    return seen.loss_percent


def _concealed(seen: LineSeen) -> float | None:
    return seen.concealed_percent


def _rtt(seen: LineSeen) -> float | None:
    return seen.rtt_ms


def _height(seen: LineSeen) -> float | None:
    return float(seen.height_px) if seen.height_px else None


def _freezes(seen: LineSeen) -> float | None:
    return float(seen.height_px or 1) if seen.freezes else None


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
    what comes from the caller is drawn through, what goes there dashed.

    Args:
        words: says a time on the axis, given in seconds.
        compact: only rate and losses, where there is little room.
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

    def mark_place(self, at_s: float | None) -> None:
        """A line where the replay is."""
        for plot in self.plots:
            plot.mark_place(at_s)


def _pairs(
    points: list[LinePoint], value_of: Callable[[LineSeen], float | None], shift_s: float
) -> list[tuple[float, float | None]]:
    """A silence of more than a few points is a gap, not a straight line."""
    found: list[tuple[float, float | None]] = []
    before_s: float | None = None
    for point in points:
        if before_s is not None and point.at_s - before_s > 25.0:
            found.append((before_s + shift_s + 0.1, None))
        found.append((point.at_s + shift_s, value_of(point.seen)))
        before_s = point.at_s
    return found
