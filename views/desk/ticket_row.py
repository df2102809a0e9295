# SPDX-License-Identifier: GPL-3.0-only
"""One ticket of the queue as a row: number, service, site, live wait, Accept.
Used by the queue view.
"""

from __future__ import annotations

from datetime import datetime

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor, QIcon, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QFrame, QSizePolicy, QWidget

from resources.texts import _
from session.protocol.hub.requests import Service
from session.protocol.hub.tickets import Ticket, TicketState
from views.widgets.icons import IconLabel, icon
from views.widgets.parts import (
    Chip,
    ElidedLabel,
    clock_words,
    column,
    label,
    push_button,
    restyle,
    row,
    steady_figures,
)
from views.widgets.theme import service_colour

WAITING = frozenset({TicketState.WAITING, TicketState.OFFERED})
LONG_WAIT_S = 600.0
"""A wait of so many seconds is shown as a long one."""

BORDER_PX = 2
BADGE_SPACE = 6
"""Pixels between two badges."""


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
    """

    accept_requested = pyqtSignal(str)
    moved = pyqtSignal(int)

    def __init__(self, ticket: Ticket) -> None:
        super().__init__()
        self.ticket = ticket
        self.setObjectName(f"ticket_{ticket.id}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._number = label(role="number", name="ticket_number")
        self._wait = steady_figures(label(role="strong", name="ticket_wait"))
        self._wait_icon = IconLabel(size_px=16)
        self._tag = ServiceTag(0)
        self._site = ElidedLabel(role="small")
        self._bell = Chip("ticket_new", _("New"), icon_name="bell", tone="solid")
        self._given = Chip("ticket_given", _("No. given"), icon_name="given")
        self._given.setToolTip(_("The caller has typed a caller number"))
        self._urgent = Chip("ticket_priority", _("Priority"), icon_name="priority", tone="warn")
        self._kept = Chip("ticket_kept")
        self._kept.hide()
        self._away = Chip("ticket_away")
        self._known = Chip("ticket_known", _("Comes back to you"), icon_name="undo", tone="accent")
        self._known.hide()
        self._later = Chip("ticket_later")
        self._later.hide()
        self._can, self._is_kept = True, False
        self._accept = push_button(_("Accept"), "accept", "plain", name=f"accept_{ticket.id}")
        self._accept.clicked.connect(lambda: self.accept_requested.emit(self.ticket.id))
        self._build()

    def _build(self) -> None:
        # the last ones give up their words first
        self._chips = (
            self._later,
            self._kept,
            self._away,
            self._known,
            self._urgent,
            self._bell,
            self._given,
        )
        self._badges = QWidget()
        self._badges.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        badges = row(self._badges, *self._chips, space=BADGE_SPACE)
        badges.addStretch(1)
        self._top = row(None, self._number, space=6)
        self._top.addWidget(self._badges, 1)
        self._top.addWidget(self._wait_icon)
        self._top.addWidget(self._wait)
        bottom = row(None, space=6)
        bottom.addWidget(column_of(self._tag, self._site), 1)
        bottom.addWidget(self._accept, 0, Qt.AlignmentFlag.AlignBottom)
        self._whole = column(self, self._top, bottom, space=4, margins=(10, 8, 8, 8))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """The badges use the room there is."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Badges stand beside the number; where they are too wide, in a line of their own; and
        where that is too narrow, without words. Number, wait and Accept are never cut.
        """
        shown = [chip for chip in self._chips if not chip.isHidden()]
        inside = self._whole.contentsMargins()
        room = self.width() - inside.left() - inside.right() - 2 * BORDER_PX
        others = (self._number, self._wait_icon, self._wait)
        taken = sum(
            max(widget.sizeHint().width(), widget.minimumWidth()) + self._top.spacing()
            for widget in others
        )
        needed = sum(chip.width_px(words=True) + BADGE_SPACE for chip in shown)
        below = needed > room - taken
        self._place_badges(below=below)
        for chip in reversed(shown):
            worded = needed <= (room if below else room - taken)
            if not worded:
                needed += chip.width_px(words=False) - chip.width_px(words=True)
            chip.show_words(worded)

    def _place_badges(self, *, below: bool) -> None:
        if below == (self._whole.indexOf(self._badges) >= 0):
            return
        if below:
            self._top.removeWidget(self._badges)
            self._top.insertStretch(1, 1)
            self._whole.insertWidget(1, self._badges)
        else:
            self._whole.removeWidget(self._badges)
            self._top.takeAt(1)
            self._top.insertWidget(1, self._badges, 1)

    def show_ticket(
        self,
        ticket: Ticket,
        service: Service | None,
        *,
        place: int,
        next_one: bool,
        ringing: bool,
    ) -> None:
        """Shows the ticket's facts; `next_one` is the first of the queue, `place` the service's for
        its colour.
        """
        self.ticket = ticket
        waiting = ticket.state in WAITING
        self._number.setText(ticket.number)
        self._tag.show_service(service, ticket.service, place)
        self._site.setText(ticket.site)
        self._given.setVisible(ticket.caller_number_given)
        self._bell.setVisible(ringing)
        self._urgent.setVisible(ticket.priority > 0 and not ringing)
        self._accept.setVisible(waiting)
        restyle(self._accept, kind="primary" if next_one or ringing else "plain")
        self._accept.setIcon(_accept_icon(next_one or ringing))
        self._number.setEnabled(waiting)
        self._show_away()
        restyle(self, place="next" if next_one else "", ringing=ringing)

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
        long = waiting and seconds >= LONG_WAIT_S
        tone = "" if waiting else "soft"
        if long:
            tone = "warn"
        self._wait.setText(clock_words(seconds))
        self._wait_icon.set_icon("wait_long" if long else "time", "warn" if long else "soft")
        restyle(self._wait, tone=tone)
        self.setAccessibleName(self._spoken(seconds, long))
        self._fit()

    def _spoken(self, seconds: float, long: bool) -> str:
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
        extra = [_("long wait")] if long else []
        extra.append(_("number given") if ticket.caller_number_given else _("no number"))
        if ticket.priority > 0:
            extra.append(_("Priority"))
        if not self._kept.isHidden():
            extra.append(self._kept.text())
        if not self._away.isHidden():
            extra.append(self._away.text())
        if not self._known.isHidden():
            extra.append(self._known.text())
        if not self._later.isHidden():
            extra.append(self._later.text())
        self._accept.setAccessibleName(_("Accept {number}").format(number=ticket.number))
        return ", ".join([words, *extra])

    def show_kept(self, kept_for: str | None, agent: str) -> None:
        """For whom this caller is kept or to whom the caller is offered: nobody (None), this
        `agent`, or somebody else.
        """
        mine = kept_for is not None and kept_for == agent
        self._is_kept = kept_for is not None and not mine
        if mine:
            self._kept.show_state(_("For you"), "agent", "accent")
        elif self._is_kept:
            self._kept.show_state(_("For a colleague"), "time", "soft")
        self._kept.setVisible(kept_for is not None)
        self._allow()

    def show_known(self, known: bool) -> None:
        """Whether this agent has served the caller lately; said in the place of what it implies."""
        shown = known and self._kept.isHidden()
        self._known.setVisible(shown)
        self._given.setVisible(self.ticket.caller_number_given and not shown)

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
        """Whether this agent may take a caller now."""
        self._can = can
        self._allow()

    def _allow(self) -> None:
        self._accept.setEnabled(
            self._can
            and self.ticket.away != "back"
            and not self._is_kept
            and self._later.isHidden()
        )

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


def column_of(*parts: QWidget) -> QWidget:
    """The parts one under the other, as one widget."""
    made = QWidget()
    column(made, *parts, space=3)
    return made


def _accept_icon(primary: bool) -> QIcon:
    return icon("accept", "on_accent" if primary else "text")
