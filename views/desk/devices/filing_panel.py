# SPDX-License-Identifier: GPL-3.0-only
"""The panel that makes a document of chosen pages: for which piece, under which name.
Used by the devices view, at whose foot it is always seen.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QLineEdit, QWidget

from resources.plain_text import plain_text
from resources.texts import _
from session.core.dossier_model import Piece, PieceState
from views.desk.devices.scan_panel import show_act
from views.widgets.parts import (
    Card,
    ElidedLabel,
    label,
    name_button,
    name_widget,
    push_button,
    row,
    tell_choice,
)
from views.widgets.theme import SPACE
from views.words.counts import page_words

_OPEN = (PieceState.EXPECTED, PieceState.REFUSED, PieceState.SCANNED)
_DONE = (PieceState.FILED, PieceState.ACKNOWLEDGED)


class FilingPanel(Card):
    """Name, piece, and beside the piece the button that files.

    Signals:
        pressed(object, bool): pieces and names, a list of (piece id ("" for none), name): one for
            all pages together, or one for each page; True: the receipt is printed once it is filed.
        receipt_requested(): `file` is pressed again while it files.

    Attributes:
        file, receipt, each: file all pages, print the receipt as well, or file each page for its
            own piece, where that is proposed.
    """

    pressed = pyqtSignal(object, bool)
    receipt_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__("filing_panel", space=6, padding=SPACE[1])
        self._pieces: tuple[Piece, ...] = ()
        self._guided: tuple[str, ...] = ()
        self._said = ""
        self._name_is_ours = True
        self._pages = 0
        self._arriving = False
        self._dossier = False
        self._filing = False
        self._may_keep = False
        self._live = True
        self._answer_s = 0.0
        self._prints = False
        self._piece = tell_choice(QComboBox())
        self._piece.setObjectName("file_piece")
        self._piece.setAccessibleName(_("Piece"))
        self._piece.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._piece.setMinimumContentsLength(10)
        self._name = QLineEdit()
        self._name.setObjectName("file_name")
        self._name.setAccessibleName(_("Name of the document"))
        self._name.setPlaceholderText(_("Name of the document"))
        self._name.setMaxLength(120)
        self.file = push_button(_("File"), "file", "primary", name="file_document", keys="F8")
        self.file.setAutoDefault(True)  # Enter presses it
        self.file.pressed_asleep.connect(self._on_second_press)
        self.receipt = push_button(
            _("with receipt"), "receipt", name="file_with_receipt", keys="Ctrl+F8"
        )
        self.receipt.clicked.connect(self._on_receipt)
        self._why = label(role="small", name="file_why", wrap=True)
        self._build_each()
        self._piece.currentIndexChanged.connect(lambda: self._propose_name())
        self._name.textEdited.connect(self._on_typed)
        self._name.returnPressed.connect(self._on_file)
        self.file.clicked.connect(self._on_file)
        self._build()
        self.set_pieces([])

    def follow_guide(self, piece_ids: Sequence[str]) -> None:
        """The guide asks for these pieces in this order: so does a pile lie in the feeder."""
        if tuple(piece_ids) != self._guided:
            self._guided = tuple(piece_ids)
            self.set_pieces(self._pieces)

    def _guide_place(self, piece: Piece) -> int:
        is_guided = piece.id in self._guided
        if is_guided:
            return self._guided.index(piece.id)
        return len(self._guided)

    def set_pieces(self, pieces: Sequence[Piece]) -> None:
        """The pieces that the procedure expects, in the guide's order where one is followed, else
        in the procedure's; a missing one is proposed first.
        """
        self._pieces = tuple(sorted(pieces, key=self._guide_place))
        proposal = self._proposal(self._piece.currentData())
        self._piece.blockSignals(True)
        self._piece.clear()
        for piece in self._pieces:
            self._piece.addItem(plain_text(piece.name), piece.id)
        self._piece.addItem(_("Other document"), "")
        self._piece.setCurrentIndex(max(0, self._piece.findData(proposal)))
        self._piece.blockSignals(False)
        self._propose_name()

    def _proposal(self, chosen: str) -> str:
        """Return what the agent chose until it is filed: it does not change under their hand while
        it is scanned, legible or accepted. Then the next piece that is missing, "" for none.
        """
        ids = [piece.id for piece in self._pieces]
        after = ids.index(chosen) if chosen in ids else 0
        if chosen in ids and self._pieces[after].state not in _DONE:
            return chosen
        in_turn = self._pieces[after:] + self._pieces[:after]
        return next((piece.id for piece in in_turn if piece.state in _OPEN), "")

    def set_dossier(self, present: bool) -> None:
        """Set whether there is a dossier to file into."""
        self._dossier = present
        self._allow()

    def set_pages(self, count: int, *, arriving: bool = False) -> None:
        """Set how many pages would be filed, and whether others are on their way."""
        if count != self._pages:
            self._said = ""
        self._pages = count
        self._arriving = arriving
        self._allow()

    def show_words(self, words: str) -> None:
        """Says what has just become of the pages, until others would be filed."""
        self._said = words
        self._allow()

    def take_keyboard(self) -> None:
        """The next Enter files, where that is possible."""
        (self.file if self.file.isEnabled() else self._piece).setFocus()

    def show_grant(self, allowed: bool) -> None:
        """Show whether documents may be kept; the last answer holds after the conversation."""
        if self._live:
            self._may_keep = allowed
            self._allow()

    def show_asking(self, left_s: float) -> None:
        """Seconds that the caller has to let documents be kept; 0 when nobody is asked."""
        if left_s != self._answer_s:
            self._answer_s = left_s
            self._allow()

    def show_in_session(self, live: bool) -> None:
        """Show whether the caller is there to be asked."""
        self._live = live
        self._allow()

    def show_printer(self, is_there: bool) -> None:
        """Show whether the kiosk can print a receipt."""
        self._prints = is_there
        self._allow()

    def set_filing(self, filing: bool) -> None:
        """True while a document is on its way to the store."""
        self._filing = filing
        self._allow()

    def choose_piece(self, piece_id: str) -> None:
        """Chooses a piece, e.g. the one clicked in the dossier."""
        self._piece.setCurrentIndex(max(0, self._piece.findData(piece_id)))

    def chosen_piece(self) -> str:
        """The piece that would be filed; "" for none."""
        return str(self._piece.currentData() or "")

    def new_document(self) -> None:
        """Proposes a name for the next document."""
        self._name_is_ours = True
        self._propose_name()

    def _build_each(self) -> None:
        """The line that is seen when each page may be a piece of its own."""
        self._each_line = QWidget()
        self._each_words = ElidedLabel(role="small", name="file_each_words")
        self.each = push_button(_("Each apart"), "file", name="file_each", keys="Shift+F8")
        self.each.clicked.connect(self._on_each)
        box = row(self._each_line, space=SPACE[1])
        box.addWidget(self._each_words, 1)
        box.addWidget(self.each)
        self._each_line.hide()

    def _build(self) -> None:
        first = row(None, label(_("File as"), "caption"), space=SPACE[1])
        first.addWidget(self._name, 1)
        second = row(None, space=SPACE[1])
        second.addWidget(self._piece, 1)
        second.addWidget(self.file)
        third = row(None, space=SPACE[1])
        third.addWidget(self._why, 1)
        third.addWidget(self.receipt)
        self.body.addLayout(first)
        self.body.addLayout(second)
        self.body.addLayout(third)
        self.body.addWidget(self._each_line)

    def _propose_name(self) -> None:
        if self._name_is_ours:
            self._name.setText(self._piece.currentText() if self._piece.currentData() else "")
            self._name.setCursorPosition(0)  # a long name is read from its beginning
        self._allow()

    def _on_typed(self, text: str) -> None:
        self._name_is_ours = not text.strip()
        self._allow()

    def _allow(self) -> None:
        if self._filing:
            why = _("Filing…")
        elif not self._may_keep and not self._live:
            why = _("The caller has not allowed you to keep documents.")
        elif not self._dossier:
            why = _("Open a dossier first.")
        elif not self._pages:
            if self._arriving:
                why = _("The page is on its way.")
            else:
                why = _("Scan a page first.")
        elif not self._name.text().strip():
            why = _("Give the document a name.")
        else:
            why = ""
        if self._may_keep:
            asks = ""
        else:
            asks = f" · {_('Asks the caller first')}"
        self.file.setEnabled(not why)
        words = show_act(self.file, _("File"), self._answer_s)
        now = self._said or page_words(self._pages) + asks
        self._why.setText(self._said if self._said and not self._pages else why or now)
        name_widget(self.file, f"{words}: {self._piece.currentText()}")
        self.receipt.setEnabled(self.file.isEnabled())
        self.receipt.setVisible(self._prints and self._live)
        words = f"{_('with receipt')}. {_('File, then print the receipt')}"
        name_button(self.receipt, words, "Ctrl+F8")
        series = self._series()
        self._each_line.setVisible(bool(series) and (self._filing or self.file.isEnabled()))
        self.each.setEnabled(self.file.isEnabled())
        self._each_words.setText(
            " · ".join(f"{place} {piece.name}" for place, piece in enumerate(series, start=1))
        )
        self.each.setAccessibleDescription(self._each_words.text())

    def _series(self) -> list[Piece]:
        """The pieces that the pages may be, one after the other in the order of the procedure: from
        the chosen one on, those that are open. None for one page, or for more pages than pieces.
        """
        ids = [piece.id for piece in self._pieces]
        if self.chosen_piece() in ids:
            first = ids.index(self.chosen_piece())
        else:
            first = len(ids)
        chosen, rest = self._pieces[first : first + 1], self._pieces[first + 1 :]
        series = [*chosen, *(piece for piece in rest if piece.state in _OPEN)][: self._pages]
        if 1 < self._pages == len(series):
            return series
        return []

    def _on_each(self) -> None:
        if series := self._series():
            self.pressed.emit([(piece.id, piece.name) for piece in series], False)

    def _on_file(self) -> None:
        if self.file.isEnabled():
            self._file_as(with_receipt=False)

    def _on_second_press(self) -> None:
        if self._filing and self._prints and self._live:
            self._why.setText(_("Filing, then the receipt is printed…"))
            self.receipt_requested.emit()

    def _on_receipt(self) -> None:
        self._file_as(with_receipt=True)

    def _file_as(self, *, with_receipt: bool) -> None:
        self.pressed.emit([(self.chosen_piece(), self._name.text().strip())], with_receipt)
