# SPDX-License-Identifier: GPL-3.0-only
"""The middle of a conversation: the agent's face, and one thing beside it (or below it, on an
upright screen), under which stands what is written. Used by the session page.

A question takes the page's place and gives the face more room: who asks is seen whole. The page
keeps its size meanwhile, so that nothing moves in the adviser's picture of it.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, pyqtSignal
from PyQt6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from views.kiosk.conversation.chat import ChatStrip
from views.kiosk.conversation.document_pane import DocumentPane
from views.kiosk.conversation.face_column import FaceColumn
from views.kiosk.conversation.powers_sheet import PowersSheet
from views.kiosk.conversation.question_sheet import QuestionSheet
from views.kiosk.conversation.session_sign import SignBand
from views.kiosk.widgets.theme import spaced

FACE_SHARE, PAGE_SHARE = 25, 75
"""Of the stage for the face and for what is beside it, or below it on an upright screen."""
ASKED_FACE_SHARE, SHEET_SHARE = 40, 60
"""The same while a question stands: who asks is seen whole, the mouth too; and while nothing but
what is written stands beside the face.
"""

LEAST_FACE_WIDTH, LEAST_FACE_HEIGHT = 0.225, 0.18
"""Of the window: no page may take more from the face, lying and upright."""
ASKED_FACE_WIDTH, ASKED_FACE_HEIGHT = 0.4, 0.22
"""The same while a question stands."""


class SessionStage(QFrame):
    """The face and what is beside it.

    Args:
        face: never leaves the screen.
        browser: the web page; shown on request.
        chat: what is written; its keyboard has the page's place.
        stopped: stands before any question once STOP was pressed.
        questions: what an agent may ask; the first that is open has the place.
        band: the session's sign, over each question.

    Signals:
        asking_changed(bool): a question stands, or no longer.
    """

    asking_changed = pyqtSignal(bool)

    def __init__(
        self,
        face: FaceColumn,
        browser: QWidget,
        *,
        document: DocumentPane,
        chat: ChatStrip,
        powers: PowersSheet,
        stopped: QuestionSheet,
        questions: tuple[QuestionSheet, ...],
        band: SignBand,
    ) -> None:
        super().__init__()
        self.setObjectName("stage")
        self.sheets = (stopped, *questions)
        self.asked: QuestionSheet | None = None
        self._face = face
        self.browser = browser
        self._document = document
        self._chat = chat
        self._keyboard = chat.keyboard
        self._beside = QWidget()
        self._powers = powers
        self._stopped = stopped
        self._band = band
        self._page_shown = self._private = self._portrait = False
        self._lay_out()
        document.shown_changed.connect(self._place_page)
        chat.installEventFilter(self)
        chat.keyboard.opened.connect(self._place_page)
        powers.shown_changed.connect(self._place_page)
        for sheet in self.sheets:
            sheet.open_changed.connect(self._place_page)

    def _lay_out(self) -> None:
        for pane in (self._face.call_pane, self.browser, self._document):
            pane.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
            pane.setMinimumSize(1, 1)
        self._box: QBoxLayout = spaced(QHBoxLayout(self), (1.6, 0.8, 1.6, 0.8), 1.2)
        self._box.addWidget(self._face, FACE_SHARE)
        self._box.addWidget(self._beside, PAGE_SHARE)
        column = self._column = spaced(QVBoxLayout(self._beside), (0,), 0.8)
        for widget in (self.browser, self._document, self._keyboard, self._powers, *self.sheets):
            column.addWidget(widget, 1)
        column.addWidget(self._chat)
        self._beside.hide()
        self.browser.hide()
        self._band.hide()

    def set_portrait(self, portrait: bool) -> None:
        """Face above the page, on an upright screen."""
        self._portrait = portrait
        directions = QBoxLayout.Direction
        self._box.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)
        self._face.set_portrait(portrait)
        self._place_page()

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        """What is written comes or goes."""
        shown = (QEvent.Type.ShowToParent, QEvent.Type.HideToParent)
        if a1 is not None and a1.type() in shown:
            self._place_page()
        return False

    def fit_face(self, width_px: int, height_px: int) -> None:
        """The face keeps its least, at this size of the window."""
        if self.asked is not None:
            width, height = ASKED_FACE_WIDTH, ASKED_FACE_HEIGHT
        else:
            width, height = LEAST_FACE_WIDTH, LEAST_FACE_HEIGHT
        if self._portrait:
            self._face.call_pane.setMinimumSize(1, round(height_px * height))
        else:
            self._face.call_pane.setMinimumSize(round(width_px * width), 1)

    def finish_slides(self) -> None:
        """Ends the sliding of a sheet at once (before a picture is taken)."""
        for sheet in self.sheets:
            sheet.finish_slide()

    # ---- what stands beside the face ----

    def forget_page(self) -> None:
        """A session begins: no web page, no document, no privacy pause."""
        self._page_shown = self._private = False
        self._document.close_document()
        self._place_page()

    def show_page(self, visible: bool) -> None:
        """Shows the web page beside the face, or the face alone."""
        self._page_shown = visible
        self._place_page()

    def show_private(self, on: bool) -> None:
        """A privacy pause: page and document are hidden;
        the pane of the faces says why, and hides them itself.
        """
        self._private = on
        self._place_page()

    def _place_page(self) -> None:
        """Beside the face stands one thing: a question, what the adviser can do, the keyboard, the
        agent's document, the web page; the last two not in a privacy pause.
        """
        asked = next((sheet for sheet in self.sheets if sheet.is_open), None)
        shows_powers = self._powers.is_open and asked is None
        if asked is not None or shows_powers:
            self._keyboard.close_keyboard()
        is_taken = asked is not None or shows_powers or self._keyboard.is_open
        free = not is_taken and not self._private
        if not free:  # first: a page of another process is not to be made narrow on its way out
            self._document.hide()
            self.browser.hide()
        shows_document = free and self._document.is_open
        shows_page = free and self._page_shown and not self._document.is_open
        self._share_room(is_taken or shows_document or shows_page, asked is not None)
        self._give_place(asked)
        self._powers.setVisible(shows_powers)
        self._document.setVisible(shows_document)
        self.browser.setVisible(shows_page)

    def _share_room(self, has_page: bool, is_asking: bool) -> None:
        """Give face and what is beside it their parts; what is written needs less below a face."""
        is_written = not self._chat.isHidden()
        self._chat.stand(
            portrait=self._portrait,
            is_upright=not has_page and not self._portrait,
            is_folded=is_asking,
        )
        if is_asking:  # the answers stay at the foot
            self._column.insertWidget(0, self._chat)
        else:
            self._column.addWidget(self._chat)
        if has_page and not is_asking:
            shares = FACE_SHARE, PAGE_SHARE
        elif self._portrait and not is_asking:
            shares = 1, 0
        else:
            shares = ASKED_FACE_SHARE, SHEET_SHARE
        for at, share in enumerate(shares):
            self._box.setStretch(at, share)
        self._face.stand_narrow(has_page or is_written)
        self._beside.setVisible(has_page or is_written)

    def _give_place(self, asked: QuestionSheet | None) -> None:
        """Show this question and no other; the face has more room while there is one."""
        for sheet in self.sheets:
            if sheet is not asked:
                sheet.hide()
        was_asking = self.asked is not None
        self.asked = asked
        is_asking = asked is not None
        self._band.setVisible(is_asking and asked is not self._stopped)
        window = self.window()
        if is_asking != was_asking and window is not None:
            self.fit_face(window.width(), window.height())
            self.asking_changed.emit(is_asking)
            self._settle()
        if asked is not None:
            asked.show()

    def _settle(self) -> None:
        """Lay out from the face upwards at once: the page is shown again where it was, and is not
        moved after that, which the agent would see in the mirror.
        """
        part: QWidget | None = self._face.call_pane
        while part is not None:
            if (layout := part.layout()) is not None:
                layout.activate()
            part = part.parentWidget()
        self._column.activate()
