# SPDX-License-Identifier: GPL-3.0-only
"""A vault's list: follows the vault's file, comes back when it is lost, leaves with its logs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from session.core.clock import ManualClock
from session.core.errors import NotAllowed
from session.core.tasks import Tasks
from session.hub.access.handlers import Asker
from session.hub.log_index.indexer import LogIndexer
from session.hub.log_index.rows import LogRows
from session.hub.log_index.service import LogListService
from session.hub.log_index.vault_logs import OwnDatabase, VaultLogs
from session.hub.vault.log_store import VaultLog
from session.log import events
from session.log.codec import encode_record
from session.log.events import AnyEvent, Record, Writer
from session.protocol.helpdesk.log_list import FindLogs, LogRow, LogState
from session.protocol.wire.roles import Role
from tests.support.waiting import until

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
OPENED = events.SessionOpened(
    ticket_id="t1", organisation="caf", service="housing", kiosk="k1", agent="alice"
)
ENDED = events.HungUp(by=Writer.DESK, reason="done")
DAYS = 90


class Vault:
    """A log's file, and the list of it."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.tasks = ManualClock(NOW), Tasks()
        self.log = VaultLog(folder / "log.sqlite")
        self.database = OwnDatabase(folder)
        self.rows = LogRows(lambda: self.database, time_zone="Europe/Paris")
        source = VaultLogs(self.log, "caf", days=lambda: DAYS, sessions=None)
        self.indexer = LogIndexer(self.rows, source, clock=self.clock, tasks=self.tasks)
        self.service = LogListService(
            self.rows, self.indexer, ours=source.log_days, elsewhere=lambda: ()
        )

    def talk(self, session_id: str, *what: AnyEvent, first: int = 0) -> None:
        self.log.open(session_id, ["a.alice"], self.clock.utc_now())
        lines = [
            encode_record(
                Record(
                    at_utc=self.clock.utc_now(), writer=Writer.DESK, number=first + at, event=event
                )
            )
            for at, event in enumerate(what)
        ]
        self.log.append(session_id, "a.alice", first, records=lines, now=self.clock.utc_now())
        self.indexer.on_written("caf", session_id, is_over=False)

    async def listed(self, role: Role = Role.HELPDESK, whose: str = "caf") -> list[LogRow]:
        answer = await self.service.find(Asker(whose, role, "help"), FindLogs())
        return list(answer.rows)


@pytest.fixture
async def vault(tmp_path: Path) -> AsyncIterator[Vault]:
    made = Vault(tmp_path)
    yield made
    await made.indexer.stop()
    await made.tasks.close()
    made.database.close()


async def test_a_row_comes_a_second_after_the_first_record_and_then_once_a_minute(
    vault: Vault,
) -> None:
    vault.indexer.start()
    await until(lambda: vault.rows.sessions("caf") == set())
    vault.talk("s1", OPENED)
    assert vault.indexer.behind == 1
    vault.clock.advance(1.1)
    await until(lambda: vault.rows.sessions("caf") == {"s1"})
    (row,) = await vault.listed()
    assert (row.service, row.kiosk, row.agent, row.records) == ("housing", "k1", "alice", 1)
    vault.talk("s1", ENDED, first=1)
    vault.clock.advance(1.1)
    assert vault.indexer.behind == 1
    vault.clock.advance(60)
    await until(lambda: not vault.indexer.behind)
    (row,) = await vault.listed()
    assert (row.records, row.outcome, row.state) == (2, "done", LogState.ENDED)


@pytest.mark.parametrize(
    "forged",
    [
        b'"number":4611686018427387904,"at_utc":"2026-11-28T09:00:00Z"',
        b'"number":18446744073709551615,"at_utc":"2026-11-28T09:00:00Z"',
        b'"number":0,"at_utc":"0001-01-01T00:00:00Z"',
        b'"number":0,"at_utc":"9999-12-31T23:59:59Z"',
    ],
)
async def test_a_log_that_lies_about_time_and_number_keeps_no_other_from_the_list(
    vault: Vault, forged: bytes
) -> None:
    vault.indexer.start()
    line = encode_record(Record(at_utc=NOW, writer=Writer.DESK, number=7, event=OPENED))
    honest = b'"number":7', b'"at_utc":"2026-11-28T09:00:00Z"'
    assert all(part in line for part in honest)
    line = line.replace(honest[0], forged.partition(b",")[0])
    line = line.replace(honest[1], forged.partition(b",")[2])
    vault.log.open("s1", ["a.alice"], NOW)
    vault.log.append("s1", "a.alice", 0, records=[line], now=NOW)
    vault.indexer.on_written("caf", "s1", is_over=False)
    vault.talk("s2", OPENED)
    vault.clock.advance(1.1)
    await until(lambda: vault.rows.sessions("caf") == {"s1", "s2"})
    vault.talk("s3", OPENED)
    vault.clock.advance(61)
    await until(lambda: "s3" in vault.rows.sessions("caf"))
    assert len(await vault.listed()) == 3


async def test_logs_without_a_row_get_one_and_rows_without_a_log_say_so_or_leave(
    vault: Vault,
) -> None:
    for name in ("s1", "s2", "s3"):
        vault.talk(name, OPENED, ENDED)
    await vault.indexer.index([("caf", "s1"), ("caf", "s2")])
    vault.log.erase("caf", "s2")  # a file that was put back, say
    await vault.indexer.catch_up()
    states = {row.session_id: row.state for row in await vault.listed()}
    assert states == {"s1": LogState.ENDED, "s2": LogState.NO_LOG}
    assert await vault.indexer.rebuild() == 2
    assert {row.session_id for row in await vault.listed()} == {"s1", "s2", "s3"}
    vault.clock.advance(timedelta(days=DAYS + 1).total_seconds())
    vault.log.forget_older(vault.clock.utc_now(), DAYS)
    await vault.indexer.catch_up()
    assert await vault.listed() == []


async def test_nobody_of_another_organisation_sees_the_list(vault: Vault) -> None:
    vault.talk("s1", OPENED)
    await vault.indexer.index([("caf", "s1")])
    assert len(await vault.listed(Role.SUPERVISOR)) == 1
    for role in (Role.HELPDESK, Role.SUPERVISOR):
        with pytest.raises(NotAllowed):
            await vault.listed(role, "msa")
