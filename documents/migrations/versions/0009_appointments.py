# SPDX-License-Identifier: GPL-3.0-only
"""Layout 9: appointments, absences of agents, and the figures of days."""

from __future__ import annotations

from alembic import op
from sqlalchemy import update

from documents.store import tables

revision, down_revision = "0009", "0008"


def upgrade() -> None:
    """Make the tables that are missing."""
    connection = op.get_bind()
    fresh = (
        tables.appointments,
        tables.appointment_steps,
        tables.appointment_messages,
        tables.absences,
        tables.day_changes,
        tables.slot_counts,
    )
    tables.metadata.create_all(connection, tables=fresh)
    connection.execute(update(tables.about).values(format=9))
