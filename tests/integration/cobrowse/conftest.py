# SPDX-License-Identifier: GPL-3.0-only
"""What the stories of the shared page need:
schemes known early, the loop of both ends, a web server, a stage.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.cobrowse_pages import WebServer
from tests.support.cobrowse_stage import Stage
from tests.support.qt_loop import QtLoop, qt_loop
from views.desk.shared_page.mirror_engine import register_schemes

__all__ = ["qt_loop"]

register_schemes()


@pytest.fixture(scope="module")
def web() -> Iterator[WebServer]:
    """A web site on loopback: the demonstration's pages and the tests' own."""
    with WebServer() as server:
        yield server


@pytest.fixture
def stage(qt_loop: QtLoop, web: WebServer) -> Iterator[Stage]:
    """Both ends with their real panes, joined in memory."""
    made = qt_loop.run(Stage.build(web))
    yield made
    qt_loop.run(made.close())


@pytest.fixture
def guarded(qt_loop: QtLoop, web: WebServer) -> Iterator[Stage]:
    """The same, with the second guard in its own process, as at a kiosk."""
    made = qt_loop.run(Stage.build(web, guard_process=True))
    yield made
    qt_loop.run(made.close())
