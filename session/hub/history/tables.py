# SPDX-License-Identifier: GPL-3.0-only
"""The history's tables, and an engine whose commits are on the disk.
Used by `session.hub.history.database` and the statistics.

Names begin with `history_`: the dossiers' tables may be in the same database.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
)

FORMAT = 4
"""Number of this layout; a change raises it, and the history is built again from the audit.
4: revisions.
"""

BUSY_TIMEOUT_MS = 5_000

ROWS_AT_ONCE, STATEMENTS = 16, 32
"""Rows of one INSERT, and statements kept ready.
SQLite's driver would keep 128 of up to 256 rows each: 20 MB.
"""

CONNECT_S = 5
"""Longest wait for a database server (libpq, "connect_timeout")."""

metadata = MetaData()

about = Table(
    "history_about",
    metadata,
    Column("format", Integer, primary_key=True),
    Column("reader", String(40), nullable=False),
    Column("time_zone", String(60), nullable=False),
)

streams = Table(
    "history_stream",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created", String(40), nullable=False, unique=True),
)
"""Every AUDIT there ever was: one that was lost and made anew numbers its entries from 1 again."""

names = Table(
    "history_name",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", String(500), nullable=False, unique=True),
)
"""Sites, services and outcomes, written once: rows with numbers are read several times faster."""

transitions = Table(
    "history_transition",
    metadata,
    Column("stream", ForeignKey("history_stream.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("organisation", String(40), nullable=False),
    Column("ticket", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("agent", String(40)),
    Column("session", String(40)),
    Column("changed_by", String(60), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("stored_at_utc", DateTime, nullable=False),
    Column("number", String(20), nullable=False),
    Column("service", String(40), nullable=False),
    Column("assigned_to", String(40)),
    Column("act", String(40)),
    Column("undoes", String(40)),
    Column("arrived_at_utc", DateTime, nullable=False),
    Column("accepted_at_utc", DateTime),
    Column("moved_to", String(81), nullable=False),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("organisation", "ticket", "revision", "state"),
    Index("history_transition_by_ticket", "organisation", "ticket", "stream", "seq"),
    Index("history_transition_by_time", "organisation", "stored_at_utc"),
    Index("history_transition_by_act", "organisation", "act"),
)
"""One row per change of a ticket. `revision`: its number in the bucket; AUDIT may tell one change
twice.
"""

acts = Table(
    "history_act",
    metadata,
    Column("stream", ForeignKey("history_stream.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("organisation", String(40), nullable=False),
    Column("act", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("changed_by", String(60), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("at_utc", DateTime, nullable=False),
    Column("service", String(40), nullable=False),
    Column("to", String(40), nullable=False),
    Column("said", String(40), nullable=False),
    Column("text", String(200), nullable=False),
    Column("undoes", String(40)),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("organisation", "act", "kind", "said", "revision"),
    Index("history_act_by_time", "organisation", "at_utc"),
    Index("history_act_by_act", "organisation", "act"),
)
"""One row per act of a supervisor that is on no ticket.
`said`: the message to all that it is about.
"""

tickets = Table(
    "history_ticket",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("ticket", String(40), primary_key=True),
    Column("stream", ForeignKey("history_stream.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("number", String(20), nullable=False),
    Column("session", String(40)),
    Column("kiosk", String(40), nullable=False),
    Column("agent", String(40)),
    Column("state", String(20), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("arrived_at_utc", DateTime, nullable=False),
    Column("accepted_at_utc", DateTime),
    Column("ended_at_utc", DateTime, nullable=False),
    Column("day", String(10), nullable=False),
    Column("hour", Integer, nullable=False),
    Column("site", ForeignKey("history_name.id"), nullable=False),
    Column("service", ForeignKey("history_name.id"), nullable=False),
    Column("outcome", ForeignKey("history_name.id"), nullable=False),
    Column("wait_s", Integer, nullable=False),
    Column("talk_s", Integer, nullable=False),
    # All that a statistic reads stands in the index, in the order it is read.
    Index(
        "history_ticket_counted",
        "organisation",
        "day",
        "hour",
        "site",
        "service",
        "outcome",
        "wait_s",
        "talk_s",
    ),
    Index("history_ticket_by_entry", "stream", "seq"),
)
"""One row per finished ticket. `day` and `hour` are local time of arrival; `talk_s` is -1 when
nobody answered.
"""


answers = Table(
    "history_answer",
    metadata,
    Column("stream", ForeignKey("history_stream.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("organisation", String(40), nullable=False),
    Column("day", String(10), nullable=False),
    Column("site", ForeignKey("history_name.id"), nullable=False),
    Column("service", ForeignKey("history_name.id"), nullable=False),
    Column("solved", String(10), nullable=False),
    Index("history_answer_counted", "organisation", "day", "site", "service", "solved"),
)
"""One row per caller who said whether it was solved; nothing says which caller."""


def open_engine(folder: Path, database_url: str) -> Engine:
    """The database of `database_url`, or a SQLite file in `folder` when it is empty."""
    if database_url and not database_url.startswith("sqlite"):
        return create_engine(
            _with_driver(database_url),
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"connect_timeout": CONNECT_S},
        )
    url = database_url or f"sqlite:///{folder / 'history.sqlite'}"
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "cached_statements": STATEMENTS},
        insertmanyvalues_page_size=ROWS_AT_ONCE,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _with_driver(database_url: str) -> str:
    """An address that names no driver means ours (psycopg 3);
    SQLAlchemy would look for another one.
    """
    kind, colon, rest = database_url.partition(":")
    if kind in ("postgres", "postgresql"):
        return f"postgresql+psycopg{colon}{rest}"
    return database_url


def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `_on_begin`, not by the driver
    # FULL: an entry is acknowledged after the commit, and then never told again.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _on_begin(connection: Connection) -> None:
    """Writers take their lock at once: a reader that turns writer could not wait for it."""
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
