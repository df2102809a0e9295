# SPDX-License-Identifier: GPL-3.0-only
"""Moments in which more than two people talk, or the caller waits.
Used by the gallery and by the views' tests.
"""

from __future__ import annotations

from collections.abc import Callable

from session.protocol.hub.board import AgentState
from session.protocol.hub.network import MoveTarget
from session.protocol.hub.talk_state import HoldReason, Talk, Third, ThirdState
from session.protocol.hub.third_parties import TalkAnswer, TargetAgent, TargetsAnswer, TargetService
from session.protocol.wire.roles import Role
from tests.support.screens.desk_scenes import _open_desk, face
from tests.support.screens.invented import NOW, SERVICES
from views.desk.call_controls import CallState
from views.desk.window import DeskWindow

COLLEAGUE = Third(role=Role.AGENT, user="bob", state=ThirdState.IN, by="a.claire", at_utc=NOW)
SUPERVISOR = Third(role=Role.SUPERVISOR, user="boss", state=ThirdState.IN, by="s.boss", at_utc=NOW)
TARGETS = TargetsAnswer(
    agents=[
        TargetAgent(id="bob", name="Bob Tessier", state=AgentState.AVAILABLE),
        TargetAgent(id="ines", name="Inès Valmont", state=AgentState.IN_SESSION),
        TargetAgent(id="marc", name="Marc Oriol", state=AgentState.PAUSED),
    ],
    services=[
        TargetService(id=one.id, name=one.name, waiting=2, wait_s=300, wait_most_s=900)
        for one in SERVICES.values()
    ],
    elsewhere=[
        MoveTarget(
            ref="marais/care",
            organisation_name="Mutuelle du Marais",
            service_name="Remboursements",
            wait_s=0,
            wait_most_s=120,
        )
    ],
)


def talk(
    third: Third | None = None, name: str = "", *, held: HoldReason | None = None
) -> TalkAnswer:
    """A talk with names."""
    state = Talk(held=held is not None, hold_reason=held, third=third)
    return TalkAnswer(session_id="s1", talk=state, third_name=name, by_name="Claire Fontanel")


def held() -> DeskWindow:
    """The caller waits."""
    window = face()
    window.conversation.talk_bar.show_talk(talk(held=HoldReason.LOOKING))
    window.call.controls.show_state(CallState.HELD)
    return window


def passing() -> DeskWindow:
    """The agent chooses to whom a caller is passed on."""
    window = face()
    window.conversation.pass_on.open(unfiled=2)
    window.conversation.pass_on._targets.setEnabled(True)
    window.show()
    window.conversation.pass_on.show_targets(TARGETS, "logement")
    return window


def three() -> DeskWindow:
    """A supervisor has joined."""
    window = face()
    window.conversation.talk_bar.show_talk(talk(SUPERVISOR, "Chantal Verneuil"))
    window.call.show_third("Chantal Verneuil", is_shown=True)
    return window


def colleague() -> DeskWindow:
    """A colleague was asked, the caller waits."""
    window = face()
    window.conversation.talk_bar.show_talk(
        talk(COLLEAGUE, "Bob Tessier", held=HoldReason.COLLEAGUE)
    )
    window.call.controls.show_state(CallState.HELD)
    window.call.show_third("Bob Tessier", is_shown=True)
    return window


def invited() -> DeskWindow:
    """A colleague calls."""
    window = _open_desk()
    window.invitation.show_call("Claire Fontanel", "B012", "Aide au logement", is_held=True)
    return window


def visit() -> DeskWindow:
    """This agent is the third person."""
    window = _open_desk()
    window.show_visit()
    window.visit_view.show_visit("B012", "Claire Fontanel")
    window.visit_view.show_let_in("Claire Fontanel", is_held=False)
    return window


TALK_SCENES: dict[str, Callable[[], DeskWindow]] = {
    "held": held,
    "passing": passing,
    "three": three,
    "colleague": colleague,
    "invited": invited,
    "guest": visit,
}
"""Name of each scene and what makes it."""
