# SPDX-License-Identifier: GPL-3.0-only
"""The application's own call page as a peer of the bench:
what `peer_kiosk` and `peer_browser` share.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tests.benchmarks.media.chromium_flags import set_flags

set_flags()

from PyQt6.QtWebEngineWidgets import QWebEngineView  # noqa: E402
from PyQt6.QtWidgets import QApplication  # noqa: E402
from qasync import QEventLoop  # noqa: E402

from session.media.call_page import CallMedia, simulated  # noqa: E402
from tests.benchmarks.media.material import jpegs  # noqa: E402
from tests.benchmarks.media.peers import PeerSettings  # noqa: E402
from views.media.call_page import LockedCallPage  # noqa: E402

NEEDS_WEB_ENGINE = QWebEngineView
SCRIPT = (Path(__file__).parent / "material.js").read_text(encoding="utf-8")
SIZE = (960, 540)


async def film(page: LockedCallPage, wanted: PeerSettings) -> None:
    """The page's simulated camera films the material; what it shows of the other end is noted."""
    images = [base64.b64encode(image).decode() for image in jpegs(wanted.clip, wanted.height)]
    page.run_soon(SCRIPT)
    await page.run(f"bench.load({json.dumps(images)})")
    await page.run("Object.assign(simulatedPerson, bench, { warm: () => {} }), true")
    await page.run("bench.watch(document.querySelector('#call video'))")


def media(wanted: PeerSettings) -> CallMedia:
    """As the application's settings; the camera has the material's size."""
    codecs = {"codecs": (wanted.codec,)} if wanted.codec else {}
    return simulated(width_px=wanted.height * 16 // 9, height_px=wanted.height, **codecs)


def run(
    story: Callable[[LockedCallPage], Coroutine[Any, Any, None]], make: Callable[[], LockedCallPage]
) -> None:
    """The program: a window with the page, and `story` until it ends."""
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    page = make()
    page.resize(*SIZE)
    page.show()
    page.load()
    loop.run_until_complete(story(page))
    sys.stdout.flush()
    os._exit(0)  # the browser engine's own end takes seconds
