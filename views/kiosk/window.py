# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's one window: a header, a banner for troubles, one page, and the bar at the foot.
Built by the kiosk's program.

It gives the page that is shown its size, its colours and the keyboard. Which page that is, is
decided by `expert_app.kiosk.wiring.visit`.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QColor, QKeyEvent, QPalette, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from resources.texts import CALLER_LANGUAGES, RIGHT_TO_LEFT
from session.core.clock import Clock, SystemClock
from session.kiosk.caller_acts import ChangeVolume, Touch
from views.kiosk.access_bar import AccessBar
from views.kiosk.appointments.choice import ChoicePage
from views.kiosk.appointments.telling import TellingPage
from views.kiosk.appointments.typing import TypingPage
from views.kiosk.conversation.page import SessionPage, SessionPanel
from views.kiosk.header import KioskHeader
from views.kiosk.pages.away import AwayPage
from views.kiosk.pages.closed import ClosedPage
from views.kiosk.pages.come_back import ComeBackPage
from views.kiosk.pages.goodbye import GoodbyePage, SolvedStrip
from views.kiosk.pages.language import LanguagePage
from views.kiosk.pages.number import NumberPage
from views.kiosk.pages.place_kept import PlaceKeptPage
from views.kiosk.pages.start import StartPage
from views.kiosk.pages.statement import StatementPage
from views.kiosk.pages.trouble import TroubleBanner, TroublePage
from views.kiosk.pages.waiting import WaitingPage
from views.kiosk.widgets.hold_off import FingerWatch
from views.kiosk.widgets.key_walk import walk
from views.kiosk.widgets.page_base import KioskPage
from views.kiosk.widgets.page_scroll import PageScroll
from views.kiosk.widgets.theme import (
    CONTRAST,
    PLAIN,
    Palette,
    apply_unit,
    is_portrait,
    load_fonts,
    unit_px,
)
from views.widgets.announcer import announce, announcer_of

_LOUDER = {Qt.Key.Key_VolumeUp: 1, Qt.Key.Key_VolumeDown: -1}


