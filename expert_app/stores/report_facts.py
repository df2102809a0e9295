# SPDX-License-Identifier: GPL-3.0-only
"""Reads all that stands in the operator's report: history, dossiers' store, convention, settings.
Used by `hub report`.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from documents.printed.report.masking import masked
from documents.printed.report.network import (
    CostFigures,
    CostLine,
    NetworkFacts,
    Notice,
    TravelMethod,
    sums_of,
)
from documents.printed.report.pdf import ReportFacts
from documents.printed.report.words import AppointmentSums, Chapter
from documents.store.dossier_store import DossierStore
from expert_app.report.chapters import ALWAYS_CROSSED, chapter
from expert_app.report.journeys import travel_of
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from expert_app.runtime.report_settings import CostSettings
from expert_app.stores.dossiers import open_rows
from session.core.small_counts import LEAST
from session.hub.convention.catalogue import Catalogue
from session.hub.history.counts import count, first_day, passed_on
from session.hub.history.database import History
from session.protocol.hub.statistics import StatisticsBy


class ReportReader:
    """Reads one report.

    Args:
        inside: the organisation whose true numbers these are; "" for all organisations, with small
            counts hidden.
    """

    def __init__(
        self, settings: HubSettings, paths: Paths, *, catalogue: Catalogue, inside: str = ""
    ) -> None:
        self._settings = settings
        self._paths = paths
        self._catalogue = catalogue
        self._inside = inside
        self._zone = ZoneInfo(settings.time_zone)

    def read(self, first: date | None, last: date, *, now: datetime) -> ReportFacts:
        """Read the figures of the days from `first` (None: the first caller's) to `last`.

        Raises:
            StoreUnreachable: a database cannot be read.
        """
        settings = self._settings
        history = History(
            self._paths.folder("history"),
            database_url=settings.history_database or settings.database,
            time_zone=settings.time_zone,
        )
        try:
            store = open_rows(settings, self._paths)
            try:
                return self._read(history, store, first, last, now=now)
            finally:
                if store is not None:
                    store.close()
        finally:
            history.close()

    def _read(
        self,
        history: History,
        store: DossierStore | None,
        first: date | None,
        last: date,
        *,
        now: datetime,
    ) -> ReportFacts:
        names = (self._inside,) if self._inside else tuple(self._catalogue.organisations)
        days = (first or min(last, first_day(history, names) or last), last)
        true = {name: self._chapter(history, store, name, days) for name in names}
        callers = {name: one for name, one in true.items() if one.total.callers}
        shown = callers or dict(list(true.items())[:1])
        if not self._inside:
            shown = {name: masked(one) for name, one in shown.items()}
        shown = {name: self._with_travel(name, one) for name, one in shown.items()}
        chapters = tuple(shown.values())
        network = self._network(history, tuple(callers), chapters, days, now=now)
        return ReportFacts(
            first=days[0],
            last=days[1],
            made_at=now.astimezone(self._zone),
            time_zone=self._settings.time_zone,
            chapters=chapters,
            masked=not self._inside,
            network=msgspec.structs.replace(network, since_opening=first is None),
        )

    def _chapter(
        self,
        history: History,
        store: DossierStore | None,
        organisation: str,
        days: tuple[date, date],
    ) -> Chapter:
        """An organisation's chapter, with true numbers."""
        catalogue, (first, last) = self._catalogue, days
        names = (organisation,)
        rows = {by: count(history, names, first=first, last=last, by=by) for by in StatisticsBy}
        by, across = ALWAYS_CROSSED
        crossed = count(history, names, first=first, last=last, by=by, across=across)
        services = {service.id: service.name for service in catalogue.services(organisation)}
        entry = catalogue.organisation(organisation)
        made = chapter(entry.name, services, rows, {ALWAYS_CROSSED: crossed})
        others = passed_on(history, organisation, first=first, last=last)
        made = msgspec.structs.replace(
            made, passed_on={self._name(other): number for other, number in others.items()}
        )
        if store is None or entry.vaults:
            return made
        start = datetime.combine(first, time(), self._zone)
        end = datetime.combine(last + timedelta(days=1), time(), self._zone)
        return msgspec.structs.replace(
            made,
            documents=store.count_filed(organisation, start, end),
            appointments=_appointments(store, organisation, days),
        )

    def _name(self, organisation: str) -> str:
        if organisation in self._catalogue.organisations:
            return self._catalogue.organisation(organisation).name
        return organisation

    def _with_travel(self, organisation: str, made: Chapter) -> Chapter:
        catalogue = self._catalogue
        records = {
            site.name: site.record
            for home in catalogue.organisations
            for site in catalogue.organisation(home).sites
        }
        travel = travel_of(
            made, catalogue.organisation(organisation), records, self._settings.travel
        )
        return msgspec.structs.replace(made, travel=travel)

    def _network(
        self,
        history: History,
        organisations: tuple[str, ...],
        chapters: Sequence[Chapter],
        days: tuple[date, date],
        *,
        now: datetime,
    ) -> NetworkFacts:
        """What the front page says beside the chapters' sums."""
        first, last = days
        rows = count(history, organisations, first=first, last=last, by=StatisticsBy.TOTAL)
        known = [row for row in rows if self._inside or row.answered >= LEAST]
        travel = self._settings.travel
        sites = self._sites()
        return NetworkFacts(
            sites=len(sites),
            wait_median_s=known[0].wait_median_s if known else None,
            wait_p90_s=known[0].wait_p90_s if known else None,
            costs=None if self._inside else self._costs(chapters, days),
            travel_method=TravelMethod(
                road_factor=travel.road_factor,
                speed_kmh=travel.speed_kmh,
                mode=travel.mode,
                co2_kg_km=travel.co2_kg_km,
                source=travel.source,
                year=travel.year,
            ),
            notices=tuple(self._notices(chapters, now.astimezone(self._zone).date())),
        )

    def _sites(self) -> list[tuple[str, str]]:
        """(home, site) of every reception point that the report is about."""
        catalogue = self._catalogue
        if self._inside:
            return [(home, site.id) for home, site in catalogue.sites_offering(self._inside)]
        return [
            (home, site.id)
            for home in catalogue.served
            for site in catalogue.organisation(home).sites
        ]

    def _notices(self, chapters: Sequence[Chapter], today: date) -> list[Notice]:
        seen = {row.key for one in chapters for row in one.sites}
        found = []
        for home, site_id in self._sites():
            site = self._catalogue.site(home, site_id)
            insured = site.record.insured_until
            if insured is not None and insured < today:
                found.append(Notice(kind="insurance", name=site.name, day=insured))
            if site.name not in seen:
                found.append(Notice(kind="nobody", name=site.name))
        return found

    def _costs(self, chapters: Sequence[Chapter], days: tuple[date, date]) -> CostFigures | None:
        costs = self._settings.costs
        if not costs.is_stated:
            return None
        years = years_of(*days)
        sites = self._sites()
        kiosks = sum(len(self._catalogue.kiosks_of(home, site)) for home, site in sites)
        pairs = sum(1 for one in chapters for row in one.sites if row.callers)
        return cost_figures(
            costs,
            kiosk_years=kiosks * years,
            line_years=len(sites) * years,
            permanence_years=pairs * years,
            chapters=chapters,
        )


def years_of(first: date, last: date) -> float:
    """Return how many years these days are, both included; a whole year is 1, also a leap year."""
    return sum(
        ((min(last, date(year, 12, 31)) - max(first, date(year, 1, 1))).days + 1)
        / (366 if isleap(year) else 365)
        for year in range(first.year, last.year + 1)
    )


def cost_figures(
    costs: CostSettings,
    *,
    kiosk_years: float,
    line_years: float,
    permanence_years: float,
    chapters: Sequence[Chapter],
) -> CostFigures:
    """Return what is stated, multiplied; a cost of zero has no line."""
    sums = sums_of(chapters)
    lines = (
        CostLine(kind="kiosk", quantity=kiosk_years, each_eur=costs.kiosk_year),
        CostLine(kind="line", quantity=line_years, each_eur=costs.line_year),
        CostLine(kind="agent", quantity=sums.talk_s / 3600, each_eur=costs.agent_hour),
        CostLine(
            kind="host", quantity=sums.answered * costs.host_min / 60, each_eur=costs.host_hour
        ),
    )
    permanences = CostLine(
        kind="permanence", quantity=permanence_years, each_eur=costs.permanence_year
    )
    return CostFigures(
        lines=tuple(line for line in lines if line.each_eur),
        permanences=permanences if costs.permanence_year else None,
        source=costs.source,
        year=costs.year,
    )


def _appointments(
    store: DossierStore, organisation: str, days: tuple[date, date]
) -> AppointmentSums | None:
    rows = store.appointments.counts(organisation, days[0].isoformat(), days[1].isoformat())
    if not rows:
        return None
    booked = sum(row.booked for row in rows)
    ends = {
        "kept": sum(row.kept for row in rows),
        "missed": sum(row.missed for row in rows),
        "cancelled": sum(row.cancelled for row in rows),
    }
    ends["open"] = max(0, booked - sum(ends.values()))
    return AppointmentSums(
        offered=sum(row.offered for row in rows),
        booked=booked,
        moved=sum(row.moved for row in rows),
        ends={word: number for word, number in ends.items() if number},
    )
