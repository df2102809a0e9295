# SPDX-License-Identifier: GPL-3.0-only
"""Starts and stops the demo's programs:
web site, scanner, printer, hub, kiosk, desk, each its own process.

Used by `expert-app demo` and by the end-to-end tests. Whatever ends this process ends them all.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from documents.store.dossier_store import DossierStore
from expert_app.demo.world import (
    HELPDESK,
    LOOPBACK_KBPS,
    ORGANISATION,
    World,
    new_world,
    seed_dossiers,
    write_settings,
)
from expert_app.helpdesk.reading import export_log
from expert_app.runtime.child_programs import Child
from expert_app.runtime.config import DeskSettings, Language, MediaSettings
from expert_app.runtime.credentials import SEED_VARIABLE
from expert_app.runtime.paths import paths_for, private_folder
from expert_app.runtime.ports import free_port
from expert_app.runtime.sealing import seals_for
from resources import ROOT
from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.hub.parts import SILENT_S

READY_S = 60.0
SITE = ROOT / "pages" / "site"


SIMULATED_MEDIA = MediaSettings(camera="simulated", microphone="simulated")

SCRIPT_MEDIA = MediaSettings(
    camera="simulated", microphone="simulated", camera_rows=180, camera_rate=8
)
"""Small pictures: nobody looks at a script's faces, and large ones take a processor at each end."""


@dataclass(frozen=True, kw_only=True)
class DemoSetup:
    """Which programs a demo has, and how they are set.

    Attributes:
        script: true when no person is there: devices are quick, the windows are driven.
        scanner, printer: addresses of real devices; empty for the simulators.
        media: camera and microphone of both ends.
        chunk_kbps: rate of pages and printed documents; slow enough to be interrupted in tests.
        silent_s: silence after which an end is missed.
        supervisor: also open the supervisor's board.
        partner: also open a desk of the second organisation on the kiosk.
        display: also open the waiting room's display.
        host: also open the windows of the site's host and of the network's operator.
        vault: the organisation keeps its dossiers and log itself, and its conversations are
            sealed.
    """

    script: bool
    scanner: str = ""
    printer: str = ""
    media: MediaSettings = SIMULATED_MEDIA
    language: Language = "fr"
    chunk_kbps: int = LOOPBACK_KBPS
    silent_s: float = SILENT_S
    supervisor: bool = False
    partner: bool = False
    display: bool = False
    host: bool = False
    vault: bool = False


def demo_site() -> web.Application:
    """The invented web site; its allowed address is `/`, which an agent can open too."""
    site = web.Application()
    site.router.add_get("/", _to_index)
    site.router.add_static("/", SITE)
    return site


