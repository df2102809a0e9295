# SPDX-License-Identifier: GPL-3.0-only
"""The report of a year is what was computed by hand, and what plain SQL says of the raw changes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from documents.hashes import sha256_of
from documents.printed.report.network import NetworkSums, sums_of
from documents.printed.report.pdf import ReportFacts
from documents.store.dossier_store import DossierStore
from expert_app.report.periods import period_of
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.report_settings import CostSettings
from expert_app.stores.report_facts import ReportReader, years_of
from session.core.appointment_model import (
    AppointmentPerson,
    AppointmentState,
    AppointmentTime,
    NewAppointment,
)
from session.core.dossier_model import ActingUser, NewDocument
from session.hub.convention.catalogue import Catalogue
from session.hub.history.database import History
from session.protocol.hub.tickets import TicketState
from tests.support.invented_tickets import entry, ticket
from tests.unit.documents.store.filled_store import CALLER, PDF
from tests.unit.expert_app.stores.invented_year import (
    GAVE_UP,
    KM,
    SHARES,
    YEAR,
    convention,
    entries,
)

NOW = datetime(YEAR + 1, 1, 5, 9, tzinfo=UTC)
COSTS = CostSettings(
    kiosk_year=2500, line_year=600, agent_hour=38, permanence_year=10_000, source="Budget"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    history = History(paths_for("hub", tmp_path).folder("history"))
    history.apply(history.stream("x"), entries())
    history.close()
    return tmp_path


def read(folder: Path, inside: str = "", *, costs: CostSettings = COSTS) -> ReportFacts:
    reader = ReportReader(
        HubSettings(costs=costs),
        paths_for("hub", folder),
        catalogue=Catalogue.parse(convention()),
        inside=inside,
    )
    return reader.read(*period_of(str(YEAR), str(YEAR)), now=NOW)


def test_the_networks_sums_are_those_of_the_hand(folder: Path) -> None:
    facts = read(folder)
    sums = sums_of(facts.chapters)
    assert (sums.callers, sums.answered, sums.abandoned) == (3300, 3000, 300)
    assert sums.done == 2100, "seven in ten"
    assert sums.talk_s == 3000 * 12 * 60, "from 10 to 14 minutes"
    assert [one.total.answered for one in facts.chapters] == [2400, 480, 108, 12]
    network = facts.network
    assert network is not None
    assert (network.wait_median_s, network.wait_p90_s) == (240, 480)
    assert sums.travel is not None
    assert (sums.travel.journeys, sums.travel.km) == (2400, 2400 * 2 * KM)
    assert sums.travel.hours == pytest.approx(1920)
    assert sums.travel.co2_kg == pytest.approx(96_000 * 0.193)
    costs = network.costs
    assert costs is not None
    # 21 kiosks and lines for a year, 600 hours of agents
    assert costs.eur == pytest.approx(21 * 2500 + 21 * 600 + 600 * 38)
    assert costs.permanences is not None
    assert network.notices == ()


def test_every_organisations_own_year_is_what_sql_says_of_the_raw_changes(folder: Path) -> None:
    file = next(paths_for("hub", folder).folder("history").glob("*.sqlite"))
    with closing(sqlite3.connect(file)) as raw:
        for name, share in SHARES.items():
            facts = read(folder, inside=name)
            (chapter,) = facts.chapters
            by_month = {row.key: (row.callers, row.answered) for row in chapter.months}
            assert by_month == _months(raw, name)
            assert set(by_month.values()) == {
                (share + (GAVE_UP if name == "valdore" else 0), share)
            }
            sites = {row.key: (row.callers, row.wait_median_s) for row in chapter.sites}
            assert sites == _sites(raw, name)
            assert sum(row.callers for row in chapter.weekdays) == chapter.total.callers
            assert chapter.total.outcomes == _outcomes(raw, name)


_ENDED = """
    SELECT site, state, reason, substr(arrived_at_utc, 1, 7) AS month,
           round((julianday(accepted_at_utc) - julianday(arrived_at_utc)) * 86400) AS wait
    FROM (SELECT t.*, n.text AS site FROM history_transition t
          JOIN history_ticket h ON h.organisation = t.organisation AND h.ticket = t.ticket
          JOIN history_name n ON n.id = h.site)
    WHERE organisation = ? AND state IN ('closed', 'abandoned')
