# SPDX-License-Identifier: GPL-3.0-only
"""The end of an agent's shift: the figures of this day, shown to this agent and sent nowhere. Used
by the page between two callers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from resources.texts import _, ngettext
from session.protocol.hub.history import OwnTalksAnswer
from session.protocol.hub.routing import ServiceWork
from views.desk.acts import IdleAct, IdlePress
from views.desk.wrap_up import outcome_words
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
    """The day in some lines, and the way out.

    Args:
        tell: told what the agent does.
    """

    def __init__(self, tell: Callable[[IdleAct], None]) -> None:
        super().__init__("idle_summary", space=SPACE[0], padding=SPACE[3])
        self._lines = label(role="body", name="summary_lines", wrap=True)
        close = push_button(_("Close the desk"), "sign_out", name="summary_close")
        close.clicked.connect(lambda: tell(IdlePress.CLOSE))
        self.body.addWidget(label(_("My day"), "title"))
        self.body.addWidget(self._lines)
        words = _("Only you see these figures: they are sent nowhere and kept nowhere.")
        self.body.addWidget(label(words, "small", wrap=True))
        self.body.addLayout(row(None, close, 0))
        self.hide()

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show the day; without lines it is not over."""
        self._lines.setText("\n".join(lines))
        self.setVisible(bool(lines))
