# SPDX-License-Identifier: GPL-3.0-only
"""The words of a program before it has a window, where there is no console: started from an
icon of Windows (`pythonw.exe`), Python has no standard output at all. Used by `__main__`.

The last words are shown in a box when the program fails, else a person would see nothing
happen.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout

MAX_LETTERS = 2000
TITLE = "Poste Expert"


class LastWords(io.TextIOBase):
    """Takes the place of a standard output that is not there, and keeps the end of what is said."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def writable(self) -> bool:
        """See `io.IOBase.writable`."""
        return True

    def write(self, text: str) -> int:
        """See `io.TextIOBase.write`."""
        self.text = (self.text + text)[-MAX_LETTERS:]
        return len(text)


def _show_box(text: str) -> None:
    if sys.platform == "win32":
        import ctypes

        # MB_ICONERROR | MB_SETFOREGROUND (winuser.h); waits until the person has read it
        ctypes.windll.user32.MessageBoxW(None, text, TITLE, 0x10 | 0x10000)


def run_without_console(program: Callable[[], int], show: Callable[[str], None] = _show_box) -> int:
    """Runs a program; its exit code. Where it fails unheard, `show` gets its last words.

    With a console, or a pipe, it is simply run.
    """
    if sys.stdout is not None and sys.stderr is not None:
        return program()
    words = LastWords()
    with redirect_stdout(sys.stdout or words), redirect_stderr(sys.stderr or words):
        try:
            code = program()
        except SystemExit as left:  # argparse, with a word that it does not know
            if isinstance(left.code, int):
                code = left.code
            else:
                code = 1
    if code and words.text.strip():
        show(words.text.strip())
    return code
