# SPDX-License-Identifier: GPL-3.0-only
"""Builds the supervisor's board and connects it:
`expert-app desk` with the role "supervisor" in its settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from expert_app.board.access_alert import AccessAlert
from expert_app.board.accesses import BoardAccesses
from expert_app.board.app import ActDone, ActProgress, ActTrouble, NotRead, SupervisorApp
from expert_app.board.appointments import BoardAppointments
from expert_app.board.corrections import BoardCorrections
from expert_app.board.deliveries import BoardDeliveries
from expert_app.board.dossier_export import DossierExport, Exporter
from expert_app.board.doubles import BoardDoubles
from expert_app.board.report_files import ReportFiles
from expert_app.board.wiring.appointments import BoardAppointmentConnections
from expert_app.board.wiring.deliveries import DeliveryConnections
from expert_app.board.wiring.dossiers import DossierPages
from expert_app.board.wiring.visit import VisitConnections
from expert_app.runtime.notary import notary_of
from expert_app.workplace.role_parts import RoleParts
from expert_app.workplace.wiring.memos import MemoConnections
from expert_app.workplace.wiring.role_program import ACT, RoleProgram
from resources.texts import _, ngettext
from session.core.errors import SessionError
from session.desk.hub.board import BoardClient
from session.desk.hub.board_acts import Act, Join, MoveQueue
from session.desk.hub.client import DeskClient
from session.desk.hub.exports import ExportClient
from session.desk.hub.helpdesk import HelpdeskClient
from session.desk.hub.identity import DossierRegisterClient
from session.desk.hub.memos import MemoClient
from session.protocol.hub.board import BoardAnswer
from session.protocol.hub.history import HistoryRequest, TrendsRequest, UndoState
from session.protocol.hub.statistics import StatisticsRequest
from session.protocol.hub.tickets import Ticket
from views.board.figures import Thresholds
from views.board.page_acts import DoAct, ReadLines, SaveFigures, UndoAct, UndoLastAct
from views.board.visit_window import VisitWindow
from views.board.window import APPOINTMENTS, GED, HISTORY, STATISTICS, TRENDS, BoardWindow
from views.board.words import UNDO_WORDS, callers_words, words_of
from views.desk.dossier.history_words import export_words
from views.widgets.keyboard.command_palette import CommandPalette
from views.widgets.keyboard.window_actions import WindowActions
from views.widgets.list_state import not_read
from views.widgets.message_bar import Level
from views.widgets.plain_window import resize_on_screen
from views.words.accesses import access_words
from views.words.deliveries import copy_words
from views.words.errors import sentence
from views.words.self_tests import help_columns

WINDOW_SIZE = (1440, 900)
FILE, NOT_READ, PROGRESS = "file", "not_read", "act_progress"

BoardAct = (
    DoAct
    | UndoLastAct
    | UndoAct
    | ReadLines
    | HistoryRequest
    | TrendsRequest
    | StatisticsRequest
    | SaveFigures
)
"""The wishes of the pages whose jobs are `SupervisorApp` and `ReportFiles`."""


@dataclass(frozen=True, kw_only=True)
class BoardJobs:
    """The jobs behind the board's window, without Qt."""

    link: DeskClient
    board: BoardClient
    app: SupervisorApp
    files: ReportFiles
    deliveries: BoardDeliveries
    export: DossierExport
    access_alert: AccessAlert
    accesses: BoardAccesses
    doubles: BoardDoubles
    corrections: BoardCorrections
    memos: MemoClient
    appointments: BoardAppointments


def build_jobs(parts: RoleParts) -> BoardJobs:
    """The jobs over the connection with the hub."""
    bus, clock, tasks = parts.bus, parts.clock, parts.tasks
    link = DeskClient(bus, clock, tasks=tasks)
    board = BoardClient(bus, tasks, within_s=parts.settings.board.within_s)
    app = SupervisorApp(link, board, tasks=tasks)
    register = DossierRegisterClient(bus)
    exporter = Exporter(ExportClient(bus), register, notary_of(parts.seed), lambda: app.names)
    return BoardJobs(
        link=link,
        board=board,
        app=app,
        files=ReportFiles(link, clock, tasks=tasks),
        access_alert=AccessAlert(register, tasks),
        deliveries=BoardDeliveries(bus, copy_words, tasks=tasks),
        export=DossierExport(exporter, export_words, clock=clock, tasks=tasks),
        accesses=BoardAccesses(
            register,
            HelpdeskClient(bus),
            words=access_words,
            help_columns=help_columns,
            tasks=tasks,
        ),
        doubles=BoardDoubles(register, tasks=tasks),
        corrections=BoardCorrections(register, tasks=tasks),
        appointments=BoardAppointments(bus, clock, tasks=tasks),
        memos=MemoClient(
            bus,
            clock,
            tasks=tasks,
            user=parts.settings.user,
            is_supervisor=True,
            memory=parts.window_settings,
        ),
    )


