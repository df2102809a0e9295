# SPDX-License-Identifier: GPL-3.0-only
"""What an older version has stored is brought to today's form, with a copy kept;
what a newer one has is refused.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE
from contextlib import closing
from pathlib import Path

import pytest

from expert_app.backup.archive import reading
from expert_app.backup.save import BackupFacts
from expert_app.backup.signing import short_form
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import paths_for
from expert_app.stores.jetstream import store_of
from session.bus.hub_connection import HubConnection
from session.bus.transport.nkeys import new_seed, public_key
from session.core.errors import StoreUnreachable
from session.core.tasks import Tasks
from session.hub.storage.format import FORMAT, StoredTooNew, prepare, put_format, read_format
from session.hub.storage.ticket_store import BUCKET, CALLERS
from session.hub.transfers.callbacks import BUCKET as CALLBACKS
from session.hub.upgrades import upgrade
from session.protocol.hub.tickets import TicketState
from tests.faults.cluster import Cluster, Size
from tests.integration.operations.filled_hub import resigned
from tests.support.hub_world import hub_world
from tests.support.programs import HubFolder, people
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")

OLD = Path(__file__).parents[2] / "data" / "stores" / "hub-format-1.backup"


IDENTITIES_0 = """
CREATE TABLE invitation (
  code_hash BLOB PRIMARY KEY, organisation TEXT NOT NULL, role TEXT NOT NULL, user TEXT NOT NULL,
  until_utc TEXT NOT NULL, used_by TEXT NOT NULL DEFAULT '');
CREATE TABLE enrolled (
  organisation TEXT NOT NULL, role TEXT NOT NULL, user TEXT NOT NULL, key TEXT NOT NULL,
  at_utc TEXT NOT NULL, PRIMARY KEY (organisation, role, user));
CREATE TABLE revoked (key TEXT PRIMARY KEY, at_utc TEXT NOT NULL);
CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""
"""The book of identities as release 0.1.0 made it."""


async def set_format(place: HubFolder, number: int) -> None:
    tasks, paths = Tasks(), paths_for("hub", place.folder)
    async with store_of(
        HubSettings(listen_port=place.port), paths, tasks, alone=True
    ) as connection:
        await prepare(connection)
        _, revision = await read_format(connection.streams)
        assert await put_format(connection.streams, number, revision)
    await tasks.close()


async def _shows_who_waits(place: HubFolder) -> None:
    async with place.hub(), people(place) as them:
        desk = await them.desk()
        await until(lambda: [ticket.state for ticket in desk.queue] == [TicketState.WAITING])


async def test_an_old_hub_s_state_is_brought_to_today_s_form_and_a_copy_is_kept(
    tmp_path: Path,
) -> None:
    place = HubFolder(tmp_path / "hub")
    seed, old = new_seed(), tmp_path / "old.backup"
    old.write_bytes(resigned(OLD.read_bytes(), seed))  # the sample is older than signatures
    key = short_form(public_key(seed))
    code, said = await place.run_here("restore", str(old), "--key", key)
    assert code == 0, said
    await _shows_who_waits(place)
    await _shows_who_waits(place)  # the second start finds today's form
    [kept] = (place.data / "before-upgrade").glob("hub-1-*.backup")
    with reading(kept) as backup:
        assert backup.facts(BackupFacts).stored_format == 1
    again = HubFolder(tmp_path / "again")
    assert (await again.restore(kept, place))[0] == 0  # the copy is a way back


async def test_a_new_hub_has_today_s_number_and_keeps_no_copy(tmp_path: Path) -> None:
    place = HubFolder(tmp_path / "hub")
    async with place.hub():
        pass
    assert not (place.data / "before-upgrade").exists()
    tasks, paths = Tasks(), paths_for("hub", place.folder)
    async with store_of(
        HubSettings(listen_port=place.port), paths, tasks, alone=True
    ) as connection:
        assert (await read_format(connection.streams))[0] == FORMAT
    await tasks.close()


def has_history(place: HubFolder) -> bool:
    """The hub is ready before its history is: nobody waits for that."""
    if not place.history.exists():
        return False
    with closing(sqlite3.connect(place.history)) as base:
        return bool(
            base.execute("SELECT 1 FROM sqlite_master WHERE name = 'history_about'").fetchone()
        )


