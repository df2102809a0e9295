# SPDX-License-Identifier: GPL-3.0-only
"""What a window leaves over is destroyed between two events, never while Qt goes through them."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from expert_app.runtime.window_program import GarbageCollection


class _Ring:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collection(qapp: QApplication) -> Iterator[GarbageCollection]:
    was = gc.isenabled()
    made = GarbageCollection(qapp)
    yield made
    made.stop()
    assert gc.isenabled()
    if not was:
        gc.disable()
    made.deleteLater()


def test_a_busy_worker_collects_nothing_and_the_window_s_thread_does(
    qtbot: QtBot, collection: GarbageCollection
) -> None:
    where = list[threading.Thread]()
    left = _Ring()
    weakref.finalize(left, lambda: where.append(threading.current_thread()))
    del left

    def work() -> None:
        for _ in range(100_000):
            _Ring()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert where == []
    qtbot.waitUntil(lambda: bool(where))
    assert where == [threading.main_thread()]


RESTYLED = """
import gc, sys
from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication, QWidget
from expert_app.runtime.window_program import GarbageCollection

class Dropped(QWidget):
    def __init__(self):
        super().__init__()
        self.itself = self

class Shown(QWidget):
    def changeEvent(self, event):
        if event.type() == QEvent.Type.StyleChange:
            [[] for _ in range(9)]  # any work that allocates
        super().changeEvent(event)

application = QApplication(sys.argv[:1])
gc.set_threshold(2, 1, 1)
kept = GarbageCollection(application)
shown = [Shown() for _ in range(5)]
[one.show() for one in shown]
for place in range(60):
    left = [Dropped() for _ in range(5)]
    [one.show() for one in left]
    del left
    application.setStyleSheet(f"QWidget {{ margin: {place}px }}")
    application.processEvents()
"""


def test_windows_that_nobody_holds_do_not_go_while_qt_restyles_them_all() -> None:
    ended = subprocess.run([sys.executable, "-c", RESTYLED], timeout=60, check=False)
    assert ended.returncode == 0
