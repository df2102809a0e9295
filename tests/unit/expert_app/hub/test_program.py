# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub` as an administrator uses it:
starts, stops, takes new keys, says what is wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from documents.hashes import sha256_of
from documents.store.dossier_store import DossierStore
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import paths_for
from expert_app.stores.jetstream import server_store_bytes
from expert_app.stores.last_seen import read_sightings
from session.bus.client import BusClient
from session.bus.hub_connection import HubConnection
from session.bus.server.config import ServerSettings
from session.bus.server.process import BusServer
from session.bus.transport.nkeys import new_seed, public_key
from session.core.clock import SystemClock
from session.core.dossier_model import NewDocument
from session.core.errors import BusRefusedIdentity, ServiceClosed, SessionError
from session.core.program_version import program_version
from session.core.tasks import Tasks
from session.kiosk.hub.client import KioskClient
from session.protocol.hub.requests import QueueRequest, ServicesAnswer, ServicesRequest
from session.protocol.wire.roles import Role
from tests.support.hub_world import free_port
from tests.support.waiting import until
from tests.unit.documents.store.filled_store import CALLER, NINE, PDF

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")

CATALOGUE = """
[[organisations]]
id = "valdore"
name = "Caisse d'entraide du Val-Doré"
services = [{{ id = "housing", name = "Aide au logement", letter = "L" }}]
sites = [{{ id = "townhall", name = "Mairie de Saint-Oyen", services = ["housing"] }}]
kiosks = [{{ id = "kiosk1", site = "townhall", key = "{key}" }}]
people = []
"""

Start = Callable[..., Awaitable[Process]]


class Place:
    """A folder, a port, a kiosk's key and a catalogue."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.seed = folder, free_port(), new_seed()
        self.catalogue = folder / "catalogue.toml"
        self.write_catalogue(public_key(self.seed))

    def write_catalogue(self, key: str) -> None:
        self.catalogue.write_text(CATALOGUE.format(key=key), encoding="utf-8")

    def command(self) -> list[str]:
        listen = f"127.0.0.1:{self.port}"
        return [
            "hub",
            "--folder",
            str(self.folder),
            "--catalogue",
            str(self.catalogue),
            "--listen",
            listen,
        ]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts `expert-app`; what still runs at the end is killed."""
    started: list[Process] = []

    async def run(*arguments: str) -> Process:
        command = [sys.executable, "-m", "expert_app", *arguments]
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _line(process: Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 30)).decode()


async def _services(place: Place, tasks: Tasks, seed: bytes) -> ServicesAnswer:
    client = BusClient(
        [f"nats://127.0.0.1:{place.port}"],
        Role.KIOSK,
        user="kiosk1",
        seed=seed,
        tasks=tasks,
        clock=SystemClock(),
    )
    try:
        await client.connect()
        return await client.ask_once(ServicesRequest())
    finally:
        await client.close()


def _server_of(process: Process) -> psutil.Process:
    [server] = [
        one for one in psutil.Process(process.pid).children() if "nats-server" in one.name()
    ]
    return server


