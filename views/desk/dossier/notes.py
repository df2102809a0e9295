# SPDX-License-Identifier: GPL-3.0-only
"""Notes that colleagues left in a dossier, the newest first. Used by the dossier view."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QVBoxLayout

from resources.texts import _
from session.core.dossier_model import DossierNote
from views.widgets.parts import Card, label
from views.widgets.theme import SPACE

SHOWN = 5
"""How many notes are shown: more would push the pieces out of sight."""


class NotesCard(Card):
    """The last notes; hidden when there is none."""

    def __init__(self) -> None:
        super().__init__("dossier_notes", space=SPACE[0])
        self.body.addWidget(label(_("Notes of colleagues"), "caption"))
        self._box = QVBoxLayout()
        self._box.setSpacing(SPACE[0])
        self.body.addLayout(self._box)
        self.hide()

    def show_notes(self, notes: Sequence[DossierNote]) -> None:
        """Shows the last few."""
        while (item := self._box.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for note in list(reversed(notes))[:SHOWN]:
            at = note.at_utc.astimezone()
            text = note.text
            if note.withdrawn_at_utc is not None:
                text = _("Note withdrawn by its author")
            words = label(text, name=f"note_{note.id}", wrap=True)
            font = words.font()
            font.setStrikeOut(note.withdrawn_at_utc is not None)
            words.setFont(font)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            by = _("{name}, {date} at {time}")
            self._box.addWidget(words)
            self._box.addWidget(
                label(
                    by.format(
                        name=note.by_name, date=at.strftime("%d/%m/%Y"), time=at.strftime("%H:%M")
                    ),
                    "small",
                    wrap=True,
                )
            )
        self.setVisible(bool(notes))
