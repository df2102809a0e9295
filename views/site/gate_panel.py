# SPDX-License-Identifier: GPL-3.0-only
"""What lacks at a chosen site that opens only when nothing does, and opening it all the same until
a day. Used by `sites_panel`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from PyQt6.QtCore import QDate, pyqtSignal
from PyQt6.QtWidgets import QDateEdit, QSizePolicy, QWidget

from resources.texts import _, ngettext
from session.protocol.helpdesk.site_gate import SiteGap
from session.protocol.hub.site import SiteFacts
from views.site.lacks import gap_words
from views.widgets.parts import column, label, push_button, restyle, row, scroll_area
from views.widgets.theme import SPACE

SHOWN = 6
LEAST_LINES = 3
"""Of what lacks, in a low window: the rest is a scroll away."""

MOST_DAYS = 92
"""As the hub allows an exception."""


class GatePanel(QWidget):
    """Beneath the sites, while one with a gate is chosen.

    Signals:
        excepted(datetime.date): open the site until the end of this day.
    """

    excepted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._site = ""
        self._gaps: Sequence[SiteGap] | None = None
        self._state = label(name="gate_state", wrap=True)
        self._lacks = label(role="small", name="gate_gaps", wrap=True)
        self.day = QDateEdit()
        self.day.setObjectName("gate_day")
        self.day.setAccessibleName(_("Last day of the exception"))
        self.day.setDisplayFormat("dd/MM/yyyy")
        self.day.setCalendarPopup(True)
        self.exception = push_button(
            _("Open all the same until this day"), "warning", "plain", name="gate_exception"
        )
        self.exception.clicked.connect(lambda: self.excepted.emit(self.day.date().toPyDate()))
        self._asking = QWidget()
        row(self._asking, self.day, self.exception, 0, space=SPACE[1])
        self._list = scroll_area(self._lacks)
        self._list.setObjectName("gate_list")
        self._list.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column(self, self._state, self._list, self._asking, space=SPACE[0])
        self.hide()

    def show_site(self, site: SiteFacts | None, *, may_open: bool) -> None:
        """Show the site that is chosen. `may_open`: it is one's own, and a reason is typed."""
        self.setVisible(site is not None and site.gate)
        if site is None or not site.gate:
            self._site, self._gaps = "", None
            return
        if site.id != self._site:
            self._site, self._gaps = site.id, None
            first = QDate.currentDate()
            self.day.setDateRange(first, first.addDays(MOST_DAYS))
            self.day.setDate(first.addDays(7))
        self._state.setText(state_words(site))
        self._show_gaps()
        self._asking.setVisible(
            site.own and bool(self._gaps) and (site.closed or site.is_exception)
        )
        self.exception.setEnabled(may_open)

    def show_gaps(self, gaps: Sequence[SiteGap]) -> None:
        """Show what lacks at the chosen site."""
        self._gaps = gaps
        self._show_gaps()

    def show_not_read(self, words: str) -> None:
        """Show why it is not known what lacks."""
        self._gaps = None
        self._lacks.setText(words)
        restyle(self._lacks, tone="bad")

    @property
    def is_passed(self) -> bool:
        """Nothing lacks."""
        return self._gaps is not None and not self._gaps

    def _show_gaps(self) -> None:
        if self._gaps is None:
            return
        restyle(self._lacks, tone="" if self._gaps else "good")
        if not self._gaps:
            self._lacks.setText(_("Nothing lacks."))
            return
        count = len(self._gaps)
        lines = [
            ngettext("{count} thing lacks:", "{count} things lack:", count).format(count=count),
            *(f"•\u00a0{gap_words(gap)}" for gap in self._gaps[:SHOWN]),
        ]
        if count > SHOWN:
            more = ngettext("and {count} more", "and {count} more", count - SHOWN)
            lines.append(more.format(count=count - SHOWN))
        self._lacks.setText("\n".join(lines))
        self._list.setMinimumHeight(LEAST_LINES * self._lacks.fontMetrics().lineSpacing())


def state_words(site: SiteFacts) -> str:
    """Return how it stands with the gate of a site."""
    if site.until_utc is None:
        return _("{site} opens only when nothing lacks.").format(site=site.name)
    day = day_words(site.until_utc)
    if site.closed:
        words = _("{site} has to be looked at again: it was open until {day}.")
    elif site.is_exception:
        words = _("{site} is open until {day} though something lacks, by a decision of {name}.")
    else:
        words = _("{site} is open; it is looked at again by {day}.")
    return words.format(site=site.name, day=day, name=site.changed_by)


def day_words(until_utc: datetime) -> str:
    """Return the last day before a midnight, on this computer's clock."""
    return (until_utc.astimezone() - timedelta(minutes=1)).strftime("%d/%m/%Y")
