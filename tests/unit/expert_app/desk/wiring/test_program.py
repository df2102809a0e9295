# SPDX-License-Identifier: GPL-3.0-only
"""The desk's program: each of its parts is there once, and none of what a call or a page needs is
loaded before the window.
"""

from __future__ import annotations

import subprocess
import sys
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
from expert_app.workplace.role_parts import build_role_parts
from session.bus.transport.nkeys import new_seed
from session.core.tasks import Tasks
from tests.support.object_graph import classes_that_exist_twice

LATER = {
    "aiortc",
    "av",
    "numpy",
    "PIL",
    "pikepdf",
    "pypdfium2",
    "rapidfuzz",
    "reportlab",
    "sqlalchemy",
}
"""Libraries that the window does not need: half a second of its start on two processors."""


@pytest.fixture
def desk(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    seed = new_seed()
    monkeypatch.setenv(SEED_VARIABLE, seed.decode())  # no keyring
    media = MediaSettings(engine="aiortc", camera="simulated", microphone="simulated")
    settings = DeskSettings(organisation="valdore", user="alice", media=media)
    paths = paths_for("desk", tmp_path)
    desk = build_desk(build_role_parts(settings, paths, seed=seed, program=Program()))
    yield desk
    desk.screen.window.close_now()


def test_no_part_of_the_desk_is_built_twice(desk: Desk) -> None:
    """But for engines and widgets; the reader of words has workers, and media its tasks."""
    twice = classes_that_exist_twice(desk, may_be_many={Workers, Tasks})
    ours = {name for name in twice if name.startswith(("expert_app.", "session.", "documents."))}
    assert {name for name in ours if not name.startswith("session.media.")} == set()


def test_the_window_is_built_without_the_libraries_of_calls_and_pages() -> None:
    assert LATER & _loaded_by("expert_app.desk.wiring.program") == set()


def test_a_script_at_the_desk_loads_no_other_program() -> None:
    """The start of the desk is measured through a script."""
    others = ("expert_app.board", "expert_app.helpdesk.wiring", "expert_app.kiosk", "views.board")
    loaded = _loaded_by("expert_app.driven.windows, expert_app.driven.desk_script")
    assert [name for name in loaded if name.startswith(others)] == []
    assert LATER & loaded == set()


def _loaded_by(modules: str) -> set[str]:
    code = (
        f"import expert_app.__main__, expert_app.commands.desk, {modules}, sys; print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(loaded.stdout.split())
