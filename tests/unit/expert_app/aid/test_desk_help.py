# SPDX-License-Identifier: GPL-3.0-only
"""What the helpdesk may have done at a desk: nothing before the person there has said yes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest

from expert_app.aid import desk_help
from expert_app.aid.desk_help import DeskHelpJob, HelpedDesk
from session.core.clock import SystemClock
from session.core.errors import HubUnreachable
from session.core.tasks import Tasks
from session.protocol.helpdesk.remote_help import (
    DESK_ACTS,
    IN_CONVERSATION,
    NOT_ANSWERED,
    NOT_WANTED,
    RemoteFact,
    RemoteResult,
)
from session.protocol.hub.line_rates import LineRates
from session.protocol.hub.requests import RemoteAct, RemoteHelpWanted
from tests.support.waiting import until

DOCTOR = 'print(\'{"ok": true, "checks": [{"name": "bus", "level": "ok", "sentence": "Fine."}]}\')'


class Screen:
    """What the person at the desk sees."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def ask(self, name: str, act: RemoteAct) -> None:
        self.shown.append(f"{name} {act.value}?")

    def show_act(self, name: str, act: RemoteAct) -> None:
        self.shown.append(f"{name} {act.value}")

    def hide_help(self) -> None:
        self.shown.append("")


class Place:
    """A desk, its screen, and what the hub is told."""

    def __init__(self, tasks: Tasks, answer_s: float = 30) -> None:
        self.screen, self.restarts, self.talks = Screen(), 0, False
        self.told: list[tuple[str, RemoteResult]] = []
        desk = HelpedDesk(
            devices=lambda: [RemoteFact(name="camera", value="C920")],
            doctor=[sys.executable, "-c", DOCTOR],
            measure_line=self._measure,
            recent_lines=lambda: ["a line"],
            restart=self._restart,
            in_conversation=lambda: self.talks,
        )
        self.job = DeskHelpJob(
            desk,
            self.screen,
            report=self._report,
            clock=SystemClock(),
            tasks=tasks,
            answer_s=answer_s,
        )

    async def _report(self, help_id: str, result: RemoteResult) -> None:
        self.told.append((help_id, result))

    async def _measure(self) -> LineRates | None:
        return None

    def _restart(self) -> None:
        self.restarts += 1

    async def wanted(self, act: RemoteAct, help_id: str = "h1") -> None:
        self.job.on_wanted(RemoteHelpWanted(help_id=help_id, act=act, by_name="Denis W."))
        await asyncio.sleep(0)

    async def answered(self, yes: bool) -> RemoteResult:
        count = len(self.told)
        await until(lambda: bool(self.screen.shown) and self.screen.shown[-1].endswith("?"))
        self.job.on_answered(yes)
        await until(lambda: len(self.told) > count)
        return self.told[-1][1]


@pytest.fixture
async def tasks(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Tasks]:
    monkeypatch.setattr(desk_help, "SHOWN_S", 0.0)
    monkeypatch.setattr(desk_help, "RESTART_S", 0.0)
    made = Tasks()
    yield made
    await made.close()


async def test_the_person_is_asked_by_name_and_sees_what_is_done(tasks: Tasks) -> None:
    place = Place(tasks)
    await place.wanted(RemoteAct.STATE)
    await place.wanted(RemoteAct.STATE)  # said twice is asked once
    assert place.told == []
    result = await place.answered(True)
    assert [fact.name for fact in result.facts] == ["version", "system", "python", "camera"]
    await until(lambda: place.screen.shown == ["Denis W. state?", "Denis W. state", ""])


@pytest.mark.parametrize("act", sorted(DESK_ACTS))
async def test_without_a_yes_nothing_is_done(tasks: Tasks, act: RemoteAct) -> None:
    place = Place(tasks)
    await place.wanted(act)
    assert await place.answered(False) == RemoteResult(code=NOT_WANTED)
    assert place.screen.shown == [f"Denis W. {act.value}?", ""]
    silent = Place(tasks, answer_s=0.01)
    await silent.wanted(act)
    await until(lambda: bool(silent.told))
    assert silent.told[0][1] == RemoteResult(code=NOT_ANSWERED)
    silent.job.on_answered(True)  # too late
    assert silent.restarts == place.restarts == 0


async def test_each_act_tells_what_came_of_it(tasks: Tasks) -> None:
    place = Place(tasks)
    await place.wanted(RemoteAct.DOCTOR, "h1")
    assert (await place.answered(True)).facts == (RemoteFact(name="bus", value="Fine."),)
    await place.wanted(RemoteAct.LOG, "h2")
    assert (await place.answered(True)).lines == ("a line",)
    await place.wanted(RemoteAct.LINE, "h3")
    assert (await place.answered(True)).code == HubUnreachable.code
    await place.wanted(RemoteAct.RESTART, "h4")
    assert (await place.answered(True)).code == ""
    await until(lambda: place.restarts == 1)


async def test_a_caller_comes_first_and_a_desk_scans_nothing(tasks: Tasks) -> None:
    place = Place(tasks)
    place.talks = True
    await place.wanted(RemoteAct.RESTART, "h0")
    await place.wanted(RemoteAct.LINE, "h1")
    await until(lambda: len(place.told) == 2)
    assert [result.code for _id, result in place.told] == [IN_CONVERSATION, IN_CONVERSATION]
    await place.wanted(RemoteAct.SCAN, "h9")
    await until(lambda: len(place.told) == 3)
    assert place.told[-1][1].code == "not_allowed"
    assert place.screen.shown == []
    await place.wanted(RemoteAct.LOG, "h10")
    assert (await place.answered(True)).lines == ("a line",)
