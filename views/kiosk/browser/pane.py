# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's browser pane: the web page that caller and agent look at together, with its few big
buttons.

Used by the kiosk's window. `session.kiosk.cobrowse.shared_page` drives it (it is a `BrowserLike`).
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from PyQt6.QtCore import QSize, Qt, QTimer, QUrl, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWebEngineCore import QWebEngineLoadingInfo
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from resources.texts import N_, _
from session.core.clock import Clock, SystemClock
from session.core.errors import AddressNotAllowed, SessionError
from session.kiosk.cobrowse.web_rules import why_refused
from session.protocol.conversation.allowed_addresses import AllowList
from session.protocol.conversation.mirror_messages import DialogKind, DialogShown
from session.protocol.conversation.remote_control import HistoryStep, PageKey
from session.protocol.wire.ids import new_id
from views.kiosk.browser.act_strip import ActStrip, ProposalStrip
from views.kiosk.browser.dialog_card import DialogCard
from views.kiosk.browser.dialogs import MAX_TEXT, Question
from views.kiosk.browser.input_injection import InputInjector
from views.kiosk.browser.marks import MarksLayer
from views.kiosk.browser.pointer import PointerLayer
from views.kiosk.browser.profile import CallerWeb, written
from views.kiosk.browser.refused_page import RefusedPage
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import BLUE, INK, LINE, PAPER, SKY, WHITE, spaced
from views.widgets.parts import ElidedLabel

log = logging.getLogger(__name__)

POINTER_STAYS_MS = 6_000
"""A pointer that is not moved any more goes by itself: the desk may have gone away."""
NOTICE_STAYS_MS = 8_000

_OUR_OWN_STOPS = (-3, -20)
"""Chromium's net errors ABORTED (a refused or replaced navigation) and BLOCKED_BY_CLIENT (outside
the list).
"""


NOT_DONE = {
    DialogKind.FILE: N_("Files cannot be chosen on this kiosk. Put your paper on the scanner."),
    DialogKind.DOWNLOAD: N_("Files cannot be saved on this kiosk."),
    DialogKind.PDF: N_("This document cannot be opened here. Please tell your adviser."),
    DialogKind.PRINT: N_("This kiosk prints no web pages. Please tell your adviser."),
}
"""What the caller is told when a page wants what a kiosk does not do."""


