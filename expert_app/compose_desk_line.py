# SPDX-License-Identifier: GPL-3.0-only
"""Connects a session's line with what the agent sees of it: words under the picture, the quality panel. For compose."""

from __future__ import annotations

from expert_app.desk import DeskApp
from expert_app.desk_facts import Trouble
from expert_app.facts import Facts
from session.clock import Clock
from session.desk.live import DeskSession
from session.errors import RelayUnreachable, SessionError
from session.media.line_history import Way
from session.protocol.line_messages import LineGoverned, LineSeen
from views.desk_window import DeskWindow
from views.line_words import caller_words, own_words
from views.quality_panel import QualityPanel


class LineConnections:
    """Follows the line of each session as it opens."""

    def __init__(self, window: DeskWindow, app: DeskApp, clock: Clock, facts: Facts) -> None:
        self._window, self._app, self._facts = window, app, facts
        self.panel = QualityPanel(clock, window)
        self._rules: dict[Way, LineGoverned] = {}
        window.call.quality_requested.connect(self._toggle)
        app.session_opened.connect(self._on_opened)
        app.session_ended.connect(lambda _ended: self.panel.hide())

    def _toggle(self) -> None:
        self.panel.setVisible(not self.panel.isVisible())
        if self.panel.isVisible():
            self.panel.refresh()

    def _on_opened(self, session: DeskSession) -> None:
        self._rules.clear()
        self._window.call.show_line("")
        self.panel.show_nothing(session.facts.line)
        session.call.failed.connect(self._on_failed)
        line = session.line
        line.seen.connect(lambda seen: self._on_seen(Way.FROM_CALLER, seen))
        line.peer_seen.connect(lambda seen: self._on_seen(Way.TO_CALLER, seen))
        line.peer_governed.connect(lambda rule: self._on_rule(Way.FROM_CALLER, rule))
        line.governed.connect(lambda rule: self._on_rule(Way.TO_CALLER, rule))

    def _on_failed(self, error: SessionError) -> None:
        """A relay that cannot be reached is a matter for a person; lost calls heal by themselves."""
        if isinstance(error, RelayUnreachable):
            self._app.troubled.emit(Trouble(error.code, error.detail, "relay"))

    def _on_seen(self, way: Way, seen: LineSeen) -> None:
        self.panel.show_seen(way, seen)
        self._facts.note("line_seen", way=way.value, kbps=seen.kbps, loss_percent=seen.loss_percent)

    def _on_rule(self, way: Way, rule: LineGoverned) -> None:
        self._rules[way] = rule
        self.panel.show_rule(way, rule)
        theirs, ours = self._rules.get(Way.FROM_CALLER), self._rules.get(Way.TO_CALLER)
        self._window.call.show_line(
            caller_words(theirs.step, document=theirs.document) if theirs is not None else "",
            own_words(ours.step, document=ours.document) if ours is not None else "",
        )
        self._facts.note("line_governed", way=way.value, step=rule.step.value, document=rule.document)
