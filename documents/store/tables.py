# SPDX-License-Identifier: GPL-3.0-only
"""The store's tables, and an engine that means it: SQLite in WAL mode, every commit on the disk.
Used by the store.
"""

from __future__ import annotations

import secrets
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
    Text,
    UniqueConstraint,
    create_engine,
    event,
)

FORMAT = 9
"""Number of this layout (docs/releasing.md)."""

OLDEST = 8
"""The oldest number from which the steps of `documents.migrations` lead to ours: its first."""

BUSY_TIMEOUT_MS = 5_000

metadata = MetaData()

about = Table("about", metadata, Column("format", Integer, primary_key=True))

dossiers = Table(
    "dossier",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("number", String(40), nullable=False),
    Column("caller_name", String(500), nullable=False),
    Column("caller_number", String(40), nullable=False),
    Column("born_on", String(10), nullable=False),
    Column("procedure", String(500), nullable=False),
    Column("family_name", String(100), nullable=False, default=""),
    Column("given_names", String(100), nullable=False, default=""),
    Column("search_key", String(1000), nullable=False, default=""),
    Column("contact", String(200), nullable=False, default=""),
    Column("provisional", Integer, nullable=False, default=0),
    Column("merged_into", String(40), nullable=False, default=""),
    Column("made_request", String(40), nullable=True),
    Column("made_at_utc", DateTime, nullable=True),
    Column("made_by", String(500), nullable=False, default=""),
    Column("token", String(32), nullable=False, default=lambda: secrets.token_hex(16)),
    UniqueConstraint("organisation", "number"),
    Index("dossier_by_caller", "organisation", "caller_number"),
    Index("dossier_by_birth", "organisation", "born_on"),
    Index("dossier_by_request", "organisation", "made_request", unique=True),
    Index("dossier_by_merged", "organisation", "merged_into"),
)
"""A name is there whole, in its parts, and as the `search_key` of `documents.store.names`;
`merged_into` is a number. By the random `token` what is erased is known again, and it tells nobody
who.
"""

