# SPDX-License-Identifier: GPL-3.0-only
"""The waiting room's screen: numbers that are called and to which kiosk, and numbers that follow.
Never a name.

Sizes are multiples of one unit (a hundredth of the height):
on a television of one metre, the called number is read at ten metres and the following ones at
five. Colour is never the only sign: a new call has a frame, a word and a sound.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QResizeEvent
from PyQt6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from documents.printed.dates import hour
from resources.texts import _
from session.core.clock import Clock
from session.protocol.hub.waiting import CalledTicket, DisplayAnswer
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import label, restyle
from views.kiosk.widgets.theme import (
    ACCENT,
    DEEP,
    INK,
    NAVY,
    SKY,
    WHITE,
    apply_unit,
    is_portrait,
    load_fonts,
    spaced,
    unit_px,
)
from views.words.places import kiosk_words

MOST_CALLED = 3
COLUMNS, ROWS = 2, 6
NEW_S = 12.0
"""Seconds for which a call is marked as new."""

STALE_S = 10.0
"""Seconds without an answer after which the numbers are removed: old numbers would mislead."""


def _kiosk_of(call: CalledTicket) -> str:
    return kiosk_words(call.kiosk_name, call.kiosk_place)


def spoken_call(call: CalledTicket) -> str:
    """E.g. "Number L 042, Kiosk 1"."""
    return _("Number {number}, {kiosk}").format(
        number=f"{call.number[:1]} {int(call.number[1:])}", kiosk=_kiosk_of(call)
    )


class _CallRow(QFrame):
    """One called number."""

    def __init__(self, first: bool) -> None:
        super().__init__()
        self.setObjectName("call")
        self._number = label("call-first" if first else "call", wrap=False)
        self._kiosk = label("call-kiosk-first" if first else "call-kiosk", wrap=True)
        self._new = label("call-new", wrap=False)
        where = spaced(QVBoxLayout(), (0,), 0)
        where.addStretch(1)
        where.addWidget(self._new)
        where.addWidget(self._kiosk)
        where.addStretch(1)
        row = spaced(QHBoxLayout(self), (3, 1, 3, 1), 3)
        row.addWidget(self._number)
        row.addWidget(IconView("arrow-right-bold", 11 if first else 6, colour=ACCENT))
        row.addLayout(where, 1)

    def show_call(self, call: CalledTicket, is_new: bool) -> None:
        """The number, where to, and whether it was called a moment ago."""
        self._number.setText(call.number)
        self._kiosk.setText(_kiosk_of(call))
        self._new.setText(_("Please come now"))
        self._new.setVisible(is_new)
        self.setAccessibleName(spoken_call(call))
        if bool(self.property("fresh")) != is_new:
            self.setProperty("fresh", is_new)
            restyle(self)


class DisplayWindow(QWidget):
    """The whole screen.

    Signals: called(CalledTicket): a number is called that was not before: sound and voice.
        close_requested(): the window was asked to close; it stays until the program has stopped in
        order.
    """

    called = pyqtSignal(object)
    close_requested = pyqtSignal()

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        load_fonts()
        self.setObjectName("display_window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(800, 450)
        self.setCursor(Qt.CursorShape.BlankCursor)
        self._clock = clock
        self._answer: DisplayAnswer | None = None
        self._answered_s = clock.monotonic_s()
        self._new_until_s: dict[str, float] = {}
        self._known: set[str] | None = None
        self._drawn = (0.0, False)
        self._build()
        self.seconds = QTimer(self)
        self.seconds.timeout.connect(self.tick)
        self.seconds.start(500)
        self.retranslate()

    # ---- building ----

    def _build(self) -> None:
        self._pages = QStackedWidget()
        for page in (self._build_numbers(), self._build_lost()):
            self._pages.addWidget(page)
        box = spaced(QVBoxLayout(self), (0,), 0)
        box.addWidget(self._build_header())
        box.addWidget(self._pages, 1)
        box.addWidget(self._build_foot())

    def _build_header(self) -> QFrame:
        header = QFrame()
        header.setObjectName("display_header")
        self._organisation = label("large", wrap=False)
        self._site = label("lead", wrap=False)
        self._time = label("call-time", wrap=False)
        names = spaced(QVBoxLayout(), (0,), 0)
        names.addWidget(self._organisation)
        names.addWidget(self._site)
        row = spaced(QHBoxLayout(header), (4, 1.2, 4, 1.2), 2)
        row.addLayout(names, 1)
        row.addWidget(self._time)
        return header

    def _build_numbers(self) -> QWidget:
        self._called_title = label("title")
        self._next_title = label("title")
        self._nobody = label("large", centred=True)
        self.calls = [_CallRow(first=place == 0) for place in range(MOST_CALLED)]
        left_column = spaced(QVBoxLayout(), (0,), 1.6)
        left_column.addWidget(self._called_title)
        left_column.addWidget(self._nobody, 1)
        for row in self.calls:
            left_column.addWidget(row)
        left_column.addStretch(1)
        self._grid = spaced(QGridLayout(), (0,), 1.6)
        self.following: list[QLabel] = []
        for place in range(COLUMNS * ROWS):
            number = label("call-next", centred=True, wrap=False)
            number.setObjectName("following")
            self.following.append(number)
            self._grid.addWidget(number, place % ROWS, place // ROWS)
        self._more = label("large", centred=True)
        right = QFrame()
        right.setObjectName("display_next")
        column = spaced(QVBoxLayout(right), (3, 2, 3, 2), 1.6)
        column.addWidget(self._next_title)
        column.addLayout(self._grid)
        column.addStretch(1)
        column.addWidget(self._more)
        page = QWidget()
        self._both = spaced(QHBoxLayout(page), (4, 3, 4, 2), 4)
        self._both.addLayout(left_column, 7)
        self._both.addWidget(right, 4)
        return page

    def _build_lost(self) -> QWidget:
        page = QWidget()
        self._lost_title = label("call-lost", centred=True)
        self._lost_words = label("title", centred=True)
        self._why = label("lead", centred=True)
        self._why.setObjectName("display_why")
        box = spaced(QVBoxLayout(page), (10, 4, 10, 4), 3)
        box.addStretch(1)
        box.addWidget(
            IconView("wifi-off", 22, colour=INK, disc=ACCENT), 0, Qt.AlignmentFlag.AlignCenter
        )
        box.addWidget(self._lost_title)
        box.addWidget(self._lost_words)
        box.addWidget(self._why)
        box.addStretch(1)
        return page

    def _build_foot(self) -> QFrame:
        foot = QFrame()
        foot.setObjectName("display_foot")
        self._foot = label("large", centred=True)
        spaced(QHBoxLayout(foot), (4, 1, 4, 1), 0).addWidget(self._foot)
        return foot

    # ---- facts ----

    def show_not_connected(self, words: str) -> None:
        """Tell the person who installs the display why the hub has never answered yet."""
        if self._answer is None:
            self._why.setText(words)

    def show_answer(self, answer: DisplayAnswer) -> None:
        """Shows the hub's answer."""
        self._answer = answer
        self._answered_s = self._clock.monotonic_s()
        self._why.clear()
        fresh = [
            call
            for call in answer.called
            if self._known is not None and call.number not in self._known
        ]
        if self._known is None:  # after a start nobody is called a second time by sound
            fresh = []
        self._known = {call.number for call in answer.called}
        for call in fresh:
            self._new_until_s[call.number] = self._answered_s + NEW_S
        self._refresh()
        for call in reversed(fresh):
            self.called.emit(call)

    def tick(self) -> None:
        """Called by a timer: moves the clock, ends marks of new calls, removes an old answer."""
        self._refresh()

    @property
    def is_lost(self) -> bool:
        """True while the numbers are too old to be shown."""
        return self._answer is None or self._clock.monotonic_s() - self._answered_s > STALE_S

    def _refresh(self) -> None:
        self._time.setText(hour(self._clock.utc_now().astimezone()))
        self._pages.setCurrentIndex(1 if self.is_lost else 0)
        answer = self._answer
        self._lost_title.setText(
            _("This screen shows nothing at the moment")
            if answer is not None
            else _("This screen is not connected yet")
        )
        self._lost_words.setText(
            _("The line is cut. You keep your place. Please ask at the reception.")
            if answer is not None
            else _("You keep your place. Please ask at the reception.")
        )
        if answer is None:
            return
        self._organisation.setText(answer.organisation_name)
        self._site.setText(answer.site)
        self.setWindowTitle(f"{self._called_title.text()} – {answer.site}")
        self._show_called(answer.called)
        for place, number in enumerate(self.following):
            number.setText(answer.following[place] if place < len(answer.following) else "")
            number.setVisible(bool(number.text()))
        more = answer.waiting - len(answer.called) - len(answer.following)
        self._more.setText(_("and {count} more").format(count=more) if more > 0 else "")
        self._more.setVisible(more > 0)

    def _show_called(self, called: Sequence[CalledTicket]) -> None:
        now_s = self._clock.monotonic_s()
        self._nobody.setVisible(not called)
        for place, row in enumerate(self.calls):
            row.setVisible(place < len(called))
            if place < len(called):
                row.show_call(
                    called[place], self._new_until_s.get(called[place].number, 0.0) > now_s
                )

    def retranslate(self) -> None:
        """Sets every text again, for another language."""
        self._called_title.setText(_("Called"))
        self._next_title.setText(_("Next"))
        self._nobody.setText(_("Nobody is called at the moment."))
        self._foot.setText(
            _("When your number is called, come to the kiosk and touch “I have a number”.")
        )
        self._refresh()

    # ---- window ----

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Sizes follow the window; on an upright screen the next numbers stand below."""
        upright = is_portrait(self.width(), self.height())
        below, beside = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._both.setDirection(below if upright else beside)
        unit = unit_px(self.width(), self.height())
        if (unit, upright) != self._drawn:
            self._drawn = unit, upright
            apply_unit(self, unit)
            self.setStyleSheet(self.styleSheet() + "\n" + _sheet(unit, upright))

    def closeEvent(self, a0: QCloseEvent | None) -> None:
        """Asks the program to stop in order."""
        if a0 is not None:
            a0.ignore()
        self.close_requested.emit()


def _sheet(unit: float, upright: bool) -> str:
    def px(units: float) -> str:
        return f"{round(units * unit)}px"

    sizes = {
        "call-first": 17.0 if upright else 21.0,
        "call": 11.0,
        "call-kiosk-first": 7.0,
        "call-kiosk": 4.6,
        "call-new": 4.2,
        "call-next": 6.4,
        "call-time": 7.0,
        "call-lost": 6.4,
    }
    rules = [
        f"QLabel[look={look}] {{ font-size: {px(size)}; font-weight: 600; }}"
        for look, size in sizes.items()
    ]
    rules += [
        f"#display_window {{ background: {DEEP}; }} #display_window QLabel {{ color: {WHITE}; }}",
        f"#display_header {{ background: {NAVY}; }} #display_header QLabel[look=lead] {{ color: "
        f"{SKY}; }}",
        f"#display_foot {{ background: {NAVY}; }}",
        f"#display_next {{ background: {NAVY}; border-radius: {px(2)}; }}",
        f"#call {{ background: {NAVY}; border: {px(0.6)} solid {NAVY}; border-radius: {px(2)}; }}",
        f"#call[fresh=true] {{ border-color: {ACCENT}; }} #call QLabel[look=call-new] {{ color: "
        f"{ACCENT}; }}",
        f"#following {{ background: {DEEP}; border-radius: {px(1.4)}; padding: {px(0.6)}; }}",
    ]
    return "\n".join(rules)
