# SPDX-License-Identifier: GPL-3.0-only
"""`make bench-appointments`: free times of a month, a supervisor's day and one booking, with
100,000 appointments in the store, 20 services and 200 sites.

The peer answers the same questions by one bare query of sqlite3 on the same file: the least that
any answer costs.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import insert

from documents.store import tables
from documents.store.dossier_store import DossierStore
from session.core.appointment_model import (
    AppointmentPerson,
    NewAppointment,
    new_code,
)
from session.core.clock import ManualClock
from session.core.dossier_model import ActingUser
from session.hub.access.handlers import Asker
from session.hub.appointments.day import AppointmentDay
from session.hub.appointments.slips import Slips
from session.hub.appointments.timetable import Timetable
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.open_now import OpenNow
from session.protocol.appointments.day import DayRequest
from session.protocol.wire.roles import Role
from tests.benchmarks.table import Row, publish

COUNT, SERVICES, SITES, AGENTS = 100_000, 20, 200, 60
ROUNDS = 20
START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
LENGTH_MIN = 20
BY = ActingUser(user="bench")

SERVICE = """{{ id = "s{n}", name = "Service {n}", letter = "A", appointments = \
{{ length_min = 20, agents = 40, lead_min = 0, hours = ["mon-fri 08:00-18:00"] }} }}"""


def convention() -> str:
    """One organisation, with all services at all sites."""
    services = ",\n".join(SERVICE.format(n=n) for n in range(SERVICES))
    shown = ", ".join(f'"s{n}"' for n in range(6))
    sites = ",\n".join(
        f'{{ id = "p{n}", name = "Mairie {n}", services = [{shown}] }}' for n in range(SITES)
    )
    people = ",\n".join(f'{{ id = "a{n}", name = "Agent {n}" }}' for n in range(AGENTS))
    return f"""[[organisations]]
id = "valdore"
name = "Val-Doré"
services = [{services}]
sites = [{sites}]
people = [{people}]
"""


def fill(store: DossierStore, folder: Path) -> None:
    """Write 100,000 appointments of 60 days, as `book` would."""
    engine = tables.open_engine(folder, None)
    rows = []
    for number in range(COUNT):
        day, place = divmod(number, COUNT // 60)
        starts = START + timedelta(days=day, minutes=LENGTH_MIN * (place % 30))
        rows.append(
            {
                "organisation": "valdore",
                "appointment_id": f"n{number}",
                "request_id": f"n{number}",
                "code": f"{number:06}",
                "service": f"s{number % 6}",
                "home": "valdore",
                "site": f"p{number % SITES}",
                "starts_utc": starts.replace(tzinfo=None),
                "length_min": LENGTH_MIN,
                "state": "booked",
                "family_name": "Exemple",
                "given_names": "Jeanne",
                "born_on": "1980-01-01",
                "caller_number": f"{number % 30_000:07}",
                "email": "",
                "phone": "",
                "language": "",
                "dossier": "",
                "agent": "",
                "bring": "[]",
                "made_by": "bench",
                "made_by_name": "",
                "made_at_utc": START.replace(tzinfo=None),
                "ticket": "",
                "erase_after_utc": (starts + timedelta(days=180)).replace(tzinfo=None),
            }
        )
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(insert(tables.appointments), rows)
    engine.dispose()


def median_ms(run: Callable[[], Any]) -> float:
    """Milliseconds, the middle of `ROUNDS`."""
    times = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        run()
        times.append((time.perf_counter() - began_s) * 1000)
    return statistics.median(times)


def waited(ask: Callable[[], Coroutine[Any, Any, Any]]) -> Callable[[], Any]:
    """The same, run to its end."""
    return lambda: asyncio.run(ask())


def main() -> int:
    """Measure and print; 0 when the goals are reached."""
    with tempfile.TemporaryDirectory() as name:
        folder, clock = Path(name), ManualClock(START)
        with DossierStore(folder, now=clock.utc_now) as store:
            fill(store, folder)
            catalogue = Catalogue.parse(convention())
            timetable = Timetable(
                catalogue, OpenNow(catalogue, clock), store=store.appointments, clock=clock
            )
            offer = timetable.offer("valdore", "s1", "valdore", "p1")
            today = timetable.today(offer)
            day = AppointmentDay(
                store.appointments,
                Slips(catalogue),
                timetable=timetable,
                catalogue=catalogue,
                dossiers=cast(Any, None),
                sessions=cast(Any, None),
                clock=clock,
            )
            boss = Asker("valdore", Role.SUPERVISOR, "boss")
            count = iter(range(10_000))

            def book() -> None:
                new = NewAppointment(
                    organisation="valdore",
                    request_id=f"b{next(count)}{new_code()}",
                    time=offer.time(START + timedelta(days=1, minutes=60)),
                    person=AppointmentPerson(caller_number="1234567"),
                )
                assert store.appointments.book(new, room=1000, by=BY) is not None

            month = median_ms(waited(lambda: timetable.free(offer, today, 31)))
            one_day = median_ms(waited(lambda: day.day(boss, DayRequest(service="s1"))))
            whole = median_ms(waited(lambda: day.day(boss, DayRequest())))
            booking = median_ms(book)
        with sqlite3.connect(folder / "dossiers.sqlite") as connection:
            month_query = (
                "SELECT starts_utc FROM appointment WHERE organisation = 'valdore' AND "
                "service = 's1' AND starts_utc BETWEEN '2026-03-02' AND '2026-04-02'"
            )
            day_query = (
                "SELECT * FROM appointment WHERE organisation = 'valdore' AND "
                "service = 's1' AND starts_utc BETWEEN '2026-03-02' AND '2026-03-03'"
            )
            peer_month = median_ms(lambda: connection.execute(month_query).fetchall())
            peer_day = median_ms(lambda: connection.execute(day_query).fetchall())
    rows = [
        Row("free times of a month", "ms", month, peer_month, "sqlite3", goal=50),
        Row("a service's day (280 appointments)", "ms", one_day, peer_day, "sqlite3", goal=100),
        Row("all services' day (1,670)", "ms", whole),
        Row("one booking, on the disk", "ms", booking),
    ]
    return publish("appointments", rows)


if __name__ == "__main__":
    sys.exit(main())
