# SPDX-License-Identifier: GPL-3.0-only
"""The desk's job of showing: a file or an item of the library becomes a shown document, or a
trouble in words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from documents.workers import Workers
from expert_app.desk.app import DeskApp
from expert_app.desk.shown_documents import Fetching, ShownDocumentsJob
from session.core.clock import SystemClock
from session.core.errors import LibraryItemUnknown, SessionError
from session.core.tasks import Tasks
from session.desk.cobrowse.shown_document import DeskShownDocument, Ended
from session.desk.hub.library import Progress
from session.protocol.dossier.library import LibraryItem, LibraryKind
from tests.support.memory.channel import channel_pair
from tests.support.shown_documents import invented_pdf, invented_picture
from tests.support.waiting import until

PAGE = LibraryItem(
    id="sim", title="Simuler", kind=LibraryKind.PAGE, address="https://www.caisse.example/s"
)
FORM = LibraryItem(id="lease", title="Attestation de loyer", kind=LibraryKind.FORM, size_bytes=9)
GONE = LibraryItem(id="gone", title="Parti", kind=LibraryKind.DOCUMENT, size_bytes=9)


class Shelf:
    """A library with one document, which comes in two parts."""

    async def items(self) -> list[LibraryItem]:
        return [PAGE, FORM, GONE]

    async def document(self, item_id: str, progress: Progress | None = None) -> bytes:
        if item_id != FORM.id:
            raise LibraryItemUnknown
        assert progress is not None
        progress(1, 2)
        await asyncio.sleep(0)
        progress(2, 2)
        return invented_pdf(3)


class Desk:
    """As much of the desk's job as showing needs: one session, troubles by code."""

    def __init__(self, tasks: Tasks) -> None:
        kiosk_line, desk_line = channel_pair()
        self.kiosk_line = kiosk_line
        self.session = SimpleNamespace(
            show=DeskShownDocument(desk_line, SystemClock(), tasks=tasks, kbps=4000)
        )
        self.opened: list[str] = []
        self.troubles: list[str] = []

    def open_address(self, address: str) -> None:
        self.opened.append(address)

    async def guarded(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        try:
            await work
        except (SessionError, OSError) as error:
            self.troubles.append(getattr(error, "code", "unexpected"))


class Scene:
    def __init__(self, workers: Workers) -> None:
        self.tasks = Tasks()
        self.desk = Desk(self.tasks)
        self.shows = ShownDocumentsJob(
            cast(DeskApp, self.desk),
            Shelf(),
            workers=workers,
            tasks=self.tasks,
        )
        self.fetched: list[Fetching | None] = []
        self.shows.fetching.connect(self.fetched.append)

    @property
    def show(self) -> DeskShownDocument:
        made: DeskShownDocument = self.desk.session.show
        return made

    async def over(self) -> None:
        await until(lambda: self.fetched and self.fetched[-1] is None)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as started:
        yield started


@pytest.fixture
async def scene(workers: Workers) -> Scene:
    made = Scene(workers)
    made.shows.load()
    await asyncio.sleep(0.01)
    return made


async def test_an_address_of_the_library_is_opened_at_once(scene: Scene) -> None:
    scene.shows.push("sim")
    assert scene.desk.opened == [PAGE.address]
    assert scene.show.shown is None


async def test_a_document_of_the_library_is_fetched_and_shown(scene: Scene) -> None:
    scene.shows.push("lease")
    await scene.over()
    assert scene.show.shown is not None
    assert (scene.show.shown.title, scene.show.shown.pages) == ("Attestation de loyer", 3)
    assert Fetching("Attestation de loyer", 50) in scene.fetched
    assert not scene.desk.troubles


async def test_a_page_that_is_opened_takes_the_place_of_a_document(scene: Scene) -> None:
    ended: list[Ended] = []
    scene.show.ended.connect(ended.append)
    scene.shows.push("lease")
    await scene.over()
    assert not ended
    scene.shows.push("sim")
    assert ended == [Ended()]
    assert scene.desk.opened == [PAGE.address]


async def test_a_file_of_the_agents_own_is_shown_under_its_name(
    scene: Scene, tmp_path: Path
) -> None:
    path = tmp_path / "Plan d'accès.png"
    path.write_bytes(invented_picture())
    scene.shows.show_file(str(path))
    await scene.over()
    assert scene.show.shown is not None
    assert (scene.show.shown.title, scene.show.shown.pages) == ("Plan d'accès", 1)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"hello", "document_not_shown"),
        (b"%PDF-1.7 broken", "document_not_shown"),
        (b"", "document_not_shown"),
    ],
)
async def test_what_cannot_be_shown_is_said(
    scene: Scene, tmp_path: Path, data: bytes, code: str
) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(data)
    scene.shows.show_file(str(path))
    await scene.over()
    assert scene.desk.troubles == [code]
    assert scene.show.shown is None


async def test_too_many_pages_are_said_as_such(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(invented_pdf(51))
    scene.shows.show_file(str(path))
    await scene.over()
    assert scene.desk.troubles == ["document_too_long"]


async def test_a_file_that_is_gone_is_a_trouble_and_no_crash(scene: Scene, tmp_path: Path) -> None:
    scene.shows.show_file(str(tmp_path / "nothing.pdf"))
    await scene.over()
    assert scene.desk.troubles == ["unexpected"]


@pytest.mark.parametrize("item_id", ["gone", "never"])
async def test_an_item_that_is_gone_is_said(scene: Scene, item_id: str) -> None:
    scene.shows.push(item_id)
    await scene.over()
    assert scene.desk.troubles == ["library_item_unknown"]


async def test_what_was_cancelled_is_not_shown(scene: Scene) -> None:
    scene.shows.push("lease")
    await asyncio.sleep(0)
    scene.shows.cancel()
    await until(lambda: scene.fetched and scene.fetched[-1] is None)
    await asyncio.sleep(0.3)
    assert scene.show.shown is None
    assert scene.fetched[-1] is None
