# SPDX-License-Identifier: GPL-3.0-only
"""Small parts of which windows are made: buttons, labels, chips, cards, rows and columns.
Used by the windows of desk, board, site and replay.
"""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QEvent, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFont, QKeyEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from views.widgets.icons import IconLabel, icon
from views.widgets.plain_words import PlainFace, PlainLabel, tip_words
from views.widgets.theme import SPACE, size_icons
from views.words.waits import minutes_words

_PRESSES = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})
_ICON_TONES = {"primary": "on_accent", "danger": "on_bad"}


def restyle(widget: QWidget, **properties: str | bool) -> None:
    """Sets properties that the style sheet selects on, and makes them seen."""
    changed = False
    for name, value in properties.items():
        if widget.property(name) != value:
            widget.setProperty(name, value)
            changed = True
    style = widget.style()
    if changed and style is not None:
        style.unpolish(widget)
        style.polish(widget)
        widget.update()


def set_roomy(around: QWidget, is_roomy: bool) -> bool:
    """Give all that lies in a widget the letters of a large window, or the usual ones; True if
    that is new. A style sheet looks at its property again only for what is polished anew.
    """
    if bool(around.property("roomy")) == is_roomy:
        return False
    around.setProperty("roomy", is_roomy)
    for part in (around, *around.findChildren(QWidget)):
        if (style := part.style()) is not None:
            style.unpolish(part)
            style.polish(part)
            part.updateGeometry()
    return True


OWN_KEYS = "own_keys"
"""Property of a button: the keys that this person gave it, whatever name it gets later."""


class _KeepsKeyboard(PlainFace):
    """Mixed into a kind of button: Enter presses it as the space bar does, which Qt has in dialogs
    only; and one that is switched off under the keyboard, because its work runs, keeps it. Qt would
    give it to whatever comes next, and the next press with it.
    """

    _goes_to_sleep = False

    def setEnabled(self, enabled: bool) -> None:
        """Switches it on or off."""
        self._goes_to_sleep = not enabled
        super().setEnabled(enabled)
        self._goes_to_sleep = False

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Gives the keyboard on, but not by itself."""
        return self._goes_to_sleep or super().focusNextPrevChild(forward)

    def event(self, event: QEvent | None) -> bool:
        """Takes a press while switched off: it is for nobody else."""
        if not self.isEnabled() and isinstance(event, QKeyEvent) and _is_press(event):
            event.accept()
            if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
                self.press_asleep()
            return True
        return super().event(event)

    def press_asleep(self) -> None:
        """Pressed while switched off: nothing is done."""

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Goes down."""
        super().keyPressEvent(_enter_as_space(event))

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:
        """Comes up, and counts."""
        super().keyReleaseEvent(_enter_as_space(event))


class PushButton(_KeepsKeyboard, PlainFace, QPushButton):
    """A button with words.

    Signals:
        pressed_asleep(): Enter or the space bar while it has the keyboard and is switched off.
    """

    pressed_asleep = pyqtSignal()

    def press_asleep(self) -> None:
        """Tells it to who keeps the press."""
        self.pressed_asleep.emit()


class ToolButton(_KeepsKeyboard, PlainFace, QToolButton):
    """A button with an icon only."""


