# SPDX-License-Identifier: GPL-3.0-only
"""The host's program: each of its parts is there once."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtWidgets import QApplication

from expert_app.board.wiring.site import HostProgram
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.window_program import Program
from session.bus.transport.nkeys import new_seed
from tests.support.object_graph import classes_that_exist_twice


def test_no_part_of_the_host_s_program_is_built_twice(qapp: QApplication, tmp_path: Path) -> None:
    settings = DeskSettings(organisation="town", user="host", role="facilitator")
    made = HostProgram(settings, paths_for("desk", tmp_path), seed=new_seed(), program=Program())
    twice = classes_that_exist_twice(made)
    assert {name for name in twice if name.startswith(("expert_app.", "session."))} == set()
    made.window.deleteLater()
