# SPDX-License-Identifier: GPL-3.0-only
"""Chromium (QtWebEngine) as a peer of the bench, with a browser's defaults.
Imports nothing of our application.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import threading
from pathlib import Path

from tests.benchmarks.media.chromium_flags import set_flags

set_flags()

from PyQt6.QtCore import QObject, QUrl, pyqtSignal  # noqa: E402
from PyQt6.QtWebEngineCore import QWebEnginePage  # noqa: E402
from PyQt6.QtWebEngineWidgets import QWebEngineView  # noqa: E402
from PyQt6.QtWidgets import QApplication  # noqa: E402

from tests.benchmarks.media.material import jpegs  # noqa: E402
from tests.benchmarks.media.peer_python import settings  # noqa: E402

PAGE = Path(__file__).parent / "peer_chromium.html"


class Page(QWebEnginePage):
    """Says what the script answers on stdout."""

    def javaScriptConsoleMessage(  # noqa: N802
        self, _level: object, message: str | None, line: int, source: str | None
    ) -> None:
        if message and message.startswith("@@"):
            print(message[2:], flush=True)
        else:
            print(f"{source}:{line}: {message}", file=sys.stderr, flush=True)


class Lines(QObject):
    """stdin's lines in the window's thread."""

    came = pyqtSignal(str)
    ended = pyqtSignal()

    def read(self) -> None:
        for line in sys.stdin:
            self.came.emit(line)
        self.ended.emit()


def main() -> None:
    """The program."""
    wanted = settings()
    images = [base64.b64encode(image).decode() for image in jpegs(wanted.clip, wanted.height)]
    app = QApplication(sys.argv[:1])
    view, lines = QWebEngineView(), Lines()
    page = Page(view)
    view.setPage(page)
    view.resize(700, 400)
    view.show()

    def film() -> None:
        script = (
            "film(%s, %d, %d).then(() => console.log('@@{\"ready\": true}'),"
            " (e) => console.log('film: ' + e)); 0"
        )
        page.runJavaScript(script % (json.dumps(images), wanted.height * 16 // 9, wanted.height))

    def on_line(line: str) -> None:
        asked = json.loads(line)
        page.runJavaScript(f"act({asked['id']}, {json.dumps(asked)}); 0")

    page.loadFinished.connect(film)
    lines.came.connect(on_line)
    lines.ended.connect(app.quit)
    page.load(QUrl.fromLocalFile(str(PAGE)))
    threading.Thread(target=lines.read, daemon=True).start()
    app.exec()
    sys.stdout.flush()
    os._exit(0)  # the browser engine's own end takes seconds


if __name__ == "__main__":
    main()
