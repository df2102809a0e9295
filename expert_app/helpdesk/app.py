# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's work, without Qt: finds conversations, opens one, saves it, keeps notes.
Used by the wiring of its window.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from documents.printed.spreadsheet import spreadsheet_csv
from expert_app.helpdesk.bundle import (
    BundleSource,
    BundleVerdict,
    is_bundle,
    read_bundle,
    write_bundle,
)
from expert_app.helpdesk.reading import read_lines
from resources.texts import _
from session.core.errors import BusUnreachable, HubUnreachable, LogUnknown
from session.core.spoken_letters import short_number
from session.desk.hub.client import DeskClient
from session.desk.hub.helpdesk import HelpdeskClient
from session.log.playback.opened import OpenedLog
from session.log.playback.opening import Progress, open_lines, open_log
from session.log.summary import SessionSummary, summarise, with_names
from session.protocol.helpdesk.log_list import MOST_ROWS, LogFilter, LogRow, LogsFound
from session.protocol.helpdesk.log_notes import KeepLogNote, LogNotes, ReadLogNotes, RemoveLogNote
from session.protocol.helpdesk.remote_help import (
    HelpKiosk,
    RemoteHelp,
    RemoteHelpRequest,
    RemoteState,
)
from session.protocol.helpdesk.self_test import SelfTests, SelfTestsRequest
from session.protocol.hub.requests import RemoteAct
from views.helpdesk.columns import COLUMNS
from views.helpdesk.words import model_words
from views.replay.whole import whole_log

log = logging.getLogger(__name__)

HELP_S = 1.5
"""Between two questions how far an act at a kiosk is; the hub says when it waits no longer."""

HELP_TRIES = 40
"""Questions in a row that a cut line may leave without an answer: about a minute, or three where
each is repeated.
"""

MOST_IN_TABLE = 20_000
"""Conversations in one file for a spreadsheet."""


