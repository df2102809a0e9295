# SPDX-License-Identifier: GPL-3.0-only
"""Layout 1: dossiers, pieces, documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    """Makes the tables."""
    about_table = op.create_table("about", sa.Column("format", sa.Integer, primary_key=True))
    op.bulk_insert(about_table, [{"format": 1}])
    op.create_table(
        "dossier",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("caller_name", sa.String(500), nullable=False),
        sa.Column("caller_number", sa.String(40), nullable=False),
        sa.Column("born_on", sa.String(10), nullable=False),
        sa.Column("procedure", sa.String(500), nullable=False),
        sa.UniqueConstraint("organisation", "number"),
    )
    op.create_index("dossier_by_caller", "dossier", ["organisation", "caller_number"])
    op.create_table(
        "piece",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("dossier_id", sa.Integer, sa.ForeignKey("dossier.id"), nullable=False),
        sa.Column("piece_id", sa.String(40), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.UniqueConstraint("dossier_id", "piece_id"),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("document_id", sa.String(40), nullable=False, unique=True),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column(
            "dossier_id", sa.Integer, sa.ForeignKey("dossier.id"), nullable=False, index=True
        ),
        sa.Column("upload_id", sa.String(40), nullable=False),
        sa.Column("piece_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("filed_at_utc", sa.DateTime, nullable=False),
        sa.UniqueConstraint("organisation", "upload_id"),
    )
