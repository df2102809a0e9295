# SPDX-License-Identifier: GPL-3.0-only
"""The filter as one line that can be typed: `site:valdore panne:bourrage depuis:7j`.
Pure; used by the helpdesk's list.

Keys are French, with the English ones beside them. What has no key is a number of a conversation
or of a ticket, or words of a trouble.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from resources.texts import N_, _
from session.core.folded_text import has_words
from session.core.spoken_letters import tidy_short_number
from session.protocol.helpdesk.log_list import (
    MOST_CHOSEN,
    LogFilter,
    LogState,
    TimeWindow,
    TroublePart,
    model_of,
)
from session.protocol.wire.ids import is_id
from views.helpdesk.spoken_times import spoken_times
from views.helpdesk.spoken_words import (
    hours_of,
    minute_of,
    parts_for,
    place_words,
    telling,
    windows,
    without_places,
)
from views.helpdesk.trouble_search import codes_for
from views.helpdesk.words import PARTS, STATES

ANY = "any"
NO_NAMES: Mapping[str, str] = {}
LONGEST = 400
HOURS_OF = timedelta(days=31)
"""Hours without a day are those of so many days."""

KEYS: dict[str, tuple[str, ...]] = {
    "sites": ("site", "lieu"),
    "kiosks": ("borne", "kiosk"),
    "services": ("service",),
    "agents": ("conseiller", "agent"),
    "organisations": ("organisme", "organisation"),
    "troubles": ("panne", "trouble"),
    "parts": ("partie", "part"),
    "versions": ("version",),
    "devices": ("appareil", "device"),
    "states": ("etat", "état", "state"),
    "since_utc": ("depuis", "since"),
    "until_utc": ("avant", "until"),
    "day": ("jour", "day"),
    "hours": ("heure", "hour"),
    "number": ("numero", "numéro", "number"),
}
"""Field of the filter -> how it may be typed; the first one is written by the window."""

_FIELDS = {word: field for field, words in KEYS.items() for word in words}
_TOKEN = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
_LENGTH = re.compile(r"(\d{1,4})\s*(h|j|d|s|w|m)")
_SAID = re.compile(r"[0-9A-Za-z -]+")
_TICKET = re.compile(r"[A-Za-z]{1,3}-?\d{1,5}")
_KIOSK = re.compile(
    r"\b(?:borne|kiosk)\s+(?:n[°o]?\s?)?([\w-]*\d[\w-]*)|\b([a-z]{4,}[_-]?\d+)\b", re.IGNORECASE
)
_VERSION = re.compile(r"[0-9A-Za-z.+_-]{1,40}")
_LENGTHS = {
    "h": timedelta(hours=1),
    "j": timedelta(days=1),
    "d": timedelta(days=1),
    "s": timedelta(days=7),
    "w": timedelta(days=7),
    "m": timedelta(days=30),
}
_DAYS = {"aujourdhui": 0, "today": 0, "hier": 1, "yesterday": 1}
_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m", "%Y-%m-%dT%H:%M")

UNKNOWN_KEY = N_("“{word}” is no filter. Filters are: {keys}.")
UNKNOWN_TROUBLE = N_("No trouble is called “{word}”. Try a word of what the agent read.")
UNKNOWN_PART = N_("“{word}” is no part. Parts are: {known}.")
UNKNOWN_STATE = N_("“{word}” is no state. States are: {known}.")
UNKNOWN_DAY = N_("“{word}” is no day. Write 7j, 24h, hier, 28/11, 2026-11-28 or 21:45.")
UNKNOWN_HOUR = N_("“{word}” is no hour. Write 21, 21:45 or 9-11.")
UNKNOWN_ID = N_("“{word}” cannot be an id: letters, digits, - and _ only.")
EMPTY = N_("After “{word}:” something is missing.")


class TypedFilter(NamedTuple):
    """The meaning of a line of the filter.

    Attributes:
        errors: what is not understood, each in a sentence.
        number: the line is the number of one conversation and nothing else: open it at once.
    """

    filter: LogFilter
    errors: tuple[str, ...] = ()
    number: str = ""


class FilterToken(NamedTuple):
    """A part of the line: "key:value", or words without a key."""

    key: str
    value: str


def tokens_of(text: str) -> list[FilterToken]:
    """The line's parts; quotation marks hold a value with spaces together."""
    tokens = []
    for word in _TOKEN.findall(text[:LONGEST]):
        key, colon, value = word.partition(":")
        is_key = bool(colon) and '"' not in key
        plain = (value if is_key else word).replace('"', "")
        tokens.append(FilterToken(key.lower() if is_key else "", plain))
    return tokens


