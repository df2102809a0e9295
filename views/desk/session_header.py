# SPDX-License-Identifier: GPL-3.0-only
"""The header of a conversation: who, for what, where, and what the caller allows.
Used by the desk's window.
"""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QPushButton

from resources.texts import N_, _
from session.core.short_number import short_number
from session.protocol.conversation.messages import Grant
from session.protocol.hub.requests import Service, SessionFacts
from views.desk.ticket_row import ServiceTag
from views.widgets.icons import icon
from views.widgets.parts import ElidedLabel, clock_words, column, label, restyle, row
from views.widgets.theme import SPACE

GRANT_WORDS: dict[Grant, tuple[str, str]] = {
    Grant.SEE_PAGE: (N_("See the page"), "see_page"),
    Grant.POINT: (N_("Point"), "point"),
    Grant.CONTROL: (N_("Click"), "control"),
    Grant.TYPE: (N_("Type"), "keyboard"),
    Grant.SCAN: (N_("Scan"), "scanner"),
    Grant.PRINT: (N_("Print"), "printer"),
    Grant.KEEP: (N_("Keep"), "file"),
}
"""What each permission is called, and its icon."""


SOON_S = 600.0
"""Less than this is shown on the button; there is no space for more on seven buttons."""

_ALLOWED, _ASKED = N_("allowed"), N_("asking the caller…")
_NOT_YET = N_("not allowed yet: press to ask")
_RENEW = N_("allowed for {left} more; press to ask again")


def answer_words(left_s: float) -> str:
    """The time that the caller has for an answer, short; "…" when it is not known any more."""
    return _("{seconds} s").format(seconds=round(left_s)) if left_s > 0 else "…"


class GrantButton(QPushButton):
    """One permission: allowed and for how long, being asked, or not yet asked. A press asks for it,
    or renews it.

    Signals:
        wanted(object): the `Grant` to ask for.
    """

    wanted = pyqtSignal(object)

    def __init__(self, grant: Grant) -> None:
        super().__init__()
        self.grant = grant
        self._allowed, self._asked, self._left_s, self._answer_s = False, False, 0.0, 0.0
        self.setObjectName(f"grant_{grant.value}")
        self.setIconSize(QSize(20, 16))
        self.setProperty("kind", "quiet")
        self.setProperty("grant", True)
        self.clicked.connect(self._on_clicked)
        self.show_state(allowed=False)

    def show_state(self, allowed: bool, asked: bool = False) -> None:
        """Shows whether the caller allows it, or is being asked."""
        self._allowed, self._asked = allowed, asked and not allowed
        self._left_s = self._left_s if allowed else 0.0
        state, name, tone = "none", "ask", "soft"
        if allowed:
            state, name, tone = "allowed", "allowed", "good"
        elif self._asked:
            state, name, tone = "asked", "time", "accent"
        self.setIcon(icon(name, tone))
        self._show_words()
        restyle(self, state=state)

    def show_answer_left(self, left_s: float) -> None:
        """Seconds that the caller has for the answer."""
        if self._asked and left_s != self._answer_s:
            self._answer_s = left_s
            self._show_words()

    def show_left(self, left_s: float) -> None:
        """Seconds that are left of an allowed power: on the button when few, else in its help;
        0 says nothing.
        """
        if self._allowed:
            self._left_s = left_s
            self._show_words()

    def _show_words(self) -> None:
        words, state = _(GRANT_WORDS[self.grant][0]), _NOT_YET
        if self._allowed:
            state = _RENEW if self._left_s else _ALLOWED
        elif self._asked:
            state = _ASKED
        left = clock_words(self._left_s) if self._left_s else ""
        if self._asked:
            self.setText(f"{words} {answer_words(self._answer_s)}")
        else:
            self.setText(f"{words} {left}" if 0 < self._left_s < SOON_S else words)
        spoken = f"{words}: {_(state).format(left=left)}"
        if spoken != self.toolTip():
            self.setAccessibleName(spoken)
            self.setToolTip(spoken)

    def _on_clicked(self) -> None:
        if not self._asked:
            if not self._allowed:
                self.show_state(allowed=False, asked=True)
            self.wanted.emit(self.grant)


