# SPDX-License-Identifier: GPL-3.0-only
"""Logs that are erased by hand or held, in the hub's JetStream, and the register of erasures.
Used by the hub's commands and its log keeper.

What is held is copied into a stream of its own, `HELD`, that no age and no size of the logs
reaches. `ERASED` is the register: nobody can take a line away. Both are part of every backup.
"""

from __future__ import annotations

from contextlib import suppress

import msgspec

from session.bus.jetstream.streams import Streams, WrongRevision
from session.core.errors import TicketUnknown
from session.hub.dossier.stream_notes import LOG_NOTES, note_subject
from session.hub.storage.erasures import Erasure, Hold, in_lines
from session.hub.storage.store_space import LOG_PREFIX, NO_LIMITS, StoreLimits

HELD, ERASED = "HELD", "ERASED"
STATE, HOLD = "State", "Hold"


class _Total(msgspec.Struct, frozen=True):
    ends: list[str] = []
    total: int = 0


_total = msgspec.json.Decoder(_Total)
_hold = msgspec.json.Decoder(Hold)
_erasure = msgspec.json.Decoder(Erasure)


class KeptLogs:
    """Every method raises `StoreUnreachable` when JetStream does not answer."""

    def __init__(
        self, streams: Streams, *, replicas: int = 1, limits: StoreLimits = NO_LIMITS
    ) -> None:
        self._streams = streams
        self._replicas = replicas
        self._limits = limits

    async def prepare(self) -> None:
        """Makes the streams, or brings them to today's settings."""
        common = {"storage": "file", "num_replicas": self._replicas}
        held_config = {
            "subjects": ["held.*.*"],
            "max_bytes": self._limits.held_bytes,
            "discard": "new",
        }
        await self._streams.ensure(HELD, {**common, **held_config})
        erased = {"subjects": ["erased.*"], "deny_delete": True, "deny_purge": True}
        await self._streams.ensure(ERASED, {**common, **erased})
        notes = {"subjects": ["lognotes.*.*"], "max_msgs_per_subject": 1, "allow_msg_ttl": True}
        await self._streams.ensure(LOG_NOTES, {**common, **notes})

    # ---- held

    async def hold(self, organisation: str, hold: Hold) -> int:
        """Copies the log aside; again, it copies what came since. Returns how many records there
        are. Raises `TicketUnknown`.
        """
        stream, subject = f"{LOG_PREFIX}{organisation}", f"logs.{organisation}.{hold.session}"
        aside = f"held.{organisation}.{hold.session}"
        stored = await self._streams.next(stream, subject, 1)
        if stored is None:
            if await self._streams.last(HELD, aside) is None:
                raise TicketUnknown
            return await self._total(aside)
        first = _Total(ends=_total.decode(stored.headers[STATE].encode()).ends)
        headers = {
            STATE: msgspec.json.encode(first).decode(),
            HOLD: msgspec.json.encode(hold).decode(),
        }
        with suppress(WrongRevision):  # held already
            await self._streams.append(aside, b"[]", expected=0, headers=headers)
        copied = await self._total(aside)
        while stored is not None:
            total = _total.decode(stored.headers[STATE].encode()).total
            if total > copied:
                state = {STATE: stored.headers[STATE]}
                await self._streams.append(aside, stored.payload, headers=state)
                copied = total
            stored = await self._streams.next(stream, subject, stored.revision + 1)
        return copied

    async def _total(self, aside: str) -> int:
        last = await self._streams.last(HELD, aside)
        if last is not None:
            return _total.decode(last.headers[STATE].encode()).total
        return 0

    async def copy_new(self) -> None:
        """Copy aside, too, what ends have sent since for held conversations."""
        for subject in await self._streams.subjects(HELD, "held.*.*"):
            _, organisation, session_id = subject.split(".")
            hold = await self._hold_of(organisation, session_id)
            if hold is not None:
                await self.hold(organisation, hold)

    async def lift(self, organisation: str, session_id: str) -> bool:
        """The log has its age again: the copy is erased. False when it was not held."""
        subject = f"held.{organisation}.{session_id}"
        if await self._streams.last(HELD, subject) is None:
            return False
        await self._streams.erase(HELD, subject)
        return True

    async def is_held(self, organisation: str, session_id: str) -> bool:
        """True if this conversation is held."""
        return await self._hold_of(organisation, session_id) is not None

    async def holds(self, organisation: str) -> list[Hold]:
        """Return what is held, in the order of their ids."""
        subjects = await self._streams.subjects(HELD, f"held.{organisation}.*")
        holds = [
            await self._hold_of(organisation, subject.split(".")[2]) for subject in sorted(subjects)
        ]
        return [hold for hold in holds if hold is not None]

    async def _hold_of(self, organisation: str, session_id: str) -> Hold | None:
        stored = await self._streams.next(HELD, f"held.{organisation}.{session_id}", 1)
        if stored is None:
            return None
        return _hold.decode(stored.headers[HOLD].encode())

    # ---- erased

    async def sessions(self, organisation: str) -> list[str]:
        """Conversations of which there is a log."""
        stream = f"{LOG_PREFIX}{organisation}"
        if stream not in {use.name for use in await self._streams.usage()}:
            return []
        subjects = await self._streams.subjects(stream, f"logs.{organisation}.*")
        return sorted(subject.split(".")[2] for subject in subjects)

    async def erase(self, organisation: str, session_id: str) -> int | None:
        """Write over a conversation's log on the disk; return how many records it had, None when
        there was none.
        """
        stream, subject = f"{LOG_PREFIX}{organisation}", f"logs.{organisation}.{session_id}"
        records: int | None = None
        if stream in {use.name for use in await self._streams.usage()}:
            last = await self._streams.last(stream, subject)
            if last is not None:
                records = _total.decode(last.headers[STATE].encode()).total
                await self._streams.erase(stream, subject)
        await self._streams.erase(LOG_NOTES, note_subject(organisation, session_id))
        return records

    async def note(self, erasure: Erasure) -> None:
        """A line of the register."""
        for line in in_lines(erasure):
            await self._streams.append(f"erased.{line.organisation}", msgspec.json.encode(line))

    async def erasures(self) -> list[Erasure]:
        """The register, the oldest first."""
        erasures: list[Erasure] = []
        stored = await self._streams.next(ERASED, "erased.*", 1)
        while stored is not None:
            erasures.append(_erasure.decode(stored.payload))
            stored = await self._streams.next(ERASED, "erased.*", stored.revision + 1)
        return erasures
