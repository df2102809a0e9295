# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub`: queue, dossiers and log, with its own nats-server unless another is named. No window, no Qt."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from documents.store import DossierStore
from expert_app.config import HubSettings
from expert_app.credentials import key_name, load_seed
from expert_app.dossier_adapter import DossierAdapter
from expert_app.driver import Driver
from expert_app.facts import Facts
from expert_app.paths import Paths
from resources.texts import _
from session.bus.hub_connection import HubConnection
from session.bus.identity import new_seed, public_key
from session.bus.server import BusServer
from session.bus.server_config import ServerSettings, config_text
from session.clock import SystemClock
from session.errors import SessionError
from session.hub.catalogue import Catalogue, CatalogueWrong
from session.hub.hub import Hub
from session.hub.projection import Position
from session.tasks import Tasks

log = logging.getLogger(__name__)

CONNECT_S = 10.0

EXAMPLE = """\
# Who offers what where. `expert-app hub --check FILE` says what is wrong.
# `key` is the public key that `expert-app enrol` printed on that machine.

[[organisations]]
id = "valdore"
name = "Caisse d'entraide du Val-Doré"
log_days = 90                                            # how long session logs are kept
home_address = "https://www.valdore.example/"
allowed_addresses = ["https://www.valdore.example/"]     # what an agent may open on a kiosk

[organisations.contact]                                  # stands on receipts
postal_address = "4 place du Marronnier\\n01234 Valdoré"
email = "contact@valdore.example"
phone = "04 00 00 00 00"

[[organisations.services]]                               # one big button each, at most six per site
id = "logement"
name = "Aide au logement"
subtitle = "Demander, déclarer, comprendre"
letter = "L"                                             # begins its ticket numbers
number_kind = "allocataire"                              # allocataire, france_travail, nir or nothing
icon = "home"

[[organisations.sites]]
id = "oyen"
name = "Mairie de Saint-Oyen-le-Vieux"
services = ["logement"]

[[organisations.kiosks]]
id = "borne1"
site = "oyen"
key = ""

[[organisations.people]]
id = "agent1"
name = "Camille R."                                      # what callers read
role = "agent"                                           # agent, supervisor or helpdesk
key = ""
"""


@dataclass(frozen=True)
class HubOptions:
    """What the command line adds to the settings."""

    driven: bool = False
    rebuild_history: bool = False


def check_catalogue(path: Path) -> str:
    """What is wrong with a catalogue, or "" when nothing is."""
    try:
        Catalogue.load(path)
    except CatalogueWrong as error:
        return str(error)
    return ""


def bus_config(settings: HubSettings, paths: Paths, hub_seed: bytes) -> str:
    """Configuration for a nats-server that is not ours."""
    server = ServerSettings(folder=Path("/var/lib/nats"), host=settings.listen_host, port=settings.listen_port)
    accounts = Catalogue.load(Path(settings.catalogue)).accounts()
    return config_text(server, accounts, public_key(hub_seed), public_key(new_seed()))


class HubProgram:
    """The hub's process: server, connection, store, hub, in this order up and in the reverse order down."""

    def __init__(self, settings: HubSettings, paths: Paths, facts: Facts, options: HubOptions) -> None:
        self._settings, self._paths, self._facts, self._options = settings, paths, facts, options
        self._clock = SystemClock()
        self._tasks = Tasks()
        self._catalogue = Catalogue.load(Path(settings.catalogue))
        self._server: BusServer | None = None

    async def run(self, stop: asyncio.Event, ready: Callable[[str], None]) -> None:
        """Runs until `stop`; `ready` is told the bus's address once calls are taken.

        Raises:
            SessionError: bus or store cannot be had.
        """
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._tasks.close)
            url, seed = await self._bus(stack)
            connection = HubConnection([url], seed, self._tasks)
            stack.push_async_callback(connection.close)
            await connection.connect(CONNECT_S)
            store = DossierStore(self._paths.folder("dossiers"), self._settings.database or None)
            stack.callback(store.close)
            adapter = DossierAdapter(store, self._clock)
            hub = Hub(
                connection,
                self._catalogue,
                adapter,
                self._paths.data,
                self._clock,
                self._tasks,
                database=self._settings.database,
                time_zone=self._settings.time_zone,
                rebuild_history=self._options.rebuild_history,
            )
            hub.projection.moved.connect(self._on_history)
            await hub.start()
            stack.push_async_callback(hub.stop)
            self._facts.note("hub_ready", url=url, organisations=len(self._catalogue.organisations))
            ready(url)
            await stop.wait()

    async def _bus(self, stack: contextlib.AsyncExitStack) -> tuple[str, bytes]:
        """(address, our seed). Our own server gets a fresh key of ours at every start: none is kept."""
        if self._settings.bus:
            return self._settings.bus, load_seed(key_name("hub", "hub", "hub"))
        seed = new_seed()
        place = ServerSettings(
            folder=self._paths.folder("bus"), host=self._settings.listen_host, port=self._settings.listen_port
        )
        self._server = BusServer(place, self._catalogue.accounts(), public_key(seed), self._tasks)
        await self._server.start()
        stack.push_async_callback(self._server.stop)
        self._facts.note("server", pid=self._server.pid)
        return self._server.url, seed

    def _on_history(self, position: Position) -> None:
        self._facts.note("history", applied=position.applied, behind=position.behind)

    def reload_keys(self) -> None:
        """Reads the catalogue again and lets new keys in, removed ones out. Services change at the next start."""
        if self._server is None:
            return
        try:
            catalogue = Catalogue.load(Path(self._settings.catalogue))
        except CatalogueWrong as error:
            log.error("the catalogue is not taken: %s", error)
            return
        self._tasks.spawn(self._server.reload(catalogue.accounts()), name="reload keys")


async def run(settings: HubSettings, paths: Paths, options: HubOptions) -> int:
    """Runs the hub until it is told to stop; the exit code."""
    stop = asyncio.Event()
    facts = Facts(SystemClock())
    try:
        program = HubProgram(settings, paths, facts, options)
    except CatalogueWrong as error:
        print(_("The catalogue cannot be used: {why}").format(why=error))
        return 2
    driver = Driver(None, facts, stop.set)
    if options.driven:
        driver.start()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl+C raises KeyboardInterrupt instead
            loop.add_signal_handler(name, stop.set)
    if hasattr(signal, "SIGHUP"):
        loop.add_signal_handler(signal.SIGHUP, program.reload_keys)

    def ready(url: str) -> None:
        if options.driven:
            driver.say(ready=True, bus=url)
        else:
            print(_("The hub is ready; the bus is at {address}.").format(address=url), flush=True)

    try:
        await program.run(stop, ready)
    except SessionError as error:
        log.error("the hub cannot start: %s %s", error.code, error.detail)
        words = _("The hub cannot start ({code}): is another one running? Its logs are in {folder}.")
        print(words.format(code=error.code, folder=paths.data))
        return 1
    return 0
