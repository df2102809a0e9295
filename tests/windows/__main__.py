# SPDX-License-Identifier: GPL-3.0-only
"""`python -m tests.windows MSI`: installs an MSI under wine; an agent works there, with a hub and a
kiosk on Linux, until everything is removed. 0 when every step was seen.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from installers.windows.msi import Product, make_msi
from tests.pilot import driven
from tests.pilot.computer import Computer
from tests.pilot.conversation import Conversations
from tests.pilot.driven import Evidence, NotSeen
from tests.pilot.installed import ROOT
from tests.pilot.pilot import Pilot, Step
from tests.pilot.setting_up import SettingUp
from tests.pilot.town import Member
from tests.windows.wine import Prefix, WineComputer, prepare

BUILD = ROOT / "build" / "windows"
AGENT = Member("agent1", "agent")
KIOSK = Member("borne1", "kiosk", "kiosk")
NEXT, NEXT_FILES = "99.0.0", ("poste-expert.ico", "python.exe", "python313.dll", "pythonw.exe")
SLOW_S = 300.0
"""Wine reads thousands of small files slowly."""


class WindowsPilot(Pilot):
    """The pilot, whose agent has a computer under wine."""

    def __init__(self, folder: Path, programs: Path, *, prefix: Prefix) -> None:
        super().__init__(folder, programs)
        self.prefix = prefix

    async def computer(self, name: str) -> Computer:
        """The computer of that name, switched on."""
        if name == AGENT.id and name not in self.computers:
            self.computers[name] = WineComputer(
                name, self.folder, self.programs, prefix=self.prefix
            )
        return await super().computer(name)


class Installation:
    """What is done to the computer before and after the agent works there."""

    def __init__(self, prefix: Prefix, msi: Path, *, work: Path) -> None:
        self._prefix, self._msi, self._work = prefix, msi, work

    async def installed_silently(self) -> Evidence:
        """The MSI, without a question; the programs run as far as wine lets them."""
        changed = await asyncio.to_thread(prepare, self._prefix, self._msi, self._work)
        said = await asyncio.to_thread(self._prefix.python, "-m", "expert_app", "--version")
        if said.code:
            raise NotSeen(f"--version ended with {said.code}: {said.err}")
        files = sum(1 for path in self._prefix.installed.rglob("*") if path.is_file())
        return {"files": files, "version": said.out.split()[:2], "changed for wine": changed}

    async def addresses_registered(self) -> Evidence:
        """Windows knows what opens `poste-expert:`."""
        key = r"HKLM\Software\Classes\poste-expert\shell\open\command"
        said = await asyncio.to_thread(self._prefix.run, "reg", "query", key, "/ve")
        if "expert_app open" not in said.out:
            raise NotSeen(f"{key}: {said.out}{said.err}")
        return {"command": said.out.strip().splitlines()[-1].strip()}

    async def upgraded(self) -> Evidence:
        """The next release, of a few files, takes the place of this one, which is then refused."""
        newer = await asyncio.to_thread(self._next_release)
        said = await asyncio.to_thread(self._prefix.install, newer)
        there = self._files()
        if said.code or there != sorted(NEXT_FILES):
            raise NotSeen(f"msiexec /i ended with {said.code}; there: {there[:8]}")
        older = await asyncio.to_thread(self._prefix.install, self._msi)
        if not older.code or self._files() != there:
            raise NotSeen("the older release was installed over the newer one")
        self._msi = newer
        return {"there": there, "older": older.code}

    def _files(self) -> list[str]:
        home = self._prefix.installed
        return sorted(str(one.relative_to(home)) for one in home.rglob("*") if one.is_file())

    def _next_release(self) -> Path:
        tree, newer = self._work / "next", self._work / "next.msi"
        tree.mkdir()
        for name in NEXT_FILES:
            shutil.copyfile(self._prefix.installed / name, tree / name)
        os.environ.setdefault("SOURCE_DATE_EPOCH", "1790000000")
        make_msi(tree, newer, product=Product(NEXT, NEXT), work=self._work)
        return newer

    async def removed(self) -> Evidence:
        """All is gone but what the person has."""
        said = await asyncio.to_thread(self._prefix.install, self._msi, "/x")
        left = self._files()
        if said.code or left:
            raise NotSeen(f"msiexec /x ended with {said.code}; left: {left[:5]}")
        if not (self._prefix.settings / "desk.toml").is_file():
            raise NotSeen("the person's settings went too")
        return {"left": left}


def plan(pilot: WindowsPilot, installation: Installation) -> list[Step]:
    """Names and acts, in order."""
    talks = Conversations(pilot)
    return [
        ("installed_silently", installation.installed_silently),
        ("addresses_registered", installation.addresses_registered),
        *SettingUp(pilot, members=(AGENT, KIOSK)).plan(),
        *talks.first([]),
    ]


async def play(folder: Path, msi: Path, prefix: Prefix) -> bool:
    """Plays all steps and writes the report."""
    pilot = WindowsPilot(folder / "town", Path(sys.executable).parent, prefix=prefix)
    pilot.folder.mkdir()
    installation = Installation(prefix, msi, work=folder)
    steps = plan(pilot, installation)
    try:
        ok = await pilot.run(steps, BUILD / "pictures")
    finally:
        await pilot.close()
    ending: Sequence[Step] = [
        ("upgraded", installation.upgraded),
        ("removed", installation.removed),
    ]
    ok = await pilot.run([*ending], BUILD / "pictures") and ok
    report = json.dumps(pilot.report(len(steps) + len(ending)), indent=1, ensure_ascii=False)
    (BUILD / "report.json").write_text(report + "\n", encoding="utf-8")
    return ok


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """A screen of X that nobody sees; its name."""
    reading, writing = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        "1600x1000x24",
        "-nolisten",
        "tcp",
    ]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="tests.windows", description=__doc__)
    parser.add_argument("msi", type=Path, help="as `make windows` made it")
    arguments = parser.parse_args()
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    driven.READY_S = SLOW_S
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="windows") as temporary, screen() as display:
        prefix = Prefix(Path(temporary) / "prefix", display)
        try:
            ok = asyncio.run(play(Path(temporary), arguments.msi, prefix))
        finally:
            prefix.close()
    print(f"{BUILD / 'report.json'}: {'every step was seen' if ok else 'not all was seen'}")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
