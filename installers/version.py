# SPDX-License-Identifier: GPL-3.0-only
"""The version: `NUMBER` is the release that comes next, until the tag `vNUMBER` makes a commit that
release. Read by the wheel's build, by what makes packages and by `make release`.

A build of any other commit sorts below the release and says when and of what it was made:
`0.3.0~dev20261130142516.099b9726` for Debian, `0.3.0.dev20261130142516+g099b9726` for Python
(PEP 440). A wheel that no builder of ours names a version for (`uv build`, `uv sync`) is
`0.3.0.dev0`.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
NUMBER = "0.3.0"
VARIABLE = "POSTE_EXPERT_WHEEL_VERSION"
"""How a builder of ours tells the wheel's build which version it makes."""


class Version(NamedTuple):
    """A version, as each system writes it.

    Attributes:
        debian: as dpkg compares it.
        python: as PEP 440 writes it.
    """

    debian: str
    python: str


def git(*words: str) -> str:
    """Return what git says of this repository; times are in UTC."""
    done = subprocess.run(
        ["git", "-C", str(ROOT), *words],
        check=True, capture_output=True, text=True, env={**os.environ, "TZ": "UTC"},
    )  # fmt: skip
    return done.stdout.strip()


def is_release() -> bool:
    """True for the commit that the tag names."""
    return bool(git("tag", "--points-at", "HEAD", "--list", f"v{NUMBER}"))


def version_of_commit() -> Version:
    """Return the release, or what comes before it: the commit's time in UTC and its name."""
    if is_release():
        return Version(NUMBER, NUMBER)
    time, name = git(
        "-c", "core.abbrev=8", "log", "-1", "--format=%cd %h", "--date=format-local:%Y%m%d%H%M%S"
    ).split()
    return Version(f"{NUMBER}~dev{time}.{name}", f"{NUMBER}.dev{time}+g{name}")


def wheel_environment(version: str) -> dict[str, str]:
    """Return the environment in which `uv build` makes a wheel of this version."""
    return {**os.environ, VARIABLE: version}


__version__ = os.environ.get(VARIABLE) or f"{NUMBER}.dev0"
"""What the wheel's build reads."""
