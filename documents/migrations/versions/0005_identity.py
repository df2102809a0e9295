# SPDX-License-Identifier: GPL-3.0-only
"""Layout 5: names in their parts and by what they are found, the register of accesses, merges."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"

_DOSSIER: tuple[tuple[str, sa.types.TypeEngine[Any], str], ...] = (
    ("family_name", sa.String(100), ""),
    ("given_names", sa.String(100), ""),
    ("search_key", sa.String(1000), ""),
    ("contact", sa.String(200), ""),
    ("provisional", sa.Integer(), "0"),
    ("merged_into", sa.String(40), ""),
    ("made_by", sa.String(500), ""),
)


def upgrade() -> None:
    """Adds columns and tables; the store fills in by what dossiers of before are found."""
    for name, kind, before in _DOSSIER:
        op.add_column("dossier", sa.Column(name, kind, nullable=False, server_default=before))
    op.add_column("dossier", sa.Column("made_request", sa.String(40), nullable=True))
    op.add_column("dossier", sa.Column("made_at_utc", sa.DateTime, nullable=True))
    op.create_index("dossier_by_birth", "dossier", ["organisation", "born_on"])
    op.create_index("dossier_by_merged", "dossier", ["organisation", "merged_into"])
    op.create_index("dossier_by_request", "dossier", ["organisation", "made_request"], unique=True)
    op.create_table(
        "access",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("at_utc", sa.DateTime, nullable=False),
        sa.Column("by_user", sa.String(40), nullable=False),
        sa.Column("by_name", sa.String(500), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("dossier", sa.String(40), nullable=False),
        sa.Column("session_id", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("hits", sa.Integer, nullable=False),
    )
    op.create_index("access_of", "access", ["organisation", "id"])
    op.create_index("access_to", "access", ["organisation", "dossier", "id"])
    op.create_index("access_by", "access", ["organisation", "by_user", "at_utc"])
    op.create_index("access_in", "access", ["organisation", "session_id", "id"])
    _create_merges()
    op.execute("UPDATE about SET format = 5")


def _create_merges() -> None:
    op.create_table(
        "dossier_merge",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("merge_id", sa.String(40), nullable=False),
        sa.Column("keep_id", sa.Integer, sa.ForeignKey("dossier.id"), nullable=False, index=True),
        sa.Column("merged_id", sa.Integer, sa.ForeignKey("dossier.id"), nullable=False, index=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("by_user", sa.String(40), nullable=False),
        sa.Column("by_name", sa.String(500), nullable=False),
        sa.Column("at_utc", sa.DateTime, nullable=False),
        sa.Column("undone_at_utc", sa.DateTime, nullable=True),
        sa.Column("undone_by", sa.String(500), nullable=False),
        sa.Column("undone_why", sa.String(500), nullable=False),
        sa.UniqueConstraint("organisation", "merge_id"),
    )
    op.create_table(
        "merge_move",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "merge_id", sa.Integer, sa.ForeignKey("dossier_merge.id"), nullable=False, index=True
        ),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("row_id", sa.Integer, nullable=False),
        sa.Column("was", sa.Text, nullable=False),
    )
