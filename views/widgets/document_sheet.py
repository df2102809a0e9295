# SPDX-License-Identifier: GPL-3.0-only
"""A page of a shown document with the agent's marks over it, drawn the same on both ends.
Used by kiosk and desk.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import (
    QBuffer,
    QByteArray,
    QEvent,
    QIODevice,
    QObject,
    QPointF,
    QRectF,
    QSize,
    Qt,
    pyqtSignal,
)
from PyQt6.QtGui import QColor, QImage, QImageReader, QPainter, QPaintEvent, QPixmap
from PyQt6.QtWidgets import QFrame, QScrollArea, QWidget

from session.protocol.conversation.shown_document import MAX_SIDE_PX, Mark, MarkKind
from views.widgets.page_marks import paint_arrow, paint_frame, paint_line, paint_spot

READABLE_PX = 600
"""A page narrower than this is not squeezed into the height of its pane: it scrolls."""


def page_image(data: bytes) -> QImage | None:
    """The picture of a page; None for anything but a WebP of a believable size.
    It may come from a hostile desk.
    """
    content = QByteArray(data)
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"webp"))
    reader.setAutoDetectImageFormat(False)
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > MAX_SIDE_PX:
        return None
    image = reader.read()
    if image.isNull():
        return None
    return image


class DocumentSheet(QWidget):
    """One page, as wide as `fit` makes it.

    Signals:
        painted(page, marks, pointer): what is really on the screen now, after each change.
    """

    painted = pyqtSignal(int, int, bool)

    def __init__(self, spot_radius: float) -> None:
        super().__init__()
        self.setObjectName("document_sheet")
        self._radius = spot_radius
        self._page = -1
        self._pixmap: QPixmap | None = None
        self._scaled: QPixmap | None = None
        self._marks: list[Mark] = []
        self._spot: tuple[float, float] | None = None
        self._told: tuple[int, int, bool] | None = None

    @property
    def is_empty(self) -> bool:
        """True if there is no page."""
        return (
            self._pixmap is None and not self._marks and self._spot is None and self._scaled is None
        )

    @property
    def page(self) -> int:
        """The page in view, from 0; -1 for none."""
        return self._page

    @property
    def marks(self) -> Sequence[Mark]:
        """The marks over it."""
        return tuple(self._marks)

    @property
    def ratio(self) -> float:
        """Height by width."""
        if self._pixmap is not None:
            return self._pixmap.height() / max(1, self._pixmap.width())
        return 1.414

    # ---- facts ----

    def show_picture(self, page: int, image: QImage) -> None:
        """Another page, without marks."""
        self._page = page
        self._pixmap = QPixmap.fromImage(image)
        self._scaled = None
        self._marks = []
        self._spot = None
        self._told = None
        self.update()

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """All marks of the page, the oldest first."""
        self._marks = list(marks)
        self.update()

    def show_spot(self, x: float, y: float) -> None:
        """The laser at a fraction of the page."""
        self._spot = (x, y)
        self.update()

    def hide_spot(self) -> None:
        """No laser."""
        if self._spot is not None:
            self._spot = None
            self.update()

    def clear(self) -> None:
        """No page, no marks."""
        self._page = -1
        self._pixmap = None
        self._scaled = None
        self._told = None
        self._marks = []
        self._spot = None
        self.update()

    # ---- places ----

    def place(self, x: float, y: float) -> QPointF:
        """A fraction of the page in pixels of this widget."""
        return QPointF(x * self.width(), y * self.height())

    def fraction(self, at: QPointF) -> tuple[float, float]:
        """A place of this widget as a fraction of the page, within it."""
        x, y = at.x() / max(1, self.width()), at.y() / max(1, self.height())
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    # ---- painting ----

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paints page, marks and laser, then emits `painted`."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor("white"))
        if self._pixmap is not None:
            painter.drawPixmap(QPointF(0, 0), self._fitting(self._pixmap))
            for mark in self._marks:
                self.paint_mark(painter, mark)
            if self._spot is not None:
                paint_spot(painter, self.place(*self._spot), self._radius)
        painter.end()
        painted_state = (self._page, len(self._marks), self._spot is not None)
        if self._pixmap is not None and (painted_state != self._told or self._spot is not None):
            self._told = painted_state
            self.painted.emit(*painted_state)

    def _fitting(self, pixmap: QPixmap) -> QPixmap:
        """The page in the widget's size; scaled once, not at each move of the laser."""
        ratio = self.devicePixelRatioF()
        size_px = QSize(round(self.width() * ratio), round(self.height() * ratio))
        if self._scaled is None or self._scaled.size() != size_px:
            smooth = Qt.TransformationMode.SmoothTransformation
            self._scaled = pixmap.scaled(size_px, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
            self._scaled.setDevicePixelRatio(ratio)
        return self._scaled

    def paint_mark(self, painter: QPainter, mark: Mark) -> None:
        """One mark, at its place in this widget."""
        places = [self.place(*mark.points[at : at + 2]) for at in range(0, len(mark.points) - 1, 2)]
        match mark.kind:
            case MarkKind.ARROW:
                paint_arrow(painter, places[0], places[1])
            case MarkKind.FRAME:
                paint_frame(painter, QRectF(places[0], places[1]).normalized())
            case MarkKind.LINE:
                paint_line(painter, places)


class SheetView(QScrollArea):
    """Shows a sheet so that it can be read: whole if it fits, else wider, and it scrolls.

    Args:
        sheet: the page.
        wide: what scrolls is as wide as this pane (a kiosk is read from afar), not only as wide as
            needed.
    """

    def __init__(self, sheet: DocumentSheet, *, wide: bool) -> None:
        super().__init__()
        self._sheet = sheet
        self._wide = wide
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(sheet)
        viewport = self.viewport()
        assert viewport is not None  # a scroll area has one
        viewport.installEventFilter(self)

    def fit(self) -> None:
        """Gives the sheet its size."""
        viewport = self.viewport()
        assert viewport is not None  # a scroll area has one
        space, ratio = viewport.size(), self._sheet.ratio
        whole_px = min(space.width(), round(space.height() / ratio))
        if self._wide:
            readable = space.width()
        else:
            readable = min(READABLE_PX, space.width())
        if whole_px >= min(READABLE_PX, space.width()):
            width = whole_px
        else:
            width = readable
        self._sheet.resize(max(1, width), max(1, round(width * ratio)))

    def to_top(self) -> None:
        """Scrolls to the beginning of the page."""
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)

    def step(self, screens: float) -> None:
        """Scrolls by so many heights of the pane; negative: up."""
        bar, viewport = self.verticalScrollBar(), self.viewport()
        if bar is not None and viewport is not None:
            bar.setValue(bar.value() + round(screens * viewport.height()))

    @property
    def scrolls(self) -> bool:
        """True if the page is higher than the pane."""
        bar = self.verticalScrollBar()
        return bar is not None and bar.maximum() > 0

    def bring(self, x: float, y: float) -> None:
        """Scrolls so that a fraction of the page is in view."""
        at = self._sheet.place(x, y)
        self.ensureVisible(round(at.x()), round(at.y()), 60, 90)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """The sheet follows the pane's size."""
        if event is not None and event.type() == QEvent.Type.Resize and watched is self.viewport():
            self.fit()
        return super().eventFilter(watched, event)
