# SPDX-License-Identifier: GPL-3.0-only
"""The headers by which a program says its version, and a desk which computer it is, with beats and
requests. Used by clients and the hub.
"""

from __future__ import annotations

PROGRAM = "Program"

DESK = "Desk"
"""Public key of an agent's computer: several may be open for one person, who works at one."""

VERSION_LETTERS = 40
"""Longest version that is kept."""
