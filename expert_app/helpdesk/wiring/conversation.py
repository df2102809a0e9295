# SPDX-License-Identifier: GPL-3.0-only
"""One conversation at the helpdesk's window: found and opened for a reason, from a file or from
the keeper; its notes, its address, its file. Used by the helpdesk's program.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from PyQt6.QtGui import QGuiApplication

from expert_app.helpdesk.address import SessionAddress, seconds_to, write_address
from expert_app.helpdesk.app import HelpdeskApp, OpenedConversation, SavedFileRefused
from expert_app.helpdesk.bundle_words import fault_words, manifest_words
from expert_app.helpdesk.wiring.network import Begin
from expert_app.helpdesk.wiring.reports import Reports
from resources.texts import N_, _
from session.core.errors import LogUnknown, SessionError
from session.protocol.helpdesk.log_list import LogRow, LogState
from session.protocol.helpdesk.log_notes import LogNotes
from views.helpdesk.columns import place_words
from views.helpdesk.page_acts import (
    CopyAddress,
    KeepNote,
    OpenConversation,
    OpenSavedFile,
    RemoveNote,
    SaveConversation,
)
from views.helpdesk.window import HelpdeskView
from views.helpdesk.words import why_not
from views.words.errors import sentence

_TWO = N_("Two conversations have the number {number}: choose one in the list, by its day.")
ConversationAct = (
    OpenConversation | OpenSavedFile | SaveConversation | CopyAddress | KeepNote | RemoveNote
)


class ReadingConnections:
    """Connects the page of one conversation with the helpdesk's jobs.

    Args:
        begin: begins an act, and says what the hub refuses.
        is_operator: the operator reads events, and no notes.

    Attributes:
        address: the conversation and the moment that somebody wants to be opened.
    """

    def __init__(
        self,
        view: HelpdeskView,
        app: HelpdeskApp,
        *,
        reports: Reports,
        begin: Begin,
        is_operator: bool,
    ) -> None:
        self._view = view
        self._app = app
        self._reports = reports
        self._begin = begin
        self._is_operator = is_operator
        self.address: SessionAddress | None = None

    def on_act(self, act: ConversationAct) -> None:
        """Does what the person asked for."""
        match act:
            case OpenConversation():
                self._view.list.show_busy(True)
                self._begin(self._open(act.number, act.reason), "open a conversation")
            case OpenSavedFile():
                self._begin(self._open_file(Path(act.path)), "open a file")
            case SaveConversation():
                self._begin(self._save(Path(act.path), act.with_pages), "save a conversation")
            case CopyAddress():
                self._copy_address()
            case KeepNote():
                change = self._app.keep_note(act.at_s, act.words)
                self._begin(self._change_notes(change), "keep a note")
            case RemoveNote():
                self._begin(self._change_notes(self._app.remove_note(act.note_id)), "remove a note")

    def go_to(self, address: SessionAddress, opened: OpenedConversation) -> None:
        """The replay goes to the moment of an address."""
        started_at = opened.summary.started_at_utc
        if address.at is not None and started_at is not None:
            self._view.conversation.replay.player.seek(seconds_to(address.at, started_at))

    async def _open(self, number: str, reason: str) -> None:
        try:
            rows = await self._rows_of(number)
            if len(rows) > 1:
                self._reports.refuse(_(_TWO).format(number=number), "log_twice")
                return
            row = rows[0] if rows else None
            if row is not None and why_not(row):
                self._reports.refuse(why_not(row), f"log_{row.state.value}")
                return
            await self._read(row.session_id if row is not None else number, reason, row)
        finally:
            self._view.list.show_busy(False)

    async def _rows_of(self, number: str) -> Sequence[LogRow]:
        """Return what the list says of a number or an id: the chosen line, else what the keeper
        finds; nothing for an id that it does not list.

        Raises:
            LogUnknown: nobody has this number.
        """
        chosen = self._view.list.chosen()
        if chosen is not None and chosen.session_id == number:
            return [chosen]
        rows = await self._app.rows_of(number)
        if not rows and "-" in number:
            raise LogUnknown(session=number)
        return rows

    async def _read(self, session_id: str, reason: str, row: LogRow | None) -> None:
        try:
            opened = await self._app.read(session_id, reason, row)
        except LogUnknown:
            if row is None:
                raise
            without = LogRow(
                session_id=row.session_id,
                short_number=row.short_number,
                state=LogState.NO_LOG,
                started_at_utc=row.started_at_utc,
                organisation=row.organisation,
            )
            self._reports.refuse(why_not(without), "log_no_log")
            return
        self._show_opened(opened)
        if self._is_operator:
            return
        try:
            self._show_notes(await self._app.notes())
        except SessionError as error:
            self._reports.show_trouble(error.code, error.detail)
            words = sentence(error.code, error.detail).sentence
            self._view.conversation.notes.show_not_read(words)

    def _show_opened(self, opened: OpenedConversation, origin: str = "") -> None:
        self._reports.on_answer()
        self._view.show_conversation(
            _title(opened),
            opened.log,
            opened.summary,
            origin=origin,
            file_name=_("conversation-{number}").format(number=opened.number),
        )
        address, self.address = self.address, None
        if address is not None and address.number in (opened.number, opened.session_id):
            self.go_to(address, opened)
        self._reports.note(
            "log_opened",
            session=opened.session_id,
            number=opened.number,
            records=len(opened.log),
            failed=len(opened.summary.failed),
            kinds=" ".join(fact.kind for fact in opened.summary.failed),
            at_s=round(self._view.conversation.replay.player.position_s, 1),
            sentences="\n".join(self._view.conversation.summary.sentences()),
        )

    def _copy_address(self) -> None:
        opened = self._app.opened
        clipboard = QGuiApplication.clipboard()
        if opened is None or opened.summary.started_at_utc is None or clipboard is None:
            return
        at_s = self._view.conversation.replay.player.position_s
        address = write_address(opened.number, opened.summary.started_at_utc, at_s)
        clipboard.setText(address)
        self._reports.tell(_("Copied: {address}").format(address=address))
        self._reports.note("address", text=address)

    # ---- notes ----

    async def _change_notes(self, change: Coroutine[Any, Any, LogNotes]) -> None:
        self._show_notes(await change)

    def _show_notes(self, notes: LogNotes) -> None:
        self._reports.on_answer()
        self._view.conversation.show_notes(notes.notes)
        self._reports.note("notes", kept=len(notes.notes))

    # ---- files ----

    async def _open_file(self, path: Path) -> None:
        try:
            opened = await self._app.read_file(path, self._reading_words(path))
        except SavedFileRefused as error:
            fault = error.verdict.fault
            self._reports.refuse(fault_words(error.verdict, path.name), f"file_{fault}")
        except SessionError as error:
            words = sentence(error.code, error.detail).sentence
            words = _("{name}: {value}").format(name=path.name, value=words)
            self._reports.refuse(words, error.code)
        except OSError as error:
            self._reports.refuse_file(path, error)
        else:
            self._reports.clear_told()
            self._show_opened(opened, origin=_("From the file {name}").format(name=path.name))
            if opened.verdict is not None and opened.verdict.manifest is not None:
                self._reports.tell(manifest_words(opened.verdict.manifest))

    def _reading_words(self, path: Path) -> Callable[[float], None]:
        """Says now and then how much of a file is read; called in the reading thread."""
        loop, said = asyncio.get_running_loop(), 0

        def show_share(share: float) -> None:
            nonlocal said
            if int(share * 5) > said:
                said = int(share * 5)
                words = _("{name} is being opened, {percent} % are read").format(
                    name=path.name, percent=20 * said
                )
                loop.call_soon_threadsafe(self._reports.tell, words)

        return show_share

    async def _save(self, path: Path, with_pages: bool) -> None:
        try:
            await self._app.save(path, with_pages=with_pages)
        except OSError as error:
            self._reports.refuse_file(path, error)
            return
        self._reports.tell(
            _(
                "{name} is saved and signed. Whoever gets it checks it with expert-app verify."
            ).format(name=path.name)
        )
        self._reports.note("saved", path=str(path), with_pages=with_pages)


def _title(opened: OpenedConversation) -> str:
    """The conversation's number, place and day."""
    words = [_("Conversation {number}").format(number=opened.number)]
    if opened.row is not None:
        words.append(place_words(opened.row))
    elif opened.summary.kiosk:
        words.append(opened.summary.kiosk)
    if opened.summary.started_at_utc is not None:
        words.append(f"{opened.summary.started_at_utc.astimezone():%d/%m/%Y %H:%M}")
    return " · ".join(part for part in words if part)
