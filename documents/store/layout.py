# SPDX-License-Identifier: GPL-3.0-only
"""Brings the store's database to the layout of this program, in one transaction: a new one is made
as the tables say, an earlier one goes the steps. Used by the store when it opens.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    inspect,
    select,
    text,
)

from documents.store import tables
from session.core.errors import StoreUnreachable

_STEPS = Path(__file__).parents[1] / "migrations"
_VERSION_TABLE = "alembic_version"
_VERSIONS = Table(
    _VERSION_TABLE,
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name=f"{_VERSION_TABLE}_pkc"),
)
"""Which step a database has reached, as Alembic writes it down."""
_LOCK = 0x706F7374


def bring_up_to_date(connection: Connection) -> None:
    """Makes what is missing.
    Several programs may try at once: one does it, the others wait.

    Args:
        connection: in a transaction that may write.

    Raises:
        StoreUnreachable: no step leads from its layout to ours. Details: `theirs`, `ours`.
            Or a step failed.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    names = inspect(connection).get_table_names()
    if not {"about", "dossier", _VERSION_TABLE} & {*names}:
        make_tables(connection)
        _VERSIONS.create(connection)
        connection.execute(insert(_VERSIONS), {"version_num": f"{tables.FORMAT:04}"})
        return
    stored_format = 0
    if "about" in names:
        stored_format = connection.execute(select(tables.about.c.format)).scalar() or 0
    if stored_format == tables.FORMAT:
        return
    if not tables.OLDEST <= stored_format < tables.FORMAT:
        raise StoreUnreachable(why="format", theirs=stored_format, ours=tables.FORMAT)
    run_steps(connection)


def make_tables(connection: Connection) -> None:
    """Make all tables of an empty database, and note their layout."""
    tables.metadata.create_all(connection)
    for statement in tables.WORDS_TABLE[connection.dialect.name]:
        connection.execute(text(statement))
    connection.execute(insert(tables.about), {"format": tables.FORMAT})


def run_steps(connection: Connection) -> None:
    """Run the steps that are missing, all of them in an empty database.

    Args:
        connection: in a transaction that may write.
    """
    from alembic import command  # a hub whose store is up to date does without its 12 MB
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(_STEPS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreUnreachable(why=type(error).__name__) from error
