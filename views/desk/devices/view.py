# SPDX-License-Identifier: GPL-3.0-only
"""Scanner and printer of the kiosk, the pages received, and filing them.
A tab of the right side of the desk's window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PyQt6.QtCore import QEvent, QPoint, QTimer, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QWidget

from resources.texts import _, ngettext
from session.core.dossier_model import Piece
from session.protocol.conversation.messages import (
    DevicesReported,
    Grant,
)
from views.desk.devices import acts
from views.desk.devices.filing_panel import FilingPanel
from views.desk.devices.page_strip import cell
from views.desk.devices.pages_panel import PagesPanel
from views.desk.devices.print_panel import PrintPanel
from views.desk.devices.scan_panel import ScanPanel
from views.widgets.announcer import announce
from views.widgets.parts import (
    column,
    scroll_area,
)
from views.widgets.theme import SPACE


def _needed_px(part: QWidget, width_px: int) -> int:
    """The least height of a part of this width."""
    layout, least = part.layout(), part.minimumSizeHint().height()
    if layout is None or not layout.hasHeightForWidth():
        return least
    return max(least, layout.minimumHeightForWidth(width_px))


class DevicesView(QWidget):
    """Shows devices and pages.

    Signals: acted(object): what the agent does, a `DevicesAct`.
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("devices_view")
        self.scan = ScanPanel(self.acted.emit)
        self.printing = PrintPanel(self.acted.emit)
        self.filing = FilingPanel()
        self._receipt_follows = False
        self._on_their_way = 0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._see_pages)
        self.pages = PagesPanel(
            self.acted.emit, scan=self.scan, filing=self.filing, added=self._soon.start
        )
        self.filing.pressed.connect(self._on_file)
        self.filing.receipt_requested.connect(self._on_second_press)
        self._build()

    # ---- facts: devices ----

    def show_devices(self, report: DevicesReported | None) -> None:
        """State of both devices; None while it is not known."""
        self.scan.show_report(report)
        self.printing.show_report(report)
        self.filing.show_printer(self.printing.is_possible())

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """Show what the caller allows now; permissions that are not named stay as they are."""
        if Grant.SCAN in grants:
            self.scan.show_grant(grants[Grant.SCAN])
        if Grant.PRINT in grants:
            self.printing.show_grant(grants[Grant.PRINT])
        if Grant.KEEP in grants:
            self.filing.show_grant(grants[Grant.KEEP])

    def show_asking(self, left_s: Mapping[Grant, float]) -> None:
        """Seconds that the caller has for the answer, for each power that is being asked for."""
        self.scan.show_asking(left_s.get(Grant.SCAN, 0.0))
        self.printing.show_asking(left_s.get(Grant.PRINT, 0.0))
        self.filing.show_asking(left_s.get(Grant.KEEP, 0.0))

    def show_scan_progress(self, percent: int, text: str = "") -> None:
        """A scan runs: 0..100, less than 0 when unknown."""
        self.scan.show_progress(text or _("Scanning…"), percent)

    def show_in_session(self, live: bool) -> None:
        """Show whether a kiosk is at the other end; without it only pages and filing remain."""
        self.scan.setVisible(live)
        self.printing.setVisible(live)
        self.filing.show_in_session(live)
        self.pages.show_in_session(live)

    # ---- facts: filing ----

    def show_pages_filed(self, page_ids: Sequence[str]) -> None:
        """The store has these pages."""
        self.pages.show_filed(page_ids)
        self.filing.new_document()

    def show_scanned(self, page_ids: Sequence[str], unread: int) -> None:
        """Show that what was scanned for a piece is here:
        these pages are the ones that would be filed.
        """
        if set(self.pages.to_file()) - set(page_ids):
            self.pages.strip.choose_all(page_ids)
        self.pages.show_part("pages")
        words = _("Legible. Enter files it; F8 from everywhere.")
        if unread:
            words = ngettext(
                "One page is hard to read. Look at it, or scan it again (Ctrl+R).",
                "{count} pages are hard to read. Look at them, or scan them again (Ctrl+R).",
                unread,
            ).format(count=unread)
        self.filing.show_words(words)
        announce(self, words)

    def show_document_filed(self, name: str, on_receipt: int) -> None:
        """The store has a document; `on_receipt` of this conversation stand on the receipt. The
        next Enter prints it, if the keyboard waits on the button that filed; it is printed at once
        where that was asked for, be it by an Enter meanwhile.
        """
        words = ngettext(
            "Filed: {name}. One document on the receipt.",
            "Filed: {name}. {count} documents on the receipt.",
            on_receipt,
        )
        self.filing.show_words(words.format(name=name, count=on_receipt))
        if self.filing.file.hasFocus() and not self.printing.isHidden():
            self.printing.take_keyboard()
        if self._receipt_follows and self._on_their_way <= 1:  # this is the last one
            self._receipt_follows = False
            self.printing.press_receipt()

    def show_filing(self, count: int) -> None:
        """So many documents are on their way to the store."""
        self._on_their_way = count
        self.filing.set_filing(count > 0)

    def set_pieces(self, pieces: Sequence[Piece], dossier_open: bool) -> None:
        """Set what the procedure expects, and whether there is a dossier."""
        self.filing.set_pieces(pieces)
        self.filing.set_dossier(dossier_open)

    def clear(self) -> None:
        """Removes everything of the caller before."""
        self.pages.clear()
        self.printing.clear_prints()
        self.scan.show_idle()
        self.scan.show_pile(0, 0, is_turned=False)
        self._receipt_follows = False
        self.filing.new_document()
        self.filing.show_words("")
        self.set_pieces([], dossier_open=False)
        self.show_grants({Grant.SCAN: False, Grant.PRINT: False, Grant.KEEP: False})
        self.show_devices(None)

    # ---- requests ----

    def _on_file(self, pieces: Sequence[tuple[str, str]], with_receipt: bool) -> None:
        """Files all pages as one document, or each for a piece of its own."""
        pages = tuple(self.pages.to_file())
        if len(pieces) == 1:
            parts: list[tuple[str, ...]] = [pages]
        else:
            parts = [(page_id,) for page_id in pages]
        if pages and len(parts) == len(pieces):
            documents = [
                acts.DocumentPages(part, piece_id, name)
                for part, (piece_id, name) in zip(parts, pieces, strict=True)
            ]
            self._receipt_follows = with_receipt
            self.acted.emit(acts.FileDocuments(tuple(documents)))

    def _on_second_press(self) -> None:
        self._receipt_follows = True

    def scan_piece(self) -> None:
        """Scans for the piece that would be filed."""
        self.acted.emit(acts.ScanPiece(self.filing.chosen_piece()))

    # ---- building ----

    def _build(self) -> None:
        body = QWidget()
        box = column(body, space=SPACE[1], margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[2]))
        box.addWidget(self.scan)
        box.addWidget(self.pages, 1)
        self._body = box
        foot = QFrame()
        foot.setObjectName("devices_foot")
        margins = (SPACE[2], SPACE[0], SPACE[2], SPACE[1])
        self._foot = column(foot, self.filing, self.printing, space=6, margins=margins)
        layout = column(self, space=0)
        self._area = scroll_area(body)
        layout.addWidget(self._area, 1)
        layout.addWidget(foot)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """The pages stay in sight."""
        super().resizeEvent(event)
        self._place_printer()
        self._soon.start()

    def event(self, event: QEvent | None) -> bool:
        """A part wants more room, or less: a print waits, a second paper was found."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._place_printer()
        return super().event(event)

    def _place_printer(self) -> None:
        """The printer stays below what is filed, unless no row of pages would be left."""
        below = sum(
            _needed_px(part, self.width() - 2 * SPACE[2])
            for part in (self.filing, self.printing)
            if not part.isHidden()
        )
        row_px = self.pages.strip.minimumHeight() + 2 * SPACE[2]
        if below + row_px <= self.height():
            place = self._foot
        else:
            place = self._body
        if place.indexOf(self.printing) < 0:
            place.addWidget(self.printing)

    def _see_pages(self) -> None:
        """Show a row of pages, not the scanner, if there is room for one thing only."""
        body = self._area.widget()
        if body is None or not self.pages.strip.count() or not self.pages.strip.isVisible():
            return
        top = self.pages.strip.mapTo(body, QPoint(0, 0)).y()
        for y in (top + cell().height(), top):  # the last one is seen in any case
            self._area.ensureVisible(0, y, 0, SPACE[0])
