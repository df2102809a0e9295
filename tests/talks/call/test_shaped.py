# SPDX-License-Identifier: GPL-3.0-only
"""The media bench's lines for fifteen seconds each: both real ends in namespaces of their own. Margins are wide.

What must be reached on a quiet machine is in `make bench-media`; here a call must simply hold on such a line.
"""

from __future__ import annotations

import asyncio

import pytest

from tests.benchmarks.media import measures
from tests.benchmarks.media.cases import send_page
from tests.benchmarks.media.network import POOR_1, RURAL_1, RURAL_3, Line, why_not
from tests.benchmarks.media.peers import ENGINES
from tests.benchmarks.media.stage import now_ms, on_stage

OURS = [name for name, engine in ENGINES.items() if engine.ours]
STEADY_S, SETTLE_S = 11.0, 4.0
PAGE_BYTES = 200_000


@pytest.fixture(autouse=True, scope="module")
def _namespaces() -> None:
    reason = why_not()
    if reason:
        pytest.skip(f"shaped lines: {reason}")


@pytest.mark.parametrize("engine", OURS)
async def test_face_and_voice_hold_on_the_reference_line(engine: str) -> None:
    async with on_stage(ENGINES[engine], RURAL_1, name=f"test.{engine}") as stage:
        await stage.call()
        await stage.wait(SETTLE_S)
        measured = await stage.measure(STEADY_S)
        across_s, beside = await asyncio.gather(send_page(stage, PAGE_BYTES, governed=True), stage.measure(7.0))
    for end, shown in stage.shown.items():
        first_s = measures.first_after(shown, stage.began_ms)
        assert first_s is not None, f"nothing was seen at the {end}"
        assert first_s < 4
        assert measured.decoded_fps.get(end, measured.windows[end].fps) > 4
        assert measured.windows[end].height >= 270
        assert measured.guessed[end] < 0.15
        assert measured.video_kbps[end] < 420
        assert beside.guessed[end] < 0.2
    assert across_s < 20, "a page of 200 kB crosses in some seven seconds, beside both faces"


@pytest.mark.parametrize(("engine", "line"), [(OURS[0], RURAL_3), (OURS[1], POOR_1)], ids=["3 % loss", "256 kb/s"])
async def test_a_worse_line_still_carries_a_moving_face_and_a_voice(engine: str, line: Line) -> None:
    async with on_stage(ENGINES[engine], line, height=540, name="test.worse") as stage:
        await stage.call()
        await stage.wait(SETTLE_S)
        measured = await stage.measure(STEADY_S)
    for end in stage.shown:
        assert measured.decoded_fps.get(end, measured.windows[end].fps) > 3
        assert measured.guessed[end] < 0.25


@pytest.mark.parametrize("engine", OURS)
async def test_after_an_outage_of_five_seconds_the_picture_is_back_without_a_lag(engine: str) -> None:
    async with on_stage(ENGINES[engine], RURAL_1, height=540, name="test.outage") as stage:
        await stage.call()
        await stage.wait(SETTLE_S)
        await stage.network.cut(True)
        await stage.wait(5.0)
        await stage.network.cut(False)
        back_ms = now_ms()
        await stage.wait(6.0, 0.5)
    for end, shown in stage.shown.items():
        fresh_s = measures.first_after(shown, back_ms, filmed_after=True)
        assert fresh_s is not None, f"the {end} sees nothing new"
        assert fresh_s < 5
        assert (measures.window(shown, back_ms + 4000, back_ms + 6000).age_p50 or 0) < 1500
