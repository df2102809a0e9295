# SPDX-License-Identifier: GPL-3.0-only
"""How much processor a page costs, and how big it becomes, against plain decode, resize, encode in the same run.

`make bench-paper` prints the table and writes `build/bench/paper.json`.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from PIL import Image

from documents.assemble import assemble
from documents.clean import JPEG_QUALITY, OUTPUT_DPI, clean_page
from tests.benchmarks.table import Row, publish
from tests.unit.documents import drawn_pages
from tests.unit.documents.drawn_pages import Glass

GOAL_CLEAN_S = 0.5
"""CPU seconds for one A4 page at 300 dpi in colour."""

GOAL_ASSEMBLE_S = 0.1
REPEATS = 5


def cpu_s(work: Callable[[], object]) -> float:
    """Processor seconds of the quickest of some runs."""
    spent = []
    for _ in range(REPEATS):
        before = time.process_time()
        work()
        spent.append(time.process_time() - before)
    return min(spent)


def plain_copy(data: bytes) -> bytes:
    """The least that any pipeline must do: decode, resize to the output's resolution, encode."""
    page = Image.open(io.BytesIO(data)).convert("RGB")
    size = (round(page.width * OUTPUT_DPI / 300), round(page.height * OUTPUT_DPI / 300))
    file = io.BytesIO()
    page.resize(size, Image.Resampling.BILINEAR).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()


def rows() -> list[Row]:
    """Measures everything."""
    scans = {
        "form, 1.7 deg": drawn_pages.scan(drawn_pages.form(), Glass(skew_deg=1.7)),
        "payslip, -2.3 deg, grey lid": drawn_pages.scan(drawn_pages.payslip(), Glass(skew_deg=-2.3, lid=196)),
        "letter upside down": drawn_pages.scan(drawn_pages.letter(), Glass(skew_deg=0.6, quarters=2)),
        "card on black lid": drawn_pages.scan(drawn_pages.identity_card(), Glass(skew_deg=4.2, lid=24, scale=0.9)),
    }
    found: list[Row] = []
    for case, scan in scans.items():
        data = drawn_pages.jpeg(scan)
        floor = "decode, resize, encode (Pillow)"
        ours, peer = cpu_s(partial(clean_page, data)), cpu_s(partial(plain_copy, data))
        found.append(Row(case, "clean, CPU s", ours, peer, floor, GOAL_CLEAN_S))
        size, raw = len(clean_page(data).jpeg) / 1000, len(data) / 1000
        found.append(Row(case, "cleaned page, kB", size, raw, "the scanner's JPEG", 400))
    page = clean_page(drawn_pages.jpeg(scans["form, 1.7 deg"])).jpeg
    when = datetime(2026, 3, 2, tzinfo=UTC)
    ten = cpu_s(lambda: assemble([page] * 10, "x", when))
    one = cpu_s(lambda: assemble([page], "x", when))
    found.append(Row("10 pages to PDF/A-2b, validated", "CPU s", ten, one, "1 page", GOAL_ASSEMBLE_S))
    return found


def main() -> int:
    """Prints the table and writes the report."""
    return publish("paper", rows())


if __name__ == "__main__":
    sys.exit(main())
