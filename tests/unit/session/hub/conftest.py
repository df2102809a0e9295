# SPDX-License-Identifier: GPL-3.0-only
"""The databases that the history's tests ask for."""

from __future__ import annotations

from tests.unit.session.hub.history.databases import history, open_history, postgres

__all__ = ["history", "open_history", "postgres"]
