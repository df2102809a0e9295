# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub report FROM TO FILE`:
the operator's activity report, PDF, CSV or ODS, from what the hub keeps.
It is for publication and hides small counts; `--inside ORGANISATION` is that organisation's own,
with true numbers.

Reads the databases only, so it may run beside a running hub, or without one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from documents.printed.report.csv_file import report_csv
from documents.printed.report.ods_file import report_ods
from documents.printed.report.pdf import ReportFacts, report
from documents.printed.report.words import SMALL, Chapter
from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.hub.convention_commands import load_catalogue
from expert_app.report.periods import period_of
from expert_app.runtime.command_line import Argument
from expert_app.stores.report_facts import ReportReader
from resources.texts import _
from session.core.errors import StoreUnreachable

KINDS = (".pdf", ".csv", ".ods")


@hub_command(needs_convention=True)
def write_report(
    hub: HubContext,
    first_day: Annotated[str, Argument("2026-03-01, 2026-03, 2026, or: opening", "FROM")],
    last_day: Annotated[str, Argument("2026-03-31, 2026-03 or 2026", "TO")],
    file: Annotated[Path, Argument("report.pdf, report.csv or report.ods", "FILE")],
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
        first, last = period_of(first_day, last_day)
    except ValueError:
        print(
            _(
                "A report has a first and a last day, month or year, written like 2026-03-31, "
                "2026-03 or 2026; “opening” is the day of the first caller."
            )
        )
        return 2
    if file.suffix.lower() not in KINDS:
        print(_("A report is a file that ends in .pdf, .csv or .ods."))
        return 2
    catalogue = load_catalogue(hub.settings)
    if inside and inside not in catalogue.organisations:
        words = _("There is no organisation {organisation} in the catalogue.")
        print(words.format(organisation=inside))
        return 2
    try:
        reader = ReportReader(hub.settings, hub.paths, catalogue=catalogue, inside=inside)
        facts = reader.read(first, last, now=datetime.now(UTC))
    except StoreUnreachable as error:
        print(
            _("The history cannot be read ({why}).").format(why=error.detail.get("why", error.code))
        )
        return 1
    file.write_bytes(_written(facts, file.suffix.lower()))
    print(_("{file}: {count} callers.").format(file=file, count=_callers(facts.chapters)))
    return 0


def _written(facts: ReportFacts, kind: str) -> bytes:
    match kind:
        case ".csv":
            return report_csv(facts.chapters)
        case ".ods":
            return report_ods(facts)
    return report(facts)


def _callers(chapters: Sequence[Chapter]) -> str:
    """All callers; an organisation with one to four of them is "<5", as in the file itself."""
    counts = [chapter.total.callers for chapter in chapters]
    callers, small = sum(max(0, count) for count in counts), counts.count(SMALL)
    return " + ".join([*([str(callers)] if callers or not small else []), *["<5"] * small])
