# SPDX-License-Identifier: GPL-3.0-only
"""The agent asks, the caller touches the kiosk's screen, the agent may:
from the desk's end to the glass and back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.desk.call.consent import DeskGrants
from session.kiosk.call.consent import LASTS_S, SILENCE_S, KioskGrants
from session.kiosk.caller_acts import ActForCaller, AnswerQuestion, TalkAct, Touch, WithdrawGrant
from session.protocol.conversation.messages import Grant, GrantChanged
from tests.support.memory.channel import channel_pair
from tests.support.screens.fingers import key
from tests.support.screens.kiosk_fingers import read
from tests.support.screens.kiosk_gallery import kiosk_visit, session_facts
from views.words import consent as consent_words
from views.words.consent import text_version


class Scene:
    """Window and consent of a kiosk, connected as its program does, and the desk's end."""

    def __init__(self, visit: KioskVisit, clock: ManualClock, tasks: Tasks) -> None:
        kiosk_line, desk_line = channel_pair()
        self.visit, self.window, self.clock = visit, visit.window, clock
        self.kiosk = KioskGrants(kiosk_line, clock, tasks=tasks)
        self.desk = DeskGrants(desk_line, clock, tasks=tasks)
        self.heard: list[GrantChanged] = []
        self.desk.changed.connect(self.heard.append)
        page = self.window.session_page
        self.kiosk.asked.connect(page.ask)
        self.kiosk.settled.connect(page.end_question)
        self.kiosk.changed.connect(lambda _change: page.show_grants(self.kiosk.all()))
        self.kiosk.changed.connect(lambda _change: page.powers.show_times(self.kiosk.all_left_s()))
        for part in (page, page.consent, page.powers):
            part.acted.connect(self._on_act)
        visit.show_session(session_facts())

    def _on_act(self, act: TalkAct) -> None:
        match act:
            case AnswerQuestion(question=question, given=given):
                self.kiosk.answer(question, given)
            case ActForCaller(mandate=mandate):
                self.kiosk.act_for_caller(mandate)
            case WithdrawGrant(grant=grant):
                self.kiosk.withdraw(grant)
            case Touch.STOP:
                self.kiosk.withdraw_all()

    def say_yes(self) -> None:
        """The caller reads the question, and takes it."""
        consent = self.window.session_page.consent
        read(consent, self.clock)
        consent.yes.click()

    async def settle(self) -> None:
        for _ in range(6):
            await asyncio.sleep(0)


@pytest.fixture
async def scene(qtbot: QtBot) -> AsyncIterator[Scene]:
    clock, tasks = ManualClock(), Tasks()
    visit = kiosk_visit(clock)
    window = visit.window
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    window.resize(1280, 800)
    window.show()
    yield Scene(visit, clock, tasks)
    await tasks.close()


async def test_touching_yes_lets_the_agent_see_and_the_line_says_so(scene: Scene) -> None:
    await scene.desk.request(Grant.SEE_PAGE)
    await scene.settle()
    page = scene.window.session_page
    assert page.consent.isVisible()
    scene.say_yes()
    await scene.settle()
    assert scene.desk.allowed(Grant.SEE_PAGE)
    assert not scene.desk.allowed(Grant.POINT)
    assert "They see your page" in page.bar.line.text()


async def test_touching_the_power_takes_it_back_from_the_agent(scene: Scene) -> None:
    await scene.desk.request(Grant.SCAN)
    await scene.settle()
    scene.say_yes()
    scene.window.session_page.bar.show_powers.click()
    scene.window.session_page.powers.rows[Grant.SCAN].click()
    await scene.settle()
    assert not scene.desk.allowed(Grant.SCAN)
    assert not scene.window.session_page.powers.rows[Grant.SCAN].isEnabled()


async def test_two_questions_come_one_after_the_other(scene: Scene) -> None:
    await scene.desk.request(Grant.SCAN)
    await scene.desk.request(Grant.PRINT)
    await scene.settle()
    consent = scene.window.session_page.consent
    assert consent.question == (Grant.SCAN,)
    consent.no.click()
    assert (consent.question, consent.isVisible()) == ((Grant.PRINT,), True)
    scene.say_yes()
    await scene.settle()
    assert (scene.desk.allowed(Grant.SCAN), scene.desk.allowed(Grant.PRINT)) == (False, True)


async def test_silence_takes_the_question_away_and_is_no(scene: Scene) -> None:
    await scene.desk.request(Grant.PRINT)
    await scene.settle()
    scene.clock.advance(SILENCE_S)
    await asyncio.sleep(0.25)
    await scene.settle()
    assert not scene.window.session_page.consent.isVisible()
    assert not scene.desk.allowed(Grant.PRINT)


async def test_stop_leaves_the_agent_nothing(scene: Scene) -> None:
    for grant in (Grant.SEE_PAGE, Grant.SCAN):
        await scene.desk.request(grant)
        await scene.settle()
        scene.say_yes()
    await scene.desk.request(Grant.PRINT)
    await scene.settle()
    scene.window.session_page.bar.stop.click()
    await scene.settle()
    assert not any(scene.desk.all().values())
    assert "They do not see your page." in scene.window.session_page.bar.line.text()
    assert not scene.window.session_page.consent.isVisible()


async def test_a_facilitator_types_the_mandate_before_there_is_a_yes(scene: Scene) -> None:
    await scene.desk.request(Grant.SCAN)
    await scene.settle()
    consent = scene.window.session_page.consent
    consent.acting.click()
    assert consent.mandate.isVisible()
    assert not consent.yes.isEnabled()
    for character in "AC-2026":
        consent.mandate.keys[character].click()
    assert consent.yes.isEnabled()
    scene.say_yes()
    await scene.settle()
    assert scene.desk.allowed(Grant.SCAN)
    assert scene.heard[-1].mandate == "AC-2026"
    await scene.desk.request(Grant.PRINT)
    await scene.settle()
    assert not consent.acting.isChecked(), "the next question is the caller's again"
    assert consent.yes.isEnabled()


async def test_both_ends_show_the_time_that_is_left(scene: Scene) -> None:
    await scene.desk.request(Grant.SCAN)
    await scene.settle()
    scene.say_yes()
    await scene.settle()
    scene.clock.advance(61)
    scene.visit.tick()
    row = scene.window.session_page.powers.rows[Grant.SCAN]
    assert row.words() == "Scan my document : Yes (18 min)"
    assert scene.desk.left_s(Grant.SCAN) == LASTS_S[Grant.SCAN] - 61


async def test_escape_on_a_keyboard_is_stop(scene: Scene, qtbot: QtBot) -> None:
    await scene.desk.request(Grant.SCAN)
    await scene.settle()
    scene.say_yes()
    key(scene.window, Qt.Key.Key_Escape)
    await scene.settle()
    assert not any(scene.desk.all().values())
    assert scene.window.session_page.stopped.isVisible()


async def test_the_recorded_version_changes_with_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    before = text_version((Grant.SCAN,))
    assert before == text_version((Grant.SCAN,)) != text_version((Grant.PRINT,))
    words = consent_words.QUESTIONS[(Grant.SCAN,)]
    longer = words._replace(detail=f"{words.detail} More.")
    monkeypatch.setitem(consent_words.QUESTIONS, (Grant.SCAN,), longer)
    assert text_version((Grant.SCAN,)) != before
