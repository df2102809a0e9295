# SPDX-License-Identifier: GPL-3.0-only
"""Code that Alembic runs before the steps: they go over the connection that the store gives, in
its transaction.
"""

from __future__ import annotations

from alembic import context

from documents.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
