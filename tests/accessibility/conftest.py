# SPDX-License-Identifier: GPL-3.0-only
"""The desk's look, taken off again afterwards."""

from __future__ import annotations

from tests.unit.views.conftest import desk_theme

__all__ = ["desk_theme"]
