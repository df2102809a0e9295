# SPDX-License-Identifier: GPL-3.0-only
"""Hub and vault as programs, with a register in their settings: health says when it is away, and
what was made meanwhile is matched by itself.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from documents.store.dossier_store import DossierStore
from documents.store.identities import NewDossier
from expert_app.hub.dossier_adapter import DossierAdapter
from expert_app.register.kinds import make_lookup
from expert_app.runtime.config import HubSettings, MetricsSettings, load, save
from expert_app.runtime.credentials import save_seed
from expert_app.runtime.paths import paths_for
from expert_app.runtime.store_settings import RegisterSettings
from session.bus.sealing.certificates import SECRET_BYTES
from session.core.clock import SystemClock
from session.core.dossier_model import Access, ActingUser, CallerIdentity
from session.desk.hub.identity import DossierIdentityClient
from session.protocol.dossier.identity import RegisterState
from tests.support.hub_world import catalogue_text, free_port
from tests.support.operator_and_vault import ORGANISATION, parties
from tests.support.register_server import TOKEN, RegisterServer, register_server, rest_settings
from tests.support.sealed_world import sealed_world

ODILE_SAID = CallerIdentity(
    family_name="Lefevre Brun", given_names="Odile", born_on="1980-02-29", caller_number="1234567"
)


def _register(address: str, organisation: str, folder: Path) -> RegisterSettings:
    secret_file = folder / "register.secret"
    save_seed("", TOKEN.encode(), secret_file)
    return rest_settings(
        address, organisation, created_by="register", poll_s=0.2, secret_file=str(secret_file)
    )


def _provisional(folder: Path, organisation: str) -> str:
    access = Access(by=ActingUser(user="alice", name="Alice M."), session_id="s1")
    new = NewDossier(request_id="r1", caller=ODILE_SAID, confirmed=True, provisional=True)
    with DossierStore(folder) as store:
        made = store.identities.create(organisation, new, access).dossier
        assert made is not None
        return made.number


async def _health(port: int) -> list[dict[str, Any]]:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/healthz", timeout=10)
        reasons: list[dict[str, Any]] = json.loads(answer.text)["reasons"]
        return reasons


async def _until_away(port: int, *, away: bool) -> dict[str, Any]:
    """The reason in /healthz, {} when there is none."""
    async with asyncio.timeout(30):
        while True:
            found = [one for one in await _health(port) if one["code"] == "register_away"]
            if bool(found) is away:
                return found[0] if found else {}
            await asyncio.sleep(0.1)


async def _until_kept(folder: Path, organisation: str, number: str) -> str:
    with DossierStore(folder) as store:
        async with asyncio.timeout(30):
            while (kept := store.open_dossier(organisation, number).number) == number:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    return kept


async def _hub(folder: Path, settings: HubSettings) -> Process:
    save(settings, paths_for("hub", folder).config)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "expert_app", "hub", "--folder", str(folder)),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=DEVNULL,
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60)
    return process


async def _command(folder: Path, *words: str) -> str:
    """A command that goes well beside the hub; what it says."""
    command = (sys.executable, "-m", "expert_app", "hub", "--folder", str(folder))
    process = await asyncio.create_subprocess_exec(*command, *words, stdin=DEVNULL, stdout=PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def test_a_hub_says_that_its_register_is_away_and_matches_when_it_is_back(
    tmp_path: Path,
) -> None:
    port, register_port = free_port(), free_port()
    (tmp_path / "catalogue.toml").write_text(catalogue_text(), encoding="utf-8")
    folder = paths_for("hub", tmp_path).folder("dossiers")
    number = _provisional(folder, "valdore")
    settings = HubSettings(
        catalogue=str(tmp_path / "catalogue.toml"),
        listen_port=free_port(),
        metrics=MetricsSettings(listen=f"127.0.0.1:{port}"),
        register=[_register(f"http://127.0.0.1:{register_port}", "valdore", tmp_path)],
    )
    hub = await _hub(tmp_path, settings)
    try:
        reason = await _until_away(port, away=True)
        assert (reason["grave"], reason["organisation"]) == (False, "valdore")
        assert reason["why"] == "unreachable"
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"http://127.0.0.1:{port}/metrics", timeout=10)).text
        assert 'poste_expert_trouble{code="register_away",grave="false"} 1.0' in text
        async with register_server(RegisterServer(), port=register_port):
            await _until_away(port, away=False)
            assert await _until_kept(folder, "valdore", number) == "REF-0042"
            number_of_odile = ("--number", "1234567", "--json")
            said = await _command(tmp_path, "register-test", "--org", "valdore", *number_of_odile)
            facts = json.loads(said)
            assert (facts["answers"], facts["dossiers"]) == (True, 1)
            assert "caller_number" in facts["fields"]
            assert "Odile" not in said
        file = tmp_path / "dossiers.csv"
        file.write_text("numero;nom;prenom;ne le\nREF-7;Brun;Zoé;1990-01-01\n", encoding="utf-8")
        said = await _command(tmp_path, "dossiers", "import", str(file), "--org", "valdore")
        assert "REF-7" not in said
        with DossierStore(folder) as store:
            assert store.open_dossier("valdore", "REF-7").caller_name == "Zoé Brun"
        await _until_away(port, away=True)
    finally:
        hub.terminate()
        assert await asyncio.wait_for(hub.wait(), 30) == 0


async def test_a_vault_asks_and_matches_by_itself_too(tmp_path: Path) -> None:
    register_port = free_port()
    async with parties(tmp_path, base64.b64encode(os.urandom(SECRET_BYTES)), sealed=True) as both:
        paths = paths_for("vault", both.organisation)
        register = _register(f"http://127.0.0.1:{register_port}", ORGANISATION, tmp_path)
        settings = load(HubSettings, paths.config)
        save(msgspec.structs.replace(settings, register=[register]), paths.config)
        number = _provisional(paths.folder("dossiers"), ORGANISATION)
        await both.start_hub()
        await both.start_vault()
        reason = await _until_away(both.watch_port, away=True)
        assert reason["organisation"] == ORGANISATION
        async with register_server(RegisterServer(), port=register_port):
            await _until_away(both.watch_port, away=False)
            folder = paths.folder("dossiers")
            assert await _until_kept(folder, ORGANISATION, number) == "REF-0042"


async def test_an_agent_of_an_organisation_with_a_vault_finds_what_the_register_has(
    tmp_path: Path,
) -> None:
    async with (
        register_server(RegisterServer()) as address,
        sealed_world(tmp_path, with_vault=False) as sealed,
    ):
        lookup = make_lookup(rest_settings(address, "valdore"), TOKEN, SystemClock())
        with DossierStore(tmp_path / "store") as store:
            sealed.world.store = DossierAdapter(store, SystemClock(), registers={"valdore": lookup})
            await sealed.start_vault()
            heard = await sealed.overhear()
            kiosk, desk = await sealed.kiosk(), await sealed.desk("alice")
            facts = await desk.accept((await kiosk.call("valdore/rights", "", "r1")).ticket.id)
            link = DossierIdentityClient(desk.bus)
            found = await link.find(facts.id, "lefevre-brun", "odile", born_on="1980-02-29")
            assert found.register is RegisterState.ANSWERED
            assert [hit.number for hit in found.hits] == ["REF-0042"]
            assert (await desk.dossier(facts.id, "REF-0042")).caller_number == "1234567"
            assert not any(b"REF-0042" in message.payload for message in heard)
        await lookup.close()


@pytest.mark.parametrize("broken", ["secret", "ca_file"])
async def test_a_hub_whose_register_cannot_be_asked_says_so_and_does_not_start(
    broken: str, tmp_path: Path
) -> None:
    (tmp_path / "catalogue.toml").write_text(catalogue_text(), encoding="utf-8")
    register = _register("https://ref.exemple.fr", "valdore", tmp_path)
    changes = {"secret": {"secret_file": ""}, "ca_file": {"ca_file": "/nowhere/ca.pem"}}[broken]
    settings = HubSettings(
        catalogue=str(tmp_path / "catalogue.toml"),
        listen_port=free_port(),
        metrics=MetricsSettings(listen=""),
        register=[msgspec.structs.replace(register, **changes)],
    )
    save(settings, paths_for("hub", tmp_path).config)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "expert_app", "hub", "--folder", str(tmp_path)),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=DEVNULL,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    wanted = {"secret": "register.valdore", "ca_file": "/nowhere/ca.pem"}[broken]
    assert wanted in said.decode()
