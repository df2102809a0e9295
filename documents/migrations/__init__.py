# SPDX-License-Identifier: GPL-3.0-only
"""Steps from each layout of the store's database to the next, on SQLite and PostgreSQL.

Run by `documents.store.layout.bring_up_to_date`; docs/releasing.md says which change needs a step
here. May import Alembic and SQLAlchemy; the first step also `documents.store.layout`.
"""
