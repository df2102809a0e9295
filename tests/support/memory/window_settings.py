# SPDX-License-Identifier: GPL-3.0-only
"""What a window remembers, in memory only."""

from __future__ import annotations

from collections.abc import Collection


class MemorySettings:
    """Settings of a window that are forgotten at the end."""

    def __init__(self, fixed: Collection[str] = ()) -> None:
        self._fixed = fixed
        self._values: dict[str, str] = {}

    def read(self, name: str) -> str:
        """The text under `name`, or ""."""
        return self._values.get(name, "")

    def write(self, name: str, value: str) -> None:
        """Keeps a text under `name`."""
        self._values[name] = value

    def is_fixed(self, name: str) -> bool:
        """The organisation has fixed it."""
        return name in self._fixed
