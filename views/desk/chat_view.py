# SPDX-License-Identifier: GPL-3.0-only
"""Chat beside the voice at the desk, for callers who hear badly.
A tab of the desk's right side.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from resources.texts import N_, _
from session.protocol.conversation.chat_and_privacy import MAX_WORDS
from session.protocol.endpoints.chat import ChatLine, SentState
from views.widgets.parts import column, label, push_button, restyle, row, scroll_area
from views.widgets.theme import SPACE

_SENT = {
    SentState.SENDING: N_("on its way"),
    SentState.SHOWN: N_("on the kiosk's screen"),
    SentState.FAILED: N_("not sent"),
}
PHRASES = (
    N_("Can you read this?"),
    N_("Please put your document on the glass."),
    N_("One moment, please, I am looking."),
    N_("Thank you, I have received it."),
)
"""Sentences that one press sends; the agent types other words."""


class ChatView(QWidget):
    """The lines of the chat, and the field to write in.

    Signals:
        send_requested(str): send these words.
    """

    send_requested = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("written_view")
        self._note = label(
            _(
                "The caller reads it large on the kiosk. Nothing of it is kept: the log says only "
                "that words were sent."
            ),
            role="soft",
            wrap=True,
        )
        self._lines = QVBoxLayout()
        self._lines.setSpacing(SPACE[1])
        body = QWidget()
        body.setLayout(self._lines)
        self._scroll = scroll_area(body)
        self._entry = QLineEdit()
        self._entry.setObjectName("written_entry")
        self._entry.setMaxLength(MAX_WORDS)
        self._entry.setPlaceholderText(_("Write to the caller…"))
        self._entry.setAccessibleName(_("Write to the caller"))
        self._entry.returnPressed.connect(self._on_send)
        self._send = push_button(_("Send"), "arrow_right", kind="primary", name="written_send")
        self._send.clicked.connect(self._on_send)
        box = column(
            self, self._note, space=SPACE[1], margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[2])
        )
        box.addWidget(self._scroll, 1)
        for number, phrase in enumerate(PHRASES):
            button = push_button(_(phrase), kind="quiet", name=f"written_phrase_{number}")
            button.clicked.connect(
                lambda _checked, phrase=phrase: self.send_requested.emit(_(phrase))
            )
            box.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        box.addLayout(row(None, self._entry, self._send, space=SPACE[1]))
        self.set_live(False)

    def focus_entry(self) -> None:
        """Puts the keyboard into the field."""
        self._entry.setFocus()

    def set_live(self, live: bool) -> None:
        """Whether somebody is there to read."""
        for widget in (self._entry, self._send):
            widget.setEnabled(live)
        if not live:
            self._entry.setText("")  # `clear` could be undone

    def show_lines(self, lines: tuple[ChatLine, ...]) -> None:
        """All lines, the oldest first."""
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for line in lines:
            self._lines.addWidget(_bubble(line))
        self._lines.addStretch(1)
        bar = self._scroll.verticalScrollBar()
        if bar is not None:
            QTimer.singleShot(0, lambda: bar.setValue(bar.maximum()))

    def _on_send(self) -> None:
        text = self._entry.text().strip()
        if text:
            self._entry.setText("")  # `clear` could be undone
            self.send_requested.emit(text)


def _bubble(line: ChatLine) -> QFrame:
    bubble = QFrame()
    bubble.setProperty("card", True)
    restyle(bubble, sunken=line.mine)
    text = label(line.text, wrap=True)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    who = _("You · {state}").format(state=_(_SENT[line.sent])) if line.mine else _("The caller")
    column(
        bubble,
        label(who, role="caption"),
        text,
        space=2,
        margins=(SPACE[1], SPACE[0], SPACE[1], SPACE[0]),
    )
    return bubble
