# SPDX-License-Identifier: GPL-3.0-only
"""A file of dossiers goes in beside a hub and a vault that work, and whole or not at all when
somebody pulls the plug.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from datetime import date
from pathlib import Path

import pytest

from documents.store.accesses import AccessFilter
from documents.store.dossier_store import DossierStore
from expert_app.hub.dossier_adapter import DossierAdapter
from expert_app.register.csv_file import read_csv
from expert_app.register.importing import ImportResult, import_dossiers
from expert_app.runtime.paths import paths_for
from session.bus.sealing.certificates import SECRET_BYTES
from session.core.clock import SystemClock
from session.core.dossier_model import Access, ActingUser, CallerIdentity
from session.desk.hub.identity import DossierIdentityClient
from tests.support.hub_world import catalogue_text, hub_world
from tests.support.operator_and_vault import ORGANISATION, parties
from tests.support.waiting import until

TODAY = date(2026, 11, 28)
HEAD = "number;family_name;given_names;born_on;caller_number\n"


def _write(file: Path, lines: int) -> Path:
    rows = (f"REF-{n:06};Ménard;Paul;1975-11-03;{n:07}\n" for n in range(lines))
    file.write_text(HEAD + "".join(rows), encoding="utf-8")
    return file


def _secret() -> bytes:
    return base64.b64encode(os.urandom(SECRET_BYTES))


def _import(file: Path, folder: Path) -> ImportResult:
    found = read_csv(file, number_kinds=("allocataire",), today=TODAY)
    access = Access(by=ActingUser(user="import"))
    with DossierStore(folder) as store:
        return import_dossiers(store, "valdore", found, access=access)


async def test_a_hub_goes_on_working_while_a_file_goes_in(tmp_path: Path) -> None:
    folder, file = tmp_path / "store", _write(tmp_path / "dossiers.csv", 20_000)
    async with hub_world(tmp_path, with_hub=False) as world:
        with DossierStore(folder) as store:
            world.store = DossierAdapter(store, SystemClock())
            await world.start_hub()
            kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
            facts = await desk.accept((await kiosk.call("rights", "", "r1")).ticket.id)
            link = DossierIdentityClient(desk.bus)
            caller = CallerIdentity(family_name="Autre", given_names="Anne", born_on="1990-01-01")
            made = (await link.create(facts.id, caller, request_id="new1")).dossier
            assert made is not None
            importing = asyncio.ensure_future(asyncio.to_thread(_import, file, folder))
            answered = 0
            while not importing.done():
                await link.give_number(facts.id, made.number, f"9{answered:06}")
                answered += 1
                await asyncio.sleep(0.02)
            result = await importing
            assert (result.new, result.told) == (20_000, [])
            assert answered > 3
            found = store.find_by_caller_number("valdore", "0019999")
            assert found is not None
            assert found.number == "REF-019999"


async def test_after_a_plug_was_pulled_the_same_file_brings_the_rest(tmp_path: Path) -> None:
    file, catalogue = _write(tmp_path / "dossiers.csv", 30_000), tmp_path / "catalogue.toml"
    catalogue.write_text(catalogue_text(), encoding="utf-8")
    base = [sys.executable, "-m", "expert_app", "hub", "--folder", str(tmp_path)]
    words = ["dossiers", "import", str(file), "--org", "valdore", "--json"]
    command = [*base, *words, "--catalogue", str(catalogue)]
    folder = paths_for("hub", tmp_path).folder("dossiers")

    def count() -> int:
        with DossierStore(folder) as store, store._reading() as connection:
            query = "SELECT count(*) FROM dossier"
            return int(connection.exec_driver_sql(query).scalar_one())

    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
    )
    await until(lambda: count() >= 3000, 60)
    process.kill()
    await process.wait()
    there = count()
    assert 3000 <= there < 30_000
    assert there % 1000 == 0
    again = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
    )
    said, _ = await again.communicate()
    facts = json.loads(said)
    assert (facts["new"], facts["unchanged"]) == (30_000 - there, there)
    assert count() == 30_000


async def test_a_vault_takes_its_own_organisations_dossiers_while_it_runs(tmp_path: Path) -> None:
    file = tmp_path / "dossiers.csv"
    file.write_text(f"{HEAD}REF-1;Lefèvre;Odile;1980-02-29;X123\n", encoding="utf-8")
    async with parties(tmp_path, _secret(), sealed=True) as both:
        await both.start_hub()
        await both.start_vault()
        said = await both.vault_command("dossiers", "import", str(file))
        assert f"Vault of {ORGANISATION}" in said
        assert "Dossiers made: 1;" in said
        with pytest.raises(AssertionError, match=r"mutuelle.toml is missing"):
            await both.vault_command("dossiers", "import", str(file), "--org", "mutuelle")
        with DossierStore(paths_for("vault", both.organisation).folder("dossiers")) as store:
            assert store.open_dossier(ORGANISATION, "REF-1").caller_number == "X123"
            assert store.accesses.listed(ORGANISATION, AccessFilter())[0].user == "import"


async def test_the_hub_of_an_organisation_with_a_vault_takes_none_of_its_dossiers(
    tmp_path: Path,
) -> None:
    file = tmp_path / "dossiers.csv"
    file.write_text(f"{HEAD}REF-1;Lefèvre;Odile;1980-02-29;X123\n", encoding="utf-8")
    async with parties(tmp_path, _secret(), sealed=True) as both:
        command = [sys.executable, "-m", "expert_app", "hub", "--folder", str(both.operator)]
        words = ["dossiers", "import", str(file), "--org", ORGANISATION, "--language", "en"]
        process = await asyncio.create_subprocess_exec(
            *command, *words, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE
        )
        _, said = await process.communicate()
        assert process.returncode == 2
        assert "its own vault" in said.decode()
