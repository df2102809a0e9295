# SPDX-License-Identifier: GPL-3.0-only
"""Holds the kiosk's pages, each as large as the screen. One that needs more, with large letters,
is moved by its bar. Used by the kiosk window.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QScrollArea, QStackedWidget

from views.kiosk.widgets.page_base import KioskPage, needed_px


class PageScroll(QScrollArea):
    """The stack of pages; the one that is shown decides how much room it gets.

    Signals:
        page_changed(): the page, or the room for it, is of another size; call `fit`.
    """

    page_changed = pyqtSignal()

    def __init__(self, pages: QStackedWidget) -> None:
        super().__init__()
        self.setObjectName("pages")
        self._pages = pages
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(pages)

    @property
    def free_size(self) -> QSize:
        """The size that a page has without a bar."""
        return self.maximumViewportSize()

    def fit(self, unit: float) -> None:
        """Gives the page that is shown its size."""
        page = self._pages.currentWidget()
        free_size = self.free_size
        if isinstance(page, KioskPage):
            page.fit(free_size, unit)
        if page is None or needed_px(page, free_size.width()) <= free_size.height():
            self._pages.resize(free_size)
            return
        narrow_px = free_size.width() - self._bar_px(unit)
        if isinstance(page, KioskPage):
            page.fit(QSize(narrow_px, free_size.height()), unit)
        self._pages.resize(narrow_px, max(free_size.height(), needed_px(page, narrow_px)))

    def _bar_px(self, unit: float) -> int:
        return round(8 * unit)

    def viewportEvent(self, a0: QEvent | None) -> bool:
        """The stack tells here that a page wants another size."""
        if a0 is not None and a0.type() == QEvent.Type.LayoutRequest:
            self.page_changed.emit()
        return super().viewportEvent(a0)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """The pages are given their size by `fit`."""
        self.page_changed.emit()
