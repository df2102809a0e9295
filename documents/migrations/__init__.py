# SPDX-License-Identifier: GPL-3.0-only
"""Steps from each layout of the store's database to the next, on SQLite and PostgreSQL.
Used by `store_layout`.
"""
