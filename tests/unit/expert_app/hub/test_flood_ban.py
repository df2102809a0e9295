# SPDX-License-Identifier: GPL-3.0-only
"""A key that is to be taken away is taken away, however busy the server is at first."""

from __future__ import annotations

import pytest

from expert_app.hub import flood_ban
from expert_app.hub.flood_ban import FloodBan
from session.core.errors import BusUnreachable
from session.core.tasks import Tasks
from tests.support.waiting import until


async def test_a_server_that_does_not_answer_at_first_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flood_ban, "AGAIN_S", 0.01)
    tasks, taken, failures = Tasks(), list[set[str]](), [BusUnreachable()] * 3

    async def take_keys() -> None:
        if failures:
            raise failures.pop()
        taken.append(set(ban.keys))

    ban = FloodBan(take_keys, tasks, ban_s=0.01)
    ban.ban("KIOSK")
    await until(lambda: len(taken) == 2)
    assert taken == [{"KIOSK"}, set()]
    await tasks.close()


async def test_a_key_that_comes_in_again_while_the_server_is_away_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flood_ban, "AGAIN_S", 0.01)
    tasks, asked = Tasks(), list[int]()

    async def never() -> None:
        asked.append(len(ban.keys))
        if len(asked) < 20:
            raise BusUnreachable

    ban = FloodBan(never, tasks, ban_s=0.01)
    ban.ban("KIOSK")
    ban.ban("KIOSK")
    await until(lambda: len(asked) == 21)
    assert asked == [1] * 20 + [0]
    await tasks.close()
