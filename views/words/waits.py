# SPDX-License-Identifier: GPL-3.0-only
"""What is said of a caller who waits: how long, by what the service promises, and with which needs.
Used by the desk's queue and offer, and by the board.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from resources.texts import _
from session.protocol.hub.requests import Service
from session.protocol.hub.tickets import SIGN_LANGUAGE, WRITING
from views.words.languages import LANGUAGE_NAMES

WITHIN_S, LONGEST_S = 180, 600
"""The wait that is promised and the one that is too long, where a service says nothing else."""


class WaitLimits(NamedTuple):
    """Seconds: the wait that is promised, and the one that is too long."""

    within_s: int = WITHIN_S
    longest_s: int = LONGEST_S

    def of(self, service: Service | None) -> WaitLimits:
        """Return the limits of a service; these where it has none of its own."""
        if service is None:
            return self
        longest_s = service.longest_s or self.longest_s
        return WaitLimits(min(service.within_s or self.within_s, longest_s), longest_s)


class WaitStyle(NamedTuple):
    """The name of a colour ("" for that of texts), of an icon, and words ("" for a usual wait)."""

    tone: str
    icon_name: str
    words: str


def wait_style(seconds: float, limits: WaitLimits) -> WaitStyle:
    """Return how a wait of so many seconds is shown."""
    if seconds >= limits.longest_s:
        return WaitStyle("bad", "wait_long", _("long wait"))
    if seconds >= limits.within_s:
        minutes = -(-limits.within_s // 60)
        return WaitStyle("warn", "wait_over", _("over {minutes} min").format(minutes=minutes))
    return WaitStyle("", "time", "")


def minutes_words(seconds: float) -> str:
    """A length of time for a screen reader, which would say each second."""
    minutes = max(0, int(seconds)) // 60
    if minutes:
        return _("{minutes} min").format(minutes=minutes)
    return _("less than 1 min")


def expected_words(least_s: int, most_s: int | None) -> str:
    """A range of minutes, short: "5-10 min"."""
    least = least_s // 60
    if most_s is None:
        return _("> {minutes} min").format(minutes=least)
    if least == 0:
        return _("< {minutes} min").format(minutes=most_s // 60)
    return _("{least}–{most} min").format(least=least, most=most_s // 60)


def need_words(needs: Iterable[str]) -> str:
    """Say needs in words, as "Sign language, العربية":
    a language is called as it calls itself; "" for no need.
    """
    own_words = {SIGN_LANGUAGE: _("Sign language"), WRITING: _("Writes")}
    return ", ".join(own_words.get(need) or LANGUAGE_NAMES.get(need, need) for need in needs)
