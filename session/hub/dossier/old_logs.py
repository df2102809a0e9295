# SPDX-License-Identifier: GPL-3.0-only
"""Logs that older versions stored, with the words of their pages, are brought to today's form and
into the streams of today; what they were is removed from the disk. Used by `LogKeeper`.

Older versions kept `log.<organisation>.<session>` in `LOG_<organisation>`, from which no message
can be deleted. A session's log is copied message by message, then taken out there; a stream that
has become empty is removed with its files. Every step may be done again, and by two hubs at once:
what is copied already is known by its state, and the new stream takes each message once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from session.bus.jetstream.streams import MISSING_STREAM, Stored, Streams, WrongRevision
from session.core.errors import LogUnreadable, StoreUnreachable
from session.hub.storage.store_space import OLD_LOG_PREFIX
from session.log.upgrade import upgraded_log

log = logging.getLogger(__name__)

SPARE_BYTES = 64 << 10
"""What an old stream may take beyond what is in it while it is emptied."""

_records = msgspec.json.Decoder(list[msgspec.Raw])


class OldLogs:
    """What is left of them.

    Args:
        total_of: how many records a log has after a stored message.
        now: the time, for what is left of a message's life.

    Attributes:
        left: organisation -> messages that wait; without those that have none.
        aside: organisation -> sessions whose logs cannot be read. They stay in the old stream for
            as long as logs are kept, and are tried again at the next start.
    """

    def __init__(
        self, streams: Streams, *, total_of: Callable[[Stored], int], now: Callable[[], datetime]
    ) -> None:
        self.left: dict[str, int] = {}
        self.aside: dict[str, set[str]] = {}
        self._streams = streams
        self._total_of = total_of
        self._now = now
        self._lock = asyncio.Lock()

    async def first(self, organisation: str) -> str | None:
        """The session whose log is oldest; None when nothing is left that can be read. Raises
        `StoreUnreachable`.
        """
        stream, revision = f"{OLD_LOG_PREFIX}{organisation}", 1
        try:
            while stored := await self._streams.next(stream, f"log.{organisation}.*", revision):
                session_id = stored.subject.rpartition(".")[2]
                if session_id not in self.aside.get(organisation, ()):
                    self.left[organisation] = (await self._streams.state(stream)).messages
                    return session_id
                revision = stored.revision + 1
        except StoreUnreachable as error:
            if not _is_missing(error):
                raise
        return None

    async def bring(self, organisation: str, session_id: str, *, to: str, days: float) -> None:
        """Copies one session's log to the subject `to`, then takes it out of the old stream;
        nothing happens when there is none.

        Args:
            days: how long logs are kept.

        Raises:
            StoreUnreachable: broke off; ask again.
            LogUnreadable: it is set aside.
        """
        stream, subject = f"{OLD_LOG_PREFIX}{organisation}", f"log.{organisation}.{session_id}"
        async with self._lock:
            try:
                old = await self._all(stream, subject)
                if old:
                    payloads = await self._upgraded(organisation, session_id, old)
                    await self._copy(old, payloads, to, days)
                    await self._streams.forget(stream, subject)
            except StoreUnreachable as error:
                if not _is_missing(error):  # another hub has finished
                    raise

    async def end(self, organisation: str) -> None:
        """Removes the empty stream and its files; one with logs that are set aside stays. Raises
        `StoreUnreachable`.
        """
        if organisation not in self.aside:
            await self._streams.remove(f"{OLD_LOG_PREFIX}{organisation}")
        self.left.pop(organisation, None)

    async def _upgraded(
        self, organisation: str, session_id: str, old: Sequence[Stored]
    ) -> list[bytes]:
        """A log's messages in today's form; a log that cannot be read is set aside, whatever is
        wrong with it: it would keep all others waiting for ever.
        """
        if session_id in self.aside.get(organisation, ()):
            raise LogUnreadable
        try:
            for stored in old:
                self._total_of(stored)
            return await asyncio.to_thread(_upgraded, [stored.payload for stored in old])
        except Exception as error:
            log.error("the old log %s cannot be read: %s", session_id, type(error).__name__)
            self.aside.setdefault(organisation, set()).add(session_id)
            raise LogUnreadable from error

    async def _all(self, stream: str, subject: str) -> list[Stored]:
        messages: list[Stored] = []
        revision = 1
        while (stored := await self._streams.next(stream, subject, revision)) is not None:
            messages.append(stored)
            revision = stored.revision + 1
        return messages

    async def _copy(
        self, old: Sequence[Stored], payloads: Sequence[bytes], to: str, days: float
    ) -> None:
        while True:
            newest = await self._streams.last(_stream_of(to), to)
            has, revision = (-1, 0) if newest is None else (self._total_of(newest), newest.revision)
            try:
                for stored, payload in zip(old, payloads, strict=True):
                    left_s = days * 86_400 - self._age_s(stored)
                    if self._total_of(stored) <= has or left_s < 1:
                        continue
                    revision = await self._streams.append(
                        to, payload, expected=revision, headers=_own(stored), ttl_s=int(left_s)
                    )
            except WrongRevision:  # another hub copies the same
                continue
            return

    def _age_s(self, stored: Stored) -> float:
        at = stored.stored_at_utc
        if at is None:
            return 0.0
        return (self._now() - at).total_seconds()


def _stream_of(subject: str) -> str:
    """`logs.<organisation>.<session>` lies in `LOGS_<organisation>`."""
    kind, organisation, _session = subject.split(".")
    return f"{kind.upper()}_{organisation}"


def _own(stored: Stored) -> dict[str, str]:
    """The headers that we wrote, without the server's."""
    return {name: value for name, value in stored.headers.items() if not name.startswith("Nats-")}


def _upgraded(payloads: Sequence[bytes]) -> list[bytes]:
    """Each message with its records in today's form."""
    batches = [_records.decode(payload) for payload in payloads]
    lines = iter(upgraded_log([bytes(record) for batch in batches for record in batch]))
    return [b"[" + b",".join(next(lines) for _ in batch) + b"]" for batch in batches]


def _is_missing(error: StoreUnreachable) -> bool:
    return error.detail.get("err_code") == MISSING_STREAM
