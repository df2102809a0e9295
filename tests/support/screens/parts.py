# SPDX-License-Identifier: GPL-3.0-only
"""The parts of a window by their object names, as a test or an aid for the blind finds them."""

from __future__ import annotations

from PyQt6.QtCore import QObject


def part[Kind: QObject](window: QObject, kind: type[Kind], name: str) -> Kind:
    """Return the part of a window that has this object name."""
    found = window.findChild(kind, name)
    assert found is not None, name
    return found
