# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's work on the register of accesses, without Qt: read and save.
Used by the board.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from documents.printed.spreadsheet import spreadsheet_csv
from expert_app.board.repeated_reading import RepeatedReading
from resources.texts import _
from session.core.dossier_model import AccessLine
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.identity import DossierRegisterLink
from session.protocol.dossier.identity import AccessesAnswer, AccessesRequest

AGAIN_S = 10.0
"""Between two readings while the page is in front."""

Words = Callable[[AccessLine], str]
"""What was done, in words: the file says what the screen says."""


class BoardAccesses:
    """What the page of accesses asks for; of refusals `access_alert` tells, whatever page it is.

    Args:
        words: see `Words`.

    Attributes:
        received: lines.
        saved: the file that was written.
        failed: why it was not.
    """

    def __init__(self, link: DossierRegisterLink, words: Words, *, tasks: Tasks) -> None:
        self.received: Signal[AccessesAnswer] = Signal()
        self.saved: Signal[str] = Signal()
        self.failed: Signal[str] = Signal()
        self._link, self._words, self._tasks = link, words, tasks
        self._request = AccessesRequest()
        self._reading = RepeatedReading(self._read, tasks, what="accesses", again_s=AGAIN_S)

    def show(self, request: AccessesRequest) -> None:
        """Reads this now and every few seconds, until `rest`."""
        self._request = request
        self._reading.begin()

    def rest(self) -> None:
        """The page is not in front any more."""
        self._reading.rest()

    async def _read(self) -> None:
        self.received.emit(await self._link.accesses(self._request))

    def save(self, path: str) -> None:
        """Writes everything that the filters find as CSV; `saved` or `failed` follows."""
        self._tasks.start(self._save(self._request, Path(path)), name="save the accesses")

    async def _save(self, request: AccessesRequest, path: Path) -> None:
        try:
            lines = await self._link.every_access(request)
            await asyncio.to_thread(path.write_bytes, accesses_csv(lines, self._words))
        except SessionError as error:
            self.failed.emit(error.code)
        except OSError as error:
            self.failed.emit(error.strerror or type(error).__name__)
        else:
            self.saved.emit(str(path))


def accesses_csv(lines: Sequence[AccessLine], words: Words) -> bytes:
    """The register as a table."""
    heads = [
        _("When"),
        _("Who"),
        _("Account"),
        _("What"),
        _("Dossier"),
        _("Reason"),
        _("Conversation"),
        _("Computer"),
    ]
    rows = [
        (
            f"{line.at_utc.astimezone():%Y-%m-%d %H:%M:%S}",
            line.by_name,
            line.user,
            words(line),
            line.dossier,
            line.reason,
            line.session_id,
            line.computer,
        )
        for line in lines
    ]
    return spreadsheet_csv(heads, rows)
