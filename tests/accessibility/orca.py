# SPDX-License-Identifier: GPL-3.0-only
"""Orca, the screen reader of Linux desktops, on a screen of its own: what it would say is written
down, and keys are pressed as a person presses them. Used by `test_orca.py`.

Orca writes into its debug file each sentence that it gives to the voice, and each event that it
has to look at; nothing sounds.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import time
from pathlib import Path

from tests.accessibility.bus import Screen
from tests.support.waiting import until

_BUS_LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
_SPOKEN = re.compile(r"SPEECH OUTPUT: '(.*?)' \{", re.DOTALL)
_SPEAKS = "SPEECH OUTPUT: '"
_QUEUED, _TAKEN = "EVENT MANAGER: Queued ", "EVENT MANAGER: Dequeued "
_BEGINS, _ENDS = "vvvvv START PRIORITY", ("^^^^^ FINISHED PRIORITY", "Traceback ")
_PATIENT = """import builtins
import gi
gi.require_version("Atspi", "2.0")
from gi.repository import Atspi
Atspi.set_timeout(60000, 60000)
whole = builtins.open
def open_file(file, mode="r", buffering=-1, *more, **named):
    return whole(file, mode, 1 if mode == "w" else buffering, *more, **named)
builtins.open = open_file
"""
"""Lets Orca write each sentence when it is said: by itself it keeps some kilobytes back. And lets
it wait for a busy desk: one that does not answer in 0.8 s it takes for hung, and says nothing.
"""
QUIET_S, ALIVE_S = 1.5, 2.0
"""So long nothing is said, and no event waits, when all was said."""
START_S, SPEECH_S = 120.0, 300.0
"""On a busy machine Orca is half a minute behind the window, and more."""


def missing() -> str:
    """Which program is not installed, "" for none; `installers/setup.sh long` brings them."""
    programs = ("orca", "openbox", "xdotool", "Xvfb", "dbus-daemon", _BUS_LAUNCHER)
    return ", ".join(name for name in programs if shutil.which(name) is None)


class DebugFile:
    """Orca's debug file, read on as it grows.

    Attributes:
        sentences: all that was said.
        waiting: events that Orca has not looked at yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_bytes = 0
        self._sentence = ""
        self._is_at_one = False
        self.sentences: list[str] = []
        self.waiting = 0

    def is_idle(self) -> bool:
        """True while no event waits and none is looked at."""
        return not self.waiting and not self._is_at_one

    def read_on(self) -> None:
        """Reads the whole lines that were written since."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read_bytes)
            written, end, _rest = file.read().rpartition(b"\n")
        self._read_bytes += len(written + end)
        for line in written.decode("utf-8", errors="replace").splitlines():
            self._on_line(line)

    def _on_line(self, line: str) -> None:
        if self._sentence or _SPEAKS in line:
            self._sentence = f"{self._sentence}\n{line.strip()}"
            if spoken := _SPOKEN.search(self._sentence):
                self.sentences.append(plain(spoken[1]))
                self._sentence = ""
        elif _QUEUED in line:
            self.waiting += 1
        elif _TAKEN in line:
            self.waiting -= 1
        elif _BEGINS in line:
            self._is_at_one = True
        elif line.startswith(_ENDS):
            self._is_at_one = False


class OrcaScreen(Screen):
    """A screen with a window manager, without which no window is active, and Orca."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.environment["LANGUAGE"] = "fr"
        self._path = folder / "orca.out"
        self._file = DebugFile(self._path)
        self._heard = 0

    def start(self) -> None:
        """Starts Orca last: it finds the bus with a screen reader's place taken."""
        super().start()
        self._manage_windows()
        self.run([_BUS_LAUNCHER, "--launch-immediately", "--screen-reader=1"])
        at_once = self._path.with_name("at-once")
        at_once.mkdir()
        (at_once / "sitecustomize.py").write_text(_PATIENT, encoding="utf-8")
        orca = ["orca", "--replace", "--disable", "braille", "--debug-file", str(self._path)]
        self.run(["env", f"PYTHONPATH={at_once}", *orca])

    def _manage_windows(self) -> None:
        """Starts the window manager, again where it ended: it may find the screen not ready."""
        for _again in range(20):
            manager = self.run(["openbox", "--sm-disable"])
            try:
                manager.wait(ALIVE_S)
            except subprocess.TimeoutExpired:
                return
        raise AssertionError("no window manager")

    async def ready(self) -> None:
        """Waits until Orca says that it is there."""

        def has_spoken() -> bool:
            self._file.read_on()
            return bool(self._file.sentences)

        await until(has_spoken, timeout_s=START_S, every_s=0.2)

    async def heard(self, *words: str) -> list[str]:
        """Wait until each of these was said since the last question, and then nothing for a while,
        with no event left that Orca would have to look at; return all that was said.
        """
        end = time.monotonic() + SPEECH_S
        count, changed_at = -1, time.monotonic()
        while True:
            self._file.read_on()
            said = self._file.sentences[self._heard :]
            if len(said) != count or not self._file.is_idle():
                count, changed_at = len(said), time.monotonic()
            is_whole = all(any(word in sentence for sentence in said) for word in words)
            if is_whole and time.monotonic() - changed_at > QUIET_S:
                self._heard += count
                return said
            assert time.monotonic() < end, (
                f"{words} were not said, but {said}; {self._file.waiting} events wait"
            )
            await asyncio.sleep(0.1)

    async def activate(self, title: str) -> None:
        """Brings the window with this title to the front, as its owner would."""
        await until(lambda: bool(self._xdotool("search", "--name", title)), timeout_s=30)
        window = self._xdotool("search", "--onlyvisible", "--name", title).split()[-1]
        self._xdotool("windowactivate", "--sync", window)

    async def press(self, *keys: str) -> None:
        """Presses keys, one after the other."""
        await asyncio.to_thread(self._xdotool, "key", "--delay", "120", *keys)

    async def write(self, text: str) -> None:
        """Types a text, quickly: a list begins its search anew after a pause."""
        await asyncio.to_thread(self._xdotool, "type", "--delay", "30", text)

    def _xdotool(self, *arguments: str) -> str:
        answer = subprocess.run(
            ["xdotool", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return answer.stdout


def plain(sentence: str) -> str:
    """A sentence as it is read: spaces that are not broken are spaces."""
    return sentence.replace("\\xa0", " ").replace("\\u202f", " ").replace("\xa0", " ").strip()
