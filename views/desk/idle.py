# SPDX-License-Identifier: GPL-3.0-only
"""The middle of the desk when there is no conversation: how the queue is, and one button.
Used by the desk's window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from resources.texts import _
from session.core.dossier_model import NOTE_LETTERS
from views.desk.acts import (
    AcceptByThemselves,
    DeleteLeftPages,
    DropOwedNote,
    FileLeftPages,
    IdleAct,
    IdlePress,
    WriteOwedNote,
)
from views.widgets.icons import IconLabel
from views.widgets.parts import (
    Card,
    column,
    label,
    push_button,
    row,
    shortcut,
)
from views.widgets.plain_words import CheckBox
from views.widgets.theme import SPACE, text_scale

NOTE_PX = 62
"""Height of a note's field in letters of the usual size."""


class OwedNoteLine(QFrame):
    """A note that is not written yet; a press opens the field for it.

    Args:
        tell: told what the agent does with it.
    """

    def __init__(self, session_id: str, words: str, *, tell: Callable[[IdleAct], None]) -> None:
        super().__init__()
        self._id = session_id
        self._tell = tell
        self._write = push_button(_("Write"), "pen", "quiet", name="owed_note_write")
        self._drop = push_button(_("Without a note"), "", "quiet", name="owed_note_drop")
        self._text = QPlainTextEdit()
        self._text.setObjectName("owed_note_text")
        self._text.setAccessibleName(words)
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(round(NOTE_PX * max(1.0, text_scale())))
        self._keep = push_button(
            _("Keep it in the dossier"), "kept", "primary", name="owed_note_keep"
        )
        for button in (self._write, self._drop, self._keep):
            button.setAccessibleName(f"{button.text()}: {words}")
        self._write.clicked.connect(self._open)
        self._drop.clicked.connect(lambda: tell(DropOwedNote(session_id)))
        self._keep.clicked.connect(self._on_keep)
        self._text.textChanged.connect(self._allow)
        line = row(None, space=SPACE[1])
        line.addWidget(label(words, wrap=True), 1)
        for button in (self._write, self._drop):
            line.addWidget(button)
        column(self, line, self._text, self._keep, space=SPACE[0])
        self._text.hide()
        self._keep.hide()

    def show_failed(self) -> None:
        """It was not taken: it may be tried again."""
        self._allow()

    def _open(self) -> None:
        self._write.hide()
        self._text.show()
        self._keep.show()
        self._allow()
        self._text.setFocus()

    def _allow(self) -> None:
        self._keep.setEnabled(bool(self._text.toPlainText().strip()))

    def _on_keep(self) -> None:
        self._keep.setEnabled(False)
        self._tell(WriteOwedNote(self._id, self._text.toPlainText().strip()[:NOTE_LETTERS]))


class LeftPagesLine(QFrame):
    """Scanned pages that a conversation left behind; deleting is pressed twice.

    Args:
        tell: told what the agent does with them.
    """

    def __init__(self, session_id: str, words: str, *, tell: Callable[[IdleAct], None]) -> None:
        super().__init__()
        self.words = words
        self._tell = tell
        self._sure = False
        self._id = session_id
        self._file = push_button(_("File in its dossier"), "kept", "quiet", name="left_pages_file")
        self._delete = push_button(_("Delete"), "", "quiet", name="left_pages_delete")
        self._name_buttons()
        self._file.clicked.connect(self._on_file)
        self._delete.clicked.connect(self._on_delete)
        line = row(self, space=SPACE[1])
        line.addWidget(label(words, wrap=True), 1)
        for button in (self._file, self._delete):
            line.addWidget(button)

    def show_failed(self) -> None:
        """They were not filed: it may be tried again."""
        self._file.setEnabled(True)

    def _name_buttons(self) -> None:
        for button in (self._file, self._delete):
            button.setAccessibleName(f"{button.text()}: {self.words}")

    def _on_file(self) -> None:
        self._file.setEnabled(False)
        self._tell(FileLeftPages(self._id))

    def _on_delete(self) -> None:
        if self._sure:
            self._tell(DeleteLeftPages(self._id))
            return
        self._sure = True
        self._delete.setText(_("Delete for good"))
        self._name_buttons()


