# SPDX-License-Identifier: GPL-3.0-only
"""A page at the kiosk compared with its mirror."""

from __future__ import annotations

import asyncio
import os
import time

from tests.fidelity.pictures import keep, percent, pixels_of
from tests.support.cobrowse_stage import Stage
from tests.support.waiting import LONGEST_S

PATIENCE_S = LONGEST_S


async def compared(stage: Stage, name: str, threshold: float) -> float:
    """The difference in percent, once it is small enough or patience is at an end;
    then the pictures are kept.
    """
    until_s = time.monotonic() + PATIENCE_S
    while True:
        stage.pane.resize(stage.page.view.size())  # a notice at the kiosk may come and go
        kiosk, desk = pixels_of(stage.page.view), pixels_of(stage.pane)
        found = percent(kiosk, desk)
        if found <= threshold or time.monotonic() > until_s:
            if found > threshold or os.environ.get("KEEP_PICTURES"):
                keep(name, kiosk, desk)
            return found
        await asyncio.sleep(0.1)
