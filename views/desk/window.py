# SPDX-License-Identifier: GPL-3.0-only
"""The agent's one window: queue left, conversation centre, dossier and devices right, messages
below. Built by `expert_app.desk.wiring.screen`.

It arranges the views that it is given and connects what happens between them on the screen;
everything that leaves the screen is a signal, which the wiring connects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QImage, QKeySequence, QResizeEvent, QShortcut
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
from views.desk.dossier.view import DossierView
from views.desk.header import DeskHeader
from views.desk.help import ShortcutHelp
from views.desk.idle import IdlePage
from views.desk.invitation_bar import InvitationBar
from views.desk.offer_card import OfferCard
from views.desk.pass_on_panel import PassOnPanel
from views.desk.phone import PhoneView
from views.desk.queue_view import RAIL_WIDTH, DeskQueueView, QueueRail
from views.desk.session_header import SessionHeader
from views.desk.side import WIDTH_PX as _SIDE_WIDTH
from views.desk.side import SidePanel
from views.desk.talk_bar import TalkBar
from views.desk.wrap_up import WrapUpView
from views.media.visit_view import VisitView
from views.widgets.agent_state import NOT_RESPONDING, state_look
from views.widgets.announcer import announcer_of
from views.widgets.confirm_bar import ConfirmBar
from views.widgets.connection_gate import ConnectionGate
from views.widgets.message_bar import MessageBar
from views.widgets.parts import Segments, column
from views.widgets.window_settings import WindowSettings, packed, unpacked

FACE, PAGE = "face", "page"
_QUEUE_WIDTH, _QUEUE_PART = 380, 0.42
WIDE_PX = 1200
"""From this width on the commands in the header have words."""


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
        self.header, self.session_header = DeskHeader(), SessionHeader()
        self.talk_bar, self.pass_on = TalkBar(), PassOnPanel()
        self.invitation, self.visit_view = InvitationBar(), VisitView()
        self.messages, self.idle, self.wrap_up = MessageBar(), IdlePage(), WrapUpView(clock)
        self.viewer, self._rail, self.offer = PageViewer(), QueueRail(), OfferCard(clock)
        self.phone, self.chat = PhoneView(), ChatView()
        self.side = self._side = SidePanel(dossier, devices, chat=self.chat)
        self._build()
        self._connect()
        self._add_shortcuts()
        self.setMinimumSize(900, 520)
        self._restore()
        self.set_connection(False)
        self.show_idle()

    # ---- facts ----

    def show_identity(self, organisation: str, agent: str) -> None:
        """Names of the organisation and of the agent; also the window's title."""
        self.header.show_identity(organisation, agent)
        self.setWindowTitle(f"{_('Expert desk')} – {organisation}")

    def set_connection(self, connected: bool) -> None:
        """Whether the hub answers."""
        self._connected = connected
        if connected and self._gate.open():
            self.header.show_state_of_agent(True)
        self.header.show_connection(connected)
        self.queue.set_connection(connected)
        self._show_state()

    def show_not_connected(self, words: str) -> None:
        """Why the hub has never answered yet; nothing happens once it has."""
        self._gate.wait(words)
        self.header.show_state_of_agent(self._gate.is_open)

    def show_agent_state(self, available: bool, reason: str) -> None:
        """What the hub takes this agent to be doing:
        available, paused for a reason, or not responding.
        """
        self.queue.set_availability(available, reason)
        self._on_state(available, reason)

    def show_access_refused(self) -> None:
        """The network no longer knows this computer: nothing is tried again."""
        self.set_connection(False)
        self.header.show_access_refused()
        self.idle.show_access_refused()

    def show_idle(self) -> None:
        """No conversation: the queue is large, nothing of the caller before stays."""
        self._session = None
        self.queue.set_busy(False)
        self.call.show_started(None)
        self.call.show_state(CallState.NEW)
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
        self.idle.setFocus()
        self._show_state()

    def show_session(self, session: SessionFacts) -> None:
        """A conversation begins (or goes on after a restart)."""
        self._session, self._in_wrap_up = session, False
        ticket = self.queue.ticket(session.ticket_id)
        service, place = self.queue.service(session.service)
        self.session_header.show_session(session, ticket.number if ticket else "", service, place)
        self.queue.stop_ringing()
        self.queue.set_busy(True)
        self.talk_bar.offer_host(session.host)
        self.devices.clear()
        self.devices.show_live(True)
        self.call.show_started(session.opened_at_utc)
        self.call.show_state(CallState.CONNECTING)
        self._centre.setCurrentWidget(self._conversation)
        self._open_side()
        self._fold_queue(True)
        if session.phone:
            self._show_phone(session, ticket.number if ticket else "", service)
            return
        self._modes.show()
        self.talk_bar.commands.show()
        self.show_mode(FACE)
        self.call.setFocus()
        self._show_state()

    def _show_phone(self, session: SessionFacts, number: str, service: Service | None) -> None:
        """Nobody is at the kiosk: the number instead of the face, and no devices."""
        self.phone.show_session(session, number, service)
        self._centre.setCurrentWidget(self.phone)
        self._modes.hide()
        self.devices.show_live(False)
        self.phone.setFocus()
        self.talk_bar.commands.hide()
        self._show_state()

    def show_guest(self) -> None:
        """This agent is the third person in a colleague's conversation."""
        self.queue.stop_ringing()
        self.queue.set_busy(True)
        self._centre.setCurrentWidget(self.visit_view)
        self._side.hide()
        self._fold_queue(True)
        self._show_state()

    def show_wrap_up(self) -> None:
        """The conversation is over; dossier and pages stay until the agent finishes."""
        session, now = self._session, self._clock.utc_now()
        lasted = None if session is None else (now - session.opened_at_utc).total_seconds()
        ticket = None if session is None else self.queue.ticket(session.ticket_id)
        self._in_wrap_up = True
        self.call.show_state(CallState.CLOSED)
        self.call.show_started(None)
        self.close_viewer()
        self._centre.setCurrentWidget(self.wrap_up)
        self._modes.hide()
        self.talk_bar.commands.hide()
        self._open_side()
        self.queue.set_busy(True)
        work = None if session is None else self.queue.work(session.service)
        self.wrap_up.show_number("" if session is None else short_number(session.id))
        self.wrap_up.start(
            ticket.number if ticket else "", lasted, work.outcomes if work is not None else ()
        )
        self.devices.show_live(False)
        self._show_state()

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """What the caller allows now; permissions that are not named stay as they are."""
        self.session_header.show_grants(grants)
        self.devices.show_grants(grants)

    def show_sharing(self, sharing: bool) -> None:
        """The kiosk's page is shared, or no longer: the larger view follows."""
        self.show_mode(PAGE if sharing else FACE)

    def show_mode(self, mode: str) -> None:
        """`FACE` makes the picture large, `PAGE` the shared page;
        the face stays in view in both.
        """
        self._modes.choose(mode)
        page = mode == PAGE
        self._lower.setVisible(page)
        self.call.set_compact(page)
        if page:
            height = max(400, self._middle.height())
            self._middle.setSizes([round(height * 0.27), round(height * 0.73)])

    def show_picture(
        self, title: str, image: QImage | None, note: str = "", marks: Sequence[Mark] = ()
    ) -> None:
        """A scanned page or a sheet of a document at full size, in the place of the shared page."""
        if self._centre.currentWidget() is self._conversation:
            self._lower.setCurrentWidget(self.viewer)
            self.show_mode(PAGE)
        else:
            self._centre.setCurrentWidget(self._viewer_alone)
            self._viewer_box.addWidget(self.viewer)
        self.viewer.show()
        self.viewer.show_picture(title, image, note, marks)

    def close_viewer(self) -> None:
        """Back from the full-size page."""
        if self._centre.currentWidget() is self._viewer_alone:
            self._centre.setCurrentWidget(self._without_viewer())
        self._lower.addWidget(self.viewer)
        self._lower.setCurrentWidget(self.cobrowse)

    def _without_viewer(self) -> QWidget:
        if self._session is None:
            return self.idle
        return self.phone if self._session.phone and not self._in_wrap_up else self.wrap_up

    def close_now(self) -> None:
        """Remembers place and panels, and closes; the program has stopped everything before."""
        self._remember()
        self._may_close = True
        self.close()

    # ---- building ----

    def _build(self) -> None:
        root = QWidget()
        root.setObjectName("desk_root")
        self._confirm = ConfirmBar("close_confirm", _("Hang up and close"), no=_("Stay"))
        self._confirm_out = ConfirmBar("sign_out_confirm", _("Sign out and close"), no=_("Stay"))
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
        whole = column(root, self.header, self.offer, self.invitation, space=0)
        self._gate = ConnectionGate(self._columns)
        whole.addWidget(self._gate, 1)
        whole.addWidget(self._confirm)
        whole.addWidget(self._confirm_out)
        whole.addWidget(self.messages)
        self.setCentralWidget(root)
        self._help = ShortcutHelp(root)
        self._modes = Segments(
            "centre_mode",
            _("Large"),
            choices=[(FACE, _("Face"), "face"), (PAGE, _("Page"), "shared_page")],
        )
        self._modes.setToolTip("Ctrl+D")
        self.header.add_command(self.talk_bar.commands)
        self.header.add_command(self._modes)

    def _build_centre(self) -> QWidget:
        self._lower = QStackedWidget()
        self._lower.addWidget(self.cobrowse)
        self._lower.addWidget(self.viewer)
        self._middle = QSplitter(Qt.Orientation.Vertical)
        self._middle.setChildrenCollapsible(False)
        self._middle.addWidget(self.call)
        self._middle.addWidget(self._lower)
        self._middle.setStretchFactor(1, 1)
        self._conversation = QWidget()
        whole = column(
            self._conversation, self.session_header, self.talk_bar, self.pass_on, space=0
        )
        whole.addWidget(self._middle, 1)
        self._viewer_alone = QWidget()
        self._viewer_box = QVBoxLayout(self._viewer_alone)
        self._viewer_box.setContentsMargins(0, 0, 0, 0)
        self._centre = QStackedWidget()
        self._centre.setObjectName("desk_centre")
        self._centre.setMinimumWidth(400)
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
        self._modes.chosen.connect(lambda mode: self.show_mode(str(mode)))
        self.queue.summary_changed.connect(self._on_summary)
        self.queue.summary_changed.connect(self._rail.show_summary)
        self.queue.state_chosen.connect(lambda available, reason: self._on_state(available, reason))
        self.header.state_requested.connect(self.queue.choose_state)
        self.idle.accept_next_requested.connect(self._accept_next)
        self.idle.available_requested.connect(self._on_available)
        self.session_header.grant_requested.connect(self.grant_requested)
        self.dossier.piece_chosen.connect(self._on_piece)
        self.devices.piece_scan_requested.connect(self._on_piece)
        self.devices.page_opened.connect(self._on_page)
        self.viewer.closed.connect(self.close_viewer)
        self.viewer.stepped.connect(self._on_step)
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
            "Ctrl+2": self.call.setFocus,
            "Ctrl+3": lambda: self._open_tab(self.dossier),
            "Ctrl+4": lambda: self._open_tab(self.devices),
            "Ctrl+D": self._toggle_mode,
            "F6": lambda: self._with_devices(self.devices.scan.press_preview),
            "F7": lambda: self._with_devices(self.devices.scan.press_scan),
            "Shift+F7": lambda: self._with_devices(self.devices.scan_piece),
            "F8": lambda: self._file(self.devices.filing.press),
            "Shift+F8": lambda: self._file(self.devices.filing.press_each),
            "Ctrl+P": lambda: self._with_devices(self.devices.printing.press_receipt),
            "Ctrl+Alt+P": lambda: self._with_devices(self.devices.printing.press_file),
        }
        for keys, act in acts.items():
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        for place, grant in enumerate(Grant, start=1):
            one = QShortcut(QKeySequence(f"Alt+G, {place}"), self)
            one.activated.connect(partial(self._on_grant_key, grant))

    # ---- what happens on the screen ----

    def _show_state(self) -> None:
        available = self.queue.is_available()
        self.idle.show_state(available, self._connected, self._reason == NOT_RESPONDING)
        chosen = state_look(available, self._reason)
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
        self._reason = "" if available else reason
        self._show_state()

    def _accept_next(self) -> None:
        """Takes the caller who is offered to this agent, else the next of the queue."""
        if self.offer.ticket_id:
            self.offer.accept()
        else:
            self.queue.accept_next()

    def _fold_queue(self, fold: bool) -> None:
        self._left.setCurrentWidget(self._rail if fold else self.queue)
        self._left.setMinimumWidth(RAIL_WIDTH if fold else 264)
        self._left.setMaximumWidth(RAIL_WIDTH if fold else 640)
        left, side = RAIL_WIDTH if fold else self._queue_width(), _SIDE_WIDTH
        self._columns.setSizes([left, max(400, self._columns.width() - left - side), side])

    def _queue_width(self) -> int:
        """Between callers the queue is what is worked with."""
        wide = min(640, round(self.width() * _QUEUE_PART))
        return max(_QUEUE_WIDTH, wide) if self._session is None else _QUEUE_WIDTH - 50

    def _toggle_queue(self) -> None:
        self._fold_queue(self._left.currentWidget() is self.queue)
        if self._left.currentWidget() is self.queue:
            self.queue.setFocus()

    def _open_side(self) -> None:
        self._side.show()
        self.header.set_side_enabled(True)

    def _toggle_side(self) -> None:
        if self._session is not None:
            self._side.setVisible(self._side.isHidden())

    def _open_tab(self, view: QWidget) -> None:
        if self._session is not None:
            self._open_side()
            self._side.open_tab(view)

    def show_unread(self, count: int) -> None:
        """How many lines of the chat nobody has seen yet; the right side opens for the first."""
        if count == 1 and self._side.isHidden():
            self._open_side()
        self._side.show_unread(count)

    def _open_chat(self) -> None:
        if self._session is not None:
            self._open_tab(self.chat)
            self.chat.focus_entry()

    def _toggle_mode(self) -> None:
        if self._session is not None and self._centre.currentWidget() is self._conversation:
            self.show_mode(FACE if self._modes.choice() == PAGE else PAGE)

    def _on_grant_key(self, grant: Grant) -> None:
        if self._session is not None:
            self.grant_requested.emit(grant)

    def _on_summary(self, waiting: int, longest_s: float) -> None:
        first = self.queue.next_ticket()
        named = ""
        if first is not None:
            service = self.queue.service(first.service)[0]
            named = f"{first.number} · {service.name if service else first.service} · {first.site}"
        self.idle.show_summary(waiting, longest_s, named)

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
        """What was scanned for a piece is here. The next Enter files it, unless the agent has gone
        on to something else.
        """
        self.devices.show_scanned(page_ids, unread)
        here = self.focusWidget()
        if self._side.is_open(self.devices) and (
            here is None or (self._side.isAncestorOf(here) and not isinstance(here, QLineEdit))
        ):
            self.devices.filing.take_keyboard()

    def _on_page(self, page_id: str) -> None:
        facts = self.devices.page(page_id)
        order = self.devices.strip.order()
        if facts is not None and facts.picture() is not None and page_id in order:
            self._viewed = page_id
            self.devices.strip.choose(page_id)
            title = _("Page {number} of {all}").format(
                number=order.index(page_id) + 1, all=len(order)
            )
            self.show_picture(
                f"{title} · {facts.words()}", facts.picture(), facts.note, facts.shown_marks()
            )

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

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """A narrow window has short commands."""
        super().resizeEvent(event)
        self.talk_bar.set_narrow(self.width() < WIDE_PX)
        self.header.set_narrow(self.width() < WIDE_PX)

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
        self.resize(1280, 760)
        self.queue.group_by(self._settings.read("queue/groups"))
        geometry = self._settings.read("window/geometry")
        columns = self._settings.read("window/columns")
        if geometry:
            self.restoreGeometry(unpacked(geometry))
        if columns:
            self._columns.restoreState(unpacked(columns))
