# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's view: a session's id and the reason are given, its log is replayed below.
Used by `expert_app.helpdesk.wiring.program`.
"""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QLineEdit, QStackedWidget, QWidget

from resources.texts import _
from session.log.playback.opened import OpenedLog
from session.protocol.hub.log import MOST_REASON, says_why
from session.protocol.wire.ids import is_id
from views.replay.view import ReplayView
from views.widgets.message_bar import Level, MessageBar
from views.widgets.parts import Chip, EmptyState, column, label, push_button
from views.widgets.theme import SPACE

LONGEST = 80
TROUBLE = "trouble"


class HelpdeskView(QWidget):
    """Fields for the id and the reason above the replay. The reason stays for the next log, until
    the window is closed.

    Args:
        replay: this view owns it from now on.

    Signals:
        open_requested(str, str): the log of this session is wanted, for this reason.
    """

    open_requested = pyqtSignal(str, str)

    def __init__(self, replay: ReplayView) -> None:
        super().__init__()
        self.setObjectName("helpdesk")
        self.replay, self.messages = replay, MessageBar()
        self._busy = False
        self._line = Chip("helpdesk_connection")
        self._session = QLineEdit()
        self._session.setObjectName("helpdesk_session")
        self._session.setMaxLength(LONGEST)
        self._session.setPlaceholderText("0125223b7b7c9c164ce6_68fe9493")
        self._session.setAccessibleName(_("Id of the session"))
        self._session.textChanged.connect(lambda _text: self._allow())
        self._session.returnPressed.connect(self._on_open)
        self._reason = QLineEdit()
        self._reason.setObjectName("helpdesk_reason")
        self._reason.setMaxLength(MOST_REASON)
        self._reason.setPlaceholderText(_("Kept with your name; the supervisor sees it"))
        self._reason.setAccessibleName(_("Why you read it"))
        self._reason.textChanged.connect(lambda _text: self._allow())
        self._reason.returnPressed.connect(self._on_open)
        self._open = push_button(_("Open the log"), "file", "primary", name="helpdesk_open")
        self._open.clicked.connect(self._on_open)
        self._empty = EmptyState(
            "history",
            _("No log is open"),
            advice=_("Give the id of the session, as it was told to you, and why you read it."),
            name="helpdesk_empty",
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(replay)
        self._build()
        self.show_connection(False)
        self._allow()

    def show_connection(self, connected: bool) -> None:
        """Whether the bus answers."""
        if connected:
            self._line.show_state(_("Connected"), "connected", "good")
        else:
            self._line.show_state(_("Connection lost, trying again…"), "retry", "warn")

    def show_busy(self, busy: bool) -> None:
        """A log is being brought."""
        self._busy = busy
        self._open.setText(_("Opening…") if busy else _("Open the log"))
        self._allow()

    def show_log(self, title: str, log: OpenedLog) -> None:
        """Shows a log from its beginning, with the keyboard in it."""
        self.messages.clear(TROUBLE)
        self._stack.setCurrentWidget(self.replay)
        self.replay.show_log(title, log)
        self.replay.setFocus()

    def show_trouble(self, words: str) -> None:
        """Why no log was opened; the one that is open stays, and the id can be typed anew."""
        self.messages.show_message(Level.ERROR, words, key=TROUBLE)
        self._session.setFocus()
        self._session.selectAll()

    def focus_session(self) -> None:
        """Puts the keyboard into the field."""
        self._session.setFocus()

    def _build(self) -> None:
        caption, why = label(_("Id of the session"), "title"), label(_("Reason"), "title")
        caption.setBuddy(self._session)
        why.setBuddy(self._reason)
        head = QWidget()
        grid = QGridLayout(head)
        grid.setContentsMargins(SPACE[2], SPACE[2], SPACE[2], 0)
        grid.setHorizontalSpacing(SPACE[1])
        for number, line in enumerate(
            ((caption, self._session, self._line), (why, self._reason, self._open))
        ):
            for place, widget in enumerate(line):
                grid.addWidget(widget, number, place)
        grid.setColumnStretch(1, 1)
        column(self, head, self._stack, self.messages, space=0).setStretch(1, 1)

    def _id(self) -> str:
        return self._session.text().strip()

    def _why(self) -> str:
        return self._reason.text().strip()

    def _allow(self) -> None:
        self._open.setEnabled(not self._busy and is_id(self._id()) and says_why(self._why()))

    def _on_open(self) -> None:
        if self._open.isEnabled():
            self.open_requested.emit(self._id(), self._why())
        elif is_id(self._id()) and not self._why():
            self._reason.setFocus()
