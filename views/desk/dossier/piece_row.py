# SPDX-License-Identifier: GPL-3.0-only
"""One expected piece of a dossier: its state in words, and accepting or refusing it.
Used by the dossier view.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QComboBox, QFrame, QWidget

from resources.texts import N_, _
from session.core.dossier_model import SETTLED, Piece, PieceState
from session.protocol.wire.typed_words import is_reason
from views.desk.devices.acts import ScanPiece
from views.desk.dossier import acts
from views.widgets.dossier.birth_date import french_day
from views.widgets.icons import IconLabel
from views.widgets.parts import Chip, column, label, push_button, restyle, row, tool_button
from views.widgets.theme import SPACE

PIECE_WORDS: dict[PieceState, tuple[str, str, str]] = {
    PieceState.EXPECTED: (N_("Expected"), "expected", "soft"),
    PieceState.SCANNED: (N_("Scanned"), "scanned", "accent"),
    PieceState.LEGIBLE: (N_("Legible"), "scanned", "accent"),
    PieceState.ACCEPTED: (N_("Accepted"), "kept", "good"),
    PieceState.REFUSED: (N_("Refused"), "refused", "bad"),
    PieceState.FILED: (N_("Filed"), "filed", "good"),
    PieceState.ACKNOWLEDGED: (N_("Acknowledged"), "receipt", "good"),
}
"""State of a piece in words, with icon and tone."""

REASONS = (
    N_("Not readable"),
    N_("Out of date"),
    N_("A page is missing"),
    N_("Not the document asked for"),
    N_("Not signed"),
)
"""Reasons proposed for a refusal; the agent may write another one."""


def piece_details(piece: Piece) -> str:
    """Return what the agent should know of a piece:
    why it was refused, what will do, for whom, until when, who decides.
    """
    open_still = piece.state not in SETTLED
    parts: list[str] = []
    if piece.reason:
        parts.append(f"{piece.reason.rstrip('.')}." if open_still else piece.reason)
    if open_still and piece.hint:
        parts.append(piece.hint)
    if open_still and piece.any_of:
        parts.append(_("One of these will do: {papers}.").format(papers=", ".join(piece.any_of)))
    if piece.expires_on:
        if open_still:
            words = _("Out of date since {date}.")
        else:
            words = _("Holds until {date}.")
        parts.append(words.format(date=french_day(piece.expires_on)))
    if open_still and piece.decided_by and piece.state is not PieceState.EXPECTED:
        parts.append(_("Decided by: {who}.").format(who=piece.decided_by))
    return " ".join(parts)


class PieceRow(QFrame):
    """A row with its two acts; refusing opens a line for the reason.

    Args:
        act: told what the agent wants.
    """

    def __init__(self, piece: Piece, act: Callable[[acts.DossierAct], None]) -> None:
        super().__init__()
        self.piece = piece
        self._act = act
        self.setObjectName(f"piece_{piece.id}")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._icon = IconLabel(size_px=18)
        self._name = label(wrap=True)
        self._why = label(role="small", wrap=True)
        self._state = Chip(f"piece_state_{piece.id}")
        self._scan = tool_button(_("Scan for this piece"), "scanner", f"piece_scan_{piece.id}")
        self._accept = tool_button(_("Accept"), "kept", f"piece_accept_{piece.id}")
        self._refuse = tool_button(_("Refuse"), "close", f"piece_refuse_{piece.id}")
        self._reason_line = self._build_reason()
        self._connect()
        self._build()
        self.show_piece(piece)

    def show_piece(self, piece: Piece) -> None:
        """The piece as the store has it."""
        self.piece = piece
        text, icon_name, tone = PIECE_WORDS[piece.state]
        self._icon.set_icon(icon_name, tone)
        self._name.setText(piece.name)
        self._state.show_state(_(text), "", tone)
        details = piece_details(piece)
        self._why.setText(details)
        self._why.setVisible(bool(details))
        here = piece.state != PieceState.EXPECTED
        self._scan.setVisible(piece.state in (PieceState.EXPECTED, PieceState.REFUSED))
        self._accept.setVisible(here and piece.state != PieceState.ACCEPTED)
        self._refuse.setVisible(here and piece.state != PieceState.REFUSED)
        for button, words in (
            (self._scan, _("Scan for: {piece}")),
            (self._accept, _("Accept: {piece}")),
            (self._refuse, _("Refuse: {piece}")),
        ):
            button.setAccessibleName(words.format(piece=piece.name))
        self.setAccessibleName(f"{piece.name}: {_(text)}. {details}".rstrip(". "))

    def ask_reason(self) -> None:
        """Opens the line for the reason."""
        self._reason_line.show()
        self._reason.setFocus()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape closes the line for the reason."""
        if (
            event is not None
            and event.key() == Qt.Key.Key_Escape
            and not self._reason_line.isHidden()
        ):
            self._reason_line.hide()
            self._refuse.setFocus()
            return
        super().keyPressEvent(event)

    def _connect(self) -> None:
        self._scan.clicked.connect(lambda: self._act(ScanPiece(self.piece.id)))
        self._accept.clicked.connect(lambda: self._decide(PieceState.ACCEPTED, ""))
        self._refuse.clicked.connect(self.ask_reason)

    def _build(self) -> None:
        line = row(None, self._icon, space=SPACE[1])
        line.addWidget(self._name, 1)
        line.addWidget(self._state)
        line.addLayout(row(None, self._scan, self._accept, self._refuse, space=0))
        details = row(None, self._why, margins=(26, 0, 0, 2))
        column(self, line, details, self._reason_line, space=2, margins=(2, 4, 0, 4))

    def _build_reason(self) -> QWidget:
        line = QWidget()
        self._reason = QComboBox()
        self._reason.setObjectName(f"piece_reason_{self.piece.id}")
        self._reason.setAccessibleName(_("Reason of the refusal"))
        self._reason.setEditable(True)
        self._reason.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._reason.setMinimumContentsLength(10)
        for text in REASONS:
            self._reason.addItem(_(text))
        sure = push_button(_("Refuse"), kind="danger", name=f"piece_refuse_sure_{self.piece.id}")
        sure.clicked.connect(self._on_refuse)
        box = row(line, space=SPACE[1], margins=(26, 0, 0, 2))
        box.addWidget(self._reason, 1)
        box.addWidget(sure)
        line.hide()
        return line

    def _on_refuse(self) -> None:
        reason = self._reason.currentText().strip()
        if is_reason(reason):
            self._reason_line.hide()
            self._decide(PieceState.REFUSED, reason)

    def _decide(self, state: PieceState, reason: str) -> None:
        self._act(acts.DecidePiece(self.piece.id, state, reason))

    def set_first(self, first: bool) -> None:
        """The first row has no line above."""
        restyle(self, first=first)
