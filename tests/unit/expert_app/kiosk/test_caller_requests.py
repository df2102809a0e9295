# SPDX-License-Identifier: GPL-3.0-only
"""Each act of a conversation is done once, in the session that runs."""

from __future__ import annotations

from typing import Any, cast

import pytest

from expert_app.kiosk.caller_requests import CallerRequests
from expert_app.kiosk.running_session import RunningSession
from session.kiosk.caller_acts import (
    ActForCaller,
    AnswerQuestion,
    CallerAct,
    ConfirmPrint,
    GiveFile,
    ReadBanner,
    ReadWords,
    SayWords,
    SetPause,
    Touch,
    WithdrawGrant,
)
from session.kiosk.session import KioskSession
from session.protocol.conversation.messages import Grant

QUESTION = (Grant.SCAN, Grant.KEEP)


class Doer:
    """Notes what it is told to do; its parts note it, too."""

    def __init__(self, calls: list[tuple[object, ...]], name: str = "") -> None:
        self._calls = calls
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return Doer(self._calls, f"{self._name}.{name}")

    def __call__(self, *values: object) -> None:
        self._calls.append((self._name, *values))


ACTS: dict[CallerAct, tuple[object, ...]] = {
    Touch.STOP: ("session.grants.withdraw_all",),
    AnswerQuestion(QUESTION, ()): ("session.grants.answer", QUESTION, ()),
    ActForCaller("AC-2026"): ("session.grants.act_for_caller", "AC-2026"),
    WithdrawGrant(Grant.SCAN): ("session.grants.withdraw", Grant.SCAN),
    ConfirmPrint("p1", True): ("session.devices.showing.answer", "p1", True),
    GiveFile("f1"): ("session.files.answer", "f1"),
    SayWords("Oui"): ("session.chat.send", "Oui"),
    ReadWords("w1"): ("session.chat.shown", "w1"),
    ReadBanner("bob"): ("session.third_parties.banner_painted", "bob"),
    SetPause(True): ("session.privacy.set_by_caller", True),
}


@pytest.mark.parametrize("act", list(ACTS), ids=str)
def test_an_act_is_done_once(act: CallerAct) -> None:
    calls: list[tuple[object, ...]] = []
    running = RunningSession()
    running.session = cast(KioskSession, Doer(calls, "session"))
    CallerRequests(running).on_act(act)
    assert calls == [ACTS[act]]


def test_nothing_is_done_in_a_conversation_that_is_over() -> None:
    requests = CallerRequests(RunningSession())
    for act in ACTS:
        requests.on_act(act)
