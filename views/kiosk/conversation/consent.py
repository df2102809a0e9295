# SPDX-License-Identifier: GPL-3.0-only
"""The questions to the caller and the powers of the adviser, in plain words.
The panel slides in at the foot of the session.

Used by the session page. The answer's time limit is kept by `session.kiosk.call.consent`; here
it is only shown.
"""

from __future__ import annotations

from PyQt6.QtCore import QEasingCurve, QPoint, QPropertyAnimation, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from resources.texts import _
from session.core.clock import Clock, SystemClock
from session.kiosk.call.consent import LONGEST_QUESTION_S, SILENCE_S, Question, is_mandate
from session.kiosk.caller_acts import ActForCaller, AnswerQuestion, Touch
from views.kiosk.conversation.mandate import MandateEntry
from views.kiosk.conversation.power_switches import PowerSwitches
from views.kiosk.conversation.session_sign import SessionSign, SignBand
from views.kiosk.widgets.hold_off import POLL_MS, FingerWatch, HoldOff
from views.kiosk.widgets.icons import Countdown, IconView, StopSign
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import BLUE, SKY, WHITE, spaced
from views.words.consent import question_words, time_words


class SlidingPanel(QWidget):
    """A panel that slides up inside its own place, so that nothing above it is covered or laid out
    twice. It does not come under a finger: it waits until that is up.

    Args:
        fingers: None for a panel that stands alone.

    Signals:
        acted(act of `session.kiosk.caller_acts`): what the caller answered.
    """

    acted = pyqtSignal(object)

    SLIDE_MS = 220

    def __init__(self, clock: Clock | None = None, fingers: FingerWatch | None = None) -> None:
        super().__init__()
        self._clock: Clock = clock or SystemClock()
        self.fingers = fingers or FingerWatch(self._clock)
        self.hold_off: HoldOff | None = None
        self._width_px = 0
        self._finger_up = QTimer(self)
        self._finger_up.setInterval(POLL_MS)
        self._finger_up.timeout.connect(self._slide_when_free)
        self.panel = QFrame(self)
        self.panel.setObjectName("question")
        self.band = SignBand(1.6)
        self.inside = QWidget()
        self.band.hide()
        layout = spaced(QVBoxLayout(self.panel), (0,), 0)
        layout.addWidget(self.band)
        layout.addWidget(self.inside, 1)
        self._slide = QPropertyAnimation(self.panel, b"pos", self)
        self._slide.setDuration(self.SLIDE_MS)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.finished.connect(self._stands_still)
        self.hide()

    def show_sign(self, sign: SessionSign) -> None:
        """A question of this conversation, which bears its sign."""
        self.panel.setStyleSheet("#question { border-top: none; }")  # the band is there
        self.band.show_sign(sign)
        self.band.show()

    def hold_back(self, *buttons: BigButton) -> None:
        """These count only once the question can have been read."""
        self.hold_off = HoldOff(self.panel, buttons, clock=self._clock, fingers=self.fingers)

    @property
    def takes_yes(self) -> bool:
        """True if a Yes counts now, however it comes: from a screen reader, too, or from a
        press that began on the question before this one.
        """
        return self.hold_off is None or self.hold_off.is_over

    def fit(self, width_px: int) -> None:
        """Takes the height that the panel needs for this width."""
        layout, frame = self.inside.layout(), self.panel.contentsMargins()
        if self.band.isHidden():
            band_px = 0
        else:
            band_px = self.band.height()
        if layout is not None:
            layout.activate()
            if layout.hasHeightForWidth():
                height_px = layout.totalHeightForWidth(width_px)
            else:
                height_px = layout.sizeHint().height()
            around_px = band_px + frame.top() + frame.bottom()
            self.setFixedHeight(max(height_px, layout.minimumSize().height()) + around_px)

    def slide_in(self, width_px: int) -> None:
        """Shows the panel from below, as soon as no finger is down."""
        self._width_px = width_px
        if self.hold_off is not None:
            self.hold_off.begin()
        if self.fingers.is_down:
            self._finger_up.start()
        else:
            self._slide_now()

    def put_away(self) -> None:
        """The question is over."""
        self._finger_up.stop()
        self._slide.stop()
        if self.hold_off is not None:
            self.hold_off.end()
        self.hide()

    def _slide_when_free(self) -> None:
        if not self.fingers.is_down:
            self._finger_up.stop()
            self._slide_now()

    def _slide_now(self) -> None:
        self.fit(self._width_px)
        self.show()
        self._slide.stop()
        self._slide.setStartValue(QPoint(0, self.height()))
        self._slide.setEndValue(QPoint(0, 0))
        self._slide.start()

    def finish_slide(self) -> None:
        """The panel stands in its place at once."""
        self._slide.stop()
        self.panel.move(0, 0)
        self._stands_still()

    def _stands_still(self) -> None:
        if self.hold_off is not None and self.isVisible():
            self.hold_off.shown()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """The panel fills its place."""
        self.panel.resize(self.size())


