# SPDX-License-Identifier: GPL-3.0-only
"""The header by which a program says its version, with beats and requests.
Used by clients and the hub.
"""

from __future__ import annotations

PROGRAM = "Program"

VERSION_LETTERS = 40
"""Longest version that is kept."""
