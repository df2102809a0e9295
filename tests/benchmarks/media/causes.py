# SPDX-License-Identifier: GPL-3.0-only
"""Why a bound was not kept, as far as the run itself tells. Used by `bench_media`."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tests.benchmarks.media.cases import OTHERS_TOOK, OURS_TOOK, Cell

OTHERS = 40.0
"""Per cent of a core that other programs may take before a run says more of them than of an engine.
"""

FULL = 0.85
"""Of all cores, taken by both ends together:
then each waits for the other, as two machines would not.
"""

KNOWN: tuple[tuple[str, str, str, str], ...] = (
    (
        "browser",
        "512 kb/s",
        "first picture",
        "two pages of Chromium begin on the same two cores; beside our own end one has it in 0.39 "
        "to 0.43 s",
    ),
    (
        "browser",
        "LAN",
        "processor of the desk",
        "without a graphics processor Chromium puts its window together on the processor: 37 % of "
        "a core (its thread"
        " VizCompositor, from /proc); its worker threads, which encode and decode, take 31 %",
    ),
)
"""(engine or "", beginning of the case, part of the metric, cause), kept up to date by hand."""


def cause_of(cell: Cell, engine: str, cells: Sequence[Cell]) -> str:
    """The cause of a missed `cell`, or empty when it is not known. `cells`: all of its case."""
    for who, case, metric, cause in KNOWN:
        if who in ("", engine) and cell.case.startswith(case) and metric in cell.metric:
            return cause
    cores = os.cpu_count() or 1
    took = {
        found.metric: found.value or 0.0
        for found in cells
        if found.metric in (OURS_TOOK, OTHERS_TOOK)
    }
    ours, others = took.get(OURS_TOOK, 0.0), took.get(OTHERS_TOOK, 0.0)
    if others > OTHERS:
        return f"other programs took {others:.0f} % of a core meanwhile, of {cores}"
    if ours > FULL * 100 * cores:
        return f"both ends share {cores} cores here and took {ours:.0f} %"
    return ""
