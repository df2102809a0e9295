# SPDX-License-Identifier: GPL-3.0-only
"""Strangers who fill the door for newcomers and say nothing, beside honest ones. Used by
`test_flood`.
"""

from __future__ import annotations

import contextlib
import resource
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from session.bus.enrolment import enrol
from session.bus.transport.nkeys import new_seed
from session.core.errors import SessionError
from session.hub.access.identities import Identity, IdentityBook
from session.protocol.wire.roles import Role
from tests.faults.door.flood import connected
from tests.support.programs import HubFolder, People
from tests.support.waiting import until

STANDING, HONEST = 1000, 5
"""As many as the server lets in at once."""

MOST_AGAIN = 4
"""Times that the whole crowd comes."""


@dataclass(frozen=True)
class CrowdResult:
    """How many have come; why newcomers were refused; how long the slowest took."""

    stood: int
    refused: tuple[str, ...]
    slowest_s: float


class Crowd:
    """Fills the door, and fills it again when somebody is sent away."""

    def __init__(self, port: int, count: int) -> None:
        self.stood, self._port, self._count = 0, port, count
        self._go = True
        self._open = contextlib.ExitStack()
        self._thread = threading.Thread(target=self._fill, daemon=True)

    def __enter__(self) -> Crowd:
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._go = False
        self._thread.join()
        self._open.close()

    def _fill(self) -> None:
        while self._go and self.stood < self._count * MOST_AGAIN:
            try:
                self._open.enter_context(connected(self._port))
                self.stood += 1
            except (OSError, ValueError):
                time.sleep(0.01)


async def enrolment_crowd(folder: Path, count: int) -> CrowdResult:
    """Fills the door of a real hub and lets people enrol."""
    place = HubFolder(folder)
    async with place.hub():
        people = People(place)
        with Crowd(place.port, count) as crowd:
            try:
                await until(lambda: crowd.stood >= count)
                return await _enrolled(place, people, crowd)
            finally:
                await people.close()


async def _enrolled(place: HubFolder, people: People, crowd: Crowd) -> CrowdResult:
    book = IdentityBook(place.data / "identities" / "identities.sqlite")
    refused: list[str] = []
    taken: list[float] = []
    for number in range(HONEST):
        new = Identity("valdore", Role.AGENT, f"new{number}")
        code = book.invite(new, datetime.now(UTC), timedelta(hours=1))
        began_s = time.monotonic()
        try:
            await enrol([f"nats://127.0.0.1:{place.port}"], code, new_seed(), tasks=people.tasks)
        except SessionError as error:
            refused.append(f"{error.code} {error.detail}")
        taken.append(time.monotonic() - began_s)
    return CrowdResult(crowd.stood, tuple(refused), max(taken))