class ConsentPanel(SlidingPanel):
    """One question, Yes and No of the same size, and the time that is left. No answer is no.
    A question of several powers has a switch for each.

    Somebody who acts for the caller says so first, and has no Yes before the reference of their
    mandate is typed.

    Signals:
        mandate_shown(): the place where the mandate is typed is needed, or no longer.

    Attributes:
        mandate: where the reference is typed; the session page gives it its place.
    """

    mandate_shown = pyqtSignal()

    def __init__(self, clock: Clock, fingers: FingerWatch | None = None) -> None:
        super().__init__(clock, fingers)
        self.question: Question = ()
        self._until_s = self._at_most_s = 0.0
        self._icon = IconView("eye", 10, colour=BLUE, disc=SKY)
        self._asked = label("large")
        self._detail = label("body", tone="grey")
        self.switches = PowerSwitches()
        self.switches.changed.connect(self._on_switched)
        self._silence = label("small", tone="grey")
        self._countdown = Countdown(8)
        self.yes = BigButton("yes", "check-bold", colour=WHITE, size="large", icon_u=5)
        self.no = BigButton("no", "close-thick", colour=WHITE, size="large", icon_u=5)
        self.yes.clicked.connect(lambda: self._answer(True))
        self.no.clicked.connect(lambda: self._answer(False))
        self.hold_back(self.yes)
        self.acting = BigButton(
            "plain", "account-key", icon_u=3, size="body", margins=(1.4, 0.3, 1.8, 0.3)
        )
        self.acting.setCheckable(True)
        self.acting.toggled.connect(self._on_acting)
        self.mandate = MandateEntry()
        self.mandate.changed.connect(self._on_mandate)
        self.mandate.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        says = spaced(QVBoxLayout(), (0,), 0.4)
        for widget in (self._asked, self._detail, self._silence):
            says.addWidget(widget)
        asks: QBoxLayout = spaced(QHBoxLayout(), (0,), 2.4)
        asks.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        asks.addLayout(says, 1)
        self._answers = QWidget()
        answers = spaced(QHBoxLayout(), (0,), 2)
        answers.addWidget(self._countdown)
        answers.addWidget(self.yes, 1)
        answers.addWidget(self.no, 1)
        below = spaced(QVBoxLayout(self._answers), (0,), 1)
        below.addLayout(answers)
        below.addWidget(self.acting, 0, Qt.AlignmentFlag.AlignRight)
        self._beside: QBoxLayout = spaced(QHBoxLayout(), (0,), 3)
        self._beside.addLayout(asks, 6)
        self._beside.addWidget(self._answers, 5)
        self._whole = spaced(QVBoxLayout(self.inside), (3, 0.6, 3, 1), 0.8)
        self._whole.addLayout(self._beside)
        self._whole.addWidget(self.switches)

    def set_portrait(self, portrait: bool) -> None:
        """The answers under the question and its switches."""
        self._beside.removeWidget(self._answers)
        self._whole.removeWidget(self._answers)
        if portrait:
            self._whole.insertWidget(2, self._answers)
        else:
            self._beside.addWidget(self._answers, 5)
        self.switches.set_columns(2 if portrait else 4)

    def ask(self, question: Question, width_px: int) -> None:
        """Puts the question; the time starts now."""
        self.question = question
        self.switches.show_question(question)
        now_s = self._clock.monotonic_s()
        self._until_s = now_s + SILENCE_S
        self._at_most_s = now_s + LONGEST_QUESTION_S
        self._end_acting()
        self.retranslate()
        self.tick()
        self.slide_in(width_px)

    def end(self) -> None:
        """The question is over."""
        self.question = ()
        self._end_acting()
        self.put_away()

    def _end_acting(self) -> None:
        """The caller touches again."""
        self.acting.blockSignals(True)
        self.acting.setChecked(False)
        self.acting.blockSignals(False)
        self.mandate.hide()
        self.mandate_shown.emit()

    def forget(self) -> None:
        """Another caller: nothing is asked, and no mandate stays."""
        self.end()
        self.mandate.clear()

    def _on_acting(self, acting: bool) -> None:
        self.mandate.setVisible(acting)
        self.mandate_shown.emit()
        if acting:
            self.mandate.setFocus()
        self._on_mandate(self.mandate.text)

    def _on_switched(self) -> None:
        """A touch is no silence here either."""
        self._on_mandate(self.mandate.text)

    def _on_mandate(self, text: str) -> None:
        """A touch is no silence: the time begins again, up to a limit."""
        self._until_s = min(self._clock.monotonic_s() + SILENCE_S, self._at_most_s)
        self.retranslate()
        self.acted.emit(ActForCaller(text if self.acting.isChecked() else None))

    def _allow_yes(self) -> None:
        may_act = not self.acting.isChecked() or is_mandate(self.mandate.text)
        self.yes.setEnabled(may_act and bool(self.switches.given))

    def tick(self) -> None:
        """A moment has passed; when the time is over the panel goes away."""
        if not self.question:
            return
        left_s = self._until_s - self._clock.monotonic_s()
        if left_s <= 0:
            self.end()
            return
        self._countdown.show_seconds(int(-(-left_s // 1)), int(SILENCE_S))

    def _answer(self, allowed: bool) -> None:
        if allowed and not self.takes_yes:
            return
        question, grants = self.question, self.switches.given if allowed else ()
        if question:
            self.end()
            self.acted.emit(AnswerQuestion(question, grants))

    def retranslate(self) -> None:
        """Says every text again."""
        self.yes.set_words(_("Yes"))
        self.no.set_words(_("No"))
        self.acting.set_words(_("I act for the caller"))
        self.mandate.retranslate()
        self.switches.retranslate()
        self._allow_yes()
        acting = self.acting.isChecked()  # its keys need the room; both were read before
        self._icon.setHidden(acting or len(self.question) > 1)
        self._silence.setHidden(acting)
        if self.question:
            self._silence.setText(time_words(self.question))
            icon, question, detail = question_words(self.question)
            self._icon.show_icon(icon, BLUE)
            self._asked.setText(_(question))
            self._detail.setText(self.mandate.advice() if acting else _(detail))
            self.yes.set_words(_("Yes"), spoken=f"{_(question)} {_('Yes')}")
            self.no.set_words(_("No"), spoken=f"{_(question)} {_('No')}")


class StoppedPanel(SlidingPanel):
    """After STOP: everything is already stopped; the caller goes on talking or ends."""

    def __init__(self, clock: Clock | None = None, fingers: FingerWatch | None = None) -> None:
        super().__init__(clock, fingers)
        self._title = label("large")
        self._detail = label("body", tone="grey")
        self.go_on = BigButton("no", "forum", colour=WHITE)
        self.end_call = BigButton("danger", "phone-hangup", colour=WHITE)
        self.go_on.clicked.connect(self.hide)
        self.end_call.clicked.connect(self.hide)
        self.end_call.clicked.connect(lambda: self.acted.emit(Touch.LEAVE))
        says = spaced(QVBoxLayout(), (0,), 0.8)
        says.addWidget(self._title)
        says.addWidget(self._detail)
        tells: QBoxLayout = spaced(QHBoxLayout(), (0,), 2.4)
        tells.addWidget(StopSign(9), 0, Qt.AlignmentFlag.AlignVCenter)
        tells.addLayout(says, 1)
        answers = spaced(QHBoxLayout(), (0,), 2)
        answers.addWidget(self.go_on, 1)
        answers.addWidget(self.end_call, 1)
        self._box: QBoxLayout = spaced(QHBoxLayout(self.inside), (3, 2.4, 3, 2.4), 3)
        self._box.addLayout(tells, 5)
        self._box.addLayout(answers, 6)
        self.retranslate()

    def words(self) -> str:
        """Return what it says, for a screen reader."""
        return f"{self._title.text()} {self._detail.text()}"

    def set_portrait(self, portrait: bool) -> None:
        """The answers under the words."""
        directions = QBoxLayout.Direction
        self._box.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)

    def retranslate(self) -> None:
        """Says every text again."""
        self._title.setText(_("Everything is stopped."))
        self._detail.setText(
            _("Your adviser can no longer see your page, act in it, scan or print.")
        )
        self.go_on.set_words(_("Go on talking"))
        self.end_call.set_words(_("End the talk"))
