# SPDX-License-Identifier: GPL-3.0-only
"""A document that the agent shows the caller:
one page at a time, with the agent's marks, and a button that closes it.

Used by the kiosk's session page, in the place of the web page.
`session.kiosk.cobrowse.shown_document` drives it (it is a `ShowScreen`).
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QStackedLayout, QVBoxLayout, QWidget

from resources.texts import _
from session.protocol.conversation.shown_document import Mark
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import BLUE, spaced
from views.widgets.document_sheet import DocumentSheet, SheetView, page_image
from views.widgets.parts import ElidedLabel

SPOT_RADIUS = 15.0
POINTER_STAYS_MS = 6_000
"""A laser that is not moved any more goes by itself: the desk may have gone away."""
_STEP = 0.7


class DocumentPane(QFrame):
    """Shows what the agent shows, and nothing when there is nothing.

    Signals:
        closed(): the caller closed it.
        painted(page, marks, pointer): a page is on the screen.
        shown_changed(): there is something to show, or no more.
    """

    closed = pyqtSignal()
    shown_changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("document_pane")
        self._pages = 0
        self._page = 0
        self._percent = 0
        self._name = ""
        self.sheet = DocumentSheet(SPOT_RADIUS)
        self.view = SheetView(self.sheet, wide=True)
        self.painted = self.sheet.painted
        self._pointer_timer = QTimer(self)
        self._pointer_timer.setSingleShot(True)
        self._pointer_timer.setInterval(POINTER_STAYS_MS)
        self._pointer_timer.timeout.connect(self.sheet.hide_spot)
        column = spaced(QVBoxLayout(self), (0,), 0)
        column.addWidget(self._build_bar())
        self._stack = QStackedLayout()
        self._stack.addWidget(self._build_waiting())
        self._stack.addWidget(self.view)
        column.addLayout(self._stack, 1)
        self.retranslate()
        self.hide()

    # ---- building ----

    def _build_bar(self) -> QWidget:
        bar = QFrame()
        bar.setObjectName("document_bar")
        self._title = ElidedLabel()
        self._place = ElidedLabel()
        self._title.setProperty("look", "body")
        self._title.setProperty("heavy", True)
        self._place.setProperty("look", "body")
        words = spaced(QVBoxLayout(), spacing=0.2)
        words.addStretch(1)
        words.addWidget(self._title)
        words.addWidget(self._place)
        words.addStretch(1)
        self._up = BigButton(
            "plain", "mdi6.chevron-up", icon_u=3.6, size="body", margins=(0.6, 0.3, 0.6, 0.3)
        )
        self._down = BigButton(
            "plain", "mdi6.chevron-down", icon_u=3.6, size="body", margins=(0.6, 0.3, 0.6, 0.3)
        )
        self.close_button = BigButton(
            "plain",
            "mdi6.close",
            colour=BLUE,
            icon_u=3.2,
            size="body",
            margins=(1.4, 0.3, 1.8, 0.3),
        )
        for button, name in ((self._up, "up"), (self._down, "down"), (self.close_button, "close")):
            button.setObjectName(f"document_{name}")
            button.setMinimumSize(64, 64)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._up.clicked.connect(lambda: self.view.step(-_STEP))
        self._down.clicked.connect(lambda: self.view.step(_STEP))
        self.close_button.clicked.connect(self.close_by_caller)
        row = spaced(QHBoxLayout(bar), (1,), 1)
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(8)
        row.addLayout(words, 1)
        for button in (self._up, self._down, self.close_button):
            row.addWidget(button)
        return bar

    def _build_waiting(self) -> QWidget:
        page = QFrame()
        page.setObjectName("document_waiting")
        self._waiting = label("lead", centred=True)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setMaximumWidth(420)
        column = spaced(QVBoxLayout(page), (3,), 2)
        column.addStretch(1)
        column.addWidget(
            IconView("mdi6.file-document-outline", 12, colour=BLUE), 0, Qt.AlignmentFlag.AlignCenter
        )
        column.addWidget(self._waiting)
        column.addWidget(self._progress, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return page

    # ---- ShowScreen ----

    @property
    def is_open(self) -> bool:
        """A document is shown, or on its way."""
        return self._pages > 0

    def open_document(self, title: str, pages: int) -> None:
        """A document is going to be shown."""
        self._name = title
        self._pages = pages
        self._page = 0
        self.retranslate()
        self.shown_changed.emit()

    def show_waiting(self, page: int, percent: int) -> None:
        """This page is on its way."""
        self._page = page
        self._percent = percent
        self.sheet.clear()
        self._stack.setCurrentIndex(0)
        self._progress.setValue(percent)
        self.retranslate()

    def show_picture(self, page: int, data: bytes) -> bool:
        """Shows a page (WebP); False when it is none."""
        image = page_image(data)
        if image is None:
            return False
        self._page = page
        self.sheet.show_picture(page, image)
        self._stack.setCurrentIndex(1)
        self.view.fit()
        self.view.to_top()
        self.retranslate()
        return True

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Show what the agent has drawn on the page in view;
        the newest mark is brought into view.
        """
        grown = len(marks) > len(self.sheet.marks)
        self.sheet.show_marks(marks)
        if grown:
            self.view.bring(*marks[-1].points[-2:])

    def show_pointer(self, x: float, y: float) -> None:
        """The laser, at a fraction (0..1) of the page."""
        self.sheet.show_spot(x, y)
        self.view.bring(x, y)
        self._pointer_timer.start()

    def hide_pointer(self) -> None:
        """No laser."""
        self._pointer_timer.stop()
        self.sheet.hide_spot()

    def close_document(self) -> bool:
        """Takes everything away; True when no picture, mark or title is left."""
        was_open = self.is_open
        self._name = ""
        self._pages = 0
        self._page = 0
        self._percent = 0
        self._pointer_timer.stop()
        self.sheet.clear()
        self._stack.setCurrentIndex(0)
        self.retranslate()
        if was_open:
            self.shown_changed.emit()
        return self.sheet.is_empty and not self._title.text()

    # ---- the caller ----

    def close_by_caller(self) -> None:
        """The caller closes it, with its button or with STOP."""
        if self.is_open:
            self.closed.emit()
            self.close_document()

    def retranslate(self) -> None:
        """Says every text again."""
        self._title.setText(self._name)
        page, pages = self._page + 1, self._pages
        if pages:
            place = _("Shown by your adviser")
        else:
            place = ""
        if pages > 1:
            place = _("Shown by your adviser: page {page} of {pages}").format(
                page=page, pages=pages
            )
        self._place.setText(place)
        self._waiting.setText(_("The page is coming…") if self._pages else "")
        self.close_button.set_words(_("Close"), spoken=_("Close the document of your adviser"))
        self._up.set_words("", spoken=_("Up"))
        self._down.set_words("", spoken=_("Down"))
        for button in (self._up, self._down):
            button.setVisible(self.view.scrolls and self._stack.currentIndex() == 1)
        self.setAccessibleName(f"{self._title.text()} {place}".strip())
