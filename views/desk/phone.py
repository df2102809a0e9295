# SPDX-License-Identifier: GPL-3.0-only
"""A caller to be called by telephone: the number, whom it is about, and what came of it.
Used by the desk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QWidget

from resources.texts import _
from session.protocol.hub.requests import Service, SessionFacts
from views.desk.acts import CallLater, PhonePress
from views.widgets.icons import IconLabel
from views.widgets.parts import Card, FlowLayout, column, label, push_button, row, scroll_area
from views.widgets.theme import SPACE, text_scale

LATER_MIN = (15, 60, 180)
"""Minutes after which a caller who was not reached may wait again."""


def phone_words(number: str) -> str:
    """A French number in pairs: "06 12 34 56 78"."""
    return " ".join(number[at : at + 2] for at in range(0, len(number), 2))


def later_words(minutes: int) -> str:
    """E.g. "In 15 min", "In 3 h"."""
    if minutes < 60:
        return _("In {count} min").format(count=minutes)
    return _("In {count} h").format(count=minutes // 60)


class PhoneView(QWidget):
    """The telephone number, large enough to dial it from, and the three possible results.

    Signals:
        acted(object): what the agent does, a `PhoneAct`.
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("phone_view")
        self.setAccessibleName(_("Conversation by telephone"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._about = label(role="soft", name="phone_about", wrap=True)
        self._number = label(role="huge", name="phone_number")
        self._number.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._reached = push_button(
            _("We talked"), "kept", "primary", name="phone_reached", keys="Ctrl+Return"
        )
        self._reached.setShortcut("Ctrl+Return")
        self._reached.clicked.connect(lambda: self.acted.emit(PhonePress.REACHED))
        self._not_reached = push_button(_("Give up"), "hang_up", "plain", name="phone_not_reached")
        self._not_reached.clicked.connect(lambda: self.acted.emit(PhonePress.NOT_REACHED))
        self._later = [self._later_button(minutes) for minutes in LATER_MIN]
        self._build()

    def _later_button(self, minutes: int) -> QWidget:
        button = push_button(later_words(minutes), "time", "plain", name=f"phone_later_{minutes}")
        button.setAccessibleName(
            _("Not reached, try again: {when}").format(when=later_words(minutes))
        )
        button.clicked.connect(lambda: self.acted.emit(CallLater(minutes)))
        return button

    def _build(self) -> None:
        card = Card("phone_card", space=SPACE[2], padding=SPACE[4])
        card.setMaximumWidth(round(620 * max(1.0, text_scale())))
        top = row(None, IconLabel("call", "accent", size_px=26))
        top.addWidget(label(_("Call this person by telephone"), "large", wrap=True), 1)
        card.body.addLayout(top)
        card.body.addWidget(self._about)
        card.body.addWidget(self._number)
        words = _("Dial it on your telephone. It is deleted here when the request is closed.")
        card.body.addWidget(label(words, "small", wrap=True))
        card.body.addSpacing(SPACE[1])
        talked = row(None, self._reached)
        talked.addStretch(1)
        card.body.addLayout(talked)
        card.body.addWidget(label(_("Nobody answers? Try again:"), "caption"))
        card.body.addLayout(FlowLayout(*self._later, self._not_reached))
        body = QWidget()
        across = row(body, space=0, margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[2]))
        across.addWidget(card, 1, Qt.AlignmentFlag.AlignVCenter)
        column(self, scroll_area(body))

    def show_session(
        self, session: SessionFacts, ticket_number: str, service: Service | None
    ) -> None:
        """Whom to call, and what for."""
        parts = (
            ticket_number,
            service.name if service is not None else session.service,
            session.site,
        )
        self._about.setText(" · ".join(part for part in parts if part))
        self._number.setText(phone_words(session.phone))
        self._number.setAccessibleName(
            _("Telephone number {number}").format(number=phone_words(session.phone))
        )

    def clear(self) -> None:
        """Removes the number from the screen."""
        self._number.setText("")
        self._number.setAccessibleName("")
        self._about.setText("")
