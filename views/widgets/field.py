# SPDX-License-Identifier: GPL-3.0-only
"""A field with its name above and what is wrong with it below. Used by the cards of the dossier."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QLineEdit, QWidget

from views.widgets.parts import column, label, restyle, row


class Field(QWidget):
    """One line to type in.

    Args:
        beside: a button at the end of the line.

    Signals: entered(): the person pressed Enter. edited(): the text has changed by hand.
    """

    entered = pyqtSignal()
    edited = pyqtSignal()

    def __init__(
        self,
        name: str,
        words: str,
        *,
        longest: int,
        example: str = "",
        beside: QWidget | None = None,
    ) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setObjectName(name)
        self.line.setMaxLength(longest)
        self.line.setPlaceholderText(example)
        self._name = label(role="caption")
        self._name.setBuddy(self.line)
        self._wrong = label(role="small", name=f"{name}_wrong", wrap=True)
        restyle(self._wrong, tone="bad")
        self.rename(words)
        self.line.returnPressed.connect(self.entered)
        self.line.textEdited.connect(lambda _text: self._on_edited())
        line = row(None, self.line)
        if beside is not None:
            line.addWidget(beside)
        column(self, self._name, line, self._wrong, space=2)
        self.setFocusProxy(self.line)
        self.show_wrong("")

    def rename(self, words: str) -> None:
        """Changes what the field asks for."""
        self._name.setText(words)
        self.line.setAccessibleName(words)

    def text(self) -> str:
        """What was typed, with single spaces."""
        return " ".join(self.line.text().split())

    def fill(self, text: str) -> None:
        """Puts a text in, as if it had always been there: there is nothing to undo."""
        self.line.setText(text)
        self.show_wrong("")

    def show_wrong(self, words: str) -> None:
        """Says below the field what is wrong; "" for nothing."""
        self._wrong.setText(words)
        self._wrong.setVisible(bool(words))
        self.line.setAccessibleDescription(words)
        restyle(self.line, wrong=bool(words))

    def is_wrong(self) -> bool:
        """Whether something is said below."""
        return bool(self._wrong.text())

    def _on_edited(self) -> None:
        self.show_wrong("")
        self.edited.emit()
