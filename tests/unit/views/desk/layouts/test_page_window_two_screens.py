# SPDX-License-Identifier: GPL-3.0-only
"""The page's own window at a desk with two screens: it opens on the other one, and comes back when
that one is gone. In a process of its own: an application has its screens from its beginning.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

STORY = """
import json, sys
from PyQt6.QtWidgets import QApplication
from tests.accessibility.layout import settle
from tests.support.screens.desk_scenes import face
from views.desk.layouts.layout import Layout
from views.desk.layouts.page_window import PageWindow

application = QApplication(sys.argv[:1])
window = face()
window.setGeometry(0, 0, 1366, 768)
window.show()
settle()
window.conversation.choose_layout(Layout.WINDOW)
settle()
page = window.findChild(PageWindow)
at = page.geometry()
screens = [screen.name() for screen in application.screens()]
said = {"screens": screens, "on": page.screen().name(), "x": at.x(), "wide": at.width()}
page.move(9000, 9000)  # where a screen was
application.screenRemoved.emit(application.screens()[1])
back = page.geometry().center()
said["seen"] = any(one.geometry().contains(back) for one in application.screens())
window.conversation.choose_layout(Layout.PAGE)
settle()
said["home"] = page.isVisible()
print(json.dumps(said))
window.close_now()
"""


def test_the_page_opens_on_the_other_screen_and_comes_back_when_it_is_gone(tmp_path: Path) -> None:
    screens = [
        {"name": "left", "x": 0, "y": 0, "width": 1366, "height": 768},
        {"name": "right", "x": 1366, "y": 0, "width": 1920, "height": 1080},
    ]
    file = tmp_path / "screens.json"
    file.write_text(json.dumps({"screens": screens}), encoding="utf-8")
    environment = os.environ | {"QT_QPA_PLATFORM": f"offscreen:configfile={file}"}
    done = subprocess.run(
        [sys.executable, "-c", STORY],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["screens"] == ["left", "right"]
    assert (said["on"], said["x"], said["wide"]) == ("right", 1366, 1920)
    assert said["seen"]
    assert not said["home"], "the page is in the desk's window again"
