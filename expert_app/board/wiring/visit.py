# SPDX-License-Identifier: GPL-3.0-only
"""Connects the act "join visibly" of the board with a window of two faces, and opens camera and
voice only for it.
"""

from __future__ import annotations

from expert_app.board.visit import BoardVisit
from expert_app.runtime.media_engines import Engines, build_engines
from expert_app.runtime.window_program import own_application
from expert_app.workplace.role_parts import RoleParts
from session.core.errors import SessionError
from session.desk.call.visit import Visit
from session.desk.hub.client import DeskClient
from session.desk.hub.third_parties import ThirdPartyClient
from session.protocol.hub.talk_state import Talk, ThirdEnd
from session.protocol.hub.tickets import Ticket
from views.board.visit_window import VisitWindow
from views.board.window import BoardWindow
from views.media.push_to_talk import PushToTalk
from views.media.visit_view import ended_words
from views.widgets.message_bar import Level
from views.words.errors import sentence

VISIT = "visit"


class VisitConnections:
    """The board's visits."""

    def __init__(self, window: BoardWindow, link: DeskClient, *, parts: RoleParts) -> None:
        self._window = window
        self._link = link
        self._media = parts.settings.media
        self._program = program = parts.program
        self._third_party_client = ThirdPartyClient(parts.bus)
        self.visit = BoardVisit(
            link,
            self._third_party_client,
            open_visit=self._open_visit,
            tasks=program.tasks,
        )
        self.pane = VisitWindow()
        self._engines: Engines | None = None
        self._agent_name = ""
        self._visited: Visit | None = None
        self.visit.began.connect(self._on_began)
        self.visit.ended.connect(self._on_ended)
        self.visit.troubled.connect(self._on_trouble)
        view = self.pane.visit_view
        view.leave_requested.connect(self.visit.leave)
        self.pane.close_requested.connect(self.visit.leave)
        view.microphone_requested.connect(self._on_microphone)
        view.camera_requested.connect(self._on_camera)
        self._push_to_talk = PushToTalk(own_application())
        self._push_to_talk.held.connect(self._on_held)

    def join(self, ticket: Ticket, reason: str) -> None:
        """The supervisor wants to join this conversation."""
        self._agent_name = self._window.facts.agent_name(ticket.agent or "")
        self.visit.join(ticket.id, reason)

    async def stop(self) -> None:
        """Ends a visit, gives the devices back."""
        await self.visit.stop()
        self.pane.close_now()
        await self._close_engines()

    def _open_visit(self, session_id: str) -> Visit:
        program = self._program
        engines = self._engines = self._engines or build_engines(self._media, program.tasks)
        engines.show(self.pane.visit_view.caller)
        engines.show(self.pane.visit_view.agent, third_party=True, shows_own=False)
        channel = self._link.bus.channel(session_id)
        me = self._third_party_client.me
        return Visit(
            me,
            channel,
            caller_engine=engines.main,
            agent_engine=engines.third_party,
            clock=program.clock,
            tasks=program.tasks,
        )

    def _on_began(self, visit: Visit) -> None:
        self._visited = visit
        ticket = next(
            (candidate for candidate in self._link.queue if candidate.session == visit.session_id),
            None,
        )
        self.pane.visit_view.show_visit(
            ticket.number if ticket is not None else "", self._agent_name
        )
        self.pane.visit_view.show_own_media(microphone_on=True, camera_on=True)
        visit.caller.state_changed.connect(self.pane.visit_view.caller.show_state)
        visit.agent.state_changed.connect(self.pane.visit_view.agent.show_state)
        visit.caller.peer_simulated.connect(
            lambda drawn: self.pane.visit_view.caller.show_simulated(drawn, visit.own_simulated)
        )
        visit.agent.peer_simulated.connect(self.pane.visit_view.show_agent_simulated)
        visit.let_in.connect(lambda _fact: self._on_let_in(visit))
        visit.changed.connect(lambda talk: self._on_talk(visit, talk))
        self.pane.show_for(self._window)

    def _on_let_in(self, visit: Visit) -> None:
        visit.set_microphone(True)
        visit.set_camera(True)

    def _on_talk(self, visit: Visit, talk: Talk) -> None:
        if visit.is_in:
            self.pane.visit_view.show_let_in(self._agent_name, talk.held)

    def _on_ended(self, ticket: Ticket | None) -> None:
        self.pane.hide()
        self._program.tasks.start(self._close_engines(), name="give the supervisor's camera back")
        lost = ticket is not None and ticket.talk is not None and ticket.talk.last is ThirdEnd.LOST
        visit, self._visited = self._visited, None
        assert visit is not None
        words = ended_words(ticket, visit.session_id, was_in=visit.is_in)
        self._window.messages.show_message(Level.WARNING if lost else Level.INFO, words, key=VISIT)

    def _on_trouble(self, error: SessionError) -> None:
        self._window.messages.show_message(
            Level.ERROR, sentence(error.code, error.detail).sentence, key=VISIT
        )

    def _on_microphone(self, on: bool) -> None:
        if self.visit.current is not None:
            self.visit.current.set_microphone(on)
            self.pane.visit_view.show_own_media(
                microphone_on=on, camera_on=self.pane.visit_view.camera_on
            )

    def _on_held(self, is_held: bool) -> None:
        """Push-to-talk: lets the supervisor be heard while the key is held."""
        if self.visit.current is not None and not self.pane.visit_view.microphone_on:
            self.visit.current.speak(is_held)
            self.pane.visit_view.show_speaking(is_held)

    def _on_camera(self, on: bool) -> None:
        if self.visit.current is not None:
            self.visit.current.set_camera(on)
            self.pane.visit_view.show_own_media(
                microphone_on=self.pane.visit_view.microphone_on, camera_on=on
            )

    async def _close_engines(self) -> None:
        engines, self._engines = self._engines, None
        for pane in (self.pane.visit_view.caller, self.pane.visit_view.agent):
            pane.set_picture(None)
        if engines is not None:
            await engines.close()
