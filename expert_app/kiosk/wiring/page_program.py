# SPDX-License-Identifier: GPL-3.0-only
"""The process of the caller's browser: one page and what is drawn over it, told what to do by the
kiosk's screen.

Its only way out is a proxy, in a process of its own in turn.
Run by `expert_app.kiosk.wiring.panes` with Python, never by a person. What it may not do is let the
screen wait: it may hang, crash or be killed at any moment. It ends when the screen does.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import QObject, QPoint, QRect, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication

from expert_app.kiosk.texts import corrections_of
from expert_app.runtime.window_program import GarbageCollection, prepare_browser
from resources.texts import correct_texts, use_language
from session.core.child_process import own_python
from session.core.clock import SystemClock
from session.kiosk.cobrowse import browser_messages as messages
from session.kiosk.cobrowse.browser_frames import CommandReader, frame
from session.kiosk.web_proxy.process import ProxyGone, WebProxy
from views.kiosk.browser.page_view import PageView
from views.kiosk.browser.system_dialogs import SystemDialogs
from views.kiosk.browser.touch_watch import TouchWatch
from views.kiosk.browser.way_out import WayOut
from views.kiosk.widgets.theme import CONTRAST, PLAIN, apply_unit, load_fonts

_MORE_PATIENT = 5
"""nice(2): screen and call come first on a small machine."""
_NO_WAY_OUT = 3
_FIRST_TO_GO = "500"
"""proc(5), oom_score_adj: when memory runs out, the page goes and not the screen."""


def page_command(folder: Path, *, texts: str = "", intranet: Sequence[str] = ()) -> list[str]:
    """The command line of this program; `texts` and `intranet` are the kiosk's settings."""
    return [*own_python(), "-m", __name__, str(folder), texts, *intranet]


class Pipes(QObject):
    """Standard input and output, which nobody else in this process may use any more."""

    read = pyqtSignal(bytes)

    def __init__(self) -> None:
        super().__init__()
        self._in = os.dup(0)
        self._out = os.dup(1)
        nothing = os.open(os.devnull, os.O_RDWR)
        for end in (0, 1):
            os.dup2(nothing, end)
        if sys.platform == "win32":
            import msvcrt

            for end in (self._in, self._out):
                msvcrt.setmode(end, os.O_BINARY)

    def start(self) -> None:
        """Begins to read, in a thread: a page that keeps this process busy does not keep it from
        ending.
        """
        threading.Thread(target=self._read, name="commands", daemon=True).start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self._in, 1 << 16):
                self.read.emit(data)
        os._exit(0)

    def write(self, fact: messages.BrowserFact, body: bytes) -> None:
        """Writes a fact; a screen that does not read lets this process wait, not the reverse."""
        unwritten = memoryview(frame(fact, body))
        try:
            while unwritten:
                unwritten = unwritten[os.write(self._out, unwritten) :]
        except OSError:
            os._exit(0)


class PageProgram(QObject):
    """The window, and the commands for it."""

    def __init__(self, view: PageView, pipes: Pipes, *, proxy: WebProxy) -> None:
        super().__init__()
        self._view = view
        self._pipes = pipes
        self._proxy = proxy
        self._reader = CommandReader()
        self._touches = TouchWatch(self)
        self._touches.touched.connect(view.take_keyboard)
        self._size = QSize()
        self._show_timer = QTimer(self)
        self._show_timer.setSingleShot(True)
        self._show_timer.setInterval(0)
        self._show_timer.timeout.connect(self._show)
        view.reported.connect(pipes.write)
        pipes.read.connect(self._on_read)

    def begin(self) -> None:
        """The window may be put into the screen; commands are read from now on."""
        window = int(self._view.winId())
        self._touches.watch(self._view.windowHandle())
        self._pipes.write(messages.WindowMade(window), b"")
        self._pipes.start()

    def _on_read(self, data: bytes) -> None:
        try:
            for command in self._reader.feed(data):
                self._obey(command)
        except ProxyGone:
            os._exit(_NO_WAY_OUT)

    def _obey(self, command: messages.BrowserCommand) -> None:
        match command:
            case messages.ShowWindow(width_px=width_px, height_px=height_px):
                self._size = QSize(width_px, height_px)
                self._show_timer.start()
            case messages.AllowPages(prefixes=prefixes):
                self._proxy.allow(prefixes)
                self._view.obey(command)
            case messages.UseAppearance(language=language, unit_px=unit):
                use_language(language)
                if command.contrast:
                    palette = CONTRAST
                else:
                    palette = PLAIN
                apply_unit(self._view, unit, text=command.text, palette=palette)
                self._view.obey(command)
            case _:
                self._view.obey(command)

    def _show(self) -> None:
        """The last of the sizes that waited counts: a window that has another size as soon as it is
        shown may stay white until it has yet another one (seen with Qt 6.11 on X11). It fills its
        place in the screen, whose distance from the screen's edge Qt takes for its own.
        """
        self._view.setGeometry(QRect(QPoint(0, 0), self._size))
        self._view.show()


def _stand_back() -> None:
    """A session of its own, which is ended as a whole; less of the processor, first to go."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        os.setsid()
    with contextlib.suppress(OSError):
        os.nice(_MORE_PATIENT)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")


def main(folder: Path, texts: str, intranet: Sequence[str]) -> int:
    """Shows the page until the screen ends."""
    _stand_back()
    pipes = Pipes()
    correct_texts(corrections_of(texts))
    proxy = WebProxy(intranet)
    way_out = WayOut(port=proxy.port, secret=proxy.secret)
    prepare_browser(way_out.flags())
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    GarbageCollection(application)
    load_fonts()
    SystemDialogs(application)
    view = PageView(folder=folder, clock=SystemClock(), way_out=way_out)
    view.setWindowFlag(Qt.WindowType.FramelessWindowHint)
    program = PageProgram(view, pipes, proxy=proxy)
    view.warm_up(program.begin)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
