# SPDX-License-Identifier: GPL-3.0-only
"""Appointments of all organisations: taken by compare-and-set, moved, cancelled, kept, counted,
erased. Used by the hub through the store.

A time is taken in one transaction that counts what is taken already: of two who want the last
place, one gets it. Every change writes a line of the appointment's history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from documents.store import tables
from documents.store.accesses import one_at_a_time
from documents.store.appointments.message_orders import erase_messages, order_messages
from documents.store.transactions import Transactions
from session.core.appointment_model import (
    HOLDING,
    UPCOMING,
    Absence,
    Appointment,
    AppointmentPerson,
    AppointmentState,
    AppointmentStep,
    AppointmentTime,
    DayChange,
    MessageKind,
    MessageWay,
    NewAppointment,
    SlotCounts,
    StepKind,
    TakenSpan,
    new_code,
)
from session.core.dossier_model import ActingUser
from session.core.errors import AppointmentOver, AppointmentUnknown

LONGEST = timedelta(hours=8)
"""No appointment takes longer, so what begins earlier than that is over."""

MISSED_FOR = timedelta(days=7)
"""So long a missed appointment is somebody's to do."""

MOST_LISTED = 5000
MOST_STEPS = 200

_TABLE = tables.appointments
_COLUMNS = _TABLE.c


