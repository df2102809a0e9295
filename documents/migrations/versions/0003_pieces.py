# SPDX-License-Identifier: GPL-3.0-only
"""Layout 3: what procedures say of pieces, pieces' history, pages and their looks, the index of
words.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from documents.store.tables import WORDS_TABLE

revision, down_revision = "0003", "0002"

_PIECE: tuple[tuple[str, sa.types.TypeEngine[Any], str], ...] = (
    ("procedure", sa.String(40), ""),
    ("hint", sa.String(1100), ""),
    ("any_of", sa.Text(), "[]"),
    ("optional", sa.Integer(), "0"),
    ("decided_by", sa.String(500), ""),
    ("holds_days", sa.Integer(), "0"),
    ("expires_on", sa.String(10), ""),
)


def upgrade() -> None:
    """Adds columns and tables; documents of before are found by their names."""
    for name, kind, before in _PIECE:
        op.add_column("piece", sa.Column(name, kind, nullable=False, server_default=before))
    op.create_table(
        "piece_event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "dossier_id", sa.Integer, sa.ForeignKey("dossier.id"), nullable=False, index=True
        ),
        sa.Column("piece_id", sa.String(40), nullable=False),
        sa.Column("was", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("by_name", sa.String(500), nullable=False),
        sa.Column("site", sa.String(500), nullable=False),
        sa.Column("kiosk", sa.String(40), nullable=False),
        sa.Column("at_utc", sa.DateTime, nullable=False),
    )
    op.create_table(
        "document_page",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "document_key", sa.Integer, sa.ForeignKey("document.id"), nullable=False, index=True
        ),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("original_sha256", sa.String(64), nullable=False, index=True),
        sa.Column("look", sa.String(64), nullable=False),
    )
    for statement in WORDS_TABLE[op.get_bind().dialect.name]:
        op.execute(statement)
    op.execute("UPDATE about SET format = 3")
