# SPDX-License-Identifier: GPL-3.0-only
"""The shares of JetStream's room, and how much of each is used.
Used by `session.hub.composition`.

Logs and the trace of changes have bounds of their own, and their oldest entries leave when
these are reached. What the bounds leave over is the tickets': no log can take it. A part of it
is kept for the callers who are here, so that a hang-up is always stored.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from session.bus.jetstream.streams import Streams, StreamUse
from session.core.clock import Clock
from session.core.errors import LogClosed, LogFull, StoreFull, StoreUnreachable

log = logging.getLogger(__name__)

QUOTA_BYTES = 4 << 30
SESSION_LOG_BYTES = 32 << 20

LOGS_PERCENT, AUDIT_PERCENT, HELD_PERCENT, STATES_PERCENT, MEMOS_PERCENT = 60, 15, 5, 2, 1
"""Of the quota. The rest is for tickets, callers' numbers, the board and callbacks."""

LEAST_BYTES = 1 << 20
"""Smallest share of an organisation's log."""

LOW_PERCENT, FULL_PERCENT = 80, 90
"""Of a share: from here on people are told; from here on no new call is taken."""

RESERVE_BYTES, SMALL_BYTES = 1 << 20, 4 << 10
"""Of a conversation's log beyond its limit, for records that are no bigger than this."""

LOG_OPEN_DAYS = 7
"""So long after a conversation began its ends may bring records of it: a conversation lasts hours,
and a kiosk whose line was away brings what it has when the line is back.
"""

MEASURE_S = 5.0
EARLY = timedelta(days=1)
"""What leaves so much earlier than its time leaves because of its size."""

TICKETS = "tickets"
"""Name of the part that is nobody's in particular."""

LOG_PREFIX = "LOGS_"
"""Begins the name of the stream of an organisation's logs."""

FULL_CODES = frozenset({10023, 10047, 10077})
"""The server's own words for "no room": resources, storage, the stream's bytes."""


