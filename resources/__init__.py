# SPDX-License-Identifier: GPL-3.0-only
"""Resources that the program ships but does not run: web pages, styles, fonts, icons, sounds,
catalogues.

Entry points: `resource_path` and `resource_text` here, and `texts._`, which translates.
Imports nothing of the other packages.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent


class ResourceMissing(Exception):
    """A shipped file is not there; `name` says which.
    The build did not run: `make setup` brings it back.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"resources/{name} is missing: run `make setup`")
        self.name = name


def resource_path(name: str) -> Path:
    """Path of a shipped file, e.g. "pages/mirror.html". Absolute names and `..` are refused."""
    path = (ROOT / name).resolve()
    if ROOT not in path.parents:
        raise ValueError(f"not a resource name: {name}")
    if not path.is_file():
        raise ResourceMissing(name)
    return path


def resource_text(name: str) -> str:
    """Text (UTF-8) of a shipped file."""
    return resource_path(name).read_text(encoding="utf-8")
