# SPDX-License-Identifier: GPL-3.0-only
"""The print that is about to be made, for the caller to see first: the pages in the question.

Used by the session page. The answer's time limit is kept by
`session.kiosk.devices.print_preview`; here it is only shown.
"""

from __future__ import annotations

from PyQt6.QtCore import QRect, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import (
    QBoxLayout,
    QScrollArea,
    QScroller,
    QSizePolicy,
    QWidget,
)

from resources.texts import _
from session.core.clock import Clock
from session.kiosk.call.consent import SHEET
from session.kiosk.caller_acts import ConfirmPrint
from session.kiosk.devices.print_preview import SHOW_S, ShownPrint
from session.protocol.conversation.messages import LONGEST_QUESTION_S
from views.kiosk.conversation.question_sheet import QuestionSheet
from views.kiosk.widgets.hold_off import FingerWatch
from views.words.consent import QUESTIONS, sheet_words

SIGN_PART, PAPER_PART = 3, 2
"""Of the width: hands must be read, and the page beside them is whole at this width."""


class _Pages(QWidget):
    """The pages, as wide as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.picture: QImage | None = None

    def sizeHint(self) -> QSize:
        """The picture's height at this width."""
        parent = self.parentWidget()
        width = max(1, parent.width() if parent is not None else self.width())
        if self.picture is None or not self.picture.width():
            return QSize(width, 1)
        return QSize(width, round(width * self.picture.height() / self.picture.width()))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The picture in a thin frame."""
        if self.picture is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = QRect(0, 0, self.width(), self.sizeHint().height())
        painter.drawImage(place, self.picture)
        painter.setPen(QPen(QColor("#7d8a99"), 1))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        painter.end()


class PrintSheet(QScrollArea):
    """The document; moved by finger."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("print_sheet")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(1, 1)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pages = _Pages()
        self.setWidgetResizable(True)
        self.setWidget(self._pages)
        QScroller.grabGesture(self.viewport(), QScroller.ScrollerGestureType.LeftMouseButtonGesture)
        self.hide()

    def show_pages(self, picture: QImage | None, name: str) -> None:
        """The pages one under the other; None: they cannot be drawn, the name has to do."""
        self._pages.picture = picture
        self._pages.setMinimumHeight(self._pages.sizeHint().height())
        self.setAccessibleName(name)
        self.setVisible(picture is not None)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """The pages stay as wide as the place."""
        super().resizeEvent(a0)
        self._pages.setMinimumHeight(self._pages.sizeHint().height())


class CallerPrintPanel(QuestionSheet):
    """The question: print this? No answer is no."""

    def __init__(self, clock: Clock, fingers: FingerWatch | None = None) -> None:
        super().__init__(clock, fingers, icon="printer", yes=("yes", "printer"))
        self.print_id = ""
        self._preview: ShownPrint | None = None
        self._until_s = self._at_most_s = 0.0
        self.sheet = PrintSheet()
        self.middle.addWidget(self.sheet, PAPER_PART)
        self.middle.setStretchFactor(self.picture, SIGN_PART)
        self.middle.setDirection(QBoxLayout.Direction.LeftToRight)
        self.note.hide()
        self.below.addStretch(1)
        self.yes.clicked.connect(lambda: self._answer(True))
        self.no.clicked.connect(lambda: self._answer(False))
        self.hold_back(self.yes)
        self.retranslate()

    def ask(self, preview: ShownPrint, picture: QImage | None) -> None:
        """Puts the question; the time starts now."""
        self.print_id = preview.print_id
        self._preview = preview
        self.sheet.show_pages(picture, preview.name)
        self._show_sign(SHEET)
        self.picture.setHidden(self.picture.is_empty)
        self.icon.setVisible(picture is None and self.picture.is_empty)
        self._begin_anew()
        self.retranslate()
        self.open()

    def _begin_anew(self) -> None:
        self._at_most_s = self._clock.monotonic_s() + LONGEST_QUESTION_S
        self.prolong()

    def prolong(self) -> None:
        """The time for the answer begins again, up to a limit."""
        self._until_s = min(self._clock.monotonic_s() + SHOW_S, self._at_most_s)
        self.tick()

    def showEvent(self, a0: QShowEvent | None) -> None:
        """A sheet that stood behind another question has its whole time again."""
        super().showEvent(a0)
        self._begin_anew()

    def end(self) -> None:
        """The question is over."""
        self.print_id = ""
        self._preview = None
        self.sheet.show_pages(None, "")
        self.picture.clear()
        self.put_away()

    def tick(self) -> None:
        """A moment has passed."""
        if self.print_id:
            left_s = max(0.0, self._until_s - self._clock.monotonic_s())
            self.countdown.show_seconds(int(-(-left_s // 1)), int(SHOW_S))

    def _answer(self, is_wanted: bool) -> None:
        print_id = self.print_id
        if print_id and (not is_wanted or self.takes_yes):
            self.end()
            self.acted.emit(ConfirmPrint(print_id, is_wanted))

    def retranslate(self) -> None:
        """Says every text again."""
        self.yes.set_words(_("Print"))
        self.no.set_words(_("No"))
        if self._preview is None:
            return
        words = QUESTIONS[SHEET]
        self.title.setText(_(words.title))
        name = _(words.detail).format(name=self._preview.name)
        sheets = sheet_words(self._preview.pages * self._preview.copies)
        self.detail.setText(f"{name} {sheets}")
