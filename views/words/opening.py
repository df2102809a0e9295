# SPDX-License-Identifier: GPL-3.0-only
"""The next opening of a service, as people say it: "opens tomorrow at 8:30".
Used by the kiosk's start and closed pages.
"""

from __future__ import annotations

from datetime import datetime

from documents.printed.dates import hour, long_date
from resources.texts import N_, _

_DAYS = (
    N_("on Monday"),
    N_("on Tuesday"),
    N_("on Wednesday"),
    N_("on Thursday"),
    N_("on Friday"),
    N_("on Saturday"),
    N_("on Sunday"),
)


def day_words(at: datetime, now: datetime) -> str:
    """The day of `at` for somebody who reads it `now`:
    "today", "tomorrow", "on Monday", "on 7 April 2026".
    """
    days = (at.date() - now.astimezone(at.tzinfo).date()).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days < 7:
        return _(_DAYS[at.weekday()])
    return _("on {date}").format(date=long_date(at.date()))


def when_words(iso: str, now: datetime) -> str:
    """E.g. "tomorrow at 8:30" from ISO 8601 with offset; "" for "" and what is no date."""
    at = _read(iso)
    if at is None:
        return ""
    return _("{day} at {hour}").format(day=day_words(at, now), hour=hour(at))


def opens_words(iso: str, now: datetime) -> str:
    """E.g. "Opens tomorrow at 8:30."; "Closed." when nobody knows."""
    when = when_words(iso, now)
    if when:
        return _("Opens {when}.").format(when=when)
    return _("Closed for now.")


def _read(iso: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return None
    if at.tzinfo is not None:
        return at
    return None
