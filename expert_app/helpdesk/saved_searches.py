# SPDX-License-Identifier: GPL-3.0-only
"""The searches that a person keeps, on this computer. Used by the helpdesk's wiring."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from session.core.disk import write_durably

MOST = 30
LONGEST = 400


class SavedSearches:
    """Lines of the filter, the newest first; a file that cannot be read counts as none."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "searches.json"

    def read(self) -> list[str]:
        """All of them."""
        try:
            lines = msgspec.json.decode(self._file.read_bytes(), type=list[str])
        except (OSError, msgspec.MsgspecError):
            return []
        return [line[:LONGEST] for line in lines[:MOST] if line.strip()]

    def write(self, lines: Sequence[str]) -> None:
        """Keeps these. Raises `OSError`."""
        write_durably(self._file, msgspec.json.encode(list(lines)[:MOST]))
