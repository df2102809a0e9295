# SPDX-License-Identifier: GPL-3.0-only
"""The settings' page of keys: each act with its keys, changed by pressing others. Used by the
settings window.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QToolButton, QWidget

from resources.texts import _
from views.widgets.announcer import announce
from views.widgets.parts import column, label, push_button, restyle, row, tool_button
from views.widgets.plain_words import PlainFace, tip_words
from views.widgets.theme import SPACE
from views.words.fuzzy_search import plain
from views.workplace.key_bindings import KeyBindings, shown

_HELD = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)


class KeyButton(PlainFace, QPushButton):
    """Shows keys; pressed, it takes the next keys that are pressed. Escape leaves them, and so does
    whoever goes elsewhere.

    Signals: keys_pressed(str): those that the person wants.
    """

    keys_pressed = pyqtSignal(str)

    def __init__(self, name: str, what: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._what = what
        self._keys = ""
        self._listens = False
        self.clicked.connect(self._on_clicked)

    def show_keys(self, keys: str) -> None:
        """The keys that hold now."""
        self._keys = keys
        self._stop()

    def event(self, e: QEvent | None) -> bool:
        """While it listens no shortcut of the window takes the keys, Tab neither."""
        if self._listens and isinstance(e, QKeyEvent):
            if e.type() == QEvent.Type.ShortcutOverride:
                e.accept()
                return True
            if e.type() == QEvent.Type.KeyPress:
                self._on_key(e)
                return True
        return super().event(e)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Nothing is changed."""
        super().focusOutEvent(event)
        if self._listens:
            self._stop()

    def _on_clicked(self) -> None:
        self._listens = True
        self.setText(_("Press the keys (Esc: leave)"))
        self.setAccessibleName(
            _("{what}: press the new keys; Escape leaves").format(what=self._what)
        )
        announce(self, self.accessibleName())

    def _on_key(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _HELD:
            return
        keys = QKeySequence(event.keyCombination()).toString(
            QKeySequence.SequenceFormat.PortableText
        )
        self._stop()
        if key is not Qt.Key.Key_Escape and keys:
            self.keys_pressed.emit(keys)

    def _stop(self) -> None:
        self._listens = False
        self.setText(shown(self._keys))
        self.setAccessibleName(_("{what}: {keys}. Change").format(what=self._what, keys=self._keys))


class KeysPage(QWidget):
    """All acts with their keys; a search; what is in the way in words."""

    def __init__(self, bindings: KeyBindings) -> None:
        super().__init__()
        self.setObjectName("keys_page")
        self._bindings = bindings
        self._rows: list[tuple[str, tuple[QWidget, ...]]] = []
        self._buttons: dict[str, tuple[KeyButton, QToolButton]] = {}
        self._search = QLineEdit()
        self._search.setObjectName("keys_search")
        self._search.setPlaceholderText(_("Search: a key, or what it does"))
        self._search.setAccessibleName(_("Search the shortcuts"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter)
        self._said = label("", name="keys_said", wrap=True)
        self._all = push_button(_("All keys as at first"), name="keys_reset_all")
        self._all.clicked.connect(self._on_reset_all)
        intro = label(
            _("Press the keys of an act, then the new ones. They hold at once."), "soft", wrap=True
        )
        head = row(None, self._search, self._all)
        head.setStretch(0, 1)
        inside = QWidget()
        column(self, intro, head, self._said, inside, 0)
        self._fill(QGridLayout(inside))
        self._said.hide()
        self._show()

    def _fill(self, grid: QGridLayout) -> None:
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE[2])
        grid.setVerticalSpacing(SPACE[0])
        grid.setColumnStretch(0, 1)
        for line, (usual, what) in enumerate(self._bindings.named().items()):
            words = label(what, wrap=True)
            grid.addWidget(words, line, 0)
            if not self._bindings.can_change(usual):
                fixed = label(shown(usual), "key")
                fixed.setToolTip(tip_words(_("These keys cannot be changed.")))
                grid.addWidget(fixed, line, 1, Qt.AlignmentFlag.AlignLeft)
                self._rows.append((plain(f"{what} {shown(usual)}"), (words, fixed)))
                continue
            name = usual.replace("+", "_").replace(",", "comma")
            button = KeyButton(f"key_{name}", what)
            button.keys_pressed.connect(lambda keys, usual=usual: self._on_keys(usual, keys))
            back = tool_button(
                _("{what}: the usual keys").format(what=what), "retry", f"key_reset_{name}"
            )
            back.clicked.connect(lambda _on, usual=usual: self._on_reset(usual))
            self._buttons[usual] = button, back
            grid.addWidget(button, line, 1)
            grid.addWidget(back, line, 2)
            self._rows.append((plain(f"{what} {shown(usual)}"), (words, button, back)))

    # ---- what the person does ----

    def _on_keys(self, usual: str, new_keys: str) -> None:
        conflict = self._bindings.change(usual, new_keys)
        done_words = _("“{what}” is {keys} from now on.").format(
            what=self._bindings.named()[usual], keys=shown(new_keys)
        )
        self._show_words(
            done_words if conflict is None else conflict.text, is_wrong=conflict is not None
        )

    def _on_reset(self, usual: str) -> None:
        conflict = self._bindings.reset(usual)
        done_words = _("“{what}” has its usual keys again.").format(
            what=self._bindings.named()[usual]
        )
        self._show_words(
            done_words if conflict is None else conflict.text, is_wrong=conflict is not None
        )

    def _on_reset_all(self) -> None:
        self._bindings.reset_all()
        self._show_words(_("All keys are as at first."), is_wrong=False)

    def _show_words(self, words: str, *, is_wrong: bool) -> None:
        self._said.setText(words)
        restyle(self._said, tone="bad" if is_wrong else "good")
        self._said.show()
        announce(self, words, urgent=is_wrong)
        self._show()

    def _show(self) -> None:
        for usual, (button, back) in self._buttons.items():
            button.show_keys(self._bindings.keys_of(usual))
            is_own = self._bindings.is_own(usual)
            back.setEnabled(is_own)
        self._all.setEnabled(any(map(self._bindings.is_own, self._buttons)))

    def _filter(self, text: str) -> None:
        words = plain(text).split()
        for searched, parts in self._rows:
            for part in parts:
                part.setVisible(all(word in searched for word in words))
