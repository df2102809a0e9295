# SPDX-License-Identifier: GPL-3.0-only
"""Who is expected at the host's sites today: hour, service, letters, state; nobody's name.
Used by the host's view.
"""

from __future__ import annotations

from collections.abc import Sequence

from documents.printed.dates import hour
from resources.texts import N_, _
from session.core.appointment_model import AppointmentState
from session.core.spoken_letters import in_groups
from session.protocol.appointments.day import ExpectedCaller
from views.widgets.parts import Card, label

MOST_LINES = 60

_STATES = {
    AppointmentState.BOOKED: N_("Is expected"),
    AppointmentState.ARRIVED: N_("Has arrived"),
    AppointmentState.KEPT: N_("Was answered"),
    AppointmentState.MISSED: N_("Has not come"),
    AppointmentState.CANCELLED: N_("Was cancelled"),
}


def expected_line(row: ExpectedCaller) -> str:
    """One appointment as the host reads it."""
    parts = (hour(row.starts_at), row.service_name, in_groups(row.code, 3), _(_STATES[row.state]))
    return " · ".join(parts)


class ExpectedList(Card):
    """The appointments of today, by time; hidden while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("expected")
        self._title = label(_("Expected today"), role="title", name="expected_title")
        self._lines = label(role="soft", name="expected_lines", wrap=True)
        self.body.addWidget(self._title)
        self.body.addWidget(self._lines)
        self.show_expected(())

    def show_expected(self, rows: Sequence[ExpectedCaller]) -> None:
        """The appointments as they are now."""
        lines = [expected_line(row) for row in rows[:MOST_LINES]]
        if len(rows) > MOST_LINES:
            lines.append(_("and {count} more").format(count=len(rows) - MOST_LINES))
        self._lines.setText("\n".join(lines))
        self.setVisible(bool(rows))