async def test_what_a_newer_version_has_written_is_refused_in_words(tmp_path: Path) -> None:
    place = HubFolder(tmp_path / "hub")
    async with place.hub():
        await until(lambda: has_history(place))
    await set_format(place, 99)
    code, said = await place.run()
    assert code == 1
    assert "newer version (form 99" in said
    await set_format(place, FORMAT)
    identities = place.data / "identities" / "identities.sqlite"
    with closing(sqlite3.connect(identities)) as base:
        base.execute("PRAGMA user_version = 99")
    code, said = await place.run()
    assert code == 1
    assert "identities" in said
    with closing(sqlite3.connect(place.history)) as base, base:
        base.execute("UPDATE history_about SET format = 99")
    with closing(sqlite3.connect(identities)) as base:
        base.execute("PRAGMA user_version = 0")  # from before there were numbers
    code, said = await place.run()
    assert (code, "history" in said) == (1, True)
    with closing(sqlite3.connect(identities)) as base:
        assert base.execute("PRAGMA user_version").fetchone() == (0,)  # nothing was changed


async def test_older_databases_are_copied_once_before_they_are_changed(tmp_path: Path) -> None:
    place = HubFolder(tmp_path / "hub")
    async with place.hub():
        pass
    with closing(sqlite3.connect(place.history)) as base, base:
        base.execute("UPDATE history_about SET format = 3")
    identities = place.data / "identities" / "identities.sqlite"
    identities.unlink()
    with closing(sqlite3.connect(identities)) as base:
        base.executescript(IDENTITIES_0)
    async with place.hub(stderr=PIPE) as hub:
        pass
    assert hub.stderr is not None
    said = (await hub.stderr.read()).decode()
    # two may have one name
    assert (said.count("kept in history-3"), said.count("kept in identities-0")) == (1, 1)
    kept = sorted(
        path.name.partition("-2")[0] for path in (place.data / "before-upgrade").iterdir()
    )
    assert kept == ["history-3", "identities-0"]


async def test_every_step_is_done_once_in_its_turn_and_one_that_breaks_off_is_done_again(
    tmp_path: Path,
) -> None:
    done: list[str] = []

    async def keep(number: int) -> None:
        done.append(f"copy of {number}")

    async def first(_: HubConnection) -> None:
        done.append("first")

    async def second(_: HubConnection) -> None:
        done.append("second")
        if done.count("second") == 1:
            raise StoreUnreachable

    async with hub_world(tmp_path) as world:
        assert world.connection is not None
        steps = {FORMAT: first, FORMAT + 1: second}
        await upgrade(world.connection, keep)
        assert done == [f"copy of {1}"]  # this world's hub never had a number
        done.clear()
        with pytest.raises(StoreUnreachable):
            await upgrade(world.connection, keep, steps=steps, ours=FORMAT + 2)
        both = (upgrade(world.connection, keep, steps=steps, ours=FORMAT + 2) for _ in range(2))
        await asyncio.gather(*both)  # two hubs start at the same moment
        assert (await read_format(world.connection.streams))[0] == FORMAT + 2
        assert done[:3] == [f"copy of {FORMAT}", "first", "second"]
        assert done.count("first") == 1
        with pytest.raises(StoredTooNew):
            await upgrade(world.connection, keep)


@pytest.mark.parametrize("stream", [BUCKET, CALLBACKS, CALLERS])
async def test_a_record_that_cannot_be_read_stops_the_upgrade(tmp_path: Path, stream: str) -> None:
    async def keep(_: int) -> None:
        return None

    async with hub_world(tmp_path) as world:
        assert world.connection is not None
        subject = {
            BUCKET: "$KV.tk.valdore.x",
            CALLBACKS: "$KV.cb.valdore.x",
            CALLERS: "caller.valdore.x",
        }[stream]
        await world.connection.streams.append(subject, b"{not json")
        with pytest.raises(StoreUnreachable, match="unreadable"):
            await upgrade(world.connection, keep)
        assert (await read_format(world.connection.streams))[0] == 1


async def test_a_hub_that_starts_before_its_cluster_is_whole_waits_for_it(tmp_path: Path) -> None:
    async def keep(_: int) -> None:
        return None

    cluster = Cluster(tmp_path, Size(kiosks=1, agents=1, loads=1))
    try:
        first, *others = cluster.nodes.values()
        await first.start()
        await cluster.connection.connect(30.0)
        upgrading = asyncio.create_task(upgrade(cluster.connection, keep, 3))
        await asyncio.sleep(5.0)  # longer than the store is asked once
        assert not upgrading.done()
        for node in others:
            await node.start()
        async with asyncio.timeout(50):
            await upgrading
        assert (await read_format(cluster.connection.streams))[0] == FORMAT
    finally:
        await cluster.close()
