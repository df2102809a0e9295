# SPDX-License-Identifier: GPL-3.0-only
"""One computer of the installation: an empty home, a keyring of its own, the installed programs."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Self

from tests.pilot.driven import Driven

COMMAND_S = 120.0
NEEDED = ("dbus-daemon", "gnome-keyring-daemon")
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "QTWEBENGINE_DISABLE_SANDBOX", "TMPDIR")


class ComputerMissing(Exception):
    """This machine cannot play an installation's computers; the message says what is missing."""


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


SCREEN = {"name": "desk", "x": 0, "y": 0, "width": 1920, "height": 1080}
"""Each person's; a window is never larger than its screen."""


class Computer:
    """Where one person, kiosk or hub works.

    Args:
        programs: the folder of the installed `expert-app`.
    """

    def __init__(self, name: str, folder: Path, programs: Path) -> None:
        self.name, self.home = name, folder / name
        self._program = str(programs / "expert-app")
        self._services: list[asyncio.subprocess.Process] = []
        self._open: list[Driven] = []
        run = self.home / "run"
        run.mkdir(parents=True)
        run.chmod(0o700)
        screen = self.home / "screen.json"
        screen.write_text(json.dumps({"screens": [SCREEN]}), encoding="utf-8")
        self.environment = {
            **{key: os.environ[key] for key in PASSED_ON if key in os.environ},
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(run),
            "LANG": "C.UTF-8",
            "QT_QPA_PLATFORM": f"offscreen:configfile={screen}",
            "QT_LOGGING_RULES": "*=false",
        }

    async def start(self) -> Self:
        """Opens the person's desktop session: its bus and its keyring (Secret Service)."""
        missing = [name for name in NEEDED if shutil.which(name) is None]
        if missing:
            raise ComputerMissing(f"{', '.join(missing)}: apt-get install dbus gnome-keyring")
        bus = await self._serve("dbus-daemon", "--session", "--nofork", "--print-address=1")
        assert bus.stdout is not None
        address = (await asyncio.wait_for(bus.stdout.readline(), COMMAND_S)).decode().strip()
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = address
        keyring = await self._serve(
            "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"
        )
        assert keyring.stdin is not None
        keyring.stdin.write(b"an invented password")
        await keyring.stdin.drain()
        keyring.stdin.close()
        return self

    async def _serve(self, *command: str) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=self.environment,
        )
        self._services.append(process)
        return process

    async def run(self, *words: str, typed: str = "", timeout_s: float = COMMAND_S) -> Said:
        """A command of `expert-app` that ends by itself; `typed` is what the person answers."""
        return await self.execute(self._program, *words, typed=typed, timeout_s=timeout_s)

    async def execute(
        self,
        *command: str,
        typed: str = "",
        environment: Mapping[str, str] = MappingProxyType({}),
        timeout_s: float = COMMAND_S,
    ) -> Said:
        """Another program's command; `environment` goes before the computer's own."""
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**self.environment, **environment},
            cwd=self.home,
        )
        try:
            out, err = await asyncio.wait_for(process.communicate(typed.encode()), timeout_s)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        return Said(process.returncode or 0, out.decode(), err.decode())

    async def open(self, *words: str) -> Driven:
        """A program with a window, or the hub, driven."""
        log = self.home / f"{words[0]}.log"
        command = [self._program, *words, "--driven"]
        program = await Driven.start(self.name, command, environment=self.environment, log=log)
        self._open.append(program)
        return program

    async def close(self) -> None:
        """Shuts down."""
        for program in reversed(self._open):
            await program.stop()
        for service in reversed(self._services):
            if service.returncode is None:
                service.terminate()
                await service.wait()
