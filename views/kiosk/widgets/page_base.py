# SPDX-License-Identifier: GPL-3.0-only
"""The parts of every page of the kiosk: the page itself, labels and big buttons.
Used by all kiosk pages.
"""

from __future__ import annotations

from PyQt6.QtCore import QPoint, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.theme import ACCENT, BLUE, INK, MIN_TOUCH_PX, spaced
from views.widgets.plain_words import PlainFace, PlainLabel

CENTRE = Qt.AlignmentFlag.AlignCenter


class KioskPage(QFrame):
    """One page. It shows what it is told, and can do so again in another language or lay itself out
    upright.

    Signals:
        acted(act of `session.kiosk.caller_acts`): what the caller did on it.
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def retranslate(self) -> None:
        """Says every text again, in the language in use."""

    def words(self) -> list[str]:
        """The sentences that a voice says of this page."""
        return words_in_sight(self)

    def tick(self) -> None:
        """A moment has passed."""

    def set_portrait(self, portrait: bool) -> None:
        """Lays the page out for an upright screen, or a lying one."""

    def fit(self, room: QSize, unit: float) -> None:
        """Makes the best of so much room, after everything has its size for this unit."""


def words_in_sight(part: QWidget) -> list[str]:
    """Return what is written in a part of the screen, from top to bottom: its texts, and what
    its buttons do; keys of a keyboard are not read out.
    """
    placed_words: list[tuple[int, int, str]] = []
    for widget in part.findChildren(QWidget):
        if not widget.isVisibleTo(part) or not widget.isEnabled():
            continue
        if isinstance(widget, TouchButton) and widget.property("look") != "key":
            words = widget.accessibleName()
        elif isinstance(widget, QLabel) and not isinstance(widget.parentWidget(), TouchButton):
            words = widget.text()
        else:
            continue
        place = widget.mapTo(part, QPoint(0, 0))
        placed_words.append((place.y(), place.x(), words))
    return [words for _y, _x, words in sorted(placed_words) if words]


def needed_px(page: QWidget, width_px: int) -> int:
    """The least height of a page of this width, which cuts none of its texts."""
    layout = page.layout()
    if layout is None:
        return 0
    least = layout.minimumSize().height()
    if layout.hasHeightForWidth():
        return max(least, layout.minimumHeightForWidth(width_px))
    return least


def label(
    look: str, *, tone: str = "", centred: bool = False, heavy: bool = False, wrap: bool = True
) -> QLabel:
    """A text of the kiosk; `look` is a size of the theme ("title", "body", ...)."""
    return _dressed(PlainLabel(), look, tone=tone, centred=centred, heavy=heavy, wrap=wrap)


def _dressed(
    text: QLabel, look: str, *, tone: str = "", centred: bool, heavy: bool, wrap: bool = True
) -> QLabel:
    text.setProperty("look", look)
    text.setProperty("tone", tone)
    text.setProperty("heavy", heavy)
    text.setWordWrap(wrap)
    text.setAlignment(
        CENTRE if centred else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    )
    return text


class TouchButton(PlainFace, QPushButton):
    """A button that is never smaller than a finger, and shows its focus only to those who came by
    keyboard.
    """

    def __init__(self, look: str, face: str = "") -> None:
        super().__init__()
        self.setText(face)
        self.ringed = False
        self.setProperty("look", look)
        self.setAccessibleName(face)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Enter takes it, as the space bar does."""
        taking = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Select)
        if a0 is not None and a0.key() in taking:
            if not a0.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(a0)

    def focusInEvent(self, a0: QFocusEvent | None) -> None:
        """Shows the ring after Tab."""
        by_key = a0 is not None and a0.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        )
        self._ring(by_key)
        super().focusInEvent(a0)

    def focusOutEvent(self, a0: QFocusEvent | None) -> None:
        """Removes the ring."""
        self._ring(False)
        super().focusOutEvent(a0)

    def _ring(self, ringed: bool) -> None:
        if self.ringed != ringed:
            self.ringed = ringed
            self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """The button, and its ring: a dark and a bright line, one of which stands out from any
        ground.
        """
        super().paintEvent(a0)
        if not self.ringed:
            return
        line_px = float(self.property("ring_px") or 3)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, colour in ((0.5, INK), (1.5, ACCENT)):
            painter.setPen(QPen(QColor(colour), line_px))
            inset = line_px * place
            room = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
            painter.drawRoundedRect(room, 3 * line_px, 3 * line_px)

    def _touch(self) -> QSize:
        side_px = int(self.property("touch_px") or MIN_TOUCH_PX)
        return QSize(side_px, side_px)

    def sizeHint(self) -> QSize:
        """Return the size of what it shows, and no less than a finger."""
        inner = self.layout()
        return (inner.sizeHint() if inner is not None else super().sizeHint()).expandedTo(
            self._touch()
        )

    def minimumSizeHint(self) -> QSize:
        """Return the least size of what it shows, and no less than a finger."""
        inner = self.layout()
        return (inner.minimumSize() if inner is not None else super().minimumSizeHint()).expandedTo(
            self._touch()
        )