class KioskWindow(QWidget):
    """The kiosk's screen.

    Args:
        call_pane: shows the agent; given, not built.
        browser: the kiosk's browser; given, not built.
        languages: those that are offered.
        clock: for countdowns.

    Signals:
        acted(ChangeVolume | Touch.CLOSE): a key for the volume, or the window is to be closed. What
            else the caller does is said by the pages, by their panels and by the bar.
    """

    acted = pyqtSignal(object)

    def __init__(
        self,
        call_pane: QWidget,
        browser: QWidget,
        *,
        languages: Sequence[str] = CALLER_LANGUAGES,
        clock: Clock | None = None,
        fingers: FingerWatch | None = None,
    ) -> None:
        super().__init__()
        load_fonts()
        self.setObjectName("kiosk")
        announcer_of(self)
        self.setMinimumSize(800, 600)
        self._unit = 0.0
        self._is_fitting = False
        self._portrait: bool | None = None
        self._dressed = set[QWidget]()
        self._announced = ""
        clock = clock or SystemClock()
        self.start_page = StartPage(clock)
        self.number_page = NumberPage()
        self.away_page = AwayPage()
        self.kept_page = PlaceKeptPage(clock)
        self.return_page = ComeBackPage()
        self.closed_page = ClosedPage(clock)
        self.waiting_page = WaitingPage(clock)
        self.goodbye_page = GoodbyePage(clock)
        self.session_page = SessionPage(
            call_pane, browser, clock=clock, fingers=fingers or FingerWatch(clock)
        )
        self.trouble_page = TroublePage()
        self.statement_page = StatementPage()
        self.language_page = LanguagePage(languages)
        self.typing_page = TypingPage()
        self.choice_page = ChoicePage()
        self.telling_page = TellingPage()
        self.header = KioskHeader()
        self.banner = TroubleBanner()
        self.bar = AccessBar()
        self._pages = QStackedWidget()
        self._scroll = PageScroll(self._pages)
        self._lay_out()
        self._scroll.page_changed.connect(self._fit_page)
        self.session_page.stage.asking_changed.connect(self.bar.fold)

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.header)
        box.addWidget(self.banner)
        box.addWidget(self._scroll, 1)
        self.bar.language.setVisible(len(self.language_page.buttons) > 1)
        box.addWidget(self.bar)
        for page in self.pages():
            self._pages.addWidget(page)

    def pages(self) -> list[KioskPage]:
        """Every page."""
        return [
            self.start_page,
            self.number_page,
            self.waiting_page,
            self.session_page,
            self.goodbye_page,
            self.trouble_page,
            self.away_page,
            self.kept_page,
            self.return_page,
            self.closed_page,
            self.language_page,
            self.statement_page,
            self.typing_page,
            self.choice_page,
            self.telling_page,
        ]

    def parts(self) -> list[KioskWindow | KioskPage | AccessBar | SessionPanel | SolvedStrip]:
        """Everything in which the caller acts; each says so by its signal `acted`."""
        return [self, self.bar, *self.pages(), *self.session_page.panels, self.goodbye_page.solved]

    @property
    def current_page(self) -> QWidget | None:
        """The page on the screen."""
        return self._pages.currentWidget()

    def turn_to(self, page: KioskPage) -> None:
        """Makes everything around ready for this page, which `put_up` shows."""
        self.header.setVisible(page is not self.session_page)
        self.bar.pause.setVisible(page is self.session_page)
        self.announce_page(page)
        page.setFocus()  # no button has the focus before somebody uses a keyboard

    def put_up(self, page: KioskPage) -> None:
        """Shows the page."""
        self._dress(page)
        self._pages.setCurrentWidget(page)
        self._fit_page()

    def announce_page(self, page: KioskPage) -> None:
        """Names the page for a screen reader, and says what is new on it."""
        visible_labels = (text for text in page.findChildren(QLabel) if text.isVisibleTo(page))
        page.setAccessibleName(next((text.text() for text in visible_labels if text.text()), ""))
        words = " ".join(page.words())
        if words != self._announced:
            self._announced = words
            announce(self, words)

    def retranslate(self, language: str) -> None:
        """Says everything again in this language, which is the one of all texts now."""
        directions = Qt.LayoutDirection
        is_mirrored = language in RIGHT_TO_LEFT
        self.setLayoutDirection(directions.RightToLeft if is_mirrored else directions.LeftToRight)
        self.header.retranslate()
        self.bar.retranslate()
        self.banner.retranslate()
        for page in self.pages():
            page.retranslate()
        self.language_page.show_language(language)

    # ---- sizes and colours ----

    def fit(self, anew: bool = False) -> None:
        """Gives everything its size; `anew`: letters, colours or words are others now."""
        if anew:
            self._unit = 0.0
            if not self.isVisible():
                return  # once, when it is shown
        portrait = is_portrait(self.width(), self.height())
        unit = unit_px(self.width(), self.height())
        if portrait != self._portrait or unit != self._unit:
            self._portrait = portrait
            self._unit = unit
            for page in self.pages():
                page.set_portrait(portrait)
            self._dressed.clear()
            self._colour_ground()
            bar = self._scroll.verticalScrollBar()
            self._dress(self.header, self.banner, self.bar, bar, self._pages.currentWidget())
        self._fit_page()

    @property
    def _colours(self) -> Palette:
        if self.bar.contrast:
            return CONTRAST
        return PLAIN

    def _colour_ground(self) -> None:
        """Colour what lies behind the pages."""
        self.setProperty("contrast", self.bar.contrast)
        ground = self.palette()
        ground.setColor(QPalette.ColorRole.Window, QColor(self._colours.paper))
        self.setPalette(ground)

    def _dress(self, *parts: QWidget | None) -> None:
        """Style and sizes. Only what is shown: for all pages it takes a tenth of a second."""
        for part in parts:
            if part is not None and self._unit and part not in self._dressed:
                self._dressed.add(part)
                apply_unit(part, self._unit, text=self.bar.text, palette=self._colours)

    def _fit_page(self) -> None:
        """The page that is shown gets the room that it needs, once there is any."""
        layout = self.layout()
        if self._is_fitting or layout is None or not self._unit:
            return
        self._is_fitting = True
        layout.activate()
        if self.current_page is self.session_page:
            self.session_page.stage.fit_face(self.width(), self.height())
        self._scroll.fit(self._unit)
        self._is_fitting = False

    # ---- events ----

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Sizes follow the window."""
        self.fit()

    def showEvent(self, a0: QShowEvent | None) -> None:
        """Give their sizes to things that came while the window was not seen."""
        self.fit()
        super().showEvent(a0)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, as Qt calls it
        """Tab goes in the order of the screen."""
        return walk(self, forward=next)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Escape is STOP in a session. Only a real key: the agent's comes here too when the web
        page leaves it.
        """
        is_in_session = self.current_page is self.session_page
        if a0 is None:
            return
        if a0.spontaneous() and a0.key() == Qt.Key.Key_Escape and is_in_session:
            self.session_page.press_stop_key()
        elif a0.key() in _LOUDER:
            self.acted.emit(ChangeVolume(_LOUDER[Qt.Key(a0.key())]))
        else:
            super().keyPressEvent(a0)

    def closeEvent(self, a0: QCloseEvent | None) -> None:
        """Asks the program to stop in order."""
        if a0 is not None:
            a0.ignore()
        self.acted.emit(Touch.CLOSE)
