# SPDX-License-Identifier: GPL-3.0-only
"""The pages that came from the kiosk, as small pictures in the order of filing.
Used by the devices view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PyQt6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PyQt6.QtGui import (
    QColor,
    QDropEvent,
    QFont,
    QIcon,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPen,
    QResizeEvent,
    QTransform,
)
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from resources.texts import _
from views.desk.devices.acts import DevicesAct, LookAtPage, OrderPages
from views.desk.devices.strip_page import STATUS_WORDS, PageStatus, StripPage, turned_box
from views.widgets.icons import icon
from views.widgets.plain_words import tip_words
from views.widgets.theme import Tokens, text_scale, tokens_for

__all__ = ["PageStatus", "PageStrip", "StripPage", "cell"]

AnyIndex = QModelIndex | QPersistentModelIndex

_CELL = QSize(104, 146)
_WORDS_PX, _AROUND_PX = 22, 18
_WORDS_WIDTH_PX = 96
_SIGN_PX = 14


def cell() -> QSize:
    """Return the smallest size of a page in the strip: the words under it must fit."""
    width = max(_CELL.width(), round(_WORDS_WIDTH_PX * _scale()))
    return QSize(width, _CELL.height() + _words_px() - _WORDS_PX)


def _scale() -> float:
    return max(1.0, text_scale())


def _words_px() -> int:
    return round(_WORDS_PX * _scale())


_MAX_THUMBS = 300
_BAR_WIDTH = 18
"""What frame and scroll bar take of the strip's width, in pixels; kept free even without a bar."""
_ROLE = Qt.ItemDataRole.UserRole
_TOOL_KEYS = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_R: "again",
    Qt.Key.Key_K: "split",
    Qt.Key.Key_E: "stages",
}
"""With Ctrl, the tool that each key uses."""


