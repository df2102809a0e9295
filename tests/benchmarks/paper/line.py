# SPDX-License-Identifier: GPL-3.0-only
"""How long a preview and a page are on the reference line, 512 kb/s, as the kiosk sends them.
Used by `bench_paper`.

Counted, not run: every byte that the kiosk's sender hands to the bus, cut into its chunks, with
each chunk's headers. `bench_media` sends pages over a real shaped line during calls.
"""

from __future__ import annotations

import time

from PIL import Image

from documents.pages.quick_copy import quick_copy
from session.kiosk.devices.preview import small_preview
from session.kiosk.drivers.scanner import ScannedPage
from session.protocol.endpoints.chunks import chunk_bytes_for, count_chunks
from tests.benchmarks.table import Row
from tests.support import drawn_pages

LINE_KBPS = 512
CHUNK_EXTRA_BYTES = 210
"""NATS's HPUB line with our subject and headers, TLS record, TCP and IP:
about that much for each chunk.
"""

QUICK_BYTES_S = 54_000
"""What a quick copy may use of the line beside a call (`session.protocol.endpoints.sending.HURRY`).
"""


def seconds(size_bytes: int) -> float:
    """On the line, when nothing else is."""
    chunks = count_chunks(size_bytes, chunk_bytes_for(LINE_KBPS))
    return 8 * (size_bytes + CHUNK_EXTRA_BYTES * chunks) / (1000 * LINE_KBPS)


def preview(scan: Image.Image) -> Row:
    """What the scanner gives at 75 dpi, as the kiosk sends it."""
    small = scan.resize((scan.width // 4, scan.height // 4), Image.Resampling.LANCZOS)
    data = drawn_pages.jpeg(small, dpi=75)
    page = ScannedPage(
        data=data, media_type="image/jpeg", width_px=small.width, height_px=small.height, dpi=75
    )
    sent = small_preview(page).data
    return Row(
        "preview on 512 kb/s",
        "s",
        seconds(len(sent)),
        seconds(len(data)),
        "the scanner's JPEG",
        0.5,
    )


def form(data: bytes) -> list[Row]:
    """A colour form of 300 dpi until it can be read at the desk;
    the untouched original follows behind it.
    """
    original = seconds(len(data))
    before_s = time.process_time()
    copy = quick_copy(data, 300)
    made_s = time.process_time() - before_s
    readable = original if copy is None else made_s + len(copy.data) / QUICK_BYTES_S
    return [
        Row("colour form on 512 kb/s, readable", "s", readable, original, "as scanned", 2.0),
        Row("its untouched original, alone on the line", "s", original),
    ]