class OpenWorkCard(Card):
    """The work that this agent has not finished, a line each.

    Args:
        tell: told what the agent does with it.
    """

    def __init__(self, tell: Callable[[IdleAct], None]) -> None:
        super().__init__("idle_work", space=SPACE[0], padding=SPACE[2])
        self._tell = tell
        self.body.addWidget(label(_("My open work"), "caption"))
        self._lines = label(role="body", name="idle_work_lines", wrap=True)
        self._lines.setMinimumWidth(360)
        self.body.addWidget(self._lines)
        self.notes: dict[str, OwedNoteLine] = {}
        self.pages: dict[str, LeftPagesLine] = {}
        self.hide()

    def show_lines(self, lines: Sequence[str]) -> None:
        """Shows the lines; without any and without a note there is no card."""
        self._lines.setText("\n".join(lines))
        self._lines.setVisible(bool(lines))
        self._show_itself()

    def show_notes(self, owed: Mapping[str, str]) -> None:
        """Shows the notes that are owed, words by session."""
        for gone in set(self.notes) - set(owed):
            line = self.notes.pop(gone)
            line.hide()
            line.deleteLater()
        fresh = {
            session_id: OwedNoteLine(session_id, owed[session_id], tell=self._tell)
            for session_id in owed
            if session_id not in self.notes
        }
        self.notes |= fresh
        for line in fresh.values():
            self.body.addWidget(line)
        self._show_itself()

    def show_pages(self, left: Mapping[str, str]) -> None:
        """Shows pages that were left behind, words by session."""
        for session_id, line in list(self.pages.items()):
            if left.get(session_id) != line.words:
                del self.pages[session_id]
                line.hide()
                line.deleteLater()
        fresh = {
            session_id: LeftPagesLine(session_id, words, tell=self._tell)
            for session_id, words in left.items()
            if session_id not in self.pages
        }
        self.pages |= fresh
        for line in fresh.values():
            self.body.addWidget(line)
        self._show_itself()

    def _show_itself(self) -> None:
        self.setVisible(bool(self._lines.text() or self.notes or self.pages))


