# SPDX-License-Identifier: GPL-3.0-only
"""The window of the helpdesk, and of the network's operator, over its connection and its jobs.
Used by `expert_app.commands.desk`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from expert_app.helpdesk.address import SessionAddress
from expert_app.helpdesk.app import HelpdeskApp
from expert_app.helpdesk.saved_searches import SavedSearches
from expert_app.helpdesk.wiring.conversation import ConversationAct, ReadingConnections
from expert_app.helpdesk.wiring.network import NetworkPage
from expert_app.helpdesk.wiring.one_window import AddressDoor
from expert_app.helpdesk.wiring.operator_acts import OperatorActsPage
from expert_app.helpdesk.wiring.reports import Reports
from expert_app.workplace.role_parts import RoleParts
from expert_app.workplace.wiring.role_program import ACT, RoleProgram
from resources.texts import _, ngettext
from session.core.clock import Clock
from session.core.errors import Detail, SessionError
from session.desk.hub.client import DeskClient
from session.desk.hub.helpdesk import HelpdeskClient
from session.protocol.helpdesk.log_list import LogFilter
from session.protocol.helpdesk.remote_help import RemoteHelp
from session.protocol.wire.roles import Role
from views.desk.shared_page.mirror_pane import MirrorPane
from views.helpdesk.page_acts import (
    FindConversations,
    HelpFromAfar,
    KeepSearches,
    ReadSelfTests,
    SaveTable,
)
from views.helpdesk.window import TROUBLE, HelpdeskView, OperatorPages
from views.replay.view import ReplayView
from views.widgets.plain_window import PlainWindow, resize_on_screen
from views.words.errors import sentence

WINDOW_SIZE = (1440, 900)
HelpdeskAct = (
    FindConversations | KeepSearches | SaveTable | ReadSelfTests | HelpFromAfar | ConversationAct
)

AGAIN_S = 2.0
"""Between two questions to a hub that does not answer yet."""


def local_now(clock: Clock) -> Callable[[], datetime]:
    """The clock of the person who looks."""
    return lambda: clock.utc_now().astimezone()


class HelpdeskProgram(RoleProgram[PlainWindow]):
    """The window over its connection.

    Args:
        address: the conversation that is to be opened first.

    Attributes:
        reports: what has just been done.
        conversation: what is done with the opened one.
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
        pages = None
        if self.network is not None:
            self._acts = OperatorActsPage(bus, parts.tasks)
            pages = OperatorPages(self.network.widget, self._acts.view)
        self.view = view = HelpdeskView(
            ReplayView(MirrorPane(), parts.clock),
            now,
            operator=pages,
        )
        self.reports = Reports(view)
        self.conversation = ReadingConnections(
            view,
            self.app,
            reports=self.reports,
            begin=self.begin,
            is_operator=self._is_operator,
        )
        self.conversation.address = address
        view.show_identity(settings.organisation, settings.user)
        window = PlainWindow(view, _("Network") if self._is_operator else _("Helpdesk"))
        super().__init__(parts, window, messages=view.messages)
        resize_on_screen(window, *WINDOW_SIZE)
        self._searches = SavedSearches(parts.paths.folder("helpdesk"))
        self._answered = False
        self._filter = LogFilter()
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
        self.parts.bus.beat()
        if self.network is not None:
            self.network.start()
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
            case KeepSearches():
                self._keep_searches(act.lines)
            case SaveTable():
                self.begin(self._save_table(Path(act.path)), "save a table")
            case ReadSelfTests():
                self.begin(self._show_kiosks(), "ask for self-tests")
            case HelpFromAfar():
                self.view.kiosks.show_busy(True)
                self.begin(self._help(act), "help a kiosk or a desk")
            case _:
                self.conversation.on_act(act)

    # ---- the list ----

    async def _wait_for_keeper(self) -> None:
        """The first page, as soon as somebody answers."""
        while not self._answered:
            await self._find(self.view.list.filter.typed().filter, "")
            if not self._answered:
                await self.parts.bus.pause(AGAIN_S)
        if self.conversation.address is not None:
            self._open_address(self.conversation.address)

    def _open_address(self, address: SessionAddress) -> None:
        """Its line in the list; a reason opens it at the moment."""
        self.view.list.filter.line.setText(address.number)
        self.view.list.filter.apply()

    def show_refused(self, code: str) -> None:
        """Says that the bus lets this computer in no more; what was lent is closed."""
        if self.app.give_back():
            self.view.close_conversation()
            self.reports.note("conversation_closed")
        super().show_refused(code)

    def _on_address_wanted(self, address: SessionAddress) -> None:
        """`expert-app open` beside this window: the open conversation goes to the moment, another
        one is found in the list.
        """
        self.bring_to_front()
        self.reports.note("address_wanted", number=address.number)
        opened = self.app.opened
        if opened is not None and address.number in (opened.number, opened.session_id):
            self.view.show_opened()
            self.conversation.go_to(address, opened)
            return
        self.conversation.address = address
        self.view.show_list()
        if self._answered:
            self._open_address(address)

    def show_connection(self, connected: bool) -> None:
        """Shows whether the bus answers; the lists say themselves what they could not read."""
        self.view.show_connection(connected)
        if connected:
            self.reports.on_answer()
        if self.network is not None:
            self.network.view.show_connection(connected)
        self.reports.note("connection", connected=connected)

    async def _find(self, log_filter: LogFilter, before: str) -> None:
        self._filter = log_filter
        try:
            page = await self.app.find(log_filter, before)
        except SessionError as error:
            words = sentence(error.code, error.detail).sentence
            self.view.list.show_find_failed(words)
            if self._answered:
                self.reports.show_trouble(error.code, error.detail)
            else:
                self.view.list.show_not_connected(words)
            return
        self._answered = True
        self._messages.clear(TROUBLE)
        self.reports.on_answer()
        self.view.list.show_found(page, first=not before)
        self.reports.note("found", rows=self.view.list.model.rowCount(), more=bool(page.next))

    def _keep_searches(self, lines: Sequence[str]) -> None:
        try:
            self._searches.write(lines)
        except OSError as error:
            words = _("The search cannot be kept: {why}.")
            self.view.show_trouble(words.format(why=error.strerror or error))
        self.view.list.filter.show_searches(lines)

    # ---- kiosks ----

    async def _show_kiosks(self) -> None:
        try:
            tests, helps = await self.app.self_tests(), await self.app.questions.helps()
            places = await self.app.questions.places()
        except SessionError as error:
            self.reports.show_trouble(error.code, error.detail)
            self.view.kiosks.show_not_read(sentence(error.code, error.detail).sentence)
            return
        self.reports.on_answer()
        self.view.kiosks.show_tests(tests.rows)
        self.view.kiosks.show_helps(helps.helps)
        self.view.kiosks.show_places(places)
        self.reports.note("self_tests", kiosks=len(tests.rows))

    async def _help(self, wish: HelpFromAfar) -> None:
        try:
            await self.app.help_kiosk(
                wish.place, wish.act, wish.reason, self._show_help, desk=wish.at_desk
            )
        except SessionError as error:
            self.reports.show_trouble(error.code, error.detail)
        finally:
            self.view.kiosks.show_busy(False)
        await self._show_kiosks()

    def _show_help(self, remote_help: RemoteHelp) -> None:
        self.view.kiosks.show_help(remote_help)
        self.reports.note("remote_help", act=remote_help.act.value, state=remote_help.state.value)

    # ---- files ----

    async def _save_table(self, path: Path) -> None:
        try:
            rows = await self.app.save_table(path, self._filter)
        except OSError as error:
            self.reports.refuse_file(path, error)
        else:
            self.reports.tell(
                ngettext(
                    "{name} is saved, with one conversation.",
                    "{name} is saved, with {count} conversations.",
                    rows,
                ).format(name=path.name, count=rows)
            )
            self.reports.note("table_saved", path=str(path), rows=rows)

    def show_trouble(self, code: str, detail: Detail, key: str = ACT) -> None:
        """See `Reports.show_trouble`."""
        self.reports.show_trouble(code, detail)
