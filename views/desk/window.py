# SPDX-License-Identifier: GPL-3.0-only
"""The agent's one window: queue left, conversation centre, dossier and devices right, messages
below. Built by `expert_app.desk.wiring.screen`.

It arranges the views that it is given and connects what happens between them on the screen; what
leaves the screen is told by each view itself, and the wiring connects the views.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PyQt6.QtWidgets import QMainWindow, QWidget

from resources.texts import _
from session.core.clock import Clock
from session.core.spoken_letters import short_number
from session.protocol.hub.requests import SessionFacts
from views.desk.agent_status import AgentStatus, Occupation
from views.desk.appointments.drawer import AppointmentDrawer
from views.desk.call_controls import CallState
from views.desk.call_view import CallView
from views.desk.chat_view import ChatView
from views.desk.devices.page_viewer import PageViewer
from views.desk.devices.view import DevicesView
from views.desk.dossier.guide import GuideView
from views.desk.dossier.view import DossierView
from views.desk.header import DeskHeader
from views.desk.help import ShortcutHelp
from views.desk.invitation_bar import InvitationBar
from views.desk.layouts.columns import WIDE_PX, DeskColumns
from views.desk.layouts.conversation import ConversationView
from views.desk.layouts.layout import Layout
from views.desk.layouts.paper import PaperWork
from views.desk.layouts.side import SidePanel
from views.desk.layouts.window_keys import CallerKeys
from views.desk.memo_drawer import MemoDrawer
from views.desk.my_day.page import IdlePage
from views.desk.offer_card import OfferCard
from views.desk.phone import PhoneView
from views.desk.queue.view import DeskQueueView
from views.desk.remote_help_bar import RemoteHelpBar
from views.desk.wrap_up import WrapUpView
from views.media.visit_view import VisitView
from views.widgets.announcer import announcer_of
from views.widgets.confirm_bar import ConfirmBar
from views.widgets.connection_gate import ConnectionGate
from views.widgets.message_bar import MessageBar
from views.widgets.parts import column
from views.widgets.plain_window import resize_on_screen
from views.widgets.theme import text_scale
from views.widgets.window_settings import WindowSettings, packed, unpacked

WINDOW_SIZE = (1440, 900)
WORDS_PX = 1600
"""From this width on the layouts in the header have words."""


class DeskWindow(QMainWindow):
    """The window. It never closes by itself: it requests to be closed, and `close_now` does it.

    Args:
        queue, call, cobrowse, dossier, devices: the views that it arranges.
        settings: where place and panels are remembered.
        clock: for durations.

    Signals:
        close_requested(): the person wants to stop (asked again first during a conversation).
        sign_out_requested(): forget this computer's key and close (asked again first).
    """

    close_requested = pyqtSignal()
    sign_out_requested = pyqtSignal()

    def __init__(
        self,
        *,
        queue: DeskQueueView,
        call: CallView,
        cobrowse: QWidget,
        dossier: DossierView,
        devices: DevicesView,
        settings: WindowSettings,
        clock: Clock,
    ) -> None:
        super().__init__()
        self.setObjectName("desk_window")
        announcer_of(self)
        self.queue, self.call, self.cobrowse = queue, call, cobrowse
        self.dossier, self.devices = dossier, devices
        self._settings, self._clock = settings, clock
        self._session: SessionFacts | None = None
        self._may_close = self._follows_screen = False
        self.header, self.visit_view = DeskHeader(), VisitView()
        self.invitation, self.remote_help = InvitationBar(), RemoteHelpBar()
        self.messages, self.wrap_up, self.offer = MessageBar(), WrapUpView(clock), OfferCard(clock)
        self.viewer, self.idle = PageViewer(), IdlePage(clock, queue.facts.named)
        self.phone, self.chat, self.guide = PhoneView(), ChatView(), GuideView()
        self.side = SidePanel(dossier, devices, chat=self.chat, guide=self.guide)
        self._build()
        self._connect()
        self._add_keys()
        self.setMinimumSize(900, 500)
        self._restore()
        self.status.show_connection(False)
        self.show_idle()

    def show_identity(self, organisation: str, agent: str) -> None:
        """Names of the organisation and of the agent; also the window's title."""
        self.header.show_identity(organisation, agent)
        self.setWindowTitle(f"{_('Expert desk')} – {organisation}")

    def show_idle(self) -> None:
        """No conversation: the queue is large, nothing of the caller before stays."""
        self._session = None
        self.columns.has_caller = False
        self.idle.next.show_accepting(False)
        self.queue.set_busy(False)
        self.call.controls.show_started(None)
        self.call.controls.show_state(CallState.NEW)
        self.conversation.use_layout(Layout.FACE)
        self.dossier.show_nothing()
        self.devices.clear()
        self.phone.clear()
        self.paper.close()
        self.columns.centre.setCurrentWidget(self.idle)
        self.side.hide()
        self.columns.fold_queue(False)
        self.header.side.setEnabled(False)
        self.conversation.show_commands(False)
        self.status.show_occupation(Occupation.BETWEEN_CALLERS)
        self.status.take_keyboard()

    def show_session(self, session: SessionFacts) -> None:
        """A conversation begins (or goes on after a restart)."""
        self._session = session
        self.columns.has_caller = True
        self.idle.next.show_accepting(False)
        ticket = self.queue.facts.ticket(session.ticket_id)
        number = ticket.number if ticket is not None else ""
        service, place = self.queue.facts.service(session.service)
        self.conversation.header.show_session(session, number, service, place)
        self.queue.stop_ringing()
        self.queue.set_busy(True)
        self.conversation.talk_bar.offer_host(session.host)
        self.devices.clear()
        self.devices.show_in_session(not session.phone)
        self.call.controls.show_started(session.opened_at_utc)
        self.call.controls.show_state(CallState.CONNECTING)
        self.columns.centre.setCurrentWidget(self.phone if session.phone else self.conversation)
        self.side.begin()
        self.header.side.setEnabled(True)
        self.columns.show_side()
        self.columns.fold_queue(True)
        self.conversation.show_commands(not session.phone)
        if session.phone:
            self.phone.show_session(session, number, service)
            self.phone.setFocus()
        else:
            self.conversation.use_layout(Layout.FACE)
            self.conversation.take_keyboard()
        self.status.show_occupation(Occupation.TALK)

    def show_visit(self) -> None:
        """This agent is the third person in a colleague's conversation."""
        self.queue.stop_ringing()
        self.queue.set_busy(True)
        self.columns.centre.setCurrentWidget(self.visit_view)
        self.side.hide()
        self.columns.fold_queue(True)
        self.status.show_occupation(Occupation.TALK)

    def show_wrap_up(self, *, just_now: bool = True) -> None:
        """The conversation is over; dossier and pages stay until the agent finishes.

        Args:
            just_now: it has ended now; else nobody here knows when.
        """
        self.call.controls.show_state(CallState.CLOSED)
        self.call.controls.show_started(None)
        self.paper.close()
        self.conversation.use_layout(Layout.FACE)
        self.columns.centre.setCurrentWidget(self.wrap_up)
        self.conversation.show_commands(False)
        self.header.side.setEnabled(True)
        self.columns.show_side()
        self.queue.set_busy(True)
        self._begin_wrap_up(just_now)
        self.devices.show_in_session(False)
        self.status.show_occupation(Occupation.WRAP_UP)

    def _begin_wrap_up(self, just_now: bool) -> None:
        session = self._session
        if session is None:
            self.wrap_up.start("", None, ())
            return
        lasted_s = None
        if just_now:
            lasted_s = (self._clock.utc_now() - session.opened_at_utc).total_seconds()
        ticket = self.queue.facts.ticket(session.ticket_id)
        work = self.queue.facts.work(session.service)
        number = ticket.number if ticket is not None else ""
        self.wrap_up.start(number, lasted_s, work.outcomes if work is not None else ())
        self.wrap_up.show_number(short_number(session.id))

    # ---- building ----

    def _build(self) -> None:
        root = QWidget()
        root.setObjectName("desk_root")
        self._confirm = ConfirmBar("close_confirm", _("Hang up and close"), no=_("Stay"))
        self._confirm_out = ConfirmBar("sign_out_confirm", _("Sign out and close"), no=_("Stay"))
        above = (self.header, self.remote_help, self.offer, self.invitation)
        self.columns = DeskColumns(self.queue, self.side, above=above, below=[self.messages])
        self._build_centre()
        gate = ConnectionGate(self.columns)
        root_column = column(root, *above, space=0)
        root_column.addWidget(gate, 1)
        for bar in (self._confirm, self._confirm_out, self.messages):
            root_column.addWidget(bar)
        self.setCentralWidget(root)
        self.help = ShortcutHelp(root)
        self.memos = MemoDrawer(root, self.header, idle=self.idle)
        self.appointments = AppointmentDrawer(root, self.header, clock=self._clock)
        self.appointments.covered.connect(self.columns.show_covered)
        self.header.commands.addWidget(self.conversation.talk_bar.commands)
        self.header.commands.addWidget(self.conversation.layouts)
        self.status = AgentStatus(
            self.header,
            self.queue,
            idle=self.idle,
            offer=self.offer,
            wrap_up=self.wrap_up,
            columns=self.columns,
            gate=gate,
            clock=self._clock,
        )

    def _build_centre(self) -> None:
        self.conversation = ConversationView(
            self.call,
            self.cobrowse,
            viewer=self.viewer,
            columns=self.columns,
            settings=self._settings,
            desk=self,
        )
        for page in (self.idle, self.phone, self.wrap_up, self.visit_view):
            self.columns.add_page(page)
        self.columns.add_page(self.conversation, self.conversation.parts_in_order)
        self.paper = PaperWork(
            self.devices,
            self.dossier,
            viewer=self.viewer,
            columns=self.columns,
            conversation=self.conversation,
        )

    def _connect(self) -> None:
        self.header.queue_pressed.connect(self.columns.toggle_queue)
        self.header.side_pressed.connect(self.conversation.toggle_side)
        self.header.help_pressed.connect(self.help.open)
        self.header.sign_out_pressed.connect(self._on_sign_out)
        self._confirm.answered.connect(self._on_confirmed)
        self._confirm_out.answered.connect(self._on_sign_out_confirmed)

    def _add_keys(self) -> None:
        acts: dict[str, Callable[[], object]] = {
            "F1": self.help.open,
            "F2": self.status.accept_next,
            "F3": self.header.state.open_choices,
            "F4": self.offer.open_reasons,
            "F12": self.messages.dismiss_all,
            **CallerKeys(self.columns, self.conversation).acts(),
        }
        for keys, act in acts.items():
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    # ---- what happens on the screen ----

    def showEvent(self, event: QShowEvent | None) -> None:
        """Follow the window's screen: from now on it is known which one the window is on."""
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None and not self._follows_screen:
            self._follows_screen = True
            handle.screenChanged.connect(self.conversation.follow_screen)
            if self.columns.centre.currentWidget() is self.idle:
                self.status.take_keyboard()
        self.conversation.memory.use_screen(self.screen())

    def changeEvent(self, event: QEvent | None) -> None:
        """The theme's button follows the theme, the widths follow the letters."""
        super().changeEvent(event)
        if event is None:
            return
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.header.refresh_theme()
        elif event.type() is QEvent.Type.FontChange:
            self.columns.follow_letters()
            self._fit_header()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """A narrow window has short commands."""
        super().resizeEvent(event)
        self._fit_header()
        self.columns.follow_window()

    def _fit_header(self) -> None:
        larger = max(1.0, text_scale())
        is_narrow = self.width() < WIDE_PX * larger
        self.conversation.talk_bar.set_narrow(is_narrow)
        self.header.set_narrow(is_narrow)
        self.conversation.layouts.show_words(self.width() >= WORDS_PX * larger)

    # ---- closing and remembering ----

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Requests to be closed; during a conversation the agent is asked, else sees the day."""
        if event is None or self._may_close:
            return
        event.ignore()
        if self.conversation.is_in_front:
            self._confirm.ask(_("A conversation is going on. Hang up and close?"))
        elif self.isMinimized() or not (self.idle.isVisible() and self.idle.summary.ask()):
            self.close_requested.emit()

    def close_now(self) -> None:
        """Remembers place and panels, and closes; the program has stopped everything before."""
        self.conversation.use_layout(Layout.FACE)
        self._settings.write("window/geometry", packed(self.saveGeometry()))
        self._settings.write("window/columns", packed(self.columns.saveState()))
        self._settings.write("queue/groups", self.queue.head.grouping().value)
        self._may_close = True
        self.close()

    def _on_confirmed(self, yes: bool) -> None:
        if yes:
            self.close_requested.emit()

    def _on_sign_out(self) -> None:
        self._confirm_out.ask(_("Sign out? This computer will need a new code to work again."))

    def _on_sign_out_confirmed(self, yes: bool) -> None:
        if yes:
            self.sign_out_requested.emit()

    def _restore(self) -> None:
        self.queue.head.group_by(self._settings.read("queue/groups"))
        geometry = self._settings.read("window/geometry")
        columns = self._settings.read("window/columns")
        if not geometry or not self.restoreGeometry(unpacked(geometry)):
            resize_on_screen(self, *WINDOW_SIZE)
        if columns:
            self.columns.restoreState(unpacked(columns))
