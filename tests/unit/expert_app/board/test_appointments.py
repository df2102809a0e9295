# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's appointments without a window: a day and the figures are read, and read again
after a change; what is refused is told.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from expert_app.board.appointments import BoardAppointments
from session.core.clock import ManualClock
from session.core.errors import AppointmentTimeGone, HubUnreachable, SessionError
from session.core.tasks import Tasks
from session.protocol.appointments.day import (
    AppointmentsAnswer,
    DayChangeRequest,
    DayRequest,
    SlotCountsAnswer,
    SlotCountsRequest,
)
from session.protocol.hub.requests import Done
from tests.support.appointments.scenes import day_of_board, month_of_board
from tests.support.screens.invented import NOW
from tests.support.waiting import until

CHANGE = DayChangeRequest(service="logement", day="2026-03-02", agents=0, reason="grève")


class Scene:
    """The job, and a hub that answers or refuses."""

    def __init__(self) -> None:
        self.tasks = Tasks()
        self.refusal: SessionError | None = None
        self.asked: list[Any] = []
        self.days: list[AppointmentsAnswer] = []
        self.counts: list[SlotCountsAnswer] = []
        self.not_read: list[SessionError] = []
        self.troubles: list[SessionError] = []
        self.job = BoardAppointments(cast(Any, self), ManualClock(NOW), tasks=self.tasks)
        self.job.day_read.connect(self.days.append)
        self.job.counted.connect(self.counts.append)
        self.job.not_read.connect(self.not_read.append)
        self.job.troubled.connect(self.troubles.append)

    async def ask(self, request: Any) -> Any:
        self.asked.append(request)
        if self.refusal is not None:
            raise self.refusal
        match request:
            case DayRequest():
                return day_of_board()
            case SlotCountsRequest():
                return month_of_board()
        return Done()


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    made = Scene()
    yield made
    made.job.reading.rest()
    await made.tasks.close()


async def test_a_day_is_read_with_the_figures_of_the_last_month(scene: Scene) -> None:
    scene.job.show_day(DayRequest(day="2026-03-02"))
    await until(lambda: bool(scene.counts))
    assert scene.days == [day_of_board()]
    assert scene.asked[-1] == SlotCountsRequest(first="2026-01-30", last="2026-03-02")


async def test_a_change_is_sent_and_the_day_read_again(scene: Scene) -> None:
    scene.job.show_day(DayRequest(day="2026-03-02"))
    await until(lambda: bool(scene.counts))
    scene.job.change(CHANGE)
    await until(lambda: len(scene.counts) == 2)
    assert CHANGE in scene.asked
    assert scene.asked[-2] == DayRequest(day="2026-03-02")


async def test_what_is_refused_and_what_was_not_read_are_told(scene: Scene) -> None:
    scene.refusal = AppointmentTimeGone(service="logement")
    scene.job.change(CHANGE)
    await until(lambda: bool(scene.troubles))
    scene.refusal = HubUnreachable()
    scene.job.show_day(DayRequest())
    await until(lambda: bool(scene.not_read))
    assert scene.days == []
