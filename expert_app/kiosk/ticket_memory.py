# SPDX-License-Identifier: GPL-3.0-only
"""Remembers the kiosk's ticket over a restart: its id, nothing personal.
Used by `expert_app.kiosk.app`.
"""

from __future__ import annotations

from pathlib import Path

from session.protocol.wire.ids import is_id


class TicketMemory:
    """One file.

    Attributes:
        ticket: the ticket of the caller in front of the screen, "" for nobody.
    """

    def __init__(self, path: Path) -> None:
        self.ticket = ""
        self._path = path

    def remember(self, ticket: str) -> None:
        """This is the ticket from now on."""
        if ticket != self.ticket:
            self.ticket = ticket
            self._path.write_text(ticket, encoding="utf-8")

    def remembered(self) -> str:
        """The ticket of an earlier run, "" when there was none."""
        try:
            ticket = self._path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""
        return ticket if is_id(ticket) else ""

    def forget(self) -> None:
        """Nobody is there."""
        self.ticket = ""
        self._path.unlink(missing_ok=True)
