# SPDX-License-Identifier: GPL-3.0-only
"""Connects hold, passing on and third people with the desk's window."""

from __future__ import annotations

from functools import partial

from expert_app.desk.app import DeskTrouble
from expert_app.desk.jobs import DeskJobs
from expert_app.desk.third_parties import FIND, Invitation
from expert_app.desk.wiring.window import WindowConnections
from expert_app.runtime.media_engines import DeskMedia
from resources.texts import _, ngettext
from session.desk.call.visit import Visit
from session.desk.hub.client import DeskClient
from session.desk.session import DeskSession
from session.protocol.hub.requests import SessionEnded
from session.protocol.hub.talk_state import Talk, ThirdState
from session.protocol.hub.third_parties import PassedOnAnswer, TalkAnswer, TargetsAnswer
from session.protocol.hub.tickets import Ticket
from views.desk.acts import (
    BannerPainted,
    CallHost,
    InviteColleague,
    LetWait,
    PassOnAct,
    PassOnCaller,
    TalkAct,
    TalkPress,
)
from views.desk.pass_on_panel import reason_words
from views.desk.window import DeskWindow
from views.media.ring import Ring
from views.media.visit_view import ended_words
from views.widgets.message_bar import Level
from views.words.errors import sentence

PASSED, BACK = "passed on to me", "came back"


