# SPDX-License-Identifier: GPL-3.0-only
"""A desk and its organisation's library, over a real server:
items, bytes, changes, and nobody else's documents.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from session.core.errors import LibraryItemUnknown, NotAllowed
from session.desk.hub.library import LibraryClient
from session.hub.convention.catalogue import Catalogue
from session.protocol.dossier.library import LibraryRequest
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, catalogue_text, hub_world
from tests.support.shown_documents import invented_pdf, invented_picture
from tests.support.waiting import until

PICTURE = invented_picture(1500, 1100, "JPEG") + bytes(300_000)
"""More than one part of an answer."""


def with_library(folder: Path) -> str:
    (folder / "library" / "valdore").mkdir(parents=True)
    (folder / "library" / "valdore" / "plan.jpg").write_bytes(PICTURE)
    sha256 = hashlib.sha256(PICTURE).hexdigest()
    entry = f'{{ id = "plan", title = "Plan", file = "plan.jpg", sha256 = "{sha256}" }}'
    return catalogue_text().replace('id = "valdore"', f'id = "valdore"\nlibrary = [{entry}]', 1)


async def _take(world: World, text: str) -> None:
    assert world.hub is not None
    await world.hub.take_catalogue(Catalogue.parse(text))


async def test_a_desk_gets_the_items_and_the_bytes_of_its_own_organisation(tmp_path: Path) -> None:
    text = with_library(tmp_path)
    async with hub_world(tmp_path, catalogue=text) as world:
        library = LibraryClient(await world.client(Role.AGENT, "alice"))
        [item] = await library.items()
        assert (item.id, item.size_bytes) == ("plan", len(PICTURE))
        steps: list[tuple[int, int]] = []
        assert (
            await library.document("plan", lambda here, whole: steps.append((here, whole)))
            == PICTURE
        )
        assert len(steps) > 2
        assert steps[-1] == (len(PICTURE), len(PICTURE))
        other = LibraryClient(await world.client(Role.AGENT, "zoe", "marais"))
        assert await other.items() == []
        with pytest.raises(LibraryItemUnknown):
            await other.document("plan")


async def test_a_kiosk_may_not_ask(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.client(Role.KIOSK, "kiosk1")
        with pytest.raises(NotAllowed):
            await kiosk.ask_once(LibraryRequest())


async def test_a_changed_library_is_heard_at_the_desk_while_the_hub_runs(tmp_path: Path) -> None:
    text = with_library(tmp_path)
    async with hub_world(tmp_path, catalogue=text) as world:
        desk = await world.desk("alice")
        library = LibraryClient(await world.client(Role.AGENT, "agent1"))
        versions: list[str] = []
        desk.convention_changed.connect(versions.append)
        # the hub's heartbeat, so that the desk knows the version it began with
        await until(lambda: desk._conventions._heard_s)
        pdf = invented_pdf(1)
        (tmp_path / "library" / "valdore" / "new.pdf").write_bytes(pdf)
        sha256 = hashlib.sha256(pdf).hexdigest()
        entry = f'{{ id = "new", title = "New", file = "new.pdf", sha256 = "{sha256}" }}'
        await _take(world, text.replace("library = [", f"library = [{entry}, ", 1))
        await until(lambda: bool(versions))
        assert [item.id for item in await library.items()] == ["new", "plan"]
        assert await library.document("new") == pdf
