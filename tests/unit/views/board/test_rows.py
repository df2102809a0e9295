# SPDX-License-Identifier: GPL-3.0-only
"""Agents as rows of the board: who asks for help stands first, and since when."""

from __future__ import annotations

from datetime import timedelta

from session.protocol.hub.board import AgentFacts, AgentState
from tests.support.screens.invented import NOW
from views.board.rows import agent_rows


def test_an_agent_who_asks_for_help_stands_first_with_the_reason_and_the_wait() -> None:
    free = AgentFacts(id="a1", name="Alice", state=AgentState.AVAILABLE)
    asks = AgentFacts(
        id="b1",
        name="Bob",
        state=AgentState.IN_SESSION,
        ticket="A031",
        since_utc=NOW - timedelta(minutes=20),
        help="advice",
        help_since_utc=NOW - timedelta(minutes=2),
    )
    rows = agent_rows([free, asks], {}, NOW)
    assert [row.id for row in rows] == ["b1", "a1"]
    state, since = rows[0].cells[1], rows[0].cells[2]
    assert state.text.startswith("Asks for help: A question on a rule · In conversation")
    assert (state.tone, since.text) == ("bad", "2:00")


def test_a_pause_that_is_over_is_not_said_to_go_on() -> None:
    end = NOW + timedelta(minutes=10)
    agent = AgentFacts(id="a1", name="Alice", state=AgentState.PAUSED, until_utc=end)
    states = [agent_rows([agent], {}, now)[0].cells[1].text for now in (NOW, end)]
    time = f"{end.astimezone():%H:%M}"
    assert states == [f"Paused · until {time}", f"Paused · was to end at {time}"]
