# SPDX-License-Identifier: GPL-3.0-only
"""Layout 2: agents' notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "note",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("dossier_id", sa.Integer, sa.ForeignKey("dossier.id"), nullable=False),
        sa.Column("note_id", sa.String(40), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("by_name", sa.String(500), nullable=False),
        sa.Column("at_utc", sa.DateTime, nullable=False),
        sa.UniqueConstraint("dossier_id", "note_id"),
    )
    op.execute("UPDATE about SET format = 2")
