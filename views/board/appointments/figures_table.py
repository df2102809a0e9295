# SPDX-License-Identifier: GPL-3.0-only
"""Figures of appointments by service and site: offered, promised, kept, missed, moved, cancelled.
Used by the board's page of appointments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from resources.texts import _
from session.core.appointment_model import SlotCounts
from views.board.tables import BoardTable, Cell, TableRow

_COLUMNS = ("offered", "booked", "kept", "missed", "moved", "cancelled")


class AppointmentFigures(BoardTable):
    """A row for each service, then one for each of its sites."""

    def __init__(self) -> None:
        heads = [
            _("Service"),
            _("Site"),
            _("Offered times"),
            _("Promised"),
            _("Honoured"),
            _("Missed"),
            _("Moved"),
            _("Cancelled"),
        ]
        super().__init__("appointment_figures", _("Figures of appointments"), heads=heads, wide=1)

    def show_counts(
        self,
        counts: Sequence[SlotCounts],
        service_name: Callable[[str], str],
    ) -> None:
        """Show the sums of these days."""
        names = {f"{count.home}/{count.site}": count.site_name for count in counts}
        sums: dict[tuple[str, str], Counter[str]] = {}
        for count in counts:
            figures = Counter({column: getattr(count, column) for column in _COLUMNS})
            places = {"", f"{count.home}/{count.site}" if count.site else ""}
            for place in places:
                sums.setdefault((count.service, place), Counter()).update(figures)
        ordered = sorted(sums, key=lambda key: (service_name(key[0]), key[1] != "", key[1]))
        rows = []
        for service, place in ordered:
            if place:
                site = names[place] or place
            else:
                site = _("All sites")
            rows.append(_row(service_name(service), site, sums[service, place], place))
        self.show_rows(rows)


def _row(service: str, site: str, figures: Mapping[str, int], place: str) -> TableRow:
    cells = [Cell(service, "soft" if place else ""), Cell(site)]
    for column in _COLUMNS:
        text = str(figures[column])
        if place and column == "offered":  # counted for all sites together
            text = "–"
        tone = "warn" if column == "missed" and figures[column] else ""
        cells.append(Cell(text, tone, right=True))
    return TableRow(f"{service} {place}", tuple(cells), strong=not place)
