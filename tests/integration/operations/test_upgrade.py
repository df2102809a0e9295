# SPDX-License-Identifier: GPL-3.0-only
"""What an older version has stored is brought to today's form, with a copy kept;
what has a form that is not known is refused.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from expert_app.backup.archive import reading
from expert_app.backup.save import BackupFacts
from expert_app.hub import before_upgrade
from expert_app.hub.before_upgrade import upgrade_stored
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import paths_for
from expert_app.stores.jetstream import store_of
from session.bus.hub_connection import HubConnection
from session.core.errors import StoreUnreachable
from session.core.tasks import Tasks
from session.hub.storage.format import FORMAT, StoredFormatUnknown, prepare, put_format, read_format
from session.hub.upgrades import upgrade
from tests.compatibility.hub_sample import unpack_hub
from tests.faults.cluster import Cluster, Size
from tests.support.hub_world import hub_world
from tests.support.programs import HubFolder
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")


async def set_format(place: HubFolder, number: int) -> None:
    tasks, paths = Tasks(), paths_for("hub", place.folder)
    async with store_of(
        HubSettings(listen_port=place.port), paths, tasks, alone=True
    ) as connection:
        await prepare(connection)
        _, revision = await read_format(connection.streams)
        assert await put_format(connection.streams, number, revision)
    await tasks.close()


async def test_a_recorded_hub_goes_on_and_can_be_restored(tmp_path: Path) -> None:
    place = HubFolder(tmp_path / "hub")
    unpack_hub(place.folder, place.port)
    async with place.hub():
        code, said = await place.run("backup", str(tmp_path / "state.backup"), "--with-dossiers")
        assert code == 0, said
    copies = [path.name for path in (place.data / "before-upgrade").iterdir()]
    assert len(copies) == 1  # its dossiers are of the form before appointments
    with reading(tmp_path / "state.backup") as backup:
        facts = backup.facts(BackupFacts)
    assert (facts.stored_format, facts.dossiers.documents) == (FORMAT, 2)
    assert facts.history_rows > 0
    again = HubFolder(tmp_path / "again")
    assert (await again.restore(tmp_path / "state.backup", place))[0] == 0


async def test_a_hub_s_state_is_backed_up_before_it_is_brought_to_another_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def step(_: HubConnection) -> None:
        return None

    place = HubFolder(tmp_path / "hub")
    unpack_hub(place.folder, place.port)
    newer = partial(upgrade, steps={FORMAT: step}, ours=FORMAT + 1)
    monkeypatch.setattr(before_upgrade, "upgrade", newer)
    tasks, paths = Tasks(), paths_for("hub", place.folder)
    settings = HubSettings(listen_port=place.port)
    async with store_of(settings, paths, tasks, alone=True) as connection:
        await upgrade_stored(settings, paths, connection)
        assert (await read_format(connection.streams))[0] == FORMAT + 1
    await tasks.close()
    [copy] = (place.data / "before-upgrade").glob(f"hub-{FORMAT}-*.backup")
    again = HubFolder(tmp_path / "again")
    assert (await again.restore(copy, place))[0] == 0  # the copy is a way back


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
    assert "another version (form 99" in said
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
        base.execute("PRAGMA user_version = 0")
    code, said = await place.run()
    assert (code, "history" in said) == (1, True)
    with closing(sqlite3.connect(identities)) as base:
        assert base.execute("PRAGMA user_version").fetchone() == (0,)  # nothing was changed


async def test_an_older_database_is_copied_once_before_it_is_changed(tmp_path: Path) -> None:
    place = HubFolder(tmp_path / "hub")
    async with place.hub():
        pass
    with closing(sqlite3.connect(place.history)) as base, base:
        base.execute("UPDATE history_about SET format = 3")
    async with place.hub(stderr=PIPE) as hub:
        pass
    assert hub.stderr is not None
    said = (await hub.stderr.read()).decode()
    assert said.count("kept in history-3") == 1
    [kept] = (place.data / "before-upgrade").iterdir()
    assert kept.name.startswith("history-3-")


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
        with pytest.raises(StoredFormatUnknown):
            await upgrade(world.connection, keep)  # this world's hub never had a number
        await put_format(world.connection.streams, FORMAT, 0)
        await upgrade(world.connection, keep)
        assert not done
        with pytest.raises(StoreUnreachable):
            await upgrade(world.connection, keep, steps=steps, ours=FORMAT + 2)
        both = (upgrade(world.connection, keep, steps=steps, ours=FORMAT + 2) for _ in range(2))
        await asyncio.gather(*both)  # two hubs start at the same moment
        assert (await read_format(world.connection.streams))[0] == FORMAT + 2
        assert done[:3] == [f"copy of {FORMAT}", "first", "second"]
        assert done.count("first") == 1
        with pytest.raises(StoredFormatUnknown):
            await upgrade(world.connection, keep)


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
