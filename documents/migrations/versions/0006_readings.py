# SPDX-License-Identifier: GPL-3.0-only
"""Layout 6: at which computer a conversation's log was read, in the register of accesses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    """Adds the column."""
    column = sa.Column("computer", sa.String(100), nullable=False, server_default="")
    op.add_column("access", column)
    op.execute("UPDATE about SET format = 6")
