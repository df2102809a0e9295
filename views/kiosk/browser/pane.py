# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's browser pane: the web page that caller and agent look at together, with its few big
buttons.

Used by the kiosk's window. `session.kiosk.cobrowse.shared_page` drives it (it is a `BrowserLike`).
The page itself is behind a `PageSide`, in a process of its own: nothing here waits for it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Protocol

from PyQt6.QtCore import QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from resources.texts import N_, _, language
from session.bus.rate_limits import RateLimits
from session.core.clock import Clock, SystemClock
from session.core.errors import AddressNotAllowed, SessionError
from session.kiosk.cobrowse import browser_messages as messages
from session.kiosk.cobrowse.shared_page import NOTICES_BURST, NOTICES_PER_S, SignalLike
from session.protocol.conversation.allowed_addresses import AllowList
from session.protocol.conversation.mirror_messages import DialogKind, DialogShown
from session.protocol.conversation.remote_control import HistoryStep, PageKey
from views.kiosk.browser.act_strip import ActStrip, ProposalStrip
from views.kiosk.browser.calm_page import CalmPage, WebPageTrouble
from views.kiosk.widgets.hold_off import FingerWatch
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import BLUE, spaced, unit_px
from views.widgets.parts import ElidedLabel

NOTICE_STAYS_MS = 8_000

EMPTY, PAGE, CALM = range(3)
"""What stands under the buttons: words before the first page, the page, words instead of it."""

NOT_DONE = {
    DialogKind.FILE: N_("Files cannot be chosen on this kiosk. Put your paper on the scanner."),
    DialogKind.DOWNLOAD: N_("Files cannot be saved on this kiosk."),
    DialogKind.PDF: N_("This document cannot be opened here. Please tell your adviser."),
    DialogKind.PRINT: N_("This kiosk prints no web pages. Please tell your adviser."),
}
"""What the caller is told when a page wants what a kiosk does not do."""


class PageSide(Protocol):
    """The caller's page: `views.kiosk.browser.page_process.PageProcesses`, in the program."""

    @property
    def reported(self) -> SignalLike:
        """(BrowserFact, bytes): what happened there."""
        ...

    @property
    def widget(self) -> QWidget:
        """The widget where the page is seen."""
        ...

    def obey(self, command: messages.BrowserCommand) -> None:
        """Passes a command on; nothing waits for it."""
        ...

    def forget(self, on_gone: Callable[[bool], None]) -> None:
        """Destroys everything of the caller; calls back once, with True when nothing is left."""
        ...


