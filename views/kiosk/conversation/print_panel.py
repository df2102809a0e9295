# SPDX-License-Identifier: GPL-3.0-only
"""The print that is about to be made, for the caller to see first:
the pages beside the face, the question at the foot.

Used by the session page. The answer's time limit is kept by
`session.kiosk.devices.print_preview`; here it is only shown.
"""

from __future__ import annotations

from PyQt6.QtCore import QRect, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PyQt6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QScrollArea,
    QScroller,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from resources.texts import _
from session.core.clock import Clock
from session.kiosk.caller_acts import ConfirmPrint
from session.kiosk.devices.print_preview import SHOW_S, ShownPrint
from views.kiosk.conversation.consent import SlidingPanel
from views.kiosk.widgets.hold_off import FingerWatch
from views.kiosk.widgets.icons import Countdown, IconView
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import BLUE, SKY, WHITE, spaced


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
    """The document beside the face; moved by finger."""

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


class CallerPrintPanel(SlidingPanel):
    """The question: print this? Yes and No of the same size; no answer is no."""

    def __init__(self, clock: Clock, fingers: FingerWatch | None = None) -> None:
        super().__init__(clock, fingers)
        self.print_id = ""
        self._name = ""
        self._pages = 0
        self._copies = 1
        self._until_s = 0.0
        self._question = label("large")
        self._detail = label("body", tone="grey")
        self._countdown = Countdown(8)
        self.yes = BigButton("yes", "printer", colour=WHITE, size="large", icon_u=5)
        self.no = BigButton("no", "close-thick", colour=WHITE, size="large", icon_u=5)
        self.yes.clicked.connect(lambda: self._answer(True))
        self.no.clicked.connect(lambda: self._answer(False))
        self.hold_back(self.yes)
        says = spaced(QVBoxLayout(), (0,), 0.8)
        says.addWidget(self._question)
        says.addWidget(self._detail)
        asks: QBoxLayout = spaced(QHBoxLayout(), (0,), 2.4)
        asks.addWidget(
            IconView("printer", 10, colour=BLUE, disc=SKY), 0, Qt.AlignmentFlag.AlignVCenter
        )
        asks.addLayout(says, 1)
        answers = spaced(QHBoxLayout(), (0,), 2)
        answers.addWidget(self._countdown)
        answers.addWidget(self.yes, 1)
        answers.addWidget(self.no, 1)
        self._box: QBoxLayout = spaced(QHBoxLayout(self.inside), (3, 2, 3, 1.6), 3)
        self._box.addLayout(asks, 5)
        self._box.addLayout(answers, 6)
        self.retranslate()

    def words(self) -> str:
        """The question, for a screen reader."""
        return f"{self._question.text()} {self._detail.text()}"

    def set_portrait(self, portrait: bool) -> None:
        """The answers under the question."""
        directions = QBoxLayout.Direction
        self._box.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)

    def ask(self, preview: ShownPrint, width_px: int) -> None:
        """Puts the question; the time starts now."""
        self.print_id = preview.print_id
        self._name = preview.name
        self._pages = preview.pages
        self._copies = preview.copies
        self._until_s = self._clock.monotonic_s() + SHOW_S
        self.retranslate()
        self.tick()
        self.slide_in(width_px)

    def end(self) -> None:
        """The question is over."""
        self.print_id = ""
        self.put_away()

    def tick(self) -> None:
        """A moment has passed."""
        if self.print_id:
            left_s = max(0.0, self._until_s - self._clock.monotonic_s())
            self._countdown.show_seconds(int(-(-left_s // 1)), int(SHOW_S))

    def _answer(self, is_wanted: bool) -> None:
        print_id = self.print_id
        if print_id and (not is_wanted or self.takes_yes):
            self.end()
            self.acted.emit(ConfirmPrint(print_id, is_wanted))

    def retranslate(self) -> None:
        """Says every text again."""
        self.yes.set_words(_("Print"))
        self.no.set_words(_("No thank you"))
        if not self.print_id:
            return
        self._question.setText(_("Do you want this sheet? “{name}”").format(name=self._name))
        sheets = self._pages * self._copies
        words = _("Sheets: {count}. Without an answer nothing is printed.")
        self._detail.setText(words.format(count=sheets))
