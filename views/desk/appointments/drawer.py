# SPDX-License-Identifier: GPL-3.0-only
"""The drawer in which an agent takes, moves and cancels appointments, in a conversation, in its
wrap-up and between two callers. Used by the desk's window.
"""

from __future__ import annotations

from datetime import date

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from resources.texts import _
from session.core.clock import Clock
from session.core.errors import SessionError
from session.protocol.appointments.booking import (
    BookableAnswer,
    BookableRequest,
    BookedAnswer,
    CancelAppointmentRequest,
    FreeSlotsAnswer,
    FreeSlotsRequest,
    MoveAppointmentRequest,
    Slip,
)
from session.protocol.hub.requests import HubMessage
from views.desk.appointments.acts import BookingFor, HubAct
from views.desk.appointments.booking_panel import BookingPanel
from views.desk.appointments.outside_view import OutsideView
from views.desk.appointments.slip_view import SlipView
from views.widgets.edge_drawer import EdgeDrawer
from views.widgets.parts import (
    FlowLayout,
    PageStack,
    column,
    label,
    label_button,
    push_button,
    row,
    tool_button,
)
from views.widgets.theme import SPACE

WIDTH_PX, WINDOW_PART = 560, 0.48


class AppointmentDrawer(EdgeDrawer):
    """A time is chosen; then what was booked is shown in the same place.

    Args:
        over: the window's body.
        below: the part under which it begins.
        clock: for the day on which a birth date is judged.

    Attributes:
        is_offered: whether any service gives appointments.

    Signals:
        acted(object): what the agent wants, an `AppointmentAct`.
    """

    acted = pyqtSignal(object)

    def __init__(self, over: QWidget, below: QWidget, *, clock: Clock) -> None:
        super().__init__(
            over, below, name="appointment_drawer", width_px=WIDTH_PX, part=WINDOW_PART
        )

        def today() -> date:
            return clock.utc_now().astimezone().date()

        self.is_offered = False
        self._whom = BookingFor()
        self._title = label(role="title", name="appointment_drawer_title")
        self.panel = BookingPanel(today, self.acted.emit)
        self.slip = SlipView(self.acted.emit, self.hide)
        self._pages = PageStack()
        self.outside = OutsideView(today, self.acted.emit)
        for page in (self.panel, self.slip, self.outside):
            self._pages.addWidget(page)
        close = tool_button(_("Close"), "close", "appointment_drawer_close", keys="Esc")
        close.clicked.connect(self.hide)
        self._to_outside = push_button("", "own_window", "quiet", name="booking_outside")
        self._to_outside.clicked.connect(self._begin_outside)
        self._to_outside.hide()
        self._outside_name = ""
        box = column(self, row(None, self._title, 0, close), space=SPACE[1])
        box.addLayout(FlowLayout(self._to_outside))
        box.setContentsMargins(*(SPACE[2],) * 4)
        box.addWidget(self._pages, 1)

    def offer_outside(self, name: str) -> None:
        """Offer another booking service beside our own times; "" for none."""
        self._outside_name = name
        label_button(self._to_outside, _("With {service}…").format(service=name))
        self._show_outside_button()

    def _show_outside_button(self) -> None:
        is_new = self._pages.currentWidget() is self.panel and self._whom.moved is None
        self._to_outside.setVisible(bool(self._outside_name) and is_new)

    def _begin_outside(self) -> None:
        self._pages.setCurrentWidget(self.outside)
        self._name(_("Take an appointment"))
        self.outside.begin(self._whom, self._outside_name)
        self._show_outside_button()

    def show_outside(self, words: str, *, tone: str, waits: bool, slip: Slip | None) -> None:
        """Show where an appointment in the other service stands; see `OutsideView`."""
        self.outside.show_words(words, tone=tone, waits=waits)
        if slip is not None and self._pages.currentWidget() is self.outside:
            self._pages.setCurrentWidget(self.slip)
            self._name(_("Appointment"))
            self.slip.show_slip(slip, moved=False, with_kiosk=self._whom.with_kiosk)

    def begin(self, whom: BookingFor) -> None:
        """Opens with the next free week."""
        self._whom = whom
        moved = whom.moved
        self._name(_("Take an appointment") if moved is None else _("Move the appointment"))
        self.bring()
        self._pages.setCurrentWidget(self.panel)
        self._show_outside_button()
        self.panel.begin(whom)

    def show_no_kiosk(self) -> None:
        """The conversation is over: nothing is printed at the kiosk any more."""
        self.slip.show_no_kiosk()

    def show_answer(self, request: HubAct, answer: HubMessage) -> None:
        """Show what the hub has answered."""
        match request, answer:
            case BookableRequest(), BookableAnswer():
                self.panel.show_bookable(request, answer)
            case FreeSlotsRequest(), FreeSlotsAnswer():
                self.panel.show_free(request, answer)
            case _, BookedAnswer():
                self._show_booked(request, answer)

    def show_refused(self, request: HubAct, error: SessionError) -> None:
        """Say why there is no answer."""
        if not isinstance(request, CancelAppointmentRequest):
            self.panel.show_refused(error)

    def _show_booked(self, request: HubAct, answer: BookedAnswer) -> None:
        slip = answer.slip
        if slip is None:
            self.panel.show_taken(answer.instead)
            return
        if isinstance(request, CancelAppointmentRequest) or self.isHidden():
            return  # the list of appointments shows it
        self._pages.setCurrentWidget(self.slip)
        self._show_outside_button()
        self._name(_("Appointment"))
        is_moved = isinstance(request, MoveAppointmentRequest)
        self.slip.show_slip(slip, moved=is_moved, with_kiosk=self._whom.with_kiosk)

    def _name(self, words: str) -> None:
        self._title.setText(words)
        self.setAccessibleName(words)
