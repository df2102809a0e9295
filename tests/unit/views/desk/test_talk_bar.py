# SPDX-License-Identifier: GPL-3.0-only
"""Hold, passing on and third people on the screens:
what is offered, what is said, when a banner counts as shown.
"""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QListWidget, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from session.protocol.hub.board import AgentState
from session.protocol.hub.network import MoveTarget
from session.protocol.hub.talk_state import HoldReason, PassReason, Talk, Third, ThirdState
from session.protocol.hub.third_parties import TargetAgent, TargetsAnswer, TargetService
from session.protocol.hub.tickets import HelpFrom, HelpState
from session.protocol.wire.roles import Role
from tests.support.screens.acts import acts_of
from tests.support.screens.fingers import key
from tests.support.screens.invented import NOW
from tests.support.screens.third_party_scenes import (
    COLLEAGUE,
    SUPERVISOR,
    TALK_SCENES,
    TARGETS,
    talk,
)
from tests.unit.views.desk.cut_words import cut_off
from views.desk.acts import CallHost, LetWait, PassOnCaller, TalkPress
from views.desk.invitation_bar import InvitationBar
from views.desk.pass_on_panel import PassOnPanel
from views.desk.talk_bar import HOLD_REASONS, TalkBar
from views.kiosk.conversation.third_party_strip import HOLD_WORDS, ThirdPartyStrip
from views.widgets.agent_state import AGENT_DOING

ANNOUNCED = Third(
    role=Role.SUPERVISOR, user="boss", state=ThirdState.ANNOUNCED, by="s.boss", at_utc=NOW
)


def child[Kind: QWidget](view: QWidget, kind: type[Kind], name: str) -> Kind:
    found = view.findChild(kind, name)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", [TalkBar, ThirdPartyStrip])
def test_a_banner_counts_as_shown_only_when_it_was_painted_and_once(
    kind: type[TalkBar] | type[ThirdPartyStrip], qtbot: QtBot
) -> None:
    view = kind()
    qtbot.addWidget(view)
    painted: list[str] = []
    view.acted.connect(lambda act: painted.append(act.user))
    view.show_talk(talk(ANNOUNCED, "Chantal V."))
    view.hide()
    qtbot.wait(50)
    assert painted == []
    view.resize(900, 120)
    view.show()
    qtbot.waitUntil(lambda: painted == ["boss"])
    view.show_talk(talk(SUPERVISOR, "Chantal V."))
    view.repaint()
    qtbot.wait(50)
    assert painted == ["boss"]
    words = " ".join(label.text() for label in view.findChildren(QLabel))
    assert "Chantal V." in words
    assert "supervisor" in words
    view.show_talk(None)
    assert not view.isVisible()


def test_who_is_only_called_has_no_banner_at_the_kiosk(qtbot: QtBot) -> None:
    strip = ThirdPartyStrip()
    qtbot.addWidget(strip)
    called = Third(role=Role.AGENT, user="bob", state=ThirdState.CALLED, by="a.alice", at_utc=NOW)
    strip.show_talk(talk(called, "Bob T."))
    assert not strip.isVisible()


def test_every_reason_to_wait_has_words_on_both_sides() -> None:
    assert set(HOLD_REASONS) == set(HOLD_WORDS) == set(HoldReason)
    assert set(AGENT_DOING) == set(AgentState)


def test_the_hold_button_asks_why_and_then_talks_again(qtbot: QtBot) -> None:
    bar = TalkBar()
    qtbot.addWidget(bar)
    qtbot.addWidget(bar.commands)
    bar.commands.show()
    requests = acts_of(bar, object)
    hold = child(bar.commands, QAbstractButton, "talk_hold")
    hold.click()
    bar._reasons.actions()[1].trigger()
    bar._reasons.close()
    bar.show_talk(talk(held=HoldReason.LOOKING))
    hold.click()
    assert requests == [LetWait(HoldReason.LOOKING), TalkPress.RESUME]


def test_a_colleague_can_be_given_the_caller_a_supervisor_cannot(qtbot: QtBot) -> None:
    bar = TalkBar()
    qtbot.addWidget(bar)
    bar.resize(1000, 120)
    bar.show_talk(talk(COLLEAGUE, "Bob T."))
    bar.show()
    give = child(bar, QAbstractButton, "talk_hand_over")
    end = child(bar, QAbstractButton, "talk_dismiss")
    assert give.isVisible()
    assert end.isVisible()
    bar.show_talk(talk(SUPERVISOR, "Chantal V."))
    assert not give.isVisible()
    assert not end.isVisible()