class BoardProgram(RoleProgram[BoardWindow]):
    """The board's window over its jobs, built once."""

    def __init__(self, parts: RoleParts) -> None:
        limits = Thresholds(**msgspec.structs.asdict(parts.settings.board))
        window = BoardWindow(parts.clock, limits)
        super().__init__(parts, window, messages=window.messages)
        self.jobs = jobs = build_jobs(parts)
        self.app = jobs.app
        actions = WindowActions(window, {})
        self._palette = CommandPalette(window, [actions.entries], settings=parts.window_settings)
        self._copies = DeliveryConnections(window, jobs.deliveries, export=jobs.export)
        self._dossiers = DossierPages(
            window,
            jobs.accesses,
            doubles=jobs.doubles,
            corrections=jobs.corrections,
            alert=jobs.access_alert,
        )
        self._appointments = BoardAppointmentConnections(window, jobs.appointments)
        self._memos = MemoConnections(
            jobs.memos,
            (window.memos,),
            clock=parts.clock,
            messages=window.messages,
            show_unread=window.show_unread,
            open_thread=window.open_thread,
        )
        self.visits = VisitConnections(window, jobs.link, parts=parts)
        self._board_at: datetime | None = None
        self._connect()
        self._connect_pages()

    def _connect(self) -> None:
        app, window = self.app, self.window
        app.tickets_changed.connect(self._on_tickets)
        app.board_changed.connect(self._on_board)
        self.jobs.board.not_read.connect(self._on_board_not_read)
        app.connection_changed.connect(self.show_connection)
        app.progressed.connect(self._on_progress)
        app.done.connect(self._on_done)
        app.troubled.connect(self._on_trouble)
        app.undo_changed.connect(window.show_undo)
        self.jobs.link.reservation_ended.connect(window.show_reservation_ended)
        self.jobs.board.retrying.connect(self._on_retrying)
        window.close_requested.connect(self.parts.program.stop.set)
        self.follow(window.header.tools)
        self.parts.appearance.changed.connect(lambda _nothing: window.refresh())

    def _connect_pages(self) -> None:
        app, window = self.app, self.window
        app.elsewhere_changed.connect(window.set_elsewhere)
        app.lines_changed.connect(window.show_lines)
        app.not_read.connect(self._on_not_read)
        app.history_changed.connect(window.history.show_history)
        app.trends_changed.connect(window.trends.show_trends)
        app.statistics_changed.connect(window.statistics.show_statistics)
        window.page_shown.connect(self._on_page)
        for page in (window.acts, window.lines, window.history, window.trends, window.statistics):
            page.acted.connect(self._on_act)
        window.acts.acted.connect(self._memos.on_act)
        self.jobs.files.saved.connect(self._on_saved)
        self.jobs.files.failed.connect(self._on_not_saved)

    @property
    def visit_window(self) -> VisitWindow:
        """The window where a visit is seen."""
        return self.visits.pane

    async def start(self) -> None:
        """Shows the window, then connects."""
        settings = self.parts.settings
        resize_on_screen(self.window, *WINDOW_SIZE)
        self.window.show_identity(settings.organisation, settings.user)
        await self.app.start()
        self.jobs.access_alert.start()
        self.jobs.memos.start()
        await super().start()

    async def stop(self) -> None:
        """Ends a visit, closes the window and the connection."""
        await self.visits.stop()
        await super().stop()

    def show_not_connected(self, words: str) -> None:
        """Why the hub has never answered yet."""
        self.window.gate.wait(words)

    # ---- facts ----

    def _on_tickets(self, tickets: list[Ticket]) -> None:
        self.window.set_tickets(tickets, self.app.services)

    def show_connection(self, connected: bool) -> None:
        """Shows whether the hub answers."""
        super().show_connection(connected)
        self.window.set_connection(connected)
        if connected:
            self.window.show_identity(*self.app.names)

    def _on_retrying(self, _verb: str) -> None:
        self.window.messages.show_message(
            Level.WARNING, _("The hub did not answer; trying again…"), key=ACT
        )

    def _on_page(self, name: str) -> None:
        asks = {
            HISTORY: self.window.history.ask,
            TRENDS: self.window.trends.ask,
            STATISTICS: self.window.statistics.ask,
        }
        self._copies.show(name == GED)
        self._dossiers.show(name)
        self._appointments.show(name == APPOINTMENTS)
        if name in asks:
            asks[name]()
        else:
            self.app.show_nothing()

    def _on_board(self, answer: BoardAnswer) -> None:
        self._board_at = self.parts.clock.utc_now()
        self.window.messages.clear(NOT_READ)
        self.window.show_board(answer)

    def _on_board_not_read(self, error: SessionError) -> None:
        words = sentence(error.code, error.detail).sentence
        self.window.messages.show_message(
            Level.ERROR, not_read(words, self._board_at), key=NOT_READ
        )

    def _on_not_read(self, trouble: NotRead) -> None:
        words = sentence(trouble.code, trouble.detail).sentence
        match trouble.page:
            case "lines":
                self.window.show_lines_refused(words)
            case "history":
                self.window.history.list.show_refused(words)
            case "statistics":
                self.window.statistics.list.show_refused(words)
            case "trends":
                self.window.trends.list.show_refused(words)

    def _on_saved(self, path: str) -> None:
        self.window.messages.show_message(
            Level.INFO, _("Saved: {path}").format(path=path), key=FILE
        )

    def _on_not_saved(self, why: str) -> None:
        text = _("The file was not written ({why}). Choose another place.").format(why=why)
        self.window.messages.show_message(Level.ERROR, text, key=FILE)

    # ---- acts ----

    def _on_act(self, act: BoardAct) -> None:
        app = self.app
        match act:
            case DoAct(act=Join(ticket=ticket), reason=reason):
                self.visits.join(ticket, reason)
            case DoAct():
                app.act(act.act, act.reason)
            case UndoLastAct():
                app.undo(_("Taken back by the supervisor"))
            case UndoAct():
                app.undo_act(act.act_id, act.reason)
            case ReadLines():
                app.show_lines(act.words, act.rows)
            case HistoryRequest():
                app.show_history(act)
            case TrendsRequest():
                app.show_trends(act.hours, act.service)
            case StatisticsRequest():
                app.show_statistics(act.first, act.last, act.by, act.across)
            case SaveFigures():
                self.jobs.files.save(act.first, act.last, act.path, act.grouped)

    def _on_progress(self, progress: ActProgress) -> None:
        if progress.undone:
            words = _("Taking back: {act} · {done} of {total}")
        else:
            words = _("Doing: {act} · {done} of {total}")
        text = words.format(act=self._words(progress.act), done=progress.done, total=progress.total)
        percent = 100 * progress.done // progress.total
        self.window.messages.show_progress(PROGRESS, text, percent)

    def _on_done(self, result: ActDone) -> None:
        self.window.messages.clear(PROGRESS)
        if result.undone:
            words = _("Taken back: {act}")
        else:
            words = _("Done: {act}")
        text = words.format(act=self._words(result.act))
        if result.left or result.gone or result.already or isinstance(result.act, MoveQueue):
            text += " · " + callers_words(
                result.moved, result.left, gone=result.gone, already=result.already
            )
        if result.there is not None:
            words = ngettext(
                "one is there to read it", "{count} are there to read it", result.there
            )
            text += " · " + words.format(count=result.there)
        self.window.messages.show_message(Level.INFO, text, key=ACT)

    def _on_trouble(self, trouble: ActTrouble) -> None:
        self.window.messages.clear(PROGRESS)
        if trouble.code == "ticket_taken":
            words = _("{act}: not done. This request has just changed; look at it again.")
            text = words.format(act=self._words(trouble.act))
            self.window.messages.show_message(Level.WARNING, text, key=ACT)
            return
        if trouble.code == "undo_impossible":
            why = _(UNDO_WORDS[UndoState(str(trouble.detail.get("why", UndoState.NEVER)))])
            text = _("{act}: not taken back. {why}.").format(act=self._words(trouble.act), why=why)
            self.window.messages.show_message(Level.WARNING, text, key=ACT)
            return
        self.show_trouble(trouble.code, trouble.detail)

    def _words(self, act: Act | None) -> str:
        if act is not None:
            return words_of(act, self.window.facts)
        return _("act of the history")