@dataclass(frozen=True)
class StoreLimits:
    """The shares of the quota.

    Attributes:
        quota_bytes: all that JetStream may take.
        session_log_bytes: the log of one conversation.
        log_bytes: organisations whose logs have a share of their own; the others share equally.
    """

    quota_bytes: int = QUOTA_BYTES
    session_log_bytes: int = SESSION_LOG_BYTES
    log_bytes: Mapping[str, int] = field(default_factory=dict)

    @property
    def logs_bytes(self) -> int:
        """The logs of all organisations."""
        return self.quota_bytes * LOGS_PERCENT // 100

    @property
    def audit_bytes(self) -> int:
        """The trace of what happened to tickets."""
        return self.quota_bytes * AUDIT_PERCENT // 100

    @property
    def held_bytes(self) -> int:
        """Copies of logs that are held."""
        return self.quota_bytes * HELD_PERCENT // 100

    @property
    def states_bytes(self) -> int:
        """The agents' states."""
        return self.quota_bytes * STATES_PERCENT // 100

    @property
    def memos_bytes(self) -> int:
        """Memos of today."""
        return self.quota_bytes * MEMOS_PERCENT // 100

    @property
    def ticket_bytes(self) -> int:
        """The bytes that are left for tickets, whatever the logs do."""
        bounded = self.logs_bytes + self.audit_bytes + self.held_bytes
        return self.quota_bytes - bounded - self.states_bytes - self.memos_bytes

    def log_shares(self, organisations: Iterable[str]) -> dict[str, int]:
        """Bytes of each organisation's logs; together never more than `logs_bytes`, but for the
        smallest shares.
        """
        names = sorted(set(organisations))
        own_shares = {name: self.log_bytes[name] for name in names if name in self.log_bytes}
        others = len(names) - len(own_shares)
        remaining_bytes = self.logs_bytes - sum(own_shares.values())
        shares = {name: own_shares.get(name, remaining_bytes // max(1, others)) for name in names}
        shares = {name: max(LEAST_BYTES, share) for name, share in shares.items()}
        total = sum(shares.values())
        if total > self.logs_bytes:
            shares = {
                name: max(LEAST_BYTES, share * self.logs_bytes // total)
                for name, share in shares.items()
            }
        return shares

    def check_log(self, size_bytes: int, records: Sequence[bytes]) -> None:
        """Raise unless a conversation's log may grow to `size_bytes` by these records.

        Beyond its limit only small records are taken, so that the log of a long page still
        tells how the conversation ended.

        Raises:
            LogFull.
        """
        over = size_bytes - self.session_log_bytes
        if over <= 0:
            return
        if over > RESERVE_BYTES or any(len(record) > SMALL_BYTES for record in records):
            raise LogFull(limit_bytes=self.session_log_bytes)


def check_log_open(begun_at_utc: datetime, now: datetime) -> None:
    """Raise `LogClosed` if a log that began then takes no records now."""
    if now - begun_at_utc > timedelta(days=LOG_OPEN_DAYS):
        raise LogClosed(days=LOG_OPEN_DAYS)


NO_LIMITS = StoreLimits()


@dataclass(frozen=True)
class StorePart:
    """One share and what is in it.

    Attributes:
        name: of the stream, or `TICKETS`.
        kept_days, wanted_days: how far back a bounded part reaches, and should; None for tickets.
        has_shed: its oldest entries have left.
    """

    name: str
    used_bytes: int
    limit_bytes: int
    kept_days: int | None = None
    wanted_days: int | None = None
    has_shed: bool = False

    @property
    def used_percent(self) -> int:
        """The percentage of the share that is used."""
        return self.used_bytes * 100 // max(1, self.limit_bytes)

    @property
    def is_low(self) -> bool:
        """Somebody should make room, or give more."""
        return self.used_percent >= LOW_PERCENT

    @property
    def is_full(self) -> bool:
        """No new calls: the tickets' share has no bound of its own that would make room."""
        return self.name == TICKETS and self.used_percent >= FULL_PERCENT

    @property
    def is_shortened(self) -> bool:
        """Its oldest entries leave before their time, because the share is too small."""
        if self.kept_days is None or self.wanted_days is None:
            return False
        return self.is_low and self.has_shed and self.kept_days < self.wanted_days - EARLY.days


class StoreSpace:
    """The shares, as last measured.

    Attributes:
        parts: tickets first; empty before the first measurement.
    """

    def __init__(self, streams: Streams, limits: StoreLimits, *, clock: Clock) -> None:
        self.limits = limits
        self.parts: list[StorePart] = []
        self._streams = streams
        self._clock = clock
        self._measured_s: float | None = None
        self._said: dict[str, str] = {}

    @property
    def is_full(self) -> bool:
        """No new calls."""
        return any(part.is_full for part in self.parts)

    def check(self) -> None:
        """Raises `StoreFull` while no new call may be taken."""
        if self.is_full:
            raise StoreFull(part=TICKETS)

    async def tick(self) -> bool:
        """Measures anew when it is time; whether it was."""
        now_s = self._clock.monotonic_s()
        if self._measured_s is not None and now_s - self._measured_s < MEASURE_S:
            return False
        self._measured_s = now_s
        await self.measure()
        return True

    async def measure(self) -> None:
        """Measures anew; each change of what follows stands in the log once.
        A store that does not answer leaves the figures as they were.
        """
        try:
            uses = await self._streams.usage()
        except StoreUnreachable:
            return
        now = self._clock.utc_now()
        bounded = [use for use in uses if use.max_bytes > 0]
        rest = sum(use.size_bytes for use in uses if use.max_bytes <= 0)
        self.parts = [StorePart(TICKETS, rest, self.limits.ticket_bytes)]
        for use in bounded:
            if use.oldest_at_utc is not None:
                kept_days = (now - use.oldest_at_utc).days
            else:
                kept_days = None
            self.parts.append(
                StorePart(
                    use.name,
                    use.size_bytes,
                    use.max_bytes,
                    kept_days=kept_days,
                    wanted_days=int(use.max_age_s // 86_400) or None,
                    has_shed=use.first_revision > 1,
                )
            )
        for part in self.parts:
            self._log_state(part)

    def _log_state(self, part: StorePart) -> None:
        state = _state(part)
        if state == self._said.get(part.name, ""):
            return
        self._said[part.name] = state
        match state:
            case "full":
                log.error(
                    "the store of tickets is full, %d %% used: no new calls until there is room",
                    part.used_percent,
                )
            case "shortened":
                log.warning(
                    "%s is full: it reaches back %d days instead of %d",
                    part.name,
                    part.kept_days,
                    part.wanted_days,
                )
            case "low":
                log.warning("%s is getting full: %d %% used", part.name, part.used_percent)
            case _:
                log.warning("%s has room again: %d %% used", part.name, part.used_percent)


def _state(part: StorePart) -> str:
    if part.is_full:
        return "full"
    if part.is_shortened:
        return "shortened"
    if part.is_low:
        return "low"
    return ""


def is_store_full(error: StoreUnreachable) -> bool:
    """The server refused because it has no room, and will refuse again."""
    return error.detail.get("err_code") in FULL_CODES


def bounded(uses: Iterable[StreamUse], prefix: str) -> dict[str, StreamUse]:
    """The streams whose name begins so, by what follows."""
    return {use.name.removeprefix(prefix): use for use in uses if use.name.startswith(prefix)}