class IdlePage(QWidget):
    """A summary of the queue.

    Signals:
        acted(object): what the agent does, an `IdleAct`.

    Attributes:
        work: what this agent has not finished.
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("idle_page")
        self.setAccessibleName(_("Between two conversations"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._available = True
        self._connected = False
        self._refused = False
        self._silent = False
        self._waiting = 0
        self._next = ("", "")
        self._offered = self._accepting = False
        self._icon = IconLabel("available", "good", size_px=44)
        self._title = label(role="large", name="idle_title")
        self._words = label(role="soft", name="idle_words", wrap=True)
        for words in (self._title, self._words):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._accept = push_button(
            _("Accept the next caller"), "accept", "primary", name="idle_accept", keys="F2"
        )
        self._accept.clicked.connect(lambda: self.acted.emit(IdlePress.ACCEPT_NEXT))
        self._back = push_button(_("I am available"), "available", "primary", name="idle_available")
        self._back.clicked.connect(lambda: self.acted.emit(IdlePress.END_PAUSE))
        self._by_itself = CheckBox(_("Accept callers offered to me by itself, after 3 seconds"))
        self._by_itself.setObjectName("idle_by_itself")
        self._by_itself.toggled.connect(lambda on: self.acted.emit(AcceptByThemselves(on)))
        self._by_itself.hide()
        self._look = push_button(
            _("Look at the dossier first"), "preview", "quiet", name="idle_preview", keys="Ctrl+F2"
        )
        self._look.clicked.connect(lambda: self.acted.emit(IdlePress.PREVIEW))
        shortcut("Ctrl+F2", self._look, self)
        self._seen = label(role="body", name="idle_seen", wrap=True)
        self._seen.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._seen.hide()
        self.work = OpenWorkCard(self.acted.emit)
        self._build()
        self._show()

    def show_by_itself(self, offers: bool, chosen: bool) -> None:
        """Show whether callers are offered to this agent, and what the agent chose for them."""
        self._by_itself.setVisible(offers)
        self._by_itself.blockSignals(True)
        self._by_itself.setChecked(chosen)
        self._by_itself.blockSignals(False)

    def show_preview(self, words: str) -> None:
        """Show what is known of the caller who is next; "" for nothing."""
        self._seen.setText(words)
        self._seen.setVisible(bool(words))

    def show_pages_failed(self) -> None:
        """They were not filed."""
        for line in self.work.pages.values():
            line.show_failed()

    def show_note_failed(self, session_id: str) -> None:
        """A note was not taken."""
        line = self.work.notes.get(session_id)
        if line is not None:
            line.show_failed()

    def show_summary(self, waiting: int, number: str, whence: str) -> None:
        """Show how many wait; of the next one the number, and service and site in words."""
        if (number, whence) != self._next:
            self.show_preview("")
        self._waiting = waiting
        self._next = (number, whence)
        self._show()

    def show_offered(self, offered: bool) -> None:
        """Show whether a caller is offered to this agent:
        then nobody else is to be accepted here.
        """
        self._offered = offered
        self._show()

    def show_accepting(self, accepting: bool) -> None:
        """True from the agent's acceptance until the caller is here, or was not to be had."""
        self._accepting = accepting
        self._show()

    def show_state(self, available: bool, connected: bool, silent: bool = False) -> None:
        """Show whether the agent is available, whether the hub answers,
        and whether an offer was left unanswered.
        """
        self._available = available
        self._connected = connected
        self._silent = silent
        self._refused = self._refused and not connected
        self._show()

    def show_access_refused(self) -> None:
        """The network no longer knows this computer; this stays until it lets it in again."""
        self._refused = True
        self._show()

    def take_keyboard(self) -> bool:
        """The keyboard goes to what an agent does next here; False when there is nothing to do."""
        for button in (self._accept, self._back):
            if button.isVisible() and button.isEnabled():
                button.setFocus()
                return True
        return False

    def _build(self) -> None:
        box = column(self, space=SPACE[2])
        box.addStretch(2)
        for part in (self._icon, self._title):
            box.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addWidget(self._words)  # over the whole width: a sentence may need two lines
        for below in (self._accept, self._look, self._back, self._by_itself, self.work):
            box.addWidget(below, 0, Qt.AlignmentFlag.AlignHCenter)
        box.insertWidget(box.indexOf(self._look) + 1, self._seen)
        box.insertSpacing(box.indexOf(self._accept), SPACE[1])
        box.addStretch(3)

    def _show(self) -> None:
        if self._refused:
            look = (
                "warning",
                "bad",
                _("Access withdrawn"),
                _(
                    "This computer may no longer take callers. Ask your administrator for a new "
                    "invitation."
                ),
            )
        elif not self._connected:
            look = (
                "retry",
                "warn",
                _("Connection lost"),
                _("The program keeps trying. Callers keep their place in the queue."),
            )
        elif self._silent:
            look = (
                "wait_long",
                "bad",
                _("You did not answer a call"),
                _("It went to a colleague. Say that you are back to get callers again."),
            )
        elif not self._available:
            look = (
                "paused",
                "warn",
                _("You are paused"),
                _("New callers do not ring here. They ring at your colleagues' desks."),
            )
        elif self._offered:
            words = _("Accept or decline above.")
            look = ("bell", "accent", _("A caller is offered to you"), words)
        elif self._accepting:
            words = _("The conversation opens in a moment.")
            look = ("bell", "accent", _("The caller is being connected"), words)
        elif self._waiting:
            number, whence = self._next
            look = ("available", "good", _("Next: {ticket}").format(ticket=number), whence)
        else:
            look = ("available", "good", _("Nobody is waiting"), _("The next caller will ring."))
        icon_name, tone, title, words = look
        self._icon.set_icon(icon_name, tone)
        self._title.setText(title)
        self._words.setText(words)
        self._accept.setVisible(self._available and not (self._offered or self._accepting))
        self._accept.setEnabled(self._connected and self._waiting > 0)
        looks = self._available and self._connected and self._waiting > 0
        self._look.setVisible(looks and not (self._offered or self._accepting))
        self._back.setText(_("I am back") if self._silent else _("I am available"))
        self._back.setVisible(not self._available)
