# SPDX-License-Identifier: GPL-3.0-only
"""The questions to the caller for the adviser's powers, in plain words, and what stands after STOP.

Used by the session page. The answer's time limit is kept by `session.kiosk.call.consent`; here
it is only shown.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QBoxLayout, QHBoxLayout

from resources.texts import _
from session.core.clock import Clock
from session.kiosk.call.consent import SILENCE_S, Question, is_mandate
from session.kiosk.caller_acts import ActForCaller, AnswerQuestion, Touch
from session.protocol.conversation.messages import LONGEST_QUESTION_S
from views.kiosk.conversation.mandate import MandateEntry
from views.kiosk.conversation.power_switches import PowerSwitches
from views.kiosk.conversation.question_sheet import ANSWER_U, QuestionSheet
from views.kiosk.conversation.sheet_picture import page_picture
from views.kiosk.widgets.hold_off import FingerWatch
from views.kiosk.widgets.icons import StopSign
from views.kiosk.widgets.page_base import BigButton
from views.kiosk.widgets.theme import BLUE, INK, sized, spaced
from views.words.consent import QUESTIONS, time_words

LEAST_PICTURE = 0.25
"""Of the sheet's height for the picture; where words leave less it stands beside the buttons."""


class ConsentPanel(QuestionSheet):
    """One question for one power or several. No answer is no.

    The sentence is that of the powers that a Yes gives; "Choose" opens a switch for each.
    Somebody who answers for the caller says so first, and has no Yes before the reference of their
    mandate is typed. Where large letters leave no room, the picture stands beside the buttons, and
    what was read gives way to the switches; the answers stay where they are.
    """

    def __init__(self, clock: Clock, fingers: FingerWatch | None = None) -> None:
        super().__init__(clock, fingers, icon="eye")
        self.question: Question = ()
        self._until_s = self._at_most_s = 0.0
        self.switches = PowerSwitches()
        self.switches.changed.connect(self._on_touched)
        self.choose = BigButton("plain", "tune", colour=INK, icon_u=3, size="body")
        self.choose.setObjectName("choose")
        self.choose.setCheckable(True)
        self.choose.toggled.connect(self._on_touched)
        self.acting = BigButton("plain", "account-key", colour=INK, icon_u=3, size="body")
        self.acting.setCheckable(True)
        self.acting.toggled.connect(self._on_acting)
        self.mandate = MandateEntry()
        self.mandate.changed.connect(self._on_touched)
        self.yes.clicked.connect(lambda: self._answer(True))
        self.no.clicked.connect(lambda: self._answer(False))
        self.hold_back(self.yes)
        self.middle.addWidget(self.switches, 1, Qt.AlignmentFlag.AlignTop)
        self.middle.addWidget(self.mandate, 1)
        self._first = spaced(QHBoxLayout(), (0,), 2)
        self._first.addWidget(self.countdown)
        self._first.addStretch(1)
        self._first.addWidget(self.choose)
        self.below.addLayout(self._first)
        self.below.addWidget(self.acting)
        self._is_beside = False
        self._fitted: tuple[object, ...] = ()
        self.panel.installEventFilter(self)

    def set_portrait(self, portrait: bool) -> None:
        """The switches side by side where there is room."""
        self.switches.set_columns(2)

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        """The sheet has another size, other words or other letters."""
        if a1 is not None and a1.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._fit()
        return False

    def _fit(self) -> None:
        """Give picture or switches their room, once for each size, letters and words."""
        texts = tuple(label.text() for label in (self.title, self.detail, self.note))
        shown = self.picture.isHidden(), self.switches.isHidden(), self.acting.isChecked()
        letters = self.title.fontMetrics().height()
        now = self.panel.size(), letters, texts, shown, self.choose.isHidden()
        if now == self._fitted or not self.isVisible():
            return
        self._fitted = now
        acting = self.acting.isChecked()
        self._stand_beside(False)
        self.note.setHidden(acting)
        self.detail.show()
        if acting:
            return
        if not self.picture.isHidden():
            self._stand_beside(self._left_px() < LEAST_PICTURE * self.panel.height())
        was_read = (self.note,) if self.switches.isHidden() else (self.note, self.detail)
        for words in was_read:
            words.setHidden(self._left_px() < 0)

    def _left_px(self) -> int:
        """Return how much higher the sheet is than what stands on it; less than 0: it is lower."""
        return self.panel.height() - self.box.heightForWidth(self.panel.width())

    def _stand_beside(self, is_beside: bool) -> None:
        """Put the buttons beside the picture, one under the other, or below the note."""
        if is_beside == self._is_beside:
            return
        self._is_beside = is_beside
        before, after = (self.box, self.middle) if is_beside else (self.middle, self.box)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        before.removeItem(self.below)
        self.below.setParent(None)
        if is_beside:
            after.addLayout(self.below, 1)
        else:
            after.insertLayout(after.count() - 1, self.below)
        self.middle.setDirection(across if is_beside else down)
        self.below.setDirection(down if is_beside else across)
        like = self.box if is_beside else self._first
        spaced(self.below, (0,), like.property("spacing_u")).setSpacing(like.spacing())

    def ask(self, question: Question) -> None:
        """Puts the question; the time starts now."""
        self.question = question
        self.picture.clear()
        self.switches.show_question(question)
        now_s = self._clock.monotonic_s()
        self._until_s = now_s + SILENCE_S
        self._at_most_s = now_s + LONGEST_QUESTION_S
        self._begin_anew()
        self.retranslate()
        self.tick()
        self.open()

    def end(self) -> None:
        """The question is over."""
        self.question = ()
        self.picture.clear()
        self._begin_anew()
        self.put_away()

    def show_page(self, question: Question, data: bytes) -> None:
        """The page that this question is about, as it stood when it was asked."""
        if question and question == self.question:
            self.picture.show_page(page_picture(data))
            self.retranslate()

    def _begin_anew(self) -> None:
        """The caller touches, and has chosen nothing."""
        for button in (self.acting, self.choose):
            button.blockSignals(True)
            button.setChecked(False)
            button.blockSignals(False)

    def forget(self) -> None:
        """Another caller: nothing is asked, and no mandate stays."""
        self.end()
        self.mandate.clear()

    def _on_acting(self, acting: bool) -> None:
        if acting:
            self.choose.setChecked(False)
            self.mandate.setFocus()
        self._on_touched()

    def prolong(self) -> None:
        """The time for the answer begins again, up to a limit: somebody touches, listens, talks."""
        self._until_s = min(self._clock.monotonic_s() + SILENCE_S, self._at_most_s)
        self.tick()

    def _on_touched(self) -> None:
        """A touch is no silence; whose touch it is goes with it."""
        self.prolong()
        self.retranslate()
        self.acted.emit(ActForCaller(self.mandate.text if self.acting.isChecked() else None))

    def tick(self) -> None:
        """A moment has passed; when the time is over the sheet goes away."""
        if not self.question:
            return
        left_s = self._until_s - self._clock.monotonic_s()
        if left_s <= 0:
            self.end()
            return
        self.countdown.show_seconds(int(-(-left_s // 1)), int(SILENCE_S))

    def _answer(self, allowed: bool) -> None:
        if allowed and not self.takes_yes:
            return
        question, grants = self.question, self.switches.given if allowed else ()
        if question:
            self.end()
            self.acted.emit(AnswerQuestion(question, grants))

    def retranslate(self) -> None:
        """Says every text again."""
        acting = self.acting.isChecked()
        choosing = self.choose.isChecked()
        self.mandate.setVisible(acting)
        for words in (self.title, self.note):  # both were read before; the keys need the room
            words.setHidden(acting)
        self.switches.setVisible(choosing)
        would_give = self.switches.given or self.question
        self._show_sign(would_give or None)
        self.icon.setHidden(acting or choosing or not self.picture.is_empty)
        self.picture.setHidden(acting or choosing or self.picture.is_empty)
        self.choose.setHidden(acting or len(self.question) < 2)
        self.acting.set_words(_("I answer for somebody else"))
        self.choose.set_words(_("Choose"), spoken=_("Choose what your adviser can do"))
        self.mandate.retranslate()
        self.switches.retranslate()
        may_act = not acting or is_mandate(self.mandate.text)
        self.yes.setEnabled(may_act and bool(self.switches.given))
        self.yes.set_words(_("Yes"))
        self.no.set_words(_("No"))
        if self.question:
            asked = QUESTIONS[would_give]
            title = _(asked.title)
            self.note.setText(time_words(would_give))
            self.icon.show_icon(asked.icon, BLUE)
            self.title.setText(title)
            self.detail.setText(self.mandate.advice() if acting else _(asked.detail))
            self.yes.set_words(_("Yes"), spoken=f"{title} {_('Yes')}")
            self.no.set_words(_("No"), spoken=f"{title} {_('No')}")
        self._fitted = ()
        self._fit()


class StoppedPanel(QuestionSheet):
    """After STOP: everything is already stopped; the caller goes on talking or ends."""

    def __init__(self, clock: Clock | None = None, fingers: FingerWatch | None = None) -> None:
        super().__init__(
            clock,
            fingers,
            icon="",
            yes=("no", "forum"),
            no=("danger", "phone-hangup"),
        )
        self.countdown.hide()
        self.icon.hide()
        self.note.hide()
        for answer in (self.yes, self.no):
            sized(answer, None, 1.4 * ANSWER_U)
        self.go_on = self.yes
        self.end_call = self.no
        self.middle.addWidget(StopSign(24), 1, Qt.AlignmentFlag.AlignCenter)
        self.go_on.clicked.connect(self.put_away)
        self.end_call.clicked.connect(self.put_away)
        self.end_call.clicked.connect(lambda: self.acted.emit(Touch.LEAVE))
        self.retranslate()

    def retranslate(self) -> None:
        """Says every text again."""
        self.title.setText(_("Everything is stopped."))
        self.detail.setText(
            _("Your adviser can no longer see your page, act in it, scan or print.")
        )
        self.go_on.set_words(_("Go on talking"))
        self.end_call.set_words(_("End the talk"))