def _catches(process: Process, number: signal.Signals) -> bool:
    """True once the program has a handler for the signal; proc_pid_status(5), `SigCgt`."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    [caught] = [line.split()[1] for line in status.splitlines() if line.startswith("SigCgt")]
    return bool(int(caught, 16) >> (number - 1) & 1)


def _with_a_document_and_a_ged(place: Place) -> Path:
    """A document that was filed before the settings named the agency's own system;
    the folder that it watches.
    """
    depot = place.folder / "depot"
    depot.mkdir()
    with DossierStore(paths_for("hub", place.folder).folder("dossiers")) as store:
        store.create_dossier("valdore", CALLER)
        store.file(
            "valdore",
            CALLER.number,
            NewDocument(piece_id="", name="Papier", pages=2, sha256=sha256_of(PDF), upload_id="u1"),
            PDF,
            filed_at_utc=NINE,
        )
    (place.folder / "hub.toml").write_text(
        '[[ged]]\nname = "depot"\norganisation = "valdore"\nkind = "folder"\nearlier = true\n'
        f'folder = "{depot}"\n[metrics]\nlisten = ""\n',
        encoding="utf-8",
    )
    return depot


async def test_it_says_where_the_bus_is_and_takes_its_server_along_when_it_is_stopped(
    place: Place, start: Start
) -> None:
    depot = _with_a_document_and_a_ged(place)
    hub = await start(*place.command(), "--settings", str(place.folder / "hub.toml"))
    assert f"nats://127.0.0.1:{place.port}" in await _line(hub)
    server = _server_of(hub)
    tasks = Tasks()
    assert [service.id for service in (await _services(place, tasks, place.seed)).services] == [
        "housing"
    ]
    async with asyncio.timeout(30):
        while not list(depot.glob("*.json")):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert [path.read_bytes() for path in depot.glob("*.pdf")] == [PDF]
    hub.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(hub.wait(), 30) == 0
    assert not server.is_running()
    await tasks.close()


async def _heard(manager: socket.socket) -> bytes:
    async with asyncio.timeout(60):
        return await asyncio.get_running_loop().sock_recv(manager, 100)


async def test_the_service_manager_hears_when_it_serves_and_that_it_lives(
    place: Place, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(place.folder / "notify"))
        manager.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(place.folder / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "300000")
        hub = await start(*place.command())
        assert await _heard(manager) == b"READY=1"
        tasks = Tasks()
        assert len((await _services(place, tasks, place.seed)).services) == 1
        await tasks.close()
        assert [await _heard(manager) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        hub.send_signal(signal.SIGSTOP)  # a hub that hangs
        await until(lambda: psutil.Process(hub.pid).status() == psutil.STATUS_STOPPED)
        with contextlib.suppress(BlockingIOError):
            while manager.recv(100):
                pass
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await asyncio.get_running_loop().sock_recv(manager, 100)
        hub.send_signal(signal.SIGCONT)
        assert await _heard(manager) == b"WATCHDOG=1"
        hub.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(hub.wait(), 30) == 0


async def test_a_guide_that_names_what_the_convention_has_not_is_told_at_the_start_and_by_health(
    place: Place, start: Start
) -> None:
    procedures, metrics = place.folder / "procedures", free_port()
    procedures.mkdir()
    (procedures / "valdore.toml").write_text(
        'organisation = "valdore"\nname = "Caisse d\'entraide"\n[[procedures]]\nid = "aide"\n'
        'name = "Aide"\nservices = ["housing"]\npieces = [{ id = "bail", name = "Bail" }]\n'
        'steps = [{ id = "form", name = "Remplir", page = "forme" }]\n',
        encoding="utf-8",
    )
    (place.folder / "hub.toml").write_text(
        f'procedures = "{procedures}"\n[metrics]\nlisten = "127.0.0.1:{metrics}"\n',
        encoding="utf-8",
    )
    hub = await start(*place.command(), "--settings", str(place.folder / "hub.toml"))
    assert f"nats://127.0.0.1:{place.port}" in await _line(hub)
    await _line(hub)
    assert "valdore.aide.steps.form" in await _line(hub)
    answer = await asyncio.to_thread(
        urllib.request.urlopen, f"http://127.0.0.1:{metrics}/healthz", timeout=10
    )
    with answer:
        reasons = json.loads(answer.read())["reasons"]
    [told] = [one for one in reasons if one["code"] == "procedures_unknown"]
    assert told["names"] == 1
    assert told["first"] == "valdore.aide.steps.form: forme"
    hub.send_signal(signal.SIGTERM)
    await asyncio.wait_for(hub.wait(), 30)


async def test_a_hangup_signal_lets_a_new_key_in_and_an_old_one_out(
    place: Place, start: Start
) -> None:
    hub = await start(*place.command())
    await _line(hub)
    tasks, old, new = Tasks(), place.seed, new_seed()
    with pytest.raises(BusRefusedIdentity):
        await _services(place, tasks, new)
    place.write_catalogue(public_key(new))
    hub.send_signal(signal.SIGHUP)
    async with asyncio.timeout(30):
        while True:
            try:
                assert (await _services(place, tasks, new)).services
                break
            except BusRefusedIdentity:
                await asyncio.sleep(0.1)
    with pytest.raises(BusRefusedIdentity):
        await _services(place, tasks, old)
    await tasks.close()


async def test_a_catalogue_that_became_wrong_is_not_taken_at_a_hangup_signal(
    place: Place, start: Start
) -> None:
    hub = await start(*place.command())
    await _line(hub)
    place.catalogue.write_text("organisations = 7", encoding="utf-8")
    hub.send_signal(signal.SIGHUP)
    tasks = Tasks()
    assert (await _services(place, tasks, place.seed)).services
    assert hub.returncode is None
    await tasks.close()


async def test_a_changed_cell_reaches_the_kiosk_and_the_queue_without_a_restart(
    place: Place, start: Start
) -> None:
    settings = place.folder / "hub.toml"
    settings.write_text("convention = { look_s = 0.2 }", encoding="utf-8")
    hub = await start(*place.command(), "--settings", str(settings))
    await _line(hub)
    tasks = Tasks()
    client = BusClient(
        [f"nats://127.0.0.1:{place.port}"],
        Role.KIOSK,
        user="kiosk1",
        seed=place.seed,
        tasks=tasks,
        clock=SystemClock(),
    )
    await client.connect()
    kiosk = KioskClient(client, SystemClock(), tasks=tasks)
    changed = asyncio.Event()
    await kiosk.start()
    text = place.catalogue.read_text(encoding="utf-8")
    assert (await kiosk.bus.ask(ServicesRequest())).services[0].open_now
    kiosk.services_changed.connect(lambda _news: changed.set())
    agent = new_seed()
    person = f'people = [{{ id = "zoe", name = "Zoé", key = "{public_key(agent)}" }}]'
    closed = 'closures = [{ first = 2020-01-01, last = 2099-12-31, message = "Retour bientôt." }]'
    place.catalogue.write_text(text.replace("people = []", f"{person}\n{closed}"), encoding="utf-8")
    async with asyncio.timeout(30):
        while (service := (await kiosk.bus.ask(ServicesRequest())).services[0]).open_now:
            await changed.wait()  # a hub that starts tells once too
            changed.clear()
    assert (service.open_now, service.message) == (False, "Retour bientôt.")
    with pytest.raises(ServiceClosed):
        await kiosk.call("housing", "", "r1")
    desk = BusClient(
        [f"nats://127.0.0.1:{place.port}"],
        Role.AGENT,
        user="zoe",
        seed=agent,
        tasks=tasks,
        clock=SystemClock(),
    )
    await desk.connect()  # an agent who stands in the file since now
    queue = await desk.ask_once(QueueRequest())
    assert queue.your_name == "Zoé"
    place.catalogue.write_text("organisations = 7", encoding="utf-8")
    await asyncio.sleep(1)  # longer than between two looks
    assert (await kiosk.bus.ask(ServicesRequest())).services == [service]
    await client.close()
    await desk.close()
    await tasks.close()


async def test_who_was_heard_and_with_which_version_is_kept(place: Place, start: Start) -> None:
    hub, tasks = await start(*place.command()), Tasks()
    await _line(hub)
    await _services(place, tasks, place.seed)
    hub.terminate()
    assert await asyncio.wait_for(hub.wait(), 20) == 0
    [seen] = read_sightings(paths_for("hub", place.folder))
    assert (seen.organisation, seen.role, seen.user) == ("valdore", Role.KIOSK, "kiosk1")
    assert seen.version == program_version() != ""
    await tasks.close()


async def test_a_hub_waits_until_an_older_server_lets_go_of_the_address(
    place: Place, start: Start, tmp_path: Path
) -> None:
    tasks = Tasks()
    older = BusServer(
        ServerSettings(tmp_path / "older", place.port),
        [],
        hub_key=public_key(new_seed()),
        tasks=tasks,
    )
    await older.start()
    hub = await start(*place.command())
    said = asyncio.ensure_future(_line(hub))
    await asyncio.wait([said], timeout=2)
    assert not said.done()
    await older.stop()
    assert f":{place.port}" in await said
    assert (await _services(place, tasks, place.seed)).services
    await tasks.close()


@pytest.mark.skipif(sys.platform != "linux", reason="prctl(2)")
async def test_the_server_ends_with_a_hub_that_is_killed(place: Place, start: Start) -> None:
    hub = await start(*place.command())
    await _line(hub)
    server = _server_of(hub)
    hub.kill()
    await hub.wait()
    await asyncio.to_thread(server.wait, 60)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_a_hub_that_waits_for_its_store_ends_when_it_is_told_to(
    place: Place, start: Start, tmp_path: Path
) -> None:
    """Another server has its address, and it waits for that one to go."""
    tasks = Tasks()
    other = BusServer(
        ServerSettings(tmp_path / "other", place.port),
        [],
        hub_key=public_key(new_seed()),
        tasks=tasks,
    )
    await other.start()
    hub = await start(*place.command())
    await until(lambda: _catches(hub, signal.SIGTERM))
    hub.terminate()
    assert await asyncio.wait_for(hub.wait(), 60) == 0
    await other.stop()
    await tasks.close()


async def test_a_hub_whose_streams_were_made_on_a_larger_disk_starts(
    place: Place, start: Start
) -> None:
    """A folder that moved house: the bounds of its streams are larger than the new disk."""
    hub = await start(*place.command())
    await _line(hub)
    hub.terminate()
    assert await asyncio.wait_for(hub.wait(), 60) == 0
    tasks, seed = Tasks(), new_seed()
    limit_bytes = server_store_bytes(HubSettings(), place.folder)
    server = BusServer(
        ServerSettings(place.folder / "hub" / "bus", place.port, max_file_store=limit_bytes),
        [],
        hub_key=public_key(seed),
        tasks=tasks,
    )
    await server.start()
    connection = HubConnection([server.url], seed, tasks=tasks)
    await connection.connect()
    uses = await connection.streams.usage()
    await connection.streams.bound(uses[0].name, 100 * shutil.disk_usage(place.folder).total)
    await connection.close()
    await server.stop()
    await tasks.close()
    assert f":{place.port}" in await _line(await start(*place.command()))


async def test_a_second_hub_on_the_same_address_gives_up_and_leaves_the_first_whole(
    place: Place, start: Start
) -> None:
    first = await start(*place.command())
    await _line(first)
    second = await start(*place.command(), "--folder", str(place.folder / "other"))
    assert "bus_unreachable" in await _line(second)
    assert await asyncio.wait_for(second.wait(), 30) == 1

    tasks = Tasks()
    # the first one's supervisor starts it again from the same folder
    os.kill(_server_of(first).pid, signal.SIGKILL)
    async with asyncio.timeout(30):
        while True:
            try:
                assert (await _services(place, tasks, place.seed)).services
                break
            except SessionError:  # until then, whatever a server on its way up says
                await asyncio.sleep(0.2)
    await tasks.close()


async def test_the_example_is_complete_and_a_wrong_catalogue_is_named(
    tmp_path: Path, start: Start
) -> None:
    example = await start("hub", "example")
    text, _ = await example.communicate()
    path = tmp_path / "catalogue.toml"
    path.write_bytes(text)
    assert await (await start("hub", "check", str(path))).wait() == 0
    path.write_text('[[organisations]]\nid = "un deux"\nname = "x"', encoding="utf-8")
    wrong = await start("hub", "check", str(path))
    said, _ = await wrong.communicate()
    assert (wrong.returncode, b"organisations" in said) == (1, True)
    refused = await start("hub", "--folder", str(tmp_path), "--catalogue", str(path))
    said, _ = await refused.communicate()
    assert (refused.returncode, b"organisations" in said) == (2, True)


def test_a_hub_holds_only_what_every_hub_needs() -> None:
    """PDF files are read by a program of their own; far stores, mails, SMS and web pages are asked
    for in the settings.
    """
    code = "import expert_app.hub.program, expert_app.hub.monitor, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    elsewhere = {
        "pikepdf",
        "fsspec",
        "alembic",
        "PIL",
        "aiohttp",
        "httpx",
        "aiosmtplib",
        "icalendar",
    }
    assert elsewhere & set(loaded.stdout.split()) == set()
