# SPDX-License-Identifier: GPL-3.0-only
"""The end: take back what you have left here, and what was really wiped.
Used by the kiosk window.
"""

from __future__ import annotations

from enum import StrEnum

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout

from resources.texts import N_, _
from session.core.clock import Clock
from session.kiosk.caller_acts import RateTalk, Step
from session.protocol.conversation.messages import KioskWiped
from session.protocol.hub.statistics import Solved
from views.kiosk.widgets.icons import Countdown, IconView
from views.kiosk.widgets.page_base import BigButton, KioskPage, label
from views.kiosk.widgets.theme import ACCENT, BLUE, GREEN, GREEN_PAPER, INK, SKY, WHITE, spaced

GOODBYE_S = 20.0
"""Seconds until the kiosk is there for the next caller."""
ASKED_S = 10.0
"""Seconds for which the caller is asked whether it was solved."""


class Belonging(StrEnum):
    """The things that a caller may leave behind, once a conversation has used them."""

    ORIGINAL = "original"
    SHEETS = "sheets"
    STICK = "stick"


_FACES = {
    Solved.YES: ("emoticon-happy-outline", GREEN, N_("Yes")),
    Solved.PARTLY: ("emoticon-neutral-outline", BLUE, N_("In part")),
    Solved.NO: ("emoticon-sad-outline", INK, N_("No")),
}
"""Icon, colour and words of each answer."""


class _Reminder(QFrame):
    """One thing to know: a big icon, a few words, a line of detail."""

    def __init__(self, icon: str, colour: str, *, disc: str) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.icon = IconView(icon, 9, colour=colour, disc=disc)
        self.words = label("large", centred=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.detail = label("body", tone="grey", centred=True)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._says = spaced(QVBoxLayout(), (0,), 1.6)
        self._says.addWidget(self.words)
        self._says.addWidget(self.detail, 1)
        self._box: QBoxLayout = spaced(QVBoxLayout(self), (2.5, 2.5, 2.5, 2.5), 1.6)
        self._box.addStretch(1)
        self._box.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignCenter)
        self._box.addLayout(self._says, 2)

    def set_portrait(self, portrait: bool) -> None:
        """The words beside the icon, or under it: two lines each, so that the icons of all cards
        stand at one height.
        """
        directions = QBoxLayout.Direction
        self._box.setDirection(directions.LeftToRight if portrait else directions.TopToBottom)
        self._says.setStretch(0, 1 if portrait else 0)
        self._box.setStretch(0, 0 if portrait else 1)
        self._box.setStretch(2, 1 if portrait else 2)
        if portrait:
            side = Qt.AlignmentFlag.AlignLeft
        else:
            side = Qt.AlignmentFlag.AlignHCenter
        self.words.setAlignment(
            side | (Qt.AlignmentFlag.AlignBottom if portrait else Qt.AlignmentFlag.AlignTop)
        )
        self.detail.setAlignment(side | Qt.AlignmentFlag.AlignTop)
        self.words.setProperty("min_height_u", 0 if portrait else 8)


