# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub report FROM TO FILE`:
the operator's activity report, PDF or CSV, from the hub's history.
It is for publication and hides small counts; `--inside ORGANISATION` is that organisation's own,
with true numbers.

Reads the database only, so it may run beside a running hub, or without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from documents.printed.report.csv_file import report_csv
from documents.printed.report.masking import masked
from documents.printed.report.pdf import ReportFacts, report
from documents.printed.report.words import SMALL, Chapter
from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.hub.convention_commands import load_catalogue
from expert_app.runtime.command_line import Argument
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from expert_app.runtime.report_chapters import ALWAYS_CROSSED, chapter
from resources.texts import _
from session.core.errors import StoreUnreachable
from session.hub.convention.catalogue import Catalogue
from session.hub.history.counts import count
from session.hub.history.database import History
from session.protocol.hub.statistics import StatisticsBy

KINDS = (".pdf", ".csv")


@hub_command(needs_convention=True)
def write_report(
    hub: HubContext,
    first_day: Annotated[str, Argument("2026-03-01", "FROM")],
    last_day: Annotated[str, Argument("2026-03-31", "TO")],
    file: Annotated[Path, Argument("report.pdf or report.csv", "FILE")],
    *,
    inside: Annotated[
        str,
        Argument("of this organisation alone, for its own people: true numbers", "ORGANISATION"),
    ] = "",
) -> int:
    """Write the report; the exit code.

    Raises:
        CatalogueWrong: the convention cannot be used.
    """
    try:
        first, last = date.fromisoformat(first_day), date.fromisoformat(last_day)
    except ValueError:
        print(_("The days of a report are written like 2026-03-31."))
        return 2
    if file.suffix.lower() not in KINDS or last < first:
        print(_("A report needs a first day, a last day and a file that ends in .pdf or .csv."))
        return 2
    catalogue = load_catalogue(hub.settings)
    if inside and inside not in catalogue.organisations:
        words = _("There is no organisation {organisation} in the catalogue.")
        print(words.format(organisation=inside))
        return 2
    try:
        facts = read_facts(
            hub.settings,
            hub.paths,
            catalogue=catalogue,
            inside=inside,
            days=(first, last),
            now=datetime.now(UTC),
        )
    except StoreUnreachable as error:
        print(
            _("The history cannot be read ({why}).").format(why=error.detail.get("why", error.code))
        )
        return 1
    if file.suffix.lower() == ".csv":
        data = report_csv(facts.chapters)
    else:
        data = report(facts)
    file.write_bytes(data)
    print(_("{file}: {count} callers.").format(file=file, count=_callers(facts.chapters)))
    return 0


def _callers(chapters: Sequence[Chapter]) -> str:
    """All callers; an organisation with one to four of them is "<5", as in the file itself."""
    counts = [chapter.total.callers for chapter in chapters]
    callers, small = sum(max(0, count) for count in counts), counts.count(SMALL)
    return " + ".join([*([str(callers)] if callers or not small else []), *["<5"] * small])


def read_facts(
    settings: HubSettings,
    paths: Paths,
    *,
    catalogue: Catalogue,
    days: tuple[date, date],
    now: datetime,
    inside: str = "",
) -> ReportFacts:
    """The figures of all organisations of the catalogue, from the first day to the last, for
    publication; or the true ones of the organisation `inside`.

    Raises:
        StoreUnreachable: the history's database cannot be read.
    """
    history = History(
        paths.folder("history"),
        database_url=settings.history_database or settings.database,
        time_zone=settings.time_zone,
    )
    try:
        chapters = tuple(
            _chapter(history, catalogue, name, days)
            for name in ([inside] if inside else catalogue.organisations)
        )
    finally:
        history.close()
    if not inside:
        chapters = tuple(map(masked, chapters))
    return ReportFacts(
        first=days[0],
        last=days[1],
        made_at=now.astimezone(ZoneInfo(settings.time_zone)),
        time_zone=settings.time_zone,
        chapters=tuple(chapter for chapter in chapters if chapter.total.callers) or chapters[:1],
        masked=not inside,
    )


def _chapter(
    history: History, catalogue: Catalogue, organisation: str, days: tuple[date, date]
) -> Chapter:
    """An organisation's chapter, with true numbers."""
    services = {service.id: service.name for service in catalogue.services(organisation)}
    first, last = days
    rows = {by: count(history, organisation, first=first, last=last, by=by) for by in StatisticsBy}
    by, across = ALWAYS_CROSSED
    crossed = count(history, organisation, first=first, last=last, by=by, across=across)
    name = catalogue.organisation(organisation).name
    return chapter(name, services, rows, {ALWAYS_CROSSED: crossed})
