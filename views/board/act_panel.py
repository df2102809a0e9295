# SPDX-License-Identifier: GPL-3.0-only
"""The panel in which a supervisor chooses a target and types the reason before an act is done.
Used by the board's window.

It opens inside the window and covers nothing: the board goes on moving while the reason is typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QComboBox, QFrame, QGridLayout, QLineEdit, QWidget

from resources.plain_text import plain_text
from resources.texts import N_, _
from session.protocol.wire.typed_words import is_reason
from views.widgets.field import type_anew
from views.widgets.parts import column, label, push_button, row, tell_choice
from views.widgets.plain_words import CheckBox
from views.widgets.theme import SPACE

REASONS = (
    N_("Too many callers"),
    N_("Knows the case"),
    N_("Vulnerable caller"),
    N_("Wrong service chosen"),
    N_("Agency closes"),
)
"""The reasons that are offered; any other may be typed."""

LONGEST = 200
CHOICES_ACROSS = 4


SHORTEST_TEXT = 3
"""Letters and signs of a message."""


Given = Callable[[object, str, str], object]
"""Called with the chosen target (or None, or a tuple of choices), the text (or ""), the reason."""


class ActPanel(QFrame):
    """Target, text and reason of one act, hidden until an act is begun. Afterwards the keyboard is
    where it was before.
    """

    def __init__(self) -> None:
        super().__init__()
        self._then: Given | None = None
        self._back: QWidget | None = None
        self.setObjectName("act_panel")
        self.setProperty("card", True)
        self._title = label(role="title", name="act_title")
        self._hint = label(role="soft", name="act_hint", wrap=True)
        self._target = tell_choice(QComboBox())
        self._target.setObjectName("act_target")
        self._target.setMinimumContentsLength(22)
        self._text = QLineEdit()
        self._text.setObjectName("act_text")
        self._text.setMaxLength(LONGEST)
        self._text.setPlaceholderText(_("What they read"))
        self._text.setAccessibleName(_("Message"))
        self._boxes = QWidget()
        self._boxes.setObjectName("act_choices")
        self._grid = QGridLayout(self._boxes)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._choices: dict[str, CheckBox] = {}
        self._reason = QComboBox()
        self._reason.setObjectName("act_reason")
        self._reason.setEditable(True)
        self._reason.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._reason.setAccessibleName(_("Reason, kept in the history"))
        self._reason.addItems([_(words) for words in REASONS])
        self._confirm = push_button(_("Do it"), "kept", "primary", name="act_confirm")
        self._cancel = push_button(_("Cancel"), name="act_cancel")
        self._build()
        self.hide()

    def open(
        self,
        title: str,
        hint: str,
        *,
        then: Given,
        target_name: str = "",
        targets: Sequence[tuple[object, str]] = (),
        chosen: object = None,
    ) -> None:
        """Begins an act.

        Args:
            title, hint: what will be done, and what it means.
            then: does it once it is confirmed.
            target_name, targets: what is to be chosen and (value, words) of each;
                none for an act without a target.
            chosen: the value to begin with.
        """
        window = self.window()
        if not self.isVisible() and window is not None:
            self._back = window.focusWidget()
        self._then = then
        self._title.setText(title)
        self._hint.setText(hint)
        self.setAccessibleName(title)
        self._text.clear()
        self._text.hide()
        self._show_choices((), ())
        self._target.setVisible(bool(targets))
        self._target.setAccessibleName(target_name)
        self._target.clear()
        for value, words in targets:
            self._target.addItem(plain_text(words), value)
        at = next((index for index, (value, _words) in enumerate(targets) if value == chosen), -1)
        self._target.setCurrentIndex(max(0, at))
        self._reason.setCurrentIndex(-1)
        self._line().clear()
        self.show()
        self._check()
        (self._target if targets and at < 0 else self._reason).setFocus()

    def open_text(
        self,
        title: str,
        hint: str,
        *,
        then: Given,
        target_name: str,
        targets: Sequence[tuple[object, str]],
        chosen: object = None,
    ) -> None:
        """Begins an act whose content is a text for one of the targets."""
        self.open(title, hint, then=then, target_name=target_name, targets=targets, chosen=chosen)
        self._text.show()
        self._check()
        self._text.setFocus()

    def open_choices(
        self,
        title: str,
        hint: str,
        *,
        then: Given,
        choices: Sequence[tuple[str, str]],
        chosen: Sequence[str],
    ) -> None:
        """Begins an act whose target is any number of choices; (value, words) of each."""
        self.open(title, hint, then=then)
        self._show_choices(choices, chosen)
        next(iter(self._choices.values()), self._reason).setFocus()

    def _show_choices(self, choices: Sequence[tuple[str, str]], chosen: Sequence[str]) -> None:
        for box in self._choices.values():
            box.hide()
            box.deleteLater()
        self._choices = {}
        for place, (value, words) in enumerate(choices):
            box = CheckBox(words)
            box.setObjectName(f"act_choice_{value}")
            box.setChecked(value in chosen)
            self._grid.addWidget(box, place // CHOICES_ACROSS, place % CHOICES_ACROSS)
            self._choices[value] = box
        self._boxes.setVisible(bool(choices))
        for before, after in pairwise([*self._choices.values(), self._reason]):
            QWidget.setTabOrder(before, after)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter confirms a complete act, Escape cancels."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self._close()
        elif event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_confirm()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self._line().setMaxLength(LONGEST)
        hint = _("Why? 3 letters or more")
        self._line().setPlaceholderText(hint)
        self._reason.setMinimumContentsLength(len(hint) * 3 // 4)  # counted in wide letters
        self._line().textChanged.connect(lambda _text: self._check())
        self._text.textChanged.connect(lambda _text: self._check())
        self._confirm.clicked.connect(self._on_confirm)
        self._cancel.clicked.connect(self._close)
        fields = row(None, space=SPACE[1])
        fields.addWidget(self._target, 2)
        fields.addWidget(self._text, 4)
        fields.addWidget(self._reason, 3)
        fields.addWidget(self._cancel)
        fields.addWidget(self._confirm)
        words = row(None, self._title, space=SPACE[2])
        words.addWidget(self._hint, 1)
        column(
            self,
            words,
            self._boxes,
            fields,
            space=SPACE[1],
            margins=(SPACE[3], SPACE[2], SPACE[3], SPACE[2]),
        )

    def _line(self) -> QLineEdit:
        line = self._reason.lineEdit()
        assert line is not None  # it is editable
        return line

    def _is_complete(self) -> bool:
        is_written = self._text.isHidden() or len(self._text.text().strip()) >= SHORTEST_TEXT
        return is_written and is_reason(self._line().text())

    def _check(self) -> None:
        self._confirm.setEnabled(self._is_complete())

    def _on_confirm(self) -> None:
        if not self._is_complete():
            is_written = is_reason(self._line().text())
            type_anew(self._text if is_written else self._line())
            return
        target: object = None if self._target.isHidden() else self._target.currentData()
        if self._choices:
            target = tuple(value for value, box in self._choices.items() if box.isChecked())
        text, reason = self._text.text().strip(), self._line().text().strip()
        then = self._then
        self._close()
        if then is not None:
            then(target, text, reason)

    def _close(self) -> None:
        self._then = None
        self.hide()
        window = self.window()
        back = self._back
        if window is not None and (back is None or not back.isVisible()):
            back = window.focusWidget()
        if back is not None:
            back.setFocus()