class Appointments:
    """The appointments. Thread-safe; several hubs may share the database. Times are
    timezone-aware.

    Args:
        ways: by organisation, how it writes to people; each change orders messages.
    """

    def __init__(
        self,
        transactions: Transactions,
        now: Callable[[], datetime],
        *,
        ways: Mapping[str, Sequence[MessageWay]] | None = None,
    ) -> None:
        self._transactions = transactions
        self._now = now
        self._ways = ways or {}

    # ---- taken and free

    def taken(
        self, organisation: str, service: str, first_utc: datetime, last_utc: datetime
    ) -> list[TakenSpan]:
        """Return the times that appointments of a service hold between two moments."""
        with self._transactions.reading() as connection:
            rows = connection.execute(
                select(_COLUMNS.starts_utc, _COLUMNS.length_min, _COLUMNS.agent).where(
                    *_holding(organisation, service, first_utc, last_utc)
                )
            )
            spans = (
                TakenSpan(_aware(starts), _aware(starts) + timedelta(minutes=length), agent)
                for starts, length, agent in rows
            )
            return [span for span in spans if span.ends_utc > first_utc]

    def agent_taken(
        self, organisation: str, agent: str, first_utc: datetime, last_utc: datetime
    ) -> list[TakenSpan]:
        """Return the times in which an agent is expected by somebody, in any service."""
        with self._transactions.reading() as connection:
            rows = connection.execute(
                select(_COLUMNS.starts_utc, _COLUMNS.length_min).where(
                    _COLUMNS.organisation == organisation,
                    _COLUMNS.agent == agent,
                    *_between(first_utc, last_utc),
                )
            )
            return [
                TakenSpan(_aware(starts), _aware(starts) + timedelta(minutes=length), agent)
                for starts, length in rows
            ]

    def book(self, new: NewAppointment, *, room: int, by: ActingUser) -> Appointment | None:
        """Take a time, unless `room` others hold it already, or the agent is expected elsewhere.

        Returns:
            The appointment, the same one for the same `request_id`; None when it is too late.
        """
        organisation, time = new.organisation, new.time
        with self._transactions.writing() as connection:
            one_at_a_time(connection, organisation, "appointments")
            row = connection.execute(
                select(_TABLE).where(
                    _COLUMNS.organisation == organisation, _COLUMNS.request_id == new.request_id
                )
            ).first()
            if row is not None:
                return appointment_of(row)
            if not _has_room(connection, organisation, time, agent=new.agent, room=room):
                return None
            row = add_appointment(connection, new, by=by, now=self._now())
            self._tell(connection, row, MessageKind.BOOKED, new.remind_h)
            return appointment_of(row)

    def _tell(
        self, connection: Connection, row: Row[Any], kind: MessageKind, remind_h: int = 0
    ) -> None:
        ways = self._ways.get(row.organisation, ())
        order_messages(connection, row, kind, ways=ways, now=self._now(), remind_h=remind_h)

    def move(
        self,
        before: Appointment,
        time: AppointmentTime,
        *,
        room: int,
        by: ActingUser,
        reason: str,
        remind_h: int = 0,
    ) -> Appointment | None:
        """Give an appointment another time or site; None when somebody else was faster.
        `remind_h`: as of a new one.

        Raises:
            AppointmentUnknown, AppointmentOver: it is not to come any more.
        """
        with self._transactions.writing() as connection:
            one_at_a_time(connection, before.organisation, "appointments")
            row = _upcoming(connection, before.organisation, before.id)
            now = appointment_of(row)
            if now.time == time:
                return now
            if not _has_room(
                connection, before.organisation, time, agent=now.agent, room=room, but=row.id
            ):
                return None
            later = time.starts_at - now.time.starts_at
            connection.execute(
                update(_TABLE)
                .where(_COLUMNS.id == row.id)
                .values(
                    **time_columns(time),
                    moves=row.moves + 1,
                    erase_after_utc=row.erase_after_utc + later,
                )
            )
            was_utc = now.time.starts_at
            write_step(
                connection, row.id, "moved", by=by, now=self._now(), reason=reason, was_utc=was_utc
            )
            row = _by_key(connection, row.id)
            self._tell(connection, row, MessageKind.MOVED, remind_h)
            return appointment_of(row)

    def cancel(self, before: Appointment, *, by: ActingUser, reason: str) -> Appointment:
        """Cancel it; done once. Raises `AppointmentUnknown`, `AppointmentOver`."""
        return self._become(
            before, AppointmentState.CANCELLED, "cancelled", by=by, reason=reason, allowed=UPCOMING
        )

    # ---- at the hour

    def arrive(self, before: Appointment, ticket: str, *, by: ActingUser) -> Appointment:
        """The caller is there and has this ticket; the first ticket counts.

        Raises:
            AppointmentUnknown, AppointmentOver: it was cancelled, or used with another ticket.
        """
        with self._transactions.writing() as connection:
            one_at_a_time(connection, before.organisation, "appointments")
            row = _row(connection, before.organisation, before.id)
            if row.ticket == ticket:
                return appointment_of(row)
            if AppointmentState(row.state) not in (
                AppointmentState.BOOKED,
                AppointmentState.MISSED,
            ):
                raise AppointmentOver
            now = self._now()
            connection.execute(
                update(_TABLE)
                .where(_COLUMNS.id == row.id)
                .values(
                    state=AppointmentState.ARRIVED.value, ticket=ticket, arrived_at_utc=_naive(now)
                )
            )
            write_step(connection, row.id, "arrived", by=by, now=now)
            return appointment_of(_by_key(connection, row.id))

    def end(self, before: Appointment, state: AppointmentState, reason: str = "") -> Appointment:
        """It was kept, or missed. Raises `AppointmentUnknown`, `AppointmentOver`."""
        kind: StepKind = "kept" if state is AppointmentState.KEPT else "missed"
        return self._become(before, state, kind, by=ActingUser(), reason=reason, allowed=UPCOMING)

    def _become(
        self,
        before: Appointment,
        state: AppointmentState,
        kind: StepKind,
        *,
        by: ActingUser,
        reason: str,
        allowed: Sequence[AppointmentState],
    ) -> Appointment:
        with self._transactions.writing() as connection:
            one_at_a_time(connection, before.organisation, "appointments")
            row = _row(connection, before.organisation, before.id)
            if row.state == state.value:
                return appointment_of(row)
            if AppointmentState(row.state) not in allowed:
                raise AppointmentOver
            missed = {"not_told": 1} if state is AppointmentState.MISSED else {}
            connection.execute(
                update(_TABLE).where(_COLUMNS.id == row.id).values(state=state.value, **missed)
            )
            write_step(connection, row.id, kind, by=by, now=self._now(), reason=reason)
            if state is AppointmentState.CANCELLED:
                self._tell(connection, row, MessageKind.CANCELLED)
            return appointment_of(_by_key(connection, row.id))

    # ---- found

    def get(self, organisation: str, appointment_id: str) -> Appointment:
        """The appointment. Raises `AppointmentUnknown`."""
        with self._transactions.reading() as connection:
            return appointment_of(_row(connection, organisation, appointment_id))

    def by_code(self, code: str) -> Appointment | None:
        """The appointment of these letters, of whichever organisation."""
        with self._transactions.reading() as connection:
            row = connection.execute(select(_TABLE).where(_COLUMNS.code == code)).first()
            return appointment_of(row) if row is not None else None

    def by_birth(self, caller_number: str, born_on: str, since_utc: datetime) -> list[Appointment]:
        """Appointments since then of the person with this number and birth date, by time."""
        if not caller_number or not born_on:
            return []
        with self._transactions.reading() as connection:
            rows = connection.execute(
                select(_TABLE)
                .where(
                    _COLUMNS.born_on == born_on,
                    _COLUMNS.caller_number == caller_number,
                    _COLUMNS.starts_utc >= _naive(since_utc),
                )
                .order_by(_COLUMNS.starts_utc, _COLUMNS.id)
                .limit(20)
            )
            return [appointment_of(row) for row in rows]

    def of_days(
        self,
        organisation: str,
        first_utc: datetime,
        last_utc: datetime,
        services: Iterable[str] | None = None,
    ) -> list[Appointment]:
        """Appointments that begin between two moments, by time; of these services, or of all."""
        query = select(_TABLE).where(
            _COLUMNS.organisation == organisation,
            _COLUMNS.starts_utc >= _naive(first_utc),
            _COLUMNS.starts_utc < _naive(last_utc),
        )
        if services is not None:
            query = query.where(_COLUMNS.service.in_(list(services)))
        query = query.order_by(_COLUMNS.starts_utc, _COLUMNS.id).limit(MOST_LISTED)
        with self._transactions.reading() as connection:
            return [appointment_of(row) for row in connection.execute(query)]

    def at_sites(
        self, sites: Sequence[tuple[str, str]], first_utc: datetime, last_utc: datetime
    ) -> list[Appointment]:
        """Appointments of whichever organisation at these (home, site), by time."""
        if not sites:
            return []
        places = [(_COLUMNS.home == home) & (_COLUMNS.site == site) for home, site in sites]
        query = (
            select(_TABLE)
            .where(
                or_(*places),
                _COLUMNS.starts_utc >= _naive(first_utc),
                _COLUMNS.starts_utc < _naive(last_utc),
            )
            .order_by(_COLUMNS.starts_utc, _COLUMNS.id)
            .limit(MOST_LISTED)
        )
        with self._transactions.reading() as connection:
            return [appointment_of(row) for row in connection.execute(query)]

    def not_told(self, organisation: str) -> list[Appointment]:
        """Appointments to come, cancelled ones too, whose person no message could reach, then
        those of the last week that were missed; until somebody told the person. By time each.
        """
        now = _naive(self._now())
        ahead = (AppointmentState.BOOKED.value, AppointmentState.CANCELLED.value)
        is_missed = _COLUMNS.state == AppointmentState.MISSED.value
        query = select(_TABLE).where(
            _COLUMNS.organisation == organisation,
            _COLUMNS.not_told == 1,
            or_(
                and_(_COLUMNS.state.in_(ahead), _COLUMNS.starts_utc > now),
                and_(is_missed, _COLUMNS.starts_utc > now - MISSED_FOR),
            ),
        )
        query = query.order_by(is_missed, _COLUMNS.starts_utc, _COLUMNS.id).limit(MOST_LISTED)
        with self._transactions.reading() as connection:
            return [appointment_of(row) for row in connection.execute(query)]

    def tell(self, organisation: str, appointment_id: str, by: ActingUser) -> None:
        """Somebody told the person; done once. Raises `AppointmentUnknown`."""
        with self._transactions.writing() as connection:
            row = _row(connection, organisation, appointment_id)
            waits = (_COLUMNS.id == row.id) & (_COLUMNS.not_told == 1)
            if connection.execute(update(_TABLE).where(waits).values(not_told=0)).rowcount:
                write_step(connection, row.id, "told", by=by, now=self._now())

    def of_caller(
        self, organisation: str, *, dossier: str, caller_number: str
    ) -> list[Appointment]:
        """The last 50 appointments of a dossier, or of a number, the latest first."""
        keys: list[ColumnElement[bool]] = []
        if dossier:
            keys.append(_COLUMNS.dossier == dossier)
        if caller_number:
            keys.append(_COLUMNS.caller_number == caller_number)
        if not keys:
            return []
        query = select(_TABLE).where(_COLUMNS.organisation == organisation, or_(*keys))
        query = query.order_by(_COLUMNS.starts_utc.desc(), _COLUMNS.id.desc()).limit(50)
        with self._transactions.reading() as connection:
            return [appointment_of(row) for row in connection.execute(query)]

    def open_before(self, moment: datetime) -> list[Appointment]:
        """Appointments without an end that began before this moment, or whose caller is there; the
        oldest first.
        """
        is_there = _COLUMNS.state == AppointmentState.ARRIVED.value
        has_begun = and_(
            _COLUMNS.state == AppointmentState.BOOKED.value, _COLUMNS.starts_utc < _naive(moment)
        )
        query = (
            select(_TABLE)
            .where(or_(is_there, has_begun))
            .order_by(_COLUMNS.starts_utc)
            .limit(MOST_LISTED)
        )
        with self._transactions.reading() as connection:
            return [appointment_of(row) for row in connection.execute(query)]

    def steps(self, organisation: str, appointment_id: str) -> list[AppointmentStep]:
        """The history, the oldest first. Raises `AppointmentUnknown`."""
        table = tables.appointment_steps
        with self._transactions.reading() as connection:
            row = _row(connection, organisation, appointment_id)
            query = select(table).where(table.c.appointment_key == row.id)
            rows = connection.execute(query.order_by(table.c.id.desc()).limit(MOST_STEPS)).all()
        return [
            AppointmentStep(
                kind=step.kind,
                at_utc=_aware(step.at_utc),
                by=ActingUser(user=step.by_user, name=step.by_name),
                reason=step.reason,
                was_at=_aware(step.was_utc) if step.was_utc is not None else None,
            )
            for step in reversed(rows)
        ]

    # ---- absences and days

    def absences(self, organisation: str, first_utc: datetime, last_utc: datetime) -> list[Absence]:
        """Absences that touch the time between two moments."""
        table = tables.absences
        query = select(table).where(
            table.c.organisation == organisation,
            table.c.last_utc > _naive(first_utc),
            table.c.first_utc < _naive(last_utc),
        )
        with self._transactions.reading() as connection:
            return [
                Absence(
                    id=row.absence_id,
                    agent=row.agent,
                    first_utc=_aware(row.first_utc),
                    last_utc=_aware(row.last_utc),
                    by_name=row.by_name,
                    source=row.source,
                )
                for row in connection.execute(query.order_by(table.c.first_utc).limit(MOST_LISTED))
            ]

    def set_absence(self, organisation: str, absence: Absence, *, withdrawn: bool = False) -> None:
        """Store an absence instead of the one of its id, or take that back."""
        table = tables.absences
        key = (table.c.organisation == organisation) & (table.c.absence_id == absence.id)
        with self._transactions.writing() as connection:
            connection.execute(delete(table).where(key))
            if not withdrawn:
                connection.execute(
                    insert(table).values(
                        organisation=organisation,
                        absence_id=absence.id,
                        agent=absence.agent,
                        first_utc=_naive(absence.first_utc),
                        last_utc=_naive(absence.last_utc),
                        by_name=absence.by_name,
                        source=absence.source,
                    )
                )

    def day_changes(self, organisation: str, first: str, last: str) -> list[DayChange]:
        """Supervisors' words for days from `first` to `last`, ISO 8601, both included."""
        table = tables.day_changes
        query = select(table).where(
            table.c.organisation == organisation, table.c.day >= first, table.c.day <= last
        )
        with self._transactions.reading() as connection:
            return [
                DayChange(
                    service=row.service,
                    day=row.day,
                    agents=row.agents,
                    reason=row.reason,
                    by_name=row.by_name,
                )
                for row in connection.execute(query.order_by(table.c.day, table.c.service))
            ]

    def set_day(self, organisation: str, service: str, day: str, change: DayChange | None) -> None:
        """Store a supervisor's word for a day, or take it back."""
        table = tables.day_changes
        key = (
            (table.c.organisation == organisation)
            & (table.c.service == service)
            & (table.c.day == day)
        )
        with self._transactions.writing() as connection:
            connection.execute(delete(table).where(key))
            if change is not None:
                connection.execute(
                    insert(table).values(
                        organisation=organisation, **msgspec.structs.asdict(change)
                    )
                )

    # ---- figures

    def count_day(
        self, organisation: str, day: str, offered: dict[tuple[str, str, str], int], *, span: Span
    ) -> None:
        """Write down the figures of a day that is over, once.

        Args:
            offered: how many appointments had room, by (service, home, site).
            span: first and last moment of the day.
        """
        counts = tables.slot_counts
        with self._transactions.writing() as connection:
            one_at_a_time(connection, organisation, "appointments")
            done = select(counts.c.day).where(
                counts.c.organisation == organisation, counts.c.day == day
            )
            if connection.execute(done.limit(1)).first() is not None:
                return
            figures = {place: dict.fromkeys(_FIGURES, 0) for place in offered}
            for place, count in offered.items():
                figures[place]["offered"] = count
            for row in connection.execute(_ended(organisation, span)):
                place = (row.service, row.home, row.site)
                counted = figures.setdefault(place, dict.fromkeys(_FIGURES, 0))
                counted["booked"] += row.number
                counted["moved"] += row.moves
                if row.state in _ENDS:  # one that is still booked is counted as that once
                    counted[row.state] += row.number
            for (service, home, site), counted in figures.items():
                connection.execute(
                    insert(counts).values(
                        organisation=organisation,
                        day=day,
                        service=service,
                        home=home,
                        site=site,
                        **counted,
                    )
                )

    def counts(self, organisation: str, first: str, last: str) -> list[SlotCounts]:
        """The figures of days from `first` to `last`, both included."""
        counts = tables.slot_counts
        query = (
            select(counts)
            .where(
                counts.c.organisation == organisation, counts.c.day >= first, counts.c.day <= last
            )
            .order_by(counts.c.day, counts.c.service, counts.c.home, counts.c.site)
        )
        with self._transactions.reading() as connection:
            return [
                SlotCounts(
                    day=row.day,
                    service=row.service,
                    home=row.home,
                    site=row.site,
                    **{name: getattr(row, name) for name in _FIGURES},
                )
                for row in connection.execute(query)
            ]

    # ---- erased

    def erase_old(self) -> int:
        """Erase appointments whose days are over, and absences of the past; how many."""
        now = _naive(self._now())
        with self._transactions.writing() as connection:
            old = select(_COLUMNS.id).where(_COLUMNS.erase_after_utc < now).limit(MOST_LISTED)
            count = erase_appointments(connection, list(connection.execute(old).scalars()))
            absences = tables.absences
            connection.execute(
                delete(absences).where(absences.c.last_utc < now - timedelta(days=7))
            )
            return count


