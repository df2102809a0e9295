# SPDX-License-Identifier: GPL-3.0-only
"""Each role's program, started as a person starts it, reaches a hub with an authority of its own:
over TLS, and over WebSocket through a proxy. A new role is here as soon as it has a word in the
settings.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_type_hints

import httpx
import msgspec
import pytest
import pytest_asyncio

from expert_app.__main__ import main
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
from tests.support.matrix import thinned
from tests.support.tls_files import tls_files

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def safe(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Safe]:
    folder = tmp_path_factory.mktemp("safe")
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


async def _fact(child: Child, name: str, wanted: dict[str, object]) -> dict[str, object]:
    async with asyncio.timeout(FACT_S):
        while True:
            found = (await child.ask("facts")).get(name, {})
            if found and wanted.items() <= found.items():
                return dict(found)
            await asyncio.sleep(0.2)


async def _says(child: Child, widget: str, words: str) -> None:
    async with asyncio.timeout(FACT_S):
        while True:
            with contextlib.suppress(ChildFailed):
                if words in await child.ask("read", name=widget):
                    return
            await asyncio.sleep(0.2)


async def test_every_role_of_the_settings_is_here() -> None:
    assert set(FIRST_READ) == {*DESK_ROLES, "kiosk", "display"}


@pytest.mark.parametrize(
    ("role", "way"),
    [
        *((role, "tls") for role in FIRST_READ),
        *((role, "wss") for role in ("agent", "kiosk")),
        # the way is the connection's, not the role's
        *(
            pytest.param(role, "wss", marks=pytest.mark.long)
            for role in FIRST_READ
            if role not in ("agent", "kiosk")
        ),
    ],
)
async def test_the_program_of_a_role_connects_and_reads(
    role: str, way: str, safe: Safe, tmp_path: Path
) -> None:
    port = safe.port if way == "tls" else safe.web_port
    before = len(safe.proxy.asked)
    child = await safe.start(role, tmp_path, f"{way}://localhost:{port}", ca_file=safe.ca)
    try:
        await asyncio.wait_for(child.ready, READY_S)
        name, wanted = FIRST_READ[role]
        await _fact(child, name, wanted)
    finally:
        await child.stop()
    assert child.returncode == 0
    through = safe.proxy.asked[before:]
    assert set(through) == (set() if way == "tls" else {f"CONNECT localhost:{port}"})


@pytest.mark.parametrize(
    "role",
    # the others show it by the same part of their windows as the agent
    thinned(
        [role for role in FIRST_READ if role != "kiosk"], kept=["agent", "helpdesk", "display"]
    ),
)
async def test_a_program_that_was_never_connected_says_why(
    role: str, safe: Safe, tmp_path: Path
) -> None:
    """Its settings name an authority that did not sign the bus's certificate."""
    other = tls_files(tmp_path / "other")
    child = await safe.start(role, tmp_path, f"tls://localhost:{safe.port}", ca_file=other.ca)
    widget = "display_why" if role == "display" else "not_connected_yet"
    try:
        await asyncio.wait_for(child.ready, READY_S)
        await _says(child, widget, "does not trust")
    finally:
        await child.stop()


@pytest.mark.parametrize("role", FIRST_READ)
async def test_no_role_speaks_in_clear_beyond_this_machine(
    role: str,
    safe: Safe,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SEED_VARIABLE, safe.seeds[role].decode())
    file = tmp_path / "settings.toml"
    save(safe.settings(role, "nats://192.0.2.7:4222", safe.ca), file)
    program = role if role in ("kiosk", "display") else "desk"
    words = [program, "--folder", str(tmp_path), "--settings", str(file), "--language", "en"]
    assert await asyncio.to_thread(main, words) == 2
    assert "nats://192.0.2.7:4222 is not encrypted" in capsys.readouterr().out


async def _health(safe: Safe) -> dict[str, Any]:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{safe.monitor_port}/healthz")
    return dict(answer.json())


async def _renew(safe: Safe) -> str:
    settings = ["--settings", str(safe.folder / "hub.toml"), "--folder", str(safe.folder)]
    command = ["hub", "renew-certificate", "--ca", str(safe.ca.parent), *settings]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "expert_app", *command, "--language", "en", stdout=PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode()


async def test_a_certificate_is_renewed_while_a_desk_is_connected(
    safe: Safe, tmp_path: Path
) -> None:
    address = f"tls://localhost:{safe.port}"
    desk = await safe.start("operator", tmp_path / "operator", address, ca_file=safe.ca)
    late = None
    try:
        await asyncio.wait_for(desk.ready, READY_S)
        name, wanted = FIRST_READ["operator"]
        before = await _fact(desk, name, wanted)
        assert (await _health(safe))["certificate_days"] == 824
        old = await asyncio.to_thread(ssl.get_server_certificate, ("localhost", safe.port))

        assert "The hub that runs takes it within seconds" in await _renew(safe)
        async with asyncio.timeout(FACT_S):
            while True:
                new = await asyncio.to_thread(ssl.get_server_certificate, ("localhost", safe.port))
                if new != old:
                    break
                await asyncio.sleep(0.2)
        # the desk's answers go on; a newcomer believes the new certificate
        count = before["count"]
        assert isinstance(count, int)
        async with asyncio.timeout(FACT_S):
            while True:
                after = await _fact(desk, name, wanted)
                if isinstance(after["count"], int) and after["count"] > count + 1:
                    break
                await asyncio.sleep(0.5)
        late = await safe.start("helpdesk", tmp_path / "helpdesk", address, ca_file=safe.ca)
        await asyncio.wait_for(late.ready, READY_S)
        await _fact(late, *FIRST_READ["helpdesk"])
    finally:
        await desk.stop()
        if late is not None:
            await late.stop()
