# SPDX-License-Identifier: GPL-3.0-only
"""Files that the helpdesk's window is given: of old formats, cut, damaged, long or no logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from expert_app.helpdesk.app import HELP_TRIES, HelpdeskApp
from expert_app.helpdesk.bundle import read_bundle
from session.bus.transport.nkeys import new_seed
from session.core.errors import BusUnreachable, LogUnreadable
from session.log.codec import decode_record
from session.log.events import PageActed, Record
from session.log.playback import opened
from session.log.reader import write_log
from session.log.summary import FactKind, summarise
from session.protocol.helpdesk.remote_help import (
    HelpKiosk,
    RemoteHelp,
    RemoteHelpRequest,
    RemoteState,
)
from session.protocol.hub.requests import RemoteAct
from tests.benchmarks.replay_log import Session, write
from tests.support.log_story import START, whole_session

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "logs" / "format-4.jsonl"
NOBODY = cast(Any, None)


@pytest.fixture
def app() -> HelpdeskApp:
    return HelpdeskApp(NOBODY, NOBODY, seed=new_seed(), user="aide1", now=lambda: START)


@pytest.mark.asyncio
async def test_a_recorded_log_opens_with_its_summary(app: HelpdeskApp) -> None:
    conversation = await app.read_file(SAMPLE)
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


class FlakyQuestions:
    """The hub, over a line that is cut for a while after an act was asked for."""

    def __init__(self, cut_for: int) -> None:
        self.cut_for, self.asked = cut_for, 0

    @property
    def bus(self) -> FlakyQuestions:
        return self

    async def ask(self, request: HelpKiosk) -> RemoteHelp:
        return self._help(request.help_id, RemoteState.ASKED)

    async def ask_once(self, request: RemoteHelpRequest) -> RemoteHelp:
        self.asked += 1
        if self.asked <= self.cut_for:
            raise BusUnreachable
        return self._help(request.help_id, RemoteState.DONE)

    def _help(self, help_id: str, state: RemoteState) -> RemoteHelp:
        return RemoteHelp(
            help_id=help_id,
            organisation="valdore",
            kiosk="kiosk1",
            act=RemoteAct.STATE,
            state=state,
            by="helpdesk.help",
            by_name="Denis W.",
            reason="écran noir",
            asked_at_utc=START,
        )


@pytest.mark.asyncio
async def test_an_act_at_a_kiosk_is_followed_over_a_cut_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("expert_app.helpdesk.app.HELP_S", 0.0)
    questions = FlakyQuestions(cut_for=3)
    app = HelpdeskApp(
        NOBODY, cast(Any, questions), seed=new_seed(), user="aide1", now=lambda: START
    )
    told: list[RemoteState] = []
    await app.help_kiosk(
        "kiosk1", RemoteAct.STATE, "écran noir", lambda one: told.append(one.state)
    )
    assert told == [RemoteState.ASKED, RemoteState.DONE]
    questions.cut_for, questions.asked = 10_000, 0
    with pytest.raises(BusUnreachable):
        await app.help_kiosk("kiosk1", RemoteAct.STATE, "écran noir", lambda _one: None)
    assert questions.asked == HELP_TRIES