Span = tuple[datetime, datetime]

_FIGURES = ("offered", "booked", "kept", "missed", "moved", "cancelled")
_ENDS = ("kept", "missed", "cancelled")


def add_appointment(
    connection: Connection,
    new: NewAppointment,
    *,
    by: ActingUser,
    now: datetime,
    state: AppointmentState = AppointmentState.BOOKED,
) -> Row[Any]:
    """Store a new appointment with the first line of its history. Nobody looks at its room."""
    identity = _id_of(new.organisation, new.request_id)
    connection.execute(
        insert(_TABLE).values(
            organisation=new.organisation,
            appointment_id=identity,
            request_id=new.request_id,
            code=_free_code(connection),
            state=state.value,
            **time_columns(new.time),
            **person_columns(new.person),
            dossier=new.dossier,
            agent=new.agent,
            bring=msgspec.json.encode(new.bring).decode(),
            made_by=by.user,
            made_by_name=by.name[:500],
            made_at_utc=_naive(now),
            ticket="",
            foreign_id=new.foreign_id,
            foreign_at_utc=_naive(new.foreign_at_utc) if new.foreign_at_utc else None,
            erase_after_utc=_naive(new.time.ends_at + timedelta(days=new.keep_days)),
        )
    )
    row = _row(connection, new.organisation, identity)
    write_step(connection, row.id, "booked", by=by, now=now)
    return row


