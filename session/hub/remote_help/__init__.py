# SPDX-License-Identifier: GPL-3.0-only
"""Kiosks looked after from afar: what they find of themselves at night.

Entry point: `self_tests.SelfTests` takes reports, lists them, and says which kiosks have a fault;
its rows are in the history's database. May import `history`, `access` and `convention`.
"""
