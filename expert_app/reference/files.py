# SPDX-License-Identifier: GPL-3.0-only
"""Writes what is generated into docs, or tells which files there are not what they should be.
Used by every generator.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

DOCS = Path(__file__).resolve().parents[2] / "docs"

Documents = dict[str, str]
"""Path below docs -> text."""


def json_text(value: Any) -> str:
    """JSON as it stands in a file that people read."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def stale(documents: Documents, folder: Path = DOCS) -> list[str]:
    """Paths whose file is missing or says something else."""
    return [
        name
        for name, text in documents.items()
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != text
    ]


def write(documents: Documents, folder: Path = DOCS) -> None:
    """Writes what is stale."""
    for name in stale(documents, folder):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(documents[name], "utf-8")


def run(make: Callable[[], Documents], arguments: list[str]) -> int:
    """Writes what `make` gives, or with `--check` compares it; 0 when all is well."""
    documents = make()
    if "--check" not in arguments:
        write(documents)
        return 0
    if names := stale(documents):
        print(f"docs is not what the code says ({', '.join(names)}): run `make schemas`")
        return 1
    return 0
