# SPDX-License-Identifier: GPL-3.0-only
"""The faces in the column beside a shared page, in the kiosk's real page."""

from __future__ import annotations

import pytest

from tests.integration.call.ends import Ends, a_call
from tests.integration.call.engines import AIORTC
from tests.support.qt_loop import QtLoop
from tests.support.waiting import until

BOXES = """(() => ["call", "own"].map((id) => {
const box = document.getElementById(id).getBoundingClientRect();
return [box.left, box.top, box.right, box.bottom];
}))()"""


async def boxes(ends: Ends) -> list[list[float]]:
    places = await ends.pane.run(BOXES)
    assert isinstance(places, list)
    return places


@pytest.mark.parametrize(("width", "height"), [(312, 311), (311, 328), (468, 493)])
def test_beside_a_page_the_callers_picture_stands_under_the_agents(
    width: int, height: int, qt_loop: QtLoop
) -> None:
    async def story() -> None:
        async with a_call(AIORTC) as ends:
            await until(lambda: ends.seen_at_kiosk)
            ends.pane.resize(width, height)
            agent, own = await boxes(ends)
            while agent[2] != width:
                agent, own = await boxes(ends)
            assert agent[3] <= own[1], "neither lies on the other"
            assert own[3] <= height
            assert agent[2] - agent[0] == width
            seen = (agent[3] - agent[1]) / width
            assert 0.6 <= seen <= 0.76, "a quarter of the sides at most is cut from the agent"

    qt_loop.run(story())


def test_who_waits_for_a_face_reads_that_it_takes_long_and_then_what_to_do(
    qt_loop: QtLoop,
) -> None:
    async def story() -> None:
        async with a_call(AIORTC) as ends:
            await until(lambda: ends.seen_at_kiosk)
            for waited_ms, words in (
                (0, "Connecting you with your adviser…"),
                (10_000, "Your adviser has answered. The picture takes a while to arrive."),
                (
                    60_000,
                    "The picture does not arrive. Touch “Type instead” to write to your adviser.",
                ),
            ):
                assert await ends.pane.run(f"connectingWords({waited_ms})") == words

    qt_loop.run(story())
