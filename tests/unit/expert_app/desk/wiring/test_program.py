# SPDX-License-Identifier: GPL-3.0-only
"""The desk's program: each of its parts is there once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication

from documents.workers import Workers
from expert_app.desk.wiring.program import Desk, build_desk
from expert_app.runtime.config import DeskSettings, MediaSettings
from expert_app.runtime.credentials import SEED_VARIABLE
from expert_app.runtime.paths import paths_for
from expert_app.runtime.window_program import Program
from session.bus.transport.nkeys import new_seed
from session.core.tasks import Tasks
from tests.support.object_graph import classes_that_exist_twice


@pytest.fixture
def desk(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    seed = new_seed()
    monkeypatch.setenv(SEED_VARIABLE, seed.decode())  # no keyring
    media = MediaSettings(engine="aiortc", camera="simulated", microphone="simulated")
    settings = DeskSettings(organisation="valdore", user="alice", media=media)
    paths = paths_for("desk", tmp_path)
    desk = build_desk(settings, paths, seed=seed, program=Program())
    yield desk
    desk.screen.window.close_now()


def test_no_part_of_the_desk_is_built_twice(desk: Desk) -> None:
    """But for engines and widgets; the reader of words has workers, and media its tasks."""
    twice = classes_that_exist_twice(desk, may_be_many={Workers, Tasks})
    ours = {name for name in twice if name.startswith(("expert_app.", "session.", "documents."))}
    assert {name for name in ours if not name.startswith("session.media.")} == set()
