# SPDX-License-Identifier: GPL-3.0-only
"""What a window remembers between two days: place, panels, theme.
The programs' wiring gives it to the window.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PyQt6.QtCore import QByteArray, QSettings


class WindowSettings(Protocol):
    """Short texts by name; a name that was never written reads as ""."""

    def read(self, name: str) -> str:
        """The text under `name`, or ""."""
        ...

    def write(self, name: str, value: str) -> None:
        """Keeps a text under `name`."""
        ...


class IniSettings:
    """Settings in a file of this person.

    Args:
        path: an .ini file; it is made when something is written.
    """

    def __init__(self, path: Path) -> None:
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    def read(self, name: str) -> str:
        """The text under `name`, or ""."""
        return str(self._store.value(name, ""))

    def write(self, name: str, value: str) -> None:
        """Keeps a text under `name`."""
        self._store.setValue(name, value)


def packed(state: QByteArray) -> str:
    """A window's state as text."""
    return state.toBase64().data().decode("ascii")


def unpacked(text: str) -> QByteArray:
    """A window's state from text."""
    return QByteArray.fromBase64(text.encode("ascii", "replace"))
