# SPDX-License-Identifier: GPL-3.0-only
"""The desk is killed (-9) while it files: nothing received is lost or filed twice.

While a page arrives it is killed in the scripted walk (`test_walk.py`); at each step of filing in
`tests/faults/test_paper.py`. Both are in every run of the tests."""

from __future__ import annotations

import pytest

from tests.end2end.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(240)]


@pytest.mark.long
async def test_a_desk_killed_while_it_files_files_once(stage: Stage) -> None:
    before = stage.dossier().documents
    await stage.call()
    await stage.allow_scan()
    kept = await stage.scan()
    await stage.observed(stage.desk, "page_cleaned", page=kept["page"])
    await stage.file()
    await stage.kill_desk()

    await stage.start_desk()
    facts = await stage.desk.ask("facts")
    # the kill was before the document lay in the outbox: the page is there again
    if "document_filed" not in facts:
        again = await stage.fact(stage.desk, "page_found_again")
        assert again["sha256"] == kept["sha256"]
        await stage.file()
    await stage.fact(stage.desk, "document_filed")
    assert len(stage.dossier().documents) == len(before) + 1
    await stage.end()
