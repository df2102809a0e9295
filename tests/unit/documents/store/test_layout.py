# SPDX-License-Identifier: GPL-3.0-only
"""A store of an earlier program goes on: its dossiers are found, made and merged as new ones."""

from __future__ import annotations

import lzma
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import inspect

from documents.store import copy, tables
from documents.store.dossier_store import DossierStore
from session.core.dossier_model import Access, ActingUser, CallerIdentity

OLD = Path(__file__).parents[3] / "data" / "stores"
ALICE = Access(by=ActingUser(user="alice", name="Alice M."), session_id="s1")


def test_dossiers_of_before_names_had_parts_are_found_by_their_words(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "dossiers.sqlite")
    database.executescript((OLD / "format-4.sql").read_text(encoding="utf-8"))
    database.close()
    for _ in range(2):
        with DossierStore(tmp_path) as store:
            known = store.open_dossier("caf31", "2026-0042")
            assert (known.contact, known.provisional, known.merged) == ("", False, ())
            assert known.notes[0].text == "Rappeler lundi."
            asked = CallerIdentity(
                family_name="LAUBEPIN MOREL", given_names="bruno", born_on="1990-12-01"
            )
            found = store.identities.find("caf31", asked, ALICE)
            assert [hit.number for hit in found.hits] == ["2026-0043"]
    with DossierStore(tmp_path) as store:
        boss = Access(by=ActingUser(user="boss"), reason="Même personne")
        store.merges.merge("caf31", "m1", keep="2026-0042", merged="2026-0043", access=boss)
        assert store.open_dossier("caf31", "2026-0043").number == "2026-0042"


def test_the_index_of_words_of_before_can_forget_a_document_and_keeps_its_words(
    tmp_path: Path,
) -> None:
    (tmp_path / "dossiers.sqlite").write_bytes(
        lzma.decompress((OLD / "format-6.sqlite.xz").read_bytes())
    )
    with DossierStore(tmp_path) as store:
        found = [one.dossier for one in store.search("caf31", "glycines loyer")]
        assert found == ["2026-0043", "2026-0042"]
        assert [one.dossier for one in store.search("caf31", "eloise")] == ["2026-0042"]
        tokens = store.erasures.plan("caf31", "2026-0042").tokens
        tokens += store.erasures.plan("caf31", "2026-0043").tokens
        assert len({*tokens}) == 2
        assert {len(one) for one in tokens} == {32}
        assert store.erasures.erase("caf31", "2026-0042").documents == 1
        assert [one.dossier for one in store.search("caf31", "glycines")] == ["2026-0043"]
    assert b"Garance" not in (tmp_path / "dossiers.sqlite").read_bytes()


def test_the_steps_make_what_the_tables_say_and_a_backup_takes_all_of_it(tmp_path: Path) -> None:
    with DossierStore(tmp_path, now=lambda: datetime(2026, 3, 2, tzinfo=UTC)):
        pass
    engine = tables.open_engine(tmp_path, None)
    made = inspect(engine)
    for table in tables.metadata.sorted_tables:
        columns = {column["name"] for column in made.get_columns(table.name)}
        assert columns == {column.name for column in table.columns}, table.name
        indices = {index["name"] for index in made.get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= indices, table.name
    engine.dispose()
    assert {table.name for table in copy.TABLES} == set(tables.metadata.tables) - {"about"}
