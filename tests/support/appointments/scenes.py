# SPDX-License-Identifier: GPL-3.0-only
"""Moments of taking an appointment at the desk, and the facts of the tests of its views.
Used by the gallery and by the views' tests.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import msgspec
from PyQt6.QtWidgets import QPushButton

from documents.printed.dates import hour
from resources.texts import _
from session.core.appointment_model import (
    Absence,
    Appointment,
    AppointmentPerson,
    AppointmentState,
    AppointmentStep,
    AppointmentTime,
    DayChange,
    SlotCounts,
)
from session.core.dossier_model import ActingUser
from session.protocol.appointments.booking import (
    BookableAnswer,
    BookablePlace,
    BookableRequest,
    BookableService,
    BookedAnswer,
    BookRequest,
    FreeSlot,
    FreeSlotsAnswer,
    FreeSlotsRequest,
    MoveAppointmentRequest,
    Slip,
)
from session.protocol.appointments.day import (
    AppointmentsAnswer,
    DayAppointment,
    DayTime,
    SlotCountsAnswer,
    StepsAnswer,
)
from tests.support.screens.desk_scenes import face, usual_day, wrap_up
from tests.support.screens.parts import part
from views.desk.appointments.acts import BookingFor
from views.desk.appointments.drawer import AppointmentDrawer
from views.desk.my_day.open_work import OpenWork, WorkKind
from views.desk.window import DeskWindow
from views.words.appointments import STATES

SITE_ZONE = timezone(timedelta(hours=1))
"""The site's own: not the computer's."""

SERVICE, OTHER = "valdore/logement", "marais/care"
HERE, THERE = "valdore/town", "valdore/library"
SERVICES = [
    BookableService(
        service=SERVICE,
        name="Aide au logement",
        organisation_name="Caisse d'entraide du Val-Doré",
        length_min=20,
    ),
    BookableService(
        service=OTHER,
        name="Soins et remboursements",
        organisation_name="Mutuelle du Marais",
        length_min=30,
    ),
]
PLACES = (
    BookablePlace(site=HERE, name="Mairie de Saint-Aubin-le-Vieux"),
    BookablePlace(site=THERE, name="Médiathèque d'Arvenne"),
)
CALLER = BookingFor(
    service=SERVICE,
    organisation="valdore",
    name="Josiane Verdelin",
    person=AppointmentPerson(
        family_name="Verdelin",
        given_names="Josiane",
        born_on="1984-05-12",
        caller_number="4821906",
    ),
    dossier="D-2026-00417",
    agent="me",
    own_services=frozenset((SERVICE,)),
    with_kiosk=True,
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of March 2026, by the site's clock."""
    return datetime(2026, 3, day, hour, minute, tzinfo=SITE_ZONE)


