# SPDX-License-Identifier: GPL-3.0-only
"""One ticket of the queue as a row: number, service, site, live wait, Accept.
Used by the queue view.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PyQt6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QWidget

from resources.texts import _
from session.protocol.hub.requests import Service
from session.protocol.hub.tickets import Ticket
from views.desk.queue.agent_queue import WAITING
from views.widgets.icons import IconLabel
from views.widgets.parts import (
    Chip,
    ElidedLabel,
    clock_words,
    label,
    name_widget,
    push_button,
    restyle,
    row,
    show_clock,
    steady_figures,
)
from views.widgets.plain_words import tip_words
from views.widgets.theme import service_colour
from views.words.needs import need_words
from views.words.waits import WaitLimits, wait_style

BORDER_PX = 2
BADGE_SPACE = 6
"""Pixels between two badges."""

NO_LIMIT = 16_777_215
"""Qt's QWIDGETSIZE_MAX, which PyQt does not name."""

SERVICE_PART = 0.31
"""Part of a row's width for the service, where it stands on one line with the site."""

WIDEST_NUMBER = "M000"
"""Services stand in a column, whatever letter a number begins with."""

PLACE_LETTERS = 15
"""So many letters of a service or a site must be seen where both stand on one line."""


class RowForm(StrEnum):
    """The form of a row: one line; two where one is too narrow or the caller is new, and a third
    for many badges.
    """

    LINE = "line"
    TWO_LINES = "two_lines"


MARGINS = {
    RowForm.LINE: (10, 1, 4, 1),
    RowForm.TWO_LINES: (10, 3, 4, 3),
}


class ServiceTag(QWidget):
    """The service's colour as a bar, its icon and its name."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self._place = place
        self._icon = IconLabel(size_px=16)
        self._name = ElidedLabel(role="body")
        box = row(self, self._icon, space=6, margins=(9, 0, 0, 0))
        box.addWidget(self._name, 1)

    def show_service(self, service: Service | None, fallback: str, place: int) -> None:
        """Shows the service, or its id when the organisation's list does not have it."""
        self._place = place
        self._icon.set_icon(service.icon if service else "help", "soft")
        self._name.setText(service.name if service else fallback)
        self.update()

    def text(self) -> str:
        """The service's name."""
        return self._name.text()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paints the colour bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(service_colour(self.palette(), self._place)))
        painter.drawRoundedRect(0, 1, 4, self.height() - 2, 2, 2)
        painter.end()


