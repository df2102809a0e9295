# SPDX-License-Identifier: GPL-3.0-only
"""Why a bound was not kept, as far as it was found out. Used by `bench_media`, kept up to date by hand."""

from __future__ import annotations

import os

from tests.benchmarks.media.cases import Cell

BUSY = 1.3
"""Load for each core from which a run says more of the machine than of the engine: a pair alone makes about 0.8."""

KNOWN: tuple[tuple[str, str, str], ...] = ()
"""(beginning of the case, part of the metric, cause)."""


def cause_of(cell: Cell, engine: str, load: float) -> str:
    """The cause, or empty when it is not known."""
    for case, metric, cause in KNOWN:
        if cell.case.startswith(case) and metric in cell.metric:
            return cause
    cores = os.cpu_count() or 1
    if load / cores > BUSY:
        return f"the machine was busy with other things: load {load} on {cores} cores"
    return ""
