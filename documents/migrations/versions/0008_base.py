# SPDX-License-Identifier: GPL-3.0-only
"""Layout 8, from which all steps begin: what the tables say (docs/releasing.md)."""

from __future__ import annotations

from alembic import op

from documents.store.layout import make_tables

revision, down_revision = "0008", None


def upgrade() -> None:
    """Make the tables."""
    make_tables(op.get_bind())