def test_a_caller_is_passed_on_by_keyboard_with_reason_and_note(qtbot: QtBot) -> None:
    panel = PassOnPanel()
    qtbot.addWidget(panel)
    told = acts_of(panel, PassOnCaller)
    panel.open()
    panel.show_targets(TARGETS, "logement")
    targets = child(panel, QListWidget, "pass_on_targets")
    everyone = [*TARGETS.agents, *TARGETS.services, *TARGETS.elsewhere]
    assert targets.count() == len(everyone)
    key(targets, Qt.Key.Key_Down)
    child(panel, QLineEdit, "pass_on_note").setText("  attestation de loyer ")
    child(panel, QAbstractButton, "pass_on_do").click()
    assert told == [PassOnCaller("marc", "", PassReason.SPECIALIST, "attestation de loyer")]
    assert not panel.isVisible()


def test_the_wait_of_each_queue_is_said_before_the_caller_goes(qtbot: QtBot) -> None:
    panel = PassOnPanel()
    qtbot.addWidget(panel)
    panel.open()
    services = [
        TargetService(id="a", name="Aides", waiting=3, wait_s=300, wait_most_s=900),
        TargetService(id="b", name="Budget", waiting=9, wait_s=3600),
        TargetService(id="c", name="Courrier"),
    ]
    other = MoveTarget(
        ref="marais/care",
        organisation_name="Mutuelle",
        service_name="Soins",
        wait_s=0,
        wait_most_s=120,
    )
    panel.show_targets(TargetsAnswer(agents=[], services=services, elsewhere=[other]), "a")
    targets = child(panel, QListWidget, "pass_on_targets")
    said = [targets.item(place).text() for place in range(targets.count())]  # type: ignore[union-attr]
    assert said == [
        "Aides · back into the same queue · 3 waiting · wait 5–15 min",
        "Budget · queue · 9 waiting · wait > 60 min",
        "Courrier · queue · 0 waiting",
        "Mutuelle · Soins · wait < 2 min",
    ]


def test_only_a_free_colleague_can_be_called(qtbot: QtBot) -> None:
    panel = PassOnPanel()
    qtbot.addWidget(panel)
    panel.open()
    busy = TargetAgent(id="ines", name="Inès V.", state=AgentState.IN_SESSION)
    panel.show_targets(TargetsAnswer(agents=[busy], services=[], elsewhere=[]), "logement")
    assert not child(panel, QAbstractButton, "pass_on_ask").isEnabled()
    assert child(panel, QAbstractButton, "pass_on_do").isEnabled()
    panel.open()
    panel.show_targets(TargetsAnswer(agents=[], services=[], elsewhere=[]), "logement")
    assert not child(panel, QAbstractButton, "pass_on_do").isEnabled()
    key(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_an_invitation_names_who_calls_and_takes_the_keyboard(qtbot: QtBot) -> None:
    bar = InvitationBar()
    qtbot.addWidget(bar)
    answers: list[bool] = []
    bar.answered.connect(answers.append)
    bar.show_call("Alice M.", "B012", "Aide au logement", is_held=True)
    assert "Alice M." in bar.accessibleName()
    child(bar, QAbstractButton, "invitation_decline").click()
    assert answers == [False]


@pytest.mark.parametrize("name", sorted(TALK_SCENES))
def test_no_word_of_a_talk_is_cut_off(name: str, qtbot: QtBot) -> None:
    window = TALK_SCENES[name]()
    qtbot.addWidget(window)
    window.resize(1280, 720)
    window.show()
    qtbot.wait(20)
    assert cut_off(window) == []
    window.close_now()


def test_a_talk_of_two_is_no_talk_at_all() -> None:
    assert talk().talk == Talk()


def test_the_host_is_called_and_only_the_agent_s_own_call_is_taken_back(qtbot: QtBot) -> None:
    bar = TalkBar()
    qtbot.addWidget(bar)
    asked = acts_of(bar, CallHost)
    host = child(bar.commands, QPushButton, "talk_host")
    bar.offer_host(False)
    assert host.isHidden()
    bar.offer_host(True)
    assert not host.isHidden()
    host.click()
    bar.show_host(HelpState.WANTED, HelpFrom.AGENT)
    assert host.text() == "Host called"
    host.click()
    assert asked == [CallHost(True), CallHost(False)]
    bar.show_host(HelpState.WANTED, HelpFrom.CALLER)
    assert not host.isEnabled()
    assert "The caller has called the site's host." in host.accessibleName()
    bar.show_host(HelpState.HERE, HelpFrom.AGENT)
    assert (host.isEnabled(), host.text()) == (False, "Host is there")
    bar.set_narrow(True)
    assert host.text() == ""
    bar.offer_host(True)  # the next caller
    assert host.isEnabled()
