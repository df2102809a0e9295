# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's own call page as a peer of the bench:
`KioskCallPane` with its offer ready, and the line's governor.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Any

import msgspec

from session.media.call_page import PageDescription
from session.media.engine import MediaStats, PictureLimits
from tests.benchmarks.media.peer_line import GovernedEnd
from tests.benchmarks.media.peer_page import film, media, run
from tests.benchmarks.media.peer_python import serve, settings
from views.kiosk.call_pane import KioskCallPane
from views.media.call_page import LockedCallPage


async def story(page: LockedCallPage) -> None:
    """The program."""
    wanted = settings()
    await film(page, wanted)
    options = media(wanted).options()

    def limit(limits: PictureLimits) -> None:
        page.run_soon(f"call.govern({json.dumps(asdict(limits))})")

    async def count() -> MediaStats:
        return msgspec.convert(await page.run("call.line()"), MediaStats)

    line = GovernedEnd(wanted.line_kbps, limit, count=count)

    async def prepare(_asked: dict[str, Any]) -> Any:
        return await page.run(f"call.prepare({options})")

    async def offer(_asked: dict[str, Any]) -> Any:
        made = msgspec.convert(await page.run(f"call.offer({options})"), PageDescription)
        line.begin_call()
        return made.sdp

    async def accept(asked: dict[str, Any]) -> Any:
        return await page.run(f"call.accept({json.dumps(asked['sdp'])}, false)")

    async def pop(_asked: dict[str, Any]) -> Any:
        return await page.run("bench.pop()")

    async def stats(_asked: dict[str, Any]) -> Any:
        return {
            **msgspec.convert(await page.run("bench.stats()"), dict[str, Any]),
            "rule": line.rule,
        }

    async def close(_asked: dict[str, Any]) -> Any:
        return await page.run("call.hangUp()")

    handlers = {
        "prepare": prepare,
        "offer": offer,
        "accept": accept,
        "pop": pop,
        "stats": stats,
        "close": close,
    }
    await serve({**handlers, "page": line.send_page})
    await asyncio.wait_for(line.close(), 2)


if __name__ == "__main__":
    run(story, KioskCallPane)