def add_token(text: str, field: str, value: str) -> str:
    """The line with one more condition; one that stands there already is not added."""
    if " " in value:
        written = f'{KEYS[field][0]}:"{value}"'
    else:
        written = f"{KEYS[field][0]}:{value}"
    if FilterToken(KEYS[field][0], value) in tokens_of(text):
        return text
    return f"{text.strip()} {written}".strip()


def without_field(text: str, field: str) -> str:
    """The line without what it says of one field."""
    other_words = [
        word
        for word in _TOKEN.findall(text)
        if _FIELDS.get(word.partition(":")[0].lower()) != field or ":" not in word
    ]
    return " ".join(other_words)


_SOME_DAY = datetime(2026, 1, 1)


def parse(
    text: str, now: datetime, sites: Sequence[str] = (), kiosks: Mapping[str, str] = NO_NAMES
) -> TypedFilter:
    """What the line means.

    Args:
        now: timezone-aware, by the clock of the person who types: its days are meant.
        sites: names of sites: words without a key may be parts of one.
        kiosks: id -> what people call it: words after "borne" may be parts of that.
    """
    tokens = tokens_of(text)
    number = number_of(text)
    if number:
        return TypedFilter(LogFilter(number=number), number=number)
    reading = _Reading(now, sites=sites, kiosks=kiosks)
    words = [token.value for token in tokens if not token.key]
    for token in tokens:
        if token.key:
            reading.read(token)
    reading.read_words(words)
    return TypedFilter(reading.filter(), tuple(reading.errors))


def number_of(text: str) -> str:
    """The number of one conversation when the line is nothing else: a short number as it is said,
    or a session's id; "" otherwise.
    """
    plain = text.strip()
    if _SAID.fullmatch(plain):
        short = tidy_short_number(plain)
    else:
        short = ""
    if spoken_times(plain, _SOME_DAY).since is not None:
        return ""  # "A012 hier": a ticket of a day
    # a word of eight letters is no number; one number in twenty has no digit, and has its dash
    if short and ("-" in plain[4:5] or any(letter.isdigit() for letter in plain)):
        return short
    if is_id(plain) and len(plain) >= 24 and "_" in plain:
        return plain
    return ""


