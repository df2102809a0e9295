# SPDX-License-Identifier: GPL-3.0-only
"""Connects the desk's window with the agent's appointments: the drawer that takes them, those of
the caller, and those of this day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from documents.printed.dates import full_moment, hour
from expert_app.desk.booking.appointments import BookingQuestion, BookingRefused, DeskAppointments
from expert_app.desk.booking.outside import OutsideProgress, OutsideStep
from expert_app.desk.jobs import DeskJobs
from resources.texts import N_, _
from session.core.appointment_model import AppointmentPerson, AppointmentState
from session.core.errors import SessionError
from session.protocol.appointments.booking import (
    BookableRequest,
    BookedAnswer,
    BookRequest,
    CancelAppointmentRequest,
    FreeSlotsRequest,
    MoveAppointmentRequest,
)
from session.protocol.appointments.day import (
    AbsenceRequest,
    AppointmentsAnswer,
    DayAppointment,
    StepsAnswer,
    StepsRequest,
)
from session.protocol.appointments.outside import OutsideState
from session.protocol.hub.requests import HubMessage
from views.desk.acts import BookAgain, SettleUntold
from views.desk.appointments.acts import (
    BeginBooking,
    BeginMoving,
    BookingFor,
    BookOutside,
    PrintSlip,
    StopOutside,
)
from views.desk.my_day.open_work import OpenWork, WorkKind
from views.desk.window import DeskWindow
from views.widgets.message_bar import Level
from views.words.appointments import STATES, person_words, told_words
from views.words.errors import sentence

CANCELLED = "appointment cancelled"

OUTSIDE_WAITS = (OutsideStep.SIGN_IN, OutsideStep.ASKING, OutsideStep.CHOOSING)
"""Steps at which the agent, or the other service, is waited for."""


class AppointmentConnections:
    """Window on one side, job on the other.

    Args:
        agent: who sits here.
        show_missed: told the missed appointments that are open work.
    """

    def __init__(
        self,
        window: DeskWindow,
        jobs: DeskJobs,
        *,
        organisation: str,
        agent: str,
        show_missed: Callable[[Sequence[OpenWork]], None],
    ) -> None:
        self._window = window
        self._app = app = jobs.app
        self._work = jobs.work
        self._job: DeskAppointments = jobs.appointments
        self._organisation = organisation
        self._agent = agent
        self._show_missed = show_missed
        self._not_told: Sequence[DayAppointment] = ()
        self._has_booked = False
        self._again = ""
        """A missed appointment in whose place another is taken."""
        for page in (
            window.appointments,
            window.dossier,
            window.wrap_up,
            window.conversation.talk_bar,
            window.idle,
        ):
            page.acted.connect(self._on_act)
        self._outside = jobs.outside
        jobs.outside.offered.connect(lambda offer: window.appointments.offer_outside(offer.name))
        jobs.outside.progressed.connect(self._on_outside)
        job = self._job
        job.offered.connect(self._on_offered)
        job.answered.connect(lambda answered: self._on_answered(*answered))
        job.refused.connect(self._on_refused)
        job.caller_changed.connect(window.dossier.appointments.show_appointments)
        job.day_changed.connect(self._on_day)
        job.steps_read.connect(self._on_steps)
        app.session_opened.connect(lambda _session: self._begin())
        app.session_ended.connect(lambda _ended: window.appointments.show_no_kiosk())
        app.session_closed.connect(lambda _outcome: self._begin())

    def _begin(self) -> None:
        """Another caller, or none: nothing of the one before stays."""
        self._has_booked = False
        self._window.appointments.hide()
        self._window.dossier.appointments.show_appointments(())
        self._offer()

    def _on_offered(self, offered: bool) -> None:
        self._window.appointments.is_offered = offered
        self._offer()

    def _offer(self) -> None:
        offered = self._window.appointments.is_offered
        self._window.conversation.talk_bar.offer_appointments(offered)
        self._window.wrap_up.offer_appointments(offered, leads=not self._has_booked)
        self._window.idle.appointments.setVisible(offered)

    # ---- acts of the agent

    def _on_act(self, act: object) -> None:
        drawer = self._window.appointments
        match act:
            case BookableRequest() | FreeSlotsRequest() | BookRequest():
                self._job.ask(act)
            case MoveAppointmentRequest() | CancelAppointmentRequest():
                self._job.ask(act)
            case BeginBooking():
                self._again = ""
                drawer.begin(self._for_caller())
            case BeginMoving(appointment):
                drawer.begin(self._for(appointment, moved=appointment))
            case PrintSlip(slip):
                self._job.print_slip(slip)
            case BookOutside(person, dossier):
                self._outside.begin(person, dossier)
            case StopOutside():
                self._outside.stop()
            case AbsenceRequest():
                self._job.set_absence(act)
            case StepsRequest():
                self._job.show_steps(act)
            case BookAgain(appointment_id):
                self._book_again(appointment_id)
            case SettleUntold(appointment_id):
                self._job.settle_untold(appointment_id)

    def _on_steps(self, read: tuple[str, StepsAnswer]) -> None:
        appointment_id, answer = read
        self._window.dossier.appointments.show_steps(appointment_id, answer.steps)

    def _on_outside(self, progress: OutsideProgress) -> None:
        step, state, error = progress
        if error is not None:
            words, tone = sentence(error.code, error.detail).sentence, "bad"
        else:
            words, tone = outside_words(step, state), "soft"
        if state.slip is not None:
            self._has_booked = True
            self._offer()
        self._window.appointments.show_outside(
            words, tone=tone, waits=step in OUTSIDE_WAITS, slip=state.slip
        )

    def _book_again(self, appointment_id: str) -> None:
        for facts in self._not_told:
            if facts.appointment.id == appointment_id:
                self._again = appointment_id
                self._window.appointments.begin(self._for(facts))

    def _for_caller(self) -> BookingFor:
        """The caller of the conversation, or somebody who is asked."""
        session, dossier = self._app.session, self._app.dossier
        organisation = self._organisation
        service, person = "", AppointmentPerson()
        if session is not None:
            facts = session.facts
            service = f"{organisation}/{facts.service}"
            person = AppointmentPerson(caller_number=facts.caller_number, phone=facts.phone)
        if dossier is not None:
            person = AppointmentPerson(
                family_name=dossier.family_name or dossier.caller_name[:100],
                given_names=dossier.given_names,
                born_on=dossier.born_on,
                caller_number=dossier.caller_number,
                phone=person.phone,
            )
        return BookingFor(
            service=service,
            organisation=organisation,
            name=dossier.caller_name if dossier is not None else "",
            person=person,
            dossier=dossier.number if dossier is not None else "",
            agent=self._agent,
            own_services=self._own_services(),
            with_kiosk=self._has_kiosk(),
        )

    def _for(self, facts: DayAppointment, moved: DayAppointment | None = None) -> BookingFor:
        """The person of an appointment, for the same service at the same site."""
        appointment = facts.appointment
        time = appointment.time
        return BookingFor(
            service=f"{appointment.organisation}/{time.service}",
            site=f"{time.home}/{time.site}",
            organisation=self._organisation,
            name=person_words(appointment),
            person=appointment.person,
            agent=self._agent,
            own_services=self._own_services(),
            with_kiosk=self._has_kiosk(),
            moved=moved,
        )

    def _own_services(self) -> frozenset[str]:
        served = (work.id for work in self._work.services if work.after_s is not None)
        return frozenset(f"{self._organisation}/{service}" for service in served)

    def _has_kiosk(self) -> bool:
        session = self._app.session
        is_talking = session is not None and not self._window.wrap_up.isVisible()
        return is_talking and session is not None and not session.facts.phone

    # ---- answers

    def _on_answered(self, request: BookingQuestion, answer: HubMessage) -> None:
        drawer = self._window.appointments
        if isinstance(answer, BookedAnswer) and answer.slip is not None:
            if isinstance(request, BookRequest):
                self._has_booked = True
                self._offer()
                if self._again:
                    self._job.settle_untold(self._again)
                    self._again = ""
            elif isinstance(request, CancelAppointmentRequest):
                words = _("The appointment is cancelled.")
                self._window.messages.show_message(Level.INFO, words, key=CANCELLED)
        drawer.show_answer(request, answer)

    def _on_refused(self, refused: BookingRefused) -> None:
        request, error = refused
        if isinstance(request, CancelAppointmentRequest):
            self._window.dossier.appointments.show_failed(request.appointment_id)
            self._say(error)
        else:
            self._window.appointments.show_refused(request, error)

    def _say(self, error: SessionError) -> None:
        words = sentence(error.code, error.detail).sentence
        self._window.messages.show_message(Level.WARNING, words, key=CANCELLED)

    # ---- this day

    def _on_day(self, answer: AppointmentsAnswer) -> None:
        self._not_told = answer.not_told
        shown = [
            facts
            for facts in answer.appointments
            if facts.appointment.state is not AppointmentState.CANCELLED
        ]
        self._window.idle.appointments.show_work([_line(facts) for facts in shown])
        self._window.idle.absence.show_absences(answer.absences)
        self._show_missed([_to_tell(facts, answer.day) for facts in answer.not_told])


def _line(facts: DayAppointment) -> OpenWork:
    appointment = facts.appointment
    words = (hour(appointment.time.starts_at), person_words(appointment))
    detail = (
        facts.service_name,
        facts.site_name,
        facts.agent_name,
        _(STATES[appointment.state][0]),
        told_words(appointment),
    )
    return OpenWork(
        WorkKind.APPOINTMENT,
        appointment.id,
        " · ".join(filter(None, words)),
        " · ".join(filter(None, detail)),
    )


def _to_tell(facts: DayAppointment, today: str) -> OpenWork:
    """Whose person has to be called: who did not come, or whom no message reached."""
    appointment = facts.appointment
    starts_at, person = appointment.time.starts_at, appointment.person
    if appointment.state is not AppointmentState.MISSED:
        kind, when = WorkKind.UNTOLD, full_moment(starts_at)
    elif starts_at.date().isoformat() == today:
        kind, when = WorkKind.MISSED, hour(starts_at)
    else:
        kind, when = WorkKind.MISSED, full_moment(starts_at)
    if appointment.state is AppointmentState.CANCELLED:
        words = _("No message reached {name}: the appointment of {when} is cancelled")
    elif kind is WorkKind.UNTOLD:
        words = _("No message reached {name}: appointment on {when}")
    else:
        words = _("Missed: {name}, {when}")
    if kind is WorkKind.MISSED:
        detail = (facts.service_name, person.phone, person.email)
    else:
        detail = (facts.service_name, facts.site_name, person.phone)
    title = words.format(name=person_words(appointment), when=when)
    return OpenWork(kind, appointment.id, title, " · ".join(filter(None, detail)))


_OUTSIDE = {
    OutsideStep.SIGN_IN: N_(
        "Sign in in your browser, and allow Poste Expert to act for you there."
    ),
    OutsideStep.ASKING: N_("Asking the other service…"),
    OutsideStep.CHOOSING: N_(
        "Choose reason, place and time in your browser. It is shown here then."
    ),
    OutsideStep.NOT_CHOSEN: N_(
        "No time was chosen within twenty minutes. One that is chosen later comes by itself."
    ),
    OutsideStep.STOPPED: N_("It is not waited for. A time that is chosen there comes by itself."),
}


def outside_words(step: OutsideStep, state: OutsideState) -> str:
    """Say where an appointment in another service stands."""
    if state.starts_at is None:
        return _(_OUTSIDE[step])
    when = full_moment(state.starts_at)
    if state.slip is not None:
        return _("It is taken: {when}.").format(when=when)
    words = _(
        "It is taken there: {when}. The convention does not know its reason or place, so it is not "
        "in the list here: tell the operator."
    )
    return words.format(when=when)
