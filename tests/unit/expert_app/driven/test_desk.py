# SPDX-License-Identifier: GPL-3.0-only
"""What a script may read of a desk: noted from the desk's signals by the observer alone."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from expert_app.desk.app import DeskTrouble
from expert_app.desk.jobs import DeskJobs
from expert_app.desk.parts import DeskParts
from expert_app.driven import desk as observers
from expert_app.driven.desk import observe_desk
from expert_app.driven.observations import Observations
from session.core.clock import ManualClock
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.hub.tickets import TicketState
from tests.support.waiting import until


class Part:
    """Has every signal that somebody asks for, and below it parts with signals of their own."""

    def __getattr__(self, name: str) -> Any:
        made: Any = Part() if name in ("queue", "facts", "papers") else Signal()
        setattr(self, name, made)
        return made


class Desk:
    """A desk of signals only."""

    def __init__(self) -> None:
        names = (*DeskParts.__annotations__, *DeskJobs.__annotations__, "window")
        self.parts: dict[str, Any] = {name: Part() for name in names}
        choice = SimpleNamespace(
            kind=SimpleNamespace(value="aiortc"), why=SimpleNamespace(value="x")
        )
        self.parts["media"] = SimpleNamespace(choice=choice)
        self.scripts: list[str] = []
        page = SimpleNamespace(runJavaScript=self._run)
        self.parts["mirror"] = SimpleNamespace(engine=SimpleNamespace(page=page))
        self.parts["app"].resumed = asyncio.Event()
        self.parts["app"].session = None
        self.parts["window"].queue.facts.ticket = lambda ticket_id: ticket_id
        self.observations = Observations(ManualClock())
        self.tasks = self.parts["tasks"] = Tasks()

    def _run(self, script: str, on_answer: Any) -> None:
        self.scripts.append(script)
        on_answer('{"title": "Demande", "elements": 40}')

    def observe(self) -> None:
        observed: Any = SimpleNamespace(**self.parts)
        observe_desk(observed, observed, observed, self.observations)

    def open_session(self) -> Any:
        parts = {name: Part() for name in ("grants", "chat", "privacy", "call", "line")}
        more = {name: Part() for name in ("page", "control", "show", "devices")}
        session = SimpleNamespace(
            facts=SimpleNamespace(id="s1"), resumed=False, flooded=Signal(), **parts, **more
        )
        self.parts["app"].session_opened.emit(session)
        return session


async def test_a_ticket_is_noted_once_and_a_trouble_until_it_is_over() -> None:
    desk = Desk()
    desk.observe()
    ticket = SimpleNamespace(id="t1", number="A1", service="x", state=TicketState.WAITING)
    for _time in range(2):
        desk.parts["link"].queue_changed.emit([ticket])
    desk.parts["app"].troubled.emit(DeskTrouble("scanner_jammed", {}, "ask for a scan"))
    noted = desk.observations.all()
    assert noted["ticket_visible"]["count"] == 1
    assert noted["queue"]["count"] == 2
    assert noted["trouble_ask_for_a_scan"]["code"] == "scanner_jammed"
    desk.parts["app"].trouble_cleared.emit("ask for a scan")
    assert "trouble_ask_for_a_scan" not in desk.observations.all()
    await desk.tasks.close()


async def test_the_mirrored_page_is_read_a_moment_after_its_events_and_only_by_the_observer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(observers, "MIRROR_S", 0.01)
    monkeypatch.setattr(observers, "MIRROR_READS", 2)
    unseen = Desk()
    unseen.open_session().page.events_received.emit(None)
    desk = Desk()
    desk.observe()
    page = desk.open_session().page
    for _time in range(3):
        page.events_received.emit(None)
    await until(lambda: "mirror_shown" in desk.observations.all())
    await asyncio.sleep(0.05)
    assert (len(desk.scripts), unseen.scripts) == (2, [])
    noted = desk.observations.all()["mirror_shown"]
    assert (noted["elements"], noted["count"]) == (40, 1)
    await desk.tasks.close()
