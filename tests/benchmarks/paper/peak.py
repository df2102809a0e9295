# SPDX-License-Identifier: GPL-3.0-only
"""The most memory that a worker ever had:
before any page, and after one to a document, as JPEG and in layers. Run by `work`.

A program of its own, because a worker imports what the program that starts it is made of.
"""

from __future__ import annotations

import resource
import sys
from datetime import UTC, datetime
from pathlib import Path

from documents.imaging.encoding import Encoding
from documents.pages.clean import clean_page
from documents.pdf.assemble import assemble
from documents.workers import Workers

WHEN = datetime(2026, 3, 2, tzinfo=UTC)


def to_document(data: bytes, encoding: Encoding = Encoding.JPEG) -> bytes:
    """Our whole way: one scan to a PDF/A-2b."""
    return assemble([clean_page(data, encoding=encoding).content], "x", WHEN)


def peak_mb(data: bytes | None, encoding: Encoding = Encoding.JPEG) -> float:
    """Megabytes; `ru_maxrss` is no use here, a program that is started has what its parent had."""
    if data is not None:
        to_document(data, encoding)
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """`peak PAGE`: prints, in megabytes, what a worker has before any page, after a JPEG's
    and after layers.
    """
    page = Path(sys.argv[1]).read_bytes()
    peaks = []
    for encoding in (Encoding.JPEG, Encoding.SMALL):
        with Workers() as workers:
            idle = workers.submit(peak_mb, None).result(120)
            peaks.append(workers.submit(peak_mb, page, encoding).result(120))
    print(f"{idle:.1f}", *(f"{peak:.1f}" for peak in peaks))


if __name__ == "__main__":
    main()
