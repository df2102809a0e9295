# SPDX-License-Identifier: GPL-3.0-only
"""The line of a call in figures and curves, both directions, live, its worst minute marked.
Opened from the call.

A window of its own beside the desk: the face is never covered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence, QShortcut, QShowEvent
from PyQt6.QtWidgets import QGridLayout, QWidget

from resources.texts import _
from session.core.clock import Clock
from session.media.line.history import LineDirection, LineHistory, WorstMinute
from session.protocol.conversation.line import LineGoverned, LineSeen
from session.protocol.hub.line_rates import LineRates
from views.widgets.parts import column, label
from views.widgets.theme import SPACE
from views.words.line import short_words

if TYPE_CHECKING:
    from views.widgets.plots.line_curves import LineCurves

SHOWN_S = 600.0

CURVES_PLACE = 2
"""In the column: after the figures and the worst minute."""


class QualityPanel(QWidget):
    """Shows facts; nothing can be set here.

    Args:
        parent: the window it belongs to.
    """

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setObjectName("quality_panel")
        self.setWindowTitle(_("Quality of the line"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._clock = clock
        self.history = LineHistory()
        self._rules: dict[LineDirection, LineGoverned] = {}
        self._rates: LineRates | None = None
        self._curves: LineCurves | None = None
        self._build()
        close = QShortcut(QKeySequence("Esc"), self)
        close.activated.connect(self.hide)
        self.resize(760, 640)
        self.show_nothing()

    # ---- facts ----

    def show_nothing(self, rates: LineRates | None = None) -> None:
        """A new conversation, or none: no figures of the one before."""
        self.history.clear()
        self._rules.clear()
        self._rates = rates
        self._show_tested()
        self.refresh()

    def show_seen(self, way: LineDirection, line_seen: LineSeen) -> None:
        """Show what arrived in the last two seconds."""
        self.history.add(way, self._clock.monotonic_s(), line_seen)
        if self.isVisible():
            self.refresh()

    def show_rule(self, way: LineDirection, rule: LineGoverned) -> None:
        """By which rule a direction is sent now."""
        self._rules[way] = rule
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Draws everything anew."""
        now_s = self._clock.monotonic_s()
        if self._curves is not None:
            self._curves.show_history(self.history, now_s - SHOWN_S, now_s, -now_s)
        for way, cells in self._cells.items():
            points = self.history.points[way]
            for cell, text in zip(
                cells, _figures(points[-1].seen if points else None), strict=False
            ):
                cell.setText(text)
            rule = self._rules.get(way)
            cells[-1].setText(_rule_words(rule) if rule is not None else "–")
        self._worst.setText(_worst_words(self.history.worst_minute(), now_s))

    def showEvent(self, event: QShowEvent | None) -> None:
        """Adds the curves when the panel is opened for the first time."""
        super().showEvent(event)
        if self._curves is None:
            # the plots' library takes a fifth of a second, which a desk's start does not wait for
            from views.widgets.plots.line_curves import LineCurves

            self._curves = LineCurves(_ago)
            self._whole.insertWidget(CURVES_PLACE, self._curves, 1)
        self.refresh()

    # ---- building ----

    def _build(self) -> None:
        self._worst = label(role="strong", name="quality_worst", wrap=True)
        self._tested = label(role="soft", name="quality_tested", wrap=True)
        self._whole = layout = column(
            self, space=SPACE[1], margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[2])
        )
        layout.addLayout(self._build_figures())
        layout.addWidget(self._worst)
        layout.addWidget(self._tested)

    def _build_figures(self) -> QGridLayout:
        heads = [
            _("Rate"),
            _("Lost"),
            _("Round trip"),
            _("Picture"),
            _("Stood still"),
            _("Sound guessed"),
            _("Sent as"),
        ]
        names = {
            LineDirection.FROM_CALLER: _("From the caller"),
            LineDirection.TO_CALLER: _("To the caller"),
        }
        places = range(len(heads))
        self._cells = {
            way: [label("–", "number", f"quality_{way}_{place}") for place in places]
            for way in LineDirection
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE[2])
        grid.setVerticalSpacing(SPACE[0])
        for place, head in enumerate(heads, 1):
            grid.addWidget(label(head, "soft"), 0, place)
        for line, way in enumerate(LineDirection, 1):
            grid.addWidget(label(names[way], "strong"), line, 0)
            for place, cell in enumerate(self._cells[way], 1):
                grid.addWidget(cell, line, place)
        grid.setColumnStretch(len(heads), 1)
        return grid

    def _show_tested(self) -> None:
        rates = self._rates
        if rates is None:
            self._tested.setText(
                _("Nobody has measured this kiosk's line yet; it is measured while nobody uses it.")
            )
            return
        self._tested.setText(
            _(
                "Measured at {time} while nobody used it: {up} kb/s from the kiosk, {down} kb/s to "
                "it, {rtt} ms."
            ).format(
                time=f"{rates.at_utc.astimezone():%H:%M}",
                up=f"{rates.up_kbps:.0f}",
                down=f"{rates.down_kbps:.0f}",
                rtt=f"{rates.rtt_ms:.0f}",
            )
        )


def _figures(line_seen: LineSeen | None) -> tuple[str, ...]:
    if line_seen is None:
        return ("–",) * 6
    if line_seen.rtt_ms is not None:
        rtt = f"{line_seen.rtt_ms:.0f} ms"
    else:
        rtt = "–"
    if line_seen.height_px:
        picture = f"{line_seen.height_px} · {line_seen.fps:.0f}/s"
    else:
        picture = "–"
    if line_seen.freezes:
        freezes = str(line_seen.freezes)
    else:
        freezes = _("no")
    return (
        f"{line_seen.kbps:.0f} kb/s",
        _percent(line_seen.loss_percent),
        rtt,
        picture,
        freezes,
        _percent(line_seen.concealed_percent),
    )


def _percent(value: float) -> str:
    integer, tenths = divmod(round(value * 10), 10)
    return _("{whole}.{tenths} %").format(whole=integer, tenths=tenths)


def _rule_words(rule: LineGoverned) -> str:
    words = short_words(rule.step, document=rule.document, motion=rule.motion)
    return f"{words} · {rule.face_kbps:.0f} / {rule.budget_kbps:.0f} kb/s"


def _worst_words(worst: WorstMinute | None, now_s: float) -> str:
    if worst is None:
        return _("No bad minute in this conversation.")
    minutes = max(0, round((now_s - worst.end_s) / 60))
    if minutes == 0:
        when = _("now")
    else:
        when = _("{minutes} min ago").format(minutes=minutes)
    if worst.way is LineDirection.FROM_CALLER:
        side = _("from the caller")
    else:
        side = _("to the caller")
    words = _(
        "Worst minute: {when}, {side}: {loss} lost, sound guessed {guessed}, picture stood still "
        "{freezes} times"
    )
    return words.format(
        when=when,
        side=side,
        loss=_percent(worst.loss_percent),
        guessed=_percent(worst.concealed_percent),
        freezes=worst.freezes,
    )


def _ago(seconds: float) -> str:
    """E.g. "-2 min" on an axis that ends now."""
    if seconds > -1:
        return _("now")
    if seconds <= -60:
        return f"−{-seconds / 60:.0f} min"
    return f"−{-seconds:.0f} s"
