# SPDX-License-Identifier: GPL-3.0-only
"""All that lies over the caller's page: marks, pointer, questions, refusals.
Used by `views.kiosk.browser.page_view`.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QPointF, QRect, QRectF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from session.kiosk.cobrowse import browser_messages as messages
from views.kiosk.browser.dialog_card import DialogCard
from views.kiosk.browser.input_injection import InputInjector
from views.kiosk.browser.marks import MarksLayer
from views.kiosk.browser.refused_page import RefusedPage
from views.widgets.page_marks import paint_spot

_SPOT_RADIUS = 15.0

POINTER_STAYS_MS = 6_000
"""A pointer that is not moved any more goes by itself: the desk may have gone away."""


class PointerLayer(QWidget):
    """The agent's laser: lies over the page and lets every touch through.
    It is no part of the page: nobody records or moves it there.
    """

    painted = pyqtSignal(int, int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._at: QPointF | None = None
        self._reported = True
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stay = QTimer(self)
        self._stay.setSingleShot(True)
        self._stay.setInterval(POINTER_STAYS_MS)
        self._stay.timeout.connect(self.remove)
        self.hide()

    def show_at(self, x: float, y: float) -> None:
        """Moves the pointer to a fraction (0..1) of this layer."""
        before, self._at, self._reported = (
            self._at,
            QPointF(x * (self.width() - 1), y * (self.height() - 1)),
            False,
        )
        self._stay.start()
        self.show()
        self.raise_()
        for place in (before, self._at):
            if place is not None:
                self.update(self._around(place))

    @staticmethod
    def _around(place: QPointF) -> QRect:
        reach = _SPOT_RADIUS * 2.5
        return QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach).toAlignedRect()

    def remove(self) -> None:
        """Takes the pointer away."""
        self._stay.stop()
        self._at = None
        self.hide()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paints the spot, and tells when it is really on the screen."""
        if self._at is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_spot(painter, self._at, _SPOT_RADIUS)
        painter.end()
        if not self._reported:
            self._reported = True
            self.painted.emit(round(self._at.x()), round(self._at.y()))


class PageCover:
    """The layers over one view.

    Args:
        view: shows the page.
        injector: finds what is marked.
        refusal: says in the page's place why it does not open.
        zoom: how much larger the page is shown.
    """

    def __init__(
        self,
        view: QWidget,
        injector: InputInjector,
        *,
        refusal: RefusedPage,
        zoom: Callable[[], float],
    ) -> None:
        self._view = view
        self.refusal = refusal
        self.marks = MarksLayer(view, injector, zoom=zoom)
        self.pointer = PointerLayer(view)
        self.dialog = DialogCard(view)

    def obey(self, command: messages.BrowserCommand) -> bool:
        """Carry out what is drawn over the page; False for other commands."""
        self.place()
        match command:
            case messages.PointAt(x=x, y=y):
                self.pointer.show_at(x, y)
            case messages.PointAway():
                self.pointer.remove()
            case messages.MayAct(on=on):
                self.marks.set_acting(on)
            case messages.MarkNode(document=document, node=node):
                self.marks.highlight(document, node)
            case messages.MarkArrow(document=document, start=start, end=end):
                self.marks.draw_arrow(document, start, end)
            case messages.UnmarkPage():
                self.marks.remove()
            case _:
                return False
        return True

    def place(self) -> None:
        """Lies over all of the page, whose size may have changed."""
        for layer in (self.marks, self.pointer, self.dialog, self.refusal):
            layer.setGeometry(self._view.rect())

    def end_refusal(self) -> None:
        """The agent acts in the page beneath: the caller must see it."""
        if not self.refusal.isHidden():
            self.refusal.leave()

    def clear(self) -> None:
        """The caller is gone: nothing is drawn any more."""
        self.pointer.remove()
        self.refusal.end()
        self.marks.remove()
        self.marks.set_acting(False)

    def retranslate(self) -> None:
        """Says every text again."""
        self.dialog.retranslate()
        self.refusal.retranslate()
