# SPDX-License-Identifier: GPL-3.0-only
"""Scanner and printer of the kiosk, the pages received, and filing them.
A tab of the right side of the desk's window.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QEvent, QPoint, QTimer, pyqtSignal
from PyQt6.QtGui import QImage, QResizeEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QToolButton, QWidget

from documents.imaging.edits import CleaningStage
from resources.texts import _
from session.core.dossier_model import Piece
from session.protocol.conversation.messages import (
    Area,
    DevicesReported,
    Grant,
    ScanKind,
)
from session.protocol.conversation.page_removal import RemovalReason
from views.desk.devices import acts
from views.desk.devices.cleaning_menu import ask_stages
from views.desk.devices.filing_panel import FilingPanel
from views.desk.devices.page_strip import CELL, PageStrip
from views.desk.devices.papers_bar import PapersBar
from views.desk.devices.preview import PreviewPage
from views.desk.devices.print_panel import PrintPanel
from views.desk.devices.removal_menu import REASON_WORDS, Split, ask_reason, ask_split
from views.desk.devices.scan_panel import ScanPanel
from views.desk.devices.strip_page import Mark, PageStatus, StripPage, picture_of
from views.widgets.parts import (
    Card,
    ElidedLabel,
    EmptyState,
    Segments,
    column,
    push_button,
    row,
    scroll_area,
    tool_button,
)
from views.widgets.theme import SPACE
from views.words.errors import sentence


def _needed_px(part: QWidget, width_px: int) -> int:
    """The least height of a part of this width."""
    layout, least = part.layout(), part.minimumSizeHint().height()
    if layout is None or not layout.hasHeightForWidth():
        return least
    return max(least, layout.minimumHeightForWidth(width_px))


_FILABLE = frozenset({PageStatus.KEPT, PageStatus.CLEANED})


class DevicesView(QWidget):
    """Shows devices and pages.

    Signals:
        acted(object): what the agent does, a `DevicesAct`.
        page_changed(str): the picture of a page, or what is known of it, is another one.
    """

    acted = pyqtSignal(object)
    page_changed = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("devices_view")
        self.scan = ScanPanel(self.acted.emit)
        self.printing = PrintPanel(self.acted.emit)
        self.filing = FilingPanel()
        self.strip = PageStrip(self.acted.emit, self._use_tool)
        self._preview_page = PreviewPage()
        self.preview = self._preview_page.picture
        self._removed: list[tuple[StripPage, int, RemovalReason]] = []
        self._parts_of: dict[str, tuple[str, ...]] = {}
        self._by_enter = self._receipt_follows = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._see_pages)
        self._build()
        self._connect()
        self._on_chosen()

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

    def show_preview(
        self, image: QImage | bytes, flatbed: Area | None = None, areas: Sequence[Area] = ()
    ) -> None:
        """A preview has come; `flatbed` is what it covers, `areas` what was found on it, in 1/300
        inch.
        """
        self.preview.show_picture(picture_of(image), flatbed, areas)
        self._show_part("preview")
        self.preview.setFocus()

    def show_in_session(self, live: bool) -> None:
        """Show whether a kiosk is at the other end; without it only pages and filing remain."""
        self.scan.setVisible(live)
        self.printing.setVisible(live)
        self._switch.setVisible(live)
        self.filing.show_in_session(live)
        if not live:
            self._show_part("pages")

    # ---- facts: pages ----

    def add_page(self, page_id: str) -> None:
        """A page is coming from the kiosk."""
        if self.page(page_id) is None:
            self.strip.put(StripPage(page_id))
            self._show_part("pages")
            self._on_chosen()
            self._soon.start()

    def show_page_progress(self, page_id: str, percent: int) -> None:
        """0..100 of a page has arrived."""
        self.add_page(page_id)
        self._change(
            page_id,
            lambda facts: replace(
                facts, status=PageStatus.RECEIVING, percent=max(0, min(100, percent))
            ),
        )

    def show_page_quick_copy(self, page_id: str, picture: QImage | bytes) -> None:
        """A small picture of a page on its way; a page that is here is not changed."""
        facts = self.page(page_id)
        if facts is None or facts.status is PageStatus.RECEIVING:
            self.add_page(page_id)
            self._change(page_id, lambda facts: replace(facts, quick_copy=picture_of(picture)))

    def show_page_image(
        self,
        page_id: str,
        original: QImage | bytes,
        *,
        is_given: bool = False,
        as_is: bool = False,
        unasked: bool = False,
    ) -> None:
        """A page is safe on this computer;
        its picture as it was scanned, or as the caller gave it.
        """
        self.add_page(page_id)
        self._change(
            page_id,
            lambda facts: replace(
                facts.arrived(picture_of(original), is_given, as_is), unasked=unasked
            ),
        )

    def show_page_cleaned(
        self,
        page_id: str,
        cleaned: QImage | bytes,
        note: str = "",
        *,
        turns_in: int = 0,
        marks: Sequence[Mark] = (),
        left_out: Collection[CleaningStage] = (),
    ) -> None:
        """The straightened picture.

        Args:
            note: what to check before the caller leaves; marks: where, as fractions of `cleaned`.
            turns_in: quarter turns to the right that the agent wanted and the picture has.
        """

        def change(facts: StripPage) -> StripPage:
            picture, turns = picture_of(cleaned), turns_in if facts.cleaned is None else facts.turns
            return replace(
                facts,
                status=PageStatus.CLEANED,
                cleaned=picture,
                note=note,
                turns=turns,
                turns_in=turns_in,
                marks=tuple(marks),
                left_out=frozenset(left_out),
            )

        self._change(page_id, change)

    def show_papers(self, page_id: str, papers: int) -> None:
        """Show how many papers lie on this page; 0 when there is one,
        or when it stays one page.
        """
        self._change(page_id, lambda facts: replace(facts, papers=papers))

    def show_page_replaced(
        self, old_page_id: str, new_page_ids: Sequence[str], reason: RemovalReason
    ) -> None:
        """These pages stand where another one stood, which is taken out and can be brought back."""
        facts = self.strip.facts(old_page_id)
        if facts is None:
            return
        place = self.strip.take(old_page_id)
        self._removed.append((facts, place, reason))
        if reason is RemovalReason.SPLIT:
            self._parts_of[old_page_id] = tuple(new_page_ids)
        order = [page_id for page_id in self.strip.order() if page_id not in new_page_ids]
        self.strip.set_order([*order[:place], *new_page_ids, *order[place:]])
        self.acted.emit(acts.TakePageOut(old_page_id, reason))
        if new_page_ids:
            self.strip.choose(new_page_ids[0])
        self._on_chosen()

    def show_page_failed(self, page_id: str, code: str) -> None:
        """A page cannot be used; its tool tip gives the reason."""
        self.add_page(page_id)
        self._change(
            page_id,
            lambda facts: replace(facts, status=PageStatus.DAMAGED, note=sentence(code).sentence),
        )

    def show_pages_filed(self, page_ids: Sequence[str]) -> None:
        """The store has these pages."""
        for page_id in page_ids:
            self._change(page_id, lambda facts: replace(facts, status=PageStatus.FILED, note=""))
        self.filing.new_document()

    def show_scanned(self, page_ids: Sequence[str], unread: int) -> None:
        """Show that what was scanned for a piece is here:
        these pages are the ones that would be filed.
        """
        if set(self.to_file()) - set(page_ids):
            self.strip.choose_all(page_ids)
        self._show_part("pages")
        self.filing.show_words(
            _("Hard to read: {count}. Look at the page, or scan it again (Ctrl+R).").format(
                count=unread
            )
            if unread
            else _("Legible. Enter files it; F8 from everywhere.")
        )

    def show_document_filed(self, name: str, on_receipt: int) -> None:
        """The store has a document; `on_receipt` of this conversation stand on the receipt. The
        next Enter prints it, if this one filed; it is printed at once where that was asked for.
        """
        words = _("Filed: {name}. On the receipt: {count}.")
        self.filing.show_words(words.format(name=name, count=on_receipt))
        if self._receipt_follows:
            self._receipt_follows = False
            self.printing.press_receipt()
        elif self._by_enter and not self.printing.isHidden():
            self.printing.take_keyboard()
        self._by_enter = False

    def set_filing(self, filing: bool) -> None:
        """True while a document is on its way to the store."""
        self._by_enter = (filing and self.filing.file.hasFocus()) or self._by_enter
        self.filing.set_filing(filing)

    def set_pieces(self, pieces: Sequence[Piece], dossier_open: bool) -> None:
        """Set what the procedure expects, and whether there is a dossier."""
        self.filing.set_pieces(pieces)
        self.filing.set_dossier(dossier_open)

    def page(self, page_id: str) -> StripPage | None:
        """A page as shown, or as it was when it was taken out."""
        removed = next(
            (facts for facts, _place, _reason in self._removed if facts.page_id == page_id), None
        )
        return self.strip.facts(page_id) or removed

    def clear(self) -> None:
        """Removes everything of the caller before."""
        self.strip.clear()
        self._removed.clear()
        self._parts_of.clear()
        self.preview.show_picture(None)
        self.printing.clear_prints()
        self.scan.show_idle()
        self.scan.show_pile(0, 0, is_turned=False)
        self._receipt_follows = False
        self.filing.new_document()
        self.filing.show_words("")
        self.set_pieces([], dossier_open=False)
        self.show_grants({Grant.SCAN: False, Grant.PRINT: False, Grant.KEEP: False})
        self.show_devices(None)
        self._show_part("pages")
        self._on_chosen()

    # ---- requests ----

    def to_file(self) -> list[str]:
        """The pages that would be filed: the chosen ones, or all that are not filed yet."""
        chosen = set(self.strip.chosen())
        ready = [facts.page_id for facts in self.strip.pages() if facts.status in _FILABLE]
        return [page_id for page_id in ready if page_id in chosen] or ready

    def _targets(self) -> list[str]:
        chosen = self.strip.chosen()
        everything = self.strip.order()
        return chosen or everything[-1:]

    def _on_turn(self, quarter_turns: int) -> None:
        for page_id in self._targets():
            self.strip.turn(page_id, quarter_turns)
            facts = self.strip.facts(page_id)
            if facts is not None:
                self.acted.emit(acts.RotatePage(page_id, facts.turns))

    def _on_version(self) -> None:
        for page_id in self._targets():
            facts = self.strip.facts(page_id)
            if facts is not None and facts.cleaned is not None:
                self._change(
                    page_id, lambda facts: replace(facts, use_cleaned=not facts.use_cleaned)
                )
                self.acted.emit(acts.UseVersion(page_id, not facts.use_cleaned))

    def _on_remove(self) -> None:
        if self.strip.chosen():
            ask_reason(self._tools["remove"], self.remove_chosen)

    def remove_chosen(self, reason: RemovalReason) -> None:
        """Takes the chosen pages out; those that are filed stay."""
        for page_id in self.strip.chosen():
            facts = self.strip.facts(page_id)
            if facts is not None and facts.status != PageStatus.FILED:
                self._removed.append((facts, self.strip.take(page_id), reason))
                self.acted.emit(acts.TakePageOut(page_id, reason))
        self._on_chosen()
        self.strip.setFocus()

    def _on_again(self) -> None:
        for page_id in self._targets()[:1]:
            facts = self.strip.facts(page_id)
            if facts is not None and facts.status != PageStatus.FILED:
                self.acted.emit(acts.ScanAgain(page_id, self.scan.chosen_scan(ScanKind.PAGE)))

    def _on_split(self) -> None:
        for page_id in self._targets()[:1]:
            facts = self.strip.facts(page_id)
            if facts is not None and facts.status == PageStatus.CLEANED:
                ask_split(self._tools["split"], partial(self._split_in_two, page_id))

    def _split_in_two(self, page_id: str, way: Split) -> None:
        self.acted.emit(acts.SplitInTwo(page_id, way))

    def _on_undo(self) -> None:
        if self._removed:
            facts, place, _reason = self._removed.pop()
            for part in self._parts_of.pop(facts.page_id, ()):
                self._drop_part(part)
            self.strip.put_at(facts, place)
            self.acted.emit(acts.PutPageBack(facts.page_id))
        self._on_chosen()

    def _drop_part(self, page_id: str) -> None:
        """Removes a part when the page that it was cut from is back; a filed part stays."""
        facts = self.strip.facts(page_id)
        if facts is not None and facts.status != PageStatus.FILED:
            self.strip.take(page_id)
            self.acted.emit(acts.TakePageOut(page_id, RemovalReason.SPLIT))
        self._removed = [entry for entry in self._removed if entry[0].page_id != page_id]

    def _on_stages(self) -> None:
        for page_id in self._targets()[:1]:
            facts = self.strip.facts(page_id)
            if facts is not None and facts.status == PageStatus.CLEANED and facts.use_cleaned:
                ask_stages(
                    self._tools["stages"],
                    facts.left_out,
                    partial(self._use_stage, page_id),
                )

    def _use_stage(self, page_id: str, stage: CleaningStage, is_used: bool) -> None:
        self.acted.emit(acts.UseStage(page_id, stage, is_used))

    def _separate(self, page_id: str) -> None:
        self.acted.emit(acts.SeparatePapers(page_id))

    def _leave_papers(self, page_id: str) -> None:
        self.show_papers(page_id, 0)

    def _on_file(self, pieces: Sequence[tuple[str, str]], with_receipt: bool) -> None:
        """Files all pages as one document, or each for a piece of its own."""
        pages = tuple(self.to_file())
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

    def scan_piece(self) -> None:
        """Scans for the piece that would be filed."""
        self.acted.emit(acts.ScanPiece(self.filing.chosen_piece()))

    # ---- building ----

    def _build(self) -> None:
        body = QWidget()
        box = column(body, space=SPACE[1], margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[2]))
        box.addWidget(self.scan)
        box.addWidget(self._build_middle(), 1)
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
        row_px = self.strip.minimumHeight() + 2 * SPACE[2]
        if below + row_px <= self.height():
            place = self._foot
        else:
            place = self._body
        if place.indexOf(self.printing) < 0:
            place.addWidget(self.printing)

    def _see_pages(self) -> None:
        """Show a row of pages, not the scanner, if there is room for one thing only."""
        body = self._area.widget()
        if body is None or not self.strip.count() or not self.strip.isVisible():
            return
        top = self.strip.mapTo(body, QPoint(0, 0)).y()
        for y in (top + CELL.height(), top):  # the last one is seen in any case
            self._area.ensureVisible(0, y, 0, SPACE[0])

    def _build_middle(self) -> Card:
        card = Card("pages_panel")
        self._switch = Segments(
            "pages_switch",
            _("Show"),
            choices=[("pages", _("Pages"), "page"), ("preview", _("Preview"), "preview")],
        )
        self._switch.chosen.connect(lambda key: self._show_part(str(key)))
        tools = self._build_tools()
        card.body.addLayout(
            row(None, self._switch, 0, self._tools["again"], self._tools["split"], space=2)
        )
        card.body.addLayout(tools)
        self._parts = QStackedWidget()
        self._no_pages = EmptyState(
            "scanner",
            _("No page yet"),
            advice=_("Ask the caller to put the document on the glass, then scan."),
            name="pages_empty",
        )
        self._no_preview = EmptyState(
            "preview",
            _("No preview yet"),
            advice=_("A preview shows the whole glass, to mark the part to scan."),
            name="preview_empty",
        )
        for part in (self._no_pages, self.strip, self._no_preview, self._preview_page):
            self._parts.addWidget(part)
        card.body.addWidget(self._parts, 1)
        self._papers = PapersBar(self._separate, self._leave_papers)
        card.body.addWidget(self._papers)
        card.body.addWidget(self._build_undo())
        return card

    def _build_tools(self) -> QHBoxLayout:
        self._tools: dict[str, QToolButton] = {
            "left": tool_button(_("Turn left"), "rotate_left", "page_turn_left", keys="Ctrl+Left"),
            "right": tool_button(
                _("Turn right"), "rotate_right", "page_turn_right", keys="Ctrl+Right"
            ),
            "version": tool_button(_("Original or cleaned"), "cleaned", "page_version"),
            "stages": tool_button(
                _("What was done to the page"), "stages", "page_stages", keys="Ctrl+E"
            ),
            "earlier": tool_button(_("Earlier"), "arrow_left", "page_earlier", keys="Alt+Left"),
            "later": tool_button(_("Later"), "arrow_right", "page_later", keys="Alt+Right"),
            "open": tool_button(_("Look at the page"), "search", "page_open", keys="Return"),
            "again": tool_button(_("Scan the page again"), "retry", "page_again", keys="Ctrl+R"),
            "split": tool_button(_("Split the page"), "split", "page_split", keys="Ctrl+K"),
            "remove": tool_button(_("Take the page out"), "remove", "page_remove", keys="Del"),
        }
        left_buttons = [self._tools[key] for key in ("left", "right", "version", "stages", "open")]
        right = [self._tools[key] for key in ("earlier", "later", "remove")]
        return row(None, *left_buttons, 0, *right, space=2)

    def _build_undo(self) -> QWidget:
        self._undo_line = QWidget()
        self._undo_words = ElidedLabel(role="small", name="page_undo_words")
        undo = push_button(_("Put it back"), "undo", "quiet", name="page_undo", keys="Ctrl+Z")
        undo.clicked.connect(self._on_undo)
        box = row(self._undo_line)
        box.addWidget(self._undo_words, 1)
        box.addWidget(undo)
        return self._undo_line

    def _connect(self) -> None:
        self.preview.areas_changed.connect(self.scan.show_areas)
        self.preview.scan_pressed.connect(self.scan.press_scan)
        self.strip.itemSelectionChanged.connect(self._on_chosen)
        self.filing.pressed.connect(self._on_file)
        for tool, button in self._tools.items():
            button.clicked.connect(lambda _checked, tool=tool: self._use_tool(tool))

    def _use_tool(self, tool: str) -> None:
        """Does what a button over the pages does, or its key in the strip."""
        match tool:
            case "left":
                self._on_turn(-1)
            case "right":
                self._on_turn(1)
            case "version":
                self._on_version()
            case "stages":
                self._on_stages()
            case "earlier":
                self.strip.move_chosen(-1)
            case "later":
                self.strip.move_chosen(1)
            case "open":
                self.acted.emit(acts.LookAtPage(self._targets()[0]))
            case "again":
                self._on_again()
            case "split":
                self._on_split()
            case "remove":
                self._on_remove()
            case "undo":
                self._on_undo()

    # ---- showing ----

    def _change(self, page_id: str, change: Callable[[StripPage], StripPage]) -> None:
        facts = self.strip.facts(page_id)
        if facts is not None:
            self.strip.put(change(facts))
            self._on_chosen()
            self.page_changed.emit(page_id)
        self._removed = [
            (change(old) if old.page_id == page_id else old, place, reason)
            for old, place, reason in self._removed
        ]

    def _show_part(self, key: str) -> None:
        self._switch.choose(key)
        if key == "preview":
            self._parts.setCurrentWidget(
                self._preview_page if self.preview.has_picture() else self._no_preview
            )
        else:
            self._parts.setCurrentWidget(self.strip if self.strip.count() else self._no_pages)
        for button in self._tools.values():
            button.setVisible(key == "pages" and self.strip.count() > 0)

    def _on_chosen(self) -> None:
        some = self.strip.count() > 0
        chosen = bool(self.strip.chosen())
        for key, button in self._tools.items():
            button.setEnabled(chosen if key in ("earlier", "later", "remove") else some)
        arriving = any(facts.status is PageStatus.RECEIVING for facts in self.strip.pages())
        self.filing.set_pages(len(self.to_file()), arriving=arriving)
        self._switch.button("pages").setText(
            _("Pages: {count}").format(count=self.strip.count()) if some else _("Pages")
        )
        stacked_pages = [
            (at, facts) for at, facts in enumerate(self.strip.pages(), start=1) if facts.papers
        ]
        at, facts = stacked_pages[0] if stacked_pages else (0, StripPage(""))
        self._papers.show_papers(facts.page_id, at, facts.papers)
        self._undo_line.setVisible(bool(self._removed))
        if self._removed:
            reason = _(REASON_WORDS[self._removed[-1][2]])
            words = _("Taken out: {count} ({reason})").format(
                count=len(self._removed), reason=reason
            )
            self._undo_words.setText(words)
        if self._switch.choice() == "pages":
            self._show_part("pages")