def free_week() -> list[FreeSlot]:
    """Four mornings of twenty minutes, some of them taken."""
    times = [
        at(day, 9 + count // 3, 20 * (count % 3)) for day in (3, 5, 6, 9) for count in range(9)
    ]
    return [FreeSlot(starts_at=time) for place, time in enumerate(times) if place % 7]


def bookable(request: BookableRequest) -> BookableAnswer:
    """Two services, two sites of each."""
    if not request.service:
        return BookableAnswer(services=SERVICES)
    return BookableAnswer(services=SERVICES, places=PLACES, hits=len(PLACES))


def free(request: FreeSlotsRequest, slots: list[FreeSlot] | None = None) -> FreeSlotsAnswer:
    """The week of `free_week`, or other slots."""
    slots = free_week() if slots is None else slots
    names = {place.site: place.name for place in PLACES}
    return FreeSlotsAnswer(
        slots=slots,
        length_min=20,
        site_name=names[request.site],
        service_name="Aide au logement",
        today="2026-03-02",
        last_day="2026-04-30",
        first_free=slots[0].starts_at if slots else None,
    )


def slip(starts_at: datetime, state: AppointmentState = AppointmentState.BOOKED) -> Slip:
    """What the caller takes along."""
    return Slip(
        appointment_id="ap1",
        code="K7M2PX",
        qr="poste-expert:rdv:K7M2PX",
        state=state,
        service=SERVICE,
        service_name="Aide au logement",
        organisation_name="Caisse d'entraide du Val-Doré",
        site_name="Mairie de Saint-Aubin-le-Vieux",
        starts_at=starts_at,
        length_min=20,
        cancel_until=starts_at - timedelta(hours=2),
        bring=("Attestation de loyer", "Relevé d'identité bancaire"),
    )


def appointment(
    number: str,
    starts_at: datetime,
    state: AppointmentState = AppointmentState.BOOKED,
    *,
    name: tuple[str, str] = ("Josiane", "Verdelin"),
    agent_name: str = "",
) -> DayAppointment:
    """An appointment of an invented person."""
    given_names, family_name = name
    return DayAppointment(
        appointment=Appointment(
            id=number,
            code="K7M2PX",
            organisation="valdore",
            time=AppointmentTime(
                service="logement", home="valdore", site="town", starts_at=starts_at, length_min=20
            ),
            person=AppointmentPerson(
                family_name=family_name,
                given_names=given_names,
                born_on="1984-05-12",
                phone="06 00 00 23 41",
            ),
            state=state,
            agent="me" if agent_name else "",
            made_at_utc=datetime(2026, 3, 1, 9, tzinfo=UTC),
        ),
        service_name="Aide au logement",
        site_name="Mairie de Saint-Aubin-le-Vieux",
        agent_name=agent_name,
    )


TODAY = [
    appointment("ap1", at(2, 9), AppointmentState.KEPT, name=("Paul", "Durand")),
    appointment("ap2", at(2, 9, 20), AppointmentState.MISSED, name=("Ilse", "Ombrage")),
    appointment("ap3", at(2, 10, 20), AppointmentState.ARRIVED, agent_name="Claire Fontanel"),
    appointment("ap4", at(2, 11), name=("Aurèle", "Mandrin")),
]
OF_CALLER = [
    TODAY[2],
    appointment("ap9", at(12, 14, 20)),
    appointment("ap0", datetime(2026, 2, 9, 10, tzinfo=SITE_ZONE), AppointmentState.MISSED),
]


HISTORY = StepsAnswer(
    steps=[
        AppointmentStep(
            kind="booked",
            at_utc=datetime(2026, 2, 20, 9, 12, tzinfo=UTC),
            by=ActingUser(user="valdore/a.claire", name="Claire Fontanel"),
        ),
        AppointmentStep(
            kind="told", at_utc=datetime(2026, 2, 20, 9, 13, tzinfo=UTC), reason="mail:booked"
        ),
        AppointmentStep(
            kind="moved",
            at_utc=datetime(2026, 2, 24, 15, 2, tzinfo=UTC),
            by=ActingUser(user="valdore/s.boss", name="Chantal Vesine"),
            reason="La mairie est fermée ce jour-là",
            was_at=datetime(2026, 2, 27, 8, 20, tzinfo=UTC),
        ),
        AppointmentStep(
            kind="not_told",
            at_utc=datetime(2026, 3, 1, 8, 20, tzinfo=UTC),
            reason="sms:reminder:refused",
        ),
    ]
)
"""What became of an appointment."""


class BookingHub:
    """Answers a drawer as the hub does; what is booked is kept in `booked`.

    Attributes:
        slots: the free times; None for those of `free_week`.
        instead: what is free in the place of a time that somebody else took.
    """

    def __init__(self, drawer: AppointmentDrawer) -> None:
        self._drawer = drawer
        self.slots: list[FreeSlot] | None = None
        self.instead: tuple[FreeSlot, ...] = ()
        self.asked: list[object] = []
        drawer.acted.connect(self.on_act)

    def on_act(self, act: object) -> None:
        """Remembers the act and answers it."""
        self.asked.append(act)
        match act:
            case BookableRequest():
                self._drawer.show_answer(act, bookable(act))
            case FreeSlotsRequest():
                self._drawer.show_answer(act, free(act, self.slots))
            case BookRequest() | MoveAppointmentRequest():
                if self.instead:
                    answer = BookedAnswer(slip=None, instead=self.instead)
                else:
                    answer = BookedAnswer(slip=slip(act.starts_at))
                self._drawer.show_answer(act, answer)


def _booking(window: DeskWindow, whom: BookingFor = CALLER) -> BookingHub:
    window.conversation.talk_bar.offer_appointments(True)
    window.wrap_up.offer_appointments(True, leads=True)
    hub = BookingHub(window.appointments)
    window.resize(1440, 900)
    window.appointments.begin(whom)
    return hub


def booking() -> DeskWindow:
    """The caller of a dossier: a time is all that is chosen."""
    window = face()
    window.dossier.appointments.show_appointments(OF_CALLER)
    _booking(window)
    return window


def booking_nobody() -> DeskWindow:
    """Nobody knows the caller, and the service is another organisation's."""
    window = wrap_up()
    nobody = BookingFor(service=OTHER, organisation="valdore", agent="me")
    _booking(window, nobody)
    return window


def booking_taken() -> DeskWindow:
    """Somebody else was faster."""
    window = face()
    hub = _booking(window)
    hub.instead = tuple(FreeSlot(starts_at=at(6, 10, minute)) for minute in (0, 20, 40))
    window.appointments.panel.choose(at(5, 9))
    window.appointments.panel.confirm()
    return window


def booking_outside() -> DeskWindow:
    """The caller's appointment is being taken in another service."""
    window = face()
    _booking(window)
    window.appointments.offer_outside("RDV Service Public")
    button = window.appointments.findChild(QPushButton, "booking_outside")
    assert button is not None
    button.click()
    words = _("Choose reason, place and time in your browser. It is shown here then.")
    window.appointments.show_outside(words, tone="soft", waits=True, slip=None)
    return window


def booked() -> DeskWindow:
    """It is taken, and the slip can be printed."""
    window = face()
    hub = _booking(window)
    hub.instead = ()
    window.appointments.panel.choose(at(5, 9, 20))
    window.appointments.panel.confirm()
    return window


def caller_appointments() -> DeskWindow:
    """A caller who was expected."""
    window = face()
    window.conversation.talk_bar.offer_appointments(True)
    window.dossier.appointments.show_appointments(OF_CALLER)
    part(window, QPushButton, "appointment_history").click()
    window.dossier.appointments.show_steps("ap3", HISTORY.steps)
    return window


def expected_day() -> DeskWindow:
    """A day with appointments, one of them missed."""
    window = usual_day()
    window.idle.appointments.show()
    window.idle.appointments.show_work(
        [
            OpenWork(
                WorkKind.APPOINTMENT,
                facts.appointment.id,
                f"{hour(facts.appointment.time.starts_at)} · {facts.appointment.person.name}",
                f"{facts.service_name} · {_(STATES[facts.appointment.state][0])}",
            )
            for facts in TODAY
        ]
    )
    window.idle.work.show_work(
        [OpenWork(WorkKind.MISSED, "ap2", "Rendez-vous manqué à 9 h 20 : Ilse Ombrage", "06")]
    )
    window.idle.absence.show_absences(
        [
            Absence(
                id="a1",
                agent="me",
                first_utc=datetime(2026, 3, 2, 13, tzinfo=UTC),
                last_utc=datetime(2026, 3, 2, 15, tzinfo=UTC),
            )
        ]
    )
    return window


APPOINTMENT_SCENES: dict[str, Callable[[], DeskWindow]] = {
    "booking": booking,
    "booking_nobody": booking_nobody,
    "booking_taken": booking_taken,
    "booking_outside": booking_outside,
    "booked": booked,
    "caller_appointments": caller_appointments,
    "expected_day": expected_day,
}


def day_of_board() -> AppointmentsAnswer:
    """A day with four appointments, a change and an absence."""
    lines = [
        DayTime(
            service="logement", starts_at=at(2, 9 + count // 3, 20 * (count % 3)), room=2, taken=2
        )
        for count in range(7)
    ]
    change = DayChange(
        service="logement", day="2026-03-02", agents=2, reason="réunion", by_name="Chantal V."
    )
    absence = Absence(
        id="a1",
        agent="a1",
        first_utc=datetime(2026, 3, 2, 13, tzinfo=UTC),
        last_utc=datetime(2026, 3, 2, 15, tzinfo=UTC),
    )
    return AppointmentsAnswer(
        appointments=TODAY,
        lines=(*lines, msgspec.structs.replace(lines[-1], starts_at=at(2, 14), taken=0)),
        absences=(absence,),
        changes=(change,),
        day="2026-03-02",
    )


def month_of_board() -> SlotCountsAnswer:
    """Two services at two sites."""
    rows = [
        SlotCounts(
            day="2026-02-20",
            service=service,
            home="valdore",
            site=site,
            site_name=name,
            booked=40 + place,
            kept=33,
            missed=4 * place,
            moved=2,
            cancelled=3,
        )
        for service in ("logement", "rsa")
        for place, (site, name) in enumerate(
            (("town", "Mairie de Saint-Aubin"), ("library", "Médiathèque d'Arvenne"))
        )
    ]
    offered = [
        SlotCounts(day="2026-02-20", service=service, home="", site="", offered=120)
        for service in ("logement", "rsa")
    ]
    return SlotCountsAnswer(rows=[*rows, *offered])
