# SPDX-License-Identifier: GPL-3.0-only
"""The board's program: each of its parts is there once, and its requests reach the jobs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication

from expert_app.board.repeated_reading import RepeatedReading
from expert_app.board.wiring.program import BoardProgram
from expert_app.runtime.config import DeskSettings, MediaSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.window_program import Program
from expert_app.workplace.role_parts import build_role_parts
from session.bus.transport.nkeys import new_seed
from session.core.errors import CertificateUnusable
from tests.support.object_graph import classes_that_exist_twice


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
def board(qapp: QApplication, tmp_path: Path, program: Program) -> Iterator[BoardProgram]:
    media = MediaSettings(engine="aiortc", camera="simulated", microphone="simulated")
    settings = DeskSettings(organisation="valdore", user="boss", role="supervisor", media=media)
    paths = paths_for("desk", tmp_path)
    font = qapp.font()
    made = BoardProgram(build_role_parts(settings, paths, seed=new_seed(), program=program))
    yield made
    made.window.close_now()
    qapp.setStyleSheet("")
    qapp.setFont(font)


def test_no_part_of_the_board_is_built_twice(board: BoardProgram) -> None:
    twice = classes_that_exist_twice(board, may_be_many={RepeatedReading})
    assert {name for name in twice if name.startswith(("expert_app.", "session."))} == set()


def test_the_program_ends_with_its_window(board: BoardProgram, program: Program) -> None:
    board.window.close_requested.emit()
    assert program.stop.is_set()


def test_the_board_believes_the_authority_of_its_settings(
    qapp: QApplication, tmp_path: Path, program: Program
) -> None:
    settings = DeskSettings(
        organisation="valdore",
        user="boss",
        role="supervisor",
        bus=["tls://hub.example:4222"],
        ca_file=str(tmp_path / "missing.pem"),
    )
    with pytest.raises(CertificateUnusable):
        build_role_parts(settings, paths_for("desk", tmp_path), seed=new_seed(), program=program)
