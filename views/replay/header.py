# SPDX-License-Identifier: GPL-3.0-only
"""The replay's head: which session it is, what it had come to at the moment, and what is to be
known of the log before it is trusted. Used by the replay window.
"""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from resources.texts import N_, _, ngettext
from session.log.events import Writer
from session.log.playback.opened import OpenedLog
from session.log.playback.state import SessionState
from session.protocol.hub.tickets import TicketState
from views.replay.words import END_NAMES
from views.widgets.parts import Chip, ElidedLabel, clock_words, column, label, row
from views.widgets.theme import SPACE
from views.words.counts import filed_words, page_words

NOTICED_SKEW_S = 1.0

_TICKETS = {
    TicketState.WAITING: N_("Waiting"),
    TicketState.OFFERED: N_("Offered"),
    TicketState.IN_SESSION: N_("In conversation"),
    TicketState.WRAP_UP: N_("Wrap-up"),
    TicketState.CLOSED: N_("Closed"),
    TicketState.ABANDONED: N_("Abandoned"),
}


def notes_of(log: OpenedLog) -> list[str]:
    """Return what to know before a log is trusted: clocks that disagreed,
    what is damaged or missing.
    """
    notes = [
        _skew_words(_(END_NAMES[writer]), skew_s)
        for writer, skew_s in log.skew_s.items()
        if abs(skew_s) >= NOTICED_SKEW_S
    ]
    if log.damage.lines:
        notes.append(
            ngettext(
                "Line {line} cannot be read; it is left out.",
                "{count} lines cannot be read, the first is line {line}; they are left out.",
                log.damage.lines,
            ).format(count=log.damage.lines, line=log.damage.first_line)
        )
    if log.damage.cut:
        notes.append(
            _("The file is cut: what follows is missing. Ask for the whole file, or for the log.")
        )
    notes += [
        _missing_words(
            writer, sum(missing.records for missing in log.missing if missing.writer is writer)
        )
        for writer in sorted({missing.writer for missing in log.missing})
    ]
    return notes


def _missing_words(writer: Writer, count: int) -> str:
    words = ngettext(
        "{who}: one event is missing in the log",
        "{who}: {count} events are missing in the log",
        count,
    )
    return words.format(who=_(END_NAMES[writer]), count=count)


def _skew_words(who: str, skew_s: float) -> str:
    length = clock_words(abs(skew_s))
    if skew_s > 0:
        return _("{who}: the clock was {length} ahead; corrected here.").format(
            who=who, length=length
        )
    return _("{who}: the clock was {length} behind; corrected here.").format(who=who, length=length)


class ReplayHeader(QWidget):
    """Title, chips of the state, and notes below."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ElidedLabel("", "large", name="replay_title")
        self._ticket = Chip("replay_ticket")
        self._call = Chip("replay_call")
        self._page = Chip("replay_page")
        self._paper = Chip("replay_paper")
        self._line = Chip("replay_line")
        self._notes = label("", "soft", name="replay_notes", wrap=True)
        self._notes.hide()
        chips = (self._ticket, self._call, self._page, self._paper, self._line)
        head = row(None, self.title, *chips)
        head.setStretch(0, 1)
        column(self, head, self._notes, space=SPACE[0])

    def show_log(self, title: str, log: OpenedLog) -> None:
        """Another log."""
        self.title.setText(title)
        notes = notes_of(log)
        self._notes.setText("  ·  ".join(notes))
        self._notes.setVisible(bool(notes))

    def show_state(self, state: SessionState) -> None:
        """Show what the session had come to."""
        ticket = state.ticket
        self._ticket.show_state(_(_TICKETS[ticket]) if ticket else _("Not started"), "queue")
        call = state.call == "seen"
        self._call.show_state(
            _("Call") if call else _("No call"), "call", "good" if call else "soft"
        )
        self._page.show_state(
            _("Page shared") if state.sharing else _("Page not shared"),
            "see_page",
            "good" if state.sharing else "soft",
        )
        filed = len(state.documents_filed)
        self._paper.show_state(
            f"{page_words(len(state.pages_received))} · {filed_words(filed)}",
            "document",
            "good" if filed else "soft",
        )
        self._line.show_state(_("Line lost"), "disconnected", "bad")
        self._line.setVisible(bool(state.line_lost_by))
