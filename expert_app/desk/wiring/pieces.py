# SPDX-License-Identifier: GPL-3.0-only
"""Connects the dossier's pieces on the screen with the desk's work on them."""

from __future__ import annotations

from functools import partial

from PyQt6.QtGui import QImage

from expert_app.desk.app import DeskApp
from expert_app.desk.ask_first import SCAN, AskFirst
from expert_app.desk.devices import DevicesJob
from expert_app.desk.dossier.piece_scan import PieceScan, ScannedPiece
from expert_app.desk.dossier.pieces import DeskPieces, DuplicatePage
from expert_app.desk.wiring.devices import scan_request_of
from resources.texts import _
from session.protocol.conversation.messages import ScanKind
from session.protocol.dossier.pieces import PieceHistory
from views.desk.dossier.compared_pages import Side, side_by_side
from views.desk.window import DeskWindow
from views.widgets.message_bar import Level, MessageAction
from views.widgets.pdf_picture import pdf_page


class PieceConnections:
    """The agent's requests go to the job; what the job found goes to the window."""

    def __init__(
        self,
        window: DeskWindow,
        app: DeskApp,
        *,
        pieces: DeskPieces,
        devices: DevicesJob,
        scan: PieceScan,
        ask_first: AskFirst,
    ) -> None:
        self._window, self._app = window, app
        self._pieces, self._scan, self._ask_first = pieces, scan, ask_first
        bar, view = window.dossier.pieces_bar, window.dossier
        bar.procedure_requested.connect(pieces.start_procedure)
        bar.missing_requested.connect(pieces.print_missing)
        bar.history_requested.connect(pieces.ask_history)
        window.piece_scan_requested.connect(self._on_scan)
        scan.ready.connect(self._on_ready)
        view.search_requested.connect(pieces.search)
        view.correct_requested.connect(pieces.correct)
        view.supersede_requested.connect(pieces.supersede)
        pieces.procedures_changed.connect(bar.show_procedures)
        pieces.history_received.connect(self._on_history)
        pieces.found.connect(view.mark_found)
        pieces.duplicate_found.connect(self._on_duplicate)
        devices.printing.connect(lambda printing: pieces.on_print(printing.changed, printing.name))
        app.session_ended.connect(lambda _ended: pieces.choose(""))
        pieces.start()

    def _on_scan(self, piece_id: str) -> None:
        """The piece is the one that is filed from now on; it is scanned where that is possible."""
        self._pieces.choose(piece_id)
        panel = self._window.devices.scan
        if panel.is_possible():
            page = scan_request_of(panel.chosen_scan(ScanKind.PAGE))
            self._ask_first.do(SCAN, partial(self._scan.begin, piece_id, page))

    def _on_ready(self, scanned: ScannedPiece) -> None:
        self._window.show_scanned(scanned.page_ids, scanned.unread)

    def _on_history(self, past: PieceHistory) -> None:
        dossier = self._app.dossier
        names = {piece.id: piece.name for piece in dossier.pieces} if dossier is not None else {}
        self._window.dossier.pieces_bar.show_history(past, names)

    def _on_duplicate(self, duplicate: DuplicatePage) -> None:
        """A warning with the earlier page shown beside the new one; nothing is refused.

        Over a wrap-up, whose outcome the agent is choosing, the pages are opened only when the
        agent asks.
        """
        seen = duplicate.seen
        day = seen.filed_at_utc.astimezone().strftime("%d/%m/%Y")
        if seen.same:
            words = _(
                "This page is in the dossier already: “{name}”, page {page}, filed on {date}."
            )
        else:
            words = _(
                "This page looks like page {page} of “{name}”, filed on {date}. Compare before you "
                "file it."
            )
        text = words.format(name=seen.name, page=seen.of_page, date=day)
        compare = partial(self._compare, duplicate, text, day)
        action = MessageAction(_("Compare"), compare)
        self._window.messages.show_message(
            Level.WARNING, text, key=f"double {duplicate.page_id}", action=action
        )
        if not self._window.wrap_up.isVisible():
            compare()

    def _compare(self, duplicate: DuplicatePage, text: str, day: str) -> None:
        """Both pages side by side, in the viewer."""
        seen = duplicate.seen
        earlier = _("Filed on {date}: {name}, page {page}").format(
            date=day, name=seen.name, page=seen.of_page
        )
        image = side_by_side(
            Side(QImage.fromData(duplicate.jpeg), _("Just scanned")),
            Side(
                pdf_page(duplicate.document, seen.of_page) if duplicate.document else None, earlier
            ),
        )
        self._window.show_picture(_("Is it the same page?"), image, text)
