# SPDX-License-Identifier: GPL-3.0-only
"""The table of kiosks' self-tests, in the history's database. Used by `self_tests`."""

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
