# SPDX-License-Identifier: GPL-3.0-only
"""`python -m tests.faults.hostile [SECONDS]`: every message in a burst, every topic for so long.
Ends with 0 when the window kept its promise.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from pathlib import Path

from session.protocol.topics import CONTROL_TOPICS, RAW_TOPICS, SEAL_TOPIC, SendingEnd
from tests.faults.hostile.bench import WindowWatch, hostile_kiosk
from tests.faults.hostile.samples import rows_of

QUIET_S, BUSY_S = 0.1, 0.25
"""The longest that a window stands still, alone on the machine and on a busy one."""

MOST_GROWN_MB = 50.0


def told(watch: WindowWatch) -> None:
    """Prints the newest line."""
    name = list(watch.slowest_s)[-1]
    print(
        f"{name:24} {watch.slowest_s[name] * 1000:6.0f} ms {watch.grown_mb[name]:+7.1f} MB",
        flush=True,
    )


async def flood_all(folder: Path, seconds: float) -> WindowWatch:
    """Everything that a kiosk may say."""
    async with hostile_kiosk(folder) as kiosk:
        for row in rows_of(SendingEnd.KIOSK):
            await kiosk.burst(row)
            told(kiosk.watch)
        for topic in (*CONTROL_TOPICS, *RAW_TOPICS):
            if topic != SEAL_TOPIC:
                await kiosk.stream(topic, seconds)
                told(kiosk.watch)
        await kiosk.talk_on()
        return kiosk.watch


def main(seconds: float) -> int:
    """0 when the window kept its promise."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    logging.disable(logging.WARNING)
    longest_s = BUSY_S if os.getloadavg()[0] > 1.0 else QUIET_S
    with tempfile.TemporaryDirectory() as folder:
        watch = asyncio.run(flood_all(Path(folder), seconds))
    slow = [name for name, slowest_s in watch.slowest_s.items() if slowest_s > longest_s]
    grown_mb = sum(watch.grown_mb.values())
    print(f"slower than {longest_s:g} s: {slow}; grown by {grown_mb:.1f} MB in all")
    print(f"the agent reads who floods: {watch.flooded}; the caller goes on: {watch.heard}")
    good = watch.flooded and watch.heard and not slow and grown_mb <= MOST_GROWN_MB
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0))
