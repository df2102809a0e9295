# SPDX-License-Identifier: GPL-3.0-only
"""The caller's browser inside the kiosk's screen on a real X display, touched and typed at from
outside: `python -m tests.integration.display.kiosk_screen FOLDER`, run by `test_kiosk_screen` in an
Xvfb. It prints, as JSON, what happened.

The fingers are the X server's own (XTEST), so whatever takes a click or a key here takes it in a
town hall, too.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import sys
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QPoint
from PyQt6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from tests.integration.cobrowse.browser_kiosk import SPINS, Kiosk
from tests.support.cobrowse_pages import WebServer
from tests.support.qt_loop import QtLoop
from tests.support.waiting import until

PATIENCE_S = 40.0

FIELD = """<title>champ</title><style>input { width: 900px; height: 300px }</style><input id=field>
<script>
field.addEventListener('input', () => fetch('/t/value-' + field.value));
addEventListener('keydown', event => fetch('/t/key-' + event.key));
</script>"""
COLOUR = """<title>couleur</title><style>input { width: 900px; height: 500px }</style>
<input type=color id=field>
<script>
field.addEventListener('click', () => fetch('/t/colour-touched'));
addEventListener('keydown', event => fetch('/t/key-' + event.key));
</script>"""


class Fingers:
    """Clicks and types as a person at this display would."""

    def __init__(self) -> None:
        self._x11, self._test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        self._x11.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
        self._display = ctypes.c_void_p(self._x11.XOpenDisplay(None))

    def click(self, widget: QWidget) -> None:
        """In the middle of a widget."""
        place = widget.mapToGlobal(QPoint(widget.width() // 2, widget.height() // 2))
        self._test.XTestFakeMotionEvent(self._display, -1, place.x(), place.y(), 0)
        for pressed in (1, 0):
            self._test.XTestFakeButtonEvent(self._display, 1, pressed, 0)
        self._x11.XFlush(self._display)

    def press(self, keysym: int) -> None:
        """One key (X11/keysymdef.h)."""
        code = self._x11.XKeysymToKeycode(self._display, keysym)
        for pressed in (1, 0):
            self._test.XTestFakeKeyEvent(self._display, code, pressed, 0)
        self._x11.XFlush(self._display)


ESCAPE = 0xFF1B


class Screen:
    """A kiosk's browser under a button that must always answer."""

    def __init__(self, web: WebServer, folder: Path) -> None:
        self.web, self.kiosk, self.fingers = web, Kiosk(web, folder), Fingers()
        self.window, self.stop = QWidget(), QPushButton("STOP")
        self.stopped = 0
        self.stop.clicked.connect(self._on_stop)
        column = QVBoxLayout(self.window)
        column.addWidget(self.stop)
        column.addWidget(self.kiosk.browser, 1)
        self.window.setGeometry(0, 0, 1000, 760)
        self.window.show()
        self.window.activateWindow()

    def _on_stop(self) -> None:
        self.stopped += 1

    async def does(self, act: Callable[[], None], seen: Callable[[], object]) -> bool:
        """Whether an act is seen; a click or key may come while windows still find their place."""
        for _ in range(10):
            act()
            try:
                await until(seen, 2.0)
            except TimeoutError:
                continue
            return True
        return False

    def heard(self, path: str) -> Callable[[], bool]:
        return lambda: any(path in str(line) for line in self.web.asked)

    async def play(self) -> dict[str, object]:
        found: dict[str, object] = {}
        await self.kiosk.opens("champ", FIELD)
        page = self.kiosk.browser

        def touch_and_type() -> None:
            self.fingers.click(page)
            for letter in "ab":
                self.fingers.press(ord(letter))

        found["typed"] = await self.does(touch_and_type, self.heard("value-ab"))
        found["escape"] = await self.does(
            lambda: self.fingers.press(ESCAPE), self.heard("key-Escape")
        )
        found["still_there"] = self.window.isVisible() and page.isVisible()
        found["stop"] = await self.does(lambda: self.fingers.click(self.stop), lambda: self.stopped)

        def touch_again() -> None:
            self.fingers.click(page)
            self.fingers.press(ord("c"))

        found["typed_after_stop"] = await self.does(touch_again, self.heard("key-c"))
        await self.kiosk.opens("couleur", COLOUR)
        found["colour_touched"] = await self.does(
            lambda: self.fingers.click(page), self.heard("colour-touched")
        )
        found["typed_after_colour"] = await self.does(
            lambda: self.fingers.press(ord("d")), self.heard("key-d")
        )
        await self.kiosk.opens("tourne", SPINS)
        before = self.stopped
        await asyncio.sleep(0.5)  # the page spins from now on
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        self.fingers.click(self.stop)
        await until(lambda: self.stopped > before)
        found["stop_beside_a_busy_page_ms"] = round(1000 * (loop.time() - began_s))
        return found


def main(folder: Path) -> int:
    """Prints what happened."""
    loop = QtLoop(QApplication(sys.argv[:1]))

    async def story() -> dict[str, object]:
        with WebServer() as web:
            screen = Screen(web, folder)
            try:
                return await screen.play()
            finally:
                await screen.kiosk.end()

    print(json.dumps(loop.run(story(), 100.0)))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
