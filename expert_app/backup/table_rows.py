# SPDX-License-Identifier: GPL-3.0-only
"""Rows of SQL tables as lines of JSON and back, the same for SQLite and PostgreSQL.
Used by backup and restore.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, DateTime, Engine, Table, func, insert, select, text

from expert_app.backup.archive import BackupDamaged

BATCH = 1000

MOST_ROW_BYTES = 16 << 20
"""Of one row: a text that never ends is none."""


class BackupRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of the table that is called so."""

    table: str
    values: list[Any]


def write_rows(engine: Engine, tables: Sequence[Table], write: Callable[[bytes], object]) -> int:
    """All rows as they are at one moment, whoever writes meanwhile; how many they were.
    Tables by their dependence.
    """
    count = 0
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        for table in tables:
            keys = list(table.primary_key.columns)
            rows = connection.execution_options(yield_per=BATCH).execute(
                select(table).order_by(*keys)
            )
            for partition in rows.partitions():
                count += len(partition)
                write(
                    b"".join(
                        msgspec.json.encode(BackupRow(str(table.name), list(row))) + b"\n"
                        for row in partition
                    )
                )
    return count


def has_rows(engine: Engine, tables: Iterable[Table]) -> bool:
    """True when one of them holds anything."""
    with engine.connect() as connection:
        return any(
            connection.execute(select(table).limit(1)).first() is not None for table in tables
        )


def load_rows(engine: Engine, tables: Sequence[Table], parts: Iterable[bytes]) -> int:
    """Stores what `write_rows` wrote, all or nothing; how many rows."""
    by_name = {str(table.name): table for table in tables}
    count = 0
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        for table in reversed(tables):
            connection.execute(table.delete())
        waiting: list[BackupRow] = []
        for row in read_rows(parts):
            if waiting and (row.table != waiting[0].table or len(waiting) >= BATCH):
                _insert(connection, by_name[waiting[0].table], waiting)
                waiting = []
            waiting.append(row)
            count += 1
        if waiting:
            _insert(connection, by_name[waiting[0].table], waiting)
        for table in tables:
            _count_on(connection, table)
    return count


def _insert(connection: Connection, table: Table, rows: list[BackupRow]) -> None:
    """Columns that an older backup does not have get the table's defaults."""
    if any(len(row.values) > len(table.c) for row in rows):
        raise ValueError(f"rows of {table.name} have more columns than the table")
    kinds = [column.type for column in table.c]
    names = [column.name for column in table.c]
    records = [
        {
            name: _moment(value) if isinstance(kind, DateTime) else value
            for name, kind, value in zip(names, kinds, row.values, strict=False)
        }
        for row in rows
    ]
    connection.execute(insert(table), records)


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    return datetime.fromisoformat(value)


def read_rows(parts: Iterable[bytes]) -> Iterator[BackupRow]:
    """Read what `write_rows` wrote, row by row. Raises `BackupDamaged` when one never ends."""
    decoder = msgspec.json.Decoder(BackupRow)
    rest = b""
    for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        if len(rest) > MOST_ROW_BYTES:
            raise BackupDamaged("")
        for line in lines:
            yield decoder.decode(line)


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL counts the next number by itself, and has not seen those that we have put in."""
    [*keys] = table.primary_key.columns
    if connection.dialect.name != "postgresql" or len(keys) != 1 or keys[0].name != "id":
        return
    highest = connection.execute(select(func.max(keys[0]))).scalar()
    if highest is not None:
        query = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :highest)")
        connection.execute(query, {"name": table.name, "highest": highest})
