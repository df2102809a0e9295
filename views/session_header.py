# SPDX-License-Identifier: GPL-3.0-only
"""The line above a conversation: who, for what, where, and what the caller allows. Used by the desk's window."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QSize, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QFrame, QPushButton

from resources.texts import N_, _
from session.protocol.hub_messages import Service, SessionFacts
from session.protocol.session_messages import Grant
from views.desk_parts import ElidedLabel, column, label, restyle, row
from views.icons import icon
from views.theme import SPACE
from views.ticket_row import ServiceTag

GRANT_WORDS: dict[Grant, tuple[str, str]] = {
    Grant.SEE_PAGE: (N_("See the page"), "see_page"),
    Grant.POINT: (N_("Point"), "point"),
    Grant.SCAN: (N_("Scan"), "scanner"),
    Grant.PRINT: (N_("Print"), "printer"),
}
"""What each permission is called, and its icon."""


_ALLOWED, _ASKED = N_("allowed"), N_("asking the caller…")
_NOT_YET = N_("not allowed yet: press to ask")


class GrantButton(QPushButton):
    """One permission: allowed, being asked, or to be asked by pressing it.

    Signals:
        wanted(object): the `Grant` to ask for.
    """

    wanted = pyqtSignal(object)

    def __init__(self, grant: Grant) -> None:
        super().__init__()
        self.grant = grant
        self._allowed, self._asked = False, False
        self.setObjectName(f"grant_{grant.value}")
        self.setText(_(GRANT_WORDS[grant][0]))
        self.setIconSize(QSize(20, 16))
        self.setProperty("kind", "quiet")
        self.setProperty("grant", True)
        self.clicked.connect(self._on_clicked)
        self.show_state(allowed=False)

    def show_state(self, allowed: bool, asked: bool = False) -> None:
        """Shows whether the caller allows it, or is being asked."""
        self._allowed, self._asked = allowed, asked and not allowed
        state = _ALLOWED if allowed else _ASKED if self._asked else _NOT_YET
        name, tone = ("allowed", "good") if allowed else ("time", "accent") if self._asked else ("ask", "soft")
        self.setIcon(icon(name, tone))
        spoken = f"{_(GRANT_WORDS[self.grant][0])}: {_(state)}"
        self.setAccessibleName(spoken)
        self.setToolTip(spoken)
        restyle(self, state="allowed" if allowed else "asked" if self._asked else "none")

    def _on_clicked(self) -> None:
        if not self._allowed and not self._asked:
            self.show_state(allowed=False, asked=True)
            self.wanted.emit(self.grant)


class SessionHeader(QFrame):
    """The conversation's facts and the caller's four permissions.

    Signals:
        grant_requested(object): ask the caller for this `Grant`.
    """

    grant_requested = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("session_header")
        self._ticket = label(role="large", name="session_ticket")
        self._service = ServiceTag(0)
        self._where = ElidedLabel(role="small", name="session_where")
        self._grants = {grant: GrantButton(grant) for grant in Grant}
        facts = row(None, self._ticket, space=SPACE[2])
        facts.addLayout(column(None, self._service, self._where, space=1), 1)
        permissions = row(None, 0, space=6)
        for button in self._grants.values():
            button.wanted.connect(self.grant_requested)
            permissions.addWidget(button)
        self._box = row(self, space=SPACE[1], margins=(SPACE[2], 6, SPACE[2], 6))
        self._box.addLayout(facts, 1)
        self._box.addLayout(permissions)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """In a narrow view the permissions stand below."""
        super().resizeEvent(event)
        needed = sum(button.sizeHint().width() + 6 for button in self._grants.values()) + 300
        narrow = self.width() < needed
        self._box.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def show_session(self, session: SessionFacts, ticket_number: str, service: Service | None, place: int) -> None:
        """The conversation that is going on; all permissions start at "not yet"."""
        self._ticket.setText(ticket_number)
        self._service.show_service(service, session.service, place)
        number = _("No. {number}").format(number=session.caller_number) if session.caller_number else _("no number")
        self._where.setText(f"{number} · {session.site}")
        self.show_grants(dict.fromkeys(Grant, False))

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """What the caller allows now; permissions that are not named stay as they are."""
        for grant, allowed in grants.items():
            self._grants[grant].show_state(allowed)

    def show_asked(self, grant: Grant) -> None:
        """The caller is being asked."""
        self._grants[grant].show_state(allowed=False, asked=True)
