# SPDX-License-Identifier: GPL-3.0-only
"""Tickets whose callers have gone without the hub knowing it yet, over a restart too.
Used by the kiosk's job.
"""

from __future__ import annotations

import logging
from pathlib import Path

from session.core.disk import write_durably
from session.protocol.wire.ids import is_id

log = logging.getLogger(__name__)


class UnreportedLeavings:
    """A small file of ticket ids, one a line; nothing personal.

    Args:
        path: the file; there is none while nothing is owed to the hub.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tickets = self._read()

    def _read(self) -> list[str]:
        try:
            lines = self._path.read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError):
            return []
        return [line for line in lines if is_id(line)]

    def all(self) -> list[str]:
        """The tickets, oldest first."""
        return list(self._tickets)

    def add(self, ticket: str) -> None:
        """The caller of `ticket` has gone."""
        if ticket not in self._tickets:
            self._tickets.append(ticket)
            self._write()

    def remove(self, ticket: str) -> None:
        """The hub knows it."""
        if ticket in self._tickets:
            self._tickets.remove(ticket)
            self._write()

    def _write(self) -> None:
        try:
            self._write_file()
        except OSError as error:  # they are told as long as this program runs
            log.error("who left is not remembered over a restart: %s", error.strerror)

    def _write_file(self) -> None:
        if not self._tickets:
            self._path.unlink(missing_ok=True)
            return
        write_durably(self._path, "\n".join(self._tickets).encode())
