# SPDX-License-Identifier: GPL-3.0-only
"""The files of a convention: one TOML file, or a folder with `network.toml` and a file per
organisation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from session.hub.convention.problems import CatalogueWrong, Problem
from session.hub.convention.signatures import ENDING

NETWORK = "network"
"""Name of the operator's part in a folder."""

MOST_BYTES = 4 << 20
"""Of one file; a convention of 1,000 kiosks has 200 kB."""


@dataclass(frozen=True)
class ConventionPart:
    """One file with its signature, b"" when there is none.

    Attributes:
        name: of the file without its ending: an organisation's id, or `NETWORK`.
        file: as messages name it.
    """

    name: str
    file: str
    text: bytes
    signature: bytes = b""


Parts = Mapping[str, ConventionPart]


@dataclass(frozen=True)
class Files:
    """A convention as it lies on the disk. `whole` when it is one file."""

    parts: Parts
    whole: bool

    @property
    def mark(self) -> str:
        """A digest of all bytes; it changes when any of them does."""
        state = hashlib.sha256()
        for name in sorted(self.parts):
            part = self.parts[name]
            for piece in (name.encode(), part.text, part.signature):
                state.update(len(piece).to_bytes(8, "big") + piece)
        return state.hexdigest()


def read_files(path: Path) -> Files:
    """Reads a file, or all `*.toml` of a folder, with their signatures.

    Raises:
        CatalogueWrong: it is not there or cannot be read.
    """
    try:
        if path.is_dir():
            parts = [_part(file) for file in sorted(path.glob("*.toml"))]
            if not any(part.name == NETWORK for part in parts):
                raise CatalogueWrong(
                    [Problem("no_network_part", path.name, {"file": f"{NETWORK}.toml"})]
                )
            return Files({part.name: part for part in parts}, whole=False)
        part = _part(path)
        return Files({part.name: part}, whole=True)
    except OSError as error:
        if error.filename:
            name = Path(error.filename).name
        else:
            name = path.name
        raise CatalogueWrong(
            [Problem("unreadable", name, {"why": error.strerror or "?"})]
        ) from error


def signature_path(file: Path) -> Path:
    """Return the path where the signature of a part lies."""
    return file.with_name(file.name + ENDING)


def _part(file: Path) -> ConventionPart:
    if not file.is_file() and file.exists():
        raise CatalogueWrong([Problem("unreadable", file.name, {"why": "no file"})])
    if file.stat().st_size > MOST_BYTES:
        raise CatalogueWrong([Problem("too_large", file.name, {"most_bytes": MOST_BYTES})])
    beside = signature_path(file)
    return ConventionPart(
        file.stem, file.name, file.read_bytes(), beside.read_bytes() if beside.is_file() else b""
    )