pieces = Table(
    "piece",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dossier_id", ForeignKey("dossier.id"), nullable=False),
    Column("piece_id", String(40), nullable=False),
    Column("place", Integer, nullable=False),
    Column("name", String(500), nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("procedure", String(40), nullable=False),
    Column("hint", String(1100), nullable=False),
    Column("any_of", Text, nullable=False),
    Column("optional", Integer, nullable=False),
    Column("decided_by", String(500), nullable=False),
    Column("holds_days", Integer, nullable=False),
    Column("expires_on", String(10), nullable=False),
    UniqueConstraint("dossier_id", "piece_id"),
)

documents = Table(
    "document",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", String(40), nullable=False, unique=True),
    Column("organisation", String(40), nullable=False),
    Column("dossier_id", ForeignKey("dossier.id"), nullable=False, index=True),
    Column("upload_id", String(40), nullable=False),
    Column("piece_id", String(40), nullable=False),
    Column("name", String(500), nullable=False),
    Column("pages", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("path", String(200), nullable=False),
    Column("filed_at_utc", DateTime, nullable=False),
    Column("session_id", String(40), nullable=False, default=""),
    Column("by_user", String(40), nullable=False, default=""),
    Column("withdrawn_at_utc", DateTime, nullable=True),
    UniqueConstraint("organisation", "upload_id"),
)
"""One that was withdrawn by who filed it is no document of its dossier any more; the acts say so.
"""

notes = Table(
    "note",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dossier_id", ForeignKey("dossier.id"), nullable=False),
    Column("note_id", String(40), nullable=False),
    Column("text", String(500), nullable=False),
    Column("by_name", String(500), nullable=False),
    Column("at_utc", DateTime, nullable=False),
    Column("session_id", String(40), nullable=False, default=""),
    Column("by_user", String(40), nullable=False, default=""),
    Column("withdrawn_at_utc", DateTime, nullable=True),
    UniqueConstraint("dossier_id", "note_id"),
)

piece_events = Table(
    "piece_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dossier_id", ForeignKey("dossier.id"), nullable=False, index=True),
    Column("piece_id", String(40), nullable=False),
    Column("was", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("by_name", String(500), nullable=False),
    Column("site", String(500), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("at_utc", DateTime, nullable=False),
)

document_pages = Table(
    "document_page",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_key", ForeignKey("document.id"), nullable=False, index=True),
    Column("place", Integer, nullable=False),
    Column("original_sha256", String(64), nullable=False, index=True),
    Column("look", String(64), nullable=False),
)

deliveries = Table(
    "delivery",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("document_key", ForeignKey("document.id"), nullable=False),
    Column("target", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("remote_id", String(500), nullable=False),
    Column("receipt", String(200), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("words", String(500), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_utc", DateTime, nullable=False),
    Column("claimed_until_utc", DateTime, nullable=False),
    Column("changed_at_utc", DateTime, nullable=False),
    Column("by_name", String(500), nullable=False),
    UniqueConstraint("document_key", "target"),
    Index("delivery_due", "target", "state", "next_try_utc"),
    Index("delivery_of", "organisation", "state", "id"),
)
"""Copies for agencies' own document systems."""

versions = Table(
    "document_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_key", ForeignKey("document.id"), nullable=False, unique=True),
    Column("replaces_key", ForeignKey("document.id"), nullable=False, unique=True),
    Column("why", String(500), nullable=False),
)

acts = Table(
    "dossier_act",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("dossier_id", ForeignKey("dossier.id"), nullable=True, index=True),
    Column("kind", String(40), nullable=False),
    Column("about", String(500), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("by_user", String(40), nullable=False),
    Column("by_name", String(500), nullable=False),
    Column("at_utc", DateTime, nullable=False),
)

accesses = Table(
    "access",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("at_utc", DateTime, nullable=False),
    Column("by_user", String(40), nullable=False),
    Column("by_name", String(500), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("dossier", String(40), nullable=False),
    Column("session_id", String(40), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("hits", Integer, nullable=False),
    Column("computer", String(100), nullable=False, default=""),
    Index("access_of", "organisation", "id"),
    Index("access_to", "organisation", "dossier", "id"),
    Index("access_by", "organisation", "by_user", "at_utc"),
    Index("access_in", "organisation", "session_id", "id"),
)
"""The register of accesses; lines are only ever added. A number, no key: what was refused is here
too.
"""

merges = Table(
    "dossier_merge",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("merge_id", String(40), nullable=False),
    Column("keep_id", ForeignKey("dossier.id"), nullable=False, index=True),
    Column("merged_id", ForeignKey("dossier.id"), nullable=False, index=True),
    Column("reason", String(500), nullable=False),
    Column("by_user", String(40), nullable=False),
    Column("by_name", String(500), nullable=False),
    Column("at_utc", DateTime, nullable=False),
    Column("undone_at_utc", DateTime, nullable=True),
    Column("undone_by", String(500), nullable=False),
    Column("undone_why", String(500), nullable=False),
    UniqueConstraint("organisation", "merge_id"),
)

merge_moves = Table(
    "merge_move",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("merge_id", ForeignKey("dossier_merge.id"), nullable=False, index=True),
    Column("what", String(20), nullable=False),
    Column("row_id", Integer, nullable=False),
    Column("was", Text, nullable=False),
)
"""What a merge has changed, for its way back: a row that moved, or (`was`, JSON) what a row said
before.
"""

holds = Table(
    "dossier_hold",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dossier_id", ForeignKey("dossier.id"), nullable=False, index=True),
    Column("at_utc", DateTime, nullable=False),
    Column("by_name", String(500), nullable=False),
    Column("reason", String(500), nullable=False),
)
"""Dossiers that are not erased."""

erased_numbers = Table(
    "erased_number",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("start", String(10), primary_key=True),
    Column("last", Integer, nullable=False),
)
"""The highest number of our own that was erased of each year ("D-2026-"): it is never given again,
since papers still bear it.
"""

erased_files = Table(
    "erased_file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("path", String(200), nullable=False, unique=True),
)
"""Files of erased documents that are still to be removed."""

appointments = Table(
    "appointment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("appointment_id", String(40), nullable=False),
    Column("request_id", String(100), nullable=False),
    Column("code", String(6), nullable=False, unique=True),
    Column("service", String(40), nullable=False),
    Column("home", String(40), nullable=False),
    Column("site", String(40), nullable=False),
    Column("starts_utc", DateTime, nullable=False),
    Column("length_min", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("family_name", String(100), nullable=False),
    Column("given_names", String(100), nullable=False),
    Column("born_on", String(10), nullable=False),
    Column("caller_number", String(40), nullable=False),
    Column("email", String(254), nullable=False),
    Column("phone", String(40), nullable=False),
    Column("language", String(3), nullable=False),
    Column("dossier", String(40), nullable=False),
    Column("agent", String(40), nullable=False),
    Column("bring", Text, nullable=False),
    Column("made_by", String(90), nullable=False),
    Column("made_by_name", String(500), nullable=False),
    Column("made_at_utc", DateTime, nullable=False),
    Column("arrived_at_utc", DateTime, nullable=True),
    Column("ticket", String(40), nullable=False),
    Column("moves", Integer, nullable=False, default=0),
    Column("foreign_id", String(60), nullable=False, default=""),
    Column("foreign_at_utc", DateTime, nullable=True),
    Column("not_told", Integer, nullable=False, default=0),
    Column("erase_after_utc", DateTime, nullable=False),
    UniqueConstraint("organisation", "appointment_id"),
    UniqueConstraint("organisation", "request_id"),
    Index("appointment_at", "organisation", "service", "starts_utc"),
    Index("appointment_by_site", "home", "site", "starts_utc"),
    Index("appointment_by_state", "state", "starts_utc"),
    Index("appointment_by_dossier", "organisation", "dossier"),
    Index("appointment_by_caller", "organisation", "caller_number"),
    Index("appointment_by_foreign", "organisation", "foreign_id"),
    Index("appointment_by_birth", "born_on", "starts_utc"),
    Index("appointment_erased", "erase_after_utc"),
    Index("appointment_not_told", "organisation", "not_told", "starts_utc"),
)
"""Appointments; `request_id` says who booked it too, `foreign_at_utc` when the other booking system
last changed it. `bring` is JSON. A dossier is named by its
number: most appointments have none.
"""

appointment_steps = Table(
    "appointment_step",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("appointment_key", ForeignKey("appointment.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("at_utc", DateTime, nullable=False),
    Column("by_user", String(90), nullable=False),
    Column("by_name", String(500), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("was_utc", DateTime, nullable=True),
)

appointment_messages = Table(
    "appointment_message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("appointment_key", ForeignKey("appointment.id"), nullable=False, index=True),
    Column("organisation", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("way", String(10), nullable=False),
    Column("due_utc", DateTime, nullable=False),
    Column("state", String(20), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_utc", DateTime, nullable=False),
    Column("claimed_until_utc", DateTime, nullable=False),
    Column("why", String(100), nullable=False),
    Index("appointment_message_due", "state", "organisation", "way", "next_try_utc"),
)
"""What a person is told of an appointment; the address stands with the appointment only."""

absences = Table(
    "absence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("absence_id", String(40), nullable=False),
    Column("agent", String(40), nullable=False),
    Column("first_utc", DateTime, nullable=False),
    Column("last_utc", DateTime, nullable=False),
    Column("by_name", String(500), nullable=False),
    Column("source", String(20), nullable=False, default=""),
    UniqueConstraint("organisation", "absence_id"),
    Index("absence_until", "organisation", "last_utc"),
)

day_changes = Table(
    "appointment_day",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("service", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("agents", Integer, nullable=False),
    Column("reason", String(500), nullable=False),
    Column("by_name", String(500), nullable=False),
)
"""A supervisor's word for a day of a service."""

slot_counts = Table(
    "appointment_count",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("service", String(40), primary_key=True),
    Column("home", String(40), primary_key=True),
    Column("site", String(40), primary_key=True),
    *(
        Column(name, Integer, nullable=False, default=0)
        for name in ("offered", "booked", "kept", "missed", "moved", "cancelled")
    ),
)
"""Figures of days that are over; the convention is kept in its last form only."""

WORDS_TABLE = {
    "sqlite": (
        "CREATE VIRTUAL TABLE document_words USING fts5(words, tokenize='unicode61', content='', "
        "contentless_delete=1)",
    ),
    "postgresql": (
        "CREATE TABLE document_words (rowid INTEGER PRIMARY KEY REFERENCES document(id), words "
        "TSVECTOR NOT NULL)",
        "CREATE INDEX document_by_words ON document_words USING gin (words)",
    ),
}
"""The index of words is the one thing that the two databases make differently."""


def open_engine(folder: Path, database_url: str | None) -> Engine:
    """The database of `database_url`, or a SQLite file in `folder`."""
    if database_url is not None and not database_url.startswith("sqlite"):
        # one that names no driver means ours, psycopg 3
        kind, colon, rest = database_url.partition(":")
        ours = kind in ("postgres", "postgresql")
        return create_engine(
            f"postgresql+psycopg{colon}{rest}" if ours else database_url,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    url = database_url or f"sqlite:///{folder / 'dossiers.sqlite'}"
    # what was wrong goes to the developers' log: never with whose dossier it was
    engine = create_engine(url, connect_args={"check_same_thread": False}, hide_parameters=True)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `_on_begin`, not by the driver
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what is erased is overwritten on the disk
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _on_begin(connection: Connection) -> None:
    """Writers take their lock at once: a reader that turns writer could not wait for it."""
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
