# SPDX-License-Identifier: GPL-3.0-only
"""`make pictures`: every window in every state (`every.py`), in French and English, light and
dark, on three screens, into build/pictures. `python -m tests.support.screens.pictures
[BEGINNING]` draws only those whose name begins so ("desk/", "kiosk/session-page").
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication

from resources.texts import use_language

FOLDER = Path("build/pictures")
SCREENS = ((1280, 720), (1366, 768), (1920, 1080))
KIOSK_SCREENS = ((1280, 800), (1920, 1080), (1080, 1920))
LANGUAGES = ("fr", "en")


def draw(begins: str = "") -> int:
    """Draws; how many pictures there are now."""
    from tests.accessibility.layout import settle
    from tests.support.screens.every import EVERY, is_touched
    from views.widgets.theme import apply_theme

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    drawn = 0
    for language, dark in itertools.product(LANGUAGES, (False, True)):
        use_language(language)
        apply_theme(application, dark)
        for name, scene in EVERY.items():
            touched = is_touched(name)
            if not name.startswith(begins) or (touched and dark):  # the kiosk has one theme
                continue
            window = scene()
            window.show()
            for width, height in KIOSK_SCREENS if touched else SCREENS:
                window.resize(width, height)
                settle()
                look = "dark" if dark else "light"
                path = FOLDER / f"{name}-{language}-{look}-{width}x{height}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                window.grab().save(str(path))
                drawn += 1
            window.hide()
            window.deleteLater()
            application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return drawn


def main() -> None:
    """Draws what the command line names."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--disable-gpu --disable-logging")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    print(f"{draw(*sys.argv[1:2])} pictures in {FOLDER}")


if __name__ == "__main__":
    main()
