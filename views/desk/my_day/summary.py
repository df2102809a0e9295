# SPDX-License-Identifier: GPL-3.0-only
"""The end of an agent's shift, or of its window: the figures of this day, shown to this agent and
sent nowhere, and what is not finished. Used by the page between two callers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent

from resources.texts import _, ngettext
from session.protocol.hub.history import OwnTalksAnswer
from session.protocol.hub.routing import ServiceWork
from views.desk.acts import IdleAct, IdlePress
from views.desk.wrap_up import outcome_words
from views.widgets.announcer import announce
from views.widgets.dossier.in_sight import InSight
from views.widgets.parts import Card, label, push_button, row
from views.widgets.theme import SPACE
from views.words.counts import filed_words
from views.words.waits import minutes_words


def day_lines(answer: OwnTalksAnswer, work_of: Callable[[str], ServiceWork | None]) -> list[str]:
    """Return this day in words: conversations, their outcomes, documents."""
    talks = answer.talks
    total = max(answer.total, len(talks))
    lines = [ngettext("One conversation", "{count} conversations", total).format(count=total)]
    if answer.total > len(talks):
        lines.append(_("Of these, the last {count}:").format(count=len(talks)))
    if talks:
        talked_s = sum(talk.talked_s for talk in talks)
        lines.append(_("Time with callers: {time}").format(time=minutes_words(talked_s)))
    outcomes = Counter(outcome_words(talk.outcome, work_of(talk.service)) for talk in talks)
    lines += [f"{words} : {count}" for words, count in outcomes.most_common() if words]
    if filed := sum(talk.filed for talk in talks):
        lines.append(filed_words(filed))
    return lines


class SummaryCard(Card):
    """The day in some lines, what is not finished, and the way out: shown at the end of the shift,
    and once when the window is to be closed after conversations.

    Args:
        tell: told what the agent does.
    """

    def __init__(self, tell: Callable[[IdleAct], None]) -> None:
        super().__init__("idle_summary", space=SPACE[0], padding=SPACE[3])
        self._has_talks = self._is_over = self._is_asked = False
        self._lines = label(role="body", name="summary_lines", wrap=True)
        self._left = label(role="strong", name="summary_left", wrap=True)
        self._close = push_button(_("Close the desk"), "sign_out", "primary", name="summary_close")
        self._close.clicked.connect(lambda: tell(IdlePress.CLOSE))
        self._stay = push_button(_("Stay"), name="summary_stay")
        self._stay.clicked.connect(self.dismiss)
        self.body.addWidget(label(_("My day"), "title"))
        self.body.addWidget(self._lines)
        self.body.addWidget(self._left)
        words = _("Only you see these figures: they are sent nowhere and kept nowhere.")
        self.body.addWidget(label(words, "small", wrap=True))
        self.body.addLayout(row(None, self._close, self._stay, 0))
        self._in_sight = InSight(self)
        self.hide()

    def show_day(self, lines: Sequence[str], unfinished: int, *, has_talks: bool) -> None:
        """Takes the day as it is now, and how much of its work is listed below as not finished.
        `has_talks`: somebody was spoken with.
        """
        self._has_talks = has_talks
        self._lines.setText("\n".join(lines))
        words = ngettext(
            "One thing is not finished: it is listed below.",
            "{count} things are not finished: they are listed below.",
            unfinished,
        )
        self._left.setText(words.format(count=unfinished))
        self._left.setVisible(bool(unfinished))

    def show_over(self, is_over: bool) -> None:
        """Shows whether the shift is over: the day stays in sight then."""
        self._is_over = is_over
        self._show()

    def ask(self) -> bool:
        """Shows the day before the window is closed. False where it is in sight already, or nobody
        was spoken with: the window is closed.
        """
        if self._is_over or self._is_asked or not self._has_talks:
            return False
        self._is_asked = True
        self._show()
        self._close.setFocus()
        self._in_sight.follow(self)
        words = self._lines.text().replace("\n", ". ")
        if not self._left.isHidden():
            words = f"{words}. {self._left.text()}"
        announce(self, words)
        return True

    def skip(self) -> None:
        """Nobody is to be asked: the computer's own session ends."""
        self._is_over = True

    def dismiss(self) -> None:
        """The desk stays open: it is asked again when it is to be closed."""
        self._is_asked = False
        self._show()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape stays."""
        if event is not None and event.key() == Qt.Key.Key_Escape and self._is_asked:
            self.dismiss()
            return
        super().keyPressEvent(event)

    def _show(self) -> None:
        self._stay.setVisible(not self._is_over)
        self.setVisible(self._is_over or self._is_asked)
