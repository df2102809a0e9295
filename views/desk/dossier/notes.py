# SPDX-License-Identifier: GPL-3.0-only
"""Notes that colleagues left in a dossier, the newest first. Used by the dossier view."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QVBoxLayout

from resources.texts import _, ngettext
from session.core.dossier_model import DossierNote
from views.widgets.parts import Card, label, push_button
from views.widgets.theme import SPACE

SHOWN, MORE = 5, 20
"""So many notes are shown at first, for more would push the pieces out of sight, and so many more
with each press.
"""


class NotesCard(Card):
    """The last notes, and the older ones when they are asked for; hidden when there is none."""

    def __init__(self) -> None:
        super().__init__("dossier_notes", space=SPACE[0])
        self._notes: Sequence[DossierNote] = ()
        self._dossier = ""
        self._most = SHOWN
        self.body.addWidget(label(_("Notes of colleagues"), "caption"))
        self._box = QVBoxLayout()
        self._box.setSpacing(SPACE[0])
        self.body.addLayout(self._box)
        self._older = push_button("", "down", "quiet", name="notes_older")
        self._older.clicked.connect(self._on_older)
        self.body.addWidget(self._older)
        self.hide()

    def show_notes(self, notes: Sequence[DossierNote], dossier: str) -> None:
        """Show the last few of this dossier; more, where they were asked for and it is the same."""
        if dossier != self._dossier:
            self._dossier = dossier
            self._most = SHOWN
        self._notes = notes
        while (item := self._box.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for note in notes[: -self._most - 1 : -1]:
            self._add(note)
        older = len(notes) - self._most
        self._older.setVisible(older > 0)
        words = ngettext("{count} older note", "{count} older notes", older)
        self._older.setText(words.format(count=older))
        self.setVisible(bool(notes))

    def _add(self, note: DossierNote) -> None:
        at = note.at_utc.astimezone()
        text = note.text
        if note.withdrawn_at_utc is not None:
            text = _("Note withdrawn by its author")
        words = label(text, name=f"note_{note.id}", wrap=True)
        font = words.font()
        font.setStrikeOut(note.withdrawn_at_utc is not None)
        words.setFont(font)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        by = _("{name}, {date} at {time}").format(
            name=note.by_name, date=at.strftime("%d/%m/%Y"), time=at.strftime("%H:%M")
        )
        self._box.addWidget(words)
        self._box.addWidget(label(by, "small", wrap=True))

    def _on_older(self) -> None:
        self._most += MORE
        self.show_notes(self._notes, self._dossier)
