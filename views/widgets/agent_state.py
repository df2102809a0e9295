# SPDX-License-Identifier: GPL-3.0-only
"""The button on top of the desk that shows this agent's state; a press (F3) offers to pause with a
reason, to be available again, or to ask a supervisor for help.
"""

from __future__ import annotations

from msgspec import Struct
from PyQt6.QtCore import QPoint, Qt, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenu, QPushButton

from resources.texts import N_, _
from session.protocol.hub.board import SHIFT_CHECK, AgentState
from views.widgets.icons import icon
from views.widgets.parts import name_button, restyle
from views.widgets.plain_words import PlainFace, face_words
from views.widgets.theme import size_icons

NOT_RESPONDING = "not_responding"
"""Reason code of an agent who did not answer an offer; only the hub gives it."""

DESK_CLOSED = "desk_closed"
"""Reason code of an agent whose program was closed; no caller is offered to such a desk."""

PAUSE = "break"
"""Why an agent pauses who finishes a conversation and then pauses, in one press."""

SHIFT_END = "shift_end"
"""Why an agent takes no more callers today."""

PAUSES: tuple[tuple[str, str], ...] = (
    ("", N_("Reason: not said")),
    ("break", N_("Break")),
    ("training", N_("Training")),
    ("back_office", N_("Files and letters")),
    ("meeting", N_("Meeting")),
    ("technical", N_("Technical problem")),
    (SHIFT_END, N_("End of my shift")),
)
"""Why an agent pauses: code for the supervisors, words."""

PAUSE_MINUTES = (10, 20, 30, 60)
"""How long a pause may be that is chosen with one press."""

HELP_REASONS: tuple[tuple[str, str], ...] = (
    ("advice", N_("A question on a rule")),
    ("decision", N_("A decision that is not mine")),
    ("difficult", N_("A difficult conversation")),
    ("technical", N_("A technical problem")),
)
"""Why an agent asks a supervisor for help: code and words."""


AGENT_DOING: dict[AgentState, tuple[str, str]] = {
    AgentState.AVAILABLE: (N_("available"), "available"),
    AgentState.PAUSED: (N_("paused"), "paused"),
    AgentState.IN_SESSION: (N_("in conversation"), "call"),
    AgentState.WRAP_UP: (N_("wrap-up"), "wrap_up"),
    AgentState.TRAINING: (N_("in training"), "paused"),
    AgentState.NOT_RESPONDING: (N_("does not answer"), "wait_long"),
    AgentState.OFFLINE: (N_("absent"), "disconnected"),
}
"""What a colleague does: words and icon."""


def help_words(reason: str) -> str:
    """A reason in words; one of a newer desk as it is."""
    words = dict(HELP_REASONS).get(reason, "")
    if words:
        return _(words)
    return reason


def _in_sentence(words: str) -> str:
    return words[:1].lower() + words[1:]


def _pause_words(code: str, words: str) -> str:
    """Return how a pause is offered; the end of the shift is none."""
    if not code:
        return _("Pause")
    if code == SHIFT_END:
        return _(words)
    return _("Pause: {reason}").format(reason=_in_sentence(_(words)))


StateStyle = tuple[str, str, str]
"""Words, icon and tone."""


def state_style(available: bool, reason: str) -> StateStyle:
    """Return how a chosen state looks."""
    if available:
        return _("Available"), "available", "good"
    if reason == NOT_RESPONDING:
        return _("Not responding"), "wait_long", "bad"
    if reason == SHIFT_CHECK:
        return _("Not available yet"), "paused", "warn"
    if reason:
        words = dict(PAUSES).get(reason, "")
    else:
        words = ""
    return (
        (_("Paused · {reason}").format(reason=_(words)) if words else _("Paused")),
        "paused",
        "warn",
    )


class ChooseOwnState(Struct, frozen=True):
    """The agent is available, or pauses for this reason ("" when none was chosen), for so many
    minutes (0: without an end).
    """

    available: bool
    reason: str
    minutes: int = 0


class AskSupervisor(Struct, frozen=True):
    """Ask a supervisor for help, for this reason; "" no longer."""

    reason: str


class StateButton(PlainFace, QPushButton):
    """The state in words, with an icon; a menu with the others.

    Signals:
        acted(object): `ChooseOwnState` or `AskSupervisor`.
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("header_state")
        size_icons(self, 19, 15)
        self._menu = QMenu(self)
        self._menu.setObjectName("header_state_menu")
        self._menu.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self._add(_("Available"), "available", ChooseOwnState(True, ""))
        self._menu.addSeparator()
        for minutes in PAUSE_MINUTES:
            words = _("Break of {minutes} min").format(minutes=minutes)
            self._add(words, "paused", ChooseOwnState(False, PAUSE, minutes))
        for code, words in PAUSES:
            self._add(_pause_words(code, words), "paused", ChooseOwnState(False, code))
        self._menu.addSeparator()
        for code, words in HELP_REASONS:
            self._add_help(
                code, _("Ask the supervisor: {reason}").format(reason=_in_sentence(_(words)))
            )
        self._no_help = self._add_help("", _("I no longer need the supervisor"))
        self.show_help("")
        self.clicked.connect(self.open_choices)
        self.show_state(_("Available"), "available", "good")

    def show_state(self, text: str, icon_name: str, tone: str) -> None:
        """Changes words, icon and tone ("accent", "good", "warn" or "bad")."""
        self.setText(text)
        self.setIcon(icon(icon_name, tone))
        name_button(self, _("My state: {state}").format(state=text), "F3")
        restyle(self, tone=tone)

    def show_help(self, reason: str) -> None:
        """Show what a supervisor is asked for; "" for nothing."""
        self._no_help.setVisible(bool(reason))

    def open_choices(self) -> None:
        """Shows the states, for mouse or arrow keys."""
        self._menu.popup(self.mapToGlobal(QPoint(0, self.height())))
        self._menu.setActiveAction(self._menu.actions()[0])

    def _add(self, words: str, icon_name: str, act: ChooseOwnState) -> None:
        action = self._menu.addAction(icon(icon_name, "soft"), face_words(words))
        assert action is not None  # Qt gives one for each text
        state = "available" if act.available else act.reason or "paused"
        action.setObjectName(f"state_{state}{act.minutes or ''}")
        action.triggered.connect(lambda: self.acted.emit(act))

    def _add_help(self, code: str, words: str) -> QAction:
        action = self._menu.addAction(icon("bell", "soft"), face_words(words))
        assert action is not None  # Qt gives one for each text
        action.setObjectName(f"supervisor_{code or 'no_more'}")
        action.triggered.connect(lambda: self.acted.emit(AskSupervisor(code)))
        return action
