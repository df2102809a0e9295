# SPDX-License-Identifier: GPL-3.0-only
"""A screen, a D-Bus and an AT-SPI bus of their own, real windows on them, and a screen reader's
ears.

    with Desktop(tmp_path) as desktop:
        title = desktop.windows.ask(show="desk/face")
        desktop.ears.ask(ask="tree", title=title)
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.waiting import LONGEST_S

LISTENER = Path(__file__).with_name("listener.py")
SYSTEM_PYTHON = "/usr/bin/python3"
SIZE = (1440, 900)


def missing() -> str:
    """Which program is not installed, "" for none; `installers/setup.sh test` brings them."""
    programs = ("Xvfb", "dbus-daemon", SYSTEM_PYTHON)
    lacking = [name for name in programs if shutil.which(name) is None]
    if not lacking:
        heard = [SYSTEM_PYTHON, "-c", "import gi; gi.require_version('Atspi', '2.0')"]
        if subprocess.run(heard, capture_output=True, check=False).returncode:
            lacking.append("gir1.2-atspi-2.0")
    return ", ".join(lacking)


class Talker:
    """A program that answers each line of JSON with one."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )

    def ask(self, **what: Any) -> Any:
        """The answer to one question."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        """The next line."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} has ended: {self._process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        """Ends it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def was_announced(words: str, said: Iterable[dict[str, Any]]) -> bool:
    """An announcement has these words; that the keyboard is at something of that name is none."""
    return any(words in one["text"] for one in said if one["type"] == "announcement")


class Screen:
    """A screen and a D-Bus of their own, and what was started on them, ended in the other order.

    Attributes:
        environment: of the programs that are to be there.
    """

    def __init__(self, folder: Path) -> None:
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        inherited = ("PATH", "LANG", "QTWEBENGINE_DISABLE_SANDBOX", "QTWEBENGINE_CHROMIUM_FLAGS")
        self.environment = {name: os.environ[name] for name in inherited if name in os.environ} | {
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(runtime),
            "GSETTINGS_BACKEND": "memory",
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        self._ends: contextlib.ExitStack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ends.close()

    def start(self) -> None:
        """Starts screen and bus."""
        width, height = SIZE
        screen = ["Xvfb", "-displayfd", "1", "-screen", "0", f"{width}x{height}x24", "-nolisten"]
        self.environment["DISPLAY"] = f":{self.serve([*screen, 'tcp'])}"
        bus = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"]
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self.serve(bus)

    def serve(self, command: list[str]) -> str:
        """Starts a server; the line that it says when it is ready."""
        process = self.run(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        self._ends.callback(process.stdout.close)
        return process.stdout.readline().strip()

    def run(self, command: list[str], stdout: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """Starts a program that runs until the screen is left."""
        process = subprocess.Popen(
            command, stdout=stdout, stderr=subprocess.DEVNULL, env=self.environment, text=True
        )
        self._ends.callback(process.wait)
        self._ends.callback(process.terminate)
        return process

    def talk(self, command: list[str]) -> Talker:
        """Starts a program that answers, once it has said that it is ready."""
        talker = Talker(command, self.environment)
        self._ends.callback(talker.close)
        talker.answer()
        return talker


class Desktop(Screen):
    """Everything that a screen reader needs, started in order and ended in the other.

    Attributes:
        windows: `tests.accessibility.windows`, which shows our real windows.
        ears: `listener.py`, under the system's own Python.
    """

    windows: Talker
    ears: Talker

    def start(self) -> None:
        """Starts the ears before the windows."""
        super().start()
        self.ears = self.talk([SYSTEM_PYTHON, str(LISTENER)])
        self.windows = self.talk([sys.executable, "-m", "tests.accessibility.windows"])

    def heard(self, until: str) -> list[dict[str, Any]]:
        """What was said up to the announcement that has these words."""
        said: list[dict[str, Any]] = []
        end = time.monotonic() + LONGEST_S
        while not was_announced(until, said):
            said += self.ears.ask(ask="heard")
            assert time.monotonic() < end, f"{until!r} was not said: {said}"
            time.sleep(0.02)
        return said
