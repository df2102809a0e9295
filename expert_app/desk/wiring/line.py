# SPDX-License-Identifier: GPL-3.0-only
"""Connects a session's line with what the agent sees of it:
words under the picture, the quality panel.
"""

from __future__ import annotations

from datetime import datetime

from expert_app.desk.app import DeskApp, DeskTrouble
from session.core.clock import Clock
from session.core.errors import RelayUnreachable, SessionError
from session.desk.session import DeskSession
from session.media.line.history import LineDirection
from session.protocol.conversation.line import LineGoverned
from session.protocol.hub.talk_state import is_in
from session.protocol.hub.third_parties import TalkAnswer
from views.desk.window import DeskWindow
from views.media.quality_panel import QualityPanel
from views.words.line import caller_words, own_words


class LineConnections:
    """Follows the line of each session as it opens."""

    def __init__(self, window: DeskWindow, app: DeskApp, *, clock: Clock) -> None:
        self._window = window
        self._app = app
        self.panel = QualityPanel(clock, window)
        self._rules: dict[LineDirection, LineGoverned] = {}
        self._signing: tuple[str, datetime] | None = None
        app.session_opened.connect(self._on_opened)
        app.session_ended.connect(lambda _ended: self.panel.hide())

    def toggle_panel(self) -> None:
        """Show the line in figures and curves, or no longer."""
        self.panel.setVisible(not self.panel.isVisible())
        if self.panel.isVisible():
            self.panel.refresh()

    def _on_opened(self, session: DeskSession) -> None:
        self._rules.clear()
        self._window.call.controls.show_line("")
        self.panel.show_nothing(session.facts.line)
        session.call.failed.connect(self._on_failed)
        line = session.line
        self._window.call.controls.show_sign_language(line.motion)
        line.motion_changed.connect(self._window.call.controls.show_sign_language)
        session.third_parties.changed.connect(lambda answer: self._on_talk(session, answer))
        line.seen.connect(lambda reading: self.panel.show_seen(LineDirection.FROM_CALLER, reading))
        line.peer_seen.connect(
            lambda reading: self.panel.show_seen(LineDirection.TO_CALLER, reading)
        )
        line.peer_governed.connect(lambda rule: self._on_rule(LineDirection.FROM_CALLER, rule))
        line.governed.connect(lambda rule: self._on_rule(LineDirection.TO_CALLER, rule))

    def set_sign_language(self, on: bool) -> None:
        """Let movement go before size, because the caller signs, or no longer."""
        self._window.call.controls.show_sign_language(on)
        if self._app.session is not None:
            self._app.session.line.set_motion(on)

    def _on_talk(self, session: DeskSession, answer: TalkAnswer) -> None:
        """An interpreter comes: the picture is set to sign language. What the agent sets
        afterwards holds.
        """
        third = answer.talk.third
        if (
            third is not None
            and answer.signs
            and is_in(third)
            and (third.user, third.at_utc) != self._signing
        ):
            self._signing = third.user, third.at_utc
            session.line.set_motion(True)

    def _on_failed(self, error: SessionError) -> None:
        """Shows that a relay cannot be reached: a person must mend that; lost calls come back by
        themselves.
        """
        if isinstance(error, RelayUnreachable):
            self._app.troubled.emit(DeskTrouble(error.code, error.detail, "relay"))

    def _on_rule(self, way: LineDirection, rule: LineGoverned) -> None:
        self._rules[way] = rule
        self.panel.show_rule(way, rule)
        theirs, ours = (
            self._rules.get(LineDirection.FROM_CALLER),
            self._rules.get(LineDirection.TO_CALLER),
        )
        self._window.call.controls.show_line(
            caller_words(theirs.step, document=theirs.document, motion=theirs.motion)
            if theirs is not None
            else "",
            own_words(ours.step, document=ours.document, motion=ours.motion)
            if ours is not None
            else "",
        )
