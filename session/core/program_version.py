# SPDX-License-Identifier: GPL-3.0-only
"""Which version of the program this is, and of its Debian packages beside it. Used by the command
line, by what tells the hub and by the windows.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys
from functools import cache
from pathlib import Path

PACKAGE = "expert-app"
PACKAGED_HOME = "/opt/poste-expert"
VERSIONS = Path("/usr/share/poste-expert/versions")
"""A file for each of our Debian packages on this machine, named after it, with its version."""
PROGRAMS_PACKAGE = "poste-expert"


@cache
def program_version() -> str:
    """Return the version that the installed package says;
    "" where the program runs from files alone.
    """
    try:
        return importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return ""


def version_order(version: str) -> tuple[tuple[int, ...], bool, tuple[int, ...]]:
    """Return what sorts versions (PEP 440): the numbers; what was made before a release (`.dev`)
    comes before it, by its time.
    """
    number, _sign, development = version.partition("+")[0].partition(".dev")
    return _numbers(number), not development, _numbers(development)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)))


def other_packages(folder: Path = VERSIONS, home: str = sys.prefix) -> dict[str, str]:
    """Return our Debian packages that are not of the programs' version: name -> version.

    A role's package needs programs of its version or a newer one, so it may be left behind. Nothing
    is said by programs that no package brought.
    """
    if home != PACKAGED_HOME:
        return {}
    try:
        versions = {file.name: file.read_text("utf-8").strip() for file in folder.iterdir()}
    except OSError:
        return {}
    ours = versions.get(PROGRAMS_PACKAGE)
    return {name: version for name, version in sorted(versions.items()) if version != ours}
