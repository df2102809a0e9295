# SPDX-License-Identifier: GPL-3.0-only
"""The caller's dossier: who, which pieces are expected, what is filed. Right side of the desk's window."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QLineEdit, QProgressBar, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from resources.texts import _
from session.protocol.hub_messages import SETTLED, DocumentRecord, DossierFacts
from views.desk_notes import NotesCard
from views.desk_parts import (
    Card,
    ElidedLabel,
    EmptyState,
    column,
    label,
    push_button,
    restyle,
    row,
    scroll_area,
    tool_button,
)
from views.desk_piece_row import PieceRow, french_day
from views.desk_pieces_bar import PiecesBar
from views.icons import IconLabel
from views.theme import SPACE


class DocumentRow(QFrame):
    """A filed document: name, pages, when, and Open.

    Signals:
        opened(str): document id.
    """

    opened = pyqtSignal(str)

    def __init__(self, document: DocumentRecord) -> None:
        super().__init__()
        self.setObjectName(f"document_{document.id}")
        at = document.filed_at_utc.astimezone()
        facts = _("Pages: {pages} · {date} at {time}").format(
            pages=document.pages, date=at.strftime("%d/%m/%Y"), time=at.strftime("%H:%M")
        )
        name = ElidedLabel(document.name)
        words = column(None, name, label(facts, "small"), space=0)
        show = tool_button(_("Open: {name}").format(name=document.name), "search", f"document_open_{document.id}")
        show.clicked.connect(lambda: self.opened.emit(document.id))
        box = row(self, IconLabel("pdf", "soft", 20), space=SPACE[1], margins=(2, 4, 0, 4))
        box.addLayout(words, 1)
        box.addWidget(show)
        self.setAccessibleName(f"{document.name}, {facts}")


class DossierView(QWidget):
    """Shows one dossier, or asks for its number.

    Signals:
        document_requested(str): open this document.
        piece_requested(str, object, str): piece id, `PieceState`, reason.
        piece_chosen(str): the agent wants to scan for this piece.
        dossier_requested(str): open the dossier with this number.
        search_requested(str): documents with these words.
    """

    document_requested = pyqtSignal(str)
    piece_requested = pyqtSignal(str, object, str)
    piece_chosen = pyqtSignal(str)
    dossier_requested = pyqtSignal(str)
    search_requested = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("dossier_view")
        self._rows: dict[str, PieceRow] = {}
        self._facts: DossierFacts | None = None
        self._parts = QStackedWidget()
        self._nothing = EmptyState(
            "dossier",
            _("No conversation"),
            _("The caller's dossier shows here once you accept a caller."),
            "dossier_empty",
        )
        self._search = self._build_search()
        self._loading = EmptyState("time", _("Opening the dossier…"), "", "dossier_loading")
        self._dossier = self._build_dossier()
        for part in (self._nothing, self._search, self._loading, self._dossier):
            self._parts.addWidget(part)
        column(self, self._parts)

    # ---- facts ----

    def show_nothing(self) -> None:
        """No conversation: nothing of the caller before stays."""
        self._facts = None
        self._number.clear()
        self._fill(None)
        self._parts.setCurrentWidget(self._nothing)

    def show_loading(self) -> None:
        """The dossier has been asked for."""
        self._parts.setCurrentWidget(self._loading)

    def show_search(self, refused: str = "") -> None:
        """No dossier is known for the caller: ask for its number; `refused` says why the last one did not do."""
        self._refused.setText(refused)
        self._refused.setVisible(bool(refused))
        self._back.setVisible(self._facts is not None)
        self._parts.setCurrentWidget(self._search)
        self._number.setFocus()

    def show_dossier(self, facts: DossierFacts) -> None:
        """The dossier as the store has it."""
        self._facts = facts
        self._fill(facts)
        self._parts.setCurrentWidget(self._dossier)

    def facts(self) -> DossierFacts | None:
        """What is shown."""
        return self._facts

    def mark_found(self, document_ids: list[str]) -> None:
        """Shows only these documents of the dossier."""
        if self._facts is not None:
            wanted = [document for document in self._facts.documents if document.id in document_ids]
            self._fill_documents(wanted)
            words = _("Documents found: {count} of {all}")
            self._documents_title.setText(words.format(count=len(wanted), all=len(self._facts.documents)))

    # ---- building ----

    def _build_search(self) -> QWidget:
        page = QWidget()
        self._number = QLineEdit()
        self._number.setObjectName("dossier_number")
        self._number.setAccessibleName(_("Number of the dossier"))
        self._number.setPlaceholderText(_("Number of the dossier"))
        self._number.setMaxLength(40)
        self._number.returnPressed.connect(self._on_open)
        self._refused = label(role="body", wrap=True, name="dossier_refused")
        restyle(self._refused, tone="bad")
        opened = push_button(_("Open"), "search", "primary", "dossier_open")
        opened.clicked.connect(self._on_open)
        card = Card("dossier_search")
        card.body.addWidget(label(_("Which dossier?"), "title"))
        advice = _("The caller gave no number, or no dossier has it. Ask, then type it here.")
        card.body.addWidget(label(advice, "soft", wrap=True))
        entry = row(None)
        entry.addWidget(self._number, 1)
        entry.addWidget(opened)
        card.body.addLayout(entry)
        card.body.addWidget(self._refused)
        self._back = push_button(_("Back to the dossier"), "arrow_left", "quiet", "dossier_back")
        self._back.clicked.connect(lambda: self._parts.setCurrentWidget(self._dossier))
        card.body.addLayout(row(None, self._back, 0))
        column(page, card, 0, margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[2]))
        return page

    def _build_dossier(self) -> QScrollArea:
        body = QWidget()
        self._pieces_box, self._documents_box = QVBoxLayout(), QVBoxLayout()
        for box in (self._pieces_box, self._documents_box):
            box.setSpacing(0)
        self._notes = NotesCard()
        self._documents_title = label(role="caption")
        self._no_documents = label(_("Nothing is filed yet."), "soft")
        documents = Card("dossier_documents", space=SPACE[0])
        documents.body.addWidget(self._documents_title)
        self._words = QLineEdit()
        self._words.setObjectName("documents_search")
        self._words.setPlaceholderText(_("Words of a document"))
        self._words.setAccessibleName(_("Words of a document"))
        self._words.setClearButtonEnabled(True)
        self._words.setMaxLength(200)
        self._words.returnPressed.connect(self._on_search)
        self._words.textChanged.connect(self._on_words)
        documents.body.addWidget(self._words)
        documents.body.addWidget(self._no_documents)
        documents.body.addLayout(self._documents_box)
        column(
            body,
            self._build_person(),
            self._notes,
            self._build_pieces(),
            documents,
            0,
            space=SPACE[1],
            margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[2]),
        )
        return scroll_area(body)

    def _build_person(self) -> Card:
        card = Card("dossier_person", space=2)
        self._name = label(role="large", name="dossier_name", wrap=True)
        self._who = label(role="soft", name="dossier_who", wrap=True)
        self._what = label(role="strong", name="dossier_procedure", wrap=True)
        for words in (self._name, self._who):
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        other = tool_button(_("Open another dossier"), "search", "dossier_other")
        other.clicked.connect(lambda: self.show_search())
        top = row(None)
        top.addWidget(self._name, 1)
        top.addWidget(other, 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(top)
        card.body.addWidget(self._who)
        card.body.addSpacing(4)
        card.body.addWidget(self._what)
        return card

    def _build_pieces(self) -> Card:
        card = Card("dossier_pieces", space=SPACE[0])
        self._pieces_title = label(role="caption", name="pieces_title")
        self._done = QProgressBar()
        self._done.setTextVisible(False)
        self._done.setMaximumWidth(110)
        self._done.setAccessibleName(_("Pieces settled"))
        card.body.addLayout(row(None, self._pieces_title, 0, self._done))
        self.pieces_bar = PiecesBar()
        card.body.addLayout(self._pieces_box)
        card.body.addWidget(self.pieces_bar)
        return card

    # ---- showing ----

    def _fill(self, facts: DossierFacts | None) -> None:
        pieces = facts.pieces if facts else []
        settled = sum(piece.state in SETTLED for piece in pieces)
        self._name.setText(facts.caller_name if facts else "")
        self._who.setText(_who(facts) if facts else "")
        self._what.setText(facts.procedure if facts else "")
        self._what.setVisible(bool(facts and facts.procedure))
        self._pieces_title.setText(_("Pieces settled: {done} of {all}").format(done=settled, all=len(pieces)))
        self._done.setRange(0, max(1, len(pieces)))
        self._done.setValue(settled)
        self._notes.show_notes(facts.notes if facts else [])
        self._fill_pieces(facts)
        self.pieces_bar.set_missing(sum(piece.is_missing for piece in pieces))
        self._fill_documents(facts.documents if facts else [])

    def _fill_pieces(self, facts: DossierFacts | None) -> None:
        pieces = facts.pieces if facts else []
        for gone in set(self._rows) - {piece.id for piece in pieces}:
            _discard(self._rows.pop(gone))
        for place, piece in enumerate(pieces):
            shown = self._rows.get(piece.id)
            if shown is None:
                shown = self._rows[piece.id] = PieceRow(piece)
                shown.state_requested.connect(self.piece_requested)
                shown.chosen.connect(self.piece_chosen)
            if self._pieces_box.indexOf(shown) != place:
                self._pieces_box.insertWidget(place, shown)
            shown.set_first(place == 0)
            shown.show_piece(piece)

    def _fill_documents(self, documents: list[DocumentRecord]) -> None:
        while (item := self._documents_box.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                _discard(old)
        newest_first = sorted(documents, key=lambda document: document.filed_at_utc, reverse=True)
        for place, document in enumerate(newest_first):
            shown = DocumentRow(document)
            restyle(shown, first=place == 0)
            shown.opened.connect(self.document_requested)
            self._documents_box.addWidget(shown)
        self._documents_title.setText(_("Documents filed: {count}").format(count=len(documents)))
        self._no_documents.setVisible(not documents)
        self._words.setVisible(bool(self._facts and len(self._facts.documents) > 1))

    def _on_search(self) -> None:
        if words := self._words.text().strip():
            self.search_requested.emit(words)

    def _on_words(self, words: str) -> None:
        if not words and self._facts is not None:
            self._fill_documents(self._facts.documents)

    def _on_open(self) -> None:
        number = self._number.text().strip()
        if number:
            self._refused.hide()
            self.dossier_requested.emit(number)


def _who(facts: DossierFacts) -> str:
    parts = [_("Dossier {number}").format(number=facts.number)]
    if facts.caller_number:
        parts.append(_("caller number {number}").format(number=facts.caller_number))
    if facts.born_on:
        parts.append(_("born on {date}").format(date=french_day(facts.born_on)))
    return " · ".join(parts)


def _discard(widget: QWidget) -> None:
    widget.hide()
    widget.deleteLater()