def appointments_of_dossiers(
    connection: Connection, organisation: str, numbers: Sequence[str]
) -> list[int]:
    """Return the keys of the appointments that belong to these dossiers."""
    query = select(_COLUMNS.id).where(
        _COLUMNS.organisation == organisation, _COLUMNS.dossier.in_(list(numbers))
    )
    return list(connection.execute(query).scalars())


def erase_appointments(connection: Connection, keys: Sequence[int]) -> int:
    """Erase these appointments with their history; how many."""
    if not keys:
        return 0
    erase_messages(connection, keys)
    steps = tables.appointment_steps
    connection.execute(delete(steps).where(steps.c.appointment_key.in_(keys)))
    return connection.execute(delete(_TABLE).where(_COLUMNS.id.in_(keys))).rowcount


def appointment_of(row: Row[Any]) -> Appointment:
    """Read an appointment from its row; its time is UTC."""
    return Appointment(
        id=row.appointment_id,
        code=row.code,
        organisation=row.organisation,
        time=AppointmentTime(
            service=row.service,
            home=row.home,
            site=row.site,
            starts_at=_aware(row.starts_utc),
            length_min=row.length_min,
        ),
        person=AppointmentPerson(
            family_name=row.family_name,
            given_names=row.given_names,
            born_on=row.born_on,
            caller_number=row.caller_number,
            email=row.email,
            phone=row.phone,
            language=row.language,
        ),
        state=AppointmentState(row.state),
        dossier=row.dossier,
        agent=row.agent,
        bring=msgspec.json.decode(row.bring, type=tuple[str, ...]),
        made_by=row.made_by,
        made_by_name=row.made_by_name,
        made_at_utc=_aware(row.made_at_utc),
        arrived_at_utc=_aware(row.arrived_at_utc) if row.arrived_at_utc is not None else None,
        ticket=row.ticket,
        moves=row.moves,
        foreign_id=row.foreign_id,
        not_told=bool(row.not_told),
    )


