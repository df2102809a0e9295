# SPDX-License-Identifier: GPL-3.0-only
"""The media bench's lines for some ten seconds each: both real ends in namespaces of their own.
Margins are wide.

What must be reached on a quiet machine is in `make bench-media`;
here a call must simply hold on such a line.
"""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import pytest

from tests.benchmarks.media import measures
from tests.benchmarks.media.cases import send_page
from tests.benchmarks.media.network import POOR_1, RURAL_1, RURAL_3, Line, run, why_not
from tests.benchmarks.media.peers import ENGINES
from tests.benchmarks.media.shaper import DEVICE
from tests.benchmarks.media.stage import Stage, now_ms, on_stage

OURS = [name for name, engine in ENGINES.items() if engine.ours]
STEADY_S, SETTLE_S = 7.0, 4.0
HEIGHT = 360
"""Of the cameras: four computing workers leave half a processor to such a call."""
PAGE_BYTES = 200_000


@pytest.fixture(autouse=True, scope="module")
def _namespaces() -> None:
    reason = why_not()
    if reason:
        pytest.skip(f"shaped lines: {reason}")


@pytest.mark.parametrize("engine", [OURS[0], pytest.param(OURS[1], marks=pytest.mark.long)])
async def test_face_and_voice_hold_on_the_reference_line(engine: str) -> None:
    async with on_stage(ENGINES[engine], RURAL_1, height=HEIGHT, name=f"test.{engine}") as stage:
        await stage.call()
        await stage.wait(SETTLE_S)
        measured = await stage.measure(STEADY_S)
        across_s, beside = await asyncio.gather(
            send_page(stage, PAGE_BYTES, governed=True), stage.measure(7.0)
        )
    for end, shown in stage.shown.items():
        first_s = measures.first_after(shown, stage.began_ms)
        assert first_s is not None, f"nothing was seen at the {end}"
        assert measured.decoded_fps.get(end, measured.windows[end].fps) > 4
        assert measured.windows[end].height >= 270
        assert measured.guessed[end] < 0.15
        assert measured.video_kbps[end] < 420
        assert beside.guessed[end] < 0.2
    assert across_s < 40, "a page of 200 kB crosses in some seven seconds, beside both faces"


@pytest.mark.long
@pytest.mark.parametrize(
    ("engine", "line"), [(OURS[0], RURAL_3), (OURS[1], POOR_1)], ids=["3 % loss", "256 kb/s"]
)
async def test_a_worse_line_still_carries_a_moving_face_and_a_voice(
    engine: str, line: Line
) -> None:
    async with on_stage(ENGINES[engine], line, height=HEIGHT, name="test.worse") as stage:
        await stage.call()
        await stage.wait(SETTLE_S)
        measured = await stage.measure(STEADY_S)
    for end in stage.shown:
        assert measured.decoded_fps.get(end, measured.windows[end].fps) > 3
        assert measured.guessed[end] < 0.25


@pytest.mark.long
@pytest.mark.parametrize("engine", OURS)
async def test_the_picture_is_back_after_an_outage_without_a_lag_and_after_a_move_by_ipv6_alone(
    engine: str,
) -> None:
    async with on_stage(ENGINES[engine], RURAL_1, height=HEIGHT, name="test.outage") as stage:
        await stage.call()
        await stage.wait(SETTLE_S)
        await stage.network.cut(True)
        await stage.wait(5.0)
        await stage.network.cut(False)
        back_ms = now_ms()
        await stage.wait(6.0, 0.5)
        moved_ms = await _move(stage)
    for end, shown in stage.shown.items():
        moved_s = measures.first_after(shown, moved_ms, filmed_after=True)
        assert moved_s is not None, f"the {end} sees nothing new by the other address"
        assert moved_s < 8
        fresh_s = measures.first_after(shown, back_ms, filmed_after=True)
        assert fresh_s is not None, f"the {end} sees nothing new"
        assert fresh_s < 5
        assert (measures.window(shown, back_ms + 4000, back_ms + 6000).age_p50 or 0) < 1500


async def _move(stage: Stage) -> float:
    """The kiosk gets another address, and the second call that its watchdog offers may use IPv6
    only; when it was.
    """
    await stage.network.move_kiosk("10.77.0.9")
    moved_ms = now_ms()
    for namespace, address in (
        (stage.network.kiosk, "fd77::1/64"),
        (stage.network.desk, "fd77::2/64"),
    ):
        await run("ip", "-n", namespace, "-6", "addr", "add", address, "dev", DEVICE, "nodad")
        # else Chromium offers none
        await run("ip", "-n", namespace, "-6", "route", "add", "default", "dev", DEVICE)
    await stage.wait(3.0)
    offer = _by_ipv6(await stage.kiosk.do("offer"))
    await stage.kiosk.do("accept", sdp=_by_ipv6(await stage.desk.do("answer", sdp=offer)))
    await stage.wait(3.0, 0.5)
    return moved_ms


def _by_ipv6(sdp: str) -> str:
    """Without the candidates of IPv4: neither end knows any such address of the other."""
    lines = sdp.splitlines()
    kept = [
        line
        for line in lines
        if not line.startswith("a=candidate:") or ip_address(line.split()[4]).version == 6
    ]
    assert any(line.startswith("a=candidate:") for line in kept), [
        line for line in lines if "candidate:" in line
    ]
    return "\r\n".join(kept) + "\r\n"
