# SPDX-License-Identifier: GPL-3.0-only
"""The agent as large as in the room, in the kiosk's real page."""

from __future__ import annotations

from tests.integration.call.ends import Ends, a_call
from tests.integration.call.engines import AIORTC
from tests.support.qt_loop import QtLoop
from tests.support.waiting import until

BOX = """(() => {
const box = document.querySelector('#call video').getBoundingClientRect();
return [box.left, box.top, box.width, box.height];
})()"""


async def box(ends: Ends) -> list[float]:
    found = await ends.pane.run(BOX)
    assert isinstance(found, list)
    return found


def test_the_agents_picture_is_as_wide_as_it_is_told_and_covers_the_pane(qt_loop: QtLoop) -> None:
    async def story() -> None:
        async with a_call(AIORTC) as ends:
            await until(lambda: ends.seen_at_kiosk)
            width = await ends.pane.run("screen.width")
            assert isinstance(width, int | float)
            ends.pane.show_life_size(1.5)
            await until(lambda: True)
            left, top, wide, high = await box(ends)
            assert abs(wide - 1.5 * width) < 2
            assert abs(wide / high - 16 / 9) < 0.02
            assert abs(left + wide / 2 - 240) < 2, "in the middle of the pane of 480"
            assert top <= 0
            assert top + high >= 269
            ends.pane.show_life_size(0)
            assert (await box(ends))[2] == 480

    qt_loop.run(story())