class SessionHeader(QFrame):
    """The conversation's facts and the caller's permissions.

    Signals:
        grant_requested(object): ask the caller for this `Grant`.
    """

    grant_requested = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("session_header")
        self._session: SessionFacts | None = None
        self._ticket = label(role="large", name="session_ticket")
        self._number = label(role="small", name="session_number")
        self._number.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._service = ServiceTag(0)
        self._where = ElidedLabel(role="small", name="session_where")
        self._grants = {grant: GrantButton(grant) for grant in Grant}
        facts = row(None, column(None, self._ticket, self._number, space=1), space=SPACE[2])
        facts.addLayout(column(None, self._service, self._where, space=1), 1)
        self._places = QGridLayout()
        self._places.setSpacing(6)
        self._per_row = 0
        for button in self._grants.values():
            button.wanted.connect(self.grant_requested)
        self._place(len(self._grants))
        self._box = row(self, space=SPACE[1], margins=(SPACE[2], 6, SPACE[2], 6))
        self._box.addLayout(facts, 1)
        self._box.addLayout(self._places)

    def _place(self, per_row: int) -> None:
        if per_row == self._per_row:
            return
        self._per_row = per_row
        for button in self._grants.values():
            self._places.removeWidget(button)
        for place, button in enumerate(self._grants.values()):
            self._places.addWidget(button, *divmod(place, per_row))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """In a narrow view the permissions stand below, as many side by side as fit."""
        super().resizeEvent(event)
        widest = max(button.sizeHint().width() for button in self._grants.values()) + 6
        needed = sum(button.sizeHint().width() + 6 for button in self._grants.values())
        narrow, space = self.width() < needed + 300, self.width() - 2 * SPACE[2]
        self._box.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )
        self._place(len(self._grants) if needed <= space else max(1, min(4, space // widest)))

    def show_session(
        self, session: SessionFacts, ticket_number: str, service: Service | None, place: int
    ) -> None:
        """The conversation that is going on; all permissions start at "not yet"."""
        self._ticket.setText(ticket_number)
        number = short_number(session.id)
        self._number.setText(number)
        words = _("Number of this conversation, for the helpdesk: {number}").format(number=number)
        self._number.setToolTip(words)
        self._number.setAccessibleName(words)
        self._service.show_service(service, session.service, place)
        self._session = session
        self._show_where(
            _("number sealed") if session.sealed_number else _number(session.caller_number)
        )
        self.show_grants(dict.fromkeys(Grant, False))

    def show_number(self, session_id: str, number: str) -> None:
        """What the organisation's own service has opened of the caller's number."""
        if self._session is not None and self._session.id == session_id:
            self._show_where(_number(number))

    def _show_where(self, number: str) -> None:
        session = self._session
        assert session is not None
        places = [number, session.site]
        # a session that could not be sealed as it must be is not begun
        if session.seal is not None:
            places.append(
                _("sealed for {organisation}").format(organisation=session.organisation_name)
            )
        self._where.setText(" · ".join(places))

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """What the caller allows now; permissions that are not named stay as they are."""
        for grant, allowed in grants.items():
            self._grants[grant].show_state(allowed)

    def show_times(self, left_s: Mapping[Grant, float]) -> None:
        """Seconds that are left of each permission."""
        for grant, left in left_s.items():
            self._grants[grant].show_left(left)

    def show_asking(self, left_s: Mapping[Grant, float]) -> None:
        """Seconds that the caller has for the answer, for each power that is being asked for."""
        for grant, left in left_s.items():
            self._grants[grant].show_answer_left(left)

    def show_asked(self, grant: Grant) -> None:
        """The caller is being asked."""
        self._grants[grant].show_state(allowed=False, asked=True)


def _number(number: str) -> str:
    return _("No. {number}").format(number=number) if number else _("no number")