class _Reading:
    """Collects what the parts of a line say."""

    def __init__(self, now: datetime, *, sites: Sequence[str], kiosks: Mapping[str, str]) -> None:
        self._now = now
        self._sites = sites
        self._kiosks = kiosks
        self._hours: tuple[int, int] | None = None
        self._until_minute: int | None = None
        self._lists: dict[str, list[str]] = {}
        self._times: dict[str, datetime] = {}
        self._number = ""
        self.errors: list[str] = []

    def read(self, token: FilterToken) -> None:
        """One condition."""
        field = _FIELDS.get(token.key)
        if field is None:
            known_keys = ", ".join(words[0] for words in KEYS.values())
            self._refuse(UNKNOWN_KEY, token.key, keys=known_keys)
        elif not token.value:
            self._refuse(EMPTY, token.key)
        elif field == "number":
            self._number = tidy_short_number(token.value) or token.value[:40]
        elif field in ("since_utc", "until_utc", "day"):
            self._read_time(field, token.value)
        elif field == "hours":
            self._hours = hours_of(token.value)
            if self._hours is None:
                self._refuse(UNKNOWN_HOUR, token.value)
        else:
            for value in token.value.split(","):
                if value.strip():
                    self._read_value(field, value.strip())

    def read_words(self, words: Sequence[str]) -> None:
        """Read what has no key: a time, a ticket's number, words of a trouble,
        of a part or a site.
        """
        spoken = spoken_times(" ".join(words), self._now)
        if spoken.since is not None:
            self._times["since_utc"] = spoken.since
        if spoken.until is not None:
            self._times["until_utc"] = spoken.until
        self._hours = spoken.hours or self._hours
        if spoken.hours is not None and not self._times:
            self._read_day(when("today", self._now) or self._now)
        rest = spoken.rest.split()
        tickets = [word for word in rest if _TICKET.fullmatch(word)]
        if tickets:
            self._number = tickets[0].upper()
        text = self._read_kiosk(" ".join(word for word in rest if word not in tickets))
        if text:
            self._read_sentence(text)

    def _read_kiosk(self, text: str) -> str:
        """A kiosk by its id or its name, "borne 12" or "borne de l'accueil"; what is left."""
        if (named := _KIOSK.search(text)) is not None:
            self._lists.setdefault("kiosks", []).append(named[1] or named[2])
            return f"{text[: named.start()]} {text[named.end() :]}".strip()
        before, borne, after = text.partition("borne")
        words = place_words(telling(after), self._kiosks.values())
        ids = [one for one, name in self._kiosks.items() if has_words(name, " ".join(words))]
        if not borne or not words or len(ids) > MOST_CHOSEN:
            return text
        self._lists.setdefault("kiosks", []).extend(ids)
        return " ".join([before, *(word for word in telling(after) if word not in words)]).strip()

    def _read_sentence(self, text: str) -> None:
        """A trouble, as a whole; or else the words that say something, each a trouble's, a part's
        or a site's.
        """
        words = telling(text)
        is_sentence = len(words) < len(text.split())  # "pas de son", not "scanner"
        is_trouble = text in (ANY, "*", "toute") or bool(codes_for(text))
        if is_trouble and not (is_sentence and parts_for(words)):
            self._read_value("troubles", text)
            return
        places = place_words(words, self._sites)
        rest = [word for word in words if word not in places]
        if places:
            rest = without_places(rest)
        parts = parts_for(rest)
        if places:
            self._lists.setdefault("sites", []).append(" ".join(places))
        if parts:
            self._lists.setdefault("parts", []).extend(part.value for part in parts)
        elif rest or not places:
            self._read_value("troubles", " ".join(rest) or text)

    def filter(self) -> LogFilter:
        """All together."""
        chosen = {field: tuple(dict.fromkeys(values)) for field, values in self._lists.items()}
        self._set_until()
        since, until = self._times.get("since_utc"), self._times.get("until_utc")
        times: tuple[TimeWindow, ...] = ()
        if self._hours is not None:
            last = until or self._now
            times = windows(since or last - HOURS_OF, last, self._hours)
        if len(times) == 1:
            since, until, times = times[0].since_utc, times[0].until_utc, ()
        log_filter = LogFilter(
            since_utc=since,
            until_utc=until,
            windows=times,
            number=self._number,
            parts=tuple(TroublePart(value) for value in chosen.pop("parts", ())),
            states=tuple(LogState(value) for value in chosen.pop("states", ())),
        )
        return msgspec.structs.replace(log_filter, **chosen)

    def _read_value(self, field: str, value: str) -> None:
        match field:
            case "troubles":
                codes = (ANY,) if value in (ANY, "*", "toute") else codes_for(value)
                self._take(field, codes, value, UNKNOWN_TROUBLE)
            case "parts":
                self._take(field, _named(value, PARTS), value, UNKNOWN_PART, choices=PARTS)
            case "states":
                self._take(field, _named(value, STATES), value, UNKNOWN_STATE, choices=STATES)
            case "kiosks" | "services" | "agents" | "organisations":
                self._take(field, (value,) if is_id(value) else (), value, UNKNOWN_ID)
            case "devices":
                code = model_of(value)
                self._take(field, (code,) if code else (), value, UNKNOWN_ID)
            case "versions":
                is_version = _VERSION.fullmatch(value) is not None
                self._take(field, (value,) if is_version else (), value, UNKNOWN_ID)
            case _:
                self._take(field, (value,), value, UNKNOWN_ID)

    def _take(
        self,
        field: str,
        values: Iterable[str],
        typed: str,
        otherwise: str,
        *,
        choices: dict[str, str] | None = None,
    ) -> None:
        new_values = list(values)
        if not new_values:
            names = ", ".join(_(words) for words in (choices or {}).values())
            self._refuse(otherwise, typed, known=names)
        self._lists.setdefault(field, []).extend(new_values)

    def _read_time(self, field: str, value: str) -> None:
        at = when(value, self._now)
        if at is None:
            self._refuse(UNKNOWN_DAY, value)
        elif field == "day":
            self._read_day(at)
        else:
            self._times[field] = at
            if field == "until_utc" and ":" in value:
                self._until_minute = minute_of(value)

    def _read_day(self, at: datetime) -> None:
        start = at.replace(hour=0, minute=0, second=0, microsecond=0)
        self._times |= {"since_utc": start, "until_utc": start + timedelta(days=1)}

    def _set_until(self) -> None:
        """An end that is a time of day is the first such time after the beginning."""
        since, until = self._times.get("since_utc"), self._times.get("until_utc")
        if self._until_minute is not None and since is not None and until is not None:
            day = since.replace(hour=0, minute=0, second=0, microsecond=0)
            until = day + timedelta(minutes=self._until_minute)
            self._times["until_utc"] = until if until > since else until + timedelta(days=1)

    def _refuse(self, words: str, typed: str, **values: str) -> None:
        self.errors.append(_(words).format(word=typed, **values))