class OpenedConversation(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A conversation that is open.

    Attributes:
        row: what the list says of it; None for a file, or for an id that the list does not have.
        verdict: what a file is worth; None for one that its keeper gave.
        is_lent: its keeper gave it, to somebody whom the hub lets in.
    """

    session_id: str
    log: OpenedLog
    summary: SessionSummary
    row: LogRow | None = None
    verdict: BundleVerdict | None = None
    is_lent: bool = False

    @property
    def number(self) -> str:
        """The number that is said on the telephone."""
        if self.verdict is not None and self.verdict.manifest is not None:
            number = self.verdict.manifest.short_number
            if number:
                return number
        return short_number(self.session_id)


class SavedFileRefused(Exception):
    """A file is not believed; `verdict` says why."""

    def __init__(self, verdict: BundleVerdict) -> None:
        super().__init__(verdict.fault)
        self.verdict = verdict


class HelpdeskApp:
    """The helpdesk's jobs over one connection.

    Args:
        seed: of this person; signs what is saved.
        user: the person's id.
        now: the local time.
        pages: False: the network's operator, who reads all organisations' logs without the pages.
    """

    def __init__(
        self,
        link: DeskClient,
        questions: HelpdeskClient,
        *,
        seed: bytes,
        user: str,
        now: Callable[[], datetime],
        pages: bool = True,
    ) -> None:
        self._pages = pages
        self._link = link
        self.questions = questions
        self._seed = seed
        self._user = user
        self._now = now
        self.opened: OpenedConversation | None = None

    async def find(self, log_filter: LogFilter, before: str) -> LogsFound:
        """A page of the list; the first one brings the counts."""
        return await self.questions.find(log_filter, before, counts=not before)

    async def rows_of(self, number: str) -> Sequence[LogRow]:
        """The conversations that a short number or an id means, most often one."""
        page = await self.questions.find(LogFilter(number=number))
        return page.rows

    async def read(self, session_id: str, reason: str, row: LogRow | None) -> OpenedConversation:
        """Reads a conversation from its keeper, which writes down who reads it and why.

        Raises:
            LogUnknown, LogRunning, LogReasonNeeded, TooManyLogs, ...
        """
        lines = await read_lines(self._link, session_id, reason, pages=self._pages)
        self.opened = await asyncio.to_thread(_open, session_id, lines, row=row)
        return self.opened

    async def read_file(
        self, path: Path, progress: Progress = lambda share: None
    ) -> OpenedConversation:
        """Opens a saved conversation, or a log as a file of any size, of which all that can be read
        is shown. `progress` is told in the reading thread.

        Raises:
            SavedFileRefused: it is not believed. LogUnreadable, OSError.
        """
        self.opened = await asyncio.to_thread(_open_file, path, progress)
        return self.opened

    def give_back(self) -> bool:
        """Lets go of a conversation that its keeper gave; False where none is open. A file of one's
        own stays.
        """
        if self.opened is None or not self.opened.is_lent:
            return False
        self.opened = None
        return True

    async def save(self, path: Path, *, with_pages: bool) -> None:
        """Saves the open conversation for a vendor, signed. Raises `OSError`, `LogUnknown`."""
        opened = self.opened
        if opened is None:
            raise LogUnknown(session="")
        await asyncio.to_thread(
            _save,
            opened,
            path,
            self._seed,
            exported_by=self._user,
            exported_at=self._now(),
            with_pages=with_pages,
        )

    async def save_table(self, path: Path, log_filter: LogFilter) -> int:
        """All that the filter finds, as a table; the number of its rows. Raises `OSError`."""
        rows: list[LogRow] = []
        before = ""
        while len(rows) < MOST_IN_TABLE:
            page = await self.questions.find(log_filter, before, limit=MOST_ROWS)
            rows += page.rows
            before = page.next
            if not before:
                break
        await asyncio.to_thread(path.write_bytes, table_of(rows, self._now()))
        return len(rows)

    async def self_tests(self) -> SelfTests:
        """Return what each kiosk found when it tried itself."""
        return await self.questions.bus.ask_once(SelfTestsRequest())

    async def help_kiosk(
        self,
        kiosk: str,
        act: RemoteAct,
        reason: str,
        on_state: Callable[[RemoteHelp], None],
        *,
        desk: bool = False,
    ) -> None:
        """Has something done at an idle kiosk, or at the desk of an agent who agrees, and tells how
        far it is until it is over. An operator says whose kiosk: "organisation/kiosk".
        """
        organisation, _slash, name = kiosk.rpartition("/")
        request = HelpKiosk(
            help_id=secrets.token_hex(8),
            kiosk=name,
            act=act,
            reason=reason,
            organisation=organisation,
            desk=desk,
        )
        state = await self.questions.bus.ask(request)
        on_state(state)
        tries = HELP_TRIES
        while state.state is RemoteState.ASKED:
            await asyncio.sleep(HELP_S)
            try:
                state = await self.questions.bus.ask_once(
                    RemoteHelpRequest(help_id=request.help_id)
                )
            except (BusUnreachable, HubUnreachable) as error:
                tries -= 1
                if not tries:
                    raise
                log.info("how far it is cannot be asked now: %s", error.code)
            else:
                tries = HELP_TRIES
        on_state(state)

    async def notes(self) -> LogNotes:
        """Bookmarks and notes of the open conversation."""
        return await self.questions.bus.ask_once(ReadLogNotes(session_id=self._session_id()))

    async def keep_note(self, at_s: float, words: str) -> LogNotes:
        """Keeps a note at a moment of it."""
        note = KeepLogNote(
            session_id=self._session_id(), note_id=secrets.token_hex(8), at_s=at_s, words=words
        )
        return await self.questions.bus.ask(note)

    async def remove_note(self, note_id: str) -> LogNotes:
        """Removes a note of it."""
        return await self.questions.bus.ask(
            RemoveLogNote(session_id=self._session_id(), note_id=note_id)
        )

    def _session_id(self) -> str:
        if self.opened is None:
            raise LogUnknown(session="")
        return self.opened.session_id


def table_of(rows: Sequence[LogRow], now: datetime) -> bytes:
    """The rows for a spreadsheet: the list's columns, and the facts that it has no room for."""
    heads = [
        *(_(column.head) for column in COLUMNS),
        _("Agent"),
        _("Kiosk's program"),
        _("Desk's program"),
        _("Devices"),
        _("Missing events"),
    ]
    lines: list[tuple[str | int, ...]] = [
        (
            f"{row.started_at_utc.astimezone():%Y-%m-%d %H:%M:%S}",
            *(column.text(row, now) for column in COLUMNS[1:]),
            row.agent,
            row.kiosk_version,
            row.desk_version,
            ", ".join(model_words(device.model) for device in row.devices),
            row.gaps,
        )
        for row in rows
    ]
    return spreadsheet_csv(heads, lines)


def _open(session_id: str, lines: list[bytes], *, row: LogRow | None) -> OpenedConversation:
    log = open_lines(session_id, lines)
    whole_log(log)
    summary = summarise(log)
    if row is not None:
        summary = with_names(summary, service=row.service_name, kiosk=row.kiosk_name)
    return OpenedConversation(
        session_id=session_id, log=log, summary=summary, row=row, is_lent=True
    )


def _open_file(path: Path, progress: Progress) -> OpenedConversation:
    verdict = None
    if is_bundle(path):
        verdict, bundled_log = read_bundle(path)
        if bundled_log is None:
            raise SavedFileRefused(verdict)
        log = bundled_log
    else:
        log = open_log(path, progress)
    whole_log(log)
    return OpenedConversation(
        session_id=log.session_id, log=log, summary=summarise(log), verdict=verdict
    )


def _save(
    opened: OpenedConversation,
    path: Path,
    seed: bytes,
    *,
    exported_by: str,
    exported_at: datetime,
    with_pages: bool,
) -> None:
    source = BundleSource(
        opened.session_id,
        [record for _row, record in opened.log.records()],
        short_number=opened.number,
        organisation=opened.summary.organisation,
    )
    write_bundle(
        path,
        source,
        seed,
        exported_by=exported_by,
        exported_at=exported_at,
        with_pages=with_pages,
    )
