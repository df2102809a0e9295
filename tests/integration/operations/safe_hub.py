# SPDX-License-Identifier: GPL-3.0-only
"""A hub with an authority of its own, and each role's program as a person starts it; for tests."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_type_hints

import httpx
import msgspec

from expert_app.runtime.child_programs import Child, ChildFailed
from expert_app.runtime.config import (
    DeskSettings,
    DisplaySettings,
    HubSettings,
    KioskSettings,
    MediaSettings,
    MetricsSettings,
    save,
)
from expert_app.runtime.credentials import SEED_VARIABLE
from session.bus.transport.nkeys import new_seed, public_key
from session.core.tasks import Tasks
from tests.integration.bus.http_proxy import HttpProxy, http_proxy
from tests.support.hub_world import free_port
from tests.support.tls_files import tls_files

READY_S, FACT_S = 90.0, 60.0
DESK_ROLES: tuple[str, ...] = get_args(get_type_hints(DeskSettings)["role"])

FIRST_READ: dict[str, tuple[str, dict[str, object]]] = {
    "agent": ("queue_visible", {"tickets": 0}),
    "supervisor": ("board", {"agents": 1}),
    "helpdesk": ("connection", {"connected": True}),
    "facilitator": ("site", {"kiosks": 1}),
    "operator": ("network", {"hubs": 1, "sites": 1}),
    "kiosk": ("services_shown", {"services": 1}),
    "display": ("shown", {"waiting": 0}),
}
"""What each program has read of the hub first of all: a fact, and some of its values."""

CATALOGUE = """
[[organisations]]
id = "valdore"
name = "Caisse d'entraide du Val-Doré"
services = [{{ id = "housing", name = "Aide au logement", letter = "L" }}]
sites = [{{ id = "townhall", name = "Mairie de Saint-Oyen", services = ["housing"] }}]
kiosks = [{{ id = "kiosk", site = "townhall", key = "{kiosk}" }}]
displays = [{{ id = "display", site = "townhall", key = "{display}" }}]
people = [
{people}
]
"""


@dataclass
class Safe:
    """A hub with an authority of its own, and a proxy before it."""

    folder: Path
    ca: Path
    port: int
    web_port: int
    proxy: HttpProxy
    seeds: dict[str, bytes]
    monitor_port: int = field(default_factory=free_port)
    tasks: Tasks = field(default_factory=Tasks)

    def settings(self, role: str, bus: str, ca_file: Path) -> msgspec.Struct:
        common: dict[str, Any] = {
            "organisation": "valdore",
            "user": role,
            "bus": [bus],
            "ca_file": str(ca_file),
        }
        media = MediaSettings(camera="none", microphone="none")
        if role == "kiosk":
            return KioskSettings(**common, media=media, files_from=[], language="en")
        if role == "display":
            return DisplaySettings(**common, speak=False, language="en")
        return msgspec.convert(
            {**common, "role": role, "media": msgspec.to_builtins(media), "language": "en"},
            DeskSettings,
        )

    async def start(self, role: str, folder: Path, bus: str, *, ca_file: Path) -> Child:
        folder.mkdir(exist_ok=True)
        file = folder / "settings.toml"
        save(self.settings(role, bus, ca_file), file)
        program = role if role in ("kiosk", "display") else "desk"
        words = [program, "--folder", str(folder), "--settings", str(file), "--driven"]
        log = folder / f"{role}.log"
        child = Child(role, ["-m", "expert_app", *words], tasks=self.tasks, log_file=log)
        await child.start(
            {
                SEED_VARIABLE: self.seeds[role].decode(),
                "QT_QPA_PLATFORM": "offscreen",
                "HTTPS_PROXY": self.proxy.url,
                "https_proxy": self.proxy.url,
                "NO_PROXY": "",
                "no_proxy": "",
            }
        )
        return child


def _people(seeds: dict[str, bytes]) -> str:
    sites = {"facilitator": ', sites = ["townhall"]'}
    return "\n".join(
        f'  {{ id = "{role}", name = "Camille {role[0].upper()}.", role = "{role}", '
        f'key = "{public_key(seeds[role])}"{sites.get(role, "")} }},'
        for role in DESK_ROLES
    )


@contextlib.asynccontextmanager
async def safe_hub(folder: Path) -> AsyncIterator[Safe]:
    """The hub runs; its folder has `hub.toml` and the authority in `ca`."""
    files = tls_files(folder / "ca")
    seeds = {role: new_seed() for role in FIRST_READ}
    catalogue = folder / "catalogue.toml"
    keys = {name: public_key(seeds[name]) for name in ("kiosk", "display")}
    catalogue.write_text(CATALOGUE.format(people=_people(seeds), **keys), encoding="utf-8")
    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(http_proxy())
        place = Safe(folder, files.ca, free_port(), free_port(), proxy, seeds)
        stack.push_async_callback(place.tasks.close)
        settings = HubSettings(
            catalogue=str(catalogue),
            listen_port=place.port,
            websocket_port=place.web_port,
            tls_certificate=str(files.certificate),
            tls_key=str(files.key),
            metrics=MetricsSettings(listen=f"127.0.0.1:{place.monitor_port}"),
        )
        save(settings, folder / "hub.toml")
        words = ["hub", "--folder", str(folder), "--settings", str(folder / "hub.toml")]
        hub = Child(
            "hub",
            ["-m", "expert_app", *words, "--driven"],
            tasks=place.tasks,
            log_file=folder / "hub.log",
        )
        await hub.start()
        stack.push_async_callback(hub.stop)
        await asyncio.wait_for(hub.ready, READY_S)
        yield place


async def fact_of(child: Child, name: str, wanted: dict[str, object]) -> dict[str, object]:
    async with asyncio.timeout(FACT_S):
        while True:
            found = (await child.ask("facts")).get(name, {})
            if found and wanted.items() <= found.items():
                return dict(found)
            await asyncio.sleep(0.2)


async def says(child: Child, widget: str, words: str) -> None:
    async with asyncio.timeout(FACT_S):
        while True:
            with contextlib.suppress(ChildFailed):
                if words in await child.ask("read", name=widget):
                    return
            await asyncio.sleep(0.2)


async def health_of(safe: Safe) -> dict[str, Any]:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{safe.monitor_port}/healthz")
    return dict(answer.json())


async def hub_command(safe: Safe, *words: str) -> tuple[int, str]:
    """What a command of this hub says, and its exit code."""
    settings = ["--settings", str(safe.folder / "hub.toml"), "--folder", str(safe.folder)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "expert_app",
        "hub",
        *words,
        *settings,
        "--language",
        "en",
        stdout=PIPE,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()
