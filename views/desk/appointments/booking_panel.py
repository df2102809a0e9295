# SPDX-License-Identifier: GPL-3.0-only
"""Takes a free time for a person, or gives an appointment another one. Used by the drawer.

Service and site of the caller are chosen already and the next free week is shown: a time, then
Enter, is all that there is to do for the person of a dossier.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import msgspec
from PyQt6.QtWidgets import QWidget

from documents.printed.dates import full_moment
from resources.texts import _
from session.core.appointment_model import AppointmentPerson
from session.core.errors import SessionError
from session.protocol.appointments.booking import (
    BookableAnswer,
    BookableRequest,
    BookRequest,
    FreeSlot,
    FreeSlotsAnswer,
    FreeSlotsRequest,
    MoveAppointmentRequest,
)
from session.protocol.wire.ids import new_id
from views.desk.appointments.acts import AppointmentAct, BookingFor
from views.desk.appointments.person_fields import PersonFields
from views.desk.appointments.place_choice import PlaceChoice
from views.desk.appointments.week import WeekView
from views.widgets.announcer import announce
from views.widgets.field import Field
from views.widgets.parts import (
    FlowLayout,
    Segments,
    column,
    label,
    label_button,
    push_button,
    restyle,
    row,
    scroll_area,
    tool_button,
)
from views.widgets.theme import SPACE
from views.words.appointments import first_capital, full_day, minutes_long
from views.words.errors import sentence

DAYS = 7
"""Days of one question for free times."""

ANYBODY, ME = "anybody", "me"


class BookingPanel(QWidget):
    """Place, week, person, and the button that takes the time.

    Args:
        today: the day on which a birth date is judged.
        tell: told what the agent wants.

    Attributes:
        places: service and site.
        earlier, later: to the days before and after these.
        week: the free times.
    """

    def __init__(self, today: Callable[[], date], tell: Callable[[AppointmentAct], None]) -> None:
        super().__init__()
        self.setObjectName("booking_panel")
        self._tell = tell
        self._whom = BookingFor()
        self._asked: FreeSlotsRequest | None = None
        self._free: FreeSlotsAnswer | None = None
        self._before: list[str] = []
        self._time: datetime | None = None
        self._sent: BookRequest | MoveAppointmentRequest | None = None
        self._takes_keyboard = False
        self.places = PlaceChoice(tell, self._on_place)
        self._with = Segments(
            "booking_with",
            _("Who expects the caller"),
            choices=[
                (ANYBODY, _("An agent of the service"), "queue"),
                (ME, _("With me"), "agent"),
            ],
        )
        self._with.chosen.connect(lambda _choice: self._ask(""))
        self.earlier = tool_button(_("Earlier days"), "arrow_left", "booking_earlier")
        self.later = tool_button(_("Later days"), "arrow_right", "booking_later")
        self.earlier.clicked.connect(self._on_earlier)
        self.later.clicked.connect(self._on_later)
        self._range = label(role="strong", name="booking_range", wrap=True)
        self._words = label(role="body", name="booking_words", wrap=True)
        self._all = push_button(_("All free times"), "retry", "quiet", name="booking_all")
        self._all.clicked.connect(lambda: self._ask("", takes_keyboard=True))
        self.week = WeekView(self.choose)
        self._person = PersonFields(today)
        self._person.edited.connect(self._allow)
        self._person.entered.connect(self.confirm)
        self._reason = Field("booking_reason", _("Why? (optional)"), longest=300)
        self._reason.entered.connect(self.confirm)
        self._chosen = label(role="title", name="booking_chosen", wrap=True)
        self._confirm = push_button("", "appointment", "primary", name="booking_confirm")
        self._confirm.clicked.connect(lambda: self.confirm())
        self._build()

    def begin(self, whom: BookingFor) -> None:
        """Begins anew, with the next free week."""
        self._whom = whom
        moved = whom.moved
        self._time = self._sent = self._asked = self._free = None
        self._before.clear()
        self._takes_keyboard = True
        self._with.choose(ANYBODY)
        self._with.hide()
        self.week.show_slots(())
        self._show_words(_("Searching for free times…"))
        self._range.setText("")
        for button in (self.earlier, self.later):
            button.setEnabled(False)
        self._person.begin(whom.name, whom.person)
        self._person.setVisible(moved is None)
        self._reason.fill("")
        self._reason.setVisible(moved is not None)
        words = _("Take this appointment") if moved is None else _("Move it to this time")
        label_button(self._confirm, words)
        self._show_chosen()
        self.setFocus()
        if moved is None:
            self.places.begin(whom.service, whom.site)
        else:
            time = moved.appointment.time
            service = f"{moved.appointment.organisation}/{time.service}"
            self.places.begin(service, f"{time.home}/{time.site}", fixed=True)

    # ---- answers of the hub

    def show_bookable(self, request: BookableRequest, answer: BookableAnswer) -> None:
        """Show which services and sites give appointments."""
        self.places.show_answer(request, answer)

    def show_free(self, request: FreeSlotsRequest, answer: FreeSlotsAnswer) -> None:
        """Show the free times of the days that were asked for last, or of the next ones that have
        any.
        """
        if request != self._asked:
            return
        if not answer.slots and answer.first_free is not None:
            first_day = answer.first_free.date().isoformat()
            if first_day != request.from_day:
                self._ask(first_day)
                return
        self._free = answer
        self.places.name_site(answer.site_name)
        self.later.setEnabled(self._end_of(request, answer) <= answer.last_day)
        self.earlier.setEnabled(bool(self._before))
        self._range.setText(_range_words(answer.slots))
        self.week.show_slots(answer.slots)
        if answer.slots:
            self._show_words("")
        else:
            words = _("No free time until {day}. Choose another site, or an agent of the service.")
            last_day = full_day(date.fromisoformat(answer.last_day))
            self._show_words(words.format(day=last_day), "warn")
        if self._takes_keyboard and not self.places.is_open and self.week.take_keyboard():
            self._takes_keyboard = False

    def show_taken(self, instead: Sequence[FreeSlot]) -> None:
        """Somebody else was faster: the next times are shown."""
        self._time = None
        if instead:
            words = _("Somebody else took this time just now. The next free ones:")
        else:
            words = _("Somebody else took this time just now, and no other is free here.")
        self._show_words(words, "warn")
        announce(self, words)
        self._range.setText("")
        self._all.show()
        self.week.show_slots(instead)
        self._show_chosen()
        self.week.take_keyboard()

    def show_refused(self, error: SessionError) -> None:
        """The hub, or the way to it, said no; what is typed and chosen stays."""
        words = sentence(error.code, error.detail).sentence
        self._show_words(words, "bad")
        announce(self, words)
        self._allow()

    # ---- choosing

    def _on_place(self) -> None:
        service = self.places.services.get(self.places.service)
        if service is None or not self.places.site:
            self._show_words(_("No service gives appointments here."), "warn")
            return
        is_served = self.places.service in self._whom.own_services
        self._with.setVisible(is_served and self._whom.moved is None)
        if not is_served:
            self._with.choose(ANYBODY)
        self._person.show_receiver("" if self._is_own() else service.organisation_name)
        self._ask("", takes_keyboard=True)

    def _is_own(self) -> bool:
        """True unless the service is another organisation's."""
        return self.places.service.startswith(f"{self._whom.organisation}/")

    def _ask(self, from_day: str, *, takes_keyboard: bool = False) -> None:
        if not from_day:
            self._before.clear()
        if takes_keyboard:
            self._takes_keyboard = True
        self._time = None
        self._all.hide()
        agent = self._whom.agent if self._with.choice() == ME else ""
        moved = self._whom.moved
        if moved is not None:
            agent = moved.appointment.agent
        self._asked = FreeSlotsRequest(
            service=self.places.service,
            site=self.places.site,
            from_day=from_day,
            days=DAYS,
            agent=agent,
        )
        self._show_words(_("Searching for free times…"))
        self._show_chosen()
        self._tell(self._asked)

    def _on_later(self) -> None:
        if self._asked is not None and self._free is not None:
            self._before.append(self._asked.from_day)
            self._ask(self._end_of(self._asked, self._free))

    def _on_earlier(self) -> None:
        if self._before:
            from_day = self._before.pop()
            before = list(self._before)
            self._ask(from_day)
            self._before = before

    @staticmethod
    def _end_of(request: FreeSlotsRequest, answer: FreeSlotsAnswer) -> str:
        """Return the first day behind those that were asked for."""
        first_day = date.fromisoformat(request.from_day or answer.today)
        return (first_day + timedelta(days=DAYS)).isoformat()

    def choose(self, at: datetime) -> None:
        """Choose a time; what confirms it, or says for whom, gets the keyboard."""
        self._time = at
        self._show_chosen()
        if self._confirm.isEnabled():
            self._confirm.setFocus()
        elif self._person.isVisible():
            self._person.take_keyboard()

    def confirm(self) -> None:
        """Take the time that is chosen, where that is possible."""
        request = self._request()
        if request is None:
            return
        before = self._sent
        if isinstance(before, BookRequest) and isinstance(request, BookRequest):
            # the same wish is the same appointment, however often it is sent
            same = msgspec.structs.replace(request, request_id=before.request_id)
            if same == before:
                request = same
        self._sent = request
        self._confirm.setEnabled(False)
        self._show_words(_("Taking the time…"))
        self._tell(request)

    def _request(self) -> BookRequest | MoveAppointmentRequest | None:
        at, moved = self._time, self._whom.moved
        if at is None or not self._confirm.isEnabled():
            return None
        if moved is not None:
            return MoveAppointmentRequest(
                appointment_id=moved.appointment.id,
                starts_at=at,
                site=self.places.site,
                reason=self._reason.text(),
            )
        person = self._person.person()
        if person is None:
            return None
        dossier = self._whom.dossier if self._is_own() else ""
        if dossier:  # the hub knows whose it is
            person = AppointmentPerson(email=person.email, phone=person.phone)
        return BookRequest(
            request_id=new_id(),
            service=self.places.service,
            starts_at=at,
            site=self.places.site,
            agent=self._whom.agent if self._with.choice() == ME else "",
            dossier=dossier,
            person=person,
            agreed=not self._is_own(),
        )

    # ---- showing

    def _show_chosen(self) -> None:
        if self._time is None:
            self._chosen.setText(_("Choose a time above."))
        elif self._free is not None:
            length = minutes_long(self._free.length_min)
            self._chosen.setText(f"{first_capital(full_moment(self._time))} · {length}")
        restyle(self._chosen, role="soft" if self._time is None else "title")
        self._allow()

    def _allow(self) -> None:
        is_known = self._whom.moved is not None or self._person.is_complete()
        self._confirm.setEnabled(self._time is not None and is_known)

    def _show_words(self, words: str, tone: str = "soft") -> None:
        self._words.setText(words)
        self._words.setVisible(bool(words))
        restyle(self._words, tone=tone)

    def _build(self) -> None:
        days = row(None, self.earlier, space=SPACE[1])
        days.addWidget(self._range, 1)
        days.addWidget(self.later)
        body = QWidget()
        column(
            body,
            self.places,
            FlowLayout(self._with),
            days,
            self._words,
            self.week,
            FlowLayout(self._all),
            self._person,
            self._reason,
            0,
            space=SPACE[1],
            margins=(0, 0, SPACE[1], 0),
        )
        box = column(self, scroll_area(body), self._chosen)
        box.addLayout(FlowLayout(self._confirm, to_end=True))
        box.setStretch(0, 1)
        self._all.hide()


def _range_words(slots: Sequence[FreeSlot]) -> str:
    if not slots:
        return ""
    first, last = slots[0].starts_at.date(), slots[-1].starts_at.date()
    if first == last:
        return first_capital(full_day(first))
    return _("From {first} to {last}").format(first=full_day(first), last=full_day(last))
