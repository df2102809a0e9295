# SPDX-License-Identifier: GPL-3.0-only
"""The card of counts beside the list of conversations. Used by the list's page."""

from __future__ import annotations

from datetime import datetime

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QFrame

from resources.texts import N_, _
from session.protocol.helpdesk.log_list import LogCounts
from views.helpdesk.bars import Bar, CountBars
from views.helpdesk.trouble_search import trouble_words
from views.widgets.parts import column
from views.widgets.theme import SPACE

BARS: tuple[tuple[str, str], ...] = (
    ("troubles", N_("How many: by failure")),
    ("kiosks", N_("How many: by kiosk")),
    ("sites", N_("How many: by site")),
    ("services", N_("How many: by service")),
    ("days", N_("How many: by day")),
)


class CountsCard(QFrame):
    """How many conversations there are, by what the person chooses.

    Signals:
        chosen(str, str): a field of the filter, and the value that a bar stands for.
    """

    chosen = pyqtSignal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._counts = LogCounts()
        self._by = QComboBox()
        self._by.setObjectName("list_bars_by")
        self._by.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._by.setAccessibleName(_("Count by"))
        for key, words in BARS:
            self._by.addItem(_(words), key)
        self.bars = CountBars("list_bars", _("How many conversations"))
        pad = SPACE[1]
        box = column(self, self._by, self.bars, space=SPACE[0], margins=(pad, pad, pad, pad))
        box.setStretch(1, 1)
        self._by.currentIndexChanged.connect(lambda _place: self._show_bars())
        self.bars.bar_chosen.connect(self._on_bar)

    def show_counts(self, counts: LogCounts) -> None:
        """Show other counts."""
        self._counts = counts
        self._show_bars()

    def _show_bars(self) -> None:
        field = str(self._by.currentData())
        if field == "troubles":
            bars = [
                Bar(trouble.code, trouble_words(trouble.code), trouble.count, "bad")
                for trouble in self._counts.troubles
            ]
        else:
            counted = getattr(self._counts, field)
            bars = [
                Bar(group.name, group.words or _name(field, group.name), group.count)
                for group in counted
            ]
        self.bars.show_bars(bars)

    def _on_bar(self, value: str) -> None:
        field = str(self._by.currentData())
        if value:
            self.chosen.emit("day" if field == "days" else field, value)


def _name(field: str, name: str) -> str:
    if field == "days":
        try:
            return f"{datetime.fromisoformat(name):%d/%m/%Y}"
        except ValueError:
            return name
    return name or _("(not said)")
