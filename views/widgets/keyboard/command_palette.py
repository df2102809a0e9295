# SPDX-License-Identifier: GPL-3.0-only
"""The command palette (Ctrl+Shift+P): one field that finds everything a person can do in a window,
and says why something cannot be done now. Used by the desk's and the board's window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from PyQt6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFontMetrics,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPen,
    QPixmap,
    QShortcut,
)
from PyQt6.QtWidgets import (
    QDialog,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from resources.plain_text import plain_text
from resources.texts import _
from views.widgets.parts import column, label, native_keys, row, tool_button
from views.widgets.theme import SPACE, tokens_for
from views.widgets.window_settings import WindowSettings
from views.words.fuzzy_search import Searched, words_wanted

PALETTE_KEYS = "Ctrl+Shift+P"
RECENT = 8
"""So many entries are remembered as used last."""
_WIDTH_PX, _HEIGHT_PX, _ICON_PX = 720, 520, 18
_NOT_NOW = 0.5
"""What counts less when it cannot be done now."""
_ENTRY = Qt.ItemDataRole.UserRole
_SETTING = "palette/recent"


@dataclass(frozen=True, kw_only=True)
class PaletteEntry:
    """Something that can be done.

    Attributes:
        id: under which it is remembered as used last; "" is never remembered, for what is of one
            caller.
        kind: what it is, in a word or two, beside its words; "" for an act of the window.
        keys: the shortcut that does the same.
        why_not: why it cannot be done now, a sentence; "" when it can.
        more: other words by which it is found.
    """

    id: str
    words: str
    act: Callable[[], object]
    kind: str = ""
    icon: QIcon = field(default_factory=QIcon)
    keys: str = ""
    why_not: str = ""
    more: str = ""


Source = Callable[[], Iterable[PaletteEntry]]
"""Gives what can be done at this moment."""


class CommandPalette(QDialog):
    """A field and what fits; it lies in a window of its own, so that nothing can cover it.

    Args:
        over: the window it belongs to.
        sources: where its entries come from, in the order in which they are shown.
        settings: where what was used last is remembered.

    Signals:
        opened(): it has come to the front; what takes time may be asked for now.
    """

    opened = pyqtSignal()

    def __init__(
        self, over: QWidget, sources: Sequence[Source], *, settings: WindowSettings
    ) -> None:
        super().__init__(over, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("command_palette")
        self.setWindowTitle(_("Find anything to do"))
        self._sources = list(sources)
        self._settings = settings
        self._entries: list[tuple[PaletteEntry, Searched]] = []
        self._was_active = False
        self._keys = QShortcut(QKeySequence(PALETTE_KEYS), over)
        self._keys.setContext(Qt.ShortcutContext.ApplicationShortcut)
        self._keys.activated.connect(self.open_palette)
        self.field = QLineEdit()
        self.field.setObjectName("palette_field")
        self.field.setPlaceholderText(_("What do you want to do?"))
        self.field.setAccessibleName(_("What do you want to do?"))
        self.field.textChanged.connect(lambda _text: self._fill())
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setObjectName("palette_list")
        self.list.setAccessibleName(_("What fits"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_Row(self.list))
        self.list.itemClicked.connect(self._on_chosen)
        self.list.currentItemChanged.connect(lambda now, _before: self._on_current(now))
        self._hint = label("", "soft", "palette_hint", wrap=True)
        close = tool_button(_("Close"), "close", "palette_close", keys="Esc")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.reject)
        card = QFrame()
        card.setObjectName("palette_card")
        column(
            card,
            row(None, self.field, close),
            self.list,
            self._hint,
            margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[1]),
        )
        column(self, card)

    def add_source(self, source: Source) -> None:
        """One more place where entries come from."""
        self._sources.append(source)

    def open_palette(self) -> None:
        """Comes to the front, empty, with what can be done now."""
        self.field.setText("")  # `clear` could be undone
        self._was_active = False
        self.refresh()
        self._place()
        self.show()
        self.activateWindow()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.opened.emit()

    def refresh(self) -> None:
        """Asks the sources again; what is typed and marked stays. Of two entries with the same
        words the first is kept.
        """
        entries_by_words: dict[str, PaletteEntry] = {}
        for source in self._sources:
            for entry in source():
                entries_by_words.setdefault(entry.words, entry)
        self._entries = [
            (candidate, Searched(candidate.words, f"{candidate.kind} {candidate.more}"))
            for candidate in entries_by_words.values()
        ]
        marked = self._at(self.list.currentRow())
        self._fill(marked.words if marked is not None else "")

    # ---- what is seen ----

    def _place(self) -> None:
        over = self.parentWidget()
        if over is None:
            return
        width = min(round(_WIDTH_PX * self._scale()), over.width() - 2 * SPACE[4])
        height = min(round(_HEIGHT_PX * self._scale()), over.height() - 2 * SPACE[4])
        corner = over.mapToGlobal(QPoint((over.width() - width) // 2, SPACE[4] * 2))
        corner.setY(min(corner.y(), over.mapToGlobal(QPoint(0, over.height() - height)).y()))
        self.setGeometry(QRect(corner, QSize(width, height)))

    def _scale(self) -> float:
        """Return how much larger than usual the text is."""
        return max(1.0, self.fontMetrics().height() / 17)

    def _fill(self, marked: str = "") -> None:
        self.list.clear()
        for entry in self._found():
            item = QListWidgetItem(plain_text(entry.words))
            item.setData(_ENTRY, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken(entry))
            self.list.addItem(item)
        places = range(self.list.count())
        words = [
            line_entry.words if (line_entry := self._at(place)) is not None else ""
            for place in places
        ]
        self.list.setCurrentRow(words.index(marked) if marked in words else 0)
        if not self.list.count():
            self._hint.setText(_("Nothing fits. Try other words, or fewer."))

    def _found(self) -> list[PaletteEntry]:
        """Return what fits, best first; without words what was used last,
        then all that is possible.
        """
        query = words_wanted(self.field.text())
        recent = self._recent()
        scored: list[tuple[float, PaletteEntry]] = []
        for entry, text in self._entries:
            if query:
                fits = text.score(query)
            else:
                fits = 1.0
            if not fits:
                continue
            if entry.id and entry.id in recent:
                fits += 0.1 if query else 1.0 - recent.index(entry.id) / (RECENT + 1)
            scored.append((fits - (_NOT_NOW if entry.why_not else 0.0), entry))
        scored.sort(
            key=lambda scored_entry: -scored_entry[0]
        )  # equal ones stay in the sources' order
        return [entry for _fits, entry in scored]

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            entry = item.data(_ENTRY)
        else:
            entry = None
        if not isinstance(entry, PaletteEntry):
            return
        self._hint.setText(entry.why_not or _("Enter does it, Escape closes."))
        self.field.setAccessibleDescription(spoken(entry))

    def _at(self, place: int) -> PaletteEntry | None:
        item = self.list.item(place)
        if item is not None:
            entry = item.data(_ENTRY)
        else:
            entry = None
        if isinstance(entry, PaletteEntry):
            return entry
        return None

    # ---- what the person does ----

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Arrows and page keys move in the list while the keyboard stays in the field."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        page = max(1, self.list.height() // max(1, self.list.sizeHintForRow(0)) - 1)
        key = Qt.Key
        steps = {key.Key_Down: 1, key.Key_Up: -1, key.Key_PageDown: page, key.Key_PageUp: -page}
        step = steps.get(key(event.key()))
        if event.key() in (key.Key_Return, key.Key_Enter):
            self._on_chosen(self.list.currentItem())
        elif step is not None:
            last = self.list.count() - 1
            self.list.setCurrentRow(min(max(self.list.currentRow() + step, 0), last))
        else:
            return super().eventFilter(watched, event)
        return True

    def changeEvent(self, event: QEvent | None) -> None:
        """A press beside it closes it."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.ActivationChange:
            if self.isActiveWindow():
                self._was_active = True
            elif self._was_active:
                self.reject()

    def _on_chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            entry = item.data(_ENTRY)
        else:
            entry = None
        if not isinstance(entry, PaletteEntry) or entry.why_not:
            return  # the line below says why
        self._remember(entry)
        self.accept()
        over = self.parentWidget()
        if over is not None:
            over.activateWindow()
        entry.act()

    def _recent(self) -> list[str]:
        return [name for name in self._settings.read(_SETTING).split("\n") if name]

    def _remember(self, entry: PaletteEntry) -> None:
        if entry.id:
            others = [name for name in self._recent() if name != entry.id]
            self._settings.write(_SETTING, "\n".join([entry.id, *others][:RECENT]))


