# SPDX-License-Identifier: GPL-3.0-only
"""`python -m tests.faults.hostile [SECONDS]`: every message in a burst, every topic for so long, of
a kiosk to a desk and of a desk to a kiosk. Ends with 0 when both windows kept their promise.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from pathlib import Path

from session.protocol.topics import CONTROL_TOPICS, RAW_TOPICS, SendingEnd
from tests.faults.hostile.bench import LARGEST, HostileEnd, WindowWatch, hostile_kiosk
from tests.faults.hostile.desk import hostile_desk
from tests.faults.hostile.samples import rows_of

QUIET_MS, BUSY_MS = 100.0, 250.0
"""The longest that a window stands still, alone on the machine and on a busy one."""

FEW, REST_S = 10, 20.0
"""Of each message before the flood; until every rate has come back."""

MOST_GROWN_MB = 50.0

LARGEST_TIMES, MOST_FOR_LARGEST_MB = 2.5, 300.0
"""A page of 8 MiB may hold the window so much longer, and takes so much memory, however often it
comes.
"""


def told(watch: WindowWatch) -> None:
    """Prints the newest line."""
    name = list(watch.still_ms)[-1]
    print(f"{name:24} {watch.still_ms[name]:6.0f} ms {watch.grown_mb[name]:+7.1f} MB", flush=True)


async def flood(end: HostileEnd, me: SendingEnd, seconds: float) -> None:
    """Everything that an end may say."""
    for row in rows_of(me):
        await end.burst(row, FEW)
    end.watch = WindowWatch({}, {})  # what a window loads once is not counted
    for row in rows_of(me):
        await end.burst(row)
        told(end.watch)
    for topic in (*CONTROL_TOPICS, *RAW_TOPICS):
        await end.stream(topic, seconds)
        told(end.watch)


async def kiosk_floods(folder: Path, seconds: float) -> WindowWatch:
    """The desk's window meanwhile."""
    async with hostile_kiosk(folder) as kiosk:
        await flood(kiosk, SendingEnd.KIOSK, seconds)
        await asyncio.sleep(REST_S)
        await kiosk.show_largest()
        told(kiosk.watch)
        await kiosk.stream_largest(seconds)
        told(kiosk.watch)
        await kiosk.talk_on()
        return kiosk.watch


async def desk_floods(folder: Path, seconds: float) -> WindowWatch:
    """The kiosk's window meanwhile."""
    async with hostile_desk(folder) as desk:
        await flood(desk, SendingEnd.DESK, seconds)
        await desk.talk_on()
        await desk.stop()
        return desk.watch


def kept_its_promise(watch: WindowWatch, longest_ms: float) -> bool:
    """Prints what there is to say of a window."""
    slow = [
        name
        for name, still_ms in watch.still_ms.items()
        if still_ms > longest_ms * (LARGEST_TIMES if LARGEST in name else 1)
    ]
    grown_mb, largest_mb = (
        sum(grown for name, grown in watch.grown_mb.items() if (LARGEST in name) is is_largest)
        for is_largest in (False, True)
    )
    print(f"still for more than {longest_ms:g} ms: {slow}")
    print(f"grown by {grown_mb:.1f} MB in all, and by {largest_mb:.1f} for the largest page")
    print(f"the person reads who floods: {watch.flooded}; the conversation goes on: {watch.heard}")
    is_bounded = grown_mb <= MOST_GROWN_MB and largest_mb <= MOST_FOR_LARGEST_MB
    return watch.heard and is_bounded and not slow


def main(seconds: float) -> int:
    """0 when both windows kept their promise."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    logging.disable(logging.WARNING)
    longest_ms = BUSY_MS if os.getloadavg()[0] > 1.0 else QUIET_MS
    good = True
    for name, floods in (("a kiosk floods a desk", kiosk_floods), ("a desk, a kiosk", desk_floods)):
        print(name, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            watch = asyncio.run(floods(Path(folder), seconds))
        good = kept_its_promise(watch, longest_ms) and good
        good = good and (floods is desk_floods or watch.flooded)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0))
