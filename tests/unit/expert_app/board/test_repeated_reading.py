# SPDX-License-Identifier: GPL-3.0-only
"""A list is read again while its page is in front, after a reading that failed too."""

from __future__ import annotations

import asyncio

import pytest

import expert_app.board.repeated_reading
from expert_app.board.repeated_reading import RepeatedReading
from session.core.errors import HubUnreachable
from session.core.tasks import Tasks
from tests.support.waiting import until


class Hub:
    """Counts the readings; the second one fails."""

    def __init__(self) -> None:
        self.readings = 0

    async def read(self) -> None:
        self.readings += 1
        if self.readings == 2:
            raise HubUnreachable


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    monkeypatch.setattr(expert_app.board.repeated_reading, "SOON_S", 0.01)
    return Hub()


async def test_a_page_in_front_is_read_until_it_leaves(hub: Hub) -> None:
    reading = RepeatedReading(hub.read, Tasks(), what="accesses", again_s=0.01)
    reading.begin()
    await until(lambda: hub.readings > 3)
    reading.rest()
    count = hub.readings
    await asyncio.sleep(0.05)
    assert hub.readings == count


async def test_another_question_is_read_at_once_and_once(hub: Hub) -> None:
    reading = RepeatedReading(hub.read, Tasks(), what="accesses", again_s=3600)
    reading.begin()
    await until(lambda: hub.readings == 1)
    hub.readings = 2
    reading.begin()
    await until(lambda: hub.readings == 3)
    await asyncio.sleep(0.05)
    assert hub.readings == 3