class TicketRow(QFrame):
    """A row that takes the keyboard; Enter accepts it, up and down move on.

    Signals:
        accept_requested(str): ticket id.
        moved(int): the person wants the row before (-1) or after (+1).
        focused(): it has the keyboard now.
    """

    accept_requested = pyqtSignal(str)
    moved = pyqtSignal(int)
    focused = pyqtSignal()

    def __init__(self, ticket: Ticket) -> None:
        super().__init__()
        self.ticket = ticket
        self.setObjectName(f"ticket_{ticket.id}")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        # it fits itself into what the list has: its parts, halfway, must not make the list wider
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._number = label(role="strong", name="ticket_number")
        self._wait = steady_figures(label(role="strong", name="ticket_wait"))
        self._wait.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._wait_icon = IconLabel(size_px=16)
        self._tag = ServiceTag(0)
        self._site = ElidedLabel(role="small")
        self._bell = Chip("ticket_new", _("New"), icon_name="bell", tone="solid")
        self._given = Chip("ticket_given", _("No. given"), icon_name="given")
        self._given.setToolTip(tip_words(_("The caller has typed a caller number")))
        self._urgent = Chip("ticket_priority", _("Priority"), icon_name="priority", tone="warn")
        self._needs = Chip("ticket_needs")
        self._kept = Chip("ticket_kept")
        self._kept.hide()
        self._away = Chip("ticket_away")
        self._known = Chip("ticket_known", _("Comes back to you"), icon_name="undo", tone="accent")
        self._known.hide()
        self._later = Chip("ticket_later")
        self._later.hide()
        self._can = True
        self._is_kept = False
        self._limits = WaitLimits()
        self._is_new = False
        self._under = ""
        self._form: RowForm | None = None
        self._below = False
        self._fitted: tuple[object, ...] = ()
        self._accept = push_button("", "accept", name=f"accept_{ticket.id}")
        self._accept.setProperty("dense", True)
        self._accept.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._accept.clicked.connect(lambda: self.accept_requested.emit(self.ticket.id))
        self._build()

    def _build(self) -> None:
        # the last ones give up their words first
        self._chips = (
            self._later,
            self._kept,
            self._away,
            self._known,
            self._needs,
            self._urgent,
            self._bell,
            self._given,
        )
        self._badges = QWidget()
        badges = row(self._badges, *self._chips, space=BADGE_SPACE)
        badges.addStretch(1)
        self._clock = QWidget()
        row(self._clock, self._wait_icon, self._wait, space=6)
        self._where = QWidget()
        self._places = row(self._where, space=6)
        self._places.addWidget(self._tag, 5)
        self._places.addWidget(self._site, 6)
        # they are placed once the width is known, and never a window of their own
        for part in (
            self._number,
            self._badges,
            self._clock,
            self._where,
            self._accept,
        ):
            part.setParent(self)
        self._grid = QGridLayout(self)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(1)

    # ---- arranging ----

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """The parts use the room there is."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent | None) -> None:
        """Other letters need other room."""
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fitted = ()

    def _fit(self) -> None:
        """Every caller has one line, or two where one is too narrow or the caller is new.

        Badges stand beside the number; where they are too wide, in a line of their own; and where
        that is too narrow, without words. Number, wait and Accept are never cut.
        """
        chips = [chip for chip in self._chips if not chip.isHidden()]
        state = (self.width(), self._is_new, self._under, self._wait.text()[:-3])
        fitted = (*state, *(chip.text() for chip in chips), self._number.text())
        if fitted == self._fitted:
            return
        self._fitted = fitted
        room = self.width() - 2 * BORDER_PX
        form = self._form_for(room, chips)
        margins = MARGINS[form]
        room -= margins[0] + margins[2] + self._taken()
        self._fit_badges(form, room, chips)
        if form is RowForm.LINE and not self._under:
            # services and sites stand in columns, whatever else is in a row
            self._tag.setFixedWidth(round(self.width() * SERVICE_PART))

    def _form_for(self, room: int, chips: list[Chip]) -> RowForm:
        """One line when service and site are readable on it, and the caller is not new."""
        if self._is_new:
            return RowForm.TWO_LINES
        margins = MARGINS[RowForm.LINE]
        names = 1 if self._under else 2
        needed = self._taken() + margins[0] + margins[2]
        needed += sum(chip.width_px(words=False) + BADGE_SPACE for chip in chips)
        needed += names * PLACE_LETTERS * self.fontMetrics().averageCharWidth() + 40
        if needed <= room:
            return RowForm.LINE
        return RowForm.TWO_LINES

    def _taken(self) -> int:
        """Pixels of what is never cut and stands in the first line."""
        parts: list[QWidget] = [self._number, self._clock, self._accept]
        space = self._grid.horizontalSpacing()
        return sum(max(part.sizeHint().width(), part.minimumWidth()) + space for part in parts)

    def _fit_badges(self, form: RowForm, room: int, chips: list[Chip]) -> None:
        needed = sum(chip.width_px(words=True) + BADGE_SPACE for chip in chips)
        least = sum(chip.width_px(words=False) + BADGE_SPACE for chip in chips)
        below = least > room and form is not RowForm.LINE
        if below:
            room = self.width() - 2 * BORDER_PX - MARGINS[form][0] - MARGINS[form][2]
        for chip in reversed(chips):
            worded = needed <= room and form is not RowForm.LINE
            if not worded:
                needed += chip.width_px(words=False) - chip.width_px(words=True)
            chip.show_words(worded)
        self._arrange(form, below=below)

    def _arrange(self, form: RowForm, *, below: bool) -> None:
        if (form, below) == (self._form, self._below):
            return
        self._form = form
        self._below = below
        line = form is RowForm.LINE
        policy = QSizePolicy.Policy
        self._badges.setSizePolicy(policy.Fixed if line else policy.Ignored, policy.Fixed)
        self._grid.setContentsMargins(*MARGINS[form])
        restyle(self, form=form.value)
        self._number.setMinimumWidth(self._number.fontMetrics().horizontalAdvance(WIDEST_NUMBER))
        self._tag.setMinimumWidth(0)
        self._tag.setMaximumWidth(NO_LIMIT)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self._number, 0, 0)
        self._grid.addWidget(self._where if line else self._badges, 0, 1)
        self._grid.addWidget(self._clock, 0, 3, Qt.AlignmentFlag.AlignRight)
        self._place_rest(form, below=below)

    def _place_rest(self, form: RowForm, *, below: bool) -> None:
        sides = Qt.AlignmentFlag
        match form:
            case RowForm.LINE:
                self._grid.addWidget(self._badges, 0, 2)
                self._grid.addWidget(self._accept, 0, 4)
            case RowForm.TWO_LINES:
                if below:
                    self._grid.addWidget(self._badges, 2, 0, 1, 5)
                self._grid.addWidget(self._where, 1, 0, 1, 4)
                self._grid.addWidget(self._accept, 0, 4, 2, 1, sides.AlignVCenter)

    # ---- facts ----

    def show_ticket(
        self,
        ticket: Ticket,
        service: Service | None,
        *,
        place: int,
        next_one: bool,
        ringing: bool,
        under: str = "",
    ) -> None:
        """Shows the ticket's facts; `next_one` is whom F2 takes, `place` the service's for its
        colour. `under` a head that names the "service" or the "site", the row does not.
        """
        self.ticket = ticket
        waiting = ticket.state in WAITING
        self._is_new = waiting and ringing
        self._under = under
        self._limits = WaitLimits().of(service)
        self._number.setText(ticket.number)
        self._tag.show_service(service, ticket.service, place)
        self._site.setText(ticket.site)
        self._tag.setVisible(under != "service" or self._is_new)
        self._site.setVisible(under != "site" or self._is_new)
        self._given.setVisible(ticket.caller_number_given)
        self._bell.setVisible(ringing)
        self._urgent.setVisible(ticket.priority > 0 and not ringing)
        self._accept.setVisible(waiting)
        self._number.setEnabled(waiting)
        self._show_needs()
        self._show_away()
        restyle(self, place="next" if next_one else "", ringing=ringing)

    def _show_needs(self) -> None:
        """Language, sign language, writing: what the agent must be able to do."""
        words = need_words(self.ticket.needs)
        self._needs.show_state(words, "needs", "accent")
        self._needs.setToolTip(tip_words(_("The caller needs: {needs}").format(needs=words)))
        self._needs.setVisible(bool(words))

    def _show_away(self) -> None:
        """Shows that the caller left the kiosk and comes back, or waits for a telephone call."""
        if self.ticket.away == "phone":
            self._away.show_state(_("By telephone"), "call", "accent")
        elif self.ticket.away == "back":
            self._away.show_state(
                _("Called back") if self.ticket.called_at_utc else _("Comes back"), "time", "soft"
            )
        self._away.setVisible(bool(self.ticket.away))
        self._allow()

    def show_wait(self, now: datetime) -> None:
        """Moves the clock: the wait, or how long the conversation has lasted."""
        waiting = self.ticket.state in WAITING
        since = self.ticket.arrived_at_utc
        if not waiting and self.ticket.accepted_at_utc is not None:
            since = self.ticket.accepted_at_utc
        seconds = (now - since).total_seconds()
        look = wait_style(seconds if waiting else 0.0, self._limits)
        show_clock(self._wait, seconds)
        self._wait_icon.set_icon(look.icon_name, look.tone or "soft")
        restyle(self._wait, tone=look.tone if waiting else "soft")
        self._wait.setToolTip(tip_words(look.words))
        self._wait_icon.setToolTip(tip_words(look.words))
        name_widget(self, self._spoken(seconds, look.words))
        self._fit()

    def _spoken(self, seconds: float, late: str) -> str:
        ticket = self.ticket
        if ticket.state not in WAITING:
            return _("{number}, {service}, {site}, in conversation").format(
                number=ticket.number, service=self._tag.text(), site=ticket.site
            )
        words = _("{number}, {service}, {site}, waiting for {minutes} min").format(
            number=ticket.number,
            service=self._tag.text(),
            site=ticket.site,
            minutes=int(seconds // 60),
        )
        extra = [late] if late else []
        extra.append(_("number given") if ticket.caller_number_given else _("no number"))
        if ticket.priority > 0:
            extra.append(_("Priority"))
        chips = (self._needs, self._kept, self._away, self._known, self._later)
        extra += [chip.text() for chip in chips if not chip.isHidden()]
        name = _("Accept {number}").format(number=ticket.number)
        if ticket.needs:
            name += f" ({need_words(ticket.needs)})"
        name_widget(self._accept, name)
        self._accept.setToolTip(tip_words(name))
        return ", ".join([words, *extra])

    def show_kept(self, kept_for: str | None, agent: str) -> None:
        """Show for whom this caller is kept or to whom the caller is offered:
        nobody (None), this `agent`, or somebody else.
        """
        mine = kept_for is not None and kept_for == agent
        self._is_kept = kept_for is not None and not mine
        if mine:
            self._kept.show_state(_("For you"), "agent", "accent")
        elif self._is_kept:
            self._kept.show_state(_("For a colleague"), "time", "soft")
        self._kept.setVisible(kept_for is not None)
        self._allow()

    def show_known(self, is_known: bool) -> None:
        """Show whether this agent has served the caller lately;
        said in the place of what it implies.
        """
        shows_known = is_known and self._kept.isHidden()
        self._known.setVisible(shows_known)
        self._given.setVisible(self.ticket.caller_number_given and not shows_known)

    def show_later(self, seconds: float) -> None:
        """Colleagues with the skill for it go first, for so many seconds more;
        0 when this agent may take it.
        """
        if seconds > 0:
            words = _("Specialists first: {time}").format(time=clock_words(seconds))
            self._later.show_state(words, "time", "soft")
        self._later.setVisible(seconds > 0)
        self._allow()

    def set_can_accept(self, can: bool) -> None:
        """Set whether this agent may take a caller now."""
        self._can = can
        self._allow()

    def _allow(self) -> None:
        self._accept.setEnabled(
            self._can
            and self.ticket.away != "back"
            and not self._is_kept
            and self._later.isHidden()
        )

    # ---- hands ----

    def set_tab_stop(self, stops: bool) -> None:
        """Set whether Tab comes here: one row of the queue does,
        the arrows reach the others.
        """
        if stops:
            policy = Qt.FocusPolicy.StrongFocus
        else:
            policy = Qt.FocusPolicy.ClickFocus
        if self.focusPolicy() != policy:
            self.setFocusPolicy(policy)
            self._accept.setFocusPolicy(policy)

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Tells the queue where the keyboard is."""
        super().focusInEvent(event)
        self.focused.emit()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter accepts, arrows move."""
        keys = Qt.Key
        if event is None:
            return
        if (
            event.key() in (keys.Key_Return, keys.Key_Enter)
            and self._accept.isEnabled()
            and not self._accept.isHidden()
        ):
            self.accept_requested.emit(self.ticket.id)
        elif event.key() in (keys.Key_Up, keys.Key_Down):
            self.moved.emit(-1 if event.key() == keys.Key_Up else 1)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """A double click accepts."""
        if self._accept.isEnabled() and not self._accept.isHidden():
            self.accept_requested.emit(self.ticket.id)
