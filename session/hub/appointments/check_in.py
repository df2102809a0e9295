# SPDX-License-Identifier: GPL-3.0-only
"""The caller who comes to an appointment, and those who do not. The rules behind the kiosk's
check-in, and the hub's timer; used by the hub.

An appointment becomes a ticket when its caller is there; what becomes of the ticket is what became
of the appointment.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from session.core.appointment_model import Appointment, AppointmentState
from session.core.clock import Clock
from session.core.dossier_model import ActingUser
from session.core.errors import (
    AppointmentOver,
    AppointmentUnknown,
    CallerNumberInvalid,
    NotAllowed,
    RateLimited,
)
from session.core.tasks import Tasks, in_thread
from session.hub.access.handlers import Asker, handles
from session.hub.appointments.slips import Place, Slips
from session.hub.appointments.timetable import Timetable
from session.hub.convention.caller_numbers import checked_number
from session.hub.convention.catalogue import Catalogue
from session.hub.dossier.appointment_store import AppointmentStore
from session.hub.queue.calls import Calls
from session.hub.queue.ticket_changes import TicketChanges
from session.protocol.appointments.booking import (
    CheckInAnswer,
    CheckInRequest,
    CheckInState,
    FindSlipRequest,
    FoundSlip,
)
from session.protocol.hub.tickets import LIVE, TicketState
from session.protocol.wire.ids import split_service
from session.protocol.wire.roles import Role

MOST_WRONG = 20
WRONG_WITHIN = timedelta(minutes=10)
"""So many wrong letters or numbers at one kiosk within this time: nobody guesses a slip."""

TICK = timedelta(seconds=10)

COMES = (CheckInState.WELCOME, CheckInState.EARLY, CheckInState.LATE)


class CheckIn:
    """Answers kiosks, and hosts who look for a slip."""

    def __init__(
        self,
        store: AppointmentStore,
        slips: Slips,
        *,
        timetable: Timetable,
        catalogue: Catalogue,
        calls: Calls,
        changes: TicketChanges,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._store = store
        self._slips = slips
        self._timetable = timetable
        self._catalogue = catalogue
        self._calls = calls
        self._changes = changes
        self._clock = clock
        self._tasks = tasks
        self._wrong: dict[str, deque[datetime]] = {}
        self._next_tick_utc = clock.utc_now()

    @handles(FindSlipRequest)
    async def find(self, asker: Asker, request: FindSlipRequest) -> FoundSlip:
        """See `FindSlipRequest`. Raises `RateLimited`, `NotAllowed` (the host's site)."""
        here = self._here(asker, request.site)
        appointment = await self._find(asker, here, request)
        if appointment is None:
            return FoundSlip(state=CheckInState.UNKNOWN)
        return FoundSlip(
            state=self._state(appointment, here), slip=self._slips.slip(appointment, here)
        )

    @handles(CheckInRequest)
    async def check_in(self, asker: Asker, request: CheckInRequest) -> CheckInAnswer:
        """The caller is here; the same request is the same ticket.

        Raises:
            QueueClosed: the site is closed. RateLimited, StoreFull, StoreUnreachable.
        """
        here = self._slips.here(asker)
        appointment = await self._find(asker, here, request)
        if appointment is None or appointment.id != request.appointment_id:
            return CheckInAnswer(state=CheckInState.UNKNOWN)
        ticket_id = self._calls.appointment_ticket(appointment, asker.user, request.request_id)
        if appointment.ticket == ticket_id:
            state = CheckInState.WELCOME  # the first answer was lost
        else:
            state = self._state(appointment, here)
        if state not in COMES:
            return CheckInAnswer(state=state, slip=self._slips.slip(appointment, here))
        by = ActingUser(user=f"{asker.organisation}/{asker.writer}")
        try:
            arrived = await in_thread(self._store.arrive)(appointment, ticket_id, by=by)
        except AppointmentOver:  # at another kiosk, or twice at once
            slip = self._slips.slip(appointment, here)
            return CheckInAnswer(state=CheckInState.USED, slip=slip)
        answer = await self._calls.take_appointment(
            asker, arrived, ticket_id, needs=request.needs, is_late=state is CheckInState.LATE
        )
        return CheckInAnswer(state=state, slip=self._slips.slip(arrived, here), ticket=answer)

    def _here(self, asker: Asker, site: str) -> Place:
        if asker.role is Role.KIOSK:
            return self._slips.here(asker)
        home, _slash, name = site.partition("/")
        own_sites = self._slips.host_sites(asker)
        if not site and own_sites:
            return own_sites[0]
        if (home, name) not in own_sites:
            raise NotAllowed(why="site")
        return home, name

    async def _find(
        self, asker: Asker, here: Place, request: FindSlipRequest | CheckInRequest
    ) -> Appointment | None:
        """The appointment of these letters, or the next one of this person, here before elsewhere.
        Raises `RateLimited`.
        """
        now = self._clock.utc_now()
        wrong = self._wrong.setdefault(f"{asker.organisation}/{asker.writer}", deque())
        while wrong and now - wrong[0] > WRONG_WITHIN:
            wrong.popleft()
        if len(wrong) >= MOST_WRONG:
            raise RateLimited(limit=MOST_WRONG)
        if request.code:
            appointment = await in_thread(self._store.by_code)(request.code)
        else:
            appointment = await self._of_person(here, request.caller_number, request.born_on)
        if appointment is None:
            wrong.append(now)
        return appointment

    async def _of_person(self, here: Place, typed: str, born_on: str) -> Appointment | None:
        since = self._clock.utc_now() - timedelta(days=1)
        hits: list[Appointment] = []
        for number in self._numbers(here, typed):
            hits += await in_thread(self._store.by_birth)(number, born_on, since)
        if not hits:
            return None
        order = (AppointmentState.BOOKED, AppointmentState.MISSED, AppointmentState.ARRIVED)
        today = self._clock.utc_now().astimezone(self._slips.zone(*here)).date()

        def rank(hit: Appointment) -> tuple[bool, bool, int, datetime]:
            time = self._slips.local(hit).time
            place = order.index(hit.state) if hit.state in order else len(order)
            return (
                time.starts_at.date() != today,
                (time.home, time.site) != here,
                place,
                time.starts_at,
            )

        return min(hits, key=rank)

    def _numbers(self, here: Place, typed: str) -> set[str]:
        """The number as each of the services here writes it."""
        numbers = set()
        home, site_id = here
        sites = self._catalogue.organisation(home).sites
        refs = next((site.services for site in sites if site.id == site_id), [])
        for organisation, name in (split_service(ref, home) for ref in refs):
            try:
                numbers.add(checked_number(self._catalogue.number_kind(organisation, name), typed))
            except CallerNumberInvalid:
                continue
        return numbers - {""}

    def _state(self, appointment: Appointment, here: Place) -> CheckInState:
        """Return what its caller is told here and now."""
        time = self._slips.local(appointment).time
        entry = self._slips.entry(appointment)
        now = self._clock.utc_now()
        if appointment.state is AppointmentState.CANCELLED:
            return CheckInState.CANCELLED
        if appointment.state in (AppointmentState.ARRIVED, AppointmentState.KEPT):
            return CheckInState.USED
        if now.astimezone(time.starts_at.tzinfo).date() != time.starts_at.date():
            return CheckInState.OTHER_DAY
        if (time.home, time.site) != here:
            return CheckInState.OTHER_SITE
        if now < time.starts_at - timedelta(minutes=entry.early_min):
            return CheckInState.EARLY
        if now > time.starts_at + timedelta(minutes=entry.late_min):
            return CheckInState.LATE
        return CheckInState.WELCOME

    # ---- the hub's timer

    async def tick(self) -> None:
        """Says of appointments whose hour is over what became of them, every `TICK`."""
        now = self._clock.utc_now()
        if now < self._next_tick_utc or not self._timetable.is_used:
            return
        self._next_tick_utc = now + TICK
        due = await in_thread(self._store.open_before)(now)
        await self._tasks.for_each(due, self._follow, name="appointments whose hour has come")

    async def _follow(self, appointment: Appointment) -> None:
        now, starts_at = self._clock.utc_now(), appointment.time.starts_at
        is_over = now > starts_at + timedelta(minutes=self._slips.entry(appointment).late_min)
        if appointment.state is AppointmentState.BOOKED:
            state = AppointmentState.MISSED if is_over else None
        else:
            state = await self._of_ticket(appointment)
            if state is AppointmentState.MISSED and now < starts_at:
                state = None  # nobody misses what is still to come
        if state is not None:
            try:
                await in_thread(self._store.end)(appointment, state)
            except (AppointmentOver, AppointmentUnknown):
                return  # another hub was faster

    async def _of_ticket(self, appointment: Appointment) -> AppointmentState | None:
        """Return what became of its ticket, None while it waits."""
        stored = await self._changes.store.get(appointment.organisation, appointment.ticket)
        if stored is None:
            return AppointmentState.MISSED
        ticket = stored.ticket
        if ticket.state in LIVE or ticket.session or ticket.moved_to:
            return AppointmentState.KEPT
        if ticket.state in (TicketState.ABANDONED, TicketState.CLOSED):
            return AppointmentState.MISSED
        return None
