# SPDX-License-Identifier: GPL-3.0-only
"""Steps from each layout of the store's database to the next, on SQLite and PostgreSQL.

Run by `documents.store.layout.bring_up_to_date`; a changed table needs a new step here. May import
Alembic and SQLAlchemy only.
"""
