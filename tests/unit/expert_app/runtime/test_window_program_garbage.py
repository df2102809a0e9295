# SPDX-License-Identifier: GPL-3.0-only
"""What a window leaves over is destroyed in the windows' thread, never by a worker."""

from __future__ import annotations

import gc
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
