# SPDX-License-Identifier: GPL-3.0-only
"""A convention as a person reads it:
site by site, which service of which organisation, and its hours of this week.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from resources.texts import N_, _
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.entries import OrganisationEntry, SiteEntry
from session.hub.convention.hours import hours_of
from session.hub.opening_hours.rules import Hours, public_holiday
from session.hub.opening_hours.weekly_hours import ALWAYS
from session.protocol.wire.ids import split_service

_DAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


def matrix(catalogue: Catalogue, now: datetime) -> str:
    """The text: a paragraph per site with kiosks, a line per service. `now` is timezone-aware."""
    lines: list[str] = []
    for name in catalogue.organisations:
        entry = catalogue.organisation(name)
        for site in entry.sites:
            lines += ["", *_site(catalogue, entry, site, now)]
    return "\n".join(lines[1:])


def _site(
    catalogue: Catalogue, home: OrganisationEntry, site: SiteEntry, now: datetime
) -> Iterator[str]:
    zone = site.time_zone or home.time_zone
    kiosks = ", ".join(kiosk.id for kiosk in home.kiosks if kiosk.site == site.id) or _("none")
    yield f"{site.name} ({home.id}/{site.id}) · " + _("kiosks: {names} · {zone}").format(
        names=kiosks, zone=zone
    )
    today = now.astimezone(ZoneInfo(zone)).date()
    monday = today - timedelta(days=today.weekday())
    for ref in site.services:
        organisation, service = split_service(ref, home.id)
        owner = catalogue.organisation(organisation)
        entry = catalogue.service(organisation, service)
        hours = hours_of(owner, entry, home, site)
        yield f"  {owner.name} · {entry.name}"
        yield f"    {_week(hours, monday)}"


def _week(hours: Hours, monday: date) -> str:
    """Days with the same hours are told together, "Mon-Fri 08:30-12:00 13:30-17:00 · Sat
    closed".
    """
    days = [monday + timedelta(days=step) for step in range(7)]
    day_words = [_day(hours, day) for day in days]
    runs: list[tuple[int, int]] = []
    for place, words in enumerate(day_words):
        if runs and day_words[runs[-1][0]] == words:
            runs[-1] = runs[-1][0], place
        else:
            runs.append((place, place))
    return " · ".join(f"{_named(first, last)} {day_words[first]}" for first, last in runs)


def _named(first: int, last: int) -> str:
    if first == last:
        return _(_DAYS[first])
    return f"{_(_DAYS[first])}-{_(_DAYS[last])}"


def _day(hours: Hours, day: date) -> str:
    slots = hours.slots(day)
    if slots == ALWAYS:
        return _("always")
    if slots:
        return " ".join(str(slot) for slot in slots)
    if hours.closed_by(day) is not None:
        return _("closed exceptionally ({day})").format(day=day.strftime("%d/%m"))
    holiday = next((name for region in hours.regions if (name := public_holiday(region, day))), "")
    if holiday:
        return _("closed ({reason})").format(reason=holiday)
    return _("closed")
