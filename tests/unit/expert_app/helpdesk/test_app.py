# SPDX-License-Identifier: GPL-3.0-only
"""Files that the helpdesk's window is given: of old formats, cut, damaged, long or no logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from expert_app.helpdesk.app import HelpdeskApp
from expert_app.helpdesk.bundle import read_bundle
from session.bus.transport.nkeys import new_seed
from session.core.errors import LogUnreadable
from session.log.events import PageActed, Record
from session.log.migrate import decode_record
from session.log.playback import opened
from session.log.reader import write_log
from session.log.summary import FactKind, summarise
from tests.benchmarks.replay_log import Session, write
from tests.support.log_story import START, whole_session

SAMPLES = Path(__file__).resolve().parents[3] / "data" / "logs"
NOBODY = cast(Any, None)


@pytest.fixture
def app() -> HelpdeskApp:
    return HelpdeskApp(NOBODY, NOBODY, seed=new_seed(), user="aide1", now=lambda: START)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["format-0.jsonl", "format-1.jsonl"])
async def test_a_log_of_an_old_format_opens_with_its_summary(app: HelpdeskApp, name: str) -> None:
    conversation = await app.read_file(SAMPLES / name)
    assert len(conversation.log) > 0
    assert conversation.summary.started_at_utc is not None


@pytest.mark.asyncio
async def test_a_log_that_is_cut_opens_as_far_as_it_can_be_read(
    app: HelpdeskApp, tmp_path: Path
) -> None:
    path, story = tmp_path / "a.jsonl", whole_session()
    write_log(path, "s1", story)
    path.write_bytes(path.read_bytes()[:-10])
    log = (await app.read_file(path)).log
    assert [record for _row, record in log.records()] == story[:-1]
    assert log.damage.cut


@pytest.mark.asyncio
async def test_what_is_no_log_is_refused(app: HelpdeskApp, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("a shopping list")
    with pytest.raises(LogUnreadable):
        await app.read_file(path)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["long.jsonl", "long.jsonl.zst"])
async def test_of_a_long_log_only_what_its_summary_tells_is_decoded(
    app: HelpdeskApp, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3000, tmp_path / name)
    decoded: list[bytes] = []

    def decode(line: bytes) -> Record:
        decoded.append(line)
        return decode_record(line)

    monkeypatch.setattr(opened, "decode_record", decode)
    shares: list[float] = []
    conversation = await app.read_file(tmp_path / name, shares.append)
    assert len(conversation.log) == 3000
    assert len(decoded) < 400
    assert shares
    acted = [one.count for one in conversation.summary.done if one.kind is FactKind.ACTED]
    assert acted == [_acts(3000)]
    await app.save(tmp_path / "a.zip", with_pages=True)
    saved = read_bundle(tmp_path / "a.zip").log
    assert saved is not None
    assert summarise(saved) == conversation.summary


def _acts(number: int) -> int:
    told = [record.event for record in Session(number).records()]
    return sum(one.times for one in told if isinstance(one, PageActed) and not one.code)
