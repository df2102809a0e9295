# SPDX-License-Identifier: GPL-3.0-only
"""A recorded store goes on; one whose layout no step leads from is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from documents.store import copy, tables
from documents.store.dossier_store import DossierStore
from documents.store.layout import bring_up_to_date, run_steps
from session.core.dossier_model import Access, ActingUser, CallerIdentity
from session.core.errors import StoreUnreachable
from tests.compatibility.hub_sample import DOSSIER, ORGANISATION, unpack_hub
from tests.support.postgres import new_database

ALICE = Access(by=ActingUser(user="alice", name="Alice M."), session_id="s1")


def recorded(folder: Path) -> Path:
    """The folder of the recorded dossiers, unpacked."""
    unpack_hub(folder, 1)
    return folder / "hub" / "dossiers"


def test_a_recorded_store_goes_on(tmp_path: Path) -> None:
    with DossierStore(recorded(tmp_path)) as store:
        dossier = store.open_dossier(ORGANISATION, DOSSIER)
        assert len(dossier.documents) == 2
        identity = CallerIdentity(
            family_name=dossier.family_name,
            given_names=dossier.given_names,
            born_on=dossier.born_on,
        )
        hits = store.identities.find(ORGANISATION, identity, ALICE).hits
        assert [hit.number for hit in hits] == [DOSSIER]
        assert store.erasures.erase(ORGANISATION, DOSSIER).documents == 2


def test_a_recorded_store_is_what_a_new_one_is(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    layouts = []
    for folder in (recorded(tmp_path), tmp_path / "new"):
        engine = tables.open_engine(folder, None)
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            bring_up_to_date(connection)
            layouts.append(described(connection))
        engine.dispose()
    assert layouts[0] == layouts[1]


@pytest.mark.parametrize("number", [tables.OLDEST - 1, tables.FORMAT + 1])
def test_a_store_of_another_layout_is_refused_and_stays_as_it_is(
    number: int, tmp_path: Path
) -> None:
    DossierStore(tmp_path).close()
    database = tmp_path / "dossiers.sqlite"
    with closing(sqlite3.connect(database)) as base, base:
        base.execute(f"UPDATE about SET format = {number}")
    before = database.read_bytes()
    with pytest.raises(StoreUnreachable) as caught:
        DossierStore(tmp_path)
    assert caught.value.detail == {"why": "format", "theirs": number, "ours": tables.FORMAT}
    assert database.read_bytes() == before


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
        "stepped": run_steps,
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
