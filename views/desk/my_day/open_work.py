# SPDX-License-Identifier: GPL-3.0-only
"""The work that this agent has not finished, a row each with what can be done about it.
Used by the page between two callers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from typing import NamedTuple

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QFrame, QMenu, QPlainTextEdit, QPushButton

from resources.texts import _
from session.core.dossier_model import NOTE_LETTERS, OwnNote, OwnPaper, OwnWork
from views.desk.acts import (
    BookAgain,
    CorrectOutcome,
    DeleteLeftPages,
    DropOwedNote,
    FileLeftPages,
    IdleAct,
    MakePromisedCall,
    SettleUntold,
    TakeBackNote,
    TakeBackPaper,
    WriteOfDossier,
    WriteOwedNote,
)
from views.widgets.parts import Card, column, label, name_widget, push_button, row
from views.widgets.plain_words import face_words
from views.widgets.theme import SPACE, text_scale

NOTE_PX = 62
"""Height of a note's field in letters of the usual size."""

WORDS_PX = 290
"""Width that a row's words need beside its buttons, in letters of the usual size."""

MENU_LETTERS = 40
"""Of a note or a document's name in a menu."""

MOST_ROWS = 50
"""So much work has a row at first, and so much more with each press."""


class WorkKind(Enum):
    """What is to be done. Of `UNSENT` and `APPOINTMENT` the agent only knows, `TALK` is done."""

    CALL = "call"
    PAGES = "pages"
    NOTE = "note"
    DOSSIER = "dossier"
    UNSENT = "unsent"
    TALK = "talk"
    APPOINTMENT = "appointment"
    MISSED = "missed"
    UNTOLD = "untold"


class OpenWork(NamedTuple):
    """A piece of work; `id` is that of its ticket (`CALL`), session (`PAGES`, `NOTE`, `TALK`),
    appointment or dossier.
    `choices`: the outcomes, code and words, that a talk may still be given instead; `own`: what
    its agent wrote and filed in it, and may still take back.
    """

    kind: WorkKind
    id: str
    title: str
    detail: str
    choices: tuple[tuple[str, str], ...] = ()
    own: OwnWork = OwnWork()


