# SPDX-License-Identifier: GPL-3.0-only
"""The replay's program: what a script reads of it follows the window to the end."""

from __future__ import annotations

import gc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication

from expert_app.commands import replay as replay_command
from expert_app.commands.replay import LogSource, ReplayProgram
from expert_app.driven.helpdesk import ReplayObserver
from expert_app.driven.observations import Observations
from expert_app.helpdesk.bundle import BundleSource, write_bundle
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.credentials import SEED_VARIABLE
from expert_app.runtime.paths import paths_for
from expert_app.runtime.window_program import Program
from session.bus.transport.nkeys import new_seed
from session.core.clock import ManualClock
from session.core.errors import LogReasonNeeded
from session.log.codec import encode_record
from session.log.playback.opening import open_log
from session.log.reader import write_log
from tests.support.log_story import whole_session


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
def replay(qapp: QApplication, tmp_path: Path, program: Program) -> Iterator[ReplayProgram]:
    path = tmp_path / "session.jsonl"
    write_log(path, "s1", whole_session())
    made = ReplayProgram(LogSource("s1", partial(open_log, path)), program)
    made.view.show_log("s1", open_log(path))
    yield made
    made.close()


def test_nothing_of_a_replayed_log_stays_at_the_helpdesk_and_none_is_fetched_without_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fetch(*_given: object, **_more: object) -> list[bytes]:
        return [encode_record(record) for record in whole_session()]

    monkeypatch.setenv(SEED_VARIABLE, new_seed().decode())
    monkeypatch.setattr(replay_command, "_fetch", fetch)
    settings, paths = DeskSettings(role="helpdesk"), paths_for("desk", tmp_path)
    with pytest.raises(LogReasonNeeded):
        replay_command._source("s1", settings, paths, "")
    source = replay_command._source("s1", settings, paths, "picture stood still")
    assert len(source.open(lambda _share: None)) == len(whole_session())
    assert list(tmp_path.rglob("*.jsonl")) == []


def test_a_saved_conversation_opens_without_a_hub_and_a_changed_one_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "entretien.zip"
    at = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    source = BundleSource("s1", whole_session())
    write_bundle(path, source, new_seed(), exported_by="h1", exported_at=at, with_pages=True)
    settings, paths = DeskSettings(role="helpdesk"), paths_for("desk", tmp_path)
    assert len(replay_command._source(str(path), settings, paths, "").open(lambda _share: None))
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("plus.txt", "x")
    assert replay_command.run_replay(str(path), settings, paths, reason="") == 1
    assert "plus.txt" in capsys.readouterr().out


def test_the_observer_follows_the_replay(replay: ReplayProgram) -> None:
    observations = Observations(ManualClock())
    ReplayObserver(replay, observations)
    gc.collect()
    replay.view.player.seek(replay.view.player.duration_s)
    noted = observations.all()["replayed"]
    assert (noted["records"], noted["wiped"]) == (len(whole_session()), True)
    assert noted["last_event"] == replay.view.player.last_event
