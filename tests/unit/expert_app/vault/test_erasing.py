# SPDX-License-Identifier: GPL-3.0-only
"""`hub erase`, `hold` and `register` with a vault's settings: its own file, by id or by period."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from expert_app.backup.erasing import REGISTER, read_register
from expert_app.commands.hub import erase
from expert_app.commands.hub.context import HubContext
from expert_app.commands.hub.erase import EraseRequest
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths, paths_for
from expert_app.runtime.store_settings import BackupSettings
from expert_app.vault.backup import log_of
from session.hub.storage.erasures import ErasureDemand
from session.hub.vault.log_store import VaultLog

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def settings(tmp_path: Path) -> HubSettings:
    backup = BackupSettings(folder=str(tmp_path))
    return HubSettings(serve=["log"], organisation="valdore", backup=backup)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return paths_for("vault", tmp_path / "vault")


@pytest.fixture
def vault(settings: HubSettings, paths: Paths) -> HubContext:
    return HubContext(settings, paths)


@pytest.fixture
def keeper(settings: HubSettings, paths: Paths) -> VaultLog:
    made = log_of(settings, paths)
    for session_id, at in (("s1", YESTERDAY), ("s2", YESTERDAY), ("s3", datetime.now(UTC))):
        made.open(session_id, ("a.alice",), at)
        made.append(session_id, "a.alice", 0, records=[session_id.encode()], now=at)
    return made


def test_what_is_held_or_goes_on_stays_and_the_register_names_nobody(
    vault: HubContext, keeper: VaultLog, capsys: pytest.CaptureFixture[str]
) -> None:
    assert erase.hold(vault, "s1", reason="inquiry 12") == 0
    assert erase.hold(vault, "nosuch", reason="inquiry 12") == 2
    today = datetime.now().astimezone().date()
    request = EraseRequest(
        first=str(today - timedelta(days=2)),
        last=str(today),
        demand=ErasureDemand.CALLER,
        yes=True,
        as_json=True,
    )
    capsys.readouterr()
    assert erase.erase(vault, request) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["erased"], said["held"], said["running"]) == (["s2"], ["s1"], ["s3"])
    assert [keeper.knows(one) for one in ("s1", "s2", "s3")] == [True, False, True]
    assert erase.print_register(vault, as_json=True) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert '"s2"' not in line
    assert read_register(Path(vault.settings.backup.folder) / REGISTER) == keeper.erasures()
    assert erase.lift(vault, "s1") == 0
    assert erase.lift(vault, "s1") == 2


def test_a_vault_knows_no_numbers_and_is_nobody_elses(vault: HubContext, keeper: VaultLog) -> None:
    caller = ErasureDemand.CALLER
    by_number = EraseRequest(ticket="A012", day="2026-03-02", demand=caller)
    assert erase.erase(vault, by_number) == 2
    others = EraseRequest(org="marais", demand=caller, sessions=("s1",), yes=True)
    assert erase.erase(vault, others) == 2
    assert erase.erase(vault, EraseRequest(ticket="A012", day="in March", demand=caller)) == 2
    dry = EraseRequest(demand=caller, sessions=("s1",), dry_run=True)
    assert erase.erase(vault, dry) == 0
    assert keeper.knows("s1")
    assert keeper.erasures() == []