class WorkRow(QFrame):
    """Title, one line of detail, and at most two buttons.

    Args:
        buttons: what can be done.
    """

    def __init__(self, work: OpenWork, *buttons: QPushButton) -> None:
        super().__init__()
        self.work = work
        self.setObjectName(f"work_{work.kind.value}")
        self.setAccessibleName(f"{work.title}, {work.detail}")
        self._buttons = buttons
        title = label(work.title, "strong", "work_title", wrap=True)
        detail = label(work.detail, "small", "work_detail", wrap=True)
        self.line = row(None, space=SPACE[1])
        self.line.addLayout(column(None, title, detail, space=0), 1)
        self.line.addLayout(row(None, *buttons, 0, space=SPACE[1]))
        self.body = column(self, self.line, space=SPACE[0], margins=(0, SPACE[1], 0, SPACE[1]))
        self.name_buttons()

    def name_buttons(self) -> None:
        """A screen reader hears of each button what it is about."""
        for button in self._buttons:
            button.setAccessibleName(f"{button.text()}: {self.work.title}, {self.work.detail}")

    def show_failed(self) -> None:
        """It was not done: it may be tried again."""
        for button in self._buttons:
            button.setEnabled(True)

    def is_open(self) -> bool:
        """True while something is written or confirmed in it that was not sent yet."""
        return False

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Where the words have no room beside the buttons, these stand below."""
        super().resizeEvent(event)
        taken_px = sum(button.sizeHint().width() for button in self._buttons)
        if self.width() - taken_px < WORDS_PX * max(1.0, text_scale()):
            self.line.setDirection(QBoxLayout.Direction.TopToBottom)
        else:
            self.line.setDirection(QBoxLayout.Direction.LeftToRight)


class PromisedCallRow(WorkRow):
    """A caller whom the agent has promised to call."""

    def __init__(self, work: OpenWork, tell: Callable[[IdleAct], None]) -> None:
        call = push_button(_("Call now"), "call", name="promised_call")
        super().__init__(work, call)
        call.clicked.connect(lambda: call.setEnabled(False))
        call.clicked.connect(lambda: tell(MakePromisedCall(work.id)))


class OwedNoteRow(WorkRow):
    """A note that is not written yet; a press opens the field for it."""

    def __init__(self, work: OpenWork, tell: Callable[[IdleAct], None]) -> None:
        self._tell = tell
        self._write = push_button(_("Write"), "pen", name="owed_note_write")
        drop = push_button(_("Without a note"), "", "quiet", name="owed_note_drop")
        super().__init__(work, self._write, drop)
        self._text = _text_field("owed_note_text", f"{work.title}, {work.detail}")
        self._keep = push_button(
            _("Keep it in the dossier"), "kept", "primary", name="owed_note_keep"
        )
        self._keep.setAccessibleName(f"{self._keep.text()}: {work.detail}")
        self._write.clicked.connect(self._open)
        drop.clicked.connect(lambda: tell(DropOwedNote(work.id)))
        self._keep.clicked.connect(self._on_keep)
        self._text.textChanged.connect(self._allow)
        for part in (self._text, self._keep):
            self.body.addWidget(part)
            part.hide()

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
        self._tell(WriteOwedNote(self.work.id, self._text.toPlainText().strip()[:NOTE_LETTERS]))


class TalkRow(WorkRow):
    """A conversation of today; for some minutes another outcome may be chosen, and its agent's note
    or documents be taken back: what that means is said before it is done.
    """

    def __init__(self, work: OpenWork, tell: Callable[[IdleAct], None]) -> None:
        self._tell = tell
        self._act: Callable[[], IdleAct] | None = None
        self._sent = False
        own, words = work.own, _("Correct the outcome")
        has_own = bool(own.notes or own.papers)
        if has_own:
            words = _("Correct")
        correct = push_button(words, "undo", "quiet", name="talk_correct")
        super().__init__(work, *((correct,) if has_own or work.choices else ()))
        menu = outcomes = QMenu(self)
        if has_own:
            outcomes = _submenu(menu, _("Outcome"))
        outcomes.setObjectName("talk_outcomes")
        for code, outcome in work.choices:
            change = partial(tell, CorrectOutcome(work.id, code))
            _entry(outcomes, f"outcome_{code}", outcome, change)
        outcomes.setEnabled(bool(work.choices))
        for note in own.notes:
            words = _("Note: {text}").format(text=_short(note.text))
            self._add_note(_submenu(menu, words, f"talk_note_{note.id}"), note)
        for paper in own.papers:
            self._add_paper(_submenu(menu, _short(paper.name), f"talk_paper_{paper.id}"), paper)
        correct.setMenu(menu)
        self._add_confirmation()

    def is_open(self) -> bool:
        """True while the agent reads or writes before it is sent."""
        return self._act is not None and not self._sent

    def show_failed(self) -> None:
        """It was not taken: it may be tried again."""
        super().show_failed()
        self._sent = False
        self._allow()

    def _add_note(self, menu: QMenu, note: OwnNote) -> None:
        what = _("The dossier shows that a note was withdrawn, and its text to nobody any more.")
        act = TakeBackNote(self.work.id, note.id)
        _entry(menu, "note_correct", _("Correct the note"), partial(self._write, note))
        withdraw = _("Withdraw the note")
        _entry(menu, "note_withdraw", withdraw, partial(self._confirm, what, withdraw, act))

    def _add_paper(self, menu: QMenu, paper: OwnPaper) -> None:
        wrong_dossier, wrong_piece = _("Filed in the wrong dossier"), _("Filed as the wrong piece")
        out = _("Take it out of the dossier")
        what = _(
            "“{name}” leaves the dossier, and its piece is missing again. A receipt that was "
            "printed says otherwise: tell the caller."
        ).format(name=paper.name)
        for name, reason in (
            ("paper_wrong", wrong_dossier),
            ("paper_out", _("Filed by mistake")),
        ):
            act = TakeBackPaper(self.work.id, paper.id, reason)
            words = _("{reason}: take it out").format(reason=reason)
            _entry(menu, name, words, partial(self._confirm, what, out, act))
        menu.addSeparator()
        for place in self.work.own.places:
            if (place.dossier, place.piece_id) != (paper.dossier, paper.piece_id):
                words, reason = place.name or _("as another document"), wrong_piece
                if place.dossier != paper.dossier:
                    number, reason = place.dossier, wrong_dossier
                    words = _("Dossier {number}: {piece}").format(number=number, piece=words)
                what = _(
                    "“{name}” is filed elsewhere: {place}. A receipt that was printed says "
                    "otherwise: tell the caller."
                ).format(name=paper.name, place=words)
                act = TakeBackPaper(self.work.id, paper.id, reason, place.dossier, place.piece_id)
                move = partial(self._confirm, what, _("File it there"), act)
                _entry(menu, f"paper_to_{place.piece_id}", words, move)

    def _add_confirmation(self) -> None:
        self._what = label(role="small", name="talk_what", wrap=True)
        self._text = _text_field("talk_note", _("The corrected note"))
        self._do = push_button("", "undo", "primary", name="talk_do")
        self._leave = push_button(_("Leave it as it is"), "", "quiet", name="talk_leave")
        self._do.clicked.connect(self._on_do)
        self._leave.clicked.connect(self._close)
        self._text.textChanged.connect(self._allow)
        self.body.addWidget(self._what)
        self.body.addWidget(self._text)
        self.body.addLayout(row(None, self._do, self._leave, 0, space=SPACE[1]))
        self._close()

    def _confirm(self, what: str, words: str, act: IdleAct) -> None:
        """Say what happens; the second press does it."""
        self._open(what, words, lambda: act)
        self._text.hide()
        self._leave.setFocus()

    def _write(self, note: OwnNote) -> None:
        what = _("The dossier shows the corrected note, and that an earlier one was withdrawn.")
        self._text.setPlainText(note.text)
        self._open(
            what,
            _("Keep it in the dossier"),
            lambda: TakeBackNote(
                self.work.id, note.id, self._text.toPlainText().strip()[:NOTE_LETTERS]
            ),
        )
        self._text.show()
        self._text.setFocus()
        self._allow()

    def _open(self, what: str, words: str, act: Callable[[], IdleAct]) -> None:
        self._act = act
        self._sent = False
        self._what.setText(what)
        self._do.setText(words)
        self._do.setAccessibleName(f"{words}: {what}")
        self._do.setEnabled(True)
        for part in (self._what, self._do, self._leave):
            part.show()

    def _close(self) -> None:
        self._act = None
        for part in (self._what, self._text, self._do, self._leave):
            part.hide()

    def _allow(self) -> None:
        has_words = bool(self._text.toPlainText().strip())
        self._do.setEnabled(self._text.isHidden() or has_words)

    def _on_do(self) -> None:
        if self._act is not None:
            self._sent = True
            self._do.setEnabled(False)
            self._tell(self._act())


def _short(text: str) -> str:
    words = " ".join(text.split())
    if len(words) > MENU_LETTERS:
        return f"{words[:MENU_LETTERS]}…"
    return words


def _submenu(menu: QMenu, words: str, name: str = "") -> QMenu:
    made = menu.addMenu(face_words(words))
    assert made is not None  # Qt gives one for each text
    made.setObjectName(name)
    return made


def _entry(menu: QMenu, name: str, words: str, do: Callable[[], None]) -> None:
    action = menu.addAction(face_words(words))
    assert action is not None  # Qt gives one for each text
    action.setObjectName(name)
    action.triggered.connect(lambda _checked: do())


def _text_field(name: str, spoken: str) -> QPlainTextEdit:
    field = QPlainTextEdit()
    field.setObjectName(name)
    field.setAccessibleName(spoken)
    field.setTabChangesFocus(True)
    field.setFixedHeight(round(NOTE_PX * max(1.0, text_scale())))
    return field


class LeftPagesRow(WorkRow):
    """Scanned pages that a conversation left behind; deleting is pressed twice."""

    def __init__(self, work: OpenWork, tell: Callable[[IdleAct], None]) -> None:
        self._tell = tell
        self._sure = False
        file = push_button(_("File in its dossier"), "kept", name="left_pages_file")
        self._delete = push_button(_("Delete"), "", "quiet", name="left_pages_delete")
        super().__init__(work, file, self._delete)
        file.clicked.connect(lambda: file.setEnabled(False))
        file.clicked.connect(lambda: tell(FileLeftPages(work.id)))
        self._delete.clicked.connect(self._on_delete)

    def _on_delete(self) -> None:
        if self._sure:
            self._tell(DeleteLeftPages(self.work.id))
            return
        self._sure = True
        self._delete.setText(_("Delete for good"))
        self.name_buttons()


class ProvisionalDossierRow(WorkRow):
    """A dossier that waits for a supervisor, who can be asked for it."""

    def __init__(self, work: OpenWork, tell: Callable[[IdleAct], None]) -> None:
        write = push_button(_("Write to a supervisor"), "written", name="provisional_write")
        super().__init__(work, write)
        write.clicked.connect(lambda: tell(WriteOfDossier(work.id)))


class MissedAppointmentRow(WorkRow):
    """A person who did not come."""

    def __init__(self, work: OpenWork, tell: Callable[[IdleAct], None]) -> None:
        again = push_button(_("New appointment"), "appointment", name="missed_again")
        drop = push_button(_("Nothing more to do"), "", "quiet", name="missed_drop")
        super().__init__(work, again, drop)
        again.clicked.connect(lambda: tell(BookAgain(work.id)))
        drop.clicked.connect(lambda: tell(SettleUntold(work.id)))


class UntoldAppointmentRow(WorkRow):
    """A person whom no message reached."""

    def __init__(self, work: OpenWork, tell: Callable[[IdleAct], None]) -> None:
        told = push_button(_("The person knows"), "allowed", name="untold_settled")
        super().__init__(work, told)
        told.clicked.connect(lambda: tell(SettleUntold(work.id)))


_ROWS: dict[WorkKind, Callable[[OpenWork, Callable[[IdleAct], None]], WorkRow]] = {
    WorkKind.CALL: PromisedCallRow,
    WorkKind.NOTE: OwedNoteRow,
    WorkKind.PAGES: LeftPagesRow,
    WorkKind.TALK: TalkRow,
    WorkKind.DOSSIER: ProvisionalDossierRow,
    WorkKind.MISSED: MissedAppointmentRow,
    WorkKind.UNTOLD: UntoldAppointmentRow,
}


class WorkCard(Card):
    """Pieces of work, a row each.

    Args:
        heading: with `count` in it.
        empty: said where there is none.
        tell: told what the agent does with them.
    """

    def __init__(
        self, name: str, heading: str, *, empty: str, tell: Callable[[IdleAct], None]
    ) -> None:
        super().__init__(name, space=SPACE[0], padding=SPACE[3])
        self._heading = heading
        self._tell = tell
        self._work: Sequence[OpenWork] = ()
        self._total = 0
        self._most = MOST_ROWS
        self._rows: dict[tuple[WorkKind, str], WorkRow] = {}
        self._count = label(role="title", name=f"{name}_count")
        self._empty = label(empty, "soft", f"{name}_empty", wrap=True)
        self._box = column(None, space=0)
        self._more = push_button("", "down", "quiet", name=f"{name}_more")
        self._more.clicked.connect(self._on_more)
        self.body.addWidget(self._count)
        self.body.addWidget(self._empty)
        self.body.addLayout(self._box)
        self.body.addWidget(self._more)
        self.show_work(())

    def show_work(self, work: Sequence[OpenWork], total: int = 0) -> None:
        """Show the work in this order. What is typed stays.
        `total`: how much there is, if more than this.
        """
        self._work, self._total = work, total
        shown = {(piece.kind, piece.id): piece for piece in work[: self._most]}
        for key, old in list(self._rows.items()):
            if shown.get(key) != old.work and not (key in shown and old.is_open()):
                del self._rows[key]
                old.hide()
                old.deleteLater()
        for place, (key, piece) in enumerate(shown.items()):
            line = self._rows.get(key)
            if line is None:
                line = self._rows[key] = self._row(piece)
            if self._box.indexOf(line) != place:
                self._box.insertWidget(place, line)
                line.show()
        heading = self._heading.format(count=max(total, len(work)))
        self._count.setText(heading)
        name_widget(self, heading)
        self._empty.setVisible(not work)
        beyond = len(work) - len(shown)
        self._more.setVisible(beyond > 0)
        self._more.setText(_("{count} more: show some of them").format(count=beyond))

    def show_failed(self, kind: WorkKind, work_id: str = "") -> None:
        """What was asked of work of this kind was not done; of all where no id is given."""
        for line in self._rows.values():
            if line.work.kind is kind and work_id in ("", line.work.id):
                line.show_failed()

    def _row(self, work: OpenWork) -> WorkRow:
        made = _ROWS.get(work.kind)
        if made is None:
            return WorkRow(work)
        return made(work, self._tell)

    def _on_more(self) -> None:
        self._most += MOST_ROWS
        self.show_work(self._work, self._total)
