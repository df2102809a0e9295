# SPDX-License-Identifier: GPL-3.0-only
"""A site that comes later: the operator writes a stick, a contractor makes the kiosk from it by the
page that is with it, somebody calls, and the site is accepted.

What only an administrator can do (Debian's packages, the kiosk's own account) is done on a booted
machine (`tests/packages`); here the programs are installed already.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from tests.pilot.computer import Said
from tests.pilot.conversation import Conversations, text_of
from tests.pilot.driven import Evidence, NotSeen
from tests.pilot.pilot import Pilot, Step, same
from tests.pilot.setting_up import write_devices
from tests.pilot.town import LATER, LATER_SITE

KEYS, SOURCES = "poste-expert-archive-keyring.asc", "poste-expert.sources"
REPOSITORY = "https://depot.example/apt"
TEST_S = 60.0
SAID = ("il n’y en a pas, d’après les réglages", "pas encore")
"""On the sheet, by the command's exit code; the kiosk's camera is none."""

LINE = 'sudo sh /media/"$USER"/*/installer.sh'
"""What the contractor's page tells to type."""

MACHINE = {
    "sudo": 'exec "$@"',
    "id": "echo 0",
    "dpkg": "echo amd64",
    "apt-get": "exit 0",
    "poste-expert-kiosk-enrol": 'exec "$PROGRAMS/expert-app" enrol "$1" --key-file "$HOME/{key}"',
}
"""What the machine has beside the stick, and what of it stands in for an administrator."""


class Stick:
    """The steps of operator, contractor and helpdesk."""

    def __init__(self, pilot: Pilot, conversations: Conversations) -> None:
        self._pilot, self._conversations = pilot, conversations

    def plan(self) -> list[Step]:
        """Names and acts, in order."""
        return [
            ("kiosk_made_from_a_stick", self.kiosk_made_from_a_stick),
            ("site_accepted", self.site_accepted),
        ]

    async def kiosk_made_from_a_stick(self) -> Evidence:
        """The line of the page makes the kiosk once; it believes the authority of today."""
        pilot, computer = self._pilot, await self._pilot.computer(LATER.id)
        stick = computer.home / "media" / "prestataire" / "POSTE EXPERT"
        written = await self._write(stick)
        page = await asyncio.to_thread(text_of, stick / "LISEZ-MOI.pdf")
        page = " ".join(page.split())
        for words in (LINE, LATER_SITE, f"127.0.0.1:{pilot.port}"):
            if words not in page:
                raise NotSeen(f"the page does not say {words!r}: {page}")
        said = await self._type_line(computer.home)
        if said.code or f"la borne de {LATER_SITE}." not in said.out:
            raise NotSeen(f"the script ended with {said.code}: {said.out}{said.err}")
        again = await self._type_line(computer.home)
        same("exit code of a stick that was used", again.code, 2)
        authority = pilot.authority_of(LATER.id, LATER.program).read_text(encoding="ascii")
        newest = (pilot.hub_folder / "ca-2" / "ca.pem").read_text(encoding="ascii")
        same("the authority that it believes", authority, newest)
        write_devices(pilot, LATER)
        kiosk = await pilot.open_program(LATER.id, LATER.program)
        await kiosk.seen("services_shown", services=1)
        return {"hub": written, "script": said.out.splitlines(), "again": again.err.splitlines()}

    async def site_accepted(self) -> Evidence:
        """Refused with what is missing, until somebody has called and the kiosk has tried itself;
        then the sheet is signed.
        """
        refused = (await self._acceptance(code=1)).splitlines()
        desk, kiosk = self._pilot.open["agent2"], self._pilot.open[LATER.id]
        ticket = await self._conversations.call(kiosk)
        await desk.seen("ticket_visible", id=ticket)
        await self._conversations.accept(desk, kiosk, ticket)
        await self._conversations.end(desk, kiosk)
        helpdesk = self._pilot.open["aide1"]
        await helpdesk.click("helpdesk_pages_kiosks")
        for field, text in (("kiosk_id", LATER.id), ("kiosk_reason", "mise en service")):
            await helpdesk.type(field, "")
            await helpdesk.click("key:Ctrl+A")  # what was asked before stands there
            await helpdesk.type(field, text)
        await helpdesk.click("kiosk_self_test")
        await helpdesk.seen("remote_help", act="self_test", state="done", timeout_s=TEST_S)
        await helpdesk.click("helpdesk_pages_list")
        said = await self._acceptance(code=0)
        return {"before": refused, "after": said.splitlines()}

    async def _acceptance(self, *, code: int) -> str:
        file = self._pilot.computers["hub"].home / f"recette-{code}.pdf"
        said = await self._pilot.hub("acceptance", LATER_SITE, str(file), code=code)
        sheet = " ".join((await asyncio.to_thread(text_of, file)).split())
        for words in (LATER.id, SAID[code]):
            if words not in sheet:
                raise NotSeen(f"the sheet does not say {words!r}: {sheet}")
        return said.out

    async def _write(self, stick: Path) -> str:
        """Writes the stick at the hub's machine and plugs it in at the other one."""
        hub = await self._pilot.computer("hub")
        apt, out = hub.home / "apt", hub.home / "cle"
        apt.mkdir()
        (apt / KEYS).write_text("an invented key\n", encoding="ascii")
        (apt / SOURCES).write_text("Types: deb\nURIs: file:/nowhere\n", encoding="ascii")
        words = ("--apt", str(apt), "--repository", REPOSITORY)
        said = await self._pilot.hub("bundle", LATER_SITE, str(out), *words)
        await asyncio.to_thread(shutil.copytree, out, stick)
        return said.out.strip()

    async def _type_line(self, home: Path) -> Said:
        """Types the page's line at the new machine."""
        computer, programs, root = self._pilot.computers[LATER.id], home / "programs", home / "root"
        await asyncio.to_thread(_prepare, home, self._pilot.programs)
        environment = {
            "PATH": f"{programs}:{computer.environment['PATH']}",
            "USER": "prestataire",
            "PROGRAMS": str(self._pilot.programs),
            "POSTE_EXPERT_ROOT": str(root),
        }
        line = LINE.replace("/media/", f"{home}/media/")
        return await computer.execute("sh", "-c", line, environment=environment)


def _prepare(home: Path, programs: Path) -> None:
    """Makes a bare machine's files below the computer's own folder."""
    root, own = home / "root", home / "programs"
    for place in ("etc/apt/sources.list.d", "usr/share/keyrings", "opt/poste-expert", "var/lib"):
        (root / place).mkdir(parents=True, exist_ok=True)
    (root / "etc/os-release").write_text("ID=debian\nVERSION_ID=13\n", encoding="ascii")
    for link, target in (
        (root / "opt/poste-expert/bin", programs),
        (root / "var/lib/poste-expert-kiosk", home),
    ):
        if not link.is_symlink():
            link.symlink_to(target)
    own.mkdir(exist_ok=True)
    for name, does in MACHINE.items():
        file = own / name
        file.write_text(f"#!/bin/sh\n{does.format(key='machine.key')}\n", encoding="ascii")
        file.chmod(0o755)
