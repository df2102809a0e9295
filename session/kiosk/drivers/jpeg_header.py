# SPDX-License-Identifier: GPL-3.0-only
"""The size of a JPEG, read from its headers without decoding it;
used by the scanners on what a device sent.
"""

from __future__ import annotations

import struct

from session.core.errors import PageTooLarge, PageUnreadable
from session.kiosk.drivers.scanner import MAX_PAGE_PX

# ITU-T T.81, table B.1: markers by their second byte.
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})


def jpeg_size(data: bytes) -> tuple[int, int]:
    """(width, height) in pixels of a whole JPEG picture.

    Raises:
        PageUnreadable: empty, no JPEG, or it stops before its end. Detail: `why`, `size_bytes`.
        PageTooLarge: more pixels than any page has. Detail: `width_px`, `height_px`.
    """
    if not data:
        raise PageUnreadable(why="empty", size_bytes=0)
    size, end = _frame_size(data)
    if size is None or 0 in size:
        raise PageUnreadable(why="no size", size_bytes=len(data))
    if size[0] * size[1] > MAX_PAGE_PX:
        raise PageTooLarge(width_px=size[0], height_px=size[1])
    if data.find(bytes((0xFF, _EOI)), end) < 0:  # T.81, B.1.1.5: coded data never holds FF D9
        raise PageUnreadable(why="truncated", size_bytes=len(data))
    return size


def _frame_size(data: bytes) -> tuple[tuple[int, int] | None, int]:
    """Size from the frame header and where the coded picture starts;
    walks marker by marker (T.81, B.1.1.4).
    """
    if data[:2] != bytes((0xFF, _SOI)):
        raise PageUnreadable(why="not a JPEG", size_bytes=len(data))
    size: tuple[int, int] | None = None
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise PageUnreadable(why="broken headers", size_bytes=len(data))
        marker = data[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        length = struct.unpack_from(">H", data, at + 2)[0]
        if marker in _FRAMES and at + 9 <= len(data):
            height, width = struct.unpack_from(">HH", data, at + 5)
            size = (width, height)
        if marker in (_SOS, _EOI):
            return size, at + 2
        at += 2 + length
    raise PageUnreadable(why="truncated", size_bytes=len(data))
