# SPDX-License-Identifier: GPL-3.0-only
"""The tables of kiosks' self-tests and of acts from afar, in the history's database."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

self_tests = Table(
    "help_self_test",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("kiosk", String(40), primary_key=True),
    Column("at_utc", DateTime, primary_key=True),
    Column("version", String(40), nullable=False),
    Column("checks", Text, nullable=False),
    Column("faults", Integer, nullable=False),
    Index("help_self_test_by_time", "at_utc"),
)
"""`at_utc`: the hub's clock. `checks`: JSON of `session.protocol.helpdesk.self_test.SelfCheck`."""

remote_acts = Table(
    "help_remote_act",
    metadata,
    Column("help_id", String(40), primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("act", String(20), nullable=False),
    Column("by", String(60), nullable=False),
    Column("by_organisation", String(40), nullable=False),
    Column("by_name", String(200), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("asked_at_utc", DateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("result", Text, nullable=False),
    Index("help_remote_act_by_time", "organisation", "asked_at_utc"),
)
"""One row per act that somebody wanted of a kiosk; `result` goes after a day."""

desk_acts = Table("help_desk_act", metadata, Column("help_id", String(40), primary_key=True))
"""Those acts that were wanted of a desk: `kiosk` is then the id of the agent who sits there."""
