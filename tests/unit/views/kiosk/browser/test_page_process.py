# SPDX-License-Identifier: GPL-3.0-only
"""Where the caller's browser and what draws for it keep what they keep: in the folder that goes.
When a second one waits.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PyQt6.QtCore import QObject
from pytestqt.qtbot import QtBot

from session.core.clock import SystemClock
from session.kiosk.cobrowse import browser_messages as messages
from views.kiosk.browser import page_process
from views.kiosk.browser.page_process import PageProcess, PageProcesses

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


def test_no_browser_runs_while_nobody_is_there_and_a_second_one_only_beside_a_page(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_process, "SPARE_AFTER_MS", 0)
    begun: list[Path] = []

    def command(folder: Path) -> list[str]:
        begun.append(folder)
        return [sys.executable, "-c", "import time; time.sleep(60)"]

    side = PageProcesses(command, tmp_path, clock=SystemClock())
    qtbot.addWidget(side.widget)
    side.obey(messages.AllowPages(("https://valdore.example/",)))
    assert begun == []
    gone: list[bool] = []
    side.forget(gone.append)
    qtbot.waitUntil(lambda: gone == [True])
    assert begun == []
    for _waits in range(2):
        side.prepare()
    qtbot.waitUntil(lambda: bool(side.pid))
    assert len(begun) == 1
    for _page in range(2):
        side.obey(messages.LoadPage("https://valdore.example/"))
    qtbot.waitUntil(lambda: len(begun) == 2)
    side.forget(gone.append)
    qtbot.waitUntil(lambda: gone == [True, True])
    assert len(begun) == 2
    assert side.pid == 0
    side.close(gone.append)
    qtbot.waitUntil(lambda: gone == [True, True, True])