class KioskBrowser(QFrame):
    """Shows web pages of the session's list, one caller's browsing at a time.

    Signals: reported(BrowserFact, bytes): what happened in the page, as `BrowserLike` of
        `session.kiosk.cobrowse.shared_page` says it; a touch of a button here counts as one.
        proposal_answered(taken): the caller's answer to a value that the agent proposed; no fact,
        so that no page can give it.
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
        self._fingers = fingers
        self.setObjectName("browser")
        self._page = page
        self._allowed = AllowList()
        self._sharing = self._may_go_back = False
        self._address = self._dialog_id = ""
        self._look = messages.UseAppearance("", 0.0)
        self._text = 1.0
        self._contrast = False
        self._numbers = itertools.count(1)
        self._asked: dict[int, Callable[[str], None]] = {}
        self._fetched: dict[int, Callable[[bytes, str], None]] = {}
        self._notices = RateLimits(clock or SystemClock(), NOTICES_PER_S, burst=NOTICES_BURST)
        self._notice_timer = QTimer()
        self._notice_timer.setSingleShot(True)
        self._notice_timer.setInterval(NOTICE_STAYS_MS)
        self._notice_timer.timeout.connect(self._hide_notice)
        self.calm = CalmPage()
        self.calm.left.connect(self._leave_page)
        self.calm.closed.connect(self._close_page)
        self._build()
        self.retranslate()
        self._show(EMPTY)
        page.reported.connect(self._on_reported)

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
        for button, name in (
            (self._back, "back"),
            (self._up, "up"),
            (self._down, "down"),
        ):
            button.setObjectName(f"browser_{name}")
            button.setMinimumSize(64, 64)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._back.clicked.connect(self.go_back)
        self._up.clicked.connect(lambda: self._page.obey(messages.ScrollPages(-1)))
        self._down.clicked.connect(lambda: self._page.obey(messages.ScrollPages(1)))
        for button in (self._back, self._up, self._down):
            button.clicked.connect(lambda: self.reported.emit(messages.PageTouched(), b""))
        self.act_strip = ActStrip()
        self.proposal = ProposalStrip(self._fingers)
        self.proposal_answered = self.proposal.answered
        self.seen = IconView("eye", 3.2, colour=BLUE)
        self.seen.setObjectName("browser_seen")
        self.seen.hide()
        self._title = ElidedLabel()
        self._host = ElidedLabel()
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
        self._stack.addWidget(self._page.widget)
        self._stack.addWidget(self.calm)
        column.addLayout(self._stack, 1)

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
        row.addWidget(self.seen)
        row.addLayout(words, 1)
        for button in (self._up, self._down):
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
            self.zoom(round(self._text * 100))
        return True

    def show_choices(self, text: float, contrast: bool) -> None:
        """The caller wants letters so many times as large, and light ones on black: pages follow,
        those to come too.
        """
        is_resized, self._text, self._contrast = text != self._text, text, contrast
        self._send_appearance()
        if is_resized and self._stack.currentIndex() == PAGE:
            self.zoom(round(text * 100))

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
        self._page.obey(messages.FetchPart(self._expect_part(on_fetched), address))

    def _expect_part(self, on_fetched: Callable[[bytes, str], None]) -> int:
        number = next(self._numbers)
        self._fetched[number] = on_fetched
        return number

    def _expect_answer(self, on_answer: Callable[[str], None]) -> int:
        number = next(self._numbers)
        self._asked[number] = on_answer
        return number

    # ---- ControlledPage: what the agent does in the page ----

    def ask(
        self, document: str, what: str, values: Sequence[object], on_answer: Callable[[str], None]
    ) -> None:
        """Asks the page script; JSON, or "" when the page is another document."""
        number = self._expect_answer(on_answer)
        self._page.obey(messages.AskPage(number, document, what, tuple(values)))

    def click(self, x: float, y: float) -> None:
        """A trusted click at CSS pixels of the viewport."""
        self._page.obey(messages.ClickAt(x, y))

    def commit(self, text: str) -> None:
        """Trusted text where the keyboard is."""
        self._page.obey(messages.CommitText(text))

    def press(self, key: PageKey) -> None:
        """A trusted key."""
        self._page.obey(messages.PressKey(key))

    def go(self, step: HistoryStep) -> None:
        """Back, forward, or the same page again."""
        self._page.obey(messages.GoTo(step))

    def zoom(self, percent: int) -> None:
        """Shows the page larger or smaller."""
        self._page.obey(messages.ZoomTo(percent))

    def show_acting(self, may_act: bool) -> None:
        """Shows the caller whether the agent may act in the page."""
        self.act_strip.show_acting(may_act)
        self._page.obey(messages.MayAct(may_act))

    def show_active(self) -> None:
        """The agent has just acted."""
        self.act_strip.show_active()

    def show_paused(self) -> None:
        """The caller is in charge for a moment."""
        self.act_strip.show_paused()

    def highlight(self, document: str, node: int) -> None:
        """Keeps a frame around a node."""
        self._page.obey(messages.MarkNode(document, node))

    def draw_arrow(
        self, document: str, start: tuple[float, float], end: tuple[float, float]
    ) -> None:
        """An arrow between fractions of the viewport."""
        self._page.obey(messages.MarkArrow(document, start, end))

    def remove_marks(self) -> None:
        """No frame and no arrow."""
        self._page.obey(messages.UnmarkPage())

    def propose(self, field: str, value: str) -> None:
        """Shows a value for a field; `proposal_answered` follows, or nothing."""
        self.proposal.propose(field, value)

    def end_proposal(self) -> None:
        """The proposal is over."""
        self.proposal.end()

    # ---- what a script does and sees ----

    def read_field(self, selector: str, on_answer: Callable[[str], None]) -> None:
        """Read what a field of the page holds, as JSON; "" when the page cannot be asked."""
        self._page.obey(messages.ReadField(self._expect_answer(on_answer), selector))

    def type_in_field(self, selector: str, text: str) -> None:
        """Types into a field of the page, as the caller does."""
        self._page.obey(messages.TypeInField(selector, text))

    def take_picture(self, on_taken: Callable[[bytes, str], None]) -> None:
        """Take a picture of what is seen of the page now (PNG), and its media type;
        empty when there is none.
        """
        self._page.obey(messages.TakePicture(self._expect_part(on_taken)))

    @property
    def page_widget(self) -> QWidget:
        """The widget where the page is seen."""
        return self._page.widget

    # ---- the caller's buttons ----

    def go_back(self) -> None:
        """One page back, as far as the list allows; from a refusal to the page that led there."""
        self._page.obey(messages.GoBack())

    # ---- the end of a session ----

    def wipe(self, on_wiped: Callable[[bool], None]) -> None:
        """Destroys everything of the caller: pages, cookies, history;
        a fresh browser stands ready at once.

        Args:
            on_wiped: called once, when the old one is destroyed, True; False when something of it
                is still left after half a minute.
        """
        self._hide_notice()
        self.proposal.end()
        self.act_strip.show_acting(False)
        self._sharing = False
        self._allowed = AllowList()
        self._address = self._dialog_id = ""
        self._page.forget(on_wiped)
        self._drop_questions()
        self._show_view(messages.ViewChanged())
        self._show(EMPTY)

    def _drop_questions(self) -> None:
        """Nobody will answer what was asked of a page that is gone."""
        answer_callbacks, fetched = list(self._asked.values()), list(self._fetched.values())
        self._asked.clear()
        self._fetched.clear()
        for on_answer in answer_callbacks:
            on_answer("")
        for on_fetched in fetched:
            on_fetched(b"", "")

    # ---- facts from the page ----

    def _on_reported(self, fact: messages.BrowserFact, body: bytes) -> None:
        match fact:
            case messages.PageLoaded(address=address):
                self._address = address
                self.reported.emit(fact, b"")
            case messages.AddressStopped(code=code):
                if code != AddressNotAllowed.code:
                    self._show_notice(_("This page does not answer. Please tell the agent."))
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
                self._on_notice(text)
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
                if (on_answer := self._asked.pop(number, None)) is not None:
                    on_answer(text)
            case messages.PartFetched(number=number, media_type=media_type):
                if (on_fetched := self._fetched.pop(number, None)) is not None:
                    on_fetched(body, media_type)

    def _on_silent(self, silent: bool) -> None:
        if silent and self._stack.currentIndex() == PAGE:
            self.calm.show_trouble(WebPageTrouble.SILENT, may_leave=self._may_go_back)
            self._show(CALM)
        elif not silent and self.calm.trouble is WebPageTrouble.SILENT:
            self._show(PAGE)

    def _on_died(self, greedy: bool) -> None:
        """The caller is told in the page's place, and the agent as of a page that does not
        answer.
        """
        self._drop_questions()
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

    def _on_notice(self, text: str) -> None:
        """A page that says something all the time: what stands there is enough."""
        if self._notices.take("notice"):
            self._show_notice(text)

    def _on_question(self, dialog: DialogShown) -> None:
        if not dialog.waits and not self._notices.take(dialog.kind):
            return
        if not dialog.waits and dialog.kind in NOT_DONE:
            self._show_notice(_(NOT_DONE[dialog.kind]))
        if dialog.waits:
            self._dialog_id = dialog.dialog_id
        self.reported.emit(messages.QuestionShown(dialog), b"")

    # ---- what is seen ----

    def _show_view(self, changed: messages.ViewChanged) -> None:
        self._title.setText(changed.title)
        self._host.setText(changed.host)
        self._may_go_back = changed.may_go_back
        self._show_buttons()

    def _show(self, what: int) -> None:
        if what != CALM:
            self.calm.trouble = None
        self._stack.setCurrentIndex(what)
        self._show_buttons()

    def _show_buttons(self) -> None:
        is_shown = self._stack.currentIndex() == PAGE
        self._back.setEnabled(is_shown and self._may_go_back)
        self._up.setEnabled(is_shown)
        self._down.setEnabled(is_shown)
        self.seen.setVisible(self._sharing)

    def _show_notice(self, text: str) -> None:
        self._notice.setText(text)
        self._notice.setVisible(bool(text))
        self._notice_timer.start()

    def _hide_notice(self) -> None:
        self._notice_timer.stop()
        self._notice.hide()

    def retranslate(self) -> None:
        """Says every text again, in the language in use."""
        self._back.set_words(_("Back"))
        self._up.set_words("", _("Scroll up"))
        self._down.set_words("", _("Scroll down"))
        self.seen.setAccessibleName(_("Your adviser sees this page."))
        self.act_strip.retranslate()
        self.proposal.retranslate()
        self.calm.retranslate()
        self._empty_words.setText(_("The agent can open a page here and look at it with you."))
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