def _is_press(event: QKeyEvent) -> bool:
    """True for Enter or the space bar alone; with Ctrl they are shortcuts of somebody else."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return event.key() in _PRESSES and modifiers == Qt.KeyboardModifier.NoModifier


def _enter_as_space(event: QKeyEvent | None) -> QKeyEvent | None:
    """Enter alone, without Ctrl or the like, as the space bar; any other key as it is."""
    if event is None or event.key() == Qt.Key.Key_Space or not _is_press(event):
        return event
    return QKeyEvent(
        event.type(),
        Qt.Key.Key_Space,
        Qt.KeyboardModifier.NoModifier,
        " ",
        event.isAutoRepeat(),
    )


def push_button(
    text: str, icon_name: str = "", kind: str = "plain", *, name: str = "", keys: str = ""
) -> PushButton:
    """A button with words.

    Args:
        text: its words, also its accessible name.
        icon_name: an icon before the words.
        kind: "primary" (one per group), "plain", "quiet" (no border) or "danger".
        name: object name.
        keys: the shortcut shown in the tool tip; connect it with `shortcut`.
    """
    button = PushButton()
    button.setText(text)
    button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    button.setProperty("kind", kind)
    size_icons(button, 23, 18)
    if icon_name:
        button.setIcon(icon(icon_name, _ICON_TONES.get(kind, "text")))
    _finish(button, text, name, keys)
    return button


def tool_button(
    text: str, icon_name: str, name: str = "", *, keys: str = "", checkable: bool = False
) -> ToolButton:
    """A button with an icon only; `text` is its tool tip and accessible name."""
    button = ToolButton()
    if icon_name:
        button.setIcon(icon(icon_name))
    size_icons(button, 18, 18)
    button.setCheckable(checkable)
    _finish(button, text, name, keys)
    return button


def _finish(button: QAbstractButton, text: str, name: str, keys: str) -> None:
    button.setObjectName(name)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    name_button(button, text, keys)


def native_keys(keys: str) -> str:
    """Keys as the keyboard of this system names them; the large key says "Enter", not "Return"."""
    enter = keys.replace("Return", "Enter")
    if keys:
        return QKeySequence(enter).toString(QKeySequence.SequenceFormat.NativeText)
    return ""


def name_widget(widget: QWidget, name: str) -> None:
    """Gives a widget its accessible name, if that is new: a screen reader is told each time."""
    if widget.accessibleName() != name:
        widget.setAccessibleName(name)


def name_button(button: QAbstractButton, text: str, keys: str = "") -> None:
    """Gives a button its accessible name and its tool tip with the shortcut."""
    keys = str(button.property(OWN_KEYS) or keys)
    name_widget(button, text)
    key_words = native_keys(keys)
    button.setToolTip(tip_words(f"{text}  ({key_words})" if key_words else text))
    description = button.accessibleDescription()
    is_ours = description in ("", native_keys(str(button.property("keys") or "")))
    if is_ours and key_words not in ("", description):
        button.setAccessibleDescription(key_words)  # else the tool tip: the name once more
    button.setProperty("keys", keys)


def label_button(button: QAbstractButton, words: str) -> None:
    """Puts other words on a button, and into its accessible name."""
    button.setText(words)
    name_button(button, words, str(button.property("keys") or ""))


def shortcut(keys: str, button: QAbstractButton, scope: QWidget) -> QShortcut:
    """Makes `keys` press `button` anywhere in the window of `scope`."""
    key_shortcut = QShortcut(QKeySequence(keys), scope)
    key_shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
    key_shortcut.activated.connect(button.click)
    return key_shortcut


def label(text: str = "", role: str = "body", name: str = "", wrap: bool = False) -> QLabel:
    """Plain text. `role`: "body", "soft", "caption", "title", "large", "huge" or "number"."""
    text_label = PlainLabel(text)
    text_label.setProperty("role", role)
    text_label.setObjectName(name)
    text_label.setWordWrap(wrap)
    return text_label


def filter_box(name: str, spoken: str) -> QComboBox:
    """A list to choose from that is as wide as the widest choice."""
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(spoken)
    box.setMinimumContentsLength(10)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return tell_choice(box)


def tell_choice(box: QComboBox) -> QComboBox:
    """Says in its tool tip what is chosen, for a name that has no room in it."""
    box.currentTextChanged.connect(lambda words: box.setToolTip(tip_words(words)))
    return box


def steady_figures[Shown: QWidget](widget: Shown) -> Shown:
    """Gives a clock figures of one width, so that it does not jump every second and columns stand
    straight.
    """
    font = widget.font()
    font.setFeature(QFont.Tag("tnum"), 1)
    widget.setFont(font)
    return widget


class ElidedLabel(PlainLabel):
    """A label on one line that takes what room there is, and asks for none."""

    def __init__(self, text: str = "", role: str = "body", *, name: str = "") -> None:
        super().__init__(text)
        self.setProperty("role", role)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(24)


class Chip(QFrame):
    """A state in one or two words with an icon; its colour only repeats them."""

    def __init__(
        self, name: str = "", text: str = "", *, icon_name: str = "", tone: str = "soft"
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self._icon = IconLabel(size_px=14)
        self._hidden = ""
        self._words = label(role="chip")
        row(self, self._icon, self._words, space=5, margins=(8, 2, 9, 2))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_state(text, icon_name, tone)

    def text(self) -> str:
        """The words shown."""
        return self._words.text()

    def width_px(self, *, words: bool) -> int:
        """Return how wide it is with its words, or as an icon alone; whichever is shown now."""
        layout = self.layout()
        assert layout is not None
        self._words.ensurePolished()
        more = layout.spacing() + self._words.sizeHint().width()
        now = self.sizeHint().width()
        if self._words.isHidden():
            if words:
                return now + more
            return now
        if words:
            return now
        return now - more

    def show_words(self, with_words: bool) -> None:
        """The icon alone where there is no room for words; these are in the tool tip then, unless
        it says more.
        """
        self._words.setVisible(with_words)
        if self.toolTip() in ("", self._hidden):
            if with_words:
                self._hidden = ""
            else:
                self._hidden = tip_words(self._words.text())
            self.setToolTip(tip_words(self._hidden))

    def show_state(
        self, text: str, icon_name: str = "", tone: str = "soft", *, told: str = ""
    ) -> None:
        """Changes words, icon and tone ("soft", "accent", "good", "warn", "bad" or "solid").

        Args:
            told: what a screen reader is told, where that is not `text`.
        """
        told = told or text
        if told != text or self._words.accessibleName():
            name_widget(self._words, told)
        self._words.setText(text)
        if self._words.isHidden() and self.toolTip() == self._hidden:
            self._hidden = tip_words(text)
            self.setToolTip(tip_words(text))
        self._icon.set_icon(icon_name, "on_accent" if tone == "solid" else tone)
        name_widget(self, told)
        restyle(self, tone=tone)
        restyle(self._words, tone=tone)


class Card(QFrame):
    """A group on its own surface. Put things into `body`."""

    def __init__(self, name: str = "", space: int = SPACE[1], *, padding: int = SPACE[2]) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("card", True)
        self.body = column(self, space=space, margins=(padding, padding, padding, padding))


class EmptyState(QWidget):
    """Stands in an empty view and says why it is empty and what to do."""

    def __init__(self, icon_name: str, title: str, *, advice: str, name: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self._icon = IconLabel(icon_name, "line_strong", size_px=40)
        self._title = label(title, "title", wrap=True)
        self._advice = label(advice, "soft", wrap=True)
        for words in (self._title, self._advice):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        box = column(self, space=SPACE[1], margins=(SPACE[3], SPACE[3], SPACE[3], SPACE[3]))
        box.addStretch(2)
        box.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addSpacing(SPACE[0])
        box.addWidget(self._title)
        box.addWidget(self._advice)
        box.addStretch(3)

    def show_words(self, title: str, advice: str, icon_name: str = "") -> None:
        """Changes both sentences, and the icon where one is named."""
        if icon_name:
            self._icon.set_icon(icon_name, "line_strong")
        self._title.setText(title)
        self._advice.setText(advice)


_AROUND_SEGMENT_PX = 36
"""Of a segment, around its icon and its words."""


class Segments(QFrame):
    """A few choices side by side, one of them chosen; arrow keys move between them.

    Signals:
        chosen(object): the key of the choice that the person made.
    """

    chosen = pyqtSignal(object)

    def __init__(
        self, name: str, accessible_name: str, *, choices: Iterable[tuple[object, str, str]]
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("segments", True)
        self.setAccessibleName(accessible_name)
        self._group = QButtonGroup(self)
        self._buttons: dict[object, QToolButton] = {}
        box = row(self, space=0, margins=(2, 2, 2, 2))
        for key, text, icon_name in choices:
            box.addWidget(self._segment(key, text, icon_name))
        next(iter(self._buttons.values())).setChecked(True)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def _segment(self, key: object, text: str, icon_name: str) -> QToolButton:
        button = tool_button(text, icon_name, f"{self.objectName()}_{key}", checkable=True)
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAccessibleName(f"{self.accessibleName()}: {text}")
        size_icons(button, 19, 15)
        button.setAutoExclusive(True)  # a screen reader says "one of several", not a box to tick
        self._group.addButton(button)
        self._buttons[key] = button
        button.clicked.connect(lambda: self.chosen.emit(key))
        return button

    def show_words(self, with_words: bool) -> None:
        """Words beside the icons, or the icons alone."""
        style = Qt.ToolButtonStyle
        for button in self._buttons.values():
            button.setToolButtonStyle(
                style.ToolButtonTextBesideIcon if with_words else style.ToolButtonIconOnly
            )

    def fit(self, room_px: int) -> None:
        """Words where all of them have room, else the icons alone: none is cut."""
        needed_px = sum(
            button.fontMetrics().horizontalAdvance(button.text())
            + button.iconSize().width()
            + _AROUND_SEGMENT_PX
            for button in self._buttons.values()
        )
        self.show_words(needed_px <= room_px)

    def button(self, key: object) -> QToolButton:
        """The button of a choice."""
        return self._buttons[key]

    def choice(self) -> object:
        """The key of the current choice."""
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def choose(self, key: object) -> None:
        """Makes a choice without a signal."""
        self._buttons[key].setChecked(True)


def _fill(box: QBoxLayout, parts: tuple[QWidget | QLayout | int, ...]) -> None:
    for part in parts:
        if isinstance(part, QWidget):
            box.addWidget(part)
        elif isinstance(part, QLayout):
            box.addLayout(part)
        elif part == 0:
            box.addStretch(1)
        else:
            box.addSpacing(part)


def row(
    parent: QWidget | None,
    *parts: QWidget | QLayout | int,
    space: int = SPACE[1],
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> QHBoxLayout:
    """A horizontal layout of `parts`; a number is a space in pixels, 0 takes all space left."""
    if parent is None:
        box = QHBoxLayout()
    else:
        box = QHBoxLayout(parent)
    box.setSpacing(space)
    box.setContentsMargins(*margins)
    _fill(box, parts)
    return box


def column(
    parent: QWidget | None,
    *parts: QWidget | QLayout | int,
    space: int = SPACE[1],
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> QVBoxLayout:
    """A vertical layout of `parts`; a number is a space in pixels, 0 takes all space left."""
    if parent is None:
        box = QVBoxLayout()
    else:
        box = QVBoxLayout(parent)
    box.setSpacing(space)
    box.setContentsMargins(*margins)
    _fill(box, parts)
    return box


class PageStack(QWidget):
    """Pages of which one is seen. Orca calls each `QStackedWidget` that is passed on the way to the
    keyboard a "layered pane" of no elements; of a plain widget it says nothing.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._pages = QStackedLayout(self)

    def addWidget(self, page: QWidget) -> None:
        """Add a page; the first one is seen."""
        self._pages.addWidget(page)

    def setCurrentWidget(self, page: QWidget) -> None:
        """Show this page."""
        self._pages.setCurrentWidget(page)

    def currentWidget(self) -> QWidget | None:
        """Return the page that is seen."""
        return self._pages.currentWidget()

    def currentIndex(self) -> int:
        """Return the place of the page that is seen."""
        return self._pages.currentIndex()


