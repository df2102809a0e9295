# SPDX-License-Identifier: GPL-3.0-only
"""`hub dossiers erase`, `hold`, `lift` and `holds` with a vault's settings: its own store."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from documents.store.dossier_store import DossierStore
from expert_app.backup.erasing import REGISTER, read_register
from expert_app.backup.signing import own_signer
from expert_app.commands.dossiers import erasing
from expert_app.commands.dossiers.erasing import DossierErasureRequest
from expert_app.commands.hub import erase as hub_erase
from expert_app.commands.hub.context import HubContext
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths, paths_for
from expert_app.runtime.store_settings import BackupSettings
from expert_app.stores.dossiers import open_store
from expert_app.vault.backup import back_up_vault, log_of, restore_vault
from session.core.dossier_model import Access, ActingUser, Dossier, DossierNote
from session.core.errors import DossierUnknown
from session.hub.storage.erasures import ErasureDemand

NUMBER, NAME = "2026-0042", "Éloïse Garance"


@pytest.fixture
def settings(tmp_path: Path) -> HubSettings:
    backup = BackupSettings(folder=str(tmp_path))
    return HubSettings(serve=["log", "dossier"], organisation="valdore", backup=backup)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return paths_for("vault", tmp_path / "vault")


@pytest.fixture
def vault(settings: HubSettings, paths: Paths) -> HubContext:
    return HubContext(settings, paths)


@pytest.fixture
def store(settings: HubSettings, paths: Paths) -> Iterator[DossierStore]:
    with open_store(settings, paths) as store:
        for number, name in ((NUMBER, NAME), ("2026-0043", "Bruno Morel")):
            store.create_dossier(
                "valdore", Dossier(number=number, caller_name=name, caller_number="")
            )
        note = DossierNote(id="n1", text="Rappeler.", by_name="Alice M.", at_utc=datetime.now(UTC))
        store.add_note("valdore", NUMBER, note)
        yield store


def _opened_in(store: DossierStore, session_id: str) -> None:
    access = Access(by=ActingUser(user="alice", name="Alice M."), session_id=session_id)
    store.identities.open("valdore", NUMBER, access, named=True)


def _wanted(*, dry: bool = False, yes: bool = True, number: str = NUMBER) -> DossierErasureRequest:
    return DossierErasureRequest(
        number, demand=ErasureDemand.CALLER, yes=yes, dry_run=dry, as_json=True
    )


def _is_there(store: DossierStore) -> bool:
    try:
        store.open_dossier("valdore", NUMBER)
    except DossierUnknown:
        return False
    return True


def test_a_dossier_is_erased_and_the_register_names_nobody(
    vault: HubContext,
    store: DossierStore,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    _opened_in(store, "s1")
    assert erasing.erase(vault, _wanted(dry=True)) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["dry_run"], said["dossiers"], said["conversations"]) == (True, 1, ["s1"])
    assert _is_there(store)
    assert erasing.erase(vault, _wanted(yes=False)) == 2  # nobody answers the question
    assert _is_there(store)
    assert erasing.erase(vault, _wanted()) == 0
    assert not _is_there(store)
    capsys.readouterr()
    assert erasing.erase(vault, _wanted()) == 2
    assert NUMBER in capsys.readouterr().out
    assert hub_erase.print_register(vault, as_json=True) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert not any(word in line for word in (NUMBER, "Garance", "s1"))
    assert json.loads(line)["dossiers"] == 1
    assert hub_erase.print_register(vault, as_json=False) == 0
    assert NUMBER not in capsys.readouterr().out
    assert len(read_register(Path(vault.settings.backup.folder) / REGISTER)) == 1


def test_what_is_held_or_talked_about_just_now_stays_and_says_why(
    vault: HubContext, store: DossierStore, capsys: pytest.CaptureFixture[str]
) -> None:
    keeper, now = log_of(vault.settings, vault.paths), datetime.now(UTC)
    keeper.open("s1", ("a.alice",), now)
    keeper.append("s1", "a.alice", 0, records=[b"{}"], now=now)
    _opened_in(store, "s1")
    assert erasing.erase(vault, _wanted()) == 2
    assert "s1" in capsys.readouterr().out
    keeper.append("s1", "a.alice", 1, records=[b"{}"], now=now - timedelta(hours=1))
    assert erasing.hold(vault, NUMBER, reason="inquiry 12") == 0
    assert erasing.hold(vault, "nosuch", reason="inquiry 12") == 2
    assert erasing.list_holds(vault) == 0
    assert "inquiry 12" in capsys.readouterr().out
    assert erasing.erase(vault, _wanted()) == 1
    assert _is_there(store)
    assert keeper.erasures() == []
    assert erasing.lift(vault, NUMBER) == 0
    assert erasing.lift(vault, NUMBER) == 2
    assert erasing.erase(vault, _wanted()) == 0


async def test_a_restored_backup_does_not_bring_it_back(
    vault: HubContext, store: DossierStore, tmp_path: Path
) -> None:
    settings, paths = vault.settings, vault.paths
    file = tmp_path / "vault.backup"
    await back_up_vault(file, settings, paths)
    (token,) = store.erasures.plan("valdore", NUMBER).tokens
    store.close()
    await asyncio.to_thread(erasing.erase, vault, _wanted())
    assert token not in (tmp_path / REGISTER).read_text(encoding="utf-8")
    elsewhere = paths_for("vault", tmp_path / "new")
    signer = own_signer(paths)
    await restore_vault(file, settings, elsewhere, signer)
    with open_store(settings, elsewhere) as restored:
        assert not _is_there(restored)
        assert restored.open_dossier("valdore", "2026-0043").caller_name == "Bruno Morel"
        assert log_of(settings, elsewhere).erasures()[0].what == "dossier"
