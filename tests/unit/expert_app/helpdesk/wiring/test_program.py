# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's program: each of its parts is there once."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from PyQt6.QtWidgets import QApplication

from expert_app.helpdesk.wiring.program import HelpdeskProgram
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.window_program import Program
from session.bus.transport.nkeys import new_seed
from tests.support.object_graph import classes_that_exist_twice


@pytest.mark.parametrize("role", ["helpdesk", "operator"])
def test_no_part_of_the_helpdesk_is_built_twice(
    role: Literal["helpdesk", "operator"], qapp: QApplication, tmp_path: Path
) -> None:
    settings = DeskSettings(organisation="valdore", user="help", role=role)
    paths = paths_for("desk", tmp_path)
    made = HelpdeskProgram(settings, paths, seed=new_seed(), program=Program())
    twice = classes_that_exist_twice(made)
    assert {name for name in twice if name.startswith(("expert_app.", "session."))} == set()
    made.window.deleteLater()
