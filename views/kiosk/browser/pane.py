# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's browser pane: the web page that caller and agent look at together, with its few big
buttons.

Used by the kiosk's window. `session.kiosk.cobrowse.shared_page` drives it (it is a `BrowserLike`).
The page itself is behind a `PageSide`, in a process of its own: nothing here waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QStackedLayout, QVBoxLayout, QWidget

from resources.texts import N_, _, language
from session.bus.rate_limits import RateLimits
from session.core.clock import Clock, SystemClock
from session.core.errors import AddressNotAllowed, SessionError
from session.kiosk.cobrowse import browser_messages as messages
from session.kiosk.cobrowse.shared_page import NOTICES_BURST, NOTICES_PER_S
from session.protocol.conversation.allowed_addresses import AllowList
from session.protocol.conversation.mirror_messages import DialogKind, DialogShown
from views.kiosk.browser.bar import BrowserBar, NoticeLine
from views.kiosk.browser.calm_page import CalmPage, WebPageTrouble
from views.kiosk.browser.page_control import PageControl, PageSide
from views.kiosk.widgets.hold_off import FingerWatch
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import label
from views.kiosk.widgets.theme import BLUE, spaced, unit_px

EMPTY, PAGE, CALM = range(3)
"""What stands under the buttons: words before the first page, the page, words instead of it."""

NOT_DONE = {
    DialogKind.FILE: N_("Files cannot be chosen on this kiosk. Put your paper on the scanner."),
    DialogKind.DOWNLOAD: N_("Files cannot be saved on this kiosk. Please tell your adviser."),
    DialogKind.PDF: N_("This document cannot be opened here. Please tell your adviser."),
    DialogKind.PRINT: N_("This kiosk prints no web pages. Please tell your adviser."),
}
"""What the caller is told when a page wants what a kiosk does not do."""