class PageStrip(QListWidget):
    """Pages side by side: drag or Alt+arrows to order, Enter to open, Delete to take out.

    Args:
        act: told what the agent does.
        press: called with the name of a tool whose key was pressed here.
    """

    def __init__(self, act: Callable[[DevicesAct], None], press: Callable[[str], None]) -> None:
        super().__init__()
        self._act = act
        self._press = press
        self.setObjectName("page_strip")
        self.setAccessibleName(_("Pages received"))
        self.setViewMode(QListWidget.ViewMode.ListMode)
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._fit_cells()
        self.setItemDelegate(_PageDelegate(self))
        self.itemActivated.connect(lambda item: act(LookAtPage(_facts(item).page_id)))

    # ---- facts ----

    def put(self, facts: StripPage) -> None:
        """Shows a page, new at the end or in its place."""
        item = self._item(facts.page_id)
        if item is None:
            item = QListWidgetItem()
            self.addItem(item)
        item.setData(_ROLE, facts)
        self._number_all()

    def put_at(self, facts: StripPage, place: int) -> None:
        """Shows a page again at its old place, and chooses it."""
        item = QListWidgetItem()
        item.setData(_ROLE, facts)
        self.insertItem(place, item)
        self._number_all()
        self.setCurrentItem(item)
        self._act(OrderPages(tuple(self.order())))

    def take(self, page_id: str) -> int:
        """Takes a page out; returns its place."""
        item = self._item(page_id)
        if item is not None:
            place = self.row(item)
        else:
            place = -1
        if place >= 0:
            self.takeItem(place)
            self._number_all()
        return place

    def facts(self, page_id: str) -> StripPage | None:
        """A page as shown, or None."""
        item = self._item(page_id)
        if item is None:
            return None
        return _facts(item)

    def pages(self) -> list[StripPage]:
        """All pages in their order."""
        return [_facts(item) for item in self._items()]

    def order(self) -> list[str]:
        """All page ids in their order."""
        return [facts.page_id for facts in self.pages()]

    def chosen(self) -> list[str]:
        """Ids of the chosen pages, in their order."""
        return [_facts(item).page_id for item in self._items() if item.isSelected()]

    def choose(self, page_id: str) -> None:
        """Chooses one page."""
        item = self._item(page_id)
        if item is not None:
            self.setCurrentItem(item)

    def choose_all(self, page_ids: Sequence[str]) -> None:
        """Chooses these pages and no others."""
        self.choose(page_ids[0])
        for item in self._items():
            item.setSelected(_facts(item).page_id in page_ids)

    def turn(self, page_id: str, quarter_turns: int) -> None:
        """Turns the shown picture to the right (or left, if negative)."""
        facts = self.facts(page_id)
        if facts is not None:
            self.put(replace(facts, turns=(facts.turns + quarter_turns) % 4))

    def set_order(self, page_ids: Sequence[str]) -> None:
        """Puts the pages into this order; those that are not named stay behind them.
        Tells the new order.
        """
        places = {page_id: place for place, page_id in enumerate(page_ids)}
        pages = sorted(self.pages(), key=lambda facts: places.get(facts.page_id, len(places)))
        for item, facts in zip(self._items(), pages, strict=True):
            item.setData(_ROLE, facts)
        self._number_all()
        self._act(OrderPages(tuple(self.order())))

    def move_chosen(self, step: int) -> None:
        """Moves the current page by one place."""
        place, target = self.currentRow(), self.currentRow() + step
        if place < 0 or not 0 <= target < self.count():
            return
        item = self.takeItem(place)
        self.insertItem(target, item)
        self.setCurrentRow(target)
        self._number_all()
        self._act(OrderPages(tuple(self.order())))

    # ---- Qt ----

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Alt+arrows order, Ctrl+arrows turn;
        Ctrl+R scans again, Ctrl+K splits, Delete takes out, Ctrl+Z undoes.
        """
        if event is None:
            return
        pressed_modifiers, modifiers = event.modifiers(), Qt.KeyboardModifier
        across = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if across and pressed_modifiers & modifiers.AltModifier:
            self.move_chosen(across)
        elif pressed_modifiers & modifiers.ControlModifier and event.key() in _TOOL_KEYS:
            self._press(_TOOL_KEYS[Qt.Key(event.key())])
        elif event.matches(QKeySequence.StandardKey.Undo):
            self._press("undo")
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._press("remove")
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Puts as many pages side by side as fit, filling the width."""
        super().resizeEvent(event)
        self._fit_cells()

    def changeEvent(self, event: QEvent | None) -> None:
        """The pages grow with the letters."""
        super().changeEvent(event)
        if event is not None and event.type() is QEvent.Type.FontChange:
            self._fit_cells()

    def _fit_cells(self) -> None:
        least, width = cell(), self.width() - _BAR_WIDTH
        self.setMinimumHeight(least.height() + 10)
        self.setGridSize(
            QSize(max(least.width(), width // max(1, width // least.width())), least.height())
        )

    def dropEvent(self, event: QDropEvent | None) -> None:
        """A dragged page lands between two others."""
        super().dropEvent(event)
        self._number_all()
        self._act(OrderPages(tuple(self.order())))

    def _items(self) -> list[QListWidgetItem]:
        items = (self.item(place) for place in range(self.count()))
        return [item for item in items if item is not None]

    def _item(self, page_id: str) -> QListWidgetItem | None:
        return next((item for item in self._items() if _facts(item).page_id == page_id), None)

    def _number_all(self) -> None:
        for place, item in enumerate(self._items(), start=1):
            facts = _facts(item)
            to_check = facts.to_check()
            spoken = _("Page {number}: {state}").format(number=place, state=facts.spoken_words())
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole,
                f"{spoken}. {to_check}" if to_check else spoken,
            )
            item.setToolTip(tip_words(to_check))


def _facts(item: QListWidgetItem) -> StripPage:
    facts = item.data(_ROLE)
    assert isinstance(facts, StripPage)  # only this file fills the list
    return facts


class _PageDelegate(QStyledItemDelegate):
    """Paints one page: picture, number, state. Small pictures are made once, not at each paint."""

    def __init__(self, strip: PageStrip) -> None:
        super().__init__(strip)
        self._strip = strip
        self._thumbs: dict[tuple[int, int, int, int], QImage] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """All pages have the same size."""
        return self._strip.gridSize()

    def _thumb(self, facts: StripPage, space: QSize, ratio: float) -> QImage | None:
        """The picture in use, turned and as small as `space` at `ratio` screen pixels per pixel."""
        source = facts.image()
        if source is None:
            return None
        size = space * ratio
        turns = facts.turns_left()
        key = (source.cacheKey(), turns, size.width(), size.height())
        if key not in self._thumbs:
            if len(self._thumbs) >= _MAX_THUMBS:
                self._thumbs.clear()
            modes = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            if turns % 2 == 0:
                upright = size
            else:
                upright = size.transposed()
            small = source.scaled(upright, *modes).transformed(QTransform().rotate(90 * turns))
            small.setDevicePixelRatio(ratio)
            self._thumbs[key] = small
        return self._thumbs[key]

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: AnyIndex
    ) -> None:
        """Frame, picture or bar, number, words."""
        facts = index.data(_ROLE)
        if painter is None or not isinstance(facts, StripPage):
            return
        tokens = tokens_for(option.palette)
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        frame = option.rect.adjusted(4, 4, -4, -4)
        _paint_frame(painter, frame, option, tokens)
        height = frame.height() - _AROUND_PX + 8 - _words_px()
        space = QRect(frame.left() + 6, frame.top() + 6, frame.width() - 12, height)
        picture = self._thumb(facts, space.size(), self._strip.devicePixelRatioF())
        if picture is not None:
            _paint_picture(painter, space, picture, facts=facts, tokens=tokens)
        else:
            _paint_coming(painter, space, facts, tokens)
        _paint_words(painter, frame, facts, number=index.row() + 1, tokens=tokens)
        painter.restore()


