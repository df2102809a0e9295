# SPDX-License-Identifier: GPL-3.0-only
"""Which version of the program this is. Used by the command line and by what tells the hub."""

from __future__ import annotations

import importlib.metadata
from functools import cache

PACKAGE = "expert-app"


@cache
def program_version() -> str:
    """Return the version that the installed package says;
    "" where the program runs from files alone.
    """
    try:
        return importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return ""
