# SPDX-License-Identifier: GPL-3.0-only
"""Drives a program from outside: one JSON command per line on its standard input, one JSON answer
per line.

Used by the scripted walk and by the end-to-end tests, with `--driven`.
The end of the input is the parent's end: the program stops in order. Commands: `{"id", "do":
"click"|"type"|"shot"|"page"|"facts"|"visible"|"read"|"still"|"stop", ...}`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from expert_app.driven.observations import Observations


class DrivenWindow(Protocol):
    """What a person can do at the window, done by a script."""

    def click(self, name: str) -> None:
        """Clicks the visible, enabled widget of this object name.
        Raises `LookupError` when there is none.
        """
        ...

    def type_text(self, name: str, text: str) -> None:
        """Types `text` into the widget. Raises `LookupError`."""
        ...

    def shot(self, path: str) -> asyncio.Future[bool] | None:
        """Saves a picture (PNG) of the window; what is returned is still waited for."""
        ...

    def page(self, path: str) -> asyncio.Future[list[int]] | list[int]:
        """Saves a picture (PNG) of the shared page as it is shown here; where it stands in the
        window: left, top, width, height; nothing while it is hidden.
        """
        ...

    def read(self, name: str) -> str:
        """What a screen reader says of the widget. Raises `LookupError`."""
        ...

    def visible(self) -> list[str]:
        """Object names of everything a person could click now."""
        ...

    def stood_still_ms(self) -> float:
        """The longest that the window stood still since this was asked before."""
        ...


class Automation:
    """Reads commands and answers them; one at a time, in order."""

    def __init__(
        self, window: DrivenWindow | None, observations: Observations, *, stop: Callable[[], None]
    ) -> None:
        self._window = window
        self._observations = observations
        self._stop = stop
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Starts to listen; answers are given in the running loop's thread."""
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, name="driver", daemon=True).start()

    def show_window(self, window: DrivenWindow | None) -> None:
        """Sets the window that commands act on from now on."""
        self._window = window

    def send(self, **message: Any) -> None:
        """Writes one line to the driving process."""
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()

    def _read(self) -> None:
        assert self._loop is not None
        for line in _lines():
            if line.strip():
                self._loop.call_soon_threadsafe(self._answer, line)
        self._loop.call_soon_threadsafe(self._stop)

    def _answer(self, line: str) -> None:
        command: dict[str, Any] = {}
        try:
            command = json.loads(line)
            done = self._obey(command)
            if isinstance(done, asyncio.Future):
                number = command.get("id")
                done.add_done_callback(lambda ended: self.send(id=number, ok=ended.result()))
            else:
                self.send(id=command.get("id"), ok=done)
        except (LookupError, ValueError, OSError) as error:
            self.send(id=command.get("id"), error=f"{type(error).__name__}: {error}")

    def _obey(self, command: dict[str, Any]) -> Any:
        what = command["do"]
        if what == "facts":
            return self._observations.all()
        if what == "stop":
            self._stop()
            return True
        if self._window is None:
            raise ValueError(f"this program has no window to {what}")
        if what == "click":
            self._window.click(command["name"])
        elif what == "type":
            self._window.type_text(command["name"], command["text"])
        elif what == "shot":
            return self._window.shot(command["path"]) or True
        elif what == "page":
            return self._window.page(command["path"])
        elif what == "read":
            return self._window.read(command["name"])
        elif what == "visible":
            return self._window.visible()
        elif what == "still":
            return self._window.stood_still_ms()
        else:
            raise ValueError(f"unknown command {what}")
        return True


def _lines() -> Iterator[str]:
    """Lines of the standard input until it ends.

    WORKAROUND: on Windows a thread that waits in a read of a pipe holds up every library that is
    loaded meanwhile and asks what its standard input is, as numpy's do (GetFileType waits for the
    read; "Synchronous and Asynchronous I/O"). There it is read only when something has come.
    """
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        kernel, waiting = ctypes.windll.kernel32, ctypes.c_ulong()
        pipe, rest = ctypes.c_void_p(msvcrt.get_osfhandle(0)), b""
        is_pipe = False
        while kernel.PeekNamedPipe(pipe, None, 0, None, ctypes.byref(waiting), None):
            is_pipe = True
            if not waiting.value:
                time.sleep(0.02)
                continue
            *lines, rest = (rest + os.read(0, waiting.value)).split(b"\n")
            yield from (line.decode() for line in lines)
        if is_pipe:
            return
    yield from sys.stdin
