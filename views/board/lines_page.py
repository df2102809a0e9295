# SPDX-License-Identifier: GPL-3.0-only
"""The board's page of lines: each kiosk's connection in words and figures, absent, good, weak or
bad.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PyQt6.QtWidgets import QWidget

from resources.texts import N_, _
from session.core.clock import Clock
from session.protocol.hub.history import LineFacts, LineQuality
from views.board.tables import BoardTable, Cell, TableRow
from views.widgets.parts import EmptyState, column, label
from views.widgets.theme import SPACE
from views.words.places import kiosk_words

QUALITIES: dict[LineQuality, tuple[str, str, str]] = {
    LineQuality.BAD: (N_("Bad"), "signal_bad", "bad"),
    LineQuality.WEAK: (N_("Weak"), "signal_weak", "warn"),
    LineQuality.GOOD: (N_("Good"), "signal_good", "good"),
    LineQuality.UNKNOWN: (N_("Not measured yet"), "time", "soft"),
}
"""Words, icon and tone of each quality, the worst first."""

_ORDER = list(QUALITIES)


class BoardLinesPage(QWidget):
    """All kiosks, the worst line first."""

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
        self._title = label(role="title", name="lines_title")
        self._empty = EmptyState(
            "site",
            _("No kiosk yet"),
            advice=_("The kiosks of the organisation appear here."),
            name="no_lines",
        )
        words = _(
            "Measured during calls, every 10 s, and now and then while nobody is there; the last "
            "values stay."
        )
        hint = label(words, "soft", wrap=True)
        box = column(self, self._title, hint, self.table, self._empty, space=SPACE[1])
        box.setStretch(2, 1)
        box.setStretch(3, 1)
        self.show_lines([])

    def show_lines(self, lines: Sequence[LineFacts]) -> None:
        """All kiosks of the organisation."""
        now = self._clock.utc_now()
        ordered = sorted(lines, key=lambda one: (_ORDER.index(one.quality), one.site, one.kiosk))
        self.table.show_rows([_row(one, now) for one in ordered])
        self._empty.setVisible(not lines)
        self.table.setVisible(bool(lines))
        self._title.setText(quality_words(lines))


def quality_words(lines: Sequence[LineFacts]) -> str:
    """E.g. "Kiosks there: 11 of 12 · lines: 1 bad, 2 weak, 5 good"."""

    def count(quality: LineQuality) -> int:
        return sum(1 for one in lines if one.quality is quality)

    there = sum(1 for one in lines if one.present)
    return _("Kiosks there: {there} of {all} · lines: {bad} bad, {weak} weak, {good} good").format(
        there=there,
        all=len(lines),
        bad=count(LineQuality.BAD),
        weak=count(LineQuality.WEAK),
        good=count(LineQuality.GOOD),
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
    return f"{rates.up_kbps:.0f} / {rates.down_kbps:.0f} kb/s" if rates is not None else "–"


def _newest(line: LineFacts) -> datetime | None:
    times = [
        at
        for at in (line.at_utc, line.rates.at_utc if line.rates is not None else None)
        if at is not None
    ]
    return max(times, default=None)


def _percent(value: float) -> str:
    whole, tenths = divmod(round(value * 10), 10)
    return _("{whole}.{tenths} %").format(whole=whole, tenths=tenths)


def _ago(at: datetime | None, now: datetime) -> str:
    """How long ago, in steps that do not change every second."""
    if at is None:
        return ""
    minutes = int(max(0.0, (now - at).total_seconds()) // 60)
    if minutes < 1:
        return _("Less than 1 min ago")
    return (
        _("{minutes} min ago").format(minutes=minutes)
        if minutes < 60
        else f"{at.astimezone():%H:%M}"
    )