class KioskBrowser(QFrame):
    """Shows web pages of the session's list, one caller's browsing at a time.

    Signals: reported(BrowserFact, bytes): what happened in the page, as `BrowserLike` of
        `session.kiosk.cobrowse.shared_page` says it; a touch of a button here counts as one.

    Attributes:
        controlled: what agent and script do in the page.
        bar: the buttons over it.
        notice: the line under them.
    """

    reported = pyqtSignal(object, bytes)

    def __init__(
        self,
        page: PageSide,
        parent: QWidget | None = None,
        *,
        fingers: FingerWatch | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("browser")
        self._page = page
        self.controlled = PageControl(page, self.reported, fingers=fingers)
        self._allowed = AllowList()
        self._sharing = False
        self._address = self._dialog_id = ""
        self._look = messages.UseAppearance("", 0.0)
        self._text = 1.0
        self._contrast = False
        self._notices = RateLimits(clock or SystemClock(), NOTICES_PER_S, burst=NOTICES_BURST)
        self.calm = CalmPage()
        self.calm.left.connect(self._leave_page)
        self.calm.closed.connect(self._close_page)
        self._build()
        self.retranslate()
        self._show(EMPTY)
        page.reported.connect(self._on_reported)

    # ---- building ----

    def _build(self) -> None:
        self.bar = BrowserBar()
        self.bar.back_pressed.connect(self.go_back)
        self.bar.scrolled.connect(self._scroll)
        self.notice = NoticeLine()
        column = spaced(QVBoxLayout(self))
        column.addWidget(self.bar)
        column.addWidget(self.notice.label)
        column.addWidget(self.controlled.act_strip)
        column.addWidget(self.controlled.proposal)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty_page())
        self._stack.addWidget(self._page.widget)
        self._stack.addWidget(self.calm)
        column.addLayout(self._stack, 1)

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

    # ---- BrowserLike ----

    def set_allowed(self, prefixes: Sequence[str]) -> None:
        """URL prefixes that may be opened from now on."""
        self._allowed = AllowList(prefixes)
        self._page.obey(messages.AllowPages(tuple(prefixes)))

    def open(self, address: str) -> bool:
        """Opens an address; False when it is not on the list."""
        if not self._allowed.allows(address):
            return False
        self._address = address
        self._show(PAGE)
        self._page.obey(messages.LoadPage(address))
        if self._text != 1.0:
            self.controlled.zoom(round(self._text * 100))
        return True

    def show_choices(self, text: float, contrast: bool) -> None:
        """The caller wants letters so many times as large, and light ones on black: pages follow,
        those to come too.
        """
        is_resized, self._text, self._contrast = text != self._text, text, contrast
        self._send_appearance()
        if is_resized and self._stack.currentIndex() == PAGE:
            self.controlled.zoom(round(text * 100))

    def start_sharing(self) -> None:
        """Puts the recorder in; an eye says so."""
        self._sharing = True
        self._page.obey(messages.ShareBegin())
        self._show_buttons()

    def stop_sharing(self) -> None:
        """Takes the recorder out."""
        self._sharing = False
        self._page.obey(messages.ShareEnd())
        self._show_buttons()

    def request_snapshot(self) -> None:
        """Asks the recorder for a full picture."""
        self._page.obey(messages.TakeSnapshot())

    def show_pointer(self, x: float, y: float) -> None:
        """Paints the agent's pointer at a fraction (0..1) of the viewport, over the page."""
        self._page.obey(messages.PointAt(x, y))

    def hide_pointer(self) -> None:
        """Removes the pointer."""
        self._page.obey(messages.PointAway())

    def fetch_resource(self, address: str, on_fetched: Callable[[bytes, str], None]) -> None:
        """A picture or font that the page itself loaded;
        calls back with bytes and media type, or empty ones.
        """
        self._page.obey(
            messages.FetchPart(self.controlled.answers.expect_part(on_fetched), address)
        )

    @property
    def page_widget(self) -> QWidget:
        """The widget where the page is seen."""
        return self._page.widget

    # ---- the caller's buttons ----

    def go_back(self) -> None:
        """One page back, as far as the list allows; from a refusal to the page that led there."""
        self._page.obey(messages.GoBack())
        self.reported.emit(messages.PageTouched(), b"")

    def _scroll(self, screens: int) -> None:
        self._page.obey(messages.ScrollPages(screens))
        self.reported.emit(messages.PageTouched(), b"")

    # ---- the end of a session ----

    def wipe(self, on_wiped: Callable[[bool], None]) -> None:
        """Destroys everything of the caller: pages, cookies, history;
        a fresh browser stands ready at once.

        Args:
            on_wiped: called once, when the old one is destroyed, True; False when something of it
                is still left after half a minute.
        """
        self.notice.hide()
        self.controlled.end()
        self._sharing = False
        self._allowed = AllowList()
        self._address = self._dialog_id = ""
        self._page.forget(on_wiped)
        self.controlled.answers.drop()
        self._show_view(messages.ViewChanged())
        self._show(EMPTY)

    # ---- facts from the page ----

    def _on_reported(self, fact: messages.BrowserFact, body: bytes) -> None:
        match fact:
            case messages.PageLoaded(address=address):
                self._address = address
                self.reported.emit(fact, b"")
            case messages.AddressStopped(code=code):
                if code != AddressNotAllowed.code:
                    self.notice.show(_("This page does not answer. Please tell your adviser."))
                self.reported.emit(fact, b"")
            case (
                messages.EventsPushed()
                | messages.PointerDrawn()
                | messages.PageTouched()
                | messages.StopKeyPressed()
            ):
                self.reported.emit(fact, body)
            case messages.ViewChanged():
                self._show_view(fact)
            case messages.PageNotice(text=text):
                if self._notices.take("notice"):  # of those without end the first is enough
                    self.notice.show(text)
            case messages.PageSilent(silent=silent):
                self._on_silent(silent)
            case messages.PageDied(greedy=greedy):
                self._on_died(greedy)
            case _:
                self._on_answer(fact, body)

    def _on_answer(self, fact: messages.BrowserFact, body: bytes) -> None:
        """Questions to the caller, and answers to what was asked of the page."""
        match fact:
            case messages.QuestionShown(dialog=dialog):
                self._on_question(dialog)
            case messages.QuestionClosed():
                self._dialog_id = ""
                self.reported.emit(fact, b"")
            case messages.PageAnswered(number=number, text=text):
                self.controlled.answers.take_text(number, text)
            case messages.PartFetched(number=number, media_type=media_type):
                self.controlled.answers.take_part(number, body, media_type)

    def _on_silent(self, silent: bool) -> None:
        if silent and self._stack.currentIndex() == PAGE:
            self.calm.show_trouble(WebPageTrouble.SILENT, may_leave=self.bar.may_go_back)
            self._show(CALM)
        elif not silent and self.calm.trouble is WebPageTrouble.SILENT:
            self._show(PAGE)

    def _on_died(self, greedy: bool) -> None:
        """The caller is told in the page's place, and the agent as of a page that does not
        answer.
        """
        self.controlled.answers.drop()
        if self._dialog_id:
            self.reported.emit(messages.QuestionClosed(self._dialog_id), b"")
        if self._stack.currentIndex() != EMPTY:
            self.calm.show_trouble(
                WebPageTrouble.GREEDY if greedy else WebPageTrouble.DIED, may_leave=not greedy
            )
            self._show(CALM)
            refusal = messages.AddressStopped(self._address, SessionError.code)
            self.reported.emit(refusal, b"")

    def _close_page(self) -> None:
        """The caller wants no more of a page that does not answer."""
        self._page.obey(messages.EndPage())
        self._show_view(messages.ViewChanged())
        self._show(EMPTY)

    def _leave_page(self) -> None:
        """Back, from a page that does not answer or has died."""
        if self.calm.trouble is WebPageTrouble.SILENT:
            self._page.obey(messages.EndPage(back=True))
            self._show(PAGE)
        else:
            self.open(self._address)

    def _on_question(self, dialog: DialogShown) -> None:
        if not dialog.waits and not self._notices.take(dialog.kind):
            return
        if not dialog.waits and dialog.kind in NOT_DONE:
            self.notice.show(_(NOT_DONE[dialog.kind]))
        if dialog.waits:
            self._dialog_id = dialog.dialog_id
        self.reported.emit(messages.QuestionShown(dialog), b"")

    # ---- what is seen ----

    def _show_view(self, changed: messages.ViewChanged) -> None:
        self.bar.show_view(changed)
        self._show_buttons()

    def _show(self, what: int) -> None:
        if what != CALM:
            self.calm.trouble = None
        self._stack.setCurrentIndex(what)
        self._show_buttons()

    def _show_buttons(self) -> None:
        has_page = self._stack.currentIndex() == PAGE
        self.bar.show_buttons(has_page=has_page, is_shared=self._sharing)

    def retranslate(self) -> None:
        """Says every text again, in the language in use."""
        self.bar.retranslate()
        self.controlled.retranslate()
        self.calm.retranslate()
        self._empty_words.setText(_("Your adviser can open a page here and look at it with you."))
        self._send_appearance()

    def _send_appearance(self) -> None:
        """The page speaks the screen's language, in its size."""
        window = self.window() or self
        unit = unit_px(window.width(), window.height())
        look = messages.UseAppearance(language(), unit, self._text, self._contrast)
        if look != self._look:
            self._look = look
            self._page.obey(look)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Adapt what lies over the page: it keeps the size of the window's texts."""
        super().resizeEvent(event)
        self._send_appearance()

    def hasHeightForWidth(self) -> bool:
        """False: whoever holds it decides its size, whatever its texts would like to have."""
        return False

    def sizeHint(self) -> QSize:
        """Room for a page."""
        return QSize(800, 700)
