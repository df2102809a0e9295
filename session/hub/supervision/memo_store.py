# SPDX-License-Identifier: GPL-3.0-only
"""The memos of today in JetStream, read from memory. Used by `memos`.

A stream of its own that is never republished, `$KV.mm.<organisation>.<memo>`: neither the audit nor
a log copies it, and the server forgets each memo at the midnight after it was written.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.streams import NANOSECONDS, Stored
from session.core.errors import MessageMalformed
from session.core.tasks import Tasks
from session.hub.storage.followed_bucket import FollowedBucket
from session.hub.storage.store_space import NO_LIMITS, StoreLimits
from session.protocol.codec import decode_plain
from session.protocol.hub.requests import Memo

log = logging.getLogger(__name__)

BUCKET = "KV_mm"
LONGEST_S = 26 * 3600
"""No day is longer."""


class MemoStore(Protocol):
    """The store that the rules need."""

    def today(self, organisation: str, now: datetime) -> list[Memo]:
        """The memos of an organisation that were written today, the oldest first."""
        ...

    async def add(self, organisation: str, memo: Memo) -> None:
        """Keeps a memo until midnight. Raises `WrongRevision` (its id is known),
        `StoreUnreachable`.
        """
        ...


class NatsMemoStore(FollowedBucket):
    """`MemoStore` on JetStream.

    Args:
        time_zone: whose midnight it is.
    """

    def __init__(
        self,
        connection: HubConnection,
        tasks: Tasks,
        *,
        time_zone: str,
        replicas: int = 1,
        limits: StoreLimits = NO_LIMITS,
    ) -> None:
        super().__init__(connection, tasks, stream=BUCKET)
        self._zone = ZoneInfo(time_zone)
        self._replicas = replicas
        self._max_bytes = limits.memos_bytes
        self._memos: dict[str, dict[str, Memo]] = {}

    async def prepare(self) -> None:
        """Creates the bucket, or brings it to today's settings."""
        await self._streams.ensure(
            BUCKET,
            {
                "subjects": ["$KV.mm.*.*"],
                "storage": "file",
                "num_replicas": self._replicas,
                "max_msgs_per_subject": 1,
                "max_msg_size": 8 * 1024,
                "max_bytes": self._max_bytes,
                "max_age": LONGEST_S * NANOSECONDS,
                "allow_msg_ttl": True,
            },
        )

    def today(self, organisation: str, now: datetime) -> list[Memo]:
        """See `MemoStore`; those of the day before are forgotten here, too."""
        day = now.astimezone(self._zone).date()
        memos = {
            memo.memo_id: memo
            for memo in self._memos.get(organisation, {}).values()
            if memo.at_utc.astimezone(self._zone).date() == day
        }
        self._memos[organisation] = memos
        return sorted(memos.values(), key=lambda memo: (memo.at_utc, memo.memo_id))

    async def add(self, organisation: str, memo: Memo) -> None:
        """See `MemoStore`."""
        subject = f"$KV.mm.{organisation}.{memo.memo_id}"
        payload = msgspec.json.encode(memo)
        ttl_s = seconds_to_midnight(memo.at_utc, self._zone)
        revision = await self._streams.append(subject, payload, expected=0, ttl_s=ttl_s)
        self._take(Stored(subject, payload, {}, revision))

    def _forget(self) -> None:
        self._memos.clear()

    def _take(self, stored: Stored) -> None:
        organisation = stored.subject.split(".")[2]
        try:
            memo = decode_plain(Memo, stored.payload)
        except MessageMalformed:
            log.error("stored memo at revision %d is unreadable and left out", stored.revision)
            return
        self._memos.setdefault(organisation, {})[memo.memo_id] = memo


def seconds_to_midnight(now: datetime, zone: ZoneInfo) -> int:
    """Return how long this day still is; 1 in its last second."""
    local = now.astimezone(zone)
    midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), zone)
    return max(1, round(midnight.timestamp() - now.timestamp()))
