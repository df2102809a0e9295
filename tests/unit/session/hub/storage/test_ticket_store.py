# SPDX-License-Identifier: GPL-3.0-only
"""Which changes the ticket store tells:
those of others, and its own only while they are not answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

import session.hub.storage.ticket_store
from session.bus.hub_connection import HubConnection
from session.core.tasks import Tasks
from session.hub.storage.interfaces import StoredTicket
from session.hub.storage.ticket_store import NatsTicketStore
from tests.support.invented_tickets import ticket


class _Streams:
    """Stores everything at once; `revision` is the last one."""

    revision = 0

    async def append(self, _subject: str, _payload: bytes, **_how: object) -> int:
        self.revision += 1
        return self.revision


class _Connection:
    bus = None

    def __init__(self) -> None:
        self.streams = _Streams()


class _Follower:
    """Says what the test says."""

    def __init__(
        self,
        *_where: object,
        on_loaded: Callable[[Sequence[StoredTicket], int], None],
        is_known: Callable[[int], bool],
        **_how: object,
    ) -> None:
        self.revision = 0
        self.loaded = on_loaded
        self.is_known = is_known

    def start(self) -> None:
        return


@pytest.fixture
async def followed(monkeypatch: pytest.MonkeyPatch) -> tuple[NatsTicketStore, _Follower]:
    followers: list[_Follower] = []

    def follower(*where: object, **how: Any) -> _Follower:
        followers.append(_Follower(*where, **how))
        return followers[-1]

    monkeypatch.setattr(session.hub.storage.ticket_store, "StreamFollower", follower)
    store = NatsTicketStore(cast(HubConnection, _Connection()), Tasks())
    await store.follow(lambda _batch: None, lambda _stored: None)
    return store, followers[-1]


async def test_an_answered_change_is_known_once(
    followed: tuple[NatsTicketStore, _Follower],
) -> None:
    store, follower = followed
    assert await store.create(ticket(1)) == 1
    assert [follower.is_known(revision) for revision in (2, 1, 1)] == [False, True, False]


async def test_a_change_that_was_heard_before_the_answer_is_not_remembered(
    followed: tuple[NatsTicketStore, _Follower],
) -> None:
    store, follower = followed
    follower.revision = 1
    await store.create(ticket(1))
    await store.create(ticket(2))
    assert (follower.is_known(1), follower.is_known(2)) == (False, True)


async def test_after_all_was_loaded_anew_a_change_that_comes_later_is_looked_at(
    followed: tuple[NatsTicketStore, _Follower],
) -> None:
    """It is not in what was loaded: whoever made it told a view that is forgotten now."""
    store, follower = followed
    await store.create(ticket(1))
    follower.loaded([], 0)
    assert not follower.is_known(1)
