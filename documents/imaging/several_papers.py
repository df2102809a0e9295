# SPDX-License-Identifier: GPL-3.0-only
"""Several papers in one scan of the flatbed?
Used by filing, in a worker process; `documents.imaging.flatbed_preview` does the same looking for
previews. Nothing is cut: what is found becomes pages by the edit `TakeArea`, over the same
untouched original.
"""

from __future__ import annotations

from documents.imaging.flatbed_preview import find_sheets
from documents.imaging.page_box import PageBox
from documents.imaging.pictures import open_header, plain

_LEAST_WIDTH_MM, _LEAST_HEIGHT_MM = 150, 190
_LOOK_PX = 880
_MM = 25.4


def find_papers(data: bytes, dpi: int) -> tuple[PageBox, ...]:
    """The papers on a scan (JPEG or PNG), in reading order;
    none when it is one, or when it is not certain.

    Raises:
        PageUnreadable, PageTooLarge: as `documents.imaging.pictures`.
    """
    picture = open_header(data)
    short, long = sorted((picture.width, picture.height))
    if short < _LEAST_WIDTH_MM * dpi / _MM or long < _LEAST_HEIGHT_MM * dpi / _MM:
        return ()  # an area of the flatbed, a card: chosen by hand
    picture.draft("RGB", (_LOOK_PX, _LOOK_PX))
    boxes = find_sheets(plain(picture))
    if len(boxes) > 1:
        return tuple(boxes)
    return ()
