# SPDX-License-Identifier: GPL-3.0-only
"""Keeps the logs of all sessions: one stream per organisation, appended once, read in the keeper's
order.

Each stored message carries the whole state in a header (ends, each writer's next number, total), so
any hub can go on where another stopped, with one read. The keeper knows nothing of tickets and can
run apart from the queue.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.streams import NANOSECONDS, Stored, WrongRevision
from session.core.clock import Clock, SystemClock
from session.core.errors import NotAllowed, StoreUnreachable, TicketUnknown
from session.core.signals import Signal
from session.hub.dossier.kept_logs import HELD, KeptLogs
from session.hub.dossier.stream_notes import StreamNotes
from session.hub.storage.store_space import (
    LOG_PREFIX,
    NO_LIMITS,
    StoreLimits,
    bounded,
    check_log_open,
)
from session.protocol.hub.log import LogPart
from session.protocol.wire.version import MAX_CONTROL_BYTES

log = logging.getLogger(__name__)

STATE = "State"
TRIES = 8
PART_BYTES = MAX_CONTROL_BYTES - 256
CACHED = 256
DAY_S = 24 * 3600
LEAST_DAYS = 1.0
"""Of logs of which nobody says how long they are kept."""


class LogWritten(NamedTuple):
    """A conversation whose log has begun, or has more records."""

    organisation: str
    session_id: str


class _State(msgspec.Struct, frozen=True):
    """After a stored message: who may write, the next number of each writer, how many records there
    are, how many bytes, and when it began (None in the copy of a held log).
    """

    ends: list[str]
    next: dict[str, int] = {}
    total: int = 0
    size_bytes: int = 0
    begun_at_utc: datetime | None = None


_state = msgspec.json.Decoder(_State)
_records = msgspec.json.Decoder(list[msgspec.Raw])


class LogKeeper:
    """`logs.<organisation>.<session>` in the stream `LOGS_<organisation>`.

    Args:
        log_days: for each organisation, how long logs are kept.
        limits: bound each organisation's logs, and each conversation's.

    Attributes:
        kept: logs that are held.
        notes: bookmarks and notes beside the logs.
        written: a log has begun here, or has more records.
    """

    def __init__(
        self,
        connection: HubConnection,
        log_days: Mapping[str, int],
        *,
        replicas: int = 1,
        limits: StoreLimits = NO_LIMITS,
        clock: Clock | None = None,
    ) -> None:
        self._streams = connection.streams
        self.written: Signal[LogWritten] = Signal()
        self._now = (clock or SystemClock()).utc_now
        self.kept = KeptLogs(connection.streams, replicas=replicas, limits=limits)
        self.notes = StreamNotes(connection.streams, self._days)
        self._log_days = dict(log_days)
        self._replicas = replicas
        self._limits = limits
        self._known: OrderedDict[str, tuple[_State, int]] = OrderedDict()
        self._places: OrderedDict[tuple[str, int], int] = OrderedDict()

    def keep_for(self, log_days: Mapping[str, int]) -> None:
        """Other organisations or other days from the next `prepare` on;
        a stream is never removed here.
        """
        self._log_days = dict(log_days)

    async def prepare(self) -> None:
        """Creates the streams, or brings them to today's settings; those of organisations that have
        left keep what fits in an equal share. Streams that shrink come first: the server lets no
        sum of bounds grow beyond the quota.
        """
        await self.kept.prepare()
        here = bounded(await self._streams.usage(), LOG_PREFIX)
        shares = self._limits.log_shares([*self._log_days, *here])

        def growth(organisation: str) -> int:
            existing = here.get(organisation)
            return shares[organisation] - (existing.max_bytes if existing is not None else 0)

        for organisation in sorted(shares, key=growth):
            if organisation in self._log_days or organisation not in here:
                await self._ensure(organisation, shares[organisation])
            elif growth(organisation) != 0:
                await self._streams.bound(f"{LOG_PREFIX}{organisation}", shares[organisation])

    def _days(self, organisation: str) -> float:
        return self._log_days.get(organisation) or LEAST_DAYS

    async def _ensure(self, organisation: str, max_bytes: int) -> None:
        await self._streams.ensure(
            f"{LOG_PREFIX}{organisation}",
            {
                "subjects": [_subject(organisation, "*")],
                "storage": "file",
                "num_replicas": self._replicas,
                "max_age": round(self._days(organisation) * DAY_S) * NANOSECONDS,
                # The newest conversation is the one that somebody asks about.
                "max_bytes": max_bytes,
                "discard": "old",
                "allow_msg_ttl": True,
            },
        )

    async def open(self, organisation: str, session_id: str, ends: Sequence[str]) -> None:
        """Begins a session's log; `ends` ("k.<kiosk>", "a.<agent>") are those who may write it."""
        subject = _subject(organisation, session_id)
        if subject in self._known:
            return
        try:
            state = _State(ends=list(ends), begun_at_utc=self._now())
            await self._append(subject, state, [], expected=0)
        except WrongRevision:
            return

    async def owner(self, session_id: str, organisations: Iterable[str]) -> str:
        """The organisation that keeps this session's log.
        Raises `TicketUnknown`, `StoreUnreachable`.
        """
        for organisation in organisations:
            try:
                await self._state_of(organisation, _subject(organisation, session_id))
            except TicketUnknown:
                continue
            return organisation
        raise TicketUnknown

    async def append(
        self,
        organisation: str,
        session_id: str,
        writer: str,
        *,
        first: int,
        records: Sequence[bytes],
    ) -> int:
        """Adds records of one writer, numbered from `first`; those already kept are left out.

        Returns:
            The writer's next number: all below are kept.
            Below `first` when something is missing in between.

        Raises:
            TicketUnknown: no such session. NotAllowed: not one of its ends. LogFull: it has reached
                its limit. LogClosed: it began too long ago. StoreUnreachable.
        """
        subject = _subject(organisation, session_id)
        for _ in range(TRIES):
            state, revision = await self._state_of(organisation, subject)
            if writer not in state.ends:
                raise NotAllowed(why="not an end of this session")
            next_number = state.next.get(writer, 0)
            if first <= next_number:
                fresh = list(records[next_number - first :])
            else:
                fresh = []
            if not fresh:
                return next_number
            begun = state.begun_at_utc or self._now()
            check_log_open(begun, self._now())
            following = {**state.next, writer: next_number + len(fresh)}
            size_bytes = state.size_bytes + sum(map(len, fresh))
            self._limits.check_log(size_bytes, fresh)
            after = _State(
                ends=state.ends,
                next=following,
                total=state.total + len(fresh),
                size_bytes=size_bytes,
                begun_at_utc=begun,
            )
            try:
                await self._append(subject, after, fresh, expected=revision)
            except WrongRevision:
                self._known.pop(subject, None)
                continue
            return following[writer]
        raise StoreUnreachable(why="the log is written too often")

    async def ends(self, organisation: str, session_id: str) -> list[str]:
        """Return who may write this session's log.
        Raises `TicketUnknown`, `StoreUnreachable`.
        """
        stream, subject = await self._place_of(organisation, session_id)
        if (cached := self._known.get(subject)) is not None:
            return cached[0].ends
        stored = await self._streams.last(stream, subject)
        if stored is None:
            raise TicketUnknown
        return _state_in(stored).ends

    async def _place_of(self, organisation: str, session_id: str) -> tuple[str, str]:
        """(stream, subject) where the log is: a held one may be left only aside."""
        subject = _subject(organisation, session_id)
        try:
            await self._state_of(organisation, subject)
        except TicketUnknown:
            held_subject = f"held.{organisation}.{session_id}"
            if await self._streams.last(HELD, held_subject) is None:
                raise
            return HELD, held_subject
        return f"{LOG_PREFIX}{organisation}", subject

    async def read(self, organisation: str, session_id: str, after: int) -> LogPart:
        """Records from the `after`-th on, as many as fit in one answer.

        The first ones may have left to make room: then the oldest that is here comes first.
        Raises `TicketUnknown`, `StoreUnreachable`.
        """
        stream, subject = await self._place_of(organisation, session_id)
        stored = await self._message_with(stream, subject, after)
        records: list[msgspec.Raw] = []
        size_bytes = 0
        while stored is not None:
            batch = _records.decode(stored.payload)
            before = _state_in(stored).total - len(batch)
            if not records:
                after = max(after, before)
            if records and size_bytes + len(stored.payload) > PART_BYTES:
                break
            fresh = batch[max(0, after + len(records) - before) :]
            records += fresh
            size_bytes += sum(len(bytes(record)) + 1 for record in fresh)
            self._remember_place(subject, after + len(records), stored.revision + 1)
            stored = await self._streams.next(stream, subject, stored.revision + 1)
        return LogPart(records=records, next=after + len(records), end=stored is None)

    async def _message_with(self, stream: str, subject: str, after: int) -> Stored | None:
        """The stored message that holds the `after`-th record, None when there is none yet."""
        stored = await self._streams.next(stream, subject, self._places.get((subject, after), 1))
        if stored is None and await self._streams.last(stream, subject) is None:
            self._known.pop(subject, None)  # erased since
            raise TicketUnknown
        while stored is not None and _state_in(stored).total <= after:
            stored = await self._streams.next(stream, subject, stored.revision + 1)
        return stored

    def _remember_place(self, subject: str, after: int, revision: int) -> None:
        self._places[subject, after] = revision
        while len(self._places) > CACHED:
            self._places.popitem(last=False)

    async def _append(
        self, subject: str, state: _State, records: Sequence[bytes], expected: int
    ) -> None:
        payload = b"[" + b",".join(bytes(record) for record in records) + b"]"
        headers = {STATE: msgspec.json.encode(state).decode()}
        revision = await self._streams.append(subject, payload, expected=expected, headers=headers)
        self._remember(subject, state, revision)
        _, organisation, session_id = subject.split(".")
        self.written.emit(LogWritten(organisation, session_id))

    async def _state_of(self, organisation: str, subject: str) -> tuple[_State, int]:
        if (cached := self._known.get(subject)) is not None:
            return cached
        stored = await self._streams.last(f"{LOG_PREFIX}{organisation}", subject)
        if stored is None:
            raise TicketUnknown
        state = _state_in(stored)
        self._remember(subject, state, stored.revision)
        return state, stored.revision

    def _remember(self, subject: str, state: _State, revision: int) -> None:
        self._known[subject] = (state, revision)
        self._known.move_to_end(subject)
        while len(self._known) > CACHED:
            self._known.popitem(last=False)


def _subject(organisation: str, session_id: str) -> str:
    return f"logs.{organisation}.{session_id}"


def _state_in(stored: Stored) -> _State:
    try:
        return _state.decode(stored.headers.get(STATE, "").encode())
    except msgspec.MsgspecError as error:
        raise StoreUnreachable(why="stored log state is unreadable") from error
