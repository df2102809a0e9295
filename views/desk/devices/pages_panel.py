# SPDX-License-Identifier: GPL-3.0-only
"""The pages received and the preview of the flatbed, one of which is shown.
Used by the devices view.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QWidget

from documents.imaging.edits import CleaningStage
from resources.texts import _
from session.protocol.conversation.messages import Area
from session.protocol.conversation.page_removal import RemovalReason
from views.desk.devices import acts
from views.desk.devices.filing_panel import FilingPanel
from views.desk.devices.page_strip import PageStrip
from views.desk.devices.papers_bar import PapersBar
from views.desk.devices.preview import PreviewPage
from views.desk.devices.removed_pages import RemovedPages
from views.desk.devices.scan_panel import ScanPanel
from views.desk.devices.strip_page import Mark, PageStatus, StripPage, picture_of
from views.desk.devices.strip_tools import StripTools
from views.widgets.parts import Card, EmptyState, PageStack, Segments, label_button, row
from views.words.counts import page_words
from views.words.errors import sentence

_FILABLE = frozenset({PageStatus.KEPT, PageStatus.CLEANED})


class PagesPanel(Card):
    """Shows pages and preview, and acts on the pages.

    Args:
        act: told what the agent does.
        scan: marks of the preview go to it; a page is scanned again with its settings.
        filing: told how many pages would be filed.
        added: called when a page begins to come.

    Signals: page_changed(str): the picture of a page, or what is known of it, is another one.
    """

    page_changed = pyqtSignal(str)

    def __init__(
        self,
        act: Callable[[acts.DevicesAct], None],
        *,
        scan: ScanPanel,
        filing: FilingPanel,
        added: Callable[[], None],
    ) -> None:
        super().__init__("pages_panel")
        self._act = act
        self._filing = filing
        self._added = added
        self.strip = PageStrip(act, lambda tool: self._tools.use(tool))
        self._removed = RemovedPages(self.strip, act=act, changed=self._on_chosen)
        self._tools = StripTools(
            self.strip, self._removed, act=act, change=self._change, chosen_scan=scan.chosen_scan
        )
        self._preview_page = PreviewPage()
        self.preview = self._preview_page.picture
        self.preview.areas_changed.connect(scan.show_areas)
        self.preview.scan_pressed.connect(scan.press_scan)
        self._build()
        self.strip.itemSelectionChanged.connect(self._on_chosen)
        self._on_chosen()

    # ---- facts ----

    def show_preview(
        self, image: QImage | bytes, flatbed: Area | None = None, areas: Sequence[Area] = ()
    ) -> None:
        """A preview has come; `flatbed` is what it covers, `areas` what was found on it, in 1/300
        inch.
        """
        self.preview.show_picture(picture_of(image), flatbed, areas)
        self.show_part("preview")
        self.preview.setFocus()

    def add_page(self, page_id: str) -> None:
        """A page is coming from the kiosk."""
        if self.page(page_id) is None:
            self.strip.put(StripPage(page_id))
            self.show_part("pages")
            self._on_chosen()
            self._added()

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
        parts = new_page_ids if reason is RemovalReason.SPLIT else ()
        place = self._removed.take(facts, reason, parts)
        order = [page_id for page_id in self.strip.order() if page_id not in new_page_ids]
        self.strip.set_order([*order[:place], *new_page_ids, *order[place:]])
        self._act(acts.TakePageOut(old_page_id, reason))
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

    def show_filed(self, page_ids: Sequence[str]) -> None:
        """The store has these pages."""
        for page_id in page_ids:
            self._change(page_id, lambda facts: replace(facts, status=PageStatus.FILED, note=""))

    def show_in_session(self, live: bool) -> None:
        """Show whether a kiosk is at the other end; without it there is no preview."""
        self._switch.setVisible(live)
        if not live:
            self.show_part("pages")

    def page(self, page_id: str) -> StripPage | None:
        """A page as shown, or as it was when it was taken out."""
        return self.strip.facts(page_id) or self._removed.facts(page_id)

    def to_file(self) -> list[str]:
        """The pages that would be filed: the chosen ones, or all that are not filed yet."""
        chosen = set(self.strip.chosen())
        ready = [facts.page_id for facts in self.strip.pages() if facts.status in _FILABLE]
        return [page_id for page_id in ready if page_id in chosen] or ready

    def clear(self) -> None:
        """Removes everything of the caller before."""
        self.strip.clear()
        self._removed.forget()
        self.preview.show_picture(None)
        self.show_part("pages")
        self._on_chosen()

    # ---- building ----

    def _build(self) -> None:
        self._switch = Segments(
            "pages_switch",
            _("Show"),
            choices=[("pages", _("Pages"), "page"), ("preview", _("Preview"), "preview")],
        )
        self._switch.chosen.connect(lambda key: self.show_part(str(key)))
        self.body.addLayout(
            row(
                None,
                self._switch,
                0,
                self._tools.buttons["again"],
                self._tools.buttons["split"],
                space=2,
            )
        )
        self.body.addLayout(self._tools.line())
        self._parts = PageStack()
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
        self.body.addWidget(self._parts, 1)
        self._papers = PapersBar(self._separate, lambda page_id: self.show_papers(page_id, 0))
        self.body.addWidget(self._papers)
        self.body.addWidget(self._removed)

    # ---- showing ----

    def _change(self, page_id: str, change: Callable[[StripPage], StripPage]) -> None:
        facts = self.strip.facts(page_id)
        if facts is not None:
            self.strip.put(change(facts))
            self._on_chosen()
            self.page_changed.emit(page_id)
        self._removed.change(page_id, change)

    def show_part(self, key: str) -> None:
        """Show the "pages" or the "preview", or why there is nothing."""
        self._switch.choose(key)
        if key == "preview":
            self._bring(self._preview_page if self.preview.has_picture() else self._no_preview)
        else:
            self._bring(self.strip if self.strip.count() else self._no_pages)
        self._tools.refresh(shown=key == "pages")

    def _bring(self, part: QWidget) -> None:
        """Shows a part. The keyboard goes over to it first: of what is hidden Qt gives it to
        something else in the window, which a screen reader says.
        """
        if part is self.strip and self.preview.hasFocus():
            part.show()
            part.setFocus()
        self._parts.setCurrentWidget(part)

    def _on_chosen(self) -> None:
        arriving = any(facts.status is PageStatus.RECEIVING for facts in self.strip.pages())
        self._filing.set_pages(len(self.to_file()), arriving=arriving)
        label_button(
            self._switch.button("pages"),
            page_words(self.strip.count()) if self.strip.count() else _("Pages"),
        )
        stacked_pages = [
            (at, facts) for at, facts in enumerate(self.strip.pages(), start=1) if facts.papers
        ]
        at, facts = stacked_pages[0] if stacked_pages else (0, StripPage(""))
        self._papers.show_papers(facts.page_id, at, facts.papers)
        self._removed.refresh()
        self.show_part(str(self._switch.choice()))

    def _separate(self, page_id: str) -> None:
        self._act(acts.SeparatePapers(page_id))
