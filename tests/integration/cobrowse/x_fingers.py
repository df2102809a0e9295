# SPDX-License-Identifier: GPL-3.0-only
"""A person at an X11 display: real presses and keys by the XTEST extension, and what is seen.

For tests whose window holds another program's: Qt's own events would not leave their program.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from types import TracebackType
from typing import Self


class Display:
    """An Xvfb of our own, and a hand on it.

    Raises:
        FileNotFoundError: Xvfb or the X libraries are not installed.
    """

    def __init__(self, width_px: int = 1280, height_px: int = 800) -> None:
        self._x, self._test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        read, write = os.pipe()
        size = f"{width_px}x{height_px}x24"
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"],
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as told:
            self.name = ":" + told.readline().strip()
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(self.name.encode()))

    def press(self, x_px: int, y_px: int) -> None:
        """Moves there, presses and releases the left button."""
        self._test.XTestFakeMotionEvent(self._display, -1, x_px, y_px, ctypes.c_ulong(0))
        for down in (True, False):
            self._test.XTestFakeButtonEvent(self._display, 1, down, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

    def key(self, name: str) -> None:
        """Presses and releases the key of this X name ("a", "Escape")."""
        symbol = ctypes.c_ulong(self._x.XStringToKeysym(name.encode()))
        code = self._x.XKeysymToKeycode(self._display, symbol)
        for down in (True, False):
            self._test.XTestFakeKeyEvent(self._display, code, down, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._x.XCloseDisplay(self._display)
        self._server.terminate()
        self._server.wait(10)
