# SPDX-License-Identifier: GPL-3.0-only
"""The header of a conversation: who, for what, where, and what the caller allows.
Used by the desk's window.
"""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QPushButton, QSizePolicy, QWidget

from resources.texts import N_, _
from session.core.short_number import short_number
from session.protocol.conversation.messages import Grant
from session.protocol.hub.requests import Service, SessionFacts
from views.desk.queue.ticket_row import ServiceTag
from views.widgets.icons import icon
from views.widgets.parts import (
    ElidedLabel,
    clock_words,
    column,
    label,
    push_button,
    restyle,
    row,
)
from views.widgets.plain_words import PlainFace, tip_words
from views.widgets.theme import SPACE, size_icons, text_scale
from views.words.waits import minutes_words

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


BAR_PX = 44
"""The bar with the page's tools is not higher than this, with letters of the usual size."""
ROOMY_PX, NARROW_PX = 1000, 700
"""From these widths on the permissions beside the page's tools have words; the ticket is named."""
SOON_S = 600.0
"""Less than this is shown on the button; there is no space for more on seven buttons."""

_ALLOWED, _ASKED = N_("allowed"), N_("asking the caller…")
_NOT_YET = N_("not allowed yet: press to ask")
_RENEW = N_("allowed for {left} more; press to ask again")


def answer_words(left_s: float) -> str:
    """The time that the caller has for an answer, short; "…" when it is not known any more."""
    if left_s > 0:
        return _("{seconds} s").format(seconds=round(left_s))
    return "…"


class GrantButton(PlainFace, QPushButton):
    """One permission: allowed and for how long, being asked, or not yet asked. A press asks for it,
    or renews it.

    Signals:
        wanted(object): the `Grant` to ask for.
    """

    wanted = pyqtSignal(object)

    def __init__(self, grant: Grant) -> None:
        super().__init__()
        self.grant = grant
        self._allowed = False
        self._asked = False
        self._left_s = 0.0
        self._answer_s = 0.0
        self._with_words = True
        self.setObjectName(f"grant_{grant.value}")
        size_icons(self, 20, 16)
        self.setProperty("kind", "quiet")
        self.setProperty("grant", True)
        self.clicked.connect(self._on_clicked)
        self.show_state(allowed=False)

    def show_state(self, allowed: bool, is_asked: bool = False) -> None:
        """Shows whether the caller allows it, or is being asked."""
        self._allowed = allowed
        self._asked = is_asked and not allowed
        if not allowed:
            self._left_s = 0.0
        state = "none"
        if allowed:
            state = "allowed"
        elif self._asked:
            state = "asked"
        self._show_words()
        restyle(self, state=state)

    @property
    def is_allowed(self) -> bool:
        """True if the caller allows it now."""
        return self._allowed

    def show_words(self, with_words: bool) -> None:
        """With its word, or as its icon alone; what counts down has its seconds in both."""
        self._with_words = with_words
        restyle(self, short=not with_words)
        self._show_words()

    def words_px(self) -> int:
        """Return how much wider its word makes it."""
        return self.fontMetrics().horizontalAdvance(_(GRANT_WORDS[self.grant][0])) + 12

    def _show_icon(self) -> None:
        """Show how it stands; without its word also which power it is."""
        tone, name = "soft", "ask"
        if self._allowed:
            tone, name = "good", "allowed"
        elif self._asked:
            tone, name = "accent", "time"
        self.setIcon(icon(name if self._with_words else GRANT_WORDS[self.grant][1], tone))

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
            if self._left_s:
                state = _RENEW
            else:
                state = _ALLOWED
        elif self._asked:
            state = _ASKED
        self._show_icon()
        counted = ""
        if self._asked:
            counted = answer_words(self._answer_s)
        elif self._allowed:
            if 0 < self._left_s < SOON_S:
                counted = clock_words(self._left_s)
            else:
                counted = ""
        if not self._with_words:
            words_shown = "✓" if self._allowed and not counted else ""  # not by its colour alone
        else:
            words_shown = words
        self.setText(words_shown)
        self.show_counted(counted)
        spoken = f"{words}: {_(state).format(left=minutes_words(self._left_s))}"
        if spoken != self.accessibleName():
            self.setAccessibleName(spoken)
            self.setToolTip(tip_words(spoken))

    def _on_clicked(self) -> None:
        if not self._asked:
            if not self._allowed:
                self.show_state(allowed=False, is_asked=True)
            self.wanted.emit(self.grant)


