# SPDX-License-Identifier: GPL-3.0-only
"""The board's page of lines: each kiosk's connection in words and figures, absent, good, weak or
bad.
"""

from __future__ import annotations

from datetime import datetime

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from resources.texts import N_, _
from session.core.clock import Clock
from session.protocol.hub.history import LineFacts, LineQuality, LinesAnswer, LineTotals
from views.board.page_acts import ReadLines
from views.board.tables import BoardTable, Cell, TableRow
from views.widgets.field import HintedLine
from views.widgets.list_state import ListState
from views.widgets.parts import (
    ElidedLabel,
    EmptyState,
    FlowLayout,
    column,
    label,
    push_button,
    row,
)
from views.widgets.theme import SPACE
from views.words.places import kiosk_words

QUALITIES: dict[LineQuality, tuple[str, str, str]] = {
    LineQuality.BAD: (N_("Bad"), "signal_bad", "bad"),
    LineQuality.WEAK: (N_("Weak"), "signal_weak", "warn"),
    LineQuality.GOOD: (N_("Good"), "signal_good", "good"),
    LineQuality.UNKNOWN: (N_("Not measured yet"), "time", "soft"),
}
"""Words, icon and tone of each quality, the worst first."""

FIRST_ROWS = 200
"""Shown at first, and how many more at each press."""


class BoardLinesPage(QWidget):
    """The kiosks with the worst lines first, as many as the person asked for.

    Signals:
        acted(ReadLines)
    """

    acted = pyqtSignal(object)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        heads = [
            _("Site"),
            _("Kiosk"),
            _("Is there"),
            _("In a call"),
            _("Line"),
            _("Lost packets"),
            _("Round trip"),
            _("Received"),
            _("Picture stood still"),
            _("Carries up / down"),
            _("Measured"),
        ]
        self.table = BoardTable("board_lines", _("Lines of the kiosks"), heads=heads, wide=0)
        self._rows = FIRST_ROWS
        self._title = label(role="title", name="lines_title")
        self._words = HintedLine(_("Site or kiosk"))
        self._words.setObjectName("lines_words")
        self._words.setAccessibleName(_("Site or kiosk"))
        self._words.setMaxLength(100)
        self._words.setClearButtonEnabled(True)
        self._words.returnPressed.connect(self._on_words)
        self._words.textChanged.connect(lambda text: None if text else self._on_words())
        self._empty = EmptyState("site", "", advice="", name="no_lines")
        self._state = ElidedLabel(role="small", name="lines_state")
        self._more = push_button(_("Show more"), "retry", "plain", name="lines_more")
        self._more.clicked.connect(self._on_more)
        self.list = ListState(
            self.table,
            self._empty,
            now=clock.utc_now,
            name="lines",
            counts=(self._title, self._state),
        )
        words = _(
            "Measured during calls, every 10 s, and now and then while nobody is there; the last "
            "values stay."
        )
        hint = label(words, "soft", wrap=True)
        foot = row(None, self._state, self._more)
        foot.setStretch(0, 1)
        box = column(self, self._title, hint, FlowLayout(self._words), self.list, space=SPACE[1])
        box.addLayout(foot)
        box.setStretch(3, 1)
        self._more.hide()

    def show_lines(self, answer: LinesAnswer) -> None:
        """The kiosks that were asked for, and how many the organisation has."""
        now = self._clock.utc_now()
        self.table.show_rows([_row(line, now) for line in answer.lines])
        if answer.totals.kiosks:
            self._empty.show_words(_("No such kiosk"), _("Type a part of its site or its name."))
        else:
            advice = _("The kiosks of the organisation appear here.")
            self._empty.show_words(_("No kiosk yet"), advice)
        self.list.show_answer(bool(answer.lines))
        self._title.setText(totals_words(answer.totals))
        count_words = _("{shown} of {all} kiosks, the worst line first")
        self._state.setText(count_words.format(shown=len(answer.lines), all=answer.hits))
        self._more.setVisible(bool(answer.next))

    def _on_words(self) -> None:
        self._rows = FIRST_ROWS
        self.list.show_asked()
        self._state.setText("")
        self._more.hide()
        self.acted.emit(ReadLines(self._words.text().strip(), self._rows))

    def _on_more(self) -> None:
        self._rows = self.table.topLevelItemCount() + FIRST_ROWS
        self.acted.emit(ReadLines(self._words.text().strip(), self._rows))


def totals_words(totals: LineTotals) -> str:
    """E.g. "Kiosks there: 11 of 12 · lines: 1 bad, 2 weak, 5 good"."""
    return _("Kiosks there: {there} of {all} · lines: {bad} bad, {weak} weak, {good} good").format(
        there=totals.present,
        all=totals.kiosks,
        bad=totals.bad,
        weak=totals.weak,
        good=totals.good,
    )


def _row(line: LineFacts, now: datetime) -> TableRow:
    words, icon_name, tone = QUALITIES[line.quality]
    measured = line.at_utc is not None
    cells = (
        Cell(line.site),
        Cell(kiosk_words(line.name, line.place, line.kiosk), "soft"),
        Cell(_("Yes") if line.present else _("No"), "" if line.present else "warn"),
        Cell(
            line.ticket or "–", "accent" if line.ticket else "soft", "call" if line.ticket else ""
        ),
        Cell(_(words), tone, icon_name),
        Cell(_percent(line.loss_percent) if measured else "–", right=True),
        Cell(f"{line.rtt_ms:.0f} ms" if line.rtt_ms is not None else "–", right=True),
        Cell(f"{line.kbps:.0f} kb/s" if line.kbps is not None else "–", right=True),
        Cell(_("{count} times").format(count=line.freezes) if measured else "–", right=True),
        Cell(_carries(line), right=True),
        Cell(_ago(_newest(line), now), "soft"),
    )
    return TableRow(f"{line.site}/{line.kiosk}", cells)


def _carries(line: LineFacts) -> str:
    rates = line.rates
    if rates is not None:
        return f"{rates.up_kbps:.0f} / {rates.down_kbps:.0f} kb/s"
    return "–"


def _newest(line: LineFacts) -> datetime | None:
    times = [
        at
        for at in (line.at_utc, line.rates.at_utc if line.rates is not None else None)
        if at is not None
    ]
    return max(times, default=None)


def _percent(value: float) -> str:
    integer, tenths = divmod(round(value * 10), 10)
    return _("{whole}.{tenths} %").format(whole=integer, tenths=tenths)


def _ago(at: datetime | None, now: datetime) -> str:
    """Return how long ago it was, in steps that do not change every second."""
    if at is None:
        return ""
    minutes = int(max(0.0, (now - at).total_seconds()) // 60)
    if minutes < 1:
        return _("Less than 1 min ago")
    if minutes < 60:
        return _("{minutes} min ago").format(minutes=minutes)
    return f"{at.astimezone():%H:%M}"
