# SPDX-License-Identifier: GPL-3.0-only
"""The handbook behind F1: the page that each role's window names is read on a machine without a
network.
"""

from __future__ import annotations

import asyncio
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.pilot.driven import Evidence, NotSeen
from tests.pilot.pilot import Pilot, Step, found_in, same

READER = Path(__file__).with_name("offline_reader.py")

BUTTONS = {
    "agent2": "help_handbook",
    "chef1": "settings_handbook",
    "hote1": "settings_handbook",
}
"""Whose window, and the button behind F1; where it leads is said below it."""

LEAST_LETTERS = 1_000


class Handbook:
    """The steps of whoever wants to read."""

    def __init__(self, pilot: Pilot) -> None:
        self._pilot = pilot
        self._pages: dict[str, Path] = {}

    def plan(self) -> list[Step]:
        """Names and acts, in order."""
        return [
            ("handbook_behind_f1", self.handbook_behind_f1),
            ("handbook_read_offline", self.handbook_read_offline),
        ]

    async def handbook_behind_f1(self) -> Evidence:
        """F1 and one button, and the file is named, whether a browser came up or not."""
        for name, button in BUTTONS.items():
            window = self._pilot.open[name]
            await window.click("key:F1")
            await window.click(button)
            said = await window.reads(f"{button}_said", ".html")
            self._pages[name] = Path(found_in(said, r": (/.+\.html)"))
        same("pages", len(set(self._pages.values())), len(BUTTONS))
        return {name: page.name for name, page in self._pages.items()}

    async def handbook_read_offline(self) -> Evidence:
        """A browser draws each page from the disk and asks for nothing else; no link of it leads
        to a file that is not there.
        """
        evidence: Evidence = {}
        for name, page in self._pages.items():
            await self._pilot.open[name].click("key:Escape")
            evidence[name] = await self._read(name, page)
            missing = await asyncio.to_thread(missing_files, page)
            same(f"files that {page.name} leads to and that are missing", missing, [])
        return evidence

    async def _read(self, name: str, page: Path) -> Evidence:
        pilot = self._pilot
        picture = (pilot.pictures / f"handbook-{page.stem}.png").resolve()
        python = str(pilot.programs / "python")
        computer = pilot.computers[name]
        said = await computer.execute(python, str(READER), str(page), str(picture))
        if said.code:
            raise NotSeen(f"{page} was not drawn: {said.err}")
        read: Evidence = json.loads(said.out.splitlines()[-1])
        same("what the page asked of a network", read["refused"], [])
        if read["letters"] < LEAST_LETTERS:
            raise NotSeen(f"{page} says too little: {read}")
        return read


class _Links(HTMLParser):
    """Every address of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what the element leads to."""
        self.addresses |= {value for key, value in attrs if key in ("href", "src") and value}


def missing_files(page: Path) -> list[str]:
    """Addresses of a page on this disk at which there is nothing."""
    links = _Links()
    links.feed(page.read_text(encoding="utf-8"))
    paths = {
        unquote(urlsplit(link).path) for link in links.addresses if not re.match(r"\w+:", link)
    }
    return sorted(path for path in paths if path and not (page.parent / path).exists())
