# SPDX-License-Identifier: GPL-3.0-only
"""After the conversation: what came of it, then Finish. Used by the desk's window."""

from __future__ import annotations

from datetime import datetime

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QButtonGroup, QGridLayout, QPushButton, QWidget

from resources.texts import N_, _
from session.clock import Clock
from views.desk_parts import Card, clock_words, column, label, push_button, row, scroll_area
from views.icons import IconLabel
from views.theme import SPACE

OUTCOMES: tuple[tuple[str, str, str], ...] = (
    ("done", N_("Settled"), "allowed"),
    ("pieces_missing", N_("Pieces still missing"), "piece"),
    ("appointment", N_("Appointment needed"), "appointment"),
    ("redirected", N_("Sent to another body"), "arrow_right"),
    ("information", N_("Information only"), "info"),
    ("cut_off", N_("Conversation was cut"), "disconnected"),
)
"""Codes of `CloseRequest.outcome`, their words and icons."""


class WrapUpView(QWidget):
    """Duration, outcome, and the button that closes the ticket.

    Signals:
        finish_requested(str): the outcome's code.
    """

    finish_requested = pyqtSignal(str)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("wrap_up_view")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._clock = clock
        self._since = clock.utc_now()
        self._lasted = label(role="soft", name="wrap_up_lasted")
        self._here = label(role="small", name="wrap_up_clock")
        self._open_points = label(role="body", name="wrap_up_open", wrap=True)
        self._group = QButtonGroup(self)
        self._outcomes: list[QPushButton] = []
        self._finish = push_button(_("Finish"), "kept", "primary", "wrap_up_finish", "Ctrl+Return")
        self._finish.setShortcut("Ctrl+Return")
        self._finish.clicked.connect(self._on_finish)
        self._group.buttonClicked.connect(lambda: self._finish.setEnabled(True))
        self._build()
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.refresh_clock)
        self._second.start()

    def start(self, ticket_number: str, lasted_s: float | None) -> None:
        """A conversation has ended; `lasted_s` seconds long, when known."""
        self._since = self._clock.utc_now()
        lasted = "" if lasted_s is None else _("It lasted {time}.").format(time=clock_words(lasted_s))
        self._lasted.setText(_("Request {number}.").format(number=ticket_number) + f" {lasted}".rstrip())
        self._group.setExclusive(False)
        for button in self._outcomes:
            button.setChecked(False)
        self._group.setExclusive(True)
        self._finish.setEnabled(False)
        self.show_open_points("")
        self.refresh_clock()
        self.setFocus()

    def show_open_points(self, text: str) -> None:
        """What is still under way, e.g. a document in the outbox; "" for nothing."""
        self._open_points.setText(text)
        self._open_row.setVisible(bool(text))

    def refresh_clock(self) -> None:
        """Moves the wrap-up's own clock to now."""
        seconds = (self._clock.utc_now() - self._since).total_seconds()
        self._here.setText(_("Wrap-up: {time}").format(time=clock_words(seconds)))

    def since(self) -> datetime:
        """When the wrap-up began, UTC."""
        return self._since

    def _build(self) -> None:
        card = Card("wrap_up_card", space=SPACE[1], padding=SPACE[4])
        card.setMaximumWidth(620)
        top = row(None, IconLabel("wrap_up", "accent", 26))
        top.addWidget(label(_("The conversation is over"), "large", wrap=True), 1)
        top.addWidget(self._here)
        self._open_row = QWidget()
        points = row(self._open_row, IconLabel("time", "warn", 16), space=6)
        points.addWidget(self._open_points, 1)
        self._grid = QGridLayout()
        self._grid.setSpacing(SPACE[1])
        for place, (code, text, icon_name) in enumerate(OUTCOMES):
            self._outcome(code, f"{place + 1} · {_(text)}", icon_name)
        self._arrange(2)
        card.body.addLayout(top)
        card.body.addWidget(self._lasted)
        card.body.addWidget(self._open_row)
        card.body.addSpacing(SPACE[1])
        card.body.addWidget(label(_("What came of it?"), "caption"))
        card.body.addLayout(self._grid)
        card.body.addSpacing(SPACE[1])
        last = row(None)
        last.addWidget(label(_("You can still order and file pages on the right."), "small", wrap=True), 1)
        last.addWidget(self._finish)
        card.body.addLayout(last)
        body = QWidget()
        across = row(body, space=0, margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[2]))
        across.addWidget(card, 1, Qt.AlignmentFlag.AlignVCenter)
        column(self, scroll_area(body))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """In a narrow view the outcomes stand one under the other."""
        super().resizeEvent(event)
        self._arrange(1 if self.width() < 2 * max(button.sizeHint().width() for button in self._outcomes) + 90 else 2)

    def _arrange(self, columns: int) -> None:
        for place, button in enumerate(self._outcomes):
            self._grid.addWidget(button, place // columns, place % columns)

    def _outcome(self, code: str, text: str, icon_name: str) -> None:
        button = push_button(text, icon_name, name=f"outcome_{code}")
        button.setProperty("outcome", True)
        button.setProperty("code", code)
        button.setCheckable(True)
        self._group.addButton(button)
        self._outcomes.append(button)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """The figure before an outcome takes it."""
        place = -1 if event is None else event.key() - Qt.Key.Key_1
        if 0 <= place < len(OUTCOMES):
            self._outcomes[place].click()
        else:
            super().keyPressEvent(event)

    def _on_finish(self) -> None:
        chosen = self._group.checkedButton()
        if chosen is not None:
            self._finish.setEnabled(False)
            self.finish_requested.emit(str(chosen.property("code")))
