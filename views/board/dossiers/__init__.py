# SPDX-License-Identifier: GPL-3.0-only
"""The board's pages about dossiers: who looked at what, and one person who has two of them.

Entry points: `accesses_page.BoardAccessesPage` (the register of accesses, with filters and a file)
and `doubles_page.BoardDoublesPage` (provisional dossiers, two dossiers side by side, merges).
May import `views.board.facts`, `views.board.tables`, `views.widgets` and `views.words`.
"""