def time_columns(time: AppointmentTime) -> dict[str, Any]:
    """The columns that say when and where."""
    return {
        "service": time.service,
        "home": time.home,
        "site": time.site,
        "starts_utc": _naive(time.starts_at),
        "length_min": time.length_min,
    }


def person_columns(person: AppointmentPerson) -> dict[str, str]:
    """The columns that say who comes."""
    return {name: getattr(person, name) for name in AppointmentPerson.__struct_fields__}


def _between(first_utc: datetime, last_utc: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions of appointments that hold a place and may touch the time between two moments."""
    return (
        _COLUMNS.starts_utc < _naive(last_utc),
        _COLUMNS.starts_utc > _naive(first_utc - LONGEST),
        _COLUMNS.state.in_([state.value for state in HOLDING]),
    )


def _holding(
    organisation: str, service: str, first_utc: datetime, last_utc: datetime
) -> tuple[ColumnElement[bool], ...]:
    return (
        _COLUMNS.organisation == organisation,
        _COLUMNS.service == service,
        *_between(first_utc, last_utc),
    )


def _has_room(
    connection: Connection,
    organisation: str,
    time: AppointmentTime,
    *,
    agent: str,
    room: int,
    but: int = 0,
) -> bool:
    """True while fewer than `room` hold the time, and the agent is expected by nobody then."""
    starts = _naive(time.starts_at)
    query = select(_COLUMNS.service, _COLUMNS.starts_utc, _COLUMNS.length_min, _COLUMNS.agent)
    rows = connection.execute(
        query.where(
            _COLUMNS.organisation == organisation,
            _COLUMNS.id != but,
            *_between(time.starts_at, time.ends_at),
        )
    )
    at_once = [row for row in rows if row.starts_utc + timedelta(minutes=row.length_min) > starts]
    if agent and any(row.agent == agent for row in at_once):
        return False
    others = [row for row in at_once if row.service == time.service]
    return len(others) < room


def _free_code(connection: Connection) -> str:
    while True:
        code = new_code()
        query = select(func.count()).select_from(_TABLE).where(_COLUMNS.code == code)
        if not connection.execute(query).scalar_one():
            return code


def _id_of(organisation: str, request_id: str) -> str:
    return hashlib.blake2b(f"{organisation}|{request_id}".encode(), digest_size=10).hexdigest()


def _row(connection: Connection, organisation: str, appointment_id: str) -> Row[Any]:
    row = connection.execute(
        select(_TABLE).where(
            _COLUMNS.organisation == organisation, _COLUMNS.appointment_id == appointment_id
        )
    ).first()
    if row is None:
        raise AppointmentUnknown
    return row


def _upcoming(connection: Connection, organisation: str, appointment_id: str) -> Row[Any]:
    row = _row(connection, organisation, appointment_id)
    if row.state != AppointmentState.BOOKED.value:
        raise AppointmentOver
    return row


def _by_key(connection: Connection, key: int) -> Row[Any]:
    return connection.execute(select(_TABLE).where(_COLUMNS.id == key)).one()


def write_step(
    connection: Connection,
    key: int,
    kind: StepKind,
    *,
    by: ActingUser,
    now: datetime,
    reason: str = "",
    was_utc: datetime | None = None,
) -> None:
    """Add a line to the history of the appointment with this key."""
    connection.execute(
        insert(tables.appointment_steps).values(
            appointment_key=key,
            kind=kind,
            at_utc=_naive(now),
            by_user=by.user[:90],
            by_name=by.name[:500],
            reason=reason[:500],
            was_utc=_naive(was_utc) if was_utc is not None else None,
        )
    )


def _ended(organisation: str, span: Span) -> Any:
    """The appointments of a day, by service, site and state."""
    first_utc, last_utc = span
    place = (_COLUMNS.service, _COLUMNS.home, _COLUMNS.site, _COLUMNS.state)
    return (
        select(*place, func.count().label("number"), func.sum(_COLUMNS.moves).label("moves"))
        .where(
            _COLUMNS.organisation == organisation,
            _COLUMNS.starts_utc >= _naive(first_utc),
            _COLUMNS.starts_utc < _naive(last_utc),
        )
        .group_by(*place)
    )


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)
