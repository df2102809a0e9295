# SPDX-License-Identifier: GPL-3.0-only
"""What came of an act of remote help is told although the line was cut when it was ready."""

from __future__ import annotations

import pytest

from expert_app.aid import report
from expert_app.aid.report import TRIES, report_result
from session.core.errors import BusUnreachable, NotAllowed, SessionError
from session.protocol.helpdesk.remote_help import RemoteResult
from session.protocol.hub.requests import RemoteAct, RemoteHelpWanted

RESULT = RemoteResult(code="line_weak")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "AGAIN_S", 0.0)


class Hub:
    """Refuses so often, with this error."""

    def __init__(self, error: SessionError, times: int) -> None:
        self.error, self.times, self.asked = error, times, 0
        self.told: list[tuple[str, RemoteResult]] = []

    async def report(self, help_id: str, result: RemoteResult) -> None:
        self.asked += 1
        if self.asked <= self.times:
            raise self.error
        self.told.append((help_id, result))


def wanted(act: RemoteAct = RemoteAct.LINE) -> RemoteHelpWanted:
    return RemoteHelpWanted(help_id="h1", act=act, by_name="Denis W.")


async def test_a_result_waits_for_the_line() -> None:
    hub = Hub(BusUnreachable(), 3)
    await report_result(hub.report, wanted(), RESULT)
    assert hub.told == [("h1", RESULT)]


async def test_a_result_is_given_up_when_the_hub_waits_no_longer() -> None:
    hub = Hub(BusUnreachable(), 10_000)
    await report_result(hub.report, wanted(), RESULT)
    assert hub.asked == TRIES


@pytest.mark.parametrize(
    ("error", "act"),
    [(NotAllowed(why="act"), RemoteAct.LINE), (BusUnreachable(), RemoteAct.RESTART)],
    ids=["refused", "restart"],
)
async def test_what_need_not_be_repeated_is_told_once(error: SessionError, act: RemoteAct) -> None:
    hub = Hub(error, 1)
    await report_result(hub.report, wanted(act), RESULT)
    assert hub.told == []
    assert hub.asked == 1
