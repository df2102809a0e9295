# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub acceptance SITE`: what lacks at a site before it opens, and the sheet that is
signed. Used by `__main__`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from documents.printed.dates import long_date
from documents.printed.site_guide import AcceptedKiosk, SiteAcceptance, acceptance_sheet
from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.commands.setup.people import Person, read_people
from expert_app.commands.setup.site_bundle import kiosks_of
from expert_app.hub.convention_commands import load_catalogue
from expert_app.runtime.command_line import Argument
from resources.texts import _, ngettext
from session.core.clock import SystemClock
from session.core.errors import StoreUnreachable
from session.core.tasks import Tasks
from session.hub.access.identities import Identity
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.entries import SiteEntry
from session.hub.history.counts import KioskCalls, calls_of_kiosks
from session.hub.history.database import History
from session.hub.network.site_gate import find_gaps
from session.hub.remote_help.self_tests import KioskSelfTests
from session.protocol.helpdesk.self_test import SelfTestRow
from session.protocol.helpdesk.site_gate import SiteGap
from views.site.lacks import gap_words
from views.words.self_tests import check_words


@hub_command(needs_convention=True)
def write_acceptance(
    hub: HubContext,
    site: Annotated[str, Argument("its id or its name in the convention", "SITE")],
    file: Annotated[Path, Argument("a new PDF", "FILE.pdf")],
) -> int:
    """Write what the hub saw of a site's kiosks; the exit code, 1 while one of them is not good.

    Raises:
        CatalogueWrong: the convention cannot be used.
    """
    settings, catalogue = hub.settings, load_catalogue(hub.settings)
    kiosks = kiosks_of(catalogue, site)
    if not kiosks:
        print(_("No kiosk of the convention stands at {site}.").format(site=site))
        return 2
    home, entry = kiosks[0].organisation, catalogue.site_of(kiosks[0].organisation, kiosks[0].user)
    try:
        accepted, gaps = _accepted(hub, catalogue, kiosks, entry)
    except StoreUnreachable as error:
        why = error.detail.get("why", error.code)
        print(_("The history cannot be read ({why}).").format(why=why))
        return 1
    names = sorted({catalogue.organisation(kiosk.organisation).name for kiosk in kiosks})
    acceptance = SiteAcceptance(
        site=entry.name,
        organisations=", ".join(names),
        kiosks=tuple(accepted),
        printed_at=datetime.now(ZoneInfo(settings.time_zone)),
        record=tuple(record_lines(catalogue, home, entry)),
        lacks=tuple(map(gap_words, gaps)),
    )
    try:
        file.write_bytes(acceptance_sheet(acceptance))
    except OSError as error:
        print(_("{file} cannot be written: {why}.").format(file=file, why=error.strerror))
        return 2
    good = sum(kiosk.is_good for kiosk in accepted)
    words = ngettext(
        "{file}: {good} of {count} kiosk is good.",
        "{file}: {good} of {count} kiosks are good.",
        len(accepted),
    )
    print(words.format(file=file, good=good, count=len(accepted)))
    for kiosk in accepted:
        for missing in kiosk.missing():
            print("  " + _("{name}: {value}").format(name=kiosk.name, value=missing))
    for words in acceptance.lacks:
        print("  " + words)
    return int(good < len(accepted) or bool(gaps))


def _accepted(
    hub: HubContext, catalogue: Catalogue, kiosks: Sequence[Identity], site: SiteEntry
) -> tuple[list[AcceptedKiosk], list[SiteGap]]:
    """Return how each kiosk is, and what lacks if the site has a gate."""
    settings = hub.settings
    people = {
        (person.organisation, person.role, person.user): person
        for person in read_people(settings, hub.paths, datetime.now(UTC))
    }
    history = History(
        hub.paths.folder("history"),
        database_url=settings.history_database or settings.database,
        time_zone=settings.time_zone,
    )
    try:
        tests = KioskSelfTests(lambda: history, catalogue, clock=SystemClock(), tasks=Tasks())
        rows = tests.newest()
        newest = {(row.organisation, row.kiosk): row for row in rows}
        organisations = {kiosk.organisation for kiosk in kiosks}
        calls = {name: calls_of_kiosks(history, name) for name in organisations}
    finally:
        history.close()
    zone = ZoneInfo(settings.time_zone)
    accepted = [
        _accepted_kiosk(
            people[kiosk.organisation, kiosk.role.name.lower(), kiosk.user],
            newest.get((kiosk.organisation, kiosk.user)),
            calls[kiosk.organisation].get(kiosk.user),
            zone=zone,
        )
        for kiosk in kiosks
    ]
    if not site.gate:
        return accepted, []
    home, now = kiosks[0].organisation, datetime.now(UTC)
    return accepted, find_gaps(catalogue, home, site.id, tests=rows, now=now)


def record_lines(catalogue: Catalogue, home: str, site: SiteEntry) -> Iterator[str]:
    """Return what the convention says of a site, in words."""
    record = site.record
    said = _("{name}: {value}")
    if record.address:
        yield said.format(name=_("Address"), value=record.address)
    if record.contact:
        yield said.format(name=_("To call there"), value=record.contact)
    if record.insured_until is not None:
        yield _("Insured until {day}").format(day=long_date(record.insured_until))
    for person in catalogue.organisation(home).people:
        if person.role == "facilitator" and site.id in person.sites:
            trained = person.trained_on
            words = _("Host: {name}, trained on {day}") if trained else _("Host: {name}")
            yield words.format(name=person.name, day=long_date(trained) if trained else "")
    for signature in record.signatures:
        name = _organisation_name(catalogue, signature.organisation)
        words = _("{name} has signed on {day}").format(name=name, day=long_date(signature.on))
        yield f"{words} ({signature.by})" if signature.by else words
    for refusal in record.refusals:
        name = _organisation_name(catalogue, refusal.organisation)
        yield _("{name} does not come: {why}").format(name=name, why=refusal.why)


def _organisation_name(catalogue: Catalogue, organisation: str) -> str:
    if catalogue.has_organisation(organisation):
        return catalogue.organisation(organisation).name
    return organisation


def _accepted_kiosk(
    person: Person, test: SelfTestRow | None, calls: KioskCalls | None, *, zone: ZoneInfo
) -> AcceptedKiosk:
    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(zone) if moment is not None else None

    return AcceptedKiosk(
        name=f"{person.organisation}/{person.user}",
        enrolled_at=local(person.enrolled_at_utc),
        version=person.version,
        tested_at=local(test.at_utc) if test is not None else None,
        parts=tuple((check_words(check), not check.is_fault) for check in test.checks)
        if test is not None
        else (),
        first_call_at=local(calls.first_at_utc) if calls is not None else None,
        calls=calls.count if calls is not None else 0,
    )
