# SPDX-License-Identifier: GPL-3.0-only
"""The way of paper in numbers: processor, memory, bytes, what is read rightly, what the store
takes, a large dossier on the screen; with peers.

`make bench-paper` prints the table, says why a goal is missed, and writes `build/bench/paper.json`.
Some three minutes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable

from tests.benchmarks.paper import dossier, line, seeing, store, work
from tests.benchmarks.table import Row, publish
from tests.support import drawn_pages
from tests.support.drawn_pages import Flatbed

COLOUR = "colour form"
SCANS: dict[str, tuple[str, Flatbed]] = {
    COLOUR: ("form", Flatbed(skew_deg=1.7)),
    "grey payslip on grey lid": ("payslip", Flatbed(skew_deg=-2.3, lid=196)),
    "letter upside down": ("letter", Flatbed(skew_deg=0.6, quarters=2)),
    "card on black lid": ("identity_card", Flatbed(skew_deg=4.2, lid=24, scale=0.9)),
}


def rows() -> list[Row]:
    """Measures everything; each part says how long it took."""
    pictures = {
        case: drawn_pages.scan(getattr(drawn_pages, page)(), glass)
        for case, (page, glass) in SCANS.items()
    }
    scans = {case: drawn_pages.jpeg(picture) for case, picture in pictures.items()}
    form = scans[COLOUR]
    parts: list[tuple[str, Callable[[], Iterable[Row]]]] = [
        ("floor", lambda: work.against_the_floor(scans)),
        ("layers", lambda: work.in_layers(form)),
        ("programs", lambda: work.against_programs(form)),
        ("memory", lambda: work.memory(form)),
        ("assembling", lambda: [work.ten_pages(form)]),
        ("skew", lambda: [seeing.skew_errors()]),
        ("orientation", seeing.orientation),
        ("words", seeing.words),
        ("line", lambda: [line.preview(pictures[COLOUR]), *line.form(form)]),
        ("store", store.rows),
        ("dossier", dossier.rows),
    ]
    found: list[Row] = []
    for name, measure in parts:
        began_s = time.monotonic()
        found += measure()
        print(f"{name}: {time.monotonic() - began_s:.0f} s", flush=True)
    return found


def main() -> int:
    """Prints the table and writes the report; 1 when a goal is missed."""
    return publish("paper", rows())


if __name__ == "__main__":
    sys.exit(main())
