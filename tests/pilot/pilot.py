# SPDX-License-Identifier: GPL-3.0-only
"""The installation while it is tested: its computers, its running programs, its report."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.pilot.computer import Computer, Said
from tests.pilot.driven import Driven, Evidence, NotSeen
from tests.pilot.town import FORM

PICTURE_TRIES = 10

Step = tuple[str, Callable[[], Awaitable[Evidence]]]


@dataclass
class StepReport:
    """One line of the report."""

    name: str
    ok: bool
    seconds: float
    evidence: Evidence = field(default_factory=dict)


class Pilot:
    """What the steps share.

    Args:
        folder: all computers lie below it; empty before.
        programs: where the installed `expert-app` is.

    Attributes:
        open: running programs by the name of their computer.
        found: what one step leaves for a later one: numbers of tickets, sessions, dossiers.
        mail_port: of the organisation's mail server on this machine.
        devices: addresses of the kiosks' scanner and printer.
        pictures: where a step may leave pictures of its own.
    """

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self.programs = folder, programs
        self.computers: dict[str, Computer] = {}
        self.open: dict[str, Driven] = {}
        self.found: dict[str, str] = {}
        self.devices = ("", "")
        self.pictures = folder
        self.port = free_port()
        self.mail_port = free_port()
        self.steps: list[StepReport] = []
        self._web: web.AppRunner | None = None
        self._devices: list[asyncio.subprocess.Process] = []

    # ---- places ----

    @property
    def address(self) -> str:
        """Of the network."""
        return f"tls://127.0.0.1:{self.port}"

    @property
    def hub_folder(self) -> Path:
        """What `hub init` made."""
        return self.folder / "hub" / "poste"

    def settings_of(self, name: str, program: str) -> Path:
        """The settings file of a program at a computer."""
        return self.folder / name / ".config" / "poste-expert" / f"{program}.toml"

    def authority_of(self, name: str, program: str) -> Path:
        """The authorities that a program at a computer believes."""
        return self.settings_of(name, program).with_name(f"{program}-authority.pem")

    @property
    def spool(self) -> Path:
        """What came out of the kiosks' printer."""
        return self.folder / "printer"

    async def computer(self, name: str) -> Computer:
        """The computer of that name, switched on."""
        if name not in self.computers:
            self.computers[name] = await Computer(name, self.folder, self.programs).start()
        return self.computers[name]

    async def hub(self, *words: str, typed: str = "", code: int = 0) -> Said:
        """A command at the hub's machine, which must end with that code. Raises `NotSeen`."""
        computer = await self.computer("hub")
        said = await computer.run("hub", *words, "--settings", self.settings, typed=typed)
        if said.code != code:
            raise NotSeen(f"hub {' '.join(words)} ended with {said.code}: {said.out}{said.err}")
        return said

    async def start_hub(self) -> Driven:
        """Starts the hub, or starts it again as `systemctl restart` does."""
        if "hub" in self.open:
            await self.open["hub"].stop()
        hub = await self.computer("hub")
        self.open["hub"] = await hub.open("hub", "--settings", self.settings)
        return self.open["hub"]

    @property
    def settings(self) -> str:
        """The hub's settings file."""
        return str(self.hub_folder / "hub.toml")

    async def open_program(self, name: str, program: str) -> Driven:
        """Starts a program of a computer, or gives the one that runs."""
        running = self.open.get(name)
        if running is None or running.returncode is not None:
            running = await (await self.computer(name)).open(program)
            self.open[name] = running
        return running

    # ---- what stands beside the programs ----

    async def serve_form(self) -> str:
        """The organisation's web site with its form; its address."""

        async def form(_request: web.Request) -> web.Response:
            return web.Response(text=FORM, content_type="text/html")

        application = web.Application()
        application.router.add_get("/", form)
        application.router.add_get("/formulaire", form)
        self._web = web.AppRunner(application, access_log=None)
        await self._web.setup()
        port = free_port()
        await web.TCPSite(self._web, "127.0.0.1", port).start()
        return f"http://127.0.0.1:{port}"

    async def connect_devices(self) -> tuple[str, str]:
        """Scanner and printer on the kiosks' network; their addresses."""
        pages, spool = self.folder / "pages", self.spool
        for place in (pages, spool):
            place.mkdir(exist_ok=True)
        scanner = await self._device(
            "expert_app.simulated.escl_scanner", "--pages", str(pages), "--page-seconds", "0.5"
        )
        printer = await self._device(
            "expert_app.simulated.ipp_printer", "--spool", str(spool), "--job-seconds", "5"
        )
        return scanner, printer

    async def _device(self, module: str, *words: str) -> str:
        process = await asyncio.create_subprocess_exec(
            str(self.programs / "python"),
            "-m",
            module,
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=self.folder,  # the installed program, not the repository around us
        )
        self._devices.append(process)
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 30)
        return str(json.loads(line)["address"])

    # ---- the run ----

    async def run(self, steps: list[Step], pictures: Path) -> bool:
        """All steps in order; stops at the first that was not seen."""
        pictures.mkdir(parents=True, exist_ok=True)
        self.pictures = pictures
        for number, (name, act) in enumerate(steps, 1):
            start = time.monotonic()
            step = StepReport(name, ok=False, seconds=0.0)
            try:
                step.evidence = await act()
                step.ok = True
            except (NotSeen, TimeoutError, OSError, LookupError, TypeError, ValueError) as error:
                step.evidence = {"error": f"{type(error).__name__}: {error}"}
            step.seconds = time.monotonic() - start
            self.steps.append(step)
            await self._take_pictures(pictures, f"{number:02}-{name}")
            print(f"{'ok ' if step.ok else 'NOT'} {name:<28} {step.seconds:6.2f} s", flush=True)
            if not step.ok:
                print(f"    {step.evidence['error']}", flush=True)
                return False
        return True

    async def _take_pictures(self, pictures: Path, step: str) -> None:
        for name, program in list(self.open.items()):
            if program.returncode is not None:
                continue
            for _try in range(PICTURE_TRIES):
                try:
                    await program.shot((pictures / f"{step}-{name}.png").resolve())
                    break
                except NotSeen:  # a call that has just begun: no face is known as drawn yet
                    await asyncio.sleep(0.1)

    def report(self, wanted: int) -> dict[str, Any]:
        """The report as it is written; `wanted`: how many steps there are."""
        return {
            "ok": len(self.steps) == wanted and all(step.ok for step in self.steps),
            "steps": [
                {
                    "name": step.name,
                    "ok": step.ok,
                    "seconds": round(step.seconds, 3),
                    "evidence": step.evidence,
                }
                for step in self.steps
            ],
        }

    async def close(self) -> None:
        """Windows first, then the hub, then what stands beside."""
        for computer in reversed(list(self.computers.values())):
            await computer.close()
        for device in self._devices:
            device.terminate()
            await device.wait()
        if self._web is not None:
            await self._web.cleanup()


async def at_once[Result](
    works: Iterable[Coroutine[Any, Any, Result]], most: int = 3
) -> list[Result]:
    """The results of all; some at a time, as a team sets up its computers."""
    free = asyncio.Semaphore(most)

    async def one(work: Coroutine[Any, Any, Result]) -> Result:
        async with free:
            return await work

    return list(await asyncio.gather(*(one(work) for work in works)))


def free_port() -> int:
    """A port of loopback that nobody uses now, and none that outgoing connections get."""
    while True:
        port = random.randrange(15_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def found_in(text: str, pattern: str) -> str:
    """The first group of the pattern in what a command printed. Raises `NotSeen`."""
    match = re.search(pattern, text)
    if match is None:
        raise NotSeen(f"no {pattern} in {text!r}")
    return match.group(1)


def same(what: str, left: object, right: object) -> None:
    """Raises `NotSeen` unless both ends saw the same."""
    if left != right:
        raise NotSeen(f"{what}: {left!r} at one end, {right!r} at the other")
