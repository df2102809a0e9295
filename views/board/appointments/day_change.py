# SPDX-License-Identifier: GPL-3.0-only
"""Changes how many appointments a service gives at once on one day, for a reason. Used by the
board's page of appointments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PyQt6.QtWidgets import QComboBox, QSpinBox, QWidget

from resources.plain_text import plain_text
from resources.texts import _
from session.core.appointment_model import DayChange
from session.protocol.appointments.day import DayChangeRequest
from session.protocol.hub.requests import Service
from views.widgets.field import Field
from views.widgets.parts import FlowLayout, column, filter_box, label, push_button
from views.widgets.theme import SPACE

MOST_AGENTS = 500


class DayChangeForm(QWidget):
    """The service, how many at once, and why; and what was changed.

    Args:
        tell: told the change.
    """

    def __init__(self, tell: Callable[[DayChangeRequest], None]) -> None:
        super().__init__()
        self.setObjectName("day_change")
        self._tell = tell
        self._day = ""
        self._changes = label(role="body", name="day_changes", wrap=True)
        self._service: QComboBox = filter_box("day_change_service", _("Service"))
        self._agents = QSpinBox()
        self._agents.setObjectName("day_change_agents")
        self._agents.setAccessibleName(_("Appointments at the same time"))
        self._agents.setRange(0, MOST_AGENTS)
        self._agents.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self._reason = Field("day_change_reason", _("Why?"), longest=300)
        self._reason.entered.connect(self._on_change)
        self._change = push_button(_("Change this day"), "kept", name="day_change_do")
        self._back = push_button(
            _("As the convention says"), "undo", "quiet", name="day_change_back"
        )
        self._change.clicked.connect(self._on_change)
        self._back.clicked.connect(lambda: self._send(None))
        column(
            self,
            label(_("Change this day"), "title"),
            self._changes,
            FlowLayout(
                self._service, label(_("appointments at the same time:"), "soft"), self._agents
            ),
            self._reason,
            FlowLayout(self._change, self._back),
            space=SPACE[1],
        )

    def set_services(self, services: Mapping[str, Service], given: Sequence[str]) -> None:
        """The services that give appointments; the one that is chosen stays."""
        ids = [self._service.itemData(place) for place in range(self._service.count())]
        if ids == list(given):
            return
        chosen = self._service.currentData()
        self._service.clear()
        for service in given:
            name = services[service].name if service in services else service
            self._service.addItem(plain_text(name), service)
        self._service.setCurrentIndex(max(0, self._service.findData(chosen)))

    def show_changes(
        self, day: str, changes: Sequence[DayChange], service_name: Callable[[str], str]
    ) -> None:
        """Show what was changed on this day."""
        self._day = day
        words = _("{service}: {count} at the same time ({name}: {reason})")
        lines = [
            words.format(
                service=service_name(change.service),
                count=change.agents,
                name=change.by_name,
                reason=change.reason,
            )
            for change in changes
        ]
        self._changes.setText("\n".join(lines))
        self._changes.setVisible(bool(lines))

    def _on_change(self) -> None:
        if not self._reason.text():
            self._reason.show_wrong(_("Say why: agents read it."))
            self._reason.setFocus()
            return
        self._send(self._agents.value())

    def _send(self, agents: int | None) -> None:
        service = self._service.currentData()
        if service and self._day:
            reason = self._reason.text()
            self._reason.fill("")
            self._tell(
                DayChangeRequest(service=service, day=self._day, agents=agents, reason=reason)
            )
