# SPDX-License-Identifier: GPL-3.0-only
"""The operator's hub and an organisation's vault as the processes that they are, and a wire tap
before the hub.

Everything that kiosk, desk and vault say to the operator's server and hear from it passes the tap;
loopback is not encrypted, so the tap has what whoever runs the server could have.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import zstandard

from documents.store.dossier_store import DossierStore
from expert_app.runtime.config import (
    ConventionSettings,
    HubSettings,
    MetricsSettings,
    VaultSettings,
    save,
)
from expert_app.runtime.credentials import save_seed
from expert_app.runtime.paths import paths_for
from session.bus.sealing.certificates import VaultSecret
from session.bus.transport.nkeys import new_seed, public_key
from session.core.dossier_model import Dossier, Piece
from session.hub.convention.files import signature_path
from session.hub.convention.signatures import signature_file
from tests.support.hub_world import free_port
from tests.support.sealed_world import SigningKeys

ORGANISATION = "caisse"
NETWORK = """
id = "reseau"
name = "Réseau des points d'accueil du Val-Doré"
organisations = [{{ id = "caisse", key = "{signer}" }}]
sites = [{{ id = "oyen", name = "Mairie de Saint-Oyen", shared_with = ["caisse"] }}]
kiosks = [{{ id = "borne1", site = "oyen", key = "{kiosk}" }}]
"""
CAISSE = """
id = "caisse"
name = "Caisse d'entraide"
{seal}
services = [{{ id = "logement", name = "Logement", letter = "L" }}]
offers = [{{ site = "oyen", services = ["logement"] }}]
people = [
  {{ id = "alice", name = "Alice M.", key = "{alice}" }},
  {{ id = "aide", name = "Denis W.", role = "helpdesk", key = "{aide}" }},
]
"""
START_S = 40


class Tap:
    """A relay before the hub's server that keeps every byte."""

    def __init__(self, port: int) -> None:
        self.heard = bytearray()
        self.port = 0
        self._to = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._on_client, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _on_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, out = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.close()
            return
        if self._closed:  # meanwhile
            writer.close()
            out.close()
            return
        for source, target in ((reader, out), (there, writer)):
            task = asyncio.ensure_future(self._pass(source, target))
            self._tasks.add(task)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError):
                while data := await reader.read(65536):
                    self.heard += data
                    writer.write(data)
                    await writer.drain()
        finally:
            writer.close()

    async def close(self) -> None:
        self._closed = True
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@dataclass
class Parties:
    """Folders, keys and processes of operator and organisation."""

    folder: Path
    sealed: bool
    keys: SigningKeys = field(default_factory=lambda: SigningKeys(ORGANISATION))
    seeds: dict[str, bytes] = field(
        default_factory=lambda: {
            name: new_seed() for name in ("operator", "borne1", "alice", "aide", "coffre")
        }
    )
    port: int = field(default_factory=free_port)
    watch_port: int = field(default_factory=free_port)
    processes: dict[str, Process] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tap = Tap(self.port)
        self.operator, self.organisation = self.folder / "operator", self.folder / "organisation"
        for place in (self.operator / "convention", self.organisation):
            place.mkdir(parents=True)

    @property
    def bus(self) -> str:
        return f"nats://127.0.0.1:{self.tap.port}"

    def write(self) -> None:
        """Conventions with their signatures, settings, keys."""
        public = {name: public_key(seed) for name, seed in self.seeds.items()}
        seal = ""
        if self.sealed:
            seal = self.keys.toml([self.keys.key(secret) for secret in self.keys.secrets])
            seal = seal.replace(
                '{ id = "coffre" }', f'{{ id = "coffre", key = "{public["coffre"]}" }}'
            )
        network = NETWORK.format(signer=self.keys.signer, kiosk=public["borne1"])
        caisse = CAISSE.format(seal=seal, alice=public["alice"], aide=public["aide"])
        self._sign(self.operator / "convention" / "network.toml", network, self.seeds["operator"])
        self._sign(self.operator / "convention" / "caisse.toml", caisse, self.keys.seed)
        self._sign(self.organisation / "caisse.toml", caisse, self.keys.seed)
        hub = HubSettings(
            catalogue=str(self.operator / "convention"),
            listen_port=self.port,
            metrics=MetricsSettings(listen=""),
            convention=ConventionSettings(operator_key=public["operator"]),
        )
        save(hub, paths_for("hub", self.operator).config)

    def _sign(self, file: Path, text: str, seed: bytes) -> None:
        file.write_text(text, encoding="utf-8", newline="\n")
        signed = signature_file(file.stem, file.read_bytes(), seed)
        signature_path(file).write_text(signed, encoding="ascii")

    def write_vault(self, secret_text: bytes) -> None:
        """The vault's settings and secrets, on the organisation's own disk."""
        key_file, secret_file = self.organisation / "bus.key", self.organisation / "seal.key"
        save_seed("", self.seeds["coffre"], key_file)
        save_seed("", secret_text, secret_file)
        settings = HubSettings(
            catalogue=str(self.organisation / "caisse.toml"),
            bus=self.bus,
            vault=VaultSettings(
                signer=self.keys.signer, secret_files=[str(secret_file)], key_file=str(key_file)
            ),
            metrics=MetricsSettings(listen=f"127.0.0.1:{self.watch_port}"),
        )
        save(settings, paths_for("vault", self.organisation).config)

    def add_dossier(self, name: str, number: str) -> None:
        """Where the dossiers of the organisation are: at its vault, or at the hub."""
        base = (
            paths_for("vault", self.organisation)
            if self.sealed
            else paths_for("hub", self.operator)
        )
        dossier = Dossier(
            number="VD-2026-00417",
            caller_name=name,
            caller_number=number,
            pieces=(Piece(id="bail", name="Contrat de location"),),
        )
        with DossierStore(base.folder("dossiers")) as store:
            store.create_dossier(ORGANISATION, dossier)

    async def start_hub(self) -> None:
        await self._start("hub", "--folder", str(self.operator))

    @property
    def _as_vault(self) -> tuple[str, ...]:
        return ("--folder", str(self.organisation), "--serve", "dossier,log", "--org", ORGANISATION)

    async def start_vault(self) -> None:
        await self._start("vault", *self._as_vault)

    async def vault_command(self, *words: str) -> str:
        """A command on the vault's folder that goes well; what it says."""
        command = [
            sys.executable,
            "-m",
            "expert_app",
            "hub",
            "--language",
            "en",
            *self._as_vault,
            *words,
        ]
        process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE)
        said, _ = await asyncio.wait_for(process.communicate(), START_S)
        assert process.returncode == 0, said.decode()
        return said.decode()

    async def _start(self, name: str, *words: str) -> None:
        command = [sys.executable, "-m", "expert_app", "hub", *words]
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
        )
        self.processes[name] = process
        assert process.stdout is not None
        said = await asyncio.wait_for(process.stdout.readline(), START_S)
        assert said, f"{name} ended: {await process.wait()}"

    async def stop(self, name: str) -> None:
        process = self.processes.pop(name)
        process.terminate()
        await asyncio.wait_for(process.wait(), 30)

    async def close(self) -> None:
        for name in list(self.processes):
            await self.stop(name)
        await self.tap.close()


