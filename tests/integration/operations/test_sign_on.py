# SPDX-License-Identifier: GPL-3.0-only
"""Sign-on with a certified provider (oidc-provider) in a real browser, over TLS with an authority
of its own; the hub is the real program.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import keyring
import pytest

from expert_app.runtime.config import DeskSettings
from expert_app.runtime.enrolment import why_refused
from expert_app.runtime.paths import paths_for
from expert_app.workplace.sign_on.here import find_offers, sign_off, sign_on_here
from session.bus.client import BusClient
from session.bus.transport.tls import client_tls
from session.core.clock import SystemClock
from session.core.errors import BusRefusedIdentity, SignOnEnded, SignOnNoRole
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.protocol.hub.invitation import read_network
from session.protocol.wire.roles import Role
from tests.integration.javascript.browsers import found, needs, opened
from tests.integration.javascript.npm import NODE
from tests.integration.operations.sign_on_world import RealProvider, real_provider
from tests.support.memory.keyring import MemoryKeyring
from tests.support.programs import HubFolder
from tests.support.tls_files import TlsFiles, tls_files
from tests.support.waiting import until

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32" or not NODE.exists(), reason="no node >= 22"),
    needs("chromium"),
]

SETTINGS = """
listen_host = "127.0.0.1"
tls_certificate = "{certificate}"
tls_key = "{key}"
addresses = ["tls://127.0.0.1:{port}"]

[[sso]]
name = "Caisse d'entraide du Val-Doré"
issuer = "{issuer}"
client_id = "poste-expert"
parameters = {{ prompt = "consent" }}
ca_file = "{ca}"
check_minutes = 0.01

[[sso.rules]]
organisation = "valdore"
role = "agent"
values = ["agents-rights"]
services = ["housing"]

[[sso.rules]]
organisation = "valdore"
role = "supervisor"
values = ["supervisors"]
"""


@pytest.fixture
def own_keyring() -> Iterator[MemoryKeyring]:
    before, ours = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(ours)
    yield ours
    keyring.set_keyring(before)


class Browser:
    """Chromium for each page, as the system's browser would open it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._open = folder, list[subprocess.Popen[bytes]]()

    def show(self, address: str) -> bool:
        assert found("chromium")
        self.close()
        profile = self._folder / f"browser-{len(self._open)}"
        self._open.append(opened("chromium", address, profile, ("--ignore-certificate-errors",)))
        return True

    def close(self) -> None:
        for process in self._open:
            if process.poll() is not None:
                continue
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Town:
    """Hub, provider, browser, and the desks that somebody has signed on at."""

    def __init__(self, folder: Path, provider: RealProvider, files: TlsFiles) -> None:
        self.folder, self.provider, self.files = folder, provider, files
        self.place, self.browser, self.tasks = (
            HubFolder(folder / "hub"),
            Browser(folder),
            Tasks(),
        )
        self._bus: list[BusClient] = []
        text = SETTINGS.format(
            certificate=files.certificate,
            key=files.key,
            port=self.place.port,
            issuer=provider.issuer,
            ca=files.ca,
        )
        (self.place.folder / "hub.toml").write_text(text, encoding="utf-8")

    async def line(self) -> str:
        """What the hub's operator gives to everybody."""
        code, said = await self.place.run("sso")
        assert code == 0, said
        return said.splitlines()[-1]

    async def sign_on(self, line: str, desk: str) -> tuple[DeskSettings, bytes]:
        network = await find_offers(read_network(line), "", self.tasks)
        assert [one.name for one in network.offers] == ["Caisse d'entraide du Val-Doré"]
        paths = paths_for("desk", self.folder / desk)
        return await sign_on_here(network, network.offers[0], paths, open_page=self.browser.show)

    async def connected(self, signed_on: tuple[DeskSettings, bytes], role: Role) -> BusClient:
        settings, seed = signed_on
        client = BusClient(
            settings.bus,
            role,
            user=settings.user,
            seed=seed,
            tasks=self.tasks,
            clock=SystemClock(),
            tls=client_tls(Path(settings.ca_file)),
        )
        self._bus.append(client)
        await client.connect()
        return client

    async def close(self) -> None:
        self.browser.close()
        for client in self._bus:
            await client.close()
        await self.tasks.close()


@contextlib.asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    files = tls_files(folder / "ca")
    async with real_provider(files) as provider:
        made = Town(folder, provider, files)
        try:
            yield made
        finally:
            await made.close()


async def _works_under_her_name(town: Town, agent: DeskSettings, client: BusClient) -> None:
    link = DeskClient(client, SystemClock(), tasks=town.tasks)
    await link.start()
    await until(lambda: bool(link.agent_name))
    assert link.agent_name == "Camille Roc"
    assert [one.id for one in link.services] == ["housing"]
    _code, people = await town.place.run("people", "--json")
    (row,) = (one for one in json.loads(people)["people"] if one["user"] == agent.user)
    assert (row["name"], row["key"]) == ("Camille Roc", "signed_on")


async def test_a_person_of_the_organisation_signs_on_works_and_is_dismissed(
    tmp_path: Path, own_keyring: MemoryKeyring
) -> None:
    async with town(tmp_path) as here:
        line = await here.line()
        async with here.place.hub():
            # the line of the hub's operator says address and authority, the browser the rest
            first = await here.sign_on(line, "one")
            agent = first[0]
            assert (agent.organisation, agent.role) == ("valdore", "agent")
            client = await here.connected(first, Role.AGENT)
            await _works_under_her_name(here, agent, client)

            # at another computer the same person is the same, and the first one stays in
            refused: list[None] = []
            client.refused.connect(refused.append)
            second = await here.sign_on(line, "two")
            assert second[0].user == agent.user
            other = await here.connected(second, Role.AGENT)
            other.refused.connect(refused.append)
            assert client.is_connected

            # dismissed at the provider: out at both within seconds, and told what to do
            await here.provider.tell("gone", "camille")
            await until(lambda: len(refused) == 2, 30)
            with pytest.raises(BusRefusedIdentity):
                await here.connected(second, Role.AGENT)
            assert why_refused(second[0]) == SignOnEnded.code
            assert own_keyring.kept == {}  # a key that is of no use is not kept

            await _supervisor_leaves(here, line)
            # known there, in no group that works here
            await here.provider.tell("who", "dominique")
            with pytest.raises(SignOnNoRole) as nobody:
                await here.sign_on(line, "four")
            assert nobody.value.detail == {"person": "Dominique Lys"}
        for file in here.place.data.rglob("*"):  # no token is at rest
            assert not file.is_file() or b"eyJ" not in file.read_bytes()


async def _supervisor_leaves(here: Town, line: str) -> None:
    """The provider learns that she has left."""
    await here.provider.tell("who", "sacha")
    boss = await here.sign_on(line, "three")
    assert boss[0].role == "supervisor"
    await here.connected(boss, Role.SUPERVISOR)
    before = len(await here.provider.tell("who", "sacha"))
    await sign_off(*boss, here.tasks)
    with pytest.raises(BusRefusedIdentity):
        await here.connected(boss, Role.SUPERVISOR)
    assert len(await here.provider.tell("who", "sacha")) > before
