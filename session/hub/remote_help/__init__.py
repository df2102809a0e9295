# SPDX-License-Identifier: GPL-3.0-only
"""Kiosks and desks looked after from afar.

Entry point: `acts.RemoteActs`, what the helpdesk wants done there; `self_tests.KioskSelfTests`
takes what kiosks find of themselves at night and says which have a fault. Rows are in the history's
database. May import `history`, `access` and `convention`.
"""