async def _to_index(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/index.html")


class Demo:
    """The whole system on one machine.

    Args:
        folder: everything is kept below it.
    """

    def __init__(self, folder: Path, tasks: Tasks, *, setup: DemoSetup) -> None:
        self.folder = private_folder(folder)
        self.scanner_address = setup.scanner
        self.printer_address = setup.printer
        self._tasks = tasks
        self._setup = setup
        self._site: web.AppRunner | None = None
        self._children: list[Child] = []
        self._settings: dict[str, Path] = {}
        self.world: World | None = None
        self.replay: Child | None = None
        self.board: Child | None = None
        self.partner: Child | None = None
        self.display: Child | None = None
        self.host: Child | None = None
        self.operator: Child | None = None
        self.vault: Child | None = None
        self.hub: Child
        self.kiosk: Child
        self.desk: Child

    # ---- folders that the proofs look at ----

    @property
    def hub_folder(self) -> Path:
        """The folder where the hub keeps everything."""
        return self.folder / "hub"

    @property
    def store_folder(self) -> Path:
        """The folder of the organisation's dossiers: at the hub, or in its own vault."""
        return self.folder / ("vault" if self._setup.vault else "hub")

    @property
    def kiosk_runtime(self) -> Path:
        """The folder where the kiosk keeps what a session leaves, until the wipe."""
        return self.folder / "kiosk" / "runtime"

    @property
    def printer_spool(self) -> Path:
        """The folder of what the simulated printer got."""
        return self.folder / "printer"

    @property
    def log_file(self) -> Path:
        """The exported log."""
        return self.folder / "session.jsonl"

    @property
    def site(self) -> str:
        """Address of the web site that the kiosk may show."""
        assert self.world is not None
        return self.world.site

    def copy_of_filed(self, sha256: str, name: str) -> Path:
        """A copy, called `name`, of the store's own file on its disk:
        something for the agent to print.
        """
        copy = self.folder / f"{name}.pdf"
        shutil.copyfile(next(self.store_folder.rglob(f"{sha256}.pdf")), copy)
        return copy

    # ---- start and stop ----

    async def start(self) -> None:
        """Starts everything and waits until each program says that it is ready.

        Raises:
            ChildFailed: one did not start; the error names its log file.
        """
        site = await self._serve_site()
        await self._start_devices()
        self.world = world = new_world(self.folder, free_port(), site, with_vault=self._setup.vault)
        self._settings = write_settings(
            world,
            scanner=self.scanner_address,
            printer=self.printer_address,
            media=self._setup.media,
            language=self._setup.language,
            chunk_kbps=self._setup.chunk_kbps,
            silent_s=self._setup.silent_s,
        )
        await asyncio.to_thread(self._seed)
        self.hub = await self.start_hub()
        if self._setup.vault:
            await self.start_vault()
        self.kiosk, self.desk = await asyncio.gather(self.start_kiosk(), self.start_desk())
        if self._setup.supervisor:
            await self.start_board()
        if self._setup.partner:
            await self.start_partner()
        if self._setup.display:
            await self.start_display()
        if self._setup.host:
            await self.start_host()

    def _seed(self) -> None:
        store = DossierStore(private_folder(self.store_folder) / "dossiers")
        try:
            seed_dossiers(store)
        finally:
            store.close()

    async def _serve_site(self) -> str:
        self._site = web.AppRunner(demo_site(), access_log=None)
        await self._site.setup()
        port = free_port()
        await web.TCPSite(self._site, "127.0.0.1", port).start()
        return f"http://127.0.0.1:{port}"

    async def _start_devices(self) -> None:
        if not self.scanner_address:
            if self._setup.script:
                seconds = "0.5"
            else:
                seconds = "3"
            pages = str(private_folder(self.folder / "pages"))
            scanner = ["-m", "expert_app.simulated.escl_scanner", "--port", "0", "--pages", pages]
            ready = await self._launch("scanner", [*scanner, "--page-seconds", seconds])
            self.scanner_address = (await asyncio.wait_for(ready.ready, READY_S))["address"]
        if not self.printer_address:
            if self._setup.script:
                seconds = "0.5"
            else:
                seconds = "4"
            spool = str(private_folder(self.printer_spool))
            printer = ["-m", "expert_app.simulated.ipp_printer", "--port", "0", "--spool", spool]
            ready = await self._launch("printer", [*printer, "--job-seconds", seconds])
            self.printer_address = (await asyncio.wait_for(ready.ready, READY_S))["address"]

    async def _launch(
        self, name: str, arguments: list[str], environment: dict[str, str] | None = None
    ) -> Child:
        child = Child(name, arguments, tasks=self._tasks, log_file=self.folder / f"{name}.log")
        self._children.append(child)
        await child.start(environment)
        return child

    async def _program(self, name: str, *arguments: str, seed: bytes = b"") -> Child:
        """Starts one of our programs and waits until it is ready."""
        if seed:
            environment = {SEED_VARIABLE: seed.decode()}
        else:
            environment = {}
        if name in self._settings:
            settings = ["--settings", str(self._settings[name])]
        else:
            settings = []
        command = [
            "-m",
            "expert_app",
            name,
            "--folder",
            str(self.folder),
            *settings,
            "--driven",
            *arguments,
        ]
        child = await self._launch(name, command, environment)
        await asyncio.wait_for(child.ready, READY_S)
        return child

    async def start_hub(self) -> Child:
        """Starts the hub (again)."""
        return await self._program("hub")

    async def start_vault(self) -> Child:
        """Starts the organisation's own dossier service and log keeper (again)."""
        assert self.world is not None
        settings = [
            "--settings",
            str(self._settings["vault"]),
            "--serve",
            "dossier,log",
            "--org",
            ORGANISATION,
        ]
        command = ["-m", "expert_app", "hub", "--folder", str(self.folder), *settings, "--driven"]
        self.vault = await self._launch(
            "vault", command, {SEED_VARIABLE: self.world.vault_seed.decode()}
        )
        await asyncio.wait_for(self.vault.ready, READY_S)
        return self.vault

    async def start_kiosk(self) -> Child:
        """Starts the kiosk (again)."""
        assert self.world is not None
        return await self._program("kiosk", seed=self.world.kiosk_seed)

    async def start_desk(self) -> Child:
        """Starts the desk (again)."""
        assert self.world is not None
        return await self._program("desk", seed=self.world.agent_seed)

    async def start_board(self) -> Child:
        """Opens the supervisor's board, or gives the one that is open: the desk's program in
        another role, with a folder of its own.
        """
        assert self.world is not None
        if self.board is not None and self.board.returncode is None:
            return self.board
        self.board = await self._another_desk("supervisor", self.world.supervisor_seed)
        return self.board

    async def start_partner(self) -> Child:
        """Opens a desk of the second organisation that the kiosk serves."""
        assert self.world is not None
        self.partner = await self._another_desk("partner", self.world.partner_seed)
        return self.partner

    async def start_display(self) -> Child:
        """Opens the waiting room's display."""
        assert self.world is not None
        self.display = await self._program("display", seed=self.world.display_seed)
        return self.display

    async def start_host(self) -> None:
        """Opens the windows of the site's host and of the network's operator."""
        assert self.world is not None
        self.host = await self._another_desk("host", self.world.host_seed)
        self.operator = await self._another_desk("operator", self.world.operator_seed)

    async def _another_desk(self, name: str, seed: bytes) -> Child:
        folder = str(private_folder(self.folder / name))
        settings = str(self._settings[name])
        command = [
            "-m",
            "expert_app",
            "desk",
            "--folder",
            folder,
            "--settings",
            settings,
            "--driven",
        ]
        child = await self._launch(name, command, {SEED_VARIABLE: seed.decode()})
        await asyncio.wait_for(child.ready, READY_S)
        return child

    async def export_log(self, session: str) -> Path:
        """Reads a session's log from the hub as the helpdesk would and writes it to `log_file`."""
        assert self.world is not None
        settings = DeskSettings(
            organisation=ORGANISATION, user=HELPDESK, role="helpdesk", bus=[self.world.bus]
        )
        seals = seals_for(settings, paths_for("helpdesk", self.folder), SystemClock())
        await export_log(
            settings,
            self.world.helpdesk_seed,
            session,
            self.log_file,
            reason="proof of the demo",
            tasks=self._tasks,
            seals=seals,
        )
        return self.log_file

    async def start_replay(self) -> Child:
        """Opens the exported log in the replay window."""
        self.replay = await self._program(
            "replay", str(self.log_file), "--language", self._setup.language
        )
        return self.replay

    async def stop(self) -> None:
        """Ends every program in order, windows first."""
        for child in reversed(self._children):
            await child.stop()
        if self._site is not None:
            await self._site.cleanup()