class KioskBrowser(QFrame):
    """Shows web pages of the session's list, one caller's browsing at a time.

    Args:
        folder: where pictures of the page are on their way to the desk;
            the system's own by default.

    Signals: events_pushed(text): JSON of the recorder. page_shown(address, title, width_px,
        height_px): a page is loaded; size of its viewport. address_refused(address, code): the page
        tried to leave the list, or could not be loaded. pointer_painted(x_px, y_px): the agent's
        pointer is on the screen, in pixels of the viewport. share_stop_requested(): the caller
        wants the agent to see the page no more. dialog_shown(DialogShown),
        dialog_closed(dialog_id): the page asks the caller, or wants what a kiosk does not.
        take_back_requested(): the caller wants the agent to act in the page no more. touched(): the
        caller touched the page or a button of the browser. stop_key_pressed(): the caller pressed
        Escape while the page has the keyboard. proposal_answered(taken): the caller's answer to a
        value that the agent proposed.
    """

    events_pushed = pyqtSignal(str)
    page_shown = pyqtSignal(str, str, int, int)
    address_refused = pyqtSignal(str, str)
    pointer_painted = pyqtSignal(int, int)
    share_stop_requested = pyqtSignal()
    dialog_shown = pyqtSignal(object)
    dialog_closed = pyqtSignal(str)
    take_back_requested = pyqtSignal()
    touched = pyqtSignal()
    stop_key_pressed = pyqtSignal()
    proposal_answered = pyqtSignal(bool)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        folder: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(parent)
        self._clock: Clock = clock or SystemClock()
        self.setObjectName("browser")
        self._folder = folder or Path(tempfile.gettempdir())
        self._allowed = AllowList()
        self._sharing = self._stopped = False
        self._view = QWebEngineView()
        self._view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._web = self._new_web()
        self._injector = InputInjector(self._view, lambda: self._web.page)
        self._injector.touched.connect(self.touched)
        self._injector.stop_key_pressed.connect(self.stop_key_pressed)
        self._marks = MarksLayer(
            self._view, self._injector, zoom=lambda: self._web.page.zoomFactor()
        )
        self._pointer = PointerLayer(self._view)
        self._pointer.painted.connect(self.pointer_painted)
        self._dialog = DialogCard(self._view)
        self._dialog.answered.connect(
            lambda dialog_id, ok, text: self._web.dialogs.answer(dialog_id, ok, text)
        )
        self.refusal = RefusedPage(self._view)
        self.refusal.closed.connect(self._show_buttons)
        self._pointer_timer = self._single_shot(POINTER_STAYS_MS, self._pointer.remove)
        self._notice_timer = self._single_shot(NOTICE_STAYS_MS, self._hide_notice)
        self._build()
        self.retranslate()
        self._show_empty(True)

    @staticmethod
    def _single_shot(wait_ms: int, on_timeout: Callable[[], None]) -> QTimer:
        timer = QTimer()
        timer.setSingleShot(True)
        timer.setInterval(wait_ms)
        timer.timeout.connect(on_timeout)
        return timer

    # ---- building ----

    def _build(self) -> None:
        self._back = BigButton(
            "plain", "mdi6.arrow-left", icon_u=3.2, size="body", margins=(1.2, 0.3, 1.6, 0.3)
        )
        self._up = BigButton(
            "plain", "mdi6.chevron-up", icon_u=3.6, size="body", margins=(0.6, 0.3, 0.6, 0.3)
        )
        self._down = BigButton(
            "plain", "mdi6.chevron-down", icon_u=3.6, size="body", margins=(0.6, 0.3, 0.6, 0.3)
        )
        self._stop = BigButton(
            "danger",
            "mdi6.eye-off",
            colour=WHITE,
            icon_u=3.2,
            size="body",
            margins=(1.4, 0.3, 1.8, 0.3),
        )
        for button, name in (
            (self._back, "back"),
            (self._up, "up"),
            (self._down, "down"),
            (self._stop, "stop_share"),
        ):
            button.setObjectName(f"browser_{name}")
            button.setMinimumSize(64, 64)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._back.clicked.connect(self.go_back)
        self._up.clicked.connect(lambda: self._scroll(-1))
        self._down.clicked.connect(lambda: self._scroll(1))
        for button in (self._back, self._up, self._down):
            button.clicked.connect(self.touched)
        self.act_strip, self.proposal = ActStrip(), ProposalStrip()
        self.act_strip.take_back_requested.connect(self.take_back_requested)
        self.proposal.answered.connect(self.proposal_answered)
        self._stop.clicked.connect(self.share_stop_requested)
        self._title, self._host = ElidedLabel(), ElidedLabel()
        self._title.setProperty("look", "body")
        self._title.setProperty("heavy", True)
        self._host.setProperty("look", "small")
        self._host.setProperty("tone", "grey")
        self._notice = label("body")
        self._notice.setObjectName("browser_notice")
        self._notice.hide()
        column = spaced(QVBoxLayout(self))
        column.addWidget(self._toolbar())
        column.addWidget(self._notice)
        column.addWidget(self.act_strip)
        column.addWidget(self.proposal)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty_page())
        self._stack.addWidget(self._view)
        column.addLayout(self._stack, 1)
        self.setStyleSheet(
            f"#browser {{ background: {WHITE}; }}"
            f"#browser_bar {{ background: {PAPER}; border-bottom: 2px solid {LINE}; }}"
            f"#browser_notice {{ background: {SKY}; color: {INK}; padding: 12px 16px; }}"
            f"#browser_empty {{ background: {PAPER}; }}"
        )

    def _toolbar(self) -> QWidget:
        bar = QFrame()
        bar.setObjectName("browser_bar")
        words = spaced(QVBoxLayout(), spacing=0.2)
        words.addStretch(1)
        words.addWidget(self._title)
        words.addWidget(self._host)
        words.addStretch(1)
        row = spaced(QHBoxLayout(bar), (1,), 1)
        row.setContentsMargins(8, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._back)
        row.addLayout(words, 1)
        for button in (self._up, self._down, self._stop):
            row.addWidget(button)
        return bar

    def _empty_page(self) -> QWidget:
        page = QFrame()
        page.setObjectName("browser_empty")
        self._empty_words = label("lead", centred=True)
        column = spaced(QVBoxLayout(page), (3,), 2)
        column.addStretch(1)
        column.addWidget(IconView("mdi6.web", 12, colour=BLUE), 0, Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._empty_words)
        column.addStretch(1)
        return page

    def _new_web(self) -> CallerWeb:
        web = CallerWeb(self._allowed, self, folder=self._folder, clock=self._clock)
        web.events_pushed.connect(self.events_pushed)
        web.refused.connect(self._on_refused)
        web.not_done.connect(self._on_not_done)
        web.said.connect(self._show_notice)
        web.dialogs.asked.connect(self._on_asked)
        web.dialogs.closed.connect(self._on_answered)
        web.page.loadingChanged.connect(self._on_loading_changed)
        web.page.titleChanged.connect(self._on_title_changed)
        web.page.urlChanged.connect(self._on_url_changed)
        self._view.setPage(web.page)
        return web

    # ---- BrowserLike ----

    def set_allowed(self, prefixes: Sequence[str]) -> None:
        """URL prefixes that may be opened from now on."""
        self._allowed = AllowList(prefixes)
        self._web.set_allowed(self._allowed)

    def open(self, address: str) -> bool:
        """Opens an address; False when it is not on the list."""
        if not self._web.allows(address):
            return False
        self._show_empty(False)
        self.refusal.end()
        self._web.dialogs.dismiss()  # a page that waits for an answer cannot leave
        self._web.page.load(QUrl(address))
        return True

    def start_sharing(self) -> None:
        """Puts the recorder in; the button that stops it appears."""
        self._sharing = True
        self._web.start_sharing()
        self._show_buttons()

    def stop_sharing(self) -> None:
        """Takes the recorder out."""
        self._sharing = False
        self._web.stop_sharing()
        self._show_buttons()

    def request_snapshot(self) -> None:
        """Asks the recorder for a full picture."""
        self._web.request_snapshot()

    def show_pointer(self, x: float, y: float) -> None:
        """Paints the agent's pointer at a fraction (0..1) of the viewport, over the page."""
        self._pointer.setGeometry(self._view.rect())
        self._pointer.show_at(x, y)
        self._pointer_timer.start()

    def hide_pointer(self) -> None:
        """Removes the pointer."""
        self._pointer_timer.stop()
        self._pointer.remove()

    def fetch_resource(self, address: str, on_fetched: Callable[[bytes, str], None]) -> None:
        """A picture or font that the page itself loaded;
        calls back with bytes and media type, or empty ones.
        """
        self._web.fetch(address, on_fetched)

    # ---- ControlledPage: what the agent does in the page ----

    def ask(
        self, document: str, what: str, values: Sequence[object], on_answer: Callable[[str], None]
    ) -> None:
        """Asks the page script; JSON, or "" when the page is another document."""
        self._injector.ask(document, what, values, on_answer)

    def click(self, x: float, y: float) -> None:
        """A trusted click at CSS pixels of the viewport."""
        self._end_refusal()
        self._injector.click(x, y)

    def commit(self, text: str) -> None:
        """Trusted text where the keyboard is."""
        self._end_refusal()
        self._injector.commit(text)

    def press(self, key: PageKey) -> None:
        """A trusted key."""
        self._end_refusal()
        self._injector.press(key)

    def go(self, step: HistoryStep) -> None:
        """Back, forward, or the same page again."""
        self._end_refusal()
        self._injector.go(step)

    def zoom(self, percent: int) -> None:
        """Shows the page larger or smaller."""
        self._injector.zoom(percent)

    def show_acting(self, may_act: bool) -> None:
        """Shows the caller whether the agent may act in the page."""
        self.act_strip.show_acting(may_act)
        self._marks.setGeometry(self._view.rect())
        self._marks.set_acting(may_act)

    def show_active(self) -> None:
        """The agent has just acted."""
        self.act_strip.show_active()

    def show_paused(self) -> None:
        """The caller is in charge for a moment."""
        self.act_strip.show_paused()

    def highlight(self, document: str, node: int) -> None:
        """Keeps a frame around a node."""
        self._marks.setGeometry(self._view.rect())
        self._marks.highlight(document, node)

    def draw_arrow(
        self, document: str, start: tuple[float, float], end: tuple[float, float]
    ) -> None:
        """An arrow between fractions of the viewport."""
        self._marks.setGeometry(self._view.rect())
        self._marks.draw_arrow(document, start, end)

    def remove_marks(self) -> None:
        """No frame and no arrow."""
        self._marks.remove()

    def propose(self, field: str, value: str) -> None:
        """Shows a value for a field; `proposal_answered` follows, or nothing."""
        self.proposal.propose(field, value)

    def end_proposal(self) -> None:
        """The proposal is over."""
        self.proposal.end()

    # ---- the caller's buttons ----

    def go_back(self) -> None:
        """One page back, as far as the list allows; from a refusal to the page that led there."""
        if not self.refusal.isHidden():
            self.refusal.leave()
            return
        history = self._web.page.history()
        if history is not None and history.canGoBack():
            history.back()

    def _scroll(self, pages: int) -> None:
        self._web.page.runJavaScript(
            f"scrollBy({{top: {pages} * innerHeight * 0.8, behavior: 'smooth'}})", 0
        )

    # ---- the end of a session ----

    def wipe(self, on_wiped: Callable[[bool], None]) -> None:
        """Destroys everything of the caller: pages, cookies, history;
        a fresh browser stands ready at once.

        Args:
            on_wiped: called once, within seconds, when the old one is destroyed;
                True when nothing of it is left.
        """
        old = self._web
        self.hide_pointer()
        self._hide_notice()
        self.refusal.end()
        self._marks.remove()
        self.proposal.end()
        self.show_acting(False)
        self._sharing = False
        self._allowed = AllowList()
        self._web = self._new_web()
        self._title.clear()
        self._host.clear()
        self._show_empty(True)

        def on_gone(gone: bool) -> None:
            old.deleteLater()
            on_wiped(gone)

        old.close(on_gone)

    # ---- facts from the page ----

    def _on_loading_changed(self, loading: QWebEngineLoadingInfo) -> None:
        url = loading.url()
        if url.scheme() not in ("http", "https"):
            return
        self._show_buttons()
        if loading.status() == QWebEngineLoadingInfo.LoadStatus.LoadStartedStatus:
            self._stopped = False
        if loading.status() == QWebEngineLoadingInfo.LoadStatus.LoadSucceededStatus:
            self.page_shown.emit(
                written(url), self._web.page.title(), self._view.width(), self._view.height()
            )
        elif loading.status() == QWebEngineLoadingInfo.LoadStatus.LoadFailedStatus and (
            not self._stopped and loading.errorCode() not in _OUR_OWN_STOPS
        ):
            self._show_notice(_("This page does not answer. Please tell the agent."))
            self.address_refused.emit(written(url), SessionError.code)

    def _on_title_changed(self, title: str) -> None:
        self._title.setText(title if self._web.page.url().scheme() in ("http", "https") else "")

    def _on_url_changed(self, url: QUrl) -> None:
        self.refusal.end()
        self._host.setText(url.host())
        self._show_buttons()

    def _on_refused(self, address: str) -> None:
        self._stopped = True  # the load that fails now is our own doing
        at = self._web.page.url().scheme()
        self.refusal.setGeometry(self._view.rect())
        self.refusal.refuse(
            QUrl(address).host(),
            why_refused(address, self._allowed),
            has_page=at in ("http", "https"),
        )
        self._show_buttons()
        self.address_refused.emit(address, AddressNotAllowed.code)

    # ---- what the page shows beside itself ----

    @property
    def dialog(self) -> DialogCard:
        """The page's question, over the page."""
        return self._dialog

    def _on_asked(self, question: Question) -> None:
        self._dialog.setGeometry(self._view.rect())
        self._dialog.ask(question, self._web.page.url().host())
        text = question.text[:MAX_TEXT]
        self.dialog_shown.emit(
            DialogShown(dialog_id=question.dialog_id, kind=question.kind, text=text, waits=True)
        )

    def _on_answered(self, dialog_id: str) -> None:
        self._dialog.end(dialog_id)
        self.dialog_closed.emit(dialog_id)

    def _on_not_done(self, kind: DialogKind, name: str) -> None:
        self._show_notice(_(NOT_DONE[kind]))
        self.dialog_shown.emit(
            DialogShown(dialog_id=new_id(), kind=kind, text=name[:MAX_TEXT], waits=False)
        )

    # ---- what is seen ----

    def _show_empty(self, empty: bool) -> None:
        self._stack.setCurrentIndex(0 if empty else 1)
        self._show_buttons()

    def _show_buttons(self) -> None:
        history = self._web.page.history()
        shown = self._stack.currentIndex() == 1
        may_go = not self.refusal.isHidden() or (history is not None and history.canGoBack())
        self._back.setEnabled(shown and may_go)
        self._up.setEnabled(shown)
        self._down.setEnabled(shown)
        self._stop.setVisible(self._sharing)

    def _end_refusal(self) -> None:
        """The agent acts in the page beneath: the caller must see it."""
        if not self.refusal.isHidden():
            self.refusal.leave()

    def _show_notice(self, text: str) -> None:
        self._notice.setText(text)
        self._notice.setVisible(bool(text))
        self._notice_timer.start()

    def _hide_notice(self) -> None:
        self._notice_timer.stop()
        self._notice.hide()

    @property
    def view(self) -> QWebEngineView:
        """The view, for tests and for reading back what is shown."""
        return self._view

    def retranslate(self) -> None:
        """Says every text again, in the language in use."""
        self._back.set_words(_("Back"))
        self._up.set_words("", _("Scroll up"))
        self._down.set_words("", _("Scroll down"))
        self._stop.set_words(_("Hide my page"), _("Your adviser sees this page. Hide it."))
        self._dialog.retranslate()
        self.refusal.retranslate()
        self.act_strip.retranslate()
        self.proposal.retranslate()
        self._empty_words.setText(_("The agent can open a page here and look at it with you."))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keeps the pointer's layer over the page."""
        super().resizeEvent(event)
        for layer in (self._marks, self._pointer, self._dialog, self.refusal):
            layer.setGeometry(self._view.rect())

    def sizeHint(self) -> QSize:
        """Room for a page."""
        return QSize(800, 700)
