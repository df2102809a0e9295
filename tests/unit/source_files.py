# SPDX-License-Identifier: GPL-3.0-only
"""The files of the product, for the tests of its layout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]

PRODUCT = ("expert_app", "views", "session", "documents", "resources")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "vendor" not in path.parts)
