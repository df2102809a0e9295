# SPDX-License-Identifier: GPL-3.0-only
"""What the stories of acting in the page need:
schemes known early, the loop of both ends, a web server, a stage.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.remote_control.stage import ControlStage
from tests.support.cobrowse_pages import WebServer
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
def stage(qt_loop: QtLoop, web: WebServer) -> Iterator[ControlStage]:
    """Both ends with their real panes, joined in memory."""
    made = qt_loop.run(ControlStage.build_control(web))
    yield made
    qt_loop.run(made.close())
