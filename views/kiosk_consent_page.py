# SPDX-License-Identifier: GPL-3.0-only
"""What the caller is asked and what the adviser can do, in plain words. The panel slides in at the foot of the session.

Used by the session page. The answer's time limit is kept by `session.kiosk.grants`; here it is only shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QEasingCurve, QPoint, QPropertyAnimation, Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from resources.texts import N_, _
from session.clock import Clock
from session.kiosk.grants import SILENCE_S
from session.protocol.session_messages import Grant
from views.kiosk_icons import Countdown, IconView, StopSign
from views.kiosk_page import BigButton, label
from views.kiosk_theme import BLUE, SKY, WHITE, spaced

QUESTIONS: dict[Grant, tuple[str, str, str]] = {
    Grant.SEE_PAGE: (
        "eye",
        N_("May your adviser see this web page?"),
        N_("They see the page and can point at it. Your passwords stay hidden."),
    ),
    Grant.POINT: (
        "cursor-default-click",
        N_("May your adviser point at this web page?"),
        N_("A red dot shows you where to look. It changes nothing."),
    ),
    Grant.SCAN: (
        "scanner",
        N_("May your adviser scan your document?"),
        N_("They receive a picture of the paper on the glass."),
    ),
    Grant.PRINT: (
        "printer",
        N_("May your adviser print a sheet for you?"),
        N_("The sheet comes out of the printer of this kiosk. It is yours."),
    ),
}
"""Icon, question and explanation of each power."""

CHIPS: dict[Grant, tuple[str, str]] = {
    Grant.SEE_PAGE: ("eye", N_("Hide my page")),
    Grant.SCAN: ("scanner", N_("No more scanning")),
    Grant.PRINT: ("printer", N_("No more printing")),
}
"""Icon and words of the button that takes a power back."""

_MEDIA = {
    (True, True): N_("Your adviser sees and hears you."),
    (True, False): N_("Your adviser sees you but does not hear you."),
    (False, True): N_("Your adviser hears you but does not see you."),
    (False, False): N_("Your adviser neither sees nor hears you."),
}
_PAGE = {
    True: N_("They see your page and can point at it."),
    False: N_("They do not see your page."),
}
_DEVICES = {
    (True, True): N_("They can scan and print."),
    (True, False): N_("They can scan, but not print."),
    (False, True): N_("They can print, but not scan."),
    (False, False): N_("They can neither scan nor print."),
}


def powers_sentence(grants: Mapping[Grant, bool], seen: bool = True, heard: bool = True) -> str:
    """What the agent can see and do now, in whole sentences; grants not named are refused."""
    page = _PAGE[grants.get(Grant.SEE_PAGE, False)]
    devices = _DEVICES[grants.get(Grant.SCAN, False), grants.get(Grant.PRINT, False)]
    return " ".join((_(_MEDIA[seen, heard]), _(page), _(devices)))


class SlidingPanel(QWidget):
    """A panel that slides up inside its own place, so that nothing above it is covered or laid out twice."""

    SLIDE_MS = 220

    def __init__(self) -> None:
        super().__init__()
        self.panel = QFrame(self)
        self.panel.setObjectName("question")
        self._slide = QPropertyAnimation(self.panel, b"pos", self)
        self._slide.setDuration(self.SLIDE_MS)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.hide()

    def fit(self, width_px: int) -> None:
        """Takes the height that the panel needs for this width."""
        layout = self.panel.layout()
        if layout is not None:
            layout.activate()
            wanted = layout.totalHeightForWidth(width_px) if layout.hasHeightForWidth() else layout.sizeHint().height()
            self.setFixedHeight(max(wanted, layout.minimumSize().height()))

    def slide_in(self, width_px: int) -> None:
        """Shows the panel from below."""
        self.fit(width_px)
        self.show()
        self._slide.stop()
        self._slide.setStartValue(QPoint(0, self.height()))
        self._slide.setEndValue(QPoint(0, 0))
        self._slide.start()

    def finish_slide(self) -> None:
        """The panel stands in its place at once."""
        self._slide.stop()
        self.panel.move(0, 0)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """The panel fills its place."""
        self.panel.resize(self.size())


class ConsentPanel(SlidingPanel):
    """One question, Yes and No of the same size, and the time that is left. No answer is no.

    Signals:
        answered: the grant and the caller's answer.
    """

    answered = pyqtSignal(Grant, bool)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.grant: Grant | None = None
        self._until_s = 0.0
        self._icon = IconView("eye", 10, BLUE, disc=SKY)
        self._question = label("large")
        self._detail = label("body", tone="grey")
        self._silence = label("small", tone="grey")
        self._countdown = Countdown(8)
        self.yes = BigButton("yes", "check-bold", colour=WHITE, size="large", icon_u=5)
        self.no = BigButton("no", "close-thick", colour=WHITE, size="large", icon_u=5)
        self.yes.clicked.connect(lambda: self._answer(True))
        self.no.clicked.connect(lambda: self._answer(False))
        self._lay_out()

    def _lay_out(self) -> None:
        says = spaced(QVBoxLayout(), (0,), 0.8)
        for widget in (self._question, self._detail, self._silence):
            says.addWidget(widget)
        asks: QBoxLayout = spaced(QHBoxLayout(), (0,), 2.4)
        asks.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        asks.addLayout(says, 1)
        answers = spaced(QHBoxLayout(), (0,), 2)
        answers.addWidget(self._countdown)
        answers.addWidget(self.yes, 1)
        answers.addWidget(self.no, 1)
        self._box: QBoxLayout = spaced(QHBoxLayout(self.panel), (3, 2.4, 3, 2.4), 3)
        self._box.addLayout(asks, 6)
        self._box.addLayout(answers, 5)

    def set_portrait(self, portrait: bool) -> None:
        """The answers under the question."""
        directions = QBoxLayout.Direction
        self._box.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)

    def ask(self, grant: Grant, width_px: int) -> None:
        """Puts the question; the time starts now."""
        self.grant = grant
        self._until_s = self._clock.monotonic_s() + SILENCE_S
        self.retranslate()
        self.tick()
        self.slide_in(width_px)

    def end(self) -> None:
        """The question is over."""
        self.grant = None
        self.hide()

    def tick(self) -> None:
        """A moment has passed; when the time is over the panel goes away."""
        if self.grant is None:
            return
        left_s = self._until_s - self._clock.monotonic_s()
        if left_s <= 0:
            self.end()
            return
        self._countdown.show_seconds(int(-(-left_s // 1)), int(SILENCE_S))

    def _answer(self, allowed: bool) -> None:
        grant = self.grant
        if grant is not None:
            self.end()
            self.answered.emit(grant, allowed)

    def retranslate(self) -> None:
        """Says every text again."""
        self.yes.set_words(_("Yes"))
        self.no.set_words(_("No"))
        self._silence.setText(_("Without an answer, it is no."))
        if self.grant is not None:
            icon, question, detail = QUESTIONS[self.grant]
            self._icon.show_icon(icon, BLUE)
            self._question.setText(_(question))
            self._detail.setText(_(detail))
            self.yes.set_words(_("Yes"), spoken=f"{_(question)} {_('Yes')}")
            self.no.set_words(_("No"), spoken=f"{_(question)} {_('No')}")


class StoppedPanel(SlidingPanel):
    """After STOP: everything is already stopped; the caller goes on talking or ends.

    Signals:
        go_on_requested, end_requested.
    """

    go_on_requested = pyqtSignal()
    end_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._title = label("large")
        self._detail = label("body", tone="grey")
        self.go_on = BigButton("no", "forum", colour=WHITE)
        self.end_call = BigButton("danger", "phone-hangup", colour=WHITE)
        self.go_on.clicked.connect(self.hide)
        self.go_on.clicked.connect(self.go_on_requested)
        self.end_call.clicked.connect(self.hide)
        self.end_call.clicked.connect(self.end_requested)
        says = spaced(QVBoxLayout(), (0,), 0.8)
        says.addWidget(self._title)
        says.addWidget(self._detail)
        tells: QBoxLayout = spaced(QHBoxLayout(), (0,), 2.4)
        tells.addWidget(StopSign(9), 0, Qt.AlignmentFlag.AlignVCenter)
        tells.addLayout(says, 1)
        answers = spaced(QHBoxLayout(), (0,), 2)
        answers.addWidget(self.go_on, 1)
        answers.addWidget(self.end_call, 1)
        self._box: QBoxLayout = spaced(QHBoxLayout(self.panel), (3, 2.4, 3, 2.4), 3)
        self._box.addLayout(tells, 5)
        self._box.addLayout(answers, 6)
        self.retranslate()

    def set_portrait(self, portrait: bool) -> None:
        """The answers under the words."""
        directions = QBoxLayout.Direction
        self._box.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)

    def retranslate(self) -> None:
        """Says every text again."""
        self._title.setText(_("Everything is stopped."))
        self._detail.setText(_("Your adviser can no longer see your page, scan or print."))
        self.go_on.set_words(_("Go on talking"))
        self.end_call.set_words(_("End the talk"))
