# SPDX-License-Identifier: GPL-3.0-only
"""One ticket of the queue as a row: number, service, site, live wait, Accept.
Used by the queue view.
"""

from __future__ import annotations

from datetime import datetime

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
from PyQt6.QtWidgets import QFrame, QSizePolicy, QWidget

from resources.texts import _
from session.protocol.hub.requests import Service
from session.protocol.hub.tickets import Ticket
from views.desk.queue.agent_queue import WAITING
from views.desk.queue.row_fit import RowFit
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
from views.words.appointments import due_words
from views.words.waits import WaitLimits, need_words, wait_style


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


def show_due(chip: Chip, ticket: Ticket) -> None:
    """Show the hour of the caller's appointment, where there is one."""
    if ticket.due_at_utc is not None:
        chip.show_state(due_words(ticket.due_at_utc), "appointment", "accent")
    chip.setVisible(ticket.due_at_utc is not None)


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
        self._due = Chip("ticket_due")
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
        self._is_new = self._has_room = False
        self._under = ""
        self._accept = push_button("", "accept", name=f"accept_{ticket.id}")
        self._accept.setProperty("dense", True)
        self._accept.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._accept.clicked.connect(lambda: self.accept_requested.emit(self.ticket.id))
        clock = QWidget()
        row(clock, self._wait_icon, self._wait, space=6)
        # the last ones give up their words first
        away = (self._later, self._kept, self._away, self._known)
        self._fit = RowFit(
            self,
            number=self._number,
            chips=(*away, self._due, self._needs, self._urgent, self._bell, self._given),
            clock=clock,
            tag=self._tag,
            site=self._site,
            accept=self._accept,
        )

    # ---- arranging ----

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """The parts use the room there is."""
        super().resizeEvent(event)
        self._fit_parts()

    def changeEvent(self, event: QEvent | None) -> None:
        """Other letters need other room."""
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit.forget()

    def _fit_parts(self) -> None:
        two_lines = self._is_new or self._has_room
        self._fit.fit(self._under, is_new=two_lines, wait=self._wait.text())

    def give_room(self, has_room: bool) -> None:
        """Set whether there is room for two lines, on which names are whole."""
        self._has_room = has_room
        self._fit.forget()
        self._fit_parts()

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
        """Language, sign language, writing: what the agent must be able to do; and the hour of an
        appointment.
        """
        words = need_words(self.ticket.needs)
        self._needs.show_state(words, "needs", "accent")
        self._needs.setToolTip(tip_words(_("The caller needs: {needs}").format(needs=words)))
        self._needs.setVisible(bool(words))
        show_due(self._due, self.ticket)

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
        self._fit_parts()

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
        chips = (self._due, self._needs, self._kept, self._away, self._known, self._later)
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
