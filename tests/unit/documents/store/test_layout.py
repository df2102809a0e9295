# SPDX-License-Identifier: GPL-3.0-only
"""A store of an earlier program goes on: its dossiers are found, made and merged as new ones."""

from __future__ import annotations

import lzma
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from documents.store import copy, tables
from documents.store.dossier_store import DossierStore
from documents.store.layout import bring_up_to_date, run_steps
from session.core.dossier_model import Access, ActingUser, CallerIdentity
from tests.support.postgres import new_database

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


@dataclass(frozen=True)
class MadeTable:
    """What a database says of a table, but for the value of a column that nobody gave one: the
    store gives each its own.
    """

    columns: dict[str, tuple[object, ...]]
    indices: set[tuple[object, ...]]
    unique: set[tuple[object, ...]]
    others: set[tuple[object, ...]]
    key: tuple[object, ...]


def described(connection: Connection) -> tuple[dict[str, MadeTable], tuple[object, ...]]:
    """Its tables, and what it says of its layout."""
    seen, made = inspect(connection), dict[str, MadeTable]()
    for table in seen.get_table_names():
        key = seen.get_pk_constraint(table)
        made[table] = MadeTable(
            columns={
                column["name"]: (str(column["type"]), column["nullable"])
                for column in seen.get_columns(table)
            },
            indices={
                (index["name"], *index["column_names"], bool(index["unique"]))
                for index in seen.get_indexes(table)
            },
            unique={tuple(one["column_names"]) for one in seen.get_unique_constraints(table)},
            others={
                (*one["constrained_columns"], one["referred_table"], *one["referred_columns"])
                for one in seen.get_foreign_keys(table)
            },
            key=(*key["constrained_columns"], key["name"]),
        )
    questions = ["SELECT format FROM about", "SELECT version_num FROM alembic_version"]
    if connection.dialect.name == "sqlite":
        words = "sqlite_master WHERE name = 'document_words'"
        questions.append(f"SELECT replace(sql, '\"', '') FROM {words}")
    said = tuple(tuple(connection.execute(text(one)).scalars()) for one in questions)
    return made, said


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_new_store_is_what_the_steps_make_and_what_the_tables_say(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    made = list[tuple[dict[str, MadeTable], tuple[object, ...]]]()
    makers: dict[str, Callable[[Connection], None]] = {
        "new": bring_up_to_date,
        "stepped": partial(run_steps, at=""),
    }
    for name, make in makers.items():
        (tmp_path / name).mkdir()
        url = None
        if kind == "postgresql":
            url = new_database(request.getfixturevalue("postgres"), f"layout_{name}")
        engine = tables.open_engine(tmp_path / name, url)
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            make(connection)
            made.append(described(connection))
            bring_up_to_date(connection)
            assert described(connection) == made[-1]
        engine.dispose()
    assert made[0] == made[1]
    by_name, said = made[0]
    assert said[0] == (tables.FORMAT,)
    for table in tables.metadata.sorted_tables:
        columns, indices = by_name[table.name].columns, by_name[table.name].indices
        assert {column.name for column in table.columns} == {*columns}
        assert {index.name for index in table.indexes} <= {name for name, *_rest in indices}


def test_a_backup_takes_every_table() -> None:
    assert {table.name for table in copy.TABLES} == set(tables.metadata.tables) - {"about"}
