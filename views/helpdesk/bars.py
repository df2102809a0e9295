# SPDX-License-Identifier: GPL-3.0-only
"""The counts of conversations, as bars: which kiosk jams most? Used by the list page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PyQt6.QtCore import QModelIndex, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from resources.plain_text import plain_text
from resources.texts import _
from views.widgets.plain_words import tip_words
from views.widgets.theme import tokens_for

_BAR = Qt.ItemDataRole.UserRole
_ROOM_PX, _BAR_PX, _PAD_PX = 16, 5, 8


class Bar(NamedTuple):
    """One bar. `value` is what the filter gets when it is chosen."""

    value: str
    words: str
    number: int
    tone: str = "accent"


class _BarDelegate(QStyledItemDelegate):
    """Words and figure above a bar on a light rail."""

    def __init__(self, owner: CountBars) -> None:
        super().__init__(owner)
        self._owner = owner

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """One line of text and the bar."""
        return QSize(120, option.fontMetrics.height() + _ROOM_PX)

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        """Paints one bar."""
        bar = index.data(_BAR)
        if painter is None or not isinstance(bar, Bar):
            return
        tokens = tokens_for(self._owner.palette())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = option.rect.adjusted(_PAD_PX, 2, -_PAD_PX, -2)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if chosen or over:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_soft if chosen else tokens.raised))
            painter.drawRoundedRect(QRectF(option.rect).adjusted(1, 1, -1, -1), 4, 4)
        figure = f"{bar.number}"
        wide = option.fontMetrics.horizontalAdvance(figure) + 10
        line = area.adjusted(0, 0, 0, -_BAR_PX - 3)
        painter.setPen(QColor(tokens.text))
        painter.drawText(line, int(_RIGHT), figure)
        words = option.fontMetrics.elidedText(
            plain_text(bar.words), Qt.TextElideMode.ElideRight, line.width() - wide
        )
        painter.drawText(line, int(_LEFT), words)
        rail = QRectF(area.left(), area.bottom() - _BAR_PX, area.width(), _BAR_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.sunken))
        painter.drawRoundedRect(rail, 2, 2)
        rail.setWidth(max(3.0, area.width() * bar.number / max(1, self._owner.highest)))
        painter.setBrush(QColor(getattr(tokens, bar.tone)))
        painter.drawRoundedRect(rail, 2, 2)
        painter.restore()


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CountBars(QListWidget):
    """Bars, the longest as wide as the list. Enter or a click chooses one.

    Signals:
        bar_chosen(str): its value.
    """

    bar_chosen = pyqtSignal(str)

    def __init__(self, name: str, spoken: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.highest = 1
        self.setItemDelegate(_BarDelegate(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemClicked.connect(self._on_item)
        self.itemActivated.connect(self._on_item)

    def paintEvent(self, e: QPaintEvent | None) -> None:
        """An empty list says why it is empty."""
        super().paintEvent(e)
        if self.count():
            return
        painter = QPainter(self.viewport())
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        place = self.contentsRect().adjusted(12, 12, -12, -12)
        painter.drawText(place, int(flags), _("Nothing to count here."))
        painter.end()

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Shows these, in this order."""
        self.highest = max((bar.number for bar in bars), default=1)
        self.clear()
        for bar in bars:
            item = QListWidgetItem(plain_text(f"{bar.words}: {bar.number}"))
            item.setData(_BAR, bar)
            item.setToolTip(tip_words(f"{bar.words} : {bar.number}"))
            self.addItem(item)

    def bars(self) -> list[Bar]:
        """Return what is shown."""
        items = (self.item(place) for place in range(self.count()))
        return [item.data(_BAR) for item in items if item is not None]

    def _on_item(self, item: QListWidgetItem) -> None:
        bar = item.data(_BAR)
        if isinstance(bar, Bar):
            self.bar_chosen.emit(bar.value)
