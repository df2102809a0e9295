# SPDX-License-Identifier: GPL-3.0-only
"""The day so far and the last hours, from the history in SQL:
the same after a restart and at every hub. For the board.

Unlike `statistics`, which counts finished tickets, these count what has happened by now, also to
tickets still open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Float, Select, and_, case, cast, func, literal, select

from session.core.clock import Clock
from session.core.errors import StoreUnreachable
from session.hub.access.handlers import Asker, handles
from session.hub.history import tables
from session.hub.history.database import History, naive
from session.hub.history.projection import Projection
from session.protocol.hub.board import DayFigures
from session.protocol.hub.history import Quarter, TrendsAnswer, TrendsRequest
from session.protocol.hub.tickets import TicketState

NOT_GIVEN_UP = ("new_call",)
"""Ends of a waiting ticket whose caller did not give up: the kiosk's newer call replaced it."""

QUARTER = timedelta(minutes=15)
BEFORE = timedelta(hours=12)
"""How long before the asked time a ticket may have arrived that still waits in it."""

KEPT_S = 1.0
"""For so long an answer is given again: every board asks every 2 s."""

Day = tuple[DayFigures, Mapping[str, DayFigures]]
"""Of all services, and of each."""

_WAITING = (TicketState.WAITING.value, TicketState.OFFERED.value)


class DayAndTrends:
    """Answers the board; each organisation its own."""

    def __init__(self, projection: Projection, clock: Clock, *, time_zone: str) -> None:
        self._projection = projection
        self._clock = clock
        self._zone = ZoneInfo(time_zone)
        self._days: dict[tuple[str, int], tuple[float, Day]] = {}
        self._reading = asyncio.Lock()

    async def day(
        self, organisation: str, within_s: int, promised: Mapping[str, int]
    ) -> tuple[DayFigures, Mapping[str, DayFigures]]:
        """The day so far, of all services and of each; `known` is false while the history cannot be
        read. `promised`: the waits of services that do not promise `within_s`.
        """
        since = midnight(self._clock.utc_now(), self._zone)
        key = (organisation, within_s)
        async with self._reading:
            at_s, day = self._days.get(key, (-KEPT_S, None))
            now_s = self._clock.monotonic_s()
            if day is not None and now_s - at_s < KEPT_S and day[0].since_utc == since:
                return day
            try:
                day = await asyncio.to_thread(
                    day_figures, self._projection.history, organisation, since, within_s, promised
                )
            except StoreUnreachable:
                return DayFigures(since_utc=since, known=False), {}
            self._days[key] = (now_s, day)
            return day

    @handles(TrendsRequest)
    async def trends(self, asker: Asker, request: TrendsRequest) -> TrendsAnswer:
        """See `TrendsRequest`. Raises `StoreUnreachable`."""
        end = self._clock.utc_now()
        history = await self._projection.fresh()
        quarters = await asyncio.to_thread(
            quarters_of,
            history,
            asker.organisation,
            end=end,
            hours=request.hours,
            service=request.service,
        )
        return TrendsAnswer(
            quarters=quarters, time_zone=history.time_zone, behind=self._projection.position.behind
        )


def midnight(now_utc: datetime, zone: ZoneInfo) -> datetime:
    """The last midnight in a time zone, in UTC."""
    return (
        now_utc.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    )


def day_figures(
    history: History,
    organisation: str,
    since: datetime,
    within_s: int,
    promised: Mapping[str, int],
) -> Day:
    """Callers answered and lost since then, of all services and of each;
    one who is answered twice (a desk was lost) counts once, the first time.

    Raises:
        StoreUnreachable: the database fails.
    """
    answers = _answers_query(history, organisation, since, within_s, promised)
    losses = _losses_query(organisation, since)
    with history.reading() as connection:
        answer_counts = {
            str(row[0]): (int(row[1]), int(row[2])) for row in connection.execute(answers)
        }
        lost = {str(row[0]): int(row[1]) for row in connection.execute(losses)}
    of_services = {
        service: DayFigures(
            since_utc=since,
            answered=answer_counts.get(service, (0, 0))[0],
            within=answer_counts.get(service, (0, 0))[1],
            abandoned=lost.get(service, 0),
        )
        for service in answer_counts.keys() | lost.keys()
    }
    parts = of_services.values()
    total = DayFigures(
        since_utc=since,
        answered=sum(figures.answered for figures in parts),
        within=sum(figures.within for figures in parts),
        abandoned=sum(figures.abandoned for figures in parts),
    )
    return total, of_services


def _stored_since(organisation: str, since: datetime) -> ColumnElement[bool]:
    table = tables.transitions
    return and_(table.c.organisation == organisation, table.c.stored_at_utc >= naive(since))