"""


def _months(raw: sqlite3.Connection, organisation: str) -> dict[str, tuple[int, int]]:
    query = f"SELECT month, count(*), sum(state = 'closed') FROM ({_ENDED}) GROUP BY month"
    return {month: (callers, told) for month, callers, told in raw.execute(query, [organisation])}


def _sites(raw: sqlite3.Connection, organisation: str) -> dict[str, tuple[int, int | None]]:
    """Site -> (callers, median wait by nearest rank)."""
    ranked = (
        "SELECT site, wait, row_number() OVER (PARTITION BY site ORDER BY wait) AS rank,"
        f" count(*) OVER (PARTITION BY site) AS size FROM ({_ENDED}) WHERE state = 'closed'"
    )
    medians = dict(
        raw.execute(
            f"SELECT site, wait FROM ({ranked}) WHERE rank = (size + 1) / 2", [organisation]
        )
    )
    callers = raw.execute(f"SELECT site, count(*) FROM ({_ENDED}) GROUP BY site", [organisation])
    return {site: (number, int(medians[site])) for site, number in callers}


def _outcomes(raw: sqlite3.Connection, organisation: str) -> dict[str, int]:
    query = f"SELECT reason, count(*) FROM ({_ENDED}) WHERE state = 'closed' GROUP BY reason"
    return dict(raw.execute(query, [organisation]))


def test_an_organisation_of_four_callers_is_in_no_sum(tmp_path: Path) -> None:
    history = History(paths_for("hub", tmp_path).folder("history"))
    told = [ticket(n, arrived_at_utc=NOW.replace(year=YEAR)) for n in range(40)]
    told += [
        ticket(90 + n, organisation="marais", arrived_at_utc=NOW.replace(year=YEAR))
        for n in range(4)
    ]
    history.apply(history.stream("x"), [entry(n, one) for n, one in enumerate(told, 1)])
    history.close()
    sums = sums_of(read(tmp_path).chapters)
    assert (sums.callers, sums.at_least) == (40, True)
    own = sums_of(read(tmp_path, inside="marais").chapters)
    assert (own.callers, own.at_least) == (4, False)


def test_what_a_caller_was_passed_on_to_is_counted_once(tmp_path: Path) -> None:
    history = History(paths_for("hub", tmp_path).folder("history"))
    at = NOW.replace(year=YEAR)
    talking = ticket(1, arrived_at_utc=at, state=TicketState.IN_SESSION, ended_at_utc=None)
    passed = ticket(1, arrived_at_utc=at, moved_to="marais/rights")
    within = ticket(2, arrived_at_utc=at, moved_to="valdore/rights")
    told = [talking, passed, passed, within]
    history.apply(history.stream("x"), [entry(n, one) for n, one in enumerate(told, 1)])
    history.close()
    (chapter,) = read(tmp_path, inside="valdore").chapters
    assert chapter.passed_on == {"Organisme Marais": 1}


def test_a_report_since_the_opening_begins_with_the_first_caller(folder: Path) -> None:
    reader = ReportReader(
        HubSettings(), paths_for("hub", folder), catalogue=Catalogue.parse(convention())
    )
    facts = reader.read(None, date(YEAR, 6, 30), now=NOW)
    assert (facts.first, facts.last) == (date(YEAR, 1, 1), date(YEAR, 6, 30))
    assert facts.network is not None
    assert facts.network.since_opening
    assert facts.network.costs is None, "none are stated"


def test_a_period_before_any_caller_is_empty_and_no_error(folder: Path) -> None:
    reader = ReportReader(
        HubSettings(costs=COSTS), paths_for("hub", folder), catalogue=Catalogue.parse(convention())
    )
    facts = reader.read(None, date(YEAR - 1, 6, 30), now=NOW)
    assert facts.first == facts.last
    assert _callers(facts) == 0


def _callers(facts: ReportFacts) -> int:
    sums: NetworkSums = sums_of(facts.chapters)
    return sums.callers


def test_a_year_is_one_year_whether_or_not_it_leaps() -> None:
    assert years_of(date(2024, 1, 1), date(2024, 12, 31)) == 1
    assert years_of(date(2025, 1, 1), date(2026, 12, 31)) == 2
    assert years_of(date(2025, 12, 31), date(2026, 1, 1)) == pytest.approx(2 / 365)


def test_documents_and_appointments_are_those_of_the_store(folder: Path) -> None:
    dossiers = folder / "hub" / "dossiers"
    day = datetime(YEAR, 6, 2, 9, tzinfo=UTC)
    with DossierStore(dossiers, now=lambda: day) as store:
        store.create_dossier("valdore", CALLER)
        paris = ZoneInfo("Europe/Paris")
        for number, filed_at in enumerate(
            (
                datetime(YEAR, 1, 1, 0, 30, tzinfo=paris),
                datetime(YEAR, 12, 31, 23, 30, tzinfo=paris),
                datetime(YEAR + 1, 1, 1, 0, 30, tzinfo=paris),
            )
        ):
            new = NewDocument(
                piece_id="identity",
                name="Pièce d'identité",
                pages=2,
                sha256=sha256_of(PDF),
                upload_id=f"u{number}",
            )
            store.file("valdore", CALLER.number, new, PDF, filed_at_utc=filed_at)
        booked = [
            store.appointments.book(
                NewAppointment(
                    organisation="valdore",
                    request_id=f"r{number}",
                    time=AppointmentTime(
                        service="rights",
                        home="valdore",
                        site="site0",
                        starts_at=day + timedelta(hours=number),
                        length_min=20,
                    ),
                    person=AppointmentPerson(caller_number="1234567"),
                    keep_days=30,
                ),
                room=1,
                by=ActingUser(),
            )
            for number in range(1, 4)
        ]
        kept, missed, still_open = (one for one in booked if one is not None)
        store.appointments.arrive(kept, "t1", by=ActingUser())
        store.appointments.end(kept, AppointmentState.KEPT)
        store.appointments.end(missed, AppointmentState.MISSED)
        assert still_open.state is AppointmentState.BOOKED
        span = (day.replace(hour=0), day.replace(hour=23))
        offered = {("rights", "", ""): 12}
        store.appointments.count_day("valdore", f"{YEAR}-06-02", offered, span=span)
    (chapter,) = read(folder, inside="valdore").chapters
    assert chapter.documents == 2, "from midnight to midnight where the hub is"
    appointments = chapter.appointments
    assert appointments is not None
    assert (appointments.offered, appointments.booked) == (12, 3)
    assert appointments.ends == {"kept": 1, "missed": 1, "open": 1}
    (other,) = read(folder, inside="marais").chapters
    assert (other.documents, other.appointments) == (0, None)


def test_without_dossiers_nothing_is_made_and_nothing_known(folder: Path) -> None:
    (chapter,) = read(folder, inside="valdore").chapters
    assert (chapter.documents, chapter.appointments) == (None, None)
    assert not (folder / "hub" / "dossiers" / "dossiers.sqlite").exists()
