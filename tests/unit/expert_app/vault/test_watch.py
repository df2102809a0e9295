# SPDX-License-Identifier: GPL-3.0-only
"""What a vault says of its own health, and which backups it takes:
its real files, one thing wrong at a time.
"""

from __future__ import annotations

import base64
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from documents.store.dossier_store import DossierStore
from expert_app.backup.archive import reading, writing
from expert_app.backup.signing import backup_seed, own_signer
from expert_app.commands.hub.backup import run_backup, run_restore
from expert_app.commands.hub.context import HubContext
from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import save_seed
from expert_app.runtime.paths import Paths, paths_for
from expert_app.stores.identities import open_book
from expert_app.vault.backup import VaultFacts, log_of
from expert_app.vault.own_part import OwnPart
from expert_app.vault.watch import VaultHealth
from resources.texts import use_language
from session.bus.sealing.certificates import SECRET_BYTES, VaultSecret
from session.core.clock import ManualClock
from session.hub.storage.disk_space import DiskSpace
from tests.support.hub_world import free_port
from tests.support.sealed_world import SigningKeys

TODAY = date(2026, 6, 15)
DAYS = 100
SETTINGS = HubSettings(serve=["dossier", "log"], organisation="caisse")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    use_language("en")
    return paths_for("vault", tmp_path)


class Vault:
    """Everything that its health looks at, with one key that is valid `DAYS` from today."""

    def __init__(self, paths: Paths, *secrets_elsewhere: VaultSecret) -> None:
        text = base64.b64encode(os.urandom(SECRET_BYTES))
        keys, place = SigningKeys("caisse"), paths.folder("part")
        save_seed("", text, place / "secret")
        signed = [
            keys.key(secret, TODAY, TODAY + timedelta(days=DAYS))
            for secret in (VaultSecret(text), *secrets_elsewhere)
        ]
        self.file = place / "caisse.toml"
        self.file.write_text(
            f'id = "caisse"\nname = "Caisse"\n{keys.toml(signed)}', encoding="utf-8", newline="\n"
        )
        self.clock = ManualClock(datetime(2026, 6, 15, 9, tzinfo=UTC))
        part = OwnPart(
            self.file,
            "caisse",
            signer="",
            secret_files=[str(place / "secret")],
            book=open_book(paths),
            clock=self.clock,
        )
        self.store = DossierStore(paths.folder("dossiers"))
        self.there = True
        self.health = VaultHealth(
            lambda: self.there,
            log_of(SETTINGS, paths),
            self.store,
            DiskSpace([paths.data], warn_bytes=0, full_bytes=0),
            part,
            self.clock,
        )

    async def codes(self) -> list[tuple[str, bool]]:
        return [(one.code, one.grave) for one in await self.health.check()]


async def test_each_thing_that_is_wrong_is_said(paths: Paths) -> None:
    vault = Vault(paths)
    assert await vault.codes() == []
    vault.there = False
    assert await vault.codes() == [("bus_unreachable", True)]
    vault.there, vault.health.refused = True, "caisse.toml: unsigned"
    assert await vault.codes() == [("convention_refused", False)]
    vault.health.refused = ""
    vault.health.disk_space = DiskSpace([paths.data], warn_bytes=1 << 60, full_bytes=0)
    assert await vault.codes() == [("disk_low", False)]
    vault.health.disk_space = DiskSpace([paths.data], warn_bytes=1 << 60, full_bytes=1 << 60)
    assert await vault.codes() == [("disk_full", True)]
    vault.health.disk_space = DiskSpace()
    vault.clock.advance((DAYS - 20) * 86400)
    assert await vault.codes() == [("seal_key_ends", False)]
    vault.clock.advance(30 * 86400)
    assert await vault.codes() == [("seal_key_old", True)]
    vault.health.is_leaving = True
    assert await vault.codes() == [("stopping", True)]
    vault.store.close()


async def test_a_secret_that_is_elsewhere_and_files_that_are_broken_are_said(paths: Paths) -> None:
    elsewhere = VaultSecret(base64.b64encode(os.urandom(SECRET_BYTES)))
    vault = Vault(paths, elsewhere)
    assert await vault.codes() == [("seal_secret_missing", False)]
    vault.store.close()
    for name in ("log/log.sqlite", "dossiers/dossiers.sqlite"):
        (paths.data / name).write_bytes(b"no database" * 1000)
    assert [code for code, grave in await vault.codes() if grave] == [
        "log_unusable",
        "dossiers_unreachable",
    ]
    vault.store.close()


def _vault(paths: Paths) -> HubContext:
    return HubContext(SETTINGS, paths)


async def test_a_backup_is_put_where_nothing_is_and_only_where_it_belongs(
    paths: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, other = tmp_path / "vault.backup", HubSettings(serve=["log"], organisation="autre")
    keeper = log_of(SETTINGS, paths)
    keeper.open("s1", ("a.alice",), datetime(2026, 6, 15, tzinfo=UTC))
    keeper.append("s1", "a.alice", 0, records=[b"a0"], now=datetime(2026, 6, 15, tzinfo=UTC))
    assert await run_backup(file, _vault(paths), with_dossiers=False) == 0
    assert "logs of 1 conversation," in capsys.readouterr().out
    assert file.stat().st_mode & 0o077 == 0
    new = paths_for("vault", tmp_path / "new")
    assert await run_restore(file, HubContext(other, new)) == 1
    assert "backup of the vault of caisse" in capsys.readouterr().out
    hub = HubContext(HubSettings(listen_port=free_port()), paths_for("hub", tmp_path / "hub"))
    assert await run_restore(file, hub) == 1
    assert "backup of the vault of caisse" in capsys.readouterr().out
    assert await run_restore(file, _vault(paths)) == 1
    assert "already (log)" in capsys.readouterr().out
    assert await run_restore(file, _vault(new)) == 1
    signer = own_signer(paths)
    assert f"--key {signer}" in capsys.readouterr().out
    assert await run_restore(file, _vault(new), signer) == 0
    assert bytes(log_of(SETTINGS, new).read("s1", 0).records[0]) == b"a0"
    assert await run_restore(file, _vault(new), signer) == 1
    assert "already (log)" in capsys.readouterr().out


async def test_a_hubs_backup_and_one_of_another_version_are_refused(
    paths: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, newer, hubs = (tmp_path / f"{name}.backup" for name in ("plain", "newer", "hubs"))
    assert await run_backup(plain, _vault(paths), with_dossiers=False) == 0
    with reading(plain) as read, writing(newer, backup_seed(paths)) as backup:
        backup.finish(msgspec.structs.replace(read.facts(VaultFacts), log_format=99))
    assert await run_restore(newer, _vault(paths)) == 1
    assert "another version" in capsys.readouterr().out
    with writing(hubs, backup_seed(paths)) as backup:
        backup.finish(read.facts(VaultFacts).dossiers)
    assert await run_restore(hubs, _vault(paths)) == 1
    assert "backup of a hub, not of a vault" in capsys.readouterr().out
