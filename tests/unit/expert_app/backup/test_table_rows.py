# SPDX-License-Identifier: GPL-3.0-only
"""Rows of an earlier program's backup go into today's tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from documents.store import copy
from documents.store.accesses import AccessFilter
from documents.store.copy import StoreCopy
from documents.store.dossier_store import DossierStore
from expert_app.backup.archive import BackupDamaged
from expert_app.backup.table_rows import load_rows, read_rows, write_rows
from session.core.dossier_model import Access, ActingUser, Dossier

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALICE = Access(by=ActingUser(user="alice", name="Alice M."), session_id="s1")
BOSS = Access(by=ActingUser(user="boss"), reason="Même personne")


@pytest.fixture
def target(tmp_path: Path) -> Iterator[StoreCopy]:
    """The tables of an empty store."""
    DossierStore(tmp_path / "new").close()
    opened = StoreCopy(tmp_path / "new", None)
    yield opened
    opened.close()


def test_register_merges_and_names_come_back(target: StoreCopy, tmp_path: Path) -> None:
    parts: list[bytes] = []
    with DossierStore(tmp_path / "old", now=lambda: NOW) as old:
        for number in ("A", "B"):
            dossier = Dossier(number=number, caller_name="Zoé Lefèvre", caller_number="")
            old.create_dossier("valdore", dossier)
        old.identities.open("valdore", "B", ALICE, named=True)
        old.merges.merge("valdore", "m1", keep="A", merged="B", access=BOSS)
        source = StoreCopy(tmp_path / "old", None)
        write_rows(source.engine, copy.TABLES, parts.append)
        source.close()
        lines = old.accesses.listed("valdore", AccessFilter())
    load_rows(target.engine, copy.TABLES, parts)
    with DossierStore(tmp_path / "new", now=lambda: NOW) as store:
        assert store.accesses.listed("valdore", AccessFilter()) == lines
        assert store.open_dossier("valdore", "B").number == "A"
        store.merges.unmerge("valdore", "m1", BOSS)
        assert store.open_dossier("valdore", "B").number == "B"
        assert len(store.accesses.listed("valdore", AccessFilter())) == len(lines) + 2


def test_a_row_that_never_ends_is_damage_and_takes_no_time() -> None:
    def endless() -> Iterator[bytes]:
        for number in range(1000):
            assert number < 100
            yield bytes(1 << 20)

    with pytest.raises(BackupDamaged):
        list(read_rows(endless()))