@asynccontextmanager
async def parties(folder: Path, secret_text: bytes, *, sealed: bool) -> AsyncIterator[Parties]:
    """Operator and organisation, running; their processes end with it."""
    both = Parties(folder, sealed)
    both.keys.secrets = [VaultSecret(secret_text)]
    both.write()
    try:
        await both.tap.open()
        both.write_vault(secret_text)
        yield both
    finally:
        await both.close()


# ---- looking for clear text

_ZSTD = b"\x28\xb5\x2f\xfd"


def _plain(data: bytes) -> list[bytes]:
    """`data` as it is, and what base64 and zstd hide of it."""
    found = [data]
    found += _base64_runs(data)
    for layer in list(found):
        at = layer.find(_ZSTD)
        while at >= 0:
            with contextlib.suppress(zstandard.ZstdError):
                found.append(zstandard.ZstdDecompressor().decompressobj().decompress(layer[at:]))
            at = layer.find(_ZSTD, at + 4)
    return found


def _base64_runs(data: bytes) -> list[bytes]:
    runs = []
    for run in re.findall(rb"[A-Za-z0-9+/]{24,}={0,2}", data):
        for shift in range(4):  # a run may begin in the middle of a group
            text = run[shift:].rstrip(b"=")
            runs.append(base64.b64decode(text[: len(text) // 4 * 4]))
    return runs


def finds(data: bytes, markers: list[bytes]) -> list[bytes]:
    """The markers that stand in `data`, plainly or in base64 or zstd or one in the other."""
    layers = _plain(data)
    return [marker for marker in markers if any(marker in layer for layer in layers)]


def files_with(
    folder: Path, markers: list[bytes], but: Callable[[Path], bool] = lambda path: False
) -> dict[str, int]:
    """Files below `folder` in which a marker stands, with how many."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and not but(path):
            count = len(finds(path.read_bytes(), markers))
            if count:
                found[str(path.relative_to(folder))] = count
    return found