class FlowLayout(QLayout):
    """Parts beside each other, and on further lines where one has no room for all: so no button is
    narrower than its words, however large the letters are. Fields get what a line has left.
    """

    def __init__(self, *parts: QWidget, space: int = SPACE[1], to_end: bool = False) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._to_end = to_end
        self.setSpacing(space)
        self.setContentsMargins(0, 0, 0, 0)
        for part in parts:
            self.addWidget(part)

    def addItem(self, a0: QLayoutItem | None) -> None:
        """One more at the end."""
        if a0 is not None:
            self._items.append(a0)

    def count(self) -> int:
        """Return how many parts there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """One of them, None for a place beyond the last."""
        if 0 <= index < len(self._items):
            return self._items[index]
        return None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """One of them, no longer part of this."""
        if 0 <= index < len(self._items):
            return self._items.pop(index)
        return None

    def expandingDirections(self) -> Qt.Orientation:
        """It wants no more than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """The narrower, the more lines."""
        return True

    def heightForWidth(self, a0: int) -> int:
        """Height of all lines."""
        return self._place(QRect(0, 0, a0, 0), move=False)

    def sizeHint(self) -> QSize:
        """All on one line."""
        sizes = [item.sizeHint() for item in self._shown()]
        across = sum(size.width() for size in sizes) + self.spacing() * max(0, len(sizes) - 1)
        return QSize(across, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        """Room for the widest."""
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size

    def setGeometry(self, a0: QRect) -> None:
        """Places all."""
        super().setGeometry(a0)
        self._place(a0, move=True)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, room: QRect, *, move: bool) -> int:
        top, space = room.top(), self.spacing()
        for line in self._lines(room.width()):
            high = max(item.sizeHint().height() for item in line)
            wide = sum(item.sizeHint().width() + space for item in line) - space
            spare = max(0, room.width() - wide)
            growing = [
                item for item in line if item.expandingDirections() & Qt.Orientation.Horizontal
            ]
            if growing:
                more = spare // len(growing)
            else:
                more = 0
            left_px = room.left() + (spare if self._to_end and not growing else 0)
            for item in line:
                size = QSize(min(item.sizeHint().width(), room.width()), high)
                size.setWidth(size.width() + (more if item in growing else 0))
                if move:
                    item.setGeometry(QRect(QPoint(left_px, top), size))
                left_px += size.width() + space
            top += high + space
        return max(0, top - room.top() - space)

    def _lines(self, room_px: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        used_px = room_px
        for item in self._shown():
            wide = item.sizeHint().width()
            if not lines or used_px + self.spacing() + wide > room_px:
                lines.append([])
                used_px = -self.spacing()
            lines[-1].append(item)
            used_px += self.spacing() + wide
        return lines


def scroll_area(body: QWidget) -> QScrollArea:
    """`body` in a view that scrolls up and down when it does not fit."""
    body.setProperty("scroll_body", True)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(body)
    return area


def show_clock(clock: QLabel, seconds: float, words: str = "{time}") -> None:
    """Shows a time that runs, within these words; its accessible name has whole minutes."""
    clock.setText(words.format(time=clock_words(seconds)))
    name_widget(clock, words.format(time=minutes_words(seconds)))


def clock_words(seconds: float) -> str:
    """A length of time for people: "4:07", "1:02:09"; never negative."""
    total_s = max(0, int(seconds))
    hours, minutes, rest = total_s // 3600, total_s // 60 % 60, total_s % 60
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}"
