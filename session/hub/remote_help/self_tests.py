# SPDX-License-Identifier: GPL-3.0-only
"""The findings of kiosks about themselves at night: kept, listed,
and told to whoever looks after them. Verbs `self_test` and `self_tests`. Used by the hub.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import and_, delete, func, insert, select

from session.core.clock import Clock
from session.core.errors import NotAllowed, SessionError
from session.core.tasks import Tasks
from session.hub.access.handlers import Asker, handles
from session.hub.convention.catalogue import Catalogue
from session.hub.history.database import History
from session.hub.monitoring.health import Trouble
from session.hub.remote_help import tables
from session.protocol.helpdesk.self_test import (
    CheckedPart,
    Checks,
    SelfCheck,
    SelfTestReported,
    SelfTestRow,
    SelfTests,
    SelfTestsRequest,
    SelfTestTaken,
)
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

CLOCK_S = 30.0
"""A kiosk's clock may be so wrong; certificates and logs need it."""

KEPT = timedelta(days=60)
STALE = timedelta(hours=50)
"""A kiosk that has reported before and then not for two nights."""

LOOK_S, AGAIN_S = 300.0, 10.0

_table = tables.self_tests
_checks = msgspec.json.Decoder(Checks)


class KioskSelfTests:
    """Args: history: the database; raises `StoreUnreachable` while it is away."""

    def __init__(
        self, history: Callable[[], History], catalogue: Catalogue, *, clock: Clock, tasks: Tasks
    ) -> None:
        self._history = history
        self._catalogue = catalogue
        self._clock = clock
        self._tasks = tasks
        self._prepared: History | None = None
        self._known: list[SelfTestRow] = []
        self._task: asyncio.Task[None] | None = None

    # ---- verbs

    @handles(SelfTestReported)
    async def take(self, asker: Asker, request: SelfTestReported) -> SelfTestTaken:
        """A kiosk reports; the hub adds what it finds of the kiosk's clock."""
        now = self._clock.utc_now()
        wrong_s = round((request.at_utc - now).total_seconds(), 1)
        if abs(wrong_s) > CLOCK_S:
            code = "clock_wrong"
        else:
            code = ""
        clock = SelfCheck(part=CheckedPart.CLOCK, code=code, value=wrong_s)
        others = [check for check in request.checks if check.part is not CheckedPart.CLOCK]
        checks = (*others, clock)
        await asyncio.to_thread(self._keep, asker, request.version, checks, now)
        await self._read_newest()
        return SelfTestTaken(clock=clock)

    @handles(SelfTestsRequest)
    async def listed(self, asker: Asker, request: SelfTestsRequest) -> SelfTests:
        """The newest of each kiosk: of the asker's organisation; an operator sees all."""
        rows = await asyncio.to_thread(self.newest)
        if asker.role is not Role.OPERATOR:
            rows = [row for row in rows if row.organisation == asker.organisation]
        if request.only_faults:
            rows = [row for row in rows if _faults(row)]
        return SelfTests(rows=tuple(rows))

    # ---- what is wrong

    def start(self) -> None:
        """Looks now and then: another hub may have taken the report."""
        self._task = self._tasks.keep(self._watch, name="self-tests of kiosks")

    async def stop(self) -> None:
        """Looks no more."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task], timeout=1.0)

    async def _watch(self) -> None:
        while True:
            try:
                await self._read_newest()
                await asyncio.to_thread(self._forget_old)
                wait_s = LOOK_S
            except SessionError as error:
                log.info("self-tests wait for the history: %s", error.code)
                wait_s = AGAIN_S
            await asyncio.sleep(wait_s)

    async def _read_newest(self) -> None:
        self._known = await asyncio.to_thread(self.newest)

    def faults(self) -> dict[str, int]:
        """Return how many kiosks have which fault, by part; for the metrics."""
        counts: Counter[str] = Counter({part.value: 0 for part in CheckedPart})
        counts.update(check.part.value for row in self._known for check in _faults(row))
        return dict(counts)

    def silent(self) -> int:
        """Kiosks that have not tried themselves for two nights."""
        before = self._clock.utc_now() - STALE
        return sum(row.at_utc < before for row in self._known)

    def troubles(self) -> list[Trouble]:
        """Return troubles for the hub's health and the operator's window."""
        troubles = []
        faulty = [row for row in self._known if _faults(row)]
        if faulty:
            first = faulty[0]
            parts = ", ".join(sorted({check.part.value for check in _faults(first)}))
            detail: dict[str, str | int] = {
                "kiosks": len(faulty),
                "kiosk": f"{first.organisation}/{first.kiosk}",
                "parts": parts,
            }
            troubles.append(Trouble("kiosks_faulty", False, detail))
        if silent := self.silent():
            troubles.append(Trouble("self_tests_missing", False, {"kiosks": silent}))
        return troubles

    # ---- the database

    def _database(self) -> History:
        history = self._history()
        if history is not self._prepared:
            with history.writing() as connection:
                tables.metadata.create_all(connection)
            self._prepared = history
        return history

    def _keep(self, asker: Asker, version: str, checks: Iterable[SelfCheck], at: datetime) -> None:
        reported = tuple(checks)
        row = {
            "organisation": asker.organisation,
            "kiosk": asker.user,
            "at_utc": _naive(at),
            "version": version,
            "checks": msgspec.json.encode(reported).decode(),
            "faults": sum(check.is_fault for check in reported),
        }
        with self._database().writing() as connection:
            same = and_(
                *(_table.c[name] == row[name] for name in ("organisation", "kiosk", "at_utc"))
            )
            connection.execute(delete(_table).where(same))
            connection.execute(insert(_table).values(row))

    def _forget_old(self) -> None:
        before = _naive(self._clock.utc_now() - KEPT)
        with self._database().writing() as connection:
            connection.execute(delete(_table).where(_table.c.at_utc < before))

    def newest(self) -> list[SelfTestRow]:
        """Read the newest report of each kiosk of the convention; those with faults first."""
        keys = (_table.c.organisation, _table.c.kiosk)
        newest = select(*keys, func.max(_table.c.at_utc).label("at")).group_by(*keys).subquery()
        well = (
            select(*keys, func.max(_table.c.at_utc).label("at"))
            .where(_table.c.faults == 0)
            .group_by(*keys)
        )
        query = select(_table).join(
            newest,
            and_(
                _table.c.organisation == newest.c.organisation,
                _table.c.kiosk == newest.c.kiosk,
                _table.c.at_utc == newest.c.at,
            ),
        )
        with self._database().reading() as connection:
            rows = connection.execute(query).all()
            were_well = {(entry[0], entry[1]): entry[2] for entry in connection.execute(well)}
        results = []
        for row in rows:
            site = self._site(row.organisation, row.kiosk)
            if site is None:
                continue
            at = were_well.get((row.organisation, row.kiosk))
            results.append(
                SelfTestRow(
                    organisation=row.organisation,
                    kiosk=row.kiosk,
                    site=site,
                    at_utc=row.at_utc.replace(tzinfo=UTC),
                    checks=_checks.decode(row.checks),
                    version=row.version,
                    well_at_utc=at.replace(tzinfo=UTC) if at is not None else None,
                )
            )
        return sorted(
            results, key=lambda result: (not _faults(result), result.organisation, result.kiosk)
        )

    def _site(self, organisation: str, kiosk: str) -> str | None:
        try:
            return self._catalogue.site_of(organisation, kiosk).name
        except NotAllowed:
            return None


def _faults(row: SelfTestRow) -> list[SelfCheck]:
    return [check for check in row.checks if check.is_fault]


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
