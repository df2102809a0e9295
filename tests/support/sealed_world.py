# SPDX-License-Identifier: GPL-3.0-only
"""A hub of a network, an organisation of it with a vault, and a kiosk of the network's:
for tests of sealing.
"""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import msgspec

from session.bus.client import BusClient
from session.bus.sealing.certificates import SECRET_BYTES, VaultSecret, sign_seal_key
from session.bus.sealing.client import SealingClient
from session.bus.sealing.pinned_keys import PinnedKeys
from session.bus.transport.connection import Incoming
from session.bus.transport.nkeys import new_seed, public_key
from session.core.clock import Clock, SystemClock
from session.desk.hub.client import DeskClient
from session.hub.access.handlers import handlers_of
from session.hub.access.log_register import LogRegister
from session.hub.dossier.deliveries import DeliveryService
from session.hub.dossier.exports import ExportService
from session.hub.dossier.identity import IdentityService
from session.hub.dossier.pieces import PieceService
from session.hub.dossier.service import DossierService
from session.hub.dossier.uploads import UploadSpool
from session.hub.vault.handlers import DeskCertificates, VaultCallers, VaultLogService
from session.hub.vault.log_store import VaultLog
from session.hub.vault.server import VaultOwner, VaultServer
from session.hub.vault.sessions import VaultSessions
from session.kiosk.hub.client import KioskClient
from session.protocol.hub.seal_keys import SealKey
from session.protocol.sealing import Part
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, catalogue_text, free_port
from tests.support.waiting import until

ORGANISATION, VAULT = "valdore", "coffre"
YEAR = timedelta(days=365)


def new_secret() -> VaultSecret:
    return VaultSecret(base64.b64encode(os.urandom(SECRET_BYTES)))


@dataclass
class SigningKeys:
    """The organisation's signing key, and the secrets of its vault."""

    organisation: str = ORGANISATION
    seed: bytes = field(default_factory=new_seed)
    secrets: list[VaultSecret] = field(default_factory=lambda: [new_secret()])

    @property
    def signer(self) -> str:
        return public_key(self.seed)

    def key(
        self, secret: VaultSecret, first: date | None = None, last: date | None = None
    ) -> SealKey:
        today = date.today()
        first, last = first or today - timedelta(days=1), last or today + YEAR
        return sign_seal_key(
            self.organisation, secret, first=first, last=last, signing_seed=self.seed
        )

    def toml(self, keys: list[SealKey]) -> str:
        rows = ", ".join("{ " + ", ".join(_pairs(key)) + " }" for key in keys)
        return f'vaults = [{{ id = "{VAULT}" }}]\nseal_keys = [{rows}]\n'


def _pairs(key: SealKey) -> list[str]:
    return msgspec.toml.encode(key).decode().strip().splitlines()


def sealed_catalogue(*organisations: SigningKeys) -> str:
    text = catalogue_text()
    for keys in organisations:
        head = f'id = "{keys.organisation}"\n'
        more = keys.toml([keys.key(secret) for secret in keys.secrets])
        text = text.replace(head, head + more, 1)
    return text


class SealedWorld:
    """Everybody of the world, and the vault."""

    def __init__(self, folder: Path, world: World, *, keys: SigningKeys) -> None:
        self.folder, self.world, self.keys = folder, world, keys
        self.admitted: dict[tuple[Role, str], str] = {
            (role, user): key
            for (organisation, role, user), key in world.keys.items()
            if organisation == ORGANISATION
        }
        self.secrets = list(keys.secrets)
        self.server: VaultServer | None = None
        self.log = VaultLog(folder / "vault" / "log.sqlite")
        self._bus: BusClient | None = None

    async def start_vault(self, parts: tuple[Part, ...] = (Part.DOSSIER, Part.LOG)) -> None:
        world = self.world
        bus = self._bus = await world.client(Role.VAULT, VAULT)
        sessions = VaultSessions(bus, self.log, clock=world.clock, secrets=lambda: self.secrets)
        rules = DossierService(
            world.store,
            sessions,
            callers=sessions,
            uploads=UploadSpool(self.folder / "vault" / "uploads"),
        )
        owner = VaultOwner(ORGANISATION, lambda: self.secrets, self._keys_of)
        certificates = DeskCertificates(owner, world.clock)
        callers = VaultCallers(self.log, sessions, organisation=ORGANISATION, clock=world.clock)
        register = LogRegister(world.store.readings, world.catalogue.person_name)
        logs = VaultLogService(
            self.log, sessions, register=register, organisation=ORGANISATION, clock=world.clock
        )
        handlers = {
            Part.DOSSIER: handlers_of(
                rules,
                IdentityService(
                    rules,
                    number_kind=world.catalogue.number_kind,
                    name_of=world.catalogue.person_name,
                    clock=world.clock,
                ),
                PieceService(rules),
                DeliveryService(world.store, lambda _organisation, user: user),
                ExportService(world.store, lambda _organisation, user: user),
                callers,
                certificates,
            ),
            Part.LOG: handlers_of(logs, register, certificates),
        }
        served = {part: handlers[part] for part in parts}
        self.server = VaultServer(
            owner,
            served,
            listen=bus.subscribe,
            answer=bus.answer,
            clock=world.clock,
            tasks=world.tasks,
        )
        await self.server.start()
        await bus._connection.settle()

    def _keys_of(self, role: Role, user: str) -> frozenset[str]:
        return frozenset({self.admitted.get((role, user), "")}) - {""}

    async def stop_vault(self) -> None:
        assert self.server is not None
        assert self._bus is not None
        await self.server.stop()
        await self._bus.close()

    def seals(
        self,
        name: str,
        home: str = ORGANISATION,
        signers: Mapping[str, str] | None = None,
        organisation_of: Callable[[str], str] = lambda session_id: ORGANISATION,
    ) -> SealingClient:
        pins = PinnedKeys(self.folder / f"{name}.pins", signers or {}, clock=self.world.clock)
        return SealingClient(pins, home, organisation_of=organisation_of)

    async def desk(self, user: str, role: Role = Role.AGENT) -> DeskClient:
        client = await self.world.client(role, user, seals=self.seals(user))
        link = DeskClient(client, self.world.clock, tasks=self.world.tasks)
        await link.start()
        if role in (Role.AGENT, Role.SUPERVISOR):
            await until(lambda: link.is_ready)
        return link

    async def kiosk(self, user: str = "kiosk1", home: str = "network") -> KioskClient:
        client = await self.world.client(Role.KIOSK, user, home, self.seals(f"{home}.{user}", home))
        link = KioskClient(client, self.world.clock, tasks=self.world.tasks)
        await link.start()
        return link

    async def overhear(self) -> list[Incoming]:
        """Everything that passes the hub's account from now on, as whoever runs the hub may hear
        it.
        """
        heard: list[Incoming] = []
        assert self.world.connection is not None
        await self.world.connection.bus.subscribe(">", heard.append)
        return heard


@asynccontextmanager
async def sealed_world(
    folder: Path,
    *,
    clock: Clock | None = None,
    with_vault: bool = True,
    keys: SigningKeys | None = None,
) -> AsyncIterator[SealedWorld]:
    """A running world with a vault; everything ends with it."""
    keys = keys or SigningKeys()
    world = World(
        folder,
        clock or SystemClock(),
        tick_s=0.1,
        port=free_port(),
        catalogue=sealed_catalogue(keys),
    )
    try:
        await world.server.start()
        await world.start_hub()
        sealed = SealedWorld(folder, world, keys=keys)
        if with_vault:
            await sealed.start_vault()
        yield sealed
    finally:
        await world.close()
