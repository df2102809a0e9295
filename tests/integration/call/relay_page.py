# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's call page in a program of its own:
`python -m tests.integration.call.relay_page URL NAME PASSWORD`.

It offers a call by nothing but this relay and prints the kinds of its candidates.
Chromium reads whom it trusts once, from the home folder, so a test of that needs a program of its
own.
"""

from __future__ import annotations

import os
import sys

from views.media.call_page import CHROMIUM_FLAGS

os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", " ".join(CHROMIUM_FLAGS))
os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

import qasync
from PyQt6.QtWidgets import QApplication

from session.media.ice import IcePlan, IceServer
from tests.integration.call.engines import MEDIA
from views.kiosk.call_pane import KioskCallPane


async def main(url: str, name: str, password: str) -> None:
    pane = KioskCallPane()
    pane.show()
    plan = IcePlan(
        servers=(IceServer(url=url, username=name, credential=password),), relay_only=True
    )
    offered = await pane.run(f"call.offer({MEDIA.with_plan(plan).options()})")
    assert isinstance(offered, dict)
    candidates = [
        line for line in str(offered["sdp"]).splitlines() if line.startswith("a=candidate:")
    ]
    print(*sorted({line.split(" typ ")[1].split()[0] for line in candidates}))
    pane.close_page()


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    with qasync.QEventLoop(application) as loop:
        loop.run_until_complete(main(*sys.argv[1:4]))
