# SPDX-License-Identifier: GPL-3.0-only
"""The chat at the kiosk in large letters: what the adviser wrote, and answers by touch or keyboard.
Used by the session page.

It appears with the adviser's first words, and is empty for the next caller.
"""

from __future__ import annotations

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtGui import QPaintEvent
from PyQt6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from resources.texts import N_, _
from session.kiosk.caller_acts import ReadWords, SayWords
from session.protocol.conversation.chat_and_privacy import MAX_WORDS
from session.protocol.endpoints.chat import ChatLine
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.keyboard import TouchKeyboard
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import BLUE, spaced
from views.widgets.announcer import announce

ANSWERS = (N_("Yes"), N_("No"), N_("I did not understand"), N_("One moment"))
SHOWN = 2
"""So many of the last words stand there: large enough to be read from a chair."""


class ChatStrip(QFrame):
    """The last words of the adviser, the caller's last answer, and what may be touched.

    Attributes:
        keyboard: types into the answer's field; whoever shows the strip gives it a place.

    Signals:
        acted(SayWords | ReadWords): the caller answers, or can read what the adviser wrote.
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._lines: tuple[ChatLine, ...] = ()
        self._is_open = self._is_folded = False
        self._reported: set[str] = set()
        self._announced: set[str] = set()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._report)
        self._words = label("large", heavy=True)
        self._words.setObjectName("written_words")
        self._mine = label("body")
        self._entry = QLineEdit()
        self._entry.setObjectName("written_entry")
        self._entry.setMaxLength(MAX_WORDS)
        self._entry.returnPressed.connect(self._send)
        self.keyboard = TouchKeyboard(self._entry)
        self.keyboard.sent.connect(self._send)
        self.keyboard.opened.connect(self.retranslate)
        self._entry.setProperty("min_height_u", 8.4)
        self.answers = [
            BigButton("plain", size="body", margins=(1.4, 0.6, 1.4, 0.6)) for _answer in ANSWERS
        ]
        for button, answer in zip(self.answers, ANSWERS, strict=True):
            button.clicked.connect(
                lambda _checked, answer=answer: self.acted.emit(SayWords(_(answer)))
            )
        self.send = BigButton(
            "plain", "send", colour=BLUE, icon_u=3.2, size="body", margins=(1.4, 0.6, 1.4, 0.6)
        )
        self.send.clicked.connect(self._send)
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        words_row = spaced(QHBoxLayout(), (0,), 2)
        words_row.addWidget(IconView("message-text-outline", 6, colour=BLUE))
        words_row.addWidget(self._words, 1)
        self._quick = QWidget()
        self._typed = QWidget()
        self._row: QBoxLayout = spaced(QHBoxLayout(self._quick), (0,), 1)
        typed = spaced(QHBoxLayout(self._typed), (0,), 1)
        for button in self.answers:
            self._row.addWidget(button)
        typed.addWidget(self._entry, 1)
        typed.addWidget(self.send)
        self._touch: QBoxLayout = spaced(QHBoxLayout(), (0,), 1)
        self._touch.addWidget(self._quick)
        self._touch.addWidget(self._typed, 1)
        box = spaced(QVBoxLayout(self), (2, 1.2, 2, 1.2), 1)
        box.addLayout(words_row, 1)
        box.addWidget(self._mine)
        box.addLayout(self._touch)

    def stand(self, *, portrait: bool, is_upright: bool, is_folded: bool) -> None:
        """A column beside the face, or a strip under what stands there; nothing but the words while
        a question stands, whose own answers count.
        """
        directions = QBoxLayout.Direction
        down, across = directions.TopToBottom, directions.LeftToRight
        self._row.setDirection(down if is_upright else across)
        self._touch.setDirection(down if is_upright or portrait else across)
        if is_folded != self._is_folded:
            self._is_folded = is_folded
            self.retranslate()

    def open_by_caller(self) -> None:
        """The caller begins to write; the strip stays until the conversation is over."""
        self._is_open = True
        self.retranslate()
        self._entry.setFocus()
        self.keyboard.open_keyboard()

    def show_lines(self, lines: tuple[ChatLine, ...]) -> None:
        """All that was written, oldest first;
        nothing hides the strip and forgets what was typed.
        """
        self._lines = lines
        if not lines:
            self._is_open = False
            self._entry.clear()
            self.keyboard.close_keyboard()
        self._reported.intersection_update(line.words_id for line in lines)
        self._show_words()
        theirs = {line.words_id: line.text for line in lines if not line.mine}
        for words_id, text in theirs.items():
            if words_id not in self._announced:
                announce(self, _("Your adviser writes: {text}").format(text=text))
        self._announced = set(theirs)

    def _show_words(self) -> None:
        theirs = [line.text for line in self._lines if not line.mine][-SHOWN:]
        mine = [line.text for line in self._lines if line.mine][-1:]
        self._words.setText("\n".join(theirs))
        if theirs:
            spoken = _("Your adviser writes: {text}").format(text=" ".join(theirs))
        else:
            spoken = ""
        self._words.setAccessibleName(spoken)
        self._mine.setText(_("You answered: {text}").format(text=mine[0]) if mine else "")
        types = self.keyboard.is_open  # its keys need the height
        self._mine.setVisible(bool(mine) and not types and not self._is_folded)
        self.setVisible(bool(self._lines) or self._is_open)
        self.update()

    def retranslate(self) -> None:
        """Says every text again."""
        types = self.keyboard.is_open
        self._quick.setVisible(not types and not self._is_folded)
        self._typed.setVisible(not self._is_folded)
        for button, answer in zip(self.answers, ANSWERS, strict=True):
            button.set_words(_(answer))
        self._entry.setPlaceholderText(_("Or type your answer…"))
        self._entry.setAccessibleName(_("Type your answer"))
        self.send.set_words(_("Send"))
        self.keyboard.retranslate()
        self._show_words()

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """Painted: the adviser may know."""
        super().paintEvent(a0)
        if any(not line.mine and line.words_id not in self._reported for line in self._lines):
            self._soon.start()

    def _report(self) -> None:
        if not self._words.isVisible() or self._words.visibleRegion().isEmpty():
            return
        for line in [line for line in self._lines if not line.mine][-SHOWN:]:
            if line.words_id not in self._reported:
                self._reported.add(line.words_id)
                self.acted.emit(ReadWords(line.words_id))

    def _send(self) -> None:
        text = self._entry.text().strip()
        if text:
            self._entry.clear()
            self.keyboard.close_keyboard()
            self.acted.emit(SayWords(text))
