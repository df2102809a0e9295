# SPDX-License-Identifier: GPL-3.0-only
"""Pages whose text is hard to look through: the loop that shows STOP never stands still for them.
The browser, the kiosk's end and the guard's process are the real ones; what leaves is only counted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import pytest

from session.protocol.conversation.messages import Grant
from tests.support.cobrowse_stage import Stage
from tests.support.qt_loop import QtLoop

STANDSTILL_S = 0.1
BEAT_S = 0.01

RULE = '.i%d::before{content:"";mask-image:url("../icons/system/arrow-%d.svg");font:"M",arial}'
SHEET = "".join(RULE % (number, number) for number in range(11_000))
RECORDS = '[{"id":1,"nom":"x","ville":"y","code":"z"},'
HEAVY = {
    "a style sheet of 1 MB, dense with quotes": f"<style>{SHEET}</style>",
    "JSON in one pre": f"<pre>{RECORDS * 7_000}</pre>",
    "one text of 66,000 quotes": "<p id=q></p><script>q.textContent='\"'.repeat(66000)</script>",
    "groups of digits": f"<p>{'1 85 05 ' * 37_000}</p>",
    "20,000 nodes": "<script>for (let n = 0; n < 20000; n++) { const b = "
    "document.createElement('b'); b.textContent = n; document.body.append(b) }</script>",
}


@pytest.fixture
def stage(guarded: Stage) -> Stage:
    """What takes the second guard long is its own process's business."""
    return guarded


class Leaving:
    """Counts what leaves the kiosk, and keeps it from the desk."""

    def __init__(self, stage: Stage) -> None:
        self.streams = 0
        stage.kiosk_line.drop_raw = self._count

    def _count(self, _topic: str, _payload: bytes, headers: Mapping[str, str]) -> bool:
        self.streams += headers.get("Start") == "1"
        return True


async def standstill_s(during: Callable[[], Awaitable[object]]) -> float:
    """The longest time between two turns of the loop that the loop's own thread worked.
    What other threads and other programs of this machine do meanwhile is not counted.
    """
    worst, done = 0.0, False

    async def beat() -> None:
        nonlocal worst
        while not done:
            at_s, work_s = time.monotonic(), time.thread_time()
            await asyncio.sleep(BEAT_S)
            gap_s = min(time.monotonic() - at_s - BEAT_S, time.thread_time() - work_s)
            worst = max(worst, gap_s)

    beating = asyncio.create_task(beat())
    try:
        await during()
    finally:
        done = True
        await beating
    return worst


def test_the_loop_never_stands_still_for_a_page(stage: Stage, qt_loop: QtLoop) -> None:
    worst: dict[str, float] = {}
    leaving = Leaving(stage)

    async def one(name: str, body: str, number: int) -> None:
        address = stage.web.page(f"/t/heavy{number}.html", f"<html><body>{body}</body></html>")
        await stage.open(address)

        async def shared() -> None:
            before = leaving.streams
            stage.consent.give(Grant.SEE_PAGE)
            await stage.until(lambda: leaving.streams > before)

        worst[name] = await standstill_s(shared)
        stage.consent.take_back(Grant.SEE_PAGE)

    async def many_pictures() -> None:
        stage.consent.give(Grant.SEE_PAGE)
        for _ in range(60):
            stage.browser.request_snapshot()
            await asyncio.sleep(0.02)

    async def story() -> None:
        for number, (name, body) in enumerate(HEAVY.items()):
            await one(name, body, number)
        worst["60 full pictures in a row"] = await standstill_s(many_pictures)

    qt_loop.run(stage.play(story()), timeout_s=120)
    print({name: round(seconds, 3) for name, seconds in worst.items()})
    assert max(worst.values()) < STANDSTILL_S, worst


@pytest.mark.parametrize("text", ["'1 1 '.repeat(250_000)"])
def test_a_page_that_the_guard_cannot_look_through_is_not_shared_and_both_ends_are_told(
    stage: Stage, qt_loop: QtLoop, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage.guard, "_limit_s", 0.3)
    told: list[str] = []
    stage.kiosk.not_shared.connect(told.append)
    Leaving(stage)

    async def story() -> None:
        body = f"<p id=p></p><script>p.textContent={text}</script>"
        await stage.open(stage.web.page("/t/endless.html", f"<html><body>{body}</body></html>"))
        stage.consent.give(Grant.SEE_PAGE)

        async def given_up() -> None:
            await stage.until(lambda: told and stage.refused)

        assert await standstill_s(given_up) < STANDSTILL_S
        assert told == [refused.code for refused in stage.refused] == ["page_not_shareable"]
        assert not stage.kiosk.sharing

    qt_loop.run(stage.play(story()), timeout_s=90)