def _paint_frame(
    painter: QPainter, frame: QRect, option: QStyleOptionViewItem, tokens: Tokens
) -> None:
    chosen = bool(option.state & QStyle.StateFlag.State_Selected)
    focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
    painter.setBrush(QColor(tokens.accent_soft if chosen else tokens.raised))
    edge = tokens.line
    if focused:
        edge = tokens.focus
    elif chosen:
        edge = tokens.accent
    painter.setPen(QPen(QColor(edge), 2 if chosen or focused else 1))
    painter.drawRoundedRect(frame, 6, 6)


def _paint_picture(
    painter: QPainter, space: QRect, picture: QImage, *, facts: StripPage, tokens: Tokens
) -> None:
    place = QRect(space.topLeft(), picture.deviceIndependentSize().toSize())
    place.moveCenter(space.center())
    painter.drawImage(place, picture)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(tokens.warn), 2))
    for mark in facts.shown_marks():
        painter.drawRect(turned_box(mark, place.size()).translated(place.topLeft()))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(tokens.line_strong), 1))
    painter.drawRect(place)


def _paint_coming(painter: QPainter, space: QRect, facts: StripPage, tokens: Tokens) -> None:
    name, tone = STATUS_WORDS[facts.status][1:]
    side = 30
    place = QRect(space.center().x() - side // 2, space.center().y() - side, side, side)
    icon(name, tone).paint(painter, place, Qt.AlignmentFlag.AlignCenter, QIcon.Mode.Normal)
    if facts.status == PageStatus.RECEIVING:
        bar = QRect(space.left() + 8, space.center().y() + 14, space.width() - 16, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.sunken))
        painter.drawRoundedRect(bar, 3, 3)
        bar.setWidth(round(bar.width() * facts.percent / 100))
        painter.setBrush(QColor(tokens.accent))
        painter.drawRoundedRect(bar, 3, 3)


def _paint_words(
    painter: QPainter, frame: QRect, facts: StripPage, *, number: int, tokens: Tokens
) -> None:
    name, tone = STATUS_WORDS[facts.status][1:]
    if facts.to_check() and facts.status != PageStatus.DAMAGED:
        name, tone = "warning", "warn"
    if facts.status == PageStatus.RECEIVING:
        words = f"{facts.percent} %"
    else:
        words = facts.words()
    height = _words_px()
    line = QRect(frame.left() + 6, frame.bottom() - height - 3, frame.width() - 10, height)
    font = QFont(painter.font())
    font.setPointSizeF(max(7.0, font.pointSizeF() * 0.9))
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(QColor(tokens.text))
    painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), str(number))
    after = line.left() + painter.fontMetrics().horizontalAdvance(str(number)) + 6
    side = round(_SIGN_PX * _scale())
    place = QRect(after, line.center().y() - side // 2, side, side)
    icon(name, tone).paint(painter, place, Qt.AlignmentFlag.AlignCenter, QIcon.Mode.Normal)
    line.setLeft(after + side + 4)
    font.setWeight(QFont.Weight.Normal)
    painter.setFont(font)
    painter.setPen(QColor(getattr(tokens, tone)))
    elided = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, line.width())
    painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), elided)
