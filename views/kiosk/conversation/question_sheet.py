# SPDX-License-Identifier: GPL-3.0-only
"""A question beside the adviser's face: one sentence, one line of help, what it is about,
and two answers that stand at the same place in every question.

Used by the session page, which gives it its place.
"""

from __future__ import annotations

from PyQt6.QtCore import QEasingCurve, QPoint, QPropertyAnimation, QTimer, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from session.core.clock import Clock, SystemClock
from session.kiosk.call.consent import Question
from session.kiosk.caller_acts import Touch
from views.kiosk.conversation.sheet_picture import SheetPicture, Signs
from views.kiosk.widgets.hold_off import POLL_MS, FingerWatch, HoldOff
from views.kiosk.widgets.icons import Countdown, RoomyIcon
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import BLUE, SKY, WHITE, sized, spaced

ANSWER_U, ANSWER_MARGINS = 10.6, (2, 0.2, 2, 0.2)
"""Height of the answers, in units of the screen: two lines of the largest letters have room."""


class QuestionSheet(QWidget):
    """A sheet that slides up inside its own place as soon as no finger is down.

    Args:
        yes, no: their looks and icons.
        fingers: None for a sheet that stands alone.

    Signals:
        acted(act of `session.kiosk.caller_acts`): what the caller answered or touched.
        open_changed(): it wants its place on the screen, or no longer.

    Attributes:
        is_open: it wants its place.
    """

    acted = pyqtSignal(object)
    open_changed = pyqtSignal()

    SLIDE_MS = 220

    def __init__(
        self,
        clock: Clock | None = None,
        fingers: FingerWatch | None = None,
        *,
        icon: str,
        yes: tuple[str, str] = ("yes", "check-bold"),
        no: tuple[str, str] = ("no", "close-thick"),
    ) -> None:
        super().__init__()
        self._clock: Clock = clock or SystemClock()
        self.fingers = fingers or FingerWatch(self._clock)
        self.hold_off: HoldOff | None = None
        self.is_open = self._slides_in = False
        self._finger_up = QTimer(self)
        self._finger_up.setInterval(POLL_MS)
        self._finger_up.timeout.connect(self._open_when_free)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(1, 1)
        self.panel = QFrame(self)
        self.panel.setObjectName("question")
        self._slide = QPropertyAnimation(self.panel, b"pos", self)
        self._slide.setDuration(self.SLIDE_MS)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.finished.connect(self._stands_still)
        self.icon = RoomyIcon(icon, colour=BLUE, disc=SKY)
        self.picture = SheetPicture()
        self._signs: Signs = {}
        self.title = label("large")
        self.detail = label("body", tone="grey")
        self.note = label("small", tone="grey")
        self.countdown = Countdown(8)
        self.yes, self.no = (
            BigButton(
                look,
                sign,
                colour=WHITE,
                size="large",
                icon_u=4,
                wrap=True,
                margins=ANSWER_MARGINS,
            )
            for look, sign in (yes, no)
        )
        self.middle: QBoxLayout = spaced(QVBoxLayout(), (0,), 1)
        self.below: QBoxLayout = spaced(QHBoxLayout(), (0,), 2)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        for button in (self.no, self.yes):
            sized(button, None, ANSWER_U)
        answers = spaced(QHBoxLayout(), (0,), 2)
        answers.addWidget(self.no, 1)
        answers.addWidget(self.yes, 1)
        box = self.box = spaced(QVBoxLayout(self.panel), (1.4, 1, 1.4, 1), 0.7)
        for words in (self.title, self.detail):
            box.addWidget(words)
        box.addLayout(self.middle, 1)
        self.middle.addWidget(self.icon, 1)
        self.middle.addWidget(self.picture, 1)
        self.below.addWidget(self.countdown)
        box.addWidget(self.note)
        box.addLayout(self.below)
        box.addLayout(answers)

    def hold_back(self, *buttons: BigButton) -> None:
        """These count only once the question can have been read."""
        self.hold_off = HoldOff(self.panel, buttons, clock=self._clock, fingers=self.fingers)

    @property
    def takes_yes(self) -> bool:
        """True if a Yes counts now, however it comes: from a screen reader, too, or from a
        press that began on the question before this one.
        """
        return self.hold_off is None or self.hold_off.is_over

    def retranslate(self) -> None:
        """Says every text again."""

    def use_signs(self, signs: Signs) -> None:
        """Questions are shown in sign language too, where there is a picture of theirs."""
        self._signs = signs

    def _show_sign(self, question: Question | None) -> None:
        """The sentence of this question in sign language, if the caller wants it so."""
        self.picture.show_sign(self._signs.get(question) if question is not None else None)

    def words(self) -> str:
        """Return what it asks, for a screen reader."""
        return f"{self.title.text()} {self.detail.text()}"

    def open(self) -> None:
        """Wants its place as soon as no finger is down: it does not come under one."""
        if self.hold_off is not None:
            self.hold_off.begin()
        if self.fingers.is_down:
            self._finger_up.start()
        else:
            self._open_now()

    def put_away(self) -> None:
        """The question is over."""
        self._finger_up.stop()
        self._slide.stop()
        if self.hold_off is not None:
            self.hold_off.end()
        if self.is_open:
            self.is_open = False
            self.open_changed.emit()
        self.hide()

    def _open_when_free(self) -> None:
        if not self.fingers.is_down:
            self._finger_up.stop()
            self._open_now()

    def _open_now(self) -> None:
        self.is_open = self._slides_in = True
        self.open_changed.emit()

    def finish_slide(self) -> None:
        """The sheet stands in its place at once."""
        self._slides_in = False
        self._slide.stop()
        self.panel.move(0, 0)
        self._stands_still()

    def _stands_still(self) -> None:
        if self.hold_off is not None and self.isVisible():
            self.hold_off.shown()

    def showEvent(self, a0: QShowEvent | None) -> None:
        """Slides in; a question that stood behind another one is read anew."""
        super().showEvent(a0)
        if self.hold_off is not None:
            self.hold_off.begin(is_shown=not self._slides_in)
        if not self._slides_in:
            return
        self._slides_in = False
        self._slide.stop()
        self._slide.setStartValue(QPoint(0, self.height()))
        self._slide.setEndValue(QPoint(0, 0))
        self._slide.start()

    def mousePressEvent(self, a0: QMouseEvent | None) -> None:
        """A touch beside the buttons is no silence."""
        self.acted.emit(Touch.HERE)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """The panel fills its place."""
        self.panel.resize(self.size())
