# SPDX-License-Identifier: GPL-3.0-only
"""Where the caller's browser and what draws for it keep what they keep: in the folder that goes."""

from __future__ import annotations

import sys
from pathlib import Path

from PyQt6.QtCore import QObject
from pytestqt.qtbot import QtBot

from session.core.clock import SystemClock
from views.kiosk.browser.page_process import PageProcess

NAMES = ("TMPDIR", "MESA_SHADER_CACHE_DIR", "__GL_SHADER_DISK_CACHE_PATH")


def test_everything_that_is_kept_lies_in_the_browsers_folder(qtbot: QtBot, tmp_path: Path) -> None:
    told = tmp_path / "told"
    code = "import os, sys; print(*map(os.environ.get, sys.argv[2:]), file=open(sys.argv[1], 'w'))"
    folders: list[Path] = []

    def command(folder: Path) -> list[str]:
        folders.append(folder)
        return [sys.executable, "-c", code, str(told), *NAMES]

    parent = QObject()
    process = PageProcess(command, tmp_path / "runtime", clock=SystemClock(), parent=parent)
    with qtbot.waitSignal(process.lost, timeout=20_000):
        pass
    assert told.read_text().split() == [str(folders[0])] * len(NAMES)
