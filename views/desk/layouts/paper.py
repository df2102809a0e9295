# SPDX-License-Identifier: GPL-3.0-only
"""Brings paper to the front: the scanner for a piece, what was scanned, and a page at full size, in
a conversation beside the face, else alone in the middle. Used by the desk's window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QLineEdit, QWidget

from resources.texts import _
from views.desk.devices.acts import DevicesAct, LookAtPage, ScanPiece
from views.desk.devices.page_viewer import PageViewer
from views.desk.devices.strip_page import Mark
from views.desk.devices.view import DevicesView
from views.desk.dossier.acts import DossierAct
from views.desk.dossier.view import DossierView
from views.desk.layouts.columns import DeskColumns
from views.desk.layouts.conversation import ConversationView
from views.desk.layouts.layout import Layout
from views.widgets.parts import column


@dataclass(frozen=True)
class _Sight:
    """What is seen of a page."""

    title: str
    picture: QImage
    note: str
    marks: Sequence[Mark]


class PaperWork:
    """Knows the devices, the right side with their tab, and the viewer."""

    def __init__(
        self,
        devices: DevicesView,
        dossier: DossierView,
        *,
        viewer: PageViewer,
        columns: DeskColumns,
        conversation: ConversationView,
    ) -> None:
        self._devices = devices
        self._viewer = viewer
        self._columns = columns
        self._conversation = conversation
        self._page_id = ""
        self._behind: QWidget | None = None
        self._alone = QWidget()
        self._alone_box = column(self._alone)
        columns.add_page(self._alone)
        dossier.acted.connect(self._on_act)
        devices.acted.connect(self._on_act)
        devices.pages.page_changed.connect(self._on_changed)
        devices.pages.strip.itemSelectionChanged.connect(self._on_chosen)
        viewer.stepped.connect(self._on_step)
        viewer.closed.connect(self.close)
        conversation.paper_requested.connect(self._on_paper)

    def open(self, page_id: str) -> None:
        """Show a scanned page, with the keyboard on it."""
        sight = self._sight(page_id)
        if sight is not None:
            self._page_id = page_id
            self._devices.pages.strip.choose(page_id)
            self.show_picture(sight.title, sight.picture, sight.note, sight.marks)

    def show_picture(
        self, title: str, image: QImage | None, note: str = "", marks: Sequence[Mark] = ()
    ) -> None:
        """Show a page or a sheet, with the keyboard on it."""
        if self._conversation.is_in_front:
            self._conversation.show_paper()
        elif self._columns.centre.currentWidget() is not self._alone:
            self._behind = self._columns.centre.currentWidget()
            self._columns.centre.setCurrentWidget(self._alone)
            self._alone_box.addWidget(self._viewer)
        self._viewer.show()
        self._viewer.show_picture(title, image, note, marks)

    def close(self) -> None:
        """Go back to what was seen before."""
        if self._columns.centre.currentWidget() is not self._alone:
            self._conversation.close_paper()
            return
        assert self._behind is not None  # nothing else brings it to the front
        self._columns.centre.setCurrentWidget(self._behind)
        self._conversation.stage.take_paper()

    def _on_paper(self) -> None:
        """The agent wants to see paper: the chosen page, or that there is none yet."""
        self._columns.open_tab(self._devices)
        strip = self._devices.pages.strip
        for page_id in [*strip.chosen(), *strip.order()[-1:]][:1]:
            self.open(page_id)
        if self._conversation.stage.layout_now is not Layout.PAPER:
            self._viewer.show_nothing()
            self._conversation.show_paper()
            self._viewer.setFocus()

    def show_scanned(self, page_ids: Sequence[str], unread: int) -> None:
        """Show what was scanned for a piece. The next Enter files it,
        unless the agent has gone on to something else.
        """
        self._devices.show_scanned(page_ids, unread)
        side, window = self._columns.side, self._columns.window()
        here = window.focusWidget() if window is not None else None
        if side.is_open(self._devices) and (
            here is None or (side.isAncestorOf(here) and not isinstance(here, QLineEdit))
        ):
            self._devices.filing.take_keyboard()

    def _on_act(self, act: DevicesAct | DossierAct) -> None:
        match act:
            case LookAtPage(page_id):
                self.open(page_id)
            case ScanPiece(piece_id):
                self._devices.filing.choose_piece(piece_id)
                self._columns.open_tab(self._devices)

    def _on_chosen(self) -> None:
        """In the layout for paper the chosen page is the one that is seen."""
        chosen = self._devices.pages.strip.chosen()
        if len(chosen) == 1:
            self._on_changed(chosen[0])

    def _on_changed(self, page_id: str) -> None:
        """In the layout for paper a new page, or a better picture of it, is seen at once; the
        keyboard stays where it is.
        """
        if self._conversation.stage.layout_now is Layout.PAPER:
            sight = self._sight(page_id)
            if sight is not None:
                self._page_id = page_id
                self._viewer.fill(sight.title, sight.picture, sight.note, sight.marks)

    def _on_step(self, step: int) -> None:
        order = self._devices.pages.strip.order()
        if self._page_id in order and 0 <= order.index(self._page_id) + step < len(order):
            self.open(order[order.index(self._page_id) + step])

    def _sight(self, page_id: str) -> _Sight | None:
        facts, order = self._devices.pages.page(page_id), self._devices.pages.strip.order()
        if facts is None or page_id not in order:
            return None
        picture = facts.picture()
        if picture is None:
            return None
        number = order.index(page_id) + 1
        title = _("Page {number} of {all}").format(number=number, all=len(order))
        return _Sight(f"{title} · {facts.words()}", picture, facts.to_check(), facts.shown_marks())
