# SPDX-License-Identifier: GPL-3.0-only
"""The caller's dossier: who, and which pieces are expected. Right side of the desk's window, with
its documents in a tab beside it.
"""

from __future__ import annotations

from datetime import date

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QApplication,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from resources.texts import _
from session.core.clock import Clock
from session.core.dossier_model import SETTLED, Dossier
from views.desk.appointments.caller_card import CallerAppointmentsCard
from views.desk.dossier.documents import DocumentsView
from views.desk.dossier.find_card import FindCard
from views.desk.dossier.notes import NotesCard
from views.desk.dossier.person_card import PersonCard
from views.desk.dossier.piece_row import PieceRow
from views.desk.dossier.pieces_bar import PiecesBar
from views.widgets.parts import (
    Card,
    EmptyState,
    PageStack,
    column,
    label,
    row,
    scroll_area,
)
from views.widgets.theme import SPACE


class DossierView(QWidget):
    """Shows one dossier, or the card that finds it.

    Args:
        clock: for the day on which a birth date is judged.

    Signals:
        acted(object): what the agent does, a `DossierAct` or an `AppointmentAct`.

    Attributes:
        appointments: those of the caller, also of one without a dossier.
        documents: what is filed, to stand in a tab of its own.
    """

    acted = pyqtSignal(object)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("dossier_view")

        def today() -> date:
            return clock.utc_now().astimezone().date()

        act = self.acted.emit
        self.finder = FindCard(today, act, back=self._show_again)
        self.person = PersonCard(today, act, find_another=self.show_search)
        self.documents = DocumentsView(act, now=clock.utc_now)
        self.appointments = CallerAppointmentsCard(today, act)
        self._rows: dict[str, PieceRow] = {}
        self._facts: Dossier | None = None
        self._parts = PageStack()
        self._nothing = EmptyState(
            "dossier",
            _("No conversation"),
            advice=_("The caller's dossier shows here once you accept a caller."),
            name="dossier_empty",
        )
        self._search = self._build_search()
        self._loading = EmptyState(
            "time", _("Opening the dossier…"), advice="", name="dossier_loading"
        )
        self._dossier = self._build_dossier()
        for part in (self._nothing, self._search, self._loading, self._dossier):
            self._parts.addWidget(part)
        above = column(None, self.appointments, margins=(SPACE[2], SPACE[2], SPACE[2], 0))
        box = column(self, space=0)
        box.addLayout(above)
        box.addWidget(self._parts, 1)

    # ---- facts ----

    def show_nothing(self) -> None:
        """Without a conversation: removes everything of the caller before."""
        self._facts = None
        self.finder.clear()
        self.appointments.show_appointments(())
        self._fill(None)
        self._parts.setCurrentWidget(self._nothing)

    def show_caller(self, kind: str, number: str) -> None:
        """Kind of number that the conversation's service asks for, and what the caller typed."""
        self.finder.show_caller(kind, number)
        self.person.show_kind(kind)

    def show_loading(self) -> None:
        """The dossier has been asked for."""
        self._parts.setCurrentWidget(self._loading)

    def show_search(self) -> None:
        """No dossier is known for the caller, or another one is wanted: what finds it comes to the
        front, as it was left.
        """
        if self._parts.currentWidget() is not self._search:
            self._parts.setCurrentWidget(self._search)
            self.finder.begin(bound=self._facts is not None)

    def _show_again(self) -> None:
        self._parts.setCurrentWidget(self._dossier)

    def show_dossier(self, facts: Dossier) -> None:
        """The dossier as the store has it."""
        here = QApplication.focusWidget()
        was_asked = here is not None and self.finder.isAncestorOf(here)
        is_other = self._facts is None or self._facts.number != facts.number
        if is_other or self.finder.is_opening():
            self.finder.done()
            self._parts.setCurrentWidget(self._dossier)
        elif self._parts.currentWidget() is not self._search:  # the agent may look for another one
            self._parts.setCurrentWidget(self._dossier)
        self._facts = facts
        self._fill(facts)
        if was_asked and self.person.isVisible():  # a screen reader says whose dossier it is
            self.person.setFocus()

    def facts(self) -> Dossier | None:
        """Return what is shown."""
        return self._facts

    # ---- building ----

    def _build_search(self) -> QScrollArea:
        page = QWidget()
        column(page, self.finder, 0, margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[2]))
        return scroll_area(page)

    def _build_dossier(self) -> QScrollArea:
        body = QWidget()
        self._pieces_box = QVBoxLayout()
        self._pieces_box.setSpacing(0)
        self._notes = NotesCard()
        column(
            body,
            self.person,
            self._notes,
            self._build_pieces(),
            0,
            space=SPACE[1],
            margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[2]),
        )
        return scroll_area(body)

    def _build_pieces(self) -> Card:
        card = Card("dossier_pieces", space=SPACE[0])
        self._pieces_title = label(role="caption", name="pieces_title")
        self._done = QProgressBar()
        self._done.setTextVisible(False)
        self._done.setMaximumWidth(110)
        self._done.setAccessibleName(_("Pieces settled"))
        card.body.addLayout(row(None, self._pieces_title, 0, self._done))
        self.pieces_bar = PiecesBar(self.acted.emit)
        card.body.addLayout(self._pieces_box)
        card.body.addWidget(self.pieces_bar)
        return card

    # ---- showing ----

    def _fill(self, facts: Dossier | None) -> None:
        pieces = facts.pieces if facts else ()
        settled = sum(piece.state in SETTLED for piece in pieces)
        self.person.show_person(facts)
        self._pieces_title.setText(
            _("Pieces settled: {done} of {all}").format(done=settled, all=len(pieces))
        )
        self._done.setRange(0, max(1, len(pieces)))
        self._done.setValue(settled)
        self._notes.show_notes(facts.notes if facts else (), facts.number if facts else "")
        self._fill_pieces(facts)
        self.pieces_bar.set_missing(sum(piece.is_missing for piece in pieces))
        self.documents.show_dossier(facts)

    def _fill_pieces(self, facts: Dossier | None) -> None:
        pieces = facts.pieces if facts else ()
        for gone in set(self._rows) - {piece.id for piece in pieces}:
            _discard(self._rows.pop(gone))
        for place, piece in enumerate(pieces):
            piece_row = self._rows.get(piece.id)
            if piece_row is None:
                piece_row = self._rows[piece.id] = PieceRow(piece, self.acted.emit)
            if self._pieces_box.indexOf(piece_row) != place:
                self._pieces_box.insertWidget(place, piece_row)
            piece_row.set_first(place == 0)
            piece_row.show_piece(piece)


def _discard(widget: QWidget) -> None:
    widget.hide()
    widget.deleteLater()
