# SPDX-License-Identifier: GPL-3.0-only
"""From an empty machine to connected programs: hub, invitations, enrolment, first jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from tests.pilot.driven import Driven, Evidence
from tests.pilot.pilot import Pilot, Step, at_once, found_in
from tests.pilot.town import FILM, FILMED, MEMBERS, ORGANISATION, Member, convention

FIRST_JOBS: dict[str, tuple[str, dict[str, Any]]] = {
    "agent": ("queue_visible", {}),
    "supervisor": ("board", {}),
    "facilitator": ("site", {"kiosks": 1}),
    "operator": ("network", {"sites": 3}),
    "display": ("shown", {}),
    "kiosk": ("services_shown", {"services": 1}),
    "helpdesk": ("connection", {"connected": True}),
}
"""What a program of each role has observed once it is of use."""

WIDE_KBPS = 20_000

MAIL = f"""
[[mail]]
organisation = "{ORGANISATION}"
host = "127.0.0.1"
port = {{port}}
security = "none"
sender = "rendez-vous@valdore.example"
"""


def _film(computer: Path) -> Path:
    """The folder of what an organisation has filmed for its kiosks."""
    folder = computer / "signes"
    folder.mkdir(exist_ok=True)
    frames = [Image.new("RGB", (320, 240), FILM) for _frame in range(2)]
    for place, frame in enumerate(frames):  # a hand that moves
        frame.paste((255, 255, 255), (20 + 60 * place, 60, 60 + 60 * place, 180))
    for question in FILMED:
        file = folder / f"{question}.gif"
        frames[0].save(file, save_all=True, append_images=frames[1:], duration=300, loop=0)
    return folder


def write_devices(pilot: Pilot, member: Member) -> None:
    """What the person who sets up a kiosk adds to its settings; the line is a wide one, and this
    machine has no camera.
    """
    scanner, printer = pilot.devices
    file = pilot.settings_of(member.id, member.program)
    lines = file.read_text(encoding="utf-8").splitlines()
    drop = ("camera", "microphone =", "scanner =", "printer =", "signs =", "chunk_kbps =")
    kept = [line for line in lines if not line.startswith(drop)]
    if member.role == "kiosk":
        kept = [f'signs = "{_film(pilot.folder / member.id)}"', *kept]
        kept = [f'scanner = "{scanner}"', f'printer = "{printer}"', *kept]
    if member.program != "display":
        kept = [f"chunk_kbps = {WIDE_KBPS}", *kept]
        media = [
            'camera = "simulated"',
            'microphone = "simulated"',
            "camera_rows = 180",
            "camera_rate = 8",
        ]
        place = kept.index("[media]") + 1 if "[media]" in kept else len(kept)
        if place == len(kept):
            kept.append("[media]")
            place += 1
        kept[place:place] = media
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")


class SettingUp:
    """The first steps.

    Args:
        members: who gets a key.
        written: the convention, from the address of the organisation's web site.
    """

    def __init__(
        self,
        pilot: Pilot,
        *,
        members: Sequence[Member] = MEMBERS,
        written: Callable[[str], str] = convention,
    ) -> None:
        self._pilot, self._members, self._written = pilot, members, written

    def plan(self) -> list[Step]:
        """Names and acts, in order."""
        return [
            ("hub_initialised", self.hub_initialised),
            ("roles_enrolled", self.roles_enrolled),
            ("all_roles_connected_tls", self.all_roles_connected_tls),
        ]

    async def hub_initialised(self) -> Evidence:
        """The documented commands on an empty machine; then the hub runs under TLS."""
        pilot = self._pilot
        site = await pilot.serve_form()
        pilot.found["site"] = site
        folder = pilot.hub_folder
        hub = await pilot.computer("hub")
        said = await hub.run(
            *("hub", "init", str(folder), "--address", f"127.0.0.1:{pilot.port}", "--yes"),
            *("--organisation", f"{ORGANISATION}=Caisse", "--service", "Aide", "--site", "Mairie"),
        )
        if said.code:
            raise OSError(f"hub init: {said.out}{said.err}")
        (folder / "convention.toml").write_text(self._written(site), encoding="utf-8")
        settings = Path(pilot.settings)
        text = settings.read_text(encoding="utf-8")
        text = text.replace('"127.0.0.1:9467"', '""')
        settings.write_text(text + MAIL.format(port=pilot.mail_port), encoding="utf-8")
        await pilot.hub("check", str(folder / "convention.toml"))
        await pilot.start_hub()
        return {"folder": sorted(path.name for path in folder.iterdir()), "bus": pilot.address}

    async def _invitation(self, member: Member) -> str:
        """The line that `hub invite` prints: address, code, fingerprint of the authority."""
        words = ("invite", "--role", member.role, "--org", ORGANISATION, "--name", member.id)
        return found_in((await self._pilot.hub(*words)).out, r"(tls://\S+#\S+)")

    async def roles_enrolled(self) -> Evidence:
        """Each person gives one line to the sign-in page; each machine gets its key in a file."""
        pilot = self._pilot
        pilot.devices = await pilot.connect_devices()
        await at_once(self._enrol(member) for member in self._members)
        for member in self._members:
            write_devices(pilot, member)
        return {"enrolled": [member.id for member in self._members]}

    async def _enrol(self, member: Member) -> None:
        pilot, line = self._pilot, await self._invitation(member)
        computer = await pilot.computer(member.id)
        if member.program == "desk":
            window = await pilot.open_program(member.id, "desk")
            await window.type("sign_in_code", line)
            await window.click("sign_in_enter")
            await asyncio.wait_for(window.next_ready(), 180)
            return
        key = computer.home / "machine.key"
        said = await computer.run("enrol", line, "--key-file", str(key))
        if said.code:
            raise OSError(f"{member.id}: {said.out}{said.err}")
        mode = key.stat().st_mode & 0o777
        if mode != 0o600:
            raise OSError(f"{key} has mode {mode:o}")

    async def all_roles_connected_tls(self) -> Evidence:
        """Every program is started again, as on the next morning, and does its first job."""
        pilot = self._pilot
        jobs = dict(await at_once(self._first_job(member) for member in self._members))
        return {"bus": pilot.address, "authority": self._authority(), "first_jobs": jobs}

    async def _first_job(self, member: Member) -> tuple[str, Evidence]:
        if member.id in self._pilot.open:
            await self._pilot.open.pop(member.id).stop()
        program = await self._pilot.open_program(member.id, member.program)
        fact, wanted = FIRST_JOBS[member.role]
        seen = await program.seen(fact, **wanted)
        if member.role == "agent":
            await self._check_desk(program)
        return member.id, {fact: {key: seen[key] for key in wanted}}

    async def _check_desk(self, desk: Driven) -> None:
        """The agent presses through the check before the first caller."""
        await desk.reads("check_camera_words", "vous voit ainsi")
        await desk.reads("check_microphone_words", "vous entend")
        await desk.reads("check_line_words", ".")  # judged, as this machine is now
        await desk.click("check_tone")
        await desk.click("check_heard")
        await desk.click("key:F2")
        await desk.reads("check_keys_words", "reçoit vos touches")
        await desk.click("check_end")

    def _authority(self) -> str:
        """The authority that all have taken from the hub, by the fingerprint of their line."""
        ours = (self._pilot.hub_folder / "ca" / "ca.pem").read_text(encoding="ascii")
        for member in self._members:
            kept = self._pilot.authority_of(member.id, member.program)
            if kept.read_text(encoding="ascii") != ours:
                raise OSError(f"{kept} is not the hub's authority")
        return "by fingerprint"
