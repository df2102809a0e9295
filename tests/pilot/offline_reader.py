# SPDX-License-Identifier: GPL-3.0-only
"""Draws a page from the disk in Chromium, which gets nothing of any network: `python
offline_reader.py PAGE.html PICTURE.png`. Prints what it saw; run by `tests.pilot.handbook` with the
installed programs' own Python.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PyQt6.QtCore import QTimer, QUrl
from PyQt6.QtGui import QPixmap
from PyQt6.QtWebEngineCore import QWebEngineUrlRequestInfo, QWebEngineUrlRequestInterceptor
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication

AGAIN_MS = 200
LEAST_COLOURS = 12
"""Of a page of words, when it is painted; before, a window has one or two."""


class Wall(QWebEngineUrlRequestInterceptor):
    """Lets the page have files of this disk only."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:  # noqa: N802 - Qt's name
        """See Qt."""
        if info.requestUrl().scheme() not in ("file", "data", "blob"):
            self.refused.append(info.requestUrl().toString())
            info.block(True)


def colours(drawn: QPixmap) -> int:
    """How many colours the middle of a picture has."""
    image, middle = drawn.toImage(), drawn.rect().center()
    places = range(-150, 150)
    return len({image.pixel(middle.x() + x, middle.y() + x) for x in places})


def main(page: str, picture: str) -> int:
    """The command; 1 when the page was not loaded."""
    application = QApplication(sys.argv[:1])
    wall, view = Wall(), QWebEngineView()
    view.page().profile().setUrlRequestInterceptor(wall)  # type: ignore[union-attr]
    view.resize(1366, 768)

    def on_text(text: str | None) -> None:
        drawn = view.grab()
        if colours(drawn) < LEAST_COLOURS:  # another process paints it, a moment later
            read_later()
            return
        drawn.save(picture, "PNG")
        print(
            json.dumps({"title": view.title(), "letters": len(text or ""), "refused": wall.refused})
        )
        application.exit(0)

    def read_later() -> None:
        QTimer.singleShot(AGAIN_MS, lambda: view.page().toPlainText(on_text))  # type: ignore[union-attr]

    def on_loaded(good: bool) -> None:
        if good:
            read_later()
        else:
            application.exit(1)

    view.loadFinished.connect(on_loaded)
    view.load(QUrl.fromLocalFile(str(Path(page).resolve())))
    view.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
