# SPDX-License-Identifier: GPL-3.0-only
"""Who is in the world of the cluster's faults, in one file that all its processes read.
Used by all of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from session.bus.transport.nkeys import new_seed, public_key
from session.core.clock import SystemClock
from session.hub.convention.catalogue import Catalogue
from session.protocol.wire.roles import Role

ORGANISATION = "valdore"
SERVICE = "housing"
"""Agents choose its callers."""

PUSHED = "rights"
"""The hub offers its callers."""


class WrongClock(SystemClock):
    """The computer's clock, wrong by what somebody has set;
    its monotonic time goes on as it should.
    """

    wrong = timedelta()

    def utc_now(self) -> datetime:
        return super().utc_now() + self.wrong


class ClusterWorld(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses and keys. `kiosks`, `agents`: user -> seed."""

    urls: list[str]
    hub_seed: str
    kiosks: dict[str, str]
    agents: dict[str, str]
    boss: str = ""

    @classmethod
    def invent(cls, urls: list[str], kiosks: int, agents: int) -> ClusterWorld:
        return cls(
            urls=urls,
            hub_seed=new_seed().decode(),
            kiosks={f"kiosk{n}": new_seed().decode() for n in range(kiosks)},
            agents={f"agent{n}": new_seed().decode() for n in range(agents)},
            boss=new_seed().decode(),
        )

    @classmethod
    def load(cls, path: Path) -> ClusterWorld:
        return msgspec.json.decode(path.read_bytes(), type=cls)

    def save(self, path: Path) -> None:
        path.write_bytes(msgspec.json.encode(self))

    def catalogue(self) -> Catalogue:
        kiosks = "".join(f'  {{ id = "{name}", site = "townhall" }},\n' for name in self.kiosks)
        people = "".join(f'  {{ id = "{name}", name = "{name}" }},\n' for name in self.agents)
        return Catalogue.parse(
            f"""[[organisations]]
id = "{ORGANISATION}"
name = "Caisse d'entraide du Val-Doré"
services = [
  {{ id = "{SERVICE}", name = "Aide au logement", letter = "L" }},
  {{ id = "{PUSHED}", name = "Mes droits", letter = "D", mode = "push", offer_s = 10 }},
]
sites = [{{ id = "townhall", name = "Mairie de Saint-Oyen", services = ["{SERVICE}", "{PUSHED}"] }}]
kiosks = [
{kiosks}]
people = [
  {{ id = "boss", name = "boss", role = "supervisor" }},
{people}]
"""
        )

    def keys(self) -> dict[tuple[str, Role, str], str]:
        """Public keys as the catalogue wants them."""
        kiosks = {
            (ORGANISATION, Role.KIOSK, name): public_key(seed.encode())
            for name, seed in self.kiosks.items()
        }
        agents = {
            (ORGANISATION, Role.AGENT, name): public_key(seed.encode())
            for name, seed in self.agents.items()
        }
        boss = (
            {(ORGANISATION, Role.SUPERVISOR, "boss"): public_key(self.boss.encode())}
            if self.boss
            else {}
        )
        return kiosks | agents | boss
