# SPDX-License-Identifier: GPL-3.0-only
"""One scanned page or one sheet of a filed document at full size, to check that it can be read.
Used by the desk's window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QEvent, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PyQt6.QtWidgets import QFrame, QScrollArea, QWidget

from resources.texts import _
from views.desk.devices.strip_page import Mark, turned_box
from views.widgets.icons import IconLabel
from views.widgets.parts import ElidedLabel, EmptyState, column, label, row, tool_button
from views.widgets.theme import SPACE, tokens_for

_STEPS = (0.1, 0.17, 0.25, 0.33, 0.5, 0.67, 0.8, 1.0, 1.5, 2.0, 3.0)


class _Sheet(QWidget):
    """Paints the picture at a scale."""

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None
        self.marks: Sequence[Mark] = ()
        self.scale = 1.0

    def sizeHint(self) -> QSize:
        """Return the size of the picture at its scale."""
        if self.image is None:
            size = QSize(1, 1)
        else:
            size = self.image.size()
        return QSize(
            max(1, round(size.width() * self.scale)), max(1, round(size.height() * self.scale))
        )

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The picture with a thin frame."""
        if self.image is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = QRect(QPoint(0, 0), self.sizeHint())
        painter.drawImage(place, self.image)
        painter.setPen(QColor(tokens_for(self.palette()).line_strong))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        for mark in self.marks:
            box = turned_box(mark, place.size()).adjusted(-2, -2, 2, 2)
            painter.setPen(QPen(QColor("#ffffff"), 5))
            painter.drawRect(box)
            painter.setPen(QPen(QColor(tokens_for(self.palette()).warn), 3))
            painter.drawRect(box)
        painter.end()


class PageViewer(QFrame):
    """Shows one picture, fitted or enlarged.

    Signals:
        closed(): the agent goes back.
        stepped(int): the page before (-1) or after (+1) is wanted.
    """

    closed = pyqtSignal()
    stepped = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page_viewer")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title = ElidedLabel(role="strong", name="viewer_title")
        self._percent = label(role="small", name="viewer_percent")
        self._note = label(role="strong", name="viewer_note", wrap=True)
        self._note_line = QFrame()
        self._note_line.setObjectName("viewer_note_line")
        self._fitted = True
        self._sheet = _Sheet()
        self._area = QScrollArea()
        self._area.setObjectName("viewer_area")
        self._area.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setMinimumHeight(24)  # in a low window the words about the page matter more
        self._area.setWidget(self._sheet)
        viewport = self._area.viewport()
        if viewport is not None:
            viewport.installEventFilter(self)
        self._build()

    def show_picture(
        self, title: str, image: QImage | None, note: str = "", marks: Sequence[Mark] = ()
    ) -> None:
        """Shows a picture, fitted into the view, with the keyboard on it; `note` says what is wrong
        at the `marks`.
        """
        self.fill(title, image, note, marks)
        self.setFocus()

    def fill(
        self, title: str, image: QImage | None, note: str = "", marks: Sequence[Mark] = ()
    ) -> None:
        """The same, and the keyboard stays where it is."""
        self._title.setText(title)
        self._sheet.image = image
        self._sheet.marks = marks
        self._note.setText(note)
        self._note_line.setVisible(bool(note))
        self.setAccessibleName(title)
        self.setAccessibleDescription(note)
        self._area.setVisible(image is not None)
        self._none.setVisible(image is None)
        self.fit()

    def show_nothing(self) -> None:
        """No page was scanned yet."""
        self.fill(_("No page yet"), None)

    def fit(self) -> None:
        """Show the page as large as the view allows."""
        self._fitted = True
        image, viewport = self._sheet.image, self._area.viewport()
        if image is not None and viewport is not None and image.width() and image.height():
            space = viewport.size() - QSize(12, 12)
            self._set_scale(min(space.width() / image.width(), space.height() / image.height()))

    def zoom(self, step: int) -> None:
        """One step larger (+1) or smaller (-1)."""
        self._fitted = False
        now = self._sheet.scale
        larger = [s for s in _STEPS if s > now * 1.01]
        smaller = [s for s in _STEPS if s < now * 0.99]
        if step > 0 and larger:
            self._set_scale(larger[0])
        elif step < 0 and smaller:
            self._set_scale(smaller[-1])

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape goes back; + - 0 size; left and right turn the pages."""
        if event is None:
            return
        keys = Qt.Key
        acts: dict[Qt.Key, Callable[[], object]] = {
            keys.Key_Escape: self.closed.emit,
            keys.Key_Plus: lambda: self.zoom(1),
            keys.Key_Minus: lambda: self.zoom(-1),
            keys.Key_0: self.fit,
            keys.Key_Left: lambda: self.stepped.emit(-1),
            keys.Key_Right: lambda: self.stepped.emit(1),
        }
        act = acts.get(keys(event.key()))
        if act is None:
            super().keyPressEvent(event)
        else:
            act()

    def eventFilter(self, watched: object, event: QEvent | None) -> bool:
        """Ctrl and the wheel size the picture; a fitted one follows the view."""
        if (
            isinstance(event, QWheelEvent)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
            return True
        if event is not None and event.type() == QEvent.Type.Resize and self._fitted:
            self.fit()
        return False

    def _set_scale(self, scale: float) -> None:
        self._sheet.scale = max(0.02, scale)
        self._sheet.resize(self._sheet.sizeHint())
        self._sheet.update()
        self._percent.setText(f"{round(self._sheet.scale * 100)} %")

    def _build(self) -> None:
        smaller = tool_button(_("Smaller"), "zoom_out", "viewer_smaller", keys="-")
        larger = tool_button(_("Larger"), "zoom_in", "viewer_larger", keys="+")
        fit = tool_button(_("Whole page"), "fit", "viewer_fit", keys="0")
        close = tool_button(_("Back"), "close", "viewer_close", keys="Esc")
        smaller.clicked.connect(lambda: self.zoom(-1))
        larger.clicked.connect(lambda: self.zoom(1))
        fit.clicked.connect(self.fit)
        close.clicked.connect(self.closed)
        bar = QFrame()
        bar.setObjectName("page_bar")
        box = row(bar, space=SPACE[0], margins=(SPACE[2], 4, SPACE[1], 4))
        box.addWidget(self._title, 1)
        for part in (self._percent, smaller, larger, fit, close):
            box.addWidget(part)
        note = row(
            self._note_line,
            IconLabel("warning", "warn", size_px=18),
            margins=(SPACE[2], 4, SPACE[2], 4),
        )
        note.addWidget(self._note, 1)
        self._note_line.hide()
        layout = column(self, bar, self._note_line, space=0)
        layout.addWidget(self._area, 1)
        self._none = EmptyState(
            "scanner",
            _("No page yet"),
            advice=_("F6 looks at the glass, F7 scans. The page is then seen here."),
            name="viewer_none",
        )
        self._none.hide()
        layout.addWidget(self._none, 1)
