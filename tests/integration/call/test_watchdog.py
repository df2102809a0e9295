# SPDX-License-Identifier: GPL-3.0-only
"""Lines that break under a call of the two real ends:
what is noticed when, and how soon both see each other again.

The limits are wide, for machines that do much else;
on an idle one the picture is back 0.3 s after an outage of 5 s.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from session.media.engine import MediaState
from tests.integration.call.ends import Ends, a_call
from tests.integration.call.engines import AIORTC
from tests.integration.call.relay import CutWay
from tests.support.qt_loop import QtLoop
from tests.support.waiting import LONGEST_S, until


@asynccontextmanager
async def a_call_that_can_be_cut() -> AsyncIterator[tuple[Ends, CutWay]]:
    way = CutWay()
    async with a_call(AIORTC) as ends:
        plain = ends.engine.answer
        ends.engine.answer = lambda offer_sdp: way.through(offer_sdp, plain)  # type: ignore[method-assign]
        try:
            yield ends, way
        finally:
            way.close()


def moving(ends: Ends) -> int:
    return ends.engine.stats().frames


def test_after_five_seconds_of_outage_both_are_back_soon(qt_loop: QtLoop) -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        async with a_call_that_can_be_cut() as (ends, way):
            await until(lambda: moving(ends) > 50 and ends.seen_at_kiosk)
            way.cut, began_s = True, loop.time()
            ends.kiosk_channel.cut = ends.desk_channel.cut = True
            await until(lambda: ends.desk.state is MediaState.UNSTABLE)
            await until(lambda: ends.desk.state is MediaState.LOST)
            assert loop.time() - began_s > 4.5
            way.cut = ends.kiosk_channel.cut = ends.desk_channel.cut = False
            frames, back_s = moving(ends), loop.time()
            await until(
                lambda: ends.desk.state is MediaState.CONNECTED and moving(ends) > frames + 3
            )
            took_s = loop.time() - back_s
            print(f"back after {took_s:.2f} s")
            assert took_s < LONGEST_S / 2
            assert "closed" not in ends.desk_states

    qt_loop.run(story())


def test_a_line_that_never_comes_back_is_replaced_by_a_second_one(qt_loop: QtLoop) -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        async with a_call_that_can_be_cut() as (ends, way):
            await until(lambda: moving(ends) > 50 and ends.seen_at_kiosk)
            first_call = ends.desk.call_id
            way.cut_calls.add(0)
            cut_s = loop.time()
            await until(lambda: ends.desk.call_id != first_call)
            asked_s = loop.time() - cut_s
            assert 2.5 < asked_s < LONGEST_S / 2
            assert ends.engine.latest_frame() is not None, "the last picture stays on the screen"
            await until(lambda: moving(ends) > 3 and ends.desk.state is MediaState.CONNECTED)
            print(f"asked after {asked_s:.2f} s, seen again after {loop.time() - cut_s:.2f} s")
            assert loop.time() - cut_s < LONGEST_S
            frames = ends.seen_at_kiosk[-1].frames
            await until(lambda: ends.seen_at_kiosk[-1].frames != frames)

    qt_loop.run(story())
