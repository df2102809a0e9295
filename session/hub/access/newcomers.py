# SPDX-License-Identifier: GPL-3.0-only
"""The queue at the door for newcomers, in a fair order and within limits.
Used by `enrolment`.

Everybody knows the key of that door, so a message costs nothing before its turn: it is counted
by the connection that sent it, kept or dropped unread, and read when its connection's turn
comes. A connection has few tries, and one that goes on all the same is to be cut off; addresses
take turns, and so do the connections of one address. So whoever sends much delays nobody but
himself.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

import msgspec

from session.bus.transport.connection import Incoming
from session.core.clock import Clock
from session.core.field_types import NOT_DECODED

TRIES_PER_S, TRIES_BURST = 1.0, 10
"""Codes that one connection may try."""

REFUSED_IN_WORDS = 50
"""So many tries too many of one connection are answered; the others are dropped unread."""

CUT_OFF_AFTER = 60
"""A connection with so many tries too many is no program of ours."""

WAITING = 300
"""Messages that may wait for their turn, of all newcomers together."""

KNOWN = 2000
"""Connections that are remembered; those that were silent longest are forgotten first."""

STAY_S = 60.0
"""A newcomer is through in seconds; who stands at the door for longer is sent away."""

CROWD, OF_ONE_HOST = 200, 20
"""From so many connections at the door on, each address keeps its youngest ones only."""

REQUEST_INFO = "Nats-Request-Info"
"""Header in which the server says which connection asks (an import with `share`)."""


@dataclass(frozen=True)
class Source:
    """A connection: its server, its number there, and the address it comes from; all empty where
    the server does not tell.
    """

    server: str = ""
    number: int = 0
    host: str = ""


class Standing(NamedTuple):
    """A connection at the door, and for how long it has been there."""

    source: Source
    age_s: float


def overstayed(standing: Iterable[Standing], asking: Collection[Source] = ()) -> set[Source]:
    """Return who is to leave, so that there is room at the door for others.

    Args:
        asking: who waits for an answer of ours; they stay, however many have come after them.
    """
    everybody = list(standing)
    of_host: defaultdict[str, list[Standing]] = defaultdict(list)
    for connection in everybody:
        if connection.source not in asking:
            of_host[connection.source.host].append(connection)
    is_crowd = len(everybody) > CROWD
    leave: set[Source] = set()
    for ones in of_host.values():
        ones.sort(key=lambda peer: peer.age_s)
        if is_crowd:
            too_many = ones[OF_ONE_HOST:]
        else:
            too_many = []
        leave |= {
            peer.source for peer in (*too_many, *ones) if peer.age_s > STAY_S or peer in too_many
        }
    return leave


class Knock(Enum):
    """The fate of a message."""

    WAITS, REFUSED, DROPPED, CUT_OFF = range(4)


@dataclass
class _Newcomer:
    """One connection: tries left at a time, those beyond them, messages that wait."""

    tries: float
    at_s: float
    excess: int = 0
    waiting: deque[Incoming] = field(default_factory=deque)


class _RequestInfo(msgspec.Struct):
    id: int = 0
    host: str = ""
    server: str = ""


def source_of(message: Incoming) -> Source:
    """Return who sent this, as the server says; a client cannot write that header itself."""
    try:
        info = msgspec.json.decode(message.headers.get(REQUEST_INFO, "{}"), type=_RequestInfo)
    except NOT_DECODED:
        return Source()
    return Source(info.server, info.id, info.host)


class NewcomerQueue:
    """Messages of newcomers that wait to be read.

    Attributes:
        dropped: messages that were never read.
    """

    def __init__(self, clock: Clock) -> None:
        self.dropped = 0
        self._clock = clock
        self._known: OrderedDict[Source, _Newcomer] = OrderedDict()
        self._turns: OrderedDict[str, OrderedDict[Source, _Newcomer]] = OrderedDict()
        self._waiting = 0
        self._of_host: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._waiting

    def knock(self, message: Incoming, *, is_read: bool) -> Knock:
        """Counts a message, and keeps it for its turn when its connection may try now.

        Args:
            is_read: the door reads messages now; else it is only counted.
        """
        source = source_of(message)
        newcomer = self._newcomer(source)
        if newcomer.tries < 1:
            newcomer.excess += 1
            self.dropped += 1
            if newcomer.excess == CUT_OFF_AFTER and source.server:
                newcomer.excess = REFUSED_IN_WORDS  # it is told again while it goes on
                self.forget(source)
                return Knock.CUT_OFF
            if newcomer.excess <= REFUSED_IN_WORDS:
                return Knock.REFUSED
            return Knock.DROPPED
        newcomer.tries -= 1
        if not is_read or (self._waiting >= WAITING and not self._give_way(source)):
            self.dropped += 1
            return Knock.DROPPED
        newcomer.waiting.append(message)
        self._turns.setdefault(source.host, OrderedDict())[source] = newcomer
        self._count(source.host, 1)
        return Knock.WAITS

    def waiting(self) -> set[Source]:
        """Return those whose messages have not been read yet."""
        return {source for connections in self._turns.values() for source in connections}

    def next(self) -> Incoming:
        """The message whose turn it is: of the next address, its next connection.
        There must be one.
        """
        host, connections = self._turns.popitem(last=False)
        source, newcomer = connections.popitem(last=False)
        message = newcomer.waiting.popleft()
        self._count(host, -1)
        if newcomer.waiting:
            connections[source] = newcomer
        if connections:
            self._turns[host] = connections
        return message

    def _newcomer(self, source: Source) -> _Newcomer:
        now_s = self._clock.monotonic_s()
        newcomer = self._known.pop(source, None) or _Newcomer(TRIES_BURST, now_s)
        passed_s = now_s - newcomer.at_s
        newcomer.tries = min(TRIES_BURST, newcomer.tries + passed_s * TRIES_PER_S)
        newcomer.at_s = now_s
        self._known[source] = newcomer
        if len(self._known) > KNOWN:
            self.forget(next(iter(self._known)))
            self._known.popitem(last=False)
        return newcomer

    def forget(self, source: Source) -> None:
        """Nothing that waits of this connection is read any more."""
        connections = self._turns.get(source.host, OrderedDict())
        newcomer = connections.pop(source, None)
        if newcomer is not None:
            self._count(source.host, -len(newcomer.waiting))
            self.dropped += len(newcomer.waiting)
            newcomer.waiting.clear()
            if not connections:
                del self._turns[source.host]

    def _give_way(self, source: Source) -> bool:
        """Takes the newest message away from the connection that has most of them waiting, of the
        address that has most of them; False when that is the very one that wants room.
        """

        host = max(self._turns, key=self._of_host.__getitem__)
        if self._of_host[host] <= self._of_host[source.host] + 1:
            host = source.host
        connections = self._turns.get(host, OrderedDict())
        longest = max(
            connections, key=lambda candidate: len(connections[candidate].waiting), default=source
        )
        if host == source.host:
            least = len(self._known[source].waiting) + 1
        else:
            least = 0
        if longest == source or len(connections[longest].waiting) <= least:
            return False
        connections[longest].waiting.pop()
        self._count(host, -1)
        self.dropped += 1
        if not connections[longest].waiting:
            self.forget(longest)
        return True

    def _count(self, host: str, messages: int) -> None:
        """Count so many more waiting messages of this address."""
        self._waiting += messages
        self._of_host[host] += messages
        if not self._of_host[host]:
            del self._of_host[host]
