# SPDX-License-Identifier: GPL-3.0-only
"""Corrects a filed document: another piece, another name, or replaced by one filed later.
Used by the dossier view.

Nothing is removed: the earlier version stays in the dossier, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QComboBox, QLineEdit

from resources.plain_text import plain_text
from resources.texts import _
from session.core.dossier_model import DocumentRecord, Piece
from session.protocol.wire.typed_words import is_reason
from views.desk.dossier import acts
from views.widgets.field import type_anew
from views.widgets.parts import Card, label, push_button, row, tell_choice
from views.widgets.theme import SPACE

PIECE, LATER = "piece", "later"


class CorrectPanel(Card):
    """One document, what is to become of it, and why; hidden until it is asked for.

    Args:
        act: told what the agent wants.
    """

    def __init__(self, act: Callable[[acts.DossierAct], None]) -> None:
        super().__init__("correct_panel")
        self._act = act
        self._document: DocumentRecord | None = None
        self._title = label(role="strong", name="correct_title", wrap=True)
        self._what = tell_choice(QComboBox())
        self._what.setObjectName("correct_what")
        self._what.setAccessibleName(_("What it should be"))
        self._what.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._what.setMinimumContentsLength(10)
        self._name = QLineEdit()
        self._name.setObjectName("correct_name")
        self._name.setAccessibleName(_("Name of the document"))
        self._name.setMaxLength(120)
        self._reason = QLineEdit()
        self._reason.setObjectName("correct_reason")
        self._reason.setAccessibleName(_("Reason, kept in the history"))
        self._reason.setPlaceholderText(_("Why? In a word or more"))
        self._reason.setMaxLength(200)
        self._confirm = push_button(_("Correct"), "kept", "primary", name="correct_confirm")
        self._cancel = push_button(_("Cancel"), name="correct_cancel")
        self._build()
        self.hide()

    def open(
        self, document: DocumentRecord, pieces: Sequence[Piece], later: Sequence[DocumentRecord]
    ) -> None:
        """Begins with a document.

        Args:
            later: documents filed after it that may take its place.
        """
        self._document = document
        self._title.setText(_("Correct: {name}").format(name=document.name))
        self._what.clear()
        for piece in pieces:
            words = _("File as: {name}").format(name=piece.name)
            self._what.addItem(plain_text(words), (PIECE, piece.id))
        other = _("File as: {name}").format(name=_("Other document"))
        self._what.addItem(plain_text(other), (PIECE, ""))
        for later_document in later:
            at = f"{later_document.filed_at_utc.astimezone():%d/%m/%Y %H:%M}"
            words = _("Replaced by: {name}, {date}").format(name=later_document.name, date=at)
            self._what.addItem(plain_text(words), (LATER, later_document.id))
        ids = [piece.id for piece in pieces]
        if document.piece_id in ids:
            here = ids.index(document.piece_id)
        else:
            here = len(ids)
        self._what.setCurrentIndex(here)
        self._name.setText(document.name)
        self._reason.setText("")
        self.show()
        self._allow()
        self._what.setFocus()

    def close_panel(self) -> None:
        """Closes without a correction; nothing that was typed stays, not even to be undone."""
        self._document = None
        self._name.setText("")
        self._reason.setText("")
        self.hide()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape leaves."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self._what.currentIndexChanged.connect(lambda _index: self._allow())
        for line in (self._name, self._reason):
            line.textChanged.connect(lambda _text: self._allow())
            line.returnPressed.connect(self._on_confirm)
        self._confirm.clicked.connect(self._on_confirm)
        self._cancel.clicked.connect(self.close_panel)
        self.body.addWidget(self._title)
        for field in (self._what, self._name, self._reason):
            self.body.addWidget(field)
        self.body.addLayout(row(None, 0, self._cancel, self._confirm, space=SPACE[1]))

    def _choice(self) -> tuple[str, str]:
        chosen = self._what.currentData()
        if chosen is not None:
            return (str(chosen[0]), str(chosen[1]))
        return (PIECE, "")

    def _allow(self) -> None:
        kind, target_id = self._choice()
        document, name = self._document, self._name.text().strip()
        self._name.setVisible(kind == PIECE)
        is_other = kind == LATER or (
            document is not None
            and bool(name)
            and (target_id, name) != (document.piece_id, document.name)
        )
        self._confirm.setEnabled(is_other and is_reason(self._reason.text()))

    def _on_confirm(self) -> None:
        document = self._document
        if document is None:
            return
        if not self._confirm.isEnabled():
            type_anew(self._reason)
            return
        kind, target_id = self._choice()
        name, reason = self._name.text().strip(), self._reason.text().strip()
        self.close_panel()
        if kind == LATER:
            self._act(acts.SupersedeDocument(document.id, target_id, reason))
        else:
            self._act(acts.CorrectDocument(document.id, target_id, name, reason))
