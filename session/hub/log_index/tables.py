# SPDX-License-Identifier: GPL-3.0-only
"""The tables of the list of conversations. Used by `session.hub.log_index.rows` and `find`.

Names begin with `log_`: the history's tables, and the dossiers', may be in the same database.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

FORMAT = 4
"""Number of this layout; a change raises it, and the list is made again from the logs."""

metadata = MetaData()

about = Table("log_about", metadata, Column("format", Integer, primary_key=True))

rows = Table(
    "log_row",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("session", String(40), nullable=False),
    Column("short_number", String(9), nullable=False),
    Column("ticket_number", String(20), nullable=False),
    Column("trace", String(40), nullable=False),
    Column("accept_trace", String(40), nullable=False),
    Column("started_at_utc", DateTime, nullable=False),
    Column("ended_at_utc", DateTime),
    Column("day", String(10), nullable=False),
    Column("site", String(500), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("service", String(40), nullable=False),
    Column("agent", String(40), nullable=False),
    Column("outcome", String(60), nullable=False),
    Column("kiosk_version", String(40), nullable=False),
    Column("desk_version", String(40), nullable=False),
    Column("worst_at_utc", DateTime),
    Column("worst_kbps", Float),
    Column("worst_loss_percent", Float),
    Column("gaps", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("is_erased", Integer, nullable=False),
    Column("summary", Text, nullable=False),
    UniqueConstraint("organisation", "session"),
    Index("log_row_by_time", "organisation", "started_at_utc", "id"),
    Index("log_row_of_all_by_time", "started_at_utc", "id"),
    Index("log_row_by_end", "ended_at_utc"),
    Index("log_row_by_short_number", "short_number"),
    Index("log_row_by_ticket_number", "organisation", "ticket_number"),
    Index("log_row_by_trace", "trace"),
    Index("log_row_by_accept_trace", "accept_trace"),
    # All that is counted stands in the index.
    Index(
        "log_row_counted", "organisation", "started_at_utc", "day", "kiosk", "site", "service", "id"
    ),
)
"""One row per conversation. `day`: local day of its start. `summary`: what was read of its log so
far (`session.hub.log_index.digest.LogDigest`), so that the next records can be added.
"""

troubles = Table(
    "log_trouble",
    metadata,
    Column("row", ForeignKey("log_row.id", ondelete="CASCADE"), primary_key=True),
    Column("part", String(10), primary_key=True),
    Column("code", String(60), primary_key=True),
    Column("count", Integer, nullable=False),
    Index("log_trouble_by_code", "code", "row", "part"),
    Index("log_trouble_by_part", "part", "row", "code"),
)

devices = Table(
    "log_device",
    metadata,
    Column("row", ForeignKey("log_row.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("model", String(60), primary_key=True),
    Index("log_device_by_model", "model", "row"),
)
