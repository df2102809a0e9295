# SPDX-License-Identifier: GPL-3.0-only
"""The note for colleagues after a conversation: proposed, ready-made or written, now or later.
Used by the wrap-up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PyQt6.QtGui import QTextCursor
from PyQt6.QtWidgets import QComboBox, QPlainTextEdit, QWidget

from resources.plain_text import plain_text
from resources.texts import _
from session.core.dossier_model import NOTE_LETTERS
from views.desk.acts import UseNoteTemplate
from views.widgets.parts import FlowLayout, column, label, push_button
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE

_HEIGHT_PX = 62
"""Height of the field in letters of the usual size."""


class NotePanel(QWidget):
    """The field of the note, and what fills and empties it.

    Args:
        act: told which ready note the agent wants.
    """

    def __init__(self, act: Callable[[UseNoteTemplate], None]) -> None:
        super().__init__()
        self._act = act
        self._proposed_note = ""
        self._note = QPlainTextEdit()
        self._title = label(role="caption", name="wrap_up_note_title", wrap=True)
        self._note.setObjectName("wrap_up_note")
        self._note.setAccessibleName(_("Note for colleagues"))
        self._note.setPlaceholderText(_("What the next colleague should know"))
        self._note.setTabChangesFocus(True)
        self._fill_note = push_button(
            _("Write it for me"), "pen", "quiet", name="wrap_up_note_fill", keys="Ctrl+N"
        )
        self._fill_note.setShortcut("Ctrl+N")
        self._fill_note.clicked.connect(self._on_fill_note)
        self._note.textChanged.connect(self._offer_note)
        self._later = push_button(_("Write it later"), "time", "quiet", name="wrap_up_note_later")
        self._later.setCheckable(True)
        self._later.toggled.connect(self._on_later)
        self._no_note = push_button(_("Without a note"), "", "quiet", name="wrap_up_note_out")
        self._no_note.clicked.connect(self._note.clear)
        self._templates = QComboBox()
        self._templates.setObjectName("wrap_up_templates")
        self._templates.setAccessibleName(_("Ready notes"))
        self._templates.activated.connect(self._on_template)
        self.show_templates({})
        below = QWidget()
        below.setLayout(FlowLayout(self._templates, self._fill_note, self._no_note, self._later))
        column(self, self._title, self._note, below, space=SPACE[0])

    def clear(self) -> None:
        """Begin again without a note and without a proposal."""
        self._note.clear()
        self._later.setChecked(False)
        self.propose("")
        self.show_place(False)

    def fit(self, larger: float) -> None:
        """Give the field its height for letters so much larger."""
        self._note.setFixedHeight(round(_HEIGHT_PX * larger))

    def show_place(self, has_dossier: bool) -> None:
        """Show whether there is a dossier that can keep a note."""
        self._later.setEnabled(has_dossier)
        self._note.setEnabled(has_dossier and not self._later.isChecked())
        can = _("Note for colleagues, kept in the dossier")
        cannot = _("Note for colleagues: needs the caller's dossier")
        self._title.setText(can if has_dossier else cannot)

    def text(self, *, agreed: bool = True) -> str:
        """The note for colleagues; what was only proposed is none where nobody `agreed` to it."""
        if not self._note.isEnabled() or (not agreed and self._note_is_ours()):
            return ""  # also where it is written later
        return self._note.toPlainText().strip()[:NOTE_LETTERS]

    def show_templates(self, templates: Mapping[str, str]) -> None:
        """The organisation's notes ready to be completed: names by id."""
        self._templates.clear()
        self._templates.addItem(_("Ready notes"), "")
        for key, name in templates.items():
            self._templates.addItem(plain_text(name), key)
        self._templates.setVisible(bool(templates))

    def write(self, text: str) -> None:
        """A ready note stands in the field, in the place of a proposal or behind the agent's own
        words; the agent completes it.
        """
        if self._note_is_ours():
            written = ""
        else:
            written = self._note.toPlainText().strip()
        self._note.setPlainText(f"{written} {text}".lstrip()[:NOTE_LETTERS])  # its end is to go on
        self._note.moveCursor(QTextCursor.MoveOperation.End)
        self._note.setFocus()

    def is_later(self) -> bool:
        """True if the agent writes the note after the next callers."""
        return self._later.isChecked() and self._later.isEnabled()

    def propose(self, note: str) -> None:
        """The note stands in its field, and finishing agrees to it; what the agent has written, or
        taken out, stays so.
        """
        if self._note_is_ours():
            self._note.setPlainText(note)
        self._proposed_note = note
        self._offer_note()

    def _note_is_ours(self) -> bool:
        """True if the field has what was proposed, and nothing of the agent's."""
        return self._note.toPlainText() == self._proposed_note

    def _offer_note(self) -> None:
        """One press takes the proposal out, another one writes it."""
        note, ours = self._proposed_note, self._note_is_ours()
        if self._later.isChecked():
            note = ""
        self._no_note.setVisible(bool(note) and ours)
        self._fill_note.setVisible(bool(note) and note not in self._note.toPlainText())
        self._fill_note.setToolTip(tip_words(f"{note}  (Ctrl+N)"))

    def _on_fill_note(self) -> None:
        """Adds what the dossier says to what the agent has written."""
        written = self._note.toPlainText().strip()
        self._note.setPlainText(f"{written} {self._proposed_note}".strip()[:NOTE_LETTERS])

    def _on_template(self, _place: int) -> None:
        chosen = str(self._templates.currentData() or "")
        self._templates.setCurrentIndex(0)
        if chosen:
            self._act(UseNoteTemplate(chosen))

    def _on_later(self, later: bool) -> None:
        self._note.setEnabled(self._later.isEnabled() and not later)
        self._offer_note()
