# SPDX-License-Identifier: GPL-3.0-only
"""One asyncio loop inside Qt's own, for tests whose two ends live in real windows.
`qt_loop.run(story())` runs a story.

A folder's `conftest.py` takes the fixture in:
`from tests.support.qt_loop import qt_loop` and `__all__ = ["qt_loop"]`; its tests ask for `qt_loop:
QtLoop` and call `qt_loop.run(story())` with a coroutine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
from PyQt6.QtCore import QAbstractEventDispatcher
from PyQt6.QtCore import QEventLoop as QtEventLoop
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication
from qasync import QEventLoop

NEEDS_WEB_ENGINE = QWebEngineView
"""QtWebEngine must be loaded before the application object exists; importing this module does it.
"""


class _Turns:
    """Stands in for the application: each story runs in an event loop of its own, and the
    application never ends.

    Leaving `QApplication.exec()` ends QtWebEngine for good:
    a second story in the same process would crash.
    """

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._turn: QtEventLoop | None = None

    def exec(self) -> int:
        self._turn = QtEventLoop()
        return self._turn.exec()

    def exit(self) -> None:
        if self._turn is not None:
            self._turn.quit()

    def eventDispatcher(self) -> QAbstractEventDispatcher | None:  # noqa: N802  (Qt's name)
        return self._app.eventDispatcher()


class QtLoop:
    """Runs coroutines to their end while Qt's windows and pages live on."""

    def __init__(self, app: QApplication) -> None:
        self.loop = QEventLoop(_Turns(app))

    def run[Result](self, story: Coroutine[Any, Any, Result], timeout_s: float = 60.0) -> Result:
        """The story's result; its error is raised here; `TimeoutError` after `timeout_s`."""
        asyncio.set_event_loop(self.loop)
        try:
            result: Result = self.loop.run_until_complete(asyncio.wait_for(story, timeout_s))
        finally:
            asyncio.set_event_loop(None)
        return result


_closed: list[object] = []
"""Timers of a loop fire once more after it was closed, and end then.
Collected before, half of such a timer would be left, and fire without end in another test.
"""


async def _settle() -> None:
    """Lets cancelled tasks end and Qt delete what was marked for deletion."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0.05)


@pytest.fixture
def qt_loop(qapp: QApplication) -> Iterator[QtLoop]:
    """A fresh loop on the one application; what a test left running is cancelled."""
    qapp.setQuitOnLastWindowClosed(False)
    qt = QtLoop(qapp)
    yield qt
    qt.run(_settle())
    qt.loop.close()
    _closed.append(qt.loop)
