# SPDX-License-Identifier: GPL-3.0-only
"""Lines to type in: one with its name above and what is wrong with it below, used by the cards of
the dossier; and one that has room for its hint, used where lines stand beside other things.
"""

from __future__ import annotations

from PyQt6.QtCore import QRect, QSize, pyqtSignal
from PyQt6.QtWidgets import QLineEdit, QStyle, QStyleOptionFrame, QToolButton, QWidget

from views.widgets.parts import column, label, restyle, row

_AROUND_PX, _AROUND_SIGN_PX = 6, 6  # what Qt leaves free beside the words and beside a sign


def type_anew(line: QLineEdit) -> None:
    """Gives the keyboard to a line whose words were refused: what is typed next replaces them."""
    line.setFocus()
    line.selectAll()


class HintedLine(QLineEdit):
    """A line that is never narrower than its hint, however large the letters are."""

    def __init__(self, hint: str = "") -> None:
        super().__init__()
        self.setPlaceholderText(hint)

    def sizeHint(self) -> QSize:
        """Return a size as wide as usual, or as its hint."""
        return self._with_hint(super().sizeHint())

    def minimumSizeHint(self) -> QSize:
        """Room for its hint."""
        return self._with_hint(super().minimumSizeHint())

    def _with_hint(self, size: QSize) -> QSize:
        option, style, any_px = QStyleOptionFrame(), self.style(), 400
        self.initStyleOption(option)
        option.rect = QRect(0, 0, any_px, size.height())
        assert style is not None
        inside = style.subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        words = self.fontMetrics().horizontalAdvance(self.placeholderText()) + _AROUND_PX
        signs = sum(
            button.sizeHint().width() + _AROUND_SIGN_PX
            for button in self.findChildren(QToolButton)
            if not button.isHidden()
        )
        return size.expandedTo(QSize(any_px - inside.width() + words + signs, 0))


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
        self._is_typing = False
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
        """Return what was typed, with single spaces."""
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
        if words and not self._is_typing:
            self.line.selectAll()  # what is typed next replaces what was refused

    def is_wrong(self) -> bool:
        """True if something is said below."""
        return bool(self._wrong.text())

    def _on_edited(self) -> None:
        self._is_typing = True
        self.show_wrong("")
        self.edited.emit()
        self._is_typing = False
