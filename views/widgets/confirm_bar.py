# SPDX-License-Identifier: GPL-3.0-only
"""Two ways to ask "really?" without a dialog: a button that needs a second press, and a bar with a
question. Used by the desk.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QFrame, QPushButton

from views.widgets.icons import IconLabel, icon
from views.widgets.parts import label, name_button, push_button, restyle, row
from views.widgets.plain_words import PlainFace
from views.widgets.theme import size_icons

CONFIRM_WITHIN_S = 4.0
"""Seconds in which the second press must come."""


class ConfirmButton(PlainFace, QPushButton):
    """A button whose act needs a second press within a few seconds;
    Escape or leaving it takes the first one back.

    Signals:
        confirmed(): pressed twice.
        asking_changed(bool): the first press came, or is forgotten.
    """

    confirmed = pyqtSignal()
    asking_changed = pyqtSignal(bool)

    def __init__(
        self,
        text: str,
        confirm_text: str,
        *,
        icon_name: str,
        name: str,
        keys: str = "",
        kind: str = "danger",
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self._texts = (text, confirm_text)
        self._keys = keys
        self._kind = kind
        self._short = False
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(round(CONFIRM_WITHIN_S * 1000))
        self._asking.timeout.connect(self.take_back)
        self.setIcon(icon(icon_name, "on_bad" if kind == "danger" else "text"))
        size_icons(self, 23, 18)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        restyle(self, kind=kind)
        self._show_text(0)
        self.clicked.connect(self._on_clicked)

    def is_asking(self) -> bool:
        """True between the first press and the second."""
        return self._asking.isActive()

    def take_back(self) -> None:
        """Forgets the first press."""
        self._asking.stop()
        self._show_text(0)

    def set_short(self, short: bool) -> None:
        """An icon alone where there is little room; the question after the first press has
        words.
        """
        self._short = short
        self._show_text(int(self.is_asking()))

    def sizeHint(self) -> QSize:
        """Wide enough for both texts, so that nothing moves between the two presses."""
        if self._short:
            return super().sizeHint()
        words = max(self.fontMetrics().horizontalAdvance(text) for text in self._texts)
        return super().sizeHint().expandedTo(QSize(words + 60, 0))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape takes the first press back."""
        if event is not None and event.key() == Qt.Key.Key_Escape and self.is_asking():
            self.take_back()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        """Forgets the first press of a button that is switched off."""
        if event is not None and event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self.take_back()
        super().changeEvent(event)

    def _show_text(self, which: int) -> None:
        self.setText("" if self._short and not which else self._texts[which])
        name_button(self, self._texts[which], self._keys)
        self.asking_changed.emit(bool(which))

    def _on_clicked(self) -> None:
        if self.is_asking():
            self.take_back()
            self.confirmed.emit()
            return
        self._asking.start()
        self._show_text(1)


class ConfirmBar(QFrame):
    """A question across the view with the two answers; hidden until it is asked.

    Signals:
        answered(bool): True for yes.
    """

    answered = pyqtSignal(bool)

    def __init__(self, name: str, yes: str, *, no: str, kind: str = "danger") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("card", True)
        self._question = label(wrap=True)
        self._yes = push_button(yes, kind=kind, name=f"{name}_yes")
        self._no = push_button(no, name=f"{name}_no")
        self._yes.clicked.connect(lambda: self._answer(True))
        self._no.clicked.connect(lambda: self._answer(False))
        box = row(self, IconLabel("warning", "warn", size_px=20), space=10, margins=(14, 8, 10, 8))
        box.addWidget(self._question, 1)
        box.addWidget(self._no)
        box.addWidget(self._yes)
        self.hide()

    def ask(self, question: str) -> None:
        """Shows the question and puts the keyboard on the harmless answer."""
        self._question.setText(question)
        self.setAccessibleName(question)
        self.show()
        self._no.setFocus()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape means no."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self._answer(False)
            return
        super().keyPressEvent(event)

    def _answer(self, yes: bool) -> None:
        self.hide()
        self.answered.emit(yes)
