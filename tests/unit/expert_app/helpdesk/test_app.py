# SPDX-License-Identifier: GPL-3.0-only
"""Files that the helpdesk's window is given: of old formats, cut, damaged, too large or no logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from expert_app.helpdesk.app import HelpdeskApp
from session.core.errors import LogTooLarge, LogUnreadable
from session.log import reader
from session.log.reader import write_log
from tests.support.log_story import START, whole_session

SAMPLES = Path(__file__).resolve().parents[3] / "data" / "logs"
NOBODY = cast(Any, None)


@pytest.fixture
def app() -> HelpdeskApp:
    return HelpdeskApp(NOBODY, NOBODY, seed=b"", user="aide1", now=lambda: START)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["format-0.jsonl", "format-1.jsonl"])
async def test_a_log_of_an_old_format_opens_with_its_summary(app: HelpdeskApp, name: str) -> None:
    opened = await app.read_file(SAMPLES / name)
    assert len(opened.log) == len(opened.records) > 0
    assert opened.summary.started_at_utc is not None


@pytest.mark.asyncio
async def test_a_log_that_is_cut_opens_as_far_as_it_can_be_read(
    app: HelpdeskApp, tmp_path: Path
) -> None:
    path, story = tmp_path / "a.jsonl", whole_session()
    write_log(path, "s1", story)
    path.write_bytes(path.read_bytes()[:-10])
    opened = await app.read_file(path)
    assert opened.records == story[:-1]
    assert opened.log.damage.cut


@pytest.mark.asyncio
async def test_what_is_no_log_or_too_large_is_refused_each_with_its_own_error(
    app: HelpdeskApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("a shopping list")
    with pytest.raises(LogUnreadable):
        await app.read_file(path)
    write_log(path, "s1", whole_session())
    monkeypatch.setattr(reader, "MAX_LOG_BYTES", 2000)
    with pytest.raises(LogTooLarge):
        await app.read_file(path)