def restyle(widget: QWidget) -> None:
    """Applies the style sheet again after a property of `widget` has changed."""
    style = widget.style()
    if style is not None:
        style.unpolish(widget)
        style.polish(widget)


class _Words(PlainLabel):
    """Words of a button: in one line where there is room for it, else in as many as they need."""

    def sizeHint(self) -> QSize:
        """One line."""
        self.ensurePolished()
        around, words = self.contentsMargins(), self.fontMetrics().size(0, self.text())
        return words + QSize(around.left() + around.right(), around.top() + around.bottom())

    def minimumSizeHint(self) -> QSize:
        """The longest word; how high it is then is asked by `heightForWidth`."""
        return super().minimumSizeHint().boundedTo(self.sizeHint())


class BigButton(TouchButton):
    """A button for fingers: an icon and words, side by side or one above the other. Where large
    letters have no room beside each other, the words stand in several lines.

    Args:
        look: a button look of the theme.
        icon: an icon's name, a widget to show instead, or None.
        upright: the icon above the words.
    """

    def __init__(
        self,
        look: str,
        icon: str | QWidget | None = None,
        *,
        colour: str = BLUE,
        icon_u: float = 4.5,
        size: str = "lead",
        upright: bool = False,
        wrap: bool = False,
        margins: tuple[float, ...] = (2, 0.6, 2, 0.6),
    ) -> None:
        super().__init__(look)
        centred = upright or icon is None
        self._words = _dressed(
            PlainLabel() if wrap else _Words(), size, centred=centred, heavy=True
        )
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words.hide()
        self._row: QBoxLayout = spaced(
            QVBoxLayout(self) if upright else QHBoxLayout(self), margins, 1.4
        )
        if wrap:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setProperty("flows", not wrap)  # see `apply_unit`
        self._row.addStrut(MIN_TOUCH_PX)
        if not wrap:
            self._row.addStretch(1)
        if icon is not None:
            picture = IconView(icon, icon_u, colour=colour) if isinstance(icon, str) else icon
            self._row.addWidget(picture, 0, CENTRE)
        self._row.addWidget(self._words, 1 if wrap else 0)
        if not wrap:
            self._row.addStretch(1)

    def set_words(self, words: str, spoken: str = "") -> None:
        """The words on the button; `spoken` is the accessible name when it says more, or the icon
        stands alone.
        """
        for part in (self, self._words):
            if part.accessibleName() != (spoken or words):  # a screen reader is told each time
                part.setAccessibleName(spoken or words)
        self._words.setText(words)
        self._words.setVisible(bool(words))

    def stand(self, upright: bool) -> None:
        """The icon above the words, or beside them."""
        directions = QBoxLayout.Direction
        self._row.setDirection(directions.TopToBottom if upright else directions.LeftToRight)
        beside = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self._words.setAlignment(CENTRE if upright else beside)

    def insert(self, picture: QWidget) -> None:
        """One more picture, between the first and the words."""
        self._row.insertWidget(self._row.indexOf(self._words), picture, 0, CENTRE)

    def words(self) -> str:
        """The words on the button."""
        return self._words.text()
