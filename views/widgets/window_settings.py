# SPDX-License-Identifier: GPL-3.0-only
"""The settings that a window remembers between two days: place, panels, theme.
The programs' wiring gives it to the window.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from PyQt6.QtCore import QByteArray, QSettings

from resources.texts import _


class WindowSettings(Protocol):
    """Short texts by name; a name that was never written reads as ""."""

    def read(self, name: str) -> str:
        """The text under `name`, or ""."""
        ...

    def write(self, name: str, value: str) -> None:
        """Keeps a text under `name`."""
        ...

    def is_fixed(self, name: str) -> bool:
        """The person's organisation has fixed it: what this person chose does not count."""
        ...


class IniSettings:
    """Settings in a file of this person.

    Args:
        path: an .ini file; it is made when something is written.
        fixed: names that the organisation has fixed. They read as if never written.
    """

    def __init__(self, path: Path, fixed: Collection[str] = ()) -> None:
        self._fixed = fixed
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    def read(self, name: str) -> str:
        """The text under `name`, or ""."""
        if name in self._fixed:
            return ""
        return str(self._store.value(name, ""))

    def write(self, name: str, value: str) -> None:
        """Keeps a text under `name`."""
        if name not in self._fixed:
            self._store.setValue(name, value)

    def is_fixed(self, name: str) -> bool:
        """See `WindowSettings.is_fixed`."""
        return name in self._fixed


def fixed_words() -> str:
    """Why a setting cannot be changed here."""
    return _("Your organisation has fixed what cannot be changed here.")


def packed(state: QByteArray) -> str:
    """A window's state as text."""
    return state.toBase64().data().decode("ascii")


def unpacked(text: str) -> QByteArray:
    """A window's state from text."""
    return QByteArray.fromBase64(text.encode("ascii", "replace"))