def bar_px() -> int:
    """The bar's height with letters of the size of now."""
    return round(BAR_PX * max(1.0, text_scale()))


class SessionHeader(QFrame):
    """The conversation's facts and the caller's permissions.

    Signals:
        grant_requested(object): ask the caller for this `Grant`.
        fill_requested(): work in the caller's page, asking for all that needs in one question.
    """

    grant_requested = pyqtSignal(object)
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
        self._grants = {grant: GrantButton(grant) for grant in Grant}
        self._fill = push_button(_("Fill in together"), "control", name="fill_together", keys="F10")
        self._fill.clicked.connect(self.fill_requested)
        self._facts = QWidget()
        facts = row(self._facts, column(None, self._ticket, self._number, space=1), space=SPACE[2])
        facts.addLayout(column(None, self._service, self._where, space=1), 1)
        facts.addWidget(self._fill)
        self._places = QGridLayout()
        self._places.setSpacing(6)
        self._per_row = 0
        for button in self._grants.values():
            button.wanted.connect(self.grant_requested)
        self._place(len(self._grants))
        self._box = row(self, space=SPACE[1], margins=(SPACE[2], 4, SPACE[2], 4))
        self._box.addWidget(self._facts, 1)
        self._box.addLayout(self._places)
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
        self._arrange()

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
        self._arrange()

    def _arrange(self) -> None:
        buttons = list(self._grants.values())
        if self._with_page:
            if self._with_tools:
                tools = ROOMY_PX
            else:
                tools = NARROW_PX // 2
            words = self.width() >= tools + sum(button.words_px() for button in buttons)
            for button in buttons:
                button.show_words(words)
            self._places.setSpacing(3)
            self._facts.setVisible(self.width() >= NARROW_PX)
            self._box.setDirection(QBoxLayout.Direction.LeftToRight)
            self._place(len(buttons))
            return
        self._places.setSpacing(6)
        self._facts.show()
        for button in buttons:
            button.show_words(True)
        widest = max(button.sizeHint().width() for button in buttons) + 6
        needed = sum(button.sizeHint().width() + 6 for button in buttons)
        facts = 300 + self._fill.sizeHint().width()
        narrow, space = self.width() < needed + facts, self.width() - 2 * SPACE[2]
        self._box.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )
        beside = space // widest
        if needed > space and beside < 4:  # more than two rows: the face needs the room
            for button in buttons:
                button.show_words(False)
            beside = len(buttons)
        self._place(len(buttons) if needed <= space else min(len(buttons), beside))

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
        self.show_grants(dict.fromkeys(Grant, False))

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

    def take_keyboard(self) -> None:
        """The keyboard goes to the first permission that is not given yet."""
        buttons = list(self._grants.values())
        first = next((button for button in buttons if not button.is_allowed), buttons[0])
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """Show what the caller allows now; permissions that are not named stay as they are."""
        for grant, allowed in grants.items():
            self._grants[grant].show_state(allowed)

    def show_times(self, left_s: Mapping[Grant, float]) -> None:
        """Seconds that are left of each permission."""
        for grant, seconds_left in left_s.items():
            self._grants[grant].show_left(seconds_left)

    def show_asking(self, left_s: Mapping[Grant, float]) -> None:
        """Seconds that the caller has for the answer, for each power that is being asked for."""
        for grant, seconds_left in left_s.items():
            self._grants[grant].show_answer_left(seconds_left)

    def show_asked(self, grant: Grant) -> None:
        """The caller is being asked."""
        self._grants[grant].show_state(allowed=False, is_asked=True)


def _number(number: str) -> str:
    if number:
        return _("No. {number}").format(number=number)
    return _("no number")