class SolvedStrip(QFrame):
    """Was it solved? Three faces, one touch, and nobody learns who touched.

    Signals:
        acted(RateTalk): once.
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._given = False
        self._question = label("lead", heavy=True)
        self._anonymous = label("small", tone="grey")
        self.faces: dict[Solved, BigButton] = {}
        says = spaced(QVBoxLayout(), (0,), 0.4)
        says.addWidget(self._question)
        says.addWidget(self._anonymous)
        self._row: QBoxLayout = spaced(QHBoxLayout(self), (0,), 1.6)
        self._row.addLayout(says, 2)
        faces = spaced(QHBoxLayout(), (0,), 2.4)
        self._row.addLayout(faces, 3)
        for solved, (icon, colour, _words) in _FACES.items():
            face = BigButton("plain", icon, colour=colour, icon_u=6)
            face.setObjectName(f"solved_{solved.value}")
            face.clicked.connect(lambda _checked, solved=solved: self._on_face(solved))
            self.faces[solved] = face
            faces.addWidget(face, 1)
        self.retranslate()

    def set_portrait(self, portrait: bool) -> None:
        """The faces under the question, each above its word."""
        directions = QBoxLayout.Direction
        self._row.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)
        for face in self.faces.values():
            face.stand(portrait)

    def _on_face(self, solved: Solved) -> None:
        if not self._given:
            self._given = True
            self.retranslate()
            self.acted.emit(RateTalk(solved))

    def ask(self) -> None:
        """Asks the next caller."""
        self._given = False
        self.retranslate()

    def retranslate(self) -> None:
        """Says every text again."""
        if self._given:
            self._question.setText(_("Thank you for your answer."))
        else:
            self._question.setText(_("Was your request solved?"))
        self._anonymous.setText(_("Your answer is anonymous."))
        for solved, (_icon, _colour, words) in _FACES.items():
            self.faces[solved].set_words(_(words))
            self.faces[solved].setVisible(not self._given)


def is_clean(wiped: KioskWiped) -> bool:
    """True if nothing of the caller is left."""
    return wiped.left_over == 0 and wiped.profile_removed


class GoodbyePage(KioskPage):
    """Thanks, reminders of what the caller has used here, and back to the start after twenty
    seconds.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._wiped: KioskWiped | None = None
        self._until_s: float | None = None
        self._left: set[Belonging] = set()
        self._title = label("title", centred=True)
        self._session_number = ""
        self._spoken_number = label("body", tone="grey", centred=True)
        self._original = _Reminder("scanner", INK, disc=ACCENT)
        self._sheets = _Reminder("printer-check", BLUE, disc=SKY)
        self._stick = _Reminder("usb-flash-drive-outline", INK, disc=ACCENT)
        self._trace = _Reminder("shield-check", GREEN, disc=GREEN_PAPER)
        self._cards: QBoxLayout = spaced(QHBoxLayout(), (0,), 2.4)
        for card in self._all_cards():
            self._cards.addWidget(card, 1)
        self.solved = SolvedStrip()
        self.finish = BigButton("primary", "check-bold", colour=WHITE, size="large")
        self.finish.clicked.connect(self._finish)
        self._countdown = Countdown(8)
        self._closing = label("body", tone="grey")
        foot = spaced(QHBoxLayout(), (0,), 2.4)
        foot.addStretch(1)
        foot.addWidget(self.finish)
        foot.addWidget(self._countdown)
        foot.addWidget(self._closing, 1)
        box = spaced(QVBoxLayout(self), (6, 2, 6, 2), 2)
        box.addWidget(self._title)
        box.addWidget(self._spoken_number)
        box.addLayout(self._cards, 1)
        box.addWidget(self.solved)
        box.addLayout(foot)
        self.retranslate()

    def _all_cards(self) -> tuple[_Reminder, ...]:
        return self._original, self._sheets, self._stick, self._trace

    def set_portrait(self, portrait: bool) -> None:
        """The reminders one above the other."""
        directions = QBoxLayout.Direction
        self._cards.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)
        self.solved.set_portrait(portrait)
        for card in self._all_cards():
            card.set_portrait(portrait)

    def show_goodbye(self, wiped: KioskWiped | None) -> None:
        """The session is over; None while the kiosk is still wiping: until it is known what came of
        it, the page stays. The time starts with the first call.
        """
        self._wiped = wiped
        if wiped is not None and self._until_s is not None and not is_clean(wiped):
            self._until_s = max(self._until_s, self._clock.monotonic_s() + ASKED_S)
        if self._until_s is None:
            self._until_s = self._clock.monotonic_s() + GOODBYE_S
            self.solved.ask()
            self.solved.show()
            self._closing.hide()
        self.retranslate()
        self._show_left()

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken."""
        cards = [card for card in self._all_cards() if card.isVisibleTo(self)]
        texts = [self._title, *(text for card in cards for text in (card.words, card.detail))]
        return [text.text() for text in texts]

    def remind_of(self, thing: Belonging) -> None:
        """The caller has to take this along at the end."""
        self._left.add(thing)
        self.retranslate()

    def show_number(self, number: str) -> None:
        """The number of the conversation, for whoever has a question about it later."""
        self._session_number = number
        self.retranslate()

    def forget(self) -> None:
        """The next caller has left nothing behind."""
        self._left.clear()
        self._session_number = ""
        self.retranslate()

    def leave(self) -> None:
        """The page is no longer shown."""
        self._until_s = None
        self._wiped = None

    def tick(self) -> None:
        """A moment has passed."""
        if self._until_s is not None and self._show_left() <= 0:
            self._finish()

    def _show_left(self) -> float:
        """Seconds until this page goes by itself; what is seen of them."""
        assert self._until_s is not None
        left_s = self._until_s - self._clock.monotonic_s()
        self._countdown.show_seconds(max(0, int(-(-left_s // 1))), int(GOODBYE_S))
        if left_s <= GOODBYE_S - ASKED_S:
            self.solved.hide()
            self._closing.show()
        return left_s

    def _finish(self) -> None:
        if self._wiped is None and self._until_s is not None:
            self._until_s = min(self._until_s, self._clock.monotonic_s())
            return
        self.leave()
        self.acted.emit(Step.GONE)

    def retranslate(self) -> None:
        """Says every text again."""
        self._title.setText(_("Thank you. The talk is over."))
        number = self._session_number
        if number:
            self._spoken_number.setText(_("Number of your talk: {number}").format(number=number))
        self._spoken_number.setVisible(bool(number))
        self._original.words.setText(_("Take your paper back from the glass"))
        has_stick, has_original = (
            thing in self._left for thing in (Belonging.STICK, Belonging.ORIGINAL)
        )
        self._original.detail.setText(
            _("Take your stick back too.")
            if has_stick
            else _("Lift the lid of the scanner and look.")
        )
        self._sheets.words.setText(_("Take your printed sheets"))
        self._sheets.detail.setText(_("They are in the printer of this kiosk."))
        self._stick.words.setText(_("Take your stick back"))
        self._stick.detail.setText(_("It is still in this kiosk."))
        self._original.setVisible(has_original)
        self._sheets.setVisible(Belonging.SHEETS in self._left)
        # there is room for three
        self._stick.setVisible(has_stick and not has_original)
        self.solved.retranslate()
        self._closing.setText(_("This screen closes by itself."))
        self.finish.set_words(_("I have everything") if self._left else _("Finish"))
        self._show_traces()

    def _show_traces(self) -> None:
        trace, wiped = self._trace, self._wiped
        if wiped is None:
            trace.icon.show_icon("progress-clock", GREEN, GREEN_PAPER)
            trace.words.setText(_("We are erasing everything"))
            trace.detail.setText(_("This takes a few seconds."))
        elif is_clean(wiped):
            trace.icon.show_icon("shield-check", GREEN, GREEN_PAPER)
            trace.words.setText(_("Everything is erased"))
            trace.detail.setText(_("Nothing that you showed or typed stays on this kiosk."))
        else:
            trace.icon.show_icon("shield-alert", INK, ACCENT)
            trace.words.setText(_("Not everything is erased yet"))
            trace.detail.setText(_("Please tell the reception."))
