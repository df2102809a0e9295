# SPDX-License-Identifier: GPL-3.0-only
"""The header of a conversation: who, for what, where, and what the caller allows.
Used by the desk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QFrame, QSizePolicy, QWidget

from resources.texts import _
from session.core.spoken_letters import short_number
from session.protocol.conversation.messages import Grant
from session.protocol.hub.requests import Service, SessionFacts
from views.desk.grants_control import GrantsControl
from views.desk.queue.ticket_row import ServiceTag
from views.widgets.parts import ElidedLabel, column, label, push_button, restyle, row
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE, text_scale

BAR_PX = 44
"""The bar with the page's tools is not higher than this, with letters of the usual size."""
NARROW_PX = 700
"""From this width on the ticket is named beside the page's tools."""
_MARGINS_PX = {True: (1, SPACE[1], 1), False: (4, SPACE[2], 4)}
"""Above, right and below; words stand under the icons of the page's tools."""
FACTS_PX = 300
"""The facts have at least this beside the permissions."""


def bar_px() -> int:
    """The bar's height with letters of the size of now."""
    return round(BAR_PX * max(1.0, text_scale()))


class SessionHeader(QFrame):
    """The conversation's facts and the caller's permissions.

    Attributes:
        grants: what the caller allows.

    Signals:
        fill_requested(): work in the caller's page, asking for all that needs in one question.
    """

    fill_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("session_header")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._session: SessionFacts | None = None
        self._ticket = label(role="large", name="session_ticket")
        self._number = label(role="small", name="session_number")
        self._number.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._service = ServiceTag(0)
        self._where = ElidedLabel(role="small", name="session_where")
        self.grants = GrantsControl()
        self._fill = push_button(_("Fill in together"), "control", name="fill_together", keys="F10")
        self._fill.clicked.connect(self.fill_requested)
        self._facts = QWidget()
        facts = row(self._facts, column(None, self._ticket, self._number, space=1), space=SPACE[2])
        facts.addLayout(column(None, self._service, self._where, space=1), 1)
        self._acts = row(None, self.grants, self._fill, 0, space=SPACE[1])
        self._acts.setStretch(2, 0)
        self._box = row(self, space=SPACE[1], margins=(SPACE[2], 4, SPACE[2], 4))
        self._box.addWidget(self._facts, 1)
        self._box.addLayout(self._acts)
        self._page_bar: QWidget | None = None
        self._with_page = self._with_tools = False

    def take_page_bar(self, bar: QWidget | None) -> None:
        """The page's tools stand in this bar from now on, before the permissions; or elsewhere."""
        if bar is self._page_bar:
            return
        self._page_bar = bar
        if bar is not None:
            self._box.insertWidget(1, bar, 3)
            bar.setVisible(self._with_tools)

    def show_page(self, with_page: bool, *, tools: bool = True) -> None:
        """All in one line, with the page's tools or without; or the facts with all words."""
        self._with_page = with_page
        self._with_tools = with_page and tools
        if self._page_bar is not None:
            self._page_bar.setVisible(self._with_tools)
        for part in (self._number, self._service, self._where, self._fill):
            part.setVisible(not with_page)
        self.setMaximumHeight(bar_px() if with_page else 16_777_215)
        self._box.setStretchFactor(self._facts, 0 if self._with_tools else 1)
        self._box.setContentsMargins(SPACE[2], *_MARGINS_PX[with_page])
        restyle(self.grants, compact=self._with_tools)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """In a narrow view the permissions stand below."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        narrow = False
        narrow_px = NARROW_PX * max(1.0, text_scale())
        self._facts.setVisible(not self._with_page or self.width() >= narrow_px)
        if self._with_page:
            self.grants.show_room(self._room_for_grants())
        else:
            self.grants.show_room(None)
            needed = self.grants.sizeHint().width() + self._fill.sizeHint().width()
            narrow = self.width() < FACTS_PX + needed
        self._box.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )

    def _room_for_grants(self) -> int:
        """Return how wide the permissions are beside the tools, which come first."""
        room = self.width() - 2 * SPACE[2]
        if not self._facts.isHidden():
            room -= self._ticket.sizeHint().width() + SPACE[1]
        if self._with_tools and self._page_bar is not None:
            room -= self._page_bar.minimumSizeHint().width() + SPACE[1]
        for lines in (1, 2):
            width_px = self.grants.width_px(lines=lines)
            if width_px <= room:
                return width_px
        return min(self.grants.least_px(), self.grants.width_px(lines=2))

    def show_session(
        self, session: SessionFacts, ticket_number: str, service: Service | None, place: int
    ) -> None:
        """The conversation that is going on; all permissions start at "not yet"."""
        self._ticket.setText(ticket_number)
        number = short_number(session.id)
        self._number.setText(number)
        words = _("Number of this conversation, for the helpdesk: {number}").format(number=number)
        self._number.setToolTip(tip_words(words))
        self._number.setAccessibleName(words)
        self._service.show_service(service, session.service, place)
        self._session = session
        self._show_where(
            _("number sealed") if session.sealed_number else _number(session.caller_number)
        )
        self.grants.show_grants(dict.fromkeys(Grant, False))

    def show_number(self, session_id: str, number: str) -> None:
        """Show what the organisation's own service has opened of the caller's number."""
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
        self._ticket.setToolTip(tip_words("\n".join([self._service.accessibleName(), *places])))


def _number(number: str) -> str:
    if number:
        return _("No. {number}").format(number=number)
    return _("no number")
