# SPDX-License-Identifier: GPL-3.0-only
"""The name that a computer gives itself: stands beside who works at it, in lists and in the
register of accesses. Used by programs that tell it and by the hub that reads it.
"""

from __future__ import annotations

import platform
from functools import cache

LETTERS = 100
"""Longest name that is kept."""


@cache
def computer_name() -> str:
    """Return what this computer calls itself."""
    return platform.node()[:LETTERS]


def printable_name(reported_name: str) -> str:
    """A computer's word for itself, as it may stand in a list."""
    return "".join(filter(str.isprintable, reported_name)).strip()[:LETTERS]
