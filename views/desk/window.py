# SPDX-License-Identifier: GPL-3.0-only
"""The agent's one window: queue left, conversation centre, dossier and devices right, messages
below. Built by `expert_app.desk.wiring.screen`.

It arranges the views that it is given and connects what happens between them on the screen;
everything that leaves the screen is a signal, which the wiring connects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PyQt6.QtCore import QEvent, QRect, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QCloseEvent,
    QImage,
    QKeySequence,
    QResizeEvent,
    QScreen,
    QShortcut,
    QShowEvent,
)
from PyQt6.QtWidgets import QLineEdit, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from resources.texts import _
from session.core.clock import Clock
from session.core.short_number import short_number
from session.protocol.conversation.messages import Grant
from session.protocol.hub.requests import Service, SessionFacts
from views.desk.call_view import CallState, CallView
from views.desk.chat_view import ChatView
from views.desk.devices.page_viewer import PageViewer
from views.desk.devices.strip_page import Mark
from views.desk.devices.view import DevicesView
from views.desk.dossier.guide import NEXT_KEYS, GuideView
from views.desk.dossier.view import DossierView
from views.desk.header import DeskHeader
from views.desk.help import ShortcutHelp
from views.desk.idle import IdlePage
from views.desk.invitation_bar import InvitationBar
from views.desk.layouts.layout import LAYOUTS, WITH_PAGE, Layout, LayoutMemory
from views.desk.layouts.page_window import PageWindow
from views.desk.layouts.stage import WorkStage
from views.desk.offer_card import OfferCard
from views.desk.pass_on_panel import PassOnPanel
from views.desk.phone import PhoneView
from views.desk.queue_view import DeskQueueView, QueueRail, rail_width
from views.desk.remote_help_bar import RemoteHelpBar
from views.desk.session_header import SessionHeader
from views.desk.shared_page.overlay import Tool
from views.desk.shared_page.view import SharedPageView
from views.desk.side import LEAST_PX as SIDE_LEAST_PX
from views.desk.side import WIDTH_PX as _SIDE_WIDTH
from views.desk.side import SidePanel
from views.desk.talk_bar import TalkBar
from views.desk.wrap_up import WrapUpView
from views.media.visit_view import VisitView
from views.widgets.agent_state import NOT_RESPONDING, PAUSE, state_style
from views.widgets.announcer import announcer_of
from views.widgets.confirm_bar import ConfirmBar
from views.widgets.connection_gate import ConnectionGate
from views.widgets.keyboard.tab_order import order_by_sight
from views.widgets.message_bar import MessageBar
from views.widgets.parts import Segments, column, name_button
from views.widgets.plain_window import resize_on_screen
from views.widgets.theme import text_scale
from views.widgets.window_settings import WindowSettings, packed, unpacked

WINDOW_SIZE = (1440, 900)
_QUEUE_WIDTH, _QUEUE_PART = 380, 0.42
_SIDE_PART = 0.38
"""The most of the window that larger letters may take for the side."""
SIDE_KEYS = "Shift+F6"
WORDS_PX, ROOM_FOR_SIDE_PX = 1600, 1100
"""From these widths on the layouts have words; dossier and devices stand beside a shared page."""
WIDE_PX = 1200
"""From this width on the commands in the header have words; larger letters need more."""


class DeskWindow(QMainWindow):
    """The window. It never closes by itself: it requests to be closed, and `close_now` does it.

    Args:
        queue, call, cobrowse, dossier, devices: the views that it arranges.
        settings: where place and panels are remembered.
        clock: for durations.

    Signals:
        close_requested(): the person wants to stop (asked again first during a conversation).
        finish_requested(str): the wrap-up is done; the outcome's code.
        grant_requested(object): ask the caller for this `Grant`; from anywhere in the window.
        theme_requested(bool): True for dark.
        sign_out_requested(): forget this computer's key and close (asked again first).
        support_requested(): make a file for the help desk.
        piece_scan_requested(str): scan for this piece, in one act; "" for none.
    """

    close_requested = pyqtSignal()
    finish_requested = pyqtSignal(str)
    grant_requested = pyqtSignal(object)
    theme_requested = pyqtSignal(bool)
    sign_out_requested = pyqtSignal()
    support_requested = pyqtSignal()
    piece_scan_requested = pyqtSignal(str)

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
        self._may_close, self._connected, self._viewed = False, False, ""
        self._reason, self._in_wrap_up = "", False
        self._before_paper, self._side_now = Layout.FACE, 0
        self._follows_screen = False
        self._ordering = QTimer(self)
        self._ordering.setSingleShot(True)
        self._ordering.setInterval(0)
        self._ordering.timeout.connect(self._order_tabs)
        self.header, self.session_header = DeskHeader(), SessionHeader()
        self.talk_bar, self.pass_on = TalkBar(), PassOnPanel()
        self.invitation, self.visit_view = InvitationBar(), VisitView()
        self.remote_help = RemoteHelpBar()
        self.messages, self.idle, self.wrap_up = MessageBar(), IdlePage(), WrapUpView(clock)
        self.viewer, self._rail, self.offer = PageViewer(), QueueRail(), OfferCard(clock)
        self.phone, self.chat, self.guide = PhoneView(), ChatView(), GuideView()
        self.side = self._side = SidePanel(dossier, devices, chat=self.chat, guide=self.guide)
        self._build()
        self._connect()
        self._add_shortcuts()
        self.setMinimumSize(900, 500)
        self._restore()
        self.set_connection(False)
        self.show_idle()

    # ---- facts ----

    def show_identity(self, organisation: str, agent: str) -> None:
        """Names of the organisation and of the agent; also the window's title."""
        self.header.show_identity(organisation, agent)
        self.setWindowTitle(f"{_('Expert desk')} – {organisation}")

    @property
    def is_connected(self) -> bool:
        """True if the hub answers now."""
        return self._connected

    def set_connection(self, connected: bool) -> None:
        """Show whether the hub answers."""
        self._connected = connected
        if connected and self._gate.open():
            self.header.show_state_of_agent(True)
        self.header.show_connection(connected)
        self.queue.set_connection(connected)
        self._rail.show_connection(connected)
        self._show_state()

    def show_not_connected(self, words: str) -> None:
        """Why the hub has never answered yet; nothing happens once it has."""
        self._gate.wait(words)
        self.header.show_state_of_agent(self._gate.is_open)

    def show_agent_state(self, available: bool, reason: str) -> None:
        """Show what the hub takes this agent to be doing:
        available, paused for a reason, or not responding.
        """
        self.queue.set_availability(available, reason)
        self._on_state(available, reason)

    def show_access_refused(self) -> None:
        """The network does not know this computer; this stays until it lets it in again."""
        self.set_connection(False)
        self.header.show_access_refused()
        self.idle.show_access_refused()

    def show_idle(self) -> None:
        """No conversation: the queue is large, nothing of the caller before stays."""
        self._session = None
        self.idle.show_accepting(False)
        self.queue.set_busy(False)
        self.call.show_started(None)
        self.call.show_state(CallState.NEW)
        self._use_layout(Layout.FACE)
        self.dossier.show_nothing()
        self.devices.clear()
        self.phone.clear()
        self.close_viewer()
        self._centre.setCurrentWidget(self.idle)
        self._side.hide()
        self._fold_queue(False)
        self.header.set_side_enabled(False)
        self._modes.hide()
        self.talk_bar.commands.hide()
        self._show_state()
        self._keyboard_to_work()

    def _keyboard_to_work(self) -> None:
        """The keyboard goes to what an agent does next between two callers."""
        if not self.idle.take_keyboard():
            self.header.take_keyboard()

    def show_session(self, session: SessionFacts) -> None:
        """A conversation begins (or goes on after a restart)."""
        self._session = session
        self._in_wrap_up = False
        self.idle.show_accepting(False)
        ticket = self.queue.ticket(session.ticket_id)
        service, place = self.queue.service(session.service)
        self.session_header.show_session(session, ticket.number if ticket else "", service, place)
        self.queue.stop_ringing()
        self.queue.set_busy(True)
        self.talk_bar.offer_host(session.host)
        self.devices.clear()
        self.devices.show_in_session(True)
        self.call.show_started(session.opened_at_utc)
        self.call.show_state(CallState.CONNECTING)
        self._centre.setCurrentWidget(self._conversation)
        self.side.begin()
        self._open_side()
        self._fold_queue(True)
        if session.phone:
            self._show_phone(session, ticket.number if ticket else "", service)
            return
        self._modes.show()
        self.talk_bar.commands.show()
        self._use_layout(Layout.FACE)
        self._to_conversation()
        self._show_state()

    def _show_phone(self, session: SessionFacts, number: str, service: Service | None) -> None:
        """Nobody is at the kiosk: the number instead of the face, and no devices."""
        self.phone.show_session(session, number, service)
        self._centre.setCurrentWidget(self.phone)
        self._modes.hide()
        self.devices.show_in_session(False)
        self.phone.setFocus()
        self.talk_bar.commands.hide()
        self._show_state()

    def showEvent(self, event: QShowEvent | None) -> None:
        """Follow the window's screen: from now on it is known which one the window is on."""
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None and not self._follows_screen:
            self._follows_screen = True
            handle.screenChanged.connect(self._on_screen)
            if self._centre.currentWidget() is self.idle:
                self._keyboard_to_work()
        self._memory.use_screen(self.screen())

    def _on_screen(self, screen: QScreen | None) -> None:
        """Another screen remembers another layout."""
        self._memory.use_screen(screen)
        if self.stage.layout_now in WITH_PAGE:
            self._use_layout(self._memory.now.page)

    def show_visit(self) -> None:
        """This agent is the third person in a colleague's conversation."""
        self.queue.stop_ringing()
        self.queue.set_busy(True)
        self._centre.setCurrentWidget(self.visit_view)
        self._side.hide()
        self._fold_queue(True)
        self._show_state()

    def show_wrap_up(self, *, just_now: bool = True) -> None:
        """The conversation is over; dossier and pages stay until the agent finishes.

        Args:
            just_now: it has ended now; else nobody here knows when.
        """
        session, lasted = self._session, None
        if session is not None and just_now:
            lasted = (self._clock.utc_now() - session.opened_at_utc).total_seconds()
        if session is None:
            ticket = None
        else:
            ticket = self.queue.ticket(session.ticket_id)
        self._in_wrap_up = True
        self.call.show_state(CallState.CLOSED)
        self.call.show_started(None)
        self.close_viewer()
        self._use_layout(Layout.FACE)
        self._centre.setCurrentWidget(self.wrap_up)
        self._modes.hide()
        self.talk_bar.commands.hide()
        self._open_side()
        self.queue.set_busy(True)
        if session is None:
            work = None
        else:
            work = self.queue.work(session.service)
        self.wrap_up.show_number("" if session is None else short_number(session.id))
        self.wrap_up.start(
            ticket.number if ticket else "", lasted, work.outcomes if work is not None else ()
        )
        self.devices.show_in_session(False)
        self._show_state()

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """Show what the caller allows now; permissions that are not named stay as they are."""
        self.session_header.show_grants(grants)
        self.devices.show_grants(grants)

    def show_sharing(self, sharing: bool) -> None:
        """The kiosk's page is shared, or no longer: the layout follows."""
        if sharing:
            self.show_page()
            return
        self._before_paper = Layout.FACE
        if self.stage.layout_now in WITH_PAGE:
            self._use_layout(Layout.FACE)

    def remembered_layout(self) -> tuple[str, str]:
        """Return how a shared page opens on this screen;
        "auto", "open" or "folded" for the side.
        """
        now = self._memory.now
        sides = {None: "auto", True: "open", False: "folded"}
        return now.page.value, sides[now.side_open]

    def remember_layout(self, *, page: str = "", side: str = "") -> None:
        """This person wants it so on this screen, from now on."""
        if page:
            self._memory.keep(page=Layout(page))
        if side:
            self._memory.keep(side_open={"open": True, "folded": False}.get(side))
        if self._session is not None and self.stage.layout_now in WITH_PAGE:
            self._use_layout(self._memory.now.page)

    def show_keys(self, keys_of: Callable[[str], str]) -> None:
        """The list of shortcuts names the keys that this person has."""
        self._help.show_keys(keys_of)

    def show_page(self) -> None:
        """Brings the shared page in front, in the layout that this screen remembers for it."""
        if self.stage.layout_now in WITH_PAGE:
            return
        here = self.focusWidget()
        asked_here = here is None or any(
            part.isAncestorOf(here) for part in (self.session_header, self.stage)
        )
        self._use_layout(self._memory.now.page)
        if asked_here and isinstance(self.cobrowse, SharedPageView):
            self.cobrowse.take_keyboard()

    def act_in_page(self) -> None:
        """The tool that acts in the page is in hand, once the caller allows it."""
        if isinstance(self.cobrowse, SharedPageView):
            self.cobrowse.tools.want(Tool.CONTROL)

    def choose_layout(self, layout: Layout) -> None:
        """The agent wants this layout; one with the page is remembered for this screen."""
        if self._session is None or self._centre.currentWidget() is not self._conversation:
            return
        if layout is Layout.PAPER:
            self._show_paper()
            return
        if layout in WITH_PAGE:
            self._memory.keep(page=layout)
        self._use_layout(layout)
        if layout is Layout.FACE:
            self._to_conversation()
        elif isinstance(self.cobrowse, SharedPageView):
            self.cobrowse.take_keyboard()

    def _use_layout(self, layout: Layout) -> None:
        self._modes.choose(layout)
        bar = self._page_bar
        self.session_header.take_page_bar(None if layout is Layout.WINDOW else bar)
        self.stage.show_layout(layout)
        tools = layout in (Layout.PAGE, Layout.SIDE) and bar is not None
        self.session_header.show_page(tools or layout is Layout.PAPER, tools=tools)
        if self._session is not None and self._centre.currentWidget() is self._conversation:
            self._side.setVisible(layout not in WITH_PAGE or self._side_wanted())
        self._fit_columns()

    def _side_wanted(self) -> bool:
        """Beside a shared page: as the agent left it, else where there is room."""
        side_open = self._memory.now.side_open
        if side_open is None:
            return self.width() >= ROOM_FOR_SIDE_PX
        return side_open

    def _on_page_focus(self, box: QRect, _name: str) -> None:
        """The small face does not lie over the field that has the keyboard."""
        sender = self.cobrowse
        if isinstance(sender, SharedPageView) and self.stage.isAncestorOf(sender.mirror):
            at = sender.mirror.mapTo(self.stage, box.topLeft())
            self.stage.keep_clear(QRect() if box.isEmpty() else QRect(at, box.size()))

    def _on_window_closed(self) -> None:
        """The page comes back into this window."""
        self._memory.keep(page=Layout.PAGE)
        self._use_layout(Layout.PAGE)

    def _show_paper(self) -> None:
        """The chosen scanned page at full size, or that there is none; the devices beside it."""
        self._open_tab(self.devices)
        order = self.devices.strip.order()
        chosen = [*self.devices.strip.chosen(), *order[-1:]]
        if chosen:
            self._on_page(chosen[0])
        if self.stage.layout_now is not Layout.PAPER:
            self._before_paper = self.stage.layout_now
            self.viewer.show_nothing()
            self._use_layout(Layout.PAPER)
            self.viewer.setFocus()

    def show_picture(
        self, title: str, image: QImage | None, note: str = "", marks: Sequence[Mark] = ()
    ) -> None:
        """A scanned page or a sheet of a document at full size, in the place of the shared page."""
        if self._centre.currentWidget() is self._conversation:
            if self.stage.layout_now is not Layout.PAPER:
                self._before_paper = self.stage.layout_now
            self._use_layout(Layout.PAPER)
        else:
            self._centre.setCurrentWidget(self._viewer_alone)
            self._viewer_box.addWidget(self.viewer)
        self.viewer.show()
        self.viewer.show_picture(title, image, note, marks)

    def close_viewer(self) -> None:
        """Back from the full-size page."""
        if self._centre.currentWidget() is self._viewer_alone:
            self._centre.setCurrentWidget(self._without_viewer())
            self.stage.take_paper()
        elif self.stage.layout_now is Layout.PAPER:
            self._use_layout(self._before_paper)

    def _without_viewer(self) -> QWidget:
        if self._session is None:
            return self.idle
        if self._session.phone and not self._in_wrap_up:
            return self.phone
        return self.wrap_up

    def close_now(self) -> None:
        """Remembers place and panels, and closes; the program has stopped everything before."""
        self._use_layout(Layout.FACE)
        self._remember()
        self._may_close = True
        self.close()

    # ---- building ----

    def _build(self) -> None:
        root = QWidget()
        root.setObjectName("desk_root")
        self._confirm = ConfirmBar("close_confirm", _("Hang up and close"), no=_("Stay"))
        self._confirm_out = ConfirmBar("sign_out_confirm", _("Sign out and close"), no=_("Stay"))
        self._memory = LayoutMemory(self._settings)
        self._modes = Segments(
            "centre_mode",
            _("Layout"),
            choices=[(layout, _(look[0]), look[2]) for layout, look in LAYOUTS.items()],
        )
        for layout, look in LAYOUTS.items():
            name_button(self._modes.button(layout), _(look[1]), look[3])
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.setObjectName("desk_columns")
        self._columns.setChildrenCollapsible(False)
        self._left = QStackedWidget()
        self._left.addWidget(self.queue)
        self._left.addWidget(self._rail)
        for part in (self._left, self._build_centre(), self._side):
            self._columns.addWidget(part)
        self._columns.setStretchFactor(1, 1)
        self._columns.setSizes([_QUEUE_WIDTH, 800, _SIDE_WIDTH])
        root_column = column(root, self.header, self.remote_help, space=0)
        root_column.addWidget(self.offer)
        root_column.addWidget(self.invitation)
        self._gate = ConnectionGate(self._columns)
        root_column.addWidget(self._gate, 1)
        root_column.addWidget(self._confirm)
        root_column.addWidget(self._confirm_out)
        root_column.addWidget(self.messages)
        self.setCentralWidget(root)
        self._help = ShortcutHelp(root)
        self.header.add_command(self.talk_bar.commands)
        self.header.add_command(self._modes)

    def _build_centre(self) -> QWidget:
        self._page_bar = self.cobrowse.bar if isinstance(self.cobrowse, SharedPageView) else None
        self.stage = WorkStage(
            self.call,
            self.cobrowse,
            paper=self.viewer,
            bar=self._page_bar,
            memory=self._memory,
            window=PageWindow(self, self._settings),
        )
        self.stage.window_closed.connect(self._on_window_closed)
        self._conversation = QWidget()
        layout = column(
            self._conversation, self.session_header, self.talk_bar, self.pass_on, space=0
        )
        layout.addWidget(self.stage, 1)
        if isinstance(self.cobrowse, SharedPageView):
            self.cobrowse.listen_in(self._conversation)
            self.cobrowse.mirror.focus_moved.connect(self._on_page_focus)
        self._viewer_alone = QWidget()
        self._viewer_box = QVBoxLayout(self._viewer_alone)
        self._viewer_box.setContentsMargins(0, 0, 0, 0)
        self._centre = QStackedWidget()
        self._centre.setObjectName("desk_centre")
        self._centre.setMinimumWidth(340)
        for part in (
            self.idle,
            self._conversation,
            self.phone,
            self.wrap_up,
            self._viewer_alone,
            self.visit_view,
        ):
            self._centre.addWidget(part)
        return self._centre

    def _connect(self) -> None:
        self.header.queue_pressed.connect(self._toggle_queue)
        self.header.side_pressed.connect(self._toggle_side)
        self.header.theme_requested.connect(self.theme_requested)
        self.header.help_pressed.connect(self._help.open)
        self._help.support_requested.connect(self.support_requested)
        self.call.write_requested.connect(self._open_chat)
        self._rail.expand_requested.connect(self._toggle_queue)
        self._modes.chosen.connect(self._on_layout)
        self.queue.summary_changed.connect(self._on_summary)
        self.queue.summary_changed.connect(self._rail.show_summary)
        self.queue.state_chosen.connect(lambda available, reason: self._on_state(available, reason))
        self.header.state_requested.connect(self.queue.choose_state)
        self.idle.accept_next_requested.connect(self._accept_next)
        self.offer.shown_changed.connect(self.idle.show_offered)
        self.offer.shown_changed.connect(self.queue.show_offered)
        self.idle.available_requested.connect(self._on_available)
        self.session_header.grant_requested.connect(self.grant_requested)
        self.session_header.fill_requested.connect(self._fill_together)
        self.dossier.piece_chosen.connect(self._on_piece)
        self.devices.piece_scan_requested.connect(self._on_piece)
        self.devices.page_opened.connect(self._on_page)
        self.devices.strip.itemSelectionChanged.connect(self._follow_strip)
        self.devices.page_changed.connect(self._on_page_changed)
        self.viewer.closed.connect(self.close_viewer)
        self.viewer.stepped.connect(self._on_step)
        self.wrap_up.pause_requested.connect(lambda: self.queue.choose_state(False, PAUSE))
        self.wrap_up.finish_requested.connect(self.finish_requested)
        self._confirm.answered.connect(self._on_confirmed)
        self.header.sign_out_pressed.connect(self._on_sign_out)
        self._confirm_out.answered.connect(
            lambda yes: self.sign_out_requested.emit() if yes else None
        )

    def _add_shortcuts(self) -> None:
        acts: dict[str, Callable[[], object]] = {
            "F1": self._help.open,
            "F2": self._accept_next,
            "F3": self.header.open_states,
            "F4": self.offer.open_reasons,
            "F12": self.messages.dismiss_all,
            "Ctrl+1": self._toggle_queue,
            "Ctrl+2": self._to_conversation,
            "Ctrl+3": lambda: self._open_tab(self.dossier),
            "Ctrl+4": lambda: self._open_tab(self.devices),
            "Ctrl+6": lambda: self._open_tab(self.guide),
            NEXT_KEYS: self.guide.press_next,
            "F6": lambda: self._with_devices(self.devices.scan.press_preview),
            "F7": lambda: self._with_devices(self.devices.scan.press_scan),
            "Shift+F7": lambda: self._with_devices(self.devices.scan_piece),
            "F8": lambda: self._file(self.devices.filing.press),
            "Ctrl+F8": lambda: self._file(self.devices.filing.press_receipt),
            "Shift+F8": lambda: self._file(self.devices.filing.press_each),
            "Ctrl+P": lambda: self._with_devices(self.devices.printing.press_receipt),
            "Ctrl+Alt+P": lambda: self._with_devices(self.devices.printing.press_file),
            "Ctrl+D": self._toggle_page,
            SIDE_KEYS: self._toggle_side,
        }
        for layout, look in LAYOUTS.items():
            acts[look[3]] = partial(self.choose_layout, layout)
        for keys, act in acts.items():
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        for place, grant in enumerate(Grant, start=1):
            grant_shortcut = QShortcut(QKeySequence(f"Alt+G, {place}"), self)
            grant_shortcut.activated.connect(partial(self._on_grant_key, grant))

    # ---- what happens on the screen ----

    def _show_state(self) -> None:
        available = self.queue.is_available()
        self.idle.show_state(available, self._connected, self._reason == NOT_RESPONDING)
        chosen = state_style(available, self._reason)
        visiting = self._centre.currentWidget() is self.visit_view
        if self._session is None and not visiting:
            self.header.show_agent_state(*chosen)
            return
        talking = visiting or self._centre.currentWidget() in (self._conversation, self.phone)
        words, icon_name = (_("In conversation"), "call") if talking else (_("Wrap-up"), "wrap_up")
        if not available:
            words = _("{now}, then: {state}").format(now=words, state=chosen[0])
        self.header.show_agent_state(words, icon_name, "accent")

    def _on_state(self, available: bool, reason: str) -> None:
        if available:
            self._reason = ""
        else:
            self._reason = reason
        self._show_state()

    def show_accepting(self, accepting: bool) -> None:
        """True while a caller whom the agent has accepted is on the way here."""
        self.idle.show_accepting(accepting)

    def _accept_next(self) -> None:
        """Takes the caller who is offered to this agent, else the next of the queue."""
        if self.offer.ticket_id:
            self.offer.accept()
        else:
            self.queue.accept_next()

    def _fold_queue(self, fold: bool) -> None:
        self._left.setCurrentWidget(self._rail if fold else self.queue)
        self._left.setMinimumWidth(rail_width() if fold else 264)
        self._left.setMaximumWidth(rail_width() if fold else 640)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """The middle gets what the two sides leave."""
        self._ordering.start()
        folded = self._left.currentWidget() is self._rail
        if folded:
            left_px = rail_width()
        else:
            left_px = self._queue_width()
        if self._side.isHidden():
            side = 0
        else:
            side = self._side_width()
        self._columns.setSizes([left_px, max(340, self._columns.width() - left_px - side), side])

    def _order_tabs(self) -> None:
        """Tab goes as the eye does, whatever is seen now."""
        middle = self._centre.currentWidget()
        parts: list[QWidget] = [self.header, self.remote_help, self.offer, self.invitation]
        parts.append(self._left)
        if middle is self._conversation:
            parts += [self.session_header, self.talk_bar, self.pass_on]
            parts += [*self.stage.parts_in_order()]
        elif middle is not None:
            parts.append(middle)
        order_by_sight([*parts, self._side, self.messages])

    def _side_width(self) -> int:
        if self.width() >= WIDE_PX * 1.2:
            usual = _SIDE_WIDTH
        else:
            usual = SIDE_LEAST_PX
        larger = min(round(usual * text_scale()), round(self.width() * _SIDE_PART))
        return max(usual, larger)

    def _queue_width(self) -> int:
        """Between callers the queue is what is worked with."""
        wide = min(640, round(self.width() * _QUEUE_PART))
        if self._session is None:
            return max(_QUEUE_WIDTH, wide)
        return _QUEUE_WIDTH - 50

    def _toggle_queue(self) -> None:
        self._fold_queue(self._left.currentWidget() is self.queue)
        if self._left.currentWidget() is self.queue:
            self.queue.setFocus()

    def _open_side(self) -> None:
        self._side.show()
        self.header.set_side_enabled(True)
        self._fit_columns()

    def _toggle_side(self) -> None:
        if self._session is not None:
            self._side.setVisible(self._side.isHidden())
            if self.stage.layout_now in WITH_PAGE:
                self._memory.keep(side_open=not self._side.isHidden())
            self._fit_columns()

    def _open_tab(self, view: QWidget) -> None:
        if self._session is not None:
            self._open_side()
            self._side.open_tab(view)

    def show_unread(self, count: int) -> None:
        """Show how many lines of the chat nobody has seen yet;
        the right side opens for the first.
        """
        if count == 1 and self._side.isHidden():
            self._open_side()
        self._side.show_unread(count)

    def _open_chat(self) -> None:
        if self._session is not None:
            self._open_tab(self.chat)
            self.chat.focus_entry()

    def _toggle_page(self) -> None:
        with_page = self.stage.layout_now in WITH_PAGE
        self.choose_layout(Layout.FACE if with_page else self._memory.now.page)

    def _on_layout(self, layout: object) -> None:
        self.choose_layout(Layout(str(layout)))

    def _to_conversation(self) -> None:
        """The keyboard goes to the permissions: what an agent does first."""
        self.session_header.take_keyboard()

    def _fill_together(self) -> None:
        """The page comes to the front with the tool that acts in it; the caller is asked first."""
        self.choose_layout(self._memory.now.page)
        self.act_in_page()

    def _on_grant_key(self, grant: Grant) -> None:
        if self._session is not None:
            self.grant_requested.emit(grant)

    def _on_summary(self, waiting: int, longest_s: float) -> None:
        first = self.queue.next_ticket()
        number = whence = ""
        if first is not None:
            service = self.queue.service(first.service)[0]
            number = first.number
            whence = f"{service.name if service else first.service} · {first.site}"
        self.idle.show_summary(waiting, number, whence)

    def _on_available(self) -> None:
        self.queue.choose_state(True, "")

    def show_asked(self, grants: Sequence[Grant]) -> None:
        """The caller is being asked for these powers."""
        for grant in grants:
            self.session_header.show_asked(grant)

    def show_asking(self, left_s: Mapping[Grant, float]) -> None:
        """Seconds that the caller has for the answer, for each power that is being asked for."""
        self.session_header.show_asking(left_s)
        self.devices.show_asking(left_s)

    def _on_piece(self, piece_id: str) -> None:
        self.devices.filing.choose_piece(piece_id)
        self._open_tab(self.devices)
        self.piece_scan_requested.emit(piece_id)

    def _with_devices(self, act: Callable[[], object]) -> None:
        """Shows scanner and printer, then does it: nobody scans or prints unseen."""
        if self._session is not None:
            if not self._side.is_open(self.devices):
                self._open_tab(self.devices)
            act()

    def _file(self, act: Callable[[], object]) -> None:
        """Files when the piece is on the screen; else it is shown, and the next press files."""
        if self._side.is_open(self.devices):
            act()
        elif self._session is not None:
            self._open_tab(self.devices)
            self.devices.filing.take_keyboard()

    def show_scanned(self, page_ids: Sequence[str], unread: int) -> None:
        """Show what was scanned for a piece. The next Enter files it,
        unless the agent has gone on to something else.
        """
        self.devices.show_scanned(page_ids, unread)
        here = self.focusWidget()
        if self._side.is_open(self.devices) and (
            here is None or (self._side.isAncestorOf(here) and not isinstance(here, QLineEdit))
        ):
            self.devices.filing.take_keyboard()

    def _follow_strip(self) -> None:
        """In the layout for paper the chosen page is the one that is seen."""
        chosen = self.devices.strip.chosen()
        if len(chosen) == 1:
            self._on_page_changed(chosen[0])

    def _on_page_changed(self, page_id: str) -> None:
        """In the layout for paper a new page, or a better picture of it, is seen at once; the
        keyboard stays where it is.
        """
        if self.stage.layout_now is Layout.PAPER:
            page = self._seen_page(page_id)
            if page is not None:
                self._viewed = page_id
                self.viewer.fill(*page)

    def _on_page(self, page_id: str) -> None:
        page = self._seen_page(page_id)
        if page is not None:
            self._viewed = page_id
            self.devices.strip.choose(page_id)
            self.show_picture(*page)

    def _seen_page(self, page_id: str) -> tuple[str, QImage, str, Sequence[Mark]] | None:
        """Return what is seen of a page: its title, picture, note and marks."""
        facts, order = self.devices.page(page_id), self.devices.strip.order()
        if facts is None:
            picture = None
        else:
            picture = facts.picture()
        if facts is None or picture is None or page_id not in order:
            return None
        number = order.index(page_id) + 1
        title = _("Page {number} of {all}").format(number=number, all=len(order))
        return f"{title} · {facts.words()}", picture, facts.to_check(), facts.shown_marks()

    def _on_step(self, step: int) -> None:
        order = self.devices.strip.order()
        if self._viewed in order and 0 <= order.index(self._viewed) + step < len(order):
            self._on_page(order[order.index(self._viewed) + step])

    # ---- closing and remembering ----

    def changeEvent(self, event: QEvent | None) -> None:
        """The theme's button follows the theme."""
        super().changeEvent(event)
        if event is not None and event.type() in (
            QEvent.Type.PaletteChange,
            QEvent.Type.StyleChange,
        ):
            self.header.refresh_theme()
        if event is not None and event.type() is QEvent.Type.FontChange:
            self._fold_queue(self._left.currentWidget() is self._rail)
            self._fit_header()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """A narrow window has short commands."""
        super().resizeEvent(event)
        self._fit_header()
        side = self._side_width()
        if side != self._side_now:
            self._side_now = side
            self._fit_columns()

    def _fit_header(self) -> None:
        larger = max(1.0, text_scale())
        is_narrow = self.width() < WIDE_PX * larger
        self.talk_bar.set_narrow(is_narrow)
        self.header.set_narrow(is_narrow)
        self._modes.show_words(self.width() >= WORDS_PX * larger)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Requests to be closed; during a conversation the agent is asked first."""
        if event is None or self._may_close:
            return
        event.ignore()
        if self._session is not None and self._centre.currentWidget() is self._conversation:
            self._confirm.ask(_("A conversation is going on. Hang up and close?"))
        else:
            self.close_requested.emit()

    def _on_sign_out(self) -> None:
        self._confirm_out.ask(_("Sign out? This computer will need a new code to work again."))

    def _on_confirmed(self, yes: bool) -> None:
        if yes:
            self.close_requested.emit()

    def _remember(self) -> None:
        self._settings.write("window/geometry", packed(self.saveGeometry()))
        self._settings.write("window/columns", packed(self._columns.saveState()))
        self._settings.write("queue/groups", self.queue.grouping())

    def _restore(self) -> None:
        self.queue.group_by(self._settings.read("queue/groups"))
        geometry = self._settings.read("window/geometry")
        columns = self._settings.read("window/columns")
        if not geometry or not self.restoreGeometry(unpacked(geometry)):
            resize_on_screen(self, *WINDOW_SIZE)
        if columns:
            self._columns.restoreState(unpacked(columns))
