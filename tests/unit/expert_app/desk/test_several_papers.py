# SPDX-License-Identifier: GPL-3.0-only
"""Several papers in one scan are found, made pages of, and filed with the one original they come
from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from documents.workers import Workers
from expert_app.desk.page_edits import PageEdits, SplitPage
from expert_app.desk.several_papers import PapersFinder, PapersFound
from session.protocol.conversation.messages import PageOffered, ScanKind
from tests.support.hub_world import hub_world
from tests.support.waiting import until
from tests.unit.documents.imaging.papers_on_glass import three_receipts
from tests.unit.expert_app.desk.desk_at_work import Office


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as started:
        started.warm().result(30)
        yield started


async def test_a_page_of_three_papers_becomes_three_pages_of_one_original(
    tmp_path: Path, workers: Workers
) -> None:
    data = three_receipts()
    sha256 = hashlib.sha256(data).hexdigest()
    async with hub_world(tmp_path / "hub") as world:
        office = Office(world, tmp_path, workers=workers)
        desk = await office.desk("alice")
        papers = PapersFinder(
            desk.app,
            desk.filing,
            outbox=desk.outbox,
            workers=workers,
        )
        acts = PageEdits(desk.app, desk.filing, outbox=desk.outbox, papers=papers)
        found: list[PapersFound] = []
        page_split: list[SplitPage] = []
        papers.found.connect(found.append)
        acts.page_split.connect(page_split.append)
        desk.app.accept(await office.caller())
        await until(lambda: bool(desk.opened))
        session_id = desk.opened[-1].facts.id
        offer = PageOffered(
            page_id="p1",
            scan_id="scan1",
            kind=ScanKind.PAGE,
            media_type="image/jpeg",
            size_bytes=len(data),
            sha256=sha256,
            width_px=1240,
            height_px=1754,
            dpi=150,
            chunks=1,
            taken_at_utc=datetime(2026, 3, 2, 9, 1, tzinfo=UTC),
        )
        await desk.filing.keep(session_id, offer, data)
        await until(lambda: bool(found))
        assert (found[0].page_id, len(found[0].boxes)) == ("p1", 3)
        acts.split_papers("p1")
        await until(lambda: bool(page_split))
        kept = {page.page_id: page for page in desk.outbox.pages(session_id)}
        assert [kept[part].sha256 for part in page_split[0].parts] == [sha256] * 3
        areas = [kept[part].edits.area for part in page_split[0].parts]
        assert [area is not None and (area.left, area.top) for area in areas] == [
            (box.left, box.top) for box in found[0].boxes
        ]
        assert {kept[part].scanned_as for part in page_split[0].parts} == {"p1"}
        assert kept["p1"].edits.steps == ()
        await office.close()
