# SPDX-License-Identifier: GPL-3.0-only
"""Orca, the screen reader of Linux desktops, on a screen of its own: what it would say is written
down, and keys are pressed as a person presses them. Used by `test_orca.py`.

Orca writes each sentence that it gives to the voice into its debug file; nothing sounds.
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
_SPOKEN = re.compile(r"SPEECH OUTPUT: '(.*)' \{")
_LINE_BY_LINE = """import builtins
whole = builtins.open
def open_file(file, mode="r", buffering=-1, *more, **named):
    return whole(file, mode, 1 if mode == "w" else buffering, *more, **named)
builtins.open = open_file
"""
"""Lets Orca write each sentence when it is said: by itself it keeps some kilobytes back."""
QUIET_S, ALIVE_S = 1.5, 2.0
"""So long nothing is said when all was said; Orca joins what comes in between."""
START_S, SPEECH_S = 90.0, 150.0


def missing() -> str:
    """Which program is not installed, "" for none; `installers/setup.sh long` brings them."""
    programs = ("orca", "openbox", "xdotool", "Xvfb", "dbus-daemon", _BUS_LAUNCHER)
    return ", ".join(name for name in programs if shutil.which(name) is None)


class OrcaScreen(Screen):
    """A screen with a window manager, without which no window is active, and Orca."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.environment["LANGUAGE"] = "fr"
        self._speech = folder / "orca.out"
        self._read = 0

    def start(self) -> None:
        """Starts Orca last: it finds the bus with a screen reader's place taken."""
        super().start()
        self._manage_windows()
        self.run([_BUS_LAUNCHER, "--launch-immediately", "--screen-reader=1"])
        at_once = self._speech.with_name("at-once")
        at_once.mkdir()
        (at_once / "sitecustomize.py").write_text(_LINE_BY_LINE, encoding="utf-8")
        orca = ["orca", "--replace", "--disable", "braille", "--debug-file", str(self._speech)]
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
        await until(lambda: bool(self._sentences()), timeout_s=START_S, every_s=0.2)

    def _sentences(self) -> list[str]:
        if not self._speech.exists():
            return []
        text = self._speech.read_text("utf-8", errors="replace")
        return [plain(sentence) for sentence in _SPOKEN.findall(text)]

    async def heard(self, *words: str) -> list[str]:
        """Wait until each of these was said since the last question, and then nothing for a while;
        return all that was said.
        """
        end = time.monotonic() + SPEECH_S
        count, changed_at = -1, time.monotonic()
        while True:
            said = self._sentences()[self._read :]
            if len(said) != count:
                count, changed_at = len(said), time.monotonic()
            is_whole = all(any(word in sentence for sentence in said) for word in words)
            if is_whole and time.monotonic() - changed_at > QUIET_S:
                self._read += count
                return said
            assert time.monotonic() < end, f"{words} were not said, but {said}"
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
        """Types a text."""
        await asyncio.to_thread(self._xdotool, "type", "--delay", "120", text)

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
