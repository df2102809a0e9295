# SPDX-License-Identifier: GPL-3.0-only
"""A web page's question to the caller, in the kiosk's own look, over the page.
Used by `views.kiosk.browser.page_view`.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from resources.texts import _
from session.protocol.conversation.mirror_messages import DialogKind
from views.kiosk.browser.dialogs import MAX_TEXT, Question
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import spaced


class DialogCard(QWidget):
    """Covers the page while it waits for an answer; by touch or by keyboard (Enter and Escape).

    Signals:
        answered(dialog_id, ok, text): the caller's answer.
    """

    answered = pyqtSignal(str, bool, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._question: Question | None = None
        self._site = label("small", tone="grey")
        self._words = label("lead", heavy=True)
        self.entry = QLineEdit()
        self.entry.setObjectName("dialog_entry")
        self.entry.setMaxLength(MAX_TEXT)
        self.entry.setMinimumHeight(60)
        self.yes = BigButton("primary", size="lead")
        self.no = BigButton("plain", size="lead")
        for button, name in ((self.yes, "dialog_yes"), (self.no, "dialog_no")):
            button.setObjectName(name)
            button.setMinimumSize(64, 64)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.yes.clicked.connect(lambda: self._answer(True))
        self.no.clicked.connect(lambda: self._answer(False))
        self._lay_out()
        self.retranslate()
        self.hide()

    def _lay_out(self) -> None:
        card = QFrame()
        card.setObjectName("dialog_card")
        answers = spaced(QHBoxLayout(), (0,), 2)
        answers.addStretch(1)
        answers.addWidget(self.no)
        answers.addWidget(self.yes)
        inside = spaced(QVBoxLayout(card), (3, 2.4, 3, 2.4), 1.6)
        inside.setContentsMargins(28, 22, 28, 22)
        for widget in (self._site, self._words, self.entry):
            inside.addWidget(widget)
        inside.addLayout(answers)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.addStretch(1)
        layout.addWidget(card)
        layout.addStretch(2)

    def retranslate(self) -> None:
        """Says every text again, in the language in use."""
        asks = self._question is not None and self._question.kind is not DialogKind.ALERT
        self.yes.set_words(_("Continue"))
        self.no.set_words(_("Cancel"))
        self.no.setVisible(asks)

    def ask(self, question: Question, host: str) -> None:
        """Shows the page's question; `host` says which site asks."""
        self._question = question
        self._site.setText(
            _("Message from the page of {host}:").format(host=host)
            if host
            else _("Message from the page:")
        )
        self._words.setText(question.text)
        self.setAccessibleName(question.text)
        self.entry.setText(question.preset)
        self.entry.setVisible(question.kind is DialogKind.PROMPT)
        self.entry.setAccessibleName(question.text)
        self.retranslate()
        self.show()
        self.raise_()
        first: QWidget = self.entry if question.kind is DialogKind.PROMPT else self.yes
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def end(self, dialog_id: str) -> None:
        """The question is answered or gone: nothing of it stays."""
        if self._question is not None and self._question.dialog_id == dialog_id:
            self._question = None
            self._words.clear()
            self.entry.clear()
            self.hide()

    def _answer(self, ok: bool) -> None:
        if self._question is not None:
            self.answered.emit(self._question.dialog_id, ok, self.entry.text())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter and Escape answer."""
        assert event is not None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._answer(True)
        elif event.key() == Qt.Key.Key_Escape:
            self._answer(False)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Darkens the page: it stands still."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(10, 31, 64, 150))
        painter.end()
