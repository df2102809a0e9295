# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's work on the registers of accesses and of help from afar, without Qt: read and
save. Used by the board.
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
from session.desk.hub.helpdesk import HelpdeskClient
from session.desk.hub.identity import DossierRegisterClient
from session.protocol.dossier.identity import AccessesAnswer, AccessesRequest
from session.protocol.helpdesk.remote_help import (
    HelpPlace,
    RemoteHelp,
    RemoteHelps,
    RemoteHelpsRequest,
)

AGAIN_S = 10.0
"""Between two readings while the page is in front."""

Words = Callable[[AccessLine], str]
HelpColumns = Callable[[RemoteHelp], tuple[str, str, str]]
"""What was done, in words: the file says what the screen says. Of help from afar: what, where, and
how it ended.
"""


class BoardAccesses:
    """The requests of the page of accesses; of refusals `access_alert` tells, whatever page it
    is.

    Args:
        words, help_columns: see `Words`.

    Attributes:
        received: lines.
        not_read: why the list was not read; it is tried again.
        helps_received: help from afar, when that was asked for.
        saved: the file that was written.
        failed: why it was not.
    """

    def __init__(
        self,
        link: DossierRegisterClient,
        questions: HelpdeskClient,
        *,
        words: Words,
        help_columns: HelpColumns,
        tasks: Tasks,
    ) -> None:
        self.received: Signal[AccessesAnswer] = Signal()
        self.helps_received: Signal[RemoteHelps] = Signal()
        self.places_received: Signal[list[HelpPlace]] = Signal()
        self._has_places = False
        self.saved: Signal[str] = Signal()
        self.failed: Signal[str] = Signal()
        self._link = link
        self._questions = questions
        self._tasks = tasks
        self._words = words
        self._help_columns = help_columns
        self._request: AccessesRequest | RemoteHelpsRequest = AccessesRequest()
        self.reading = RepeatedReading(self._read, tasks, what="accesses", again_s=AGAIN_S)
        self.not_read: Signal[SessionError] = self.reading.not_read

    def show(self, request: AccessesRequest | RemoteHelpsRequest) -> None:
        """Reads this now and every few seconds, until `reading` rests."""
        self._request = request
        self.reading.begin()

    async def _read(self) -> None:
        if isinstance(self._request, RemoteHelpsRequest):
            self.helps_received.emit(await self._questions.helps(self._request))
            if not self._has_places:
                self.places_received.emit(await self._questions.places())
                self._has_places = True
        else:
            self.received.emit(await self._link.bus.ask(self._request))

    def save(self, path: str) -> None:
        """Writes everything that the filters find as CSV; `saved` or `failed` follows."""
        self._tasks.start(self._save(self._request, Path(path)), name="save the accesses")

    async def _save(self, request: AccessesRequest | RemoteHelpsRequest, path: Path) -> None:
        try:
            if isinstance(request, RemoteHelpsRequest):
                helps = await self._questions.every_help(request)
                text = helps_csv(helps, self._help_columns)
            else:
                text = accesses_csv(await self._link.every_access(request), self._words)
            await asyncio.to_thread(path.write_bytes, text)
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


def helps_csv(helps: Sequence[RemoteHelp], columns: HelpColumns) -> bytes:
    """Help from afar as a table."""
    heads = [_("When"), _("Who"), _("Account"), _("What"), _("Where"), _("Reason"), _("Result")]
    rows: list[tuple[str, ...]] = []
    for entry in helps:
        act, place, ended = columns(entry)
        at = f"{entry.asked_at_utc.astimezone():%Y-%m-%d %H:%M:%S}"
        account = entry.by.rpartition(".")[2]  # after the letter of its role
        rows.append((at, entry.by_name, account, act, place, entry.reason, ended))
    return spreadsheet_csv(heads, rows)
