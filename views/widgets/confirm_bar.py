# SPDX-License-Identifier: GPL-3.0-only
"""Two ways to ask "really?" without a dialog: a button that needs a second press, and a bar with a
question. Used by the desk.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QApplication, QFrame, QWidget

from resources.texts import _
from views.widgets.announcer import announce
from views.widgets.icons import IconLabel, icon
from views.widgets.parts import PushButton, label, name_button, push_button, restyle, row
from views.widgets.theme import size_icons

_HELD = frozenset(
    {Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta}
)
_PRESSES = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})


class ConfirmButton(PushButton):
    """A button whose act needs a second press, at the same place or with the same keys, without
    a limit of time; Escape, or an act of mouse or keyboard elsewhere, takes the first one back.

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
        self._asking = False
        self.setIcon(icon(icon_name, "on_bad" if kind == "danger" else "text"))
        size_icons(self, 23, 18)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        restyle(self, kind=kind)
        self._show_text()
        self.clicked.connect(self._on_clicked)

    def is_asking(self) -> bool:
        """True between the first press and the second."""
        return self._asking

    def take_back(self) -> None:
        """Forgets the first press."""
        self._set_asking(False)

    def set_short(self, short: bool) -> None:
        """An icon alone where there is little room; the question is then asked beside it."""
        self._short = short
        self._show_text()

    def sizeHint(self) -> QSize:
        """Wide enough for both texts, so that nothing moves between the two presses."""
        if self._short:
            return super().sizeHint()
        words = max(self.fontMetrics().horizontalAdvance(text) for text in self._texts)
        return super().sizeHint().expandedTo(QSize(words + 60, 0))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Watches the whole program between the two presses: what is done elsewhere is no yes."""
        if event is not None and self._asking and self._ends_question(watched, event):
            self.take_back()
            return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        return super().eventFilter(watched, event)

    def _ends_question(self, watched: QObject | None, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.MouseButtonPress:
                return isinstance(watched, QWidget) and watched is not self
            case QEvent.Type.ShortcutOverride:  # comes before each key, a shortcut's too
                assert isinstance(event, QKeyEvent)
                same_keys = QKeySequence(event.keyCombination()) == QKeySequence(
                    str(self.property("keys"))
                )
                pressed = self.hasFocus() and event.key() in _PRESSES
                return not (same_keys or pressed or event.key() in _HELD)
            case QEvent.Type.FocusOut | QEvent.Type.Hide | QEvent.Type.EnabledChange:
                return watched is self
            case _:
                return False

    def _set_asking(self, asking: bool) -> None:
        if asking == self._asking:
            return
        self._asking = asking
        app = QApplication.instance()
        assert app is not None
        if asking:
            app.installEventFilter(self)
        else:
            app.removeEventFilter(self)
        self._show_text()
        if asking and not self.hasFocus():  # else its new name is said
            announce(self, _("{act}? Press again.").format(act=self._texts[0]), urgent=True)
        self.asking_changed.emit(asking)

    def _show_text(self) -> None:
        words = self._texts[int(self._asking)]
        self.setText("" if self._short else words)
        name_button(self, words, self._keys)

    def _on_clicked(self) -> None:
        was_asking = self._asking
        self._set_asking(not was_asking)
        if was_asking:
            self.confirmed.emit()


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
