# SPDX-License-Identifier: GPL-3.0-only
"""The most memory that a worker ever had: before any page, and after one to a document. Run by `paper_work`.

A program of its own, because a worker imports what the program that starts it is made of.
"""

from __future__ import annotations

import resource
import sys
from datetime import UTC, datetime
from pathlib import Path

from documents.assemble import assemble
from documents.clean import clean_page
from documents.workers import Workers

WHEN = datetime(2026, 3, 2, tzinfo=UTC)


def to_document(data: bytes) -> bytes:
    """Our whole way: one scan to a PDF/A-2b."""
    return assemble([clean_page(data).jpeg], "x", WHEN)


def peak_mb(data: bytes | None) -> float:
    """Megabytes; `ru_maxrss` is no use here, a program that is started has what its parent had."""
    if data is not None:
        to_document(data)
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """`paper_peak PAGE`: prints both, in megabytes."""
    page = Path(sys.argv[1]).read_bytes()
    with Workers() as workers:
        idle = workers.submit(peak_mb, None).result(120)
        peak = workers.submit(peak_mb, page).result(120)
    print(f"{idle:.1f} {peak:.1f}")


if __name__ == "__main__":
    main()
