# SPDX-License-Identifier: GPL-3.0-only
"""Remembers the kiosk's ticket over a restart: its id, nothing personal.
Used by `expert_app.kiosk.app`.
"""

from __future__ import annotations

import logging
from pathlib import Path

from session.protocol.wire.ids import is_id

log = logging.getLogger(__name__)


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
            try:
                self._path.write_text(ticket, encoding="utf-8")
            except OSError as error:  # the caller is served; a restart would not find the ticket
                log.error("the ticket is not remembered over a restart: %s", error.strerror)

    def remembered(self) -> str:
        """The ticket of an earlier run, "" when there was none."""
        try:
            ticket = self._path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""
        if is_id(ticket):
            return ticket
        return ""

    def forget(self) -> None:
        """Nobody is there."""
        self.ticket = ""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            log.error("the ticket of before is not forgotten: %s", error.strerror)
