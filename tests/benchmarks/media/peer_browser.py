# SPDX-License-Identifier: GPL-3.0-only
"""Our browser engine as a peer of the bench:
the desk's own pane with `BrowserEngine`, and the line's governor.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from session.core.tasks import Tasks
from session.media.engine import MediaStats, PictureLimits
from session.media.engines.browser_engine import BrowserEngine, BrowserSettings
from tests.benchmarks.media.peer_line import GovernedEnd
from tests.benchmarks.media.peer_page import film, media, run
from tests.benchmarks.media.peer_python import serve, settings
from views.media.browser_call_pane import DeskCallPane
from views.media.call_page import LockedCallPage


async def story(page: LockedCallPage) -> None:
    """The program."""
    wanted = settings()
    engine = BrowserEngine(page, Tasks(), settings=BrowserSettings(media=media(wanted)))
    await film(page, wanted)
    engine.set_line(wanted.line_kbps)
    engine.warm()

    def limit(limits: PictureLimits) -> None:
        engine.set_picture_limit(limits.kbps, height_px=limits.height_px, fps=limits.fps)

    async def count() -> MediaStats:
        return engine.stats()

    line = GovernedEnd(wanted.line_kbps, limit, count=count)

    async def answer(asked: dict[str, Any]) -> Any:
        said = await engine.answer(asked["sdp"])
        line.begin_call()
        return said

    async def pop(_asked: dict[str, Any]) -> Any:
        return await page.run("bench.pop()")

    async def stats(_asked: dict[str, Any]) -> Any:
        return {
            **msgspec.convert(await page.run("bench.stats()"), dict[str, Any]),
            "rule": line.rule,
        }

    async def close(_asked: dict[str, Any]) -> Any:
        await engine.close_call()

    await serve({"answer": answer, "pop": pop, "stats": stats, "close": close})
    await asyncio.wait_for(line.close(), 2)


if __name__ == "__main__":
    run(story, DeskCallPane)