def _named(value: str, names: dict[str, str]) -> tuple[str, ...]:
    """Codes whose code or name begins with what was typed."""
    typed = value.lower()
    return tuple(
        code for code, words in names.items() if code == typed or _(words).lower().startswith(typed)
    )


def when(value: str, now: datetime) -> datetime | None:
    """A moment as people type it: "7j" ago, "hier", "28/11", "2026-11-28", "21:45", which has been;
    None for none.
    """
    typed = value.strip().lower().replace("'", "").replace("’", "")
    if (length := _LENGTH.fullmatch(typed)) is not None:
        return now - int(length[1]) * _LENGTHS[length[2]]
    if typed in _DAYS:
        day = now - timedelta(days=_DAYS[typed])
        return day.replace(hour=0, minute=0, second=0, microsecond=0)
    if ":" in typed and (minute := minute_of(typed)) is not None:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        at = midnight + timedelta(minutes=minute)
        if at <= now:
            return at
        return at - timedelta(days=1)
    for form in _FORMS:
        try:
            at = datetime.strptime(
                f"{value}/{now.year}" if form == "%d/%m" else value,
                "%d/%m/%Y" if form == "%d/%m" else form,
            )
        except ValueError:
            continue
        local = at.replace(tzinfo=now.tzinfo)
        is_ahead = form == "%d/%m" and local > now
        if is_ahead:
            return local.replace(year=now.year - 1)
        return local
    return None


# ---- completion


def completions(
    text: str, values_of: Callable[[str], Sequence[str]], *, most: int = 12
) -> list[str]:
    """Whole lines that the last word may become.

    Args:
        values_of: values of a field that are worth proposing.
    """
    words = _TOKEN.findall(text)
    if words and not text.endswith(" "):
        last = words[-1]
    else:
        last = ""
    before = text[: len(text) - len(last)]
    key, colon, value = last.partition(":")
    if not colon:
        keys = [names[0] for names in KEYS.values()]
        return [f"{before}{name}:" for name in keys if name.startswith(last.lower())][:most]
    field = _FIELDS.get(key.lower())
    if field is None:
        return []
    typed = value.replace('"', "").lower()
    hits = [candidate for candidate in values_of(field) if typed in candidate.lower()]
    return [
        before + (f'{key}:"{hit}"' if " " in hit else f"{key}:{hit}") + " " for hit in hits[:most]
    ]
