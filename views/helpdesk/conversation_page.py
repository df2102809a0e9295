# SPDX-License-Identifier: GPL-3.0-only
"""One conversation: its summary first, the replay beside it, notes, and the file for a vendor.
Used by the helpdesk's window.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QFrame, QMenu, QSplitter, QToolButton, QWidget

from resources.texts import _
from session.log.playback.opened import OpenedLog
from session.log.playback.opening import open_lines
from session.log.summary import SessionSummary, summarise
from session.protocol.helpdesk.log_notes import LogNote
from views.helpdesk.notes_panel import NotesPanel
from views.helpdesk.page_acts import CopyAddress, SaveConversation
from views.helpdesk.save_dialog import ask_path
from views.helpdesk.summary_panel import SummaryPanel
from views.replay.view import ReplayView
from views.widgets.parts import Chip, ElidedLabel, column, push_button, row, tool_button
from views.widgets.theme import SPACE, text_scale
from views.words.log_summary import summary_parts

SUMMARY_PX = 380


class ConversationPage(QWidget):
    """A conversation that is over.

    Args:
        replay: this page owns it from now on.
        has_pages: False: the network's operator, who sees no pages and keeps no notes.

    Signals:
        back_requested(): the list again.
        acted(SaveConversation | CopyAddress)
    """

    back_requested = pyqtSignal()
    acted = pyqtSignal(object)

    def __init__(self, replay: ReplayView, *, has_pages: bool = True) -> None:
        super().__init__()
        self.setObjectName("conversation_page")
        self.replay = replay
        self._has_pages = has_pages
        self.summary = SummaryPanel()
        self.notes = NotesPanel(lambda: self.replay.player.position_s)
        self._started_at: datetime | None = None
        self._suggested = ""
        self._build()
        self.summary.moment_requested.connect(self.replay.player.seek)
        self.notes.moment_requested.connect(self.replay.player.seek)

    @property
    def started_at(self) -> datetime | None:
        """The time when the log's first record was written."""
        return self._started_at

    def show_conversation(
        self,
        title: str,
        log: OpenedLog,
        summary: SessionSummary,
        *,
        origin: str = "",
        file_name: str = "",
    ) -> None:
        """Shows a conversation from its beginning.

        Args:
            origin: where it comes from when it is a file; "" for the keeper.
            file_name: proposed when it is saved.
        """
        self._suggested = file_name
        self._title.setText(title)
        self._origin.show_state(origin, "document", "accent")
        self._origin.setVisible(bool(origin))
        self._save.setVisible(not origin)
        self._address.setVisible(not origin)
        self.notes.allow(self._has_pages and not origin)
        self.notes.show_notes(())
        self._started_at = summary.started_at_utc
        self.summary.show_parts(summary_parts(summary), summary.started_at_utc)
        self.replay.show_log("", log)
        self.setFocus()

    def show_nothing(self) -> None:
        """Nothing of a conversation is here any more."""
        nothing = open_lines("none", [])
        self.show_conversation("", nothing, summarise(nothing), origin="")

    def show_notes(self, notes: Sequence[LogNote]) -> None:
        """Bookmarks and notes that are kept with it."""
        self.notes.show_notes(notes, self._started_at)

    # ---- building ----

    def _build(self) -> None:
        back = push_button(_("List"), "arrow_left", "plain", name="conversation_back", keys="Esc")
        back.clicked.connect(self.back_requested)
        self._title = ElidedLabel("", "large", name="conversation_title")
        self._origin = Chip("conversation_origin")
        self._address = tool_button(
            _("Copy the address of this moment"), "mdi6.link-variant", "conversation_address"
        )
        self._address.clicked.connect(lambda: self.acted.emit(CopyAddress()))
        self._save = self._build_save()
        head = QWidget()
        line = row(
            head,
            back,
            self._title,
            self._origin,
            self._address,
            self._save,
            margins=(SPACE[2], SPACE[1], SPACE[2], 0),
        )
        line.setStretch(1, 1)
        left_side = QSplitter(Qt.Orientation.Vertical)
        left_side.setChildrenCollapsible(False)
        left_side.addWidget(_card(self.summary))
        left_side.addWidget(_card(self.notes))
        left_side.setStretchFactor(0, 1)
        larger = max(1.0, text_scale())
        left_side.setSizes([460, round(160 * larger**1.5)])
        left_side.setMinimumWidth(round(260 * larger))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(left_side)
        split.addWidget(self.replay)
        split.setStretchFactor(1, 1)
        split.setSizes([SUMMARY_PX, 900])
        body = QWidget()
        column(body, split, margins=(SPACE[2], 0, 0, SPACE[1]))
        column(self, head, body, space=0).setStretch(1, 1)
        self.replay.page_alone.connect(head.setHidden)
        self.replay.page_alone.connect(left_side.setHidden)
        QShortcut(QKeySequence("Esc"), self).activated.connect(self.back_requested)
        self.setFocusProxy(self.replay)

    def _build_save(self) -> QToolButton:
        button = tool_button(_("Save for a vendor"), "file", "conversation_save")
        button.setText(_("Save for a vendor"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.setObjectName("conversation_save_menu")
        menu.addAction(
            _("Without the pages, sites without names…"), lambda: self._save_as(with_pages=False)
        )
        if self._has_pages:
            menu.addAction(
                _("With the structure of the pages…"), lambda: self._save_as(with_pages=True)
            )
        button.setMenu(menu)
        return button

    def _save_as(self, *, with_pages: bool) -> None:
        def save(path: str) -> None:
            self.acted.emit(SaveConversation(path, with_pages))

        ask_path(self, "helpdesk_save_dialog", f"{self._suggested}.zip", then=save)


def _card(content: QWidget) -> QFrame:
    card = QFrame()
    card.setProperty("card", True)
    column(card, content, margins=(1, 1, 1, 1))
    return card
