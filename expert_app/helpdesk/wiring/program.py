# SPDX-License-Identifier: GPL-3.0-only
"""The window of the helpdesk, and of the network's operator, over its connection and its jobs.
Used by `expert_app.commands.desk`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from PyQt6.QtGui import QGuiApplication

from expert_app.helpdesk.address import SessionAddress, seconds_to, write_address
from expert_app.helpdesk.app import HelpdeskApp, OpenedConversation, SavedFileRefused
from expert_app.helpdesk.bundle_words import fault_words, manifest_words
from expert_app.helpdesk.saved_searches import SavedSearches
from expert_app.helpdesk.wiring.network import NetworkPage
from expert_app.helpdesk.wiring.one_window import AddressDoor
from expert_app.workplace.role_parts import RoleParts
from expert_app.workplace.wiring.role_program import ACT, LINE, RoleProgram
from resources.texts import N_, _
from session.core.clock import Clock
from session.core.errors import Detail, LogUnknown, SessionError
from session.core.signals import Signal
from session.desk.hub.client import DeskClient
from session.desk.hub.helpdesk import HelpdeskClient
from session.protocol.helpdesk.log_list import LogFilter, LogRow, LogState
from session.protocol.helpdesk.log_notes import LogNotes
from session.protocol.helpdesk.remote_help import RemoteHelp
from session.protocol.wire.roles import Role
from views.desk.shared_page.mirror_pane import MirrorPane
from views.helpdesk.columns import place_words
from views.helpdesk.page_acts import (
    CopyAddress,
    FindConversations,
    HelpFromAfar,
    KeepNote,
    KeepSearches,
    OpenConversation,
    OpenSavedFile,
    ReadSelfTests,
    RemoveNote,
    SaveConversation,
    SaveTable,
)
from views.helpdesk.window import TROUBLE, HelpdeskView
from views.helpdesk.words import why_not
from views.replay.view import ReplayView
from views.widgets.message_bar import Level
from views.widgets.plain_window import PlainWindow, resize_on_screen
from views.words.errors import sentence

WINDOW_SIZE = (1440, 900)
_TWO = N_("Two conversations have the number {number}: choose one in the list, by its day.")
LINE_TROUBLES = frozenset({"bus_unreachable", "hub_unreachable", "store_unreachable"})
"""Of a moment: they are over once anything is answered."""

TOLD = "told"
HelpdeskAct = (
    FindConversations
    | OpenConversation
    | KeepSearches
    | SaveTable
    | OpenSavedFile
    | SaveConversation
    | CopyAddress
    | KeepNote
    | RemoveNote
    | ReadSelfTests
    | HelpFromAfar
)

AGAIN_S = 2.0
"""Between two questions to a hub that does not answer yet."""


def local_now(clock: Clock) -> Callable[[], datetime]:
    """The clock of the person who looks."""
    return lambda: clock.utc_now().astimezone()


class Noted(NamedTuple):
    """An act of the window that has ended, by name, and with which values."""

    name: str
    values: dict[str, str | int | float | bool]


class HelpdeskProgram(RoleProgram[PlainWindow]):
    """The window over its connection.

    Args:
        address: the conversation that is to be opened first.

    Attributes:
        noted: what has just been done, for whoever watches the window.
    """

    def __init__(self, parts: RoleParts, address: SessionAddress | None = None) -> None:
        settings, bus, now = parts.settings, parts.bus, local_now(parts.clock)
        self._is_operator = settings.bus_role is Role.OPERATOR
        self.app = HelpdeskApp(
            DeskClient(bus, parts.clock, tasks=parts.tasks),
            HelpdeskClient(bus),
            seed=parts.seed,
            user=settings.user,
            now=now,
            pages=not self._is_operator,
        )
        self.network = (
            NetworkPage(bus, parts.tasks, begin=self.begin) if self._is_operator else None
        )
        self.view = view = HelpdeskView(
            ReplayView(MirrorPane(), parts.clock),
            now,
            network=self.network.widget if self.network is not None else None,
        )
        view.show_identity(settings.organisation, settings.user)
        window = PlainWindow(view, _("Network") if self._is_operator else _("Helpdesk"))
        super().__init__(parts, window, messages=view.messages)
        resize_on_screen(window, *WINDOW_SIZE)
        self._searches = SavedSearches(parts.paths.folder("helpdesk"))
        self._address = address
        self._answered = False
        self._filter = LogFilter()
        self.noted: Signal[Noted] = Signal()
        self._door = AddressDoor(parts.paths.data)
        self._connect()

    def _connect(self) -> None:
        view = self.view
        self.follow(view.tools)
        self.window.close_requested.connect(self.parts.program.stop.set)
        self.parts.bus.connected.connect(self.show_connection)
        self._door.opened.connect(self._on_address_wanted)
        for page in (view, view.list, view.kiosks, view.conversation):
            page.acted.connect(self._on_act)
        view.list.filter.acted.connect(self._on_act)
        view.conversation.notes.acted.connect(self._on_act)
        view.list.filter.show_searches(self._searches.read())

    async def start(self) -> None:
        """Shows the window, then connects."""
        await super().start()
        if self.network is not None:
            self.network.link.start()
        else:
            self.view.list.filter.focus_line()
        self.parts.tasks.start(self._wait_for_keeper(), name="ask for the list")

    async def stop(self) -> None:
        """Closes the window and the connection."""
        self.view.conversation.replay.player.pause()
        self._door.close()
        await super().stop()

    def show_not_connected(self, words: str) -> None:
        """Why the hub has never answered yet."""
        self.view.list.show_not_connected(words)
        if self.network is not None:
            self.network.widget.wait(words)

    def _on_act(self, act: HelpdeskAct) -> None:
        match act:
            case FindConversations():
                self.begin(self._find(act.filter, act.before), "find conversations")
            case OpenConversation():
                self.view.list.show_busy(True)
                self.begin(self._open(act.number, act.reason), "open a conversation")
            case KeepSearches():
                self._keep_searches(act.lines)
            case SaveTable():
                self.begin(self._save_table(Path(act.path)), "save a table")
            case OpenSavedFile():
                self.begin(self._open_file(Path(act.path)), "open a file")
            case SaveConversation():
                self.begin(self._save(Path(act.path), act.with_pages), "save a conversation")
            case CopyAddress():
                self._copy_address()
            case KeepNote():
                change = self.app.keep_note(act.at_s, act.words)
                self.begin(self._change_notes(change), "keep a note")
            case RemoveNote():
                self.begin(self._change_notes(self.app.remove_note(act.note_id)), "remove a note")
            case ReadSelfTests():
                self.begin(self._show_kiosks(), "ask for self-tests")
            case HelpFromAfar():
                self.view.kiosks.show_busy(True)
                self.begin(self._help(act), "help a kiosk or a desk")

    # ---- the list ----

    async def _wait_for_keeper(self) -> None:
        """The first page, as soon as somebody answers."""
        while not self._answered:
            await self._find(self.view.list.filter.typed().filter, "")
            if not self._answered:
                await self.parts.bus.pause(AGAIN_S)
        if self._address is not None:
            self._open_address(self._address)

    def _open_address(self, address: SessionAddress) -> None:
        """Its line in the list; a reason opens it at the moment."""
        self.view.list.filter.line.setText(address.number)
        self.view.list.filter.apply()

    def show_refused(self, code: str) -> None:
        """Says that the bus lets this computer in no more; what was lent is closed."""
        if self.app.give_back():
            self.view.close_conversation()
            self._note("conversation_closed")
        super().show_refused(code)

    def _on_address_wanted(self, address: SessionAddress) -> None:
        """`expert-app open` beside this window: the open conversation goes to the moment, another
        one is found in the list.
        """
        self.bring_to_front()
        self._note("address_wanted", number=address.number)
        opened = self.app.opened
        if opened is not None and address.number in (opened.number, opened.session_id):
            self.view.show_opened()
            self._go_to(address, opened)
            return
        self._address = address
        self.view.show_list()
        if self._answered:
            self._open_address(address)

    def _go_to(self, address: SessionAddress, opened: OpenedConversation) -> None:
        started_at = opened.summary.started_at_utc
        if address.at is not None and started_at is not None:
            self.view.conversation.replay.player.seek(seconds_to(address.at, started_at))

    def show_connection(self, connected: bool) -> None:
        """Shows whether the bus answers; the lists say themselves what they could not read."""
        self.view.show_connection(connected)
        if connected:
            self._messages.clear(LINE)
        if self.network is not None:
            self.network.view.show_connection(connected)
        self._note("connection", connected=connected)

    async def _find(self, log_filter: LogFilter, before: str) -> None:
        self._filter = log_filter
        try:
            page = await self.app.find(log_filter, before)
        except SessionError as error:
            words = sentence(error.code, error.detail).sentence
            self.view.list.show_find_failed(words)
            if self._answered:
                self.show_trouble(error.code, error.detail)
            else:
                self.view.list.show_not_connected(words)
            return
        self._answered = True
        self._messages.clear(TROUBLE)
        self._messages.clear(LINE)
        self.view.list.show_found(page, first=not before)
        self._note("found", rows=self.view.list.model.rowCount(), more=bool(page.next))

    def _keep_searches(self, lines: Sequence[str]) -> None:
        try:
            self._searches.write(lines)
        except OSError as error:
            words = _("The search cannot be kept: {why}.")
            self.view.show_trouble(words.format(why=error.strerror or error))
        self.view.list.filter.show_searches(lines)

    # ---- one conversation ----

    async def _open(self, number: str, reason: str) -> None:
        try:
            rows = await self._rows_of(number)
            if len(rows) > 1:
                self._refuse(_(_TWO).format(number=number), "log_twice")
                return
            row = rows[0] if rows else None
            if row is not None and why_not(row):
                self._refuse(why_not(row), f"log_{row.state.value}")
                return
            await self._read(row.session_id if row is not None else number, reason, row)
        finally:
            self.view.list.show_busy(False)

    async def _rows_of(self, number: str) -> Sequence[LogRow]:
        """Return what the list says of a number or an id: the chosen line, else what the keeper
        finds; nothing for an id that it does not list.

        Raises:
            LogUnknown: nobody has this number.
        """
        chosen = self.view.list.chosen()
        if chosen is not None and chosen.session_id == number:
            return [chosen]
        rows = await self.app.rows_of(number)
        if not rows and "-" in number:
            raise LogUnknown(session=number)
        return rows

    async def _read(self, session_id: str, reason: str, row: LogRow | None) -> None:
        try:
            opened = await self.app.read(session_id, reason, row)
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
            self._refuse(why_not(without), "log_no_log")
            return
        self._show_opened(opened)
        if self._is_operator:
            return
        try:
            self._show_notes(await self.app.notes())
        except SessionError as error:
            self.show_trouble(error.code, error.detail)
            words = sentence(error.code, error.detail).sentence
            self.view.conversation.notes.show_not_read(words)

    def _show_opened(self, opened: OpenedConversation, origin: str = "") -> None:
        self._messages.clear(LINE)
        self.view.show_conversation(
            _title(opened),
            opened.log,
            opened.summary,
            origin=origin,
            file_name=_("conversation-{number}").format(number=opened.number),
        )
        address, self._address = self._address, None
        if address is not None and address.number in (opened.number, opened.session_id):
            self._go_to(address, opened)
        self._note(
            "log_opened",
            session=opened.session_id,
            number=opened.number,
            records=len(opened.log),
            failed=len(opened.summary.failed),
            kinds=" ".join(fact.kind for fact in opened.summary.failed),
            at_s=round(self.view.conversation.replay.player.position_s, 1),
            sentences="\n".join(self.view.conversation.summary.sentences()),
        )

    def _copy_address(self) -> None:
        opened = self.app.opened
        clipboard = QGuiApplication.clipboard()
        if opened is None or opened.summary.started_at_utc is None or clipboard is None:
            return
        at_s = self.view.conversation.replay.player.position_s
        address = write_address(opened.number, opened.summary.started_at_utc, at_s)
        clipboard.setText(address)
        self._tell(_("Copied: {address}").format(address=address))
        self._note("address", text=address)

    # ---- notes ----

    async def _change_notes(self, change: Coroutine[Any, Any, LogNotes]) -> None:
        self._show_notes(await change)

    def _show_notes(self, notes: LogNotes) -> None:
        self._messages.clear(LINE)
        self.view.conversation.show_notes(notes.notes)
        self._note("notes", count=len(notes.notes))

    # ---- kiosks ----

    async def _show_kiosks(self) -> None:
        try:
            tests, helps = await self.app.self_tests(), await self.app.questions.helps()
            places = await self.app.questions.places()
        except SessionError as error:
            self.show_trouble(error.code, error.detail)
            self.view.kiosks.show_not_read(sentence(error.code, error.detail).sentence)
            return
        self._messages.clear(LINE)
        self.view.kiosks.show_tests(tests.rows)
        self.view.kiosks.show_helps(helps.helps)
        self.view.kiosks.show_places(places)
        self._note("self_tests", kiosks=len(tests.rows))

    async def _help(self, wish: HelpFromAfar) -> None:
        try:
            await self.app.help_kiosk(
                wish.place, wish.act, wish.reason, self._show_help, desk=wish.at_desk
            )
        except SessionError as error:
            self.show_trouble(error.code, error.detail)
        finally:
            self.view.kiosks.show_busy(False)
        await self._show_kiosks()

    def _show_help(self, remote_help: RemoteHelp) -> None:
        self.view.kiosks.show_help(remote_help)
        self._note("remote_help", act=remote_help.act.value, state=remote_help.state.value)

    # ---- files ----

    async def _open_file(self, path: Path) -> None:
        try:
            opened = await self.app.read_file(path, self._reading_words(path))
        except SavedFileRefused as error:
            fault = error.verdict.fault
            self._refuse(fault_words(error.verdict, path.name), f"file_{fault}")
        except SessionError as error:
            words = sentence(error.code, error.detail).sentence
            self._refuse(_("{name}: {value}").format(name=path.name, value=words), error.code)
        except OSError as error:
            self._refuse_file(path, error)
        else:
            self._messages.clear(TOLD)
            self._show_opened(opened, origin=_("From the file {name}").format(name=path.name))
            if opened.verdict is not None and opened.verdict.manifest is not None:
                self._tell(manifest_words(opened.verdict.manifest))

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
                loop.call_soon_threadsafe(self._tell, words)

        return show_share

    async def _save(self, path: Path, with_pages: bool) -> None:
        try:
            await self.app.save(path, with_pages=with_pages)
        except OSError as error:
            self._refuse_file(path, error)
            return
        self._tell(
            _(
                "{name} is saved and signed. Whoever gets it checks it with expert-app verify."
            ).format(name=path.name)
        )
        self._note("saved", path=str(path), with_pages=with_pages)

    async def _save_table(self, path: Path) -> None:
        try:
            rows = await self.app.save_table(path, self._filter)
        except OSError as error:
            self._refuse_file(path, error)
        else:
            self._tell(
                _("{name} is saved, conversations: {count}.").format(name=path.name, count=rows)
            )
            self._note("table_saved", path=str(path), rows=rows)

    # ---- inside ----

    def _refuse_file(self, path: Path, error: OSError) -> None:
        words = _("{file} cannot be used: {why}.")
        self._refuse(words.format(file=path, why=error.strerror or error), "file_unusable")

    def _refuse(self, words: str, code: str) -> None:
        self.view.show_trouble(words)
        self._note("trouble", code=code)

    def show_trouble(self, code: str, detail: Detail, key: str = ACT) -> None:
        """Puts an error in words into the message bar; one of a moment leaves with any answer."""
        words = sentence(code, detail).sentence
        if code in LINE_TROUBLES:
            self._messages.show_message(Level.ERROR, words, key=LINE)
            self._note("trouble", code=code)
        else:
            self._refuse(words, code)

    def _tell(self, words: str) -> None:
        self._messages.show_message(Level.INFO, words, key=TOLD)

    def _note(self, name: str, **values: str | int | float | bool) -> None:
        self.noted.emit(Noted(name, values))


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