def forget_recent(settings: WindowSettings) -> None:
    """Forget what was used last, so that it is no longer on top."""
    settings.write(_SETTING, "")


def spoken(entry: PaletteEntry) -> str:
    """An entry as a screen reader says it."""
    return ". ".join(part for part in (entry.words, entry.kind, entry.keys, entry.why_not) if part)


class _Row(QStyledItemDelegate):
    """Paints an entry: icon, words, what it is, its keys; paler when it cannot be done now."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Two lines of a small text, so that a finger finds it too."""
        return QSize(200, max(34, round(QFontMetrics(option.font).height() * 1.9)))

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        """One row."""
        entry = index.data(_ENTRY)
        if painter is None or not isinstance(entry, PaletteEntry):
            return
        colours = tokens_for(option.palette)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(colours.focus), 2))
            painter.setBrush(QColor(colours.accent_soft))
            painter.drawRoundedRect(option.rect.adjusted(2, 1, -2, -1), 6, 6)
        inside = option.rect.adjusted(SPACE[2], 0, -SPACE[2], 0)
        ink = QColor(colours.soft if entry.why_not else colours.text)
        corner = QPoint(inside.left(), inside.center().y() - _ICON_PX // 2)
        painter.drawPixmap(corner, _in_ink(entry.icon, ink, painter))
        inside.setLeft(inside.left() + _ICON_PX + SPACE[2])
        painter.setFont(option.font)
        keys = native_keys(entry.keys)
        painter.setPen(QColor(colours.soft))
        right = f"{entry.kind}    {keys}".strip()
        metrics = painter.fontMetrics()
        width = min(metrics.horizontalAdvance(right) + 2, inside.width() // 2)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(
            inside,
            int(middle | Qt.AlignmentFlag.AlignRight),
            metrics.elidedText(right, Qt.TextElideMode.ElideRight, width),
        )
        inside.setRight(inside.right() - width - SPACE[2])
        painter.setPen(ink)
        shown = plain_text(entry.words)
        words = metrics.elidedText(shown, Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(inside, int(middle | Qt.AlignmentFlag.AlignLeft), words)
        painter.restore()


def _in_ink(icon: QIcon, ink: QColor, painter: QPainter) -> QPixmap:
    """An icon in one colour: that of a button may not be readable here."""
    device = painter.device()
    if device is None:
        ratio = 1.0
    else:
        ratio = device.devicePixelRatioF()
    picture = icon.pixmap(QSize(_ICON_PX, _ICON_PX), ratio)
    if not picture.isNull():
        over = QPainter(picture)
        over.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        over.fillRect(picture.rect(), ink)
        over.end()
    return picture