def _answers_query(
    history: History,
    organisation: str,
    since: datetime,
    within_s: int,
    promised: Mapping[str, int],
) -> Select[str, int, int]:
    """Select each service with its answered callers, and how many of them were in time."""
    table = tables.transitions
    first = (
        select(
            table.c.ticket,
            func.min(table.c.accepted_at_utc).label("accepted"),
            func.min(table.c.arrived_at_utc).label("arrived"),
            func.max(table.c.service).label("service"),
        )
        .where(_stored_since(organisation, since), table.c.accepted_at_utc >= naive(since))
        .group_by(table.c.ticket)
        .subquery()
    )
    wait_s: ColumnElement[float]
    if history.engine.dialect.name == "postgresql":
        wait_s = cast(func.extract("epoch", first.c.accepted - first.c.arrived), Float)
    else:
        wait_s = (func.julianday(first.c.accepted) - func.julianday(first.c.arrived)) * 86_400.0
    limit_s: ColumnElement[int] = literal(within_s)
    if promised:
        limit_s = case(promised, value=first.c.service, else_=within_s)
    # A thousandth more: a Julian day in floating point is only that exact.
    in_time = func.sum(case((wait_s <= limit_s + 0.001, 1), else_=0))
    return select(first.c.service, func.count(), in_time).group_by(first.c.service)


def _losses_query(organisation: str, since: datetime) -> Select[str, int]:
    """Select each service with the callers who gave up."""
    table = tables.transitions
    return (
        select(table.c.service, func.count(table.c.ticket.distinct()))
        .where(
            _stored_since(organisation, since),
            table.c.state == TicketState.ABANDONED.value,
            table.c.reason.not_in(NOT_GIVEN_UP),
        )
        .group_by(table.c.service)
    )


def quarters_of(
    history: History, organisation: str, *, end: datetime, hours: int, service: str = ""
) -> list[Quarter]:
    """Quarters of an hour up to the one that `end` (UTC) is in; of one service, or of all.

    Raises:
        StoreUnreachable: the database fails.
    """
    last = datetime.fromtimestamp(
        end.timestamp() // QUARTER.total_seconds() * QUARTER.total_seconds(), UTC
    )
    first = last - QUARTER * (hours * 4 - 1)
    table = tables.transitions
    columns = (
        "stored_at_utc",
        "ticket",
        "state",
        "service",
        "arrived_at_utc",
        "accepted_at_utc",
        "reason",
    )
    query = (
        select(*(table.c[name] for name in columns))
        .where(table.c.organisation == organisation, table.c.stored_at_utc >= naive(first - BEFORE))
        .where(table.c.stored_at_utc <= naive(end))
        .order_by(table.c.stream, table.c.seq)
    )
    with history.reading() as connection:
        changes = [
            _Change(row[0].replace(tzinfo=UTC), *row[1:]) for row in connection.execute(query)
        ]
    counter = _Counter(first, hours * 4, service=service)
    counter.count(changes)
    return counter.quarters()


@dataclass(frozen=True, slots=True)
class _Change:
    at: datetime
    ticket: str
    state: str
    service: str
    arrived: datetime
    accepted: datetime | None
    reason: str


@dataclass
class _Sum:
    arrived: int = 0
    abandoned: int = 0
    waiting: int = 0
    waits_s: list[int] = field(default_factory=list)


class _Counter:
    """Plays the changes in order and keeps who waits."""

    def __init__(self, first: datetime, count: int, *, service: str) -> None:
        self._first = first
        self._service = service
        self._sums = [_Sum() for _ in range(count)]
        self._waiting: set[str] = set()
        self._known: set[str] = set()
        self._answered: set[str] = set()
        self._place = -1

    def count(self, changes: Iterable[_Change]) -> None:
        """All changes, in order."""
        for change in changes:
            self._reach(self._place_of(change.at))
            self._take(change)
        self._reach(len(self._sums) - 1)

    def _place_of(self, at: datetime) -> int:
        return min(len(self._sums) - 1, int((at - self._first) // QUARTER))

    def _reach(self, place: int) -> None:
        """Count those who wait at the turn of a quarter in the next one too."""
        while self._place < place:
            self._place += 1
            if self._place >= 0:
                self._sums[self._place].waiting = len(self._waiting)

    def _take(self, change: _Change) -> None:
        mine = self._service in ("", change.service)
        if self._place >= 0:
            now = self._sums[self._place]
        else:
            now = _Sum()
        if change.ticket not in self._known:
            self._known.add(change.ticket)
            now.arrived += mine
        if mine and change.state in _WAITING:
            self._waiting.add(change.ticket)
            now.waiting = max(now.waiting, len(self._waiting))
        else:
            self._waiting.discard(change.ticket)
        if change.accepted is not None and change.ticket not in self._answered:
            self._answered.add(change.ticket)
            if mine:
                now.waits_s.append(max(0, int((change.accepted - change.arrived).total_seconds())))
        elif change.state == TicketState.ABANDONED.value and change.reason not in NOT_GIVEN_UP:
            now.abandoned += mine

    def quarters(self) -> list[Quarter]:
        """Return what was counted."""
        return [
            Quarter(
                start_utc=self._first + QUARTER * place,
                arrived=sums.arrived,
                answered=len(sums.waits_s),
                abandoned=sums.abandoned,
                waiting=sums.waiting,
                wait_median_s=_rank(sums.waits_s, 50),
                wait_p90_s=_rank(sums.waits_s, 90),
            )
            for place, sums in enumerate(self._sums)
        ]


def _rank(values: list[int], percent: int) -> int | None:
    """Nearest rank, as in `session.hub.history.counts`."""
    ordered = sorted(values)
    if ordered:
        return ordered[(len(ordered) * percent + 99) // 100 - 1]
    return None
