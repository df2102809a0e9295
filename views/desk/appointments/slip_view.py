# SPDX-License-Identifier: GPL-3.0-only
"""What was booked, moved or cancelled, with the date in full, and the slip for the caller.
Used by the drawer.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtWidgets import QWidget

from documents.printed.dates import full_moment
from resources.texts import _
from session.core.appointment_model import AppointmentState
from session.protocol.appointments.booking import Slip
from views.desk.appointments.acts import AppointmentAct, BeginBooking, PrintSlip
from views.widgets.announcer import announce
from views.widgets.icons import IconLabel
from views.widgets.parts import FlowLayout, column, label, push_button, row, scroll_area
from views.widgets.theme import SPACE
from views.words.appointments import first_capital, minutes_long, slip_code


class SlipView(QWidget):
    """The appointment as the caller takes it along.

    Args:
        tell: told what the agent wants.
        close: closes the drawer.
    """

    def __init__(self, tell: Callable[[AppointmentAct], None], close: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("booking_slip")
        self._tell = tell
        self._slip: Slip | None = None
        self._icon = IconLabel("allowed", "good", size_px=34)
        self._title = label(role="large", name="slip_title", wrap=True)
        self._when = label(role="large", name="slip_when", wrap=True)
        self._where = label(role="body", name="slip_where", wrap=True)
        self._code = label(role="title", name="slip_code", wrap=True)
        self._bring = label(role="body", name="slip_bring", wrap=True)
        self._sent = label(role="soft", name="slip_sent", wrap=True)
        self._print = push_button(
            _("Print the slip at the kiosk"), "printer", "primary", name="slip_print"
        )
        self._print.clicked.connect(self._on_print)
        self._again = push_button(_("Take another appointment"), "add", name="slip_again")
        self._again.clicked.connect(lambda: tell(BeginBooking()))
        self._close = push_button(_("Close"), "close", name="slip_close", keys="Esc")
        self._close.clicked.connect(close)
        body = QWidget()
        top = row(None, self._icon, space=SPACE[2])
        top.addWidget(self._title, 1)
        column(body, top, self._when, self._where, self._code, self._bring, 0, space=SPACE[2])
        box = column(self, scroll_area(body), self._sent, space=SPACE[2])
        box.addLayout(FlowLayout(self._print, self._again, self._close))
        box.setStretch(0, 1)

    def show_slip(self, slip: Slip, *, moved: bool, with_kiosk: bool) -> None:
        """Show it, with the keyboard on what comes next."""
        self._slip = slip
        is_cancelled = slip.state is AppointmentState.CANCELLED
        if is_cancelled:
            title = _("The appointment is cancelled")
        elif moved:
            title = _("The appointment has another time")
        else:
            title = _("The appointment is taken")
        self._title.setText(title)
        when = f"{first_capital(full_moment(slip.starts_at))} · {minutes_long(slip.length_min)}"
        self._when.setText(when)
        where = (slip.service_name, slip.organisation_name, slip.site_name)
        who = _("with {name}").format(name=slip.agent_name) if slip.agent_name else ""
        self._where.setText(" · ".join(filter(None, (*where, who))))
        self._code.setText(_("Letters of the slip: {code}").format(code=slip_code(slip.code)))
        lines = (_("To bring:"), *(f"– {paper}" for paper in slip.bring))
        self._bring.setText("\n".join(lines) if slip.bring else "")
        for part in (self._code, self._bring):
            part.setVisible(not is_cancelled and bool(part.text()))
        self._sent.hide()
        self._print.setVisible(with_kiosk and not is_cancelled)
        self._print.setEnabled(True)
        announce(self, f"{title}. {when}")
        self.take_keyboard()

    def take_keyboard(self) -> None:
        """The keyboard goes to what comes next."""
        (self._close if self._print.isHidden() else self._print).setFocus()

    def show_no_kiosk(self) -> None:
        """The conversation is over: nothing is printed at the kiosk any more."""
        self._print.hide()

    def _on_print(self) -> None:
        if self._slip is not None:
            self._print.setEnabled(False)
            words = _("The slip is on its way: the caller agrees at the kiosk, then it is printed.")
            self._sent.setText(words)
            self._sent.show()
            self._tell(PrintSlip(self._slip))
