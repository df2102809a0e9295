# SPDX-License-Identifier: GPL-3.0-only
"""Asks for the passphrase of the file of keys: to open it at a start, to choose one, to change it.
Used by the desk's sign-in and its settings.
"""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from resources.texts import _
from views.widgets.announcer import announce
from views.widgets.icons import IconLabel
from views.widgets.parts import Card, column, label, push_button, row
from views.widgets.theme import SPACE, text_scale

CARD_WIDTH = 480
LEAST_LETTERS = 12


class SecretLine(QWidget):
    """A line whose letters are hidden, with a button that shows them while it is down."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setObjectName(name)
        self.line.setAccessibleName(words)
        self.line.setMaxLength(200)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self._eye = push_button(_("Show"), name=f"{name}_show")
        self._eye.setCheckable(True)
        self._eye.toggled.connect(self._on_shown)
        caption = label(words, "caption")
        caption.setBuddy(self.line)
        line = row(None, self.line, self._eye)
        line.setStretch(0, 1)
        column(self, caption, line, space=2)

    def text(self) -> str:
        """Return what was typed."""
        return self.line.text()

    def forget(self) -> None:
        """Nothing typed stays."""
        self.line.clear()
        self._eye.setChecked(False)

    def _on_shown(self, is_shown: bool) -> None:
        mode = QLineEdit.EchoMode
        self.line.setEchoMode(mode.Normal if is_shown else mode.Password)
        self._eye.setText(_("Hide") if is_shown else _("Show"))


class NewPassphrase(QWidget):
    """A passphrase to choose, typed twice.

    Signals: changed(): it may be good now, or no longer.
    """

    changed = pyqtSignal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._first = SecretLine(f"{name}_first", _("New passphrase"))
        self._again = SecretLine(f"{name}_again", _("The same once more"))
        self._hint = label("", "soft", f"{name}_hint", wrap=True)
        column(self, self._first, self._again, self._hint)
        for secret_line in (self._first, self._again):
            secret_line.line.textChanged.connect(self._on_typed)
        self._on_typed()

    def good(self) -> str:
        """The passphrase, once it is long enough and typed twice alike; else ""."""
        first = self._first.text()
        is_good = len(first) >= LEAST_LETTERS and first == self._again.text()
        if is_good:
            return first
        return ""

    def last_line(self) -> QLineEdit:
        """Return where Enter ends the typing."""
        return self._again.line

    def forget(self) -> None:
        """Nothing typed stays."""
        self._first.forget()
        self._again.forget()

    def take_keyboard(self) -> None:
        """The keyboard goes to the first line."""
        self._first.line.setFocus()

    def _on_typed(self) -> None:
        first, repeated = self._first.text(), self._again.text()
        if len(first) < LEAST_LETTERS:
            words = _("At least {count} letters; several words that you remember are best.")
        elif first != repeated:
            words = _("Type the same words once more.")
        else:
            words = _("This passphrase can be used. Nobody can give it back to you.")
        self._hint.setText(words.format(count=LEAST_LETTERS))
        self.changed.emit()


class KeyringView(QWidget):
    """Says that the computer's keyring asks for its password, which no window of ours may ask."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("keyring_asks")
        card = Card("keyring_card", padding=SPACE[3])
        card.setMaximumWidth(round(CARD_WIDTH * max(1.0, text_scale())))
        words = _(
            "Your key lies in this computer's keyring, which asks for its password in a window of "
            "its own, perhaps behind this one. Answer it there: the desk opens by itself."
        )
        card.body.addWidget(label(_("The keyring is locked"), "large"))
        card.body.addWidget(label(words, "soft", name="keyring_words", wrap=True))
        middle = row(None)
        middle.addStretch(1)
        middle.addWidget(card, 100)  # as wide as it may be, never wider than the window
        middle.addStretch(1)
        box = column(self, space=0, margins=(SPACE[3], SPACE[3], SPACE[3], SPACE[3]))
        box.addStretch(1)
        box.addLayout(middle)
        box.addStretch(2)


class UnlockView(QWidget):
    """The desk's first page on a computer without a keyring.

    Signals:
        passphrase_given(str): open the keys with it.
        forgotten(): begin anew, with a new invitation.
    """

    passphrase_given = pyqtSignal(str)
    forgotten = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("unlock")
        self._line = SecretLine("unlock_passphrase", _("Passphrase"))
        self._enter = push_button(_("Open"), "sign_in", "primary", name="unlock_enter")
        self._lost = push_button(_("I no longer know it"), name="unlock_lost")
        self._begin = push_button(_("Begin anew with an invitation"), name="unlock_begin")
        self._words = label("", name="unlock_words", wrap=True)
        self._words.setProperty("tone", "bad")
        self._mark = IconLabel("error", "bad", size_px=20)
        self._build()
        self._enter.clicked.connect(self._on_enter)
        self._line.line.returnPressed.connect(self._on_enter)
        self._lost.clicked.connect(self._on_lost)
        self._begin.clicked.connect(self.forgotten)
        self._line.line.setFocus()

    def show_busy(self) -> None:
        """The passphrase is tried."""
        self._enter.setEnabled(False)
        self._says.hide()

    def show_error(self, text: str) -> None:
        """Why it did not open, and what to do."""
        self._enter.setEnabled(True)
        self._words.setText(text)
        self._says.show()
        announce(self, text, urgent=True)
        self._line.line.selectAll()
        self._line.line.setFocus()

    def _build(self) -> None:
        card = Card("unlock_card", padding=SPACE[3])
        card.setMaximumWidth(round(CARD_WIDTH * text_scale()))
        self._says = QWidget()
        words_row = row(self._says, self._mark)
        words_row.addWidget(self._words, 1)
        self._says.hide()
        self._lost_words = label(
            _(
                "Nobody can read the keys without it. Ask your administrator for a new invitation: "
                "the old key is then withdrawn. Pages that were not filed yet on this computer "
                "stay unreadable; the old file is set aside, not deleted."
            ),
            wrap=True,
        )
        intro = _(
            "This computer has no keyring: your key is in an encrypted file. Its passphrase is "
            "asked at each start."
        )
        for part in (
            label(_("Your passphrase"), "large"),
            label(intro, "soft", wrap=True),
            self._line,
            self._says,
            self._enter,
            self._lost,
            self._lost_words,
            self._begin,
        ):
            card.body.addWidget(part)
        self._lost_words.hide()
        self._begin.hide()
        middle = row(None)
        middle.addStretch(1)
        middle.addWidget(card, 100)  # as wide as it may be, never wider than the window
        middle.addStretch(1)
        box = QVBoxLayout(self)
        box.addStretch(1)
        box.addLayout(middle)
        box.addStretch(2)

    def _on_enter(self) -> None:
        if self._enter.isEnabled() and self._line.text():
            self.passphrase_given.emit(self._line.text())

    def _on_lost(self) -> None:
        for part in (self._lost_words, self._begin):
            part.show()
        self._lost.hide()
        self._begin.setFocus()
