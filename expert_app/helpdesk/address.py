# SPDX-License-Identifier: GPL-3.0-only
"""The address of a moment of a conversation: `poste-expert://session/0125-223B?at=12:30:05`.
Used by `expert-app open` and the helpdesk's window.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from session.core.spoken_letters import tidy_short_number
from session.protocol.wire.ids import is_id

SCHEME, PLACE = "poste-expert", "session"
LONGEST = 200
_HOUR = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


class SessionAddress(NamedTuple):
    """A conversation by its number or its id, and the hour of the moment, by the local clock; None:
    its beginning.
    """

    number: str
    at: time | None = None


def read_address(text: str) -> SessionAddress | None:
    """Return what an address says; None for one that is none of a conversation."""
    try:
        parts = urlsplit(text.strip()[:LONGEST])
    except ValueError:
        return None
    if parts.scheme != SCHEME or parts.netloc != PLACE:
        return None
    typed = parts.path.strip("/")
    number = tidy_short_number(typed) or (typed if is_id(typed) else "")
    if not number:
        return None
    hour_text = parse_qs(parts.query).get("at", [""])[0]
    return SessionAddress(number, hour_of(hour_text))


def hour_of(text: str) -> time | None:
    """ "12:30" or "12:30:05" as an hour of the clock; None for anything else."""
    match = _HOUR.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return time(int(match[1]), int(match[2]), int(match[3] or 0))
    except ValueError:
        return None


def write_address(number: str, started_at: datetime, at_s: float) -> str:
    """The address of a moment, `at_s` seconds after the log's first record."""
    at = (started_at + timedelta(seconds=at_s)).astimezone()
    return f"{SCHEME}://{PLACE}/{number}?at={at:%H:%M:%S}"


def seconds_to(at: time, started_at: datetime) -> float:
    """Seconds from the log's first record to the first time its clock shows that hour."""
    begin = started_at.astimezone()
    moment = datetime.combine(begin.date(), at, begin.tzinfo)
    if moment < begin - timedelta(minutes=1):
        moment += timedelta(days=1)
    return max(0.0, (moment - begin).total_seconds())
