# SPDX-License-Identifier: GPL-3.0-only
"""The work that this agent has not finished, a row each with what can be done about it.
Used by the page between two callers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PyQt6.QtWidgets import QFrame, QPlainTextEdit

from resources.texts import _
from session.core.dossier_model import NOTE_LETTERS
from views.desk.acts import DeleteLeftPages, DropOwedNote, FileLeftPages, IdleAct, WriteOwedNote
from views.widgets.parts import Card, column, label, push_button, row
from views.widgets.theme import SPACE, text_scale

NOTE_PX = 62
"""Height of a note's field in letters of the usual size."""


class OwedNoteLine(QFrame):
    """A note that is not written yet; a press opens the field for it.

    Args:
        tell: told what the agent does with it.
    """

    def __init__(self, session_id: str, words: str, *, tell: Callable[[IdleAct], None]) -> None:
        super().__init__()
        self._id = session_id
        self._tell = tell
        self._write = push_button(_("Write"), "pen", "quiet", name="owed_note_write")
        self._drop = push_button(_("Without a note"), "", "quiet", name="owed_note_drop")
        self._text = QPlainTextEdit()
        self._text.setObjectName("owed_note_text")
        self._text.setAccessibleName(words)
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(round(NOTE_PX * max(1.0, text_scale())))
        self._keep = push_button(
            _("Keep it in the dossier"), "kept", "primary", name="owed_note_keep"
        )
        for button in (self._write, self._drop, self._keep):
            button.setAccessibleName(f"{button.text()}: {words}")
        self._write.clicked.connect(self._open)
        self._drop.clicked.connect(lambda: tell(DropOwedNote(session_id)))
        self._keep.clicked.connect(self._on_keep)
        self._text.textChanged.connect(self._allow)
        line = row(None, space=SPACE[1])
        line.addWidget(label(words, wrap=True), 1)
        for button in (self._write, self._drop):
            line.addWidget(button)
        column(self, line, self._text, self._keep, space=SPACE[0])
        self._text.hide()
        self._keep.hide()

    def show_failed(self) -> None:
        """It was not taken: it may be tried again."""
        self._allow()

    def _open(self) -> None:
        self._write.hide()
        self._text.show()
        self._keep.show()
        self._allow()
        self._text.setFocus()

    def _allow(self) -> None:
        self._keep.setEnabled(bool(self._text.toPlainText().strip()))

    def _on_keep(self) -> None:
        self._keep.setEnabled(False)
        self._tell(WriteOwedNote(self._id, self._text.toPlainText().strip()[:NOTE_LETTERS]))


class LeftPagesLine(QFrame):
    """Scanned pages that a conversation left behind; deleting is pressed twice.

    Args:
        tell: told what the agent does with them.
    """

    def __init__(self, session_id: str, words: str, *, tell: Callable[[IdleAct], None]) -> None:
        super().__init__()
        self.words = words
        self._tell = tell
        self._sure = False
        self._id = session_id
        self._file = push_button(_("File in its dossier"), "kept", "quiet", name="left_pages_file")
        self._delete = push_button(_("Delete"), "", "quiet", name="left_pages_delete")
        self._name_buttons()
        self._file.clicked.connect(self._on_file)
        self._delete.clicked.connect(self._on_delete)
        line = row(self, space=SPACE[1])
        line.addWidget(label(words, wrap=True), 1)
        for button in (self._file, self._delete):
            line.addWidget(button)

    def show_failed(self) -> None:
        """They were not filed: it may be tried again."""
        self._file.setEnabled(True)

    def _name_buttons(self) -> None:
        for button in (self._file, self._delete):
            button.setAccessibleName(f"{button.text()}: {self.words}")

    def _on_file(self) -> None:
        self._file.setEnabled(False)
        self._tell(FileLeftPages(self._id))

    def _on_delete(self) -> None:
        if self._sure:
            self._tell(DeleteLeftPages(self._id))
            return
        self._sure = True
        self._delete.setText(_("Delete for good"))
        self._name_buttons()


class OpenWorkCard(Card):
    """The work that this agent has not finished, a line each.

    Args:
        tell: told what the agent does with it.
    """

    def __init__(self, tell: Callable[[IdleAct], None]) -> None:
        super().__init__("idle_work", space=SPACE[0], padding=SPACE[2])
        self._tell = tell
        self.body.addWidget(label(_("My open work"), "caption"))
        self._lines = label(role="body", name="idle_work_lines", wrap=True)
        self._lines.setMinimumWidth(360)
        self.body.addWidget(self._lines)
        self.notes: dict[str, OwedNoteLine] = {}
        self.pages: dict[str, LeftPagesLine] = {}
        self.hide()

    def show_lines(self, lines: Sequence[str]) -> None:
        """Shows the lines; without any and without a note there is no card."""
        self._lines.setText("\n".join(lines))
        self._lines.setVisible(bool(lines))
        self._show_itself()

    def show_notes(self, owed: Mapping[str, str]) -> None:
        """Shows the notes that are owed, words by session."""
        for gone in set(self.notes) - set(owed):
            line = self.notes.pop(gone)
            line.hide()
            line.deleteLater()
        fresh = {
            session_id: OwedNoteLine(session_id, owed[session_id], tell=self._tell)
            for session_id in owed
            if session_id not in self.notes
        }
        self.notes |= fresh
        for line in fresh.values():
            self.body.addWidget(line)
        self._show_itself()

    def show_pages(self, left: Mapping[str, str]) -> None:
        """Shows pages that were left behind, words by session."""
        for session_id, line in list(self.pages.items()):
            if left.get(session_id) != line.words:
                del self.pages[session_id]
                line.hide()
                line.deleteLater()
        fresh = {
            session_id: LeftPagesLine(session_id, words, tell=self._tell)
            for session_id, words in left.items()
            if session_id not in self.pages
        }
        self.pages |= fresh
        for line in fresh.values():
            self.body.addWidget(line)
        self._show_itself()

    def show_pages_failed(self) -> None:
        """Pages were not filed."""
        for line in self.pages.values():
            line.show_failed()

    def show_note_failed(self, session_id: str) -> None:
        """A note was not taken."""
        line = self.notes.get(session_id)
        if line is not None:
            line.show_failed()

    def _show_itself(self) -> None:
        self.setVisible(bool(self._lines.text() or self.notes or self.pages))
