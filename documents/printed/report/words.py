# SPDX-License-Identifier: GPL-3.0-only
"""Words and numbers of the activity report, in the language in use.
Used by the PDF and the CSV report.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import msgspec

from documents.printed.dates import long_date
from resources.texts import N_, _, language

_OUTCOMES = {
    "done": N_("Settled"),
    "pieces_missing": N_("Pieces still missing"),
    "appointment": N_("Appointment needed"),
    "redirected": N_("Sent to another body"),
    "information": N_("Information only"),
    "cut_off": N_("Conversation was cut"),
    "not_said": N_("Not said"),
    "not_reached": N_("Not reached by telephone"),
    "call_later": N_("Called again later"),
    "forgotten": N_("Not finished by the adviser"),
    "left": N_("Left the queue"),
    "kiosk_lost": N_("Kiosk no longer answered"),
    "new_call": N_("Asked for something else"),
    "no_longer_offered": N_("Service no longer offered"),
    "yes": N_("Yes"),
    "partly": N_("In part"),
    "no": N_("No"),
    "overflow": N_("Sent on by a rule of the convention"),
    "not_back": N_("Called, did not come back"),
}


SMALL, HIDDEN = -1, -2
"""Instead of a count: 1 to 4 callers, and a number that would give such a count away;
see `report_masking`.
"""


class ReportFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One line of figures; times in whole seconds, None where no caller was answered.

    Attributes:
        key: an ISO day, an hour ("09"), or any key of a site, service or organisation.
        name: what people read.
        outcomes, left: how often each code.
        solved: how often callers said "yes", "partly" and "no" to whether it was solved; empty for
            too few answers.
        across, across_name: the same as `key` and `name` of a second grouping.
    """

    key: str
    name: str
    across: str = ""
    across_name: str = ""
    callers: int = 0
    answered: int = 0
    abandoned: int = 0
    wait_median_s: int | None = None
    wait_p90_s: int | None = None
    talk_median_s: int | None = None
    talk_p90_s: int | None = None
    talk_sum_s: int = 0
    outcomes: dict[str, int] = {}
    left: dict[str, int] = {}
    solved: dict[str, int] = {}


class Crossed(msgspec.Struct, frozen=True, kw_only=True):
    """Figures by two groupings at once, each a word of the CSV's columns ("service", "site")."""

    by: str
    across: str
    rows: tuple[ReportFigures, ...]


class AppointmentSums(msgspec.Struct, frozen=True, kw_only=True):
    """Appointments of days that are over. `ends`: how many were "kept", "missed" and "cancelled",
    which add up to `booked`, or of some nobody has said it ("open").
    """

    offered: int = 0
    booked: int = 0
    moved: int = 0
    ends: dict[str, int] = {}


class TravelFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Journeys to an agency that conversations have spared, both ways together.

    Attributes:
        journeys: conversations that count as one; those whose distance nobody knows are
            `without_distance`, and in no sum.
        km, hours, co2_kg: of all journeys together.
        at_least: conversations are hidden that may have spared more.
    """

    journeys: int = 0
    without_distance: int = 0
    km: float = 0.0
    hours: float = 0.0
    co2_kg: float = 0.0
    at_least: bool = False


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation's figures for the period; days and hours without callers may be left out.

    Attributes:
        passed_on: how many of its callers were passed on in a conversation, by the name of the
            other organisation.
        documents: filed in its dossiers; None where the hub does not keep them.
        appointments: None where it gives none.
        travel: None where nobody knows a distance.
    """

    organisation: str
    total: ReportFigures
    months: tuple[ReportFigures, ...] = ()
    weekdays: tuple[ReportFigures, ...] = ()
    days: tuple[ReportFigures, ...] = ()
    hours: tuple[ReportFigures, ...] = ()
    services: tuple[ReportFigures, ...] = ()
    sites: tuple[ReportFigures, ...] = ()
    crossed: tuple[Crossed, ...] = ()
    passed_on: dict[str, int] = {}
    documents: int | None = None
    appointments: AppointmentSums | None = None
    travel: TravelFigures | None = None


def outcome_words(code: str) -> str:
    """Return the meaning of a code; a code we do not know is shown as it is."""
    if code in _OUTCOMES:
        return _(_OUTCOMES[code])
    return code


def duration(seconds: int | None) -> str:
    """E.g. "45 s", "4 min 40 s", "12 min", "1 h 05 min"; a dash for none."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return _("{s} s").format(s=seconds)
    if 600 <= seconds < 3570:
        return _("{m} min").format(m=round(seconds / 60))
    if seconds < 600:
        return _("{m} min {s} s").format(m=seconds // 60, s=f"{seconds % 60:02}")
    return _("{h} h {m} min").format(
        h=round(seconds / 60) // 60, m=f"{round(seconds / 60) % 60:02}"
    )


def whole(number: int) -> str:
    """With a narrow no-break space between thousands, as in French and in ISO 80000-1."""
    if number < 0:
        if number == SMALL:
            return "<\u00a05"
        return "–"
    return f"{number:,}".replace(",", "\u202f")


def decimal(number: float, places: int) -> str:
    """E.g. "1 234,5" in French."""
    words = f"{number:,.{places}f}".replace(",", "\u202f")
    if language() == "en":
        return words
    return words.replace(".", ",")


def euros(amount: float) -> str:
    """Whole euros from a thousand on, else with cents."""
    return _("{amount} €").format(amount=decimal(amount, 0 if amount >= 1000 else 2))


def share(part: int, of: int) -> str:
    """E.g. "12 %"; a dash of nothing."""
    if of > 0 and 0 < 200 * part < of:
        return "<\u00a01\u00a0%"
    if of > 0 and part >= 0:
        return f"{round(100 * part / of)}\u00a0%"
    return "–"


def solved_share(solved: Mapping[str, int]) -> str:
    """Return the share of those who answered that said yes; a dash where too few answered."""
    return share(solved.get("yes", 0), sum(max(0, number) for number in solved.values()))


def period(first: date, last: date) -> str:
    """E.g. "from 1 March 2026 to 31 March 2026"."""
    if first == last:
        return long_date(first)
    return _("from {first} to {last}").format(first=long_date(first), last=long_date(last))


def every_day(rows: tuple[ReportFigures, ...], first: date, last: date) -> list[ReportFigures]:
    """All days of the period, also those without callers, but no weekend on which nobody ever
    came.
    """
    by_day = {figures.key: figures for figures in rows}
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    filled = [
        by_day.get(day.isoformat(), ReportFigures(key=day.isoformat(), name=day.isoformat()))
        for day in days
    ]
    if any(figures.callers for figures in filled if date.fromisoformat(figures.key).weekday() > 4):
        return filled
    return [figures for figures in filled if date.fromisoformat(figures.key).weekday() < 5]
