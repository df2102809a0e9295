# SPDX-License-Identifier: GPL-3.0-only
"""The theme of the windows that are driven here."""

from tests.unit.views.conftest import desk_theme

__all__ = ["desk_theme"]
