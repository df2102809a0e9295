# SPDX-License-Identifier: GPL-3.0-only
"""Layout 4: copies for agencies' own document systems, versions of documents, acts on dossiers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Makes the tables; what was filed before is neither copied nor a version of anything."""
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("document_key", sa.Integer, sa.ForeignKey("document.id"), nullable=False),
        sa.Column("target", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("remote_id", sa.String(500), nullable=False),
        sa.Column("receipt", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("words", sa.String(500), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_try_utc", sa.DateTime, nullable=False),
        sa.Column("claimed_until_utc", sa.DateTime, nullable=False),
        sa.Column("changed_at_utc", sa.DateTime, nullable=False),
        sa.Column("by_name", sa.String(500), nullable=False),
        sa.UniqueConstraint("document_key", "target"),
    )
    op.create_index("delivery_due", "delivery", ["target", "state", "next_try_utc"])
    op.create_index("delivery_of", "delivery", ["organisation", "state", "id"])
    op.create_table(
        "document_version",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "document_key", sa.Integer, sa.ForeignKey("document.id"), nullable=False, unique=True
        ),
        sa.Column(
            "replaces_key", sa.Integer, sa.ForeignKey("document.id"), nullable=False, unique=True
        ),
        sa.Column("why", sa.String(500), nullable=False),
    )
    op.create_table(
        "dossier_act",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("dossier_id", sa.Integer, sa.ForeignKey("dossier.id"), nullable=True, index=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("about", sa.String(500), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("by_user", sa.String(40), nullable=False),
        sa.Column("by_name", sa.String(500), nullable=False),
        sa.Column("at_utc", sa.DateTime, nullable=False),
    )
    op.execute("UPDATE about SET format = 4")
