# SPDX-License-Identifier: GPL-3.0-only
"""The corpus on a web server of its own, and the stage of the shared page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from resources import resource_path
from tests.support.cobrowse_pages import WebServer
from tests.support.cobrowse_stage import Stage
from tests.support.qt_loop import QtLoop, qt_loop
from views.desk.shared_page.mirror_engine import register_schemes

__all__ = ["qt_loop"]

register_schemes()

CORPUS = Path(__file__).resolve().parent.parent / "data" / "pages"

_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".svg": "image/svg+xml"}


@pytest.fixture(scope="session")
def web() -> Iterator[WebServer]:
    """Serves the corpus under /t/, two fonts beside it, and a strict policy for the page that wants
    one.
    """
    with WebServer() as server:
        other = server.address.replace("127.0.0.1", "localhost") + "/t/"
        for path in CORPUS.iterdir():
            body = path.read_bytes().replace(b"__OTHER__", other.encode())
            server.pages[f"/t/{path.name}"] = (_TYPES[path.suffix], body)
        for name, font in (("maison", "Inter-Regular"), ("maison-gras", "Inter-SemiBold")):
            server.pages[f"/t/{name}.otf"] = (
                "font/otf",
                resource_path(f"fonts/{font}.otf").read_bytes(),
            )
        server.policies["/t/csp.html"] = (
            "default-src 'none'; style-src 'self'; require-trusted-types-for 'script'; "
            "trusted-types 'none'; "
            "sandbox allow-same-origin allow-scripts"
        )
        yield server


@pytest.fixture
def stage(qt_loop: QtLoop, web: WebServer) -> Iterator[Stage]:
    """Both ends with their real panes, joined in memory;
    the other site's frames are on the list.
    """
    made = qt_loop.run(Stage.build(web))
    made.browser.set_allowed(
        [web.address + "/t/", web.address.replace("127.0.0.1", "localhost") + "/t/"]
    )
    yield made
    qt_loop.run(made.close())
