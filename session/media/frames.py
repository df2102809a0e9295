# SPDX-License-Identifier: GPL-3.0-only
"""A picture on its way to the screen, without Qt.
Made by the engines, painted by `views.media.video_pane`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import av


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """One decoded picture.

    Attributes:
        width_px, height_px: its size.
        stride_bytes: bytes from one row to the next (>= 4 * width_px).
        pixels: uint8, rows of blue, green, red, unused: what QImage calls Format_RGB32 on a
            little-endian machine.
        number: counts the pictures of a source; a painter skips one it has painted already.
    """

    width_px: int
    height_px: int
    stride_bytes: int
    pixels: memoryview
    number: int


def to_screen(frame: av.VideoFrame, number: int, width_px: int = 0) -> VideoFrame:
    """Converts a decoder's frame to what a screen paints, scaled to `width_px` when that is given.

    Raw BGRA in a QImage is the cheapest way to a screen without a graphics card: 1.4 ms for 720p.
    """
    width = width_px or frame.width
    height = max(2, round(frame.height * width / frame.width))
    screen_frame = frame.reformat(width=width, height=height, format="bgra")
    plane = screen_frame.planes[0]
    # The view keeps the plane, and the plane its frame, alive: no copy.
    # (PyAV's stubs do not show its buffers.)
    return VideoFrame(
        screen_frame.width,
        screen_frame.height,
        plane.line_size,
        memoryview(cast(Any, plane)),
        number,
    )