class ThirdPartyConnections:
    """Window on one side, job on the other."""

    def __init__(
        self,
        window: DeskWindow,
        jobs: DeskJobs,
        *,
        link: DeskClient,
        media: DeskMedia,
        ring: Ring,
        desk: WindowConnections,
    ) -> None:
        self._window = window
        self._bar = window.conversation.talk_bar
        self._panel = window.conversation.pass_on
        self._third_parties = third_parties = jobs.third_parties
        self._app = app = jobs.app
        self._link = link
        self._ring = ring
        self._media = media
        self._desk = desk
        self._filing = jobs.filing
        self._agent_name = ""
        self._visited: Visit | None = None
        self._connect_requests()
        third_parties.talk_changed.connect(self._on_talk)
        third_parties.targets_found.connect(self._on_targets)
        third_parties.note_received.connect(self._on_note)
        third_parties.invited.connect(self._on_invited)
        third_parties.visit_began.connect(self._on_visit_began)
        third_parties.visit_ended.connect(self._on_visit_ended)
        third_parties.came_back.connect(self._on_came_back)
        third_parties.troubled.connect(self._on_trouble)
        app.session_opened.connect(self._on_opened)
        app.session_ended.connect(self._on_ended)

    def _connect_requests(self) -> None:
        window, third_parties = self._window, self._third_parties
        self._bar.acted.connect(self._on_talk_act)
        self._panel.acted.connect(self._on_pass_on_act)
        window.invitation.answered.connect(self._on_answered)
        window.visit_view.leave_requested.connect(third_parties.leave_visit)
        window.visit_view.microphone_requested.connect(self._on_visit_microphone)
        window.visit_view.camera_requested.connect(self._on_visit_camera)
        self._media.show(window.visit_view.caller)
        self._media.show(window.visit_view.agent, third_party=True, shows_own=False)
        self._media.show(window.call.third_pane, third_party=True, shows_own=False)

    # ---- the own conversation ----

    def _on_talk_act(self, act: TalkAct) -> None:
        match act:
            case LetWait(reason):
                self._third_parties.hold(reason)
            case TalkPress.RESUME:
                self._third_parties.resume()
            case TalkPress.PASS_ON:
                self._on_pass_on()
            case TalkPress.DISMISS:
                self._third_parties.dismiss()
            case TalkPress.HAND_OVER:
                self._third_parties.hand_over()
            case CallHost(on):
                self._app.call_host(on)
            case BannerPainted(user):
                self._on_banner(user)

    def _on_pass_on_act(self, act: PassOnAct) -> None:
        match act:
            case PassOnCaller(agent, service, reason, note):
                self._third_parties.pass_on(agent, service, reason, note)
            case InviteColleague(agent, is_on_hold):
                self._third_parties.invite(agent, is_on_hold)

    def _on_opened(self, session: DeskSession) -> None:
        self._bar.show_talk(None)
        self._panel.hide()
        self._window.call.show_third("", is_shown=False)
        pane = self._window.call.third_pane
        session.third_parties.third_simulated.connect(
            partial(pane.show_simulated, own_simulated=False)
        )

    def _on_ended(self, ended: SessionEnded) -> None:
        self._bar.show_talk(None)
        self._panel.hide()
        self._window.call.show_third("", is_shown=False)
        if ended.reason == "passed_on":
            words = _("The caller was passed on. Finish your wrap-up.")
            self._window.messages.show_message(Level.INFO, words, key="ended")

    def _on_talk(self, answer: TalkAnswer) -> None:
        third = answer.talk.third
        self._bar.show_talk(answer)
        is_in = third is not None and third.state is ThirdState.IN
        self._window.call.show_third(answer.third_name, is_shown=is_in)

    def _on_banner(self, user: str) -> None:
        if self._app.session is not None:
            self._app.session.third_parties.banner_painted(user)

    def _on_pass_on(self) -> None:
        if self._panel.isVisible():
            self._panel.hide()
        elif self._app.session is not None:
            self._panel.open(self._filing.unfiled(self._app.session.facts.id))
            self._third_parties.find_targets()

    def _on_targets(self, targets: TargetsAnswer) -> None:
        if self._app.session is not None:
            self._panel.show_targets(targets, self._app.session.facts.service)

    def _on_note(self, note: PassedOnAnswer) -> None:
        parts = [_("Passed on by {name}").format(name=note.by_name)]
        if note.reason is not None:
            parts.append(reason_words(note.reason))
        if note.pieces_missing > 0:
            words = ngettext(
                "one piece is missing", "{count} pieces are missing", note.pieces_missing
            )
            parts.append(words.format(count=note.pieces_missing))
        if note.note:
            parts.append(_("“{note}”").format(note=note.note))
        self._window.messages.show_message(Level.INFO, " · ".join(parts), key=PASSED)

    def _on_came_back(self, ticket: Ticket) -> None:
        words = _(
            "{ticket} was not taken by your colleague: the caller waits at the head of the queue."
        )
        self._window.messages.show_message(
            Level.WARNING, words.format(ticket=ticket.number), key=BACK
        )

    def _on_trouble(self, trouble: DeskTrouble) -> None:
        if trouble.key == FIND:
            self._panel.show_not_read(sentence(trouble.code, trouble.detail).sentence)
        self._desk.show_trouble(trouble.code, trouble.detail, f"talk {trouble.key}")

    # ---- a colleague's conversation ----

    def _on_invited(self, invitation: Invitation | None) -> None:
        if invitation is None:
            self._window.invitation.hide()
            self._ring.stop()
            return
        ticket = invitation.ticket
        service = next(
            (
                service_facts.name
                for service_facts in self._link.services
                if service_facts.id == ticket.service
            ),
            ticket.service,
        )
        is_on_hold = ticket.talk is not None and ticket.talk.held
        self._agent_name = invitation.by_name
        self._window.invitation.show_call(invitation.by_name, ticket.number, service, is_on_hold)
        self._ring.start()

    def _on_answered(self, accept: bool) -> None:
        self._window.invitation.hide()
        self._ring.stop()
        self._third_parties.answer_invitation(accept)

    def _on_visit_began(self, visit: Visit) -> None:
        self._visited = visit
        ticket = next(
            (ticket for ticket in self._link.queue if ticket.session == visit.session_id), None
        )
        self._window.visit_view.show_visit(
            ticket.number if ticket else "", self._agent_name or _("your colleague")
        )
        self._window.visit_view.show_own_media(microphone_on=True, camera_on=True)
        visit.caller.state_changed.connect(self._window.visit_view.caller.show_state)
        visit.agent.state_changed.connect(self._window.visit_view.agent.show_state)
        visit.caller.peer_simulated.connect(
            lambda drawn: self._window.visit_view.caller.show_simulated(drawn, visit.own_simulated)
        )
        visit.agent.peer_simulated.connect(self._window.visit_view.show_agent_simulated)
        visit.changed.connect(lambda talk: self._on_visit_talk(visit, talk))
        visit.let_in.connect(lambda _fact: self._on_let_in(visit))
        self._window.show_visit()

    def _on_let_in(self, visit: Visit) -> None:
        visit.set_microphone(True)
        visit.set_camera(True)

    def _on_visit_talk(self, visit: Visit, talk: Talk) -> None:
        if visit.is_in:
            self._window.visit_view.show_let_in(self._agent_name or _("your colleague"), talk.held)

    def _on_visit_ended(self, ticket: Ticket | None) -> None:
        visit, self._visited = self._visited, None
        if self._app.session is not None or visit is None:
            return
        self._window.show_idle()
        if self._third_parties.is_handed(ticket):
            return  # the conversation opens at once
        words = ended_words(ticket, visit.session_id, was_in=visit.is_in)
        self._window.messages.show_message(Level.INFO, words, key="visit")

    def _on_visit_microphone(self, on: bool) -> None:
        if self._third_parties.visit is not None:
            self._third_parties.visit.set_microphone(on)
            self._window.visit_view.show_own_media(
                microphone_on=on, camera_on=self._window.visit_view.camera_on
            )

    def _on_visit_camera(self, on: bool) -> None:
        if self._third_parties.visit is not None:
            self._third_parties.visit.set_camera(on)
            self._window.visit_view.show_own_media(
                microphone_on=self._window.visit_view.microphone_on, camera_on=on
            )
