# SPDX-License-Identifier: GPL-3.0-only
"""What the same screen costs as pixels: VP8 video, and the "tight" encoding of VNC.
Peers of `bench_cobrowse`.

Both get the kiosk's browser pane as pictures, five a second, and count the bytes they would send.

`Tight` follows the RFB protocol (RFC 6143; community specification "rfbproto", section 7.7.6, Tight
encoding) as TigerVNC uses it at its default quality: of each picture the changed rectangles, each
as a fill, an indexed palette through a zlib stream that lasts, or a JPEG, whichever that server
would choose. Not counted, for it or against it: CopyRect (a browser does not tell the server that
it scrolled) and the requests of the viewer.
"""

from __future__ import annotations

import fractions
import io
import zlib
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

FPS = 5
TILE = 64

Pixels = NDArray[np.uint8]


class Vp8:
    """libvpx in real time, as a video call sends a screen. `bytes` so far."""

    def __init__(self, bit_rate: int = 300_000) -> None:
        self.bytes = 0
        self._bit_rate = bit_rate
        self._codec: Any = None
        self._frames = 0

    def add(self, pixels: Pixels) -> None:
        """A picture: uint8 (height, width, 3), RGB; all of the same shape."""
        height, width = pixels.shape[0] & ~1, pixels.shape[1] & ~1
        if self._codec is None:
            self._codec = av.CodecContext.create("libvpx", "w")
            self._codec.width, self._codec.height, self._codec.pix_fmt = width, height, "yuv420p"
            self._codec.bit_rate = self._bit_rate
            self._codec.time_base = fractions.Fraction(1, FPS)
            self._codec.options = {
                "deadline": "realtime",
                "cpu-used": "6",
                "lag-in-frames": "0",
                "error-resilient": "1",
                "screen-content-mode": "1",
            }
        whole = np.zeros((self._codec.height, self._codec.width, 3), np.uint8)
        whole[: min(height, whole.shape[0]), : min(width, whole.shape[1])] = pixels[
            : whole.shape[0], : whole.shape[1]
        ]
        frame = av.VideoFrame.from_ndarray(whole, format="rgb24").reformat(format="yuv420p")
        frame.pts, self._frames = self._frames, self._frames + 1
        self.bytes += sum(packet.size for packet in self._codec.encode(frame))


class Tight:
    """A VNC server's framebuffer updates. `bytes` so far."""

    JPEG_QUALITY = 79
    ZLIB_LEVEL = 2
    RECTANGLE_HEADER = 12
    SMALLEST_ZLIB = 12
    """RFB: rectangle header of 12 bytes;
    data shorter than 12 bytes is not compressed (section 7.7.6).
    """

    def __init__(self) -> None:
        self.bytes = 0
        self._before: Pixels | None = None
        self._streams = [zlib.compressobj(self.ZLIB_LEVEL) for _ in range(2)]

    def add(self, pixels: Pixels) -> None:
        """The next picture; nothing is sent when nothing changed."""
        before, self._before = self._before, pixels
        if before is None or before.shape != pixels.shape:
            before = np.bitwise_not(pixels)
        rectangles = list(_changed(before, pixels))
        if rectangles:
            self.bytes += 4  # message type and number of rectangles (RFC 6143, section 7.6.1)
        for top, bottom, left, right in rectangles:
            self.bytes += self.RECTANGLE_HEADER + self._cost(pixels[top:bottom, left:right])

    def _cost(self, part: Pixels) -> int:
        packed = (
            (part[..., 0].astype(np.uint32) << 16)
            | (part[..., 1].astype(np.uint32) << 8)
            | part[..., 2]
        )
        colours, indexes = np.unique(packed, return_inverse=True)
        if len(colours) == 1:
            return 4  # control byte and the colour: a fill
        if len(colours) > 256:
            return 1 + self._jpeg(part)
        indexes = indexes.reshape(packed.shape).astype(np.uint8)
        palette = 3 + 3 * len(colours)
        if len(colours) == 2:
            return palette + self._zlib(0, np.packbits(indexes, axis=1).tobytes())
        return palette + self._zlib(1, indexes.tobytes())

    def _zlib(self, stream: int, data: bytes) -> int:
        if len(data) < self.SMALLEST_ZLIB:
            return len(data)
        out = self._streams[stream].compress(data) + self._streams[stream].flush(zlib.Z_SYNC_FLUSH)
        return len(out) + _length_bytes(len(out))

    def _jpeg(self, part: Pixels) -> int:
        out = io.BytesIO()
        Image.fromarray(part).save(out, "JPEG", quality=self.JPEG_QUALITY, subsampling=2)
        return out.tell() + _length_bytes(out.tell())


def _length_bytes(size: int) -> int:
    if size < 128:
        return 1
    return 2 if size < 16384 else 3


def _changed(before: Pixels, now: Pixels) -> Iterator[tuple[int, int, int, int]]:
    """(top, bottom, left, right) of changed rectangles:
    tiles that touch in a row are one, shrunk to what changed.
    """
    different = (before != now).any(axis=2)
    height, width = different.shape
    for top in range(0, height, TILE):
        bottom = min(top + TILE, height)
        start: int | None = None
        for left in range(0, width + TILE, TILE):
            hit = left < width and bool(different[top:bottom, left : left + TILE].any())
            if hit and start is None:
                start = left
            elif not hit and start is not None:
                yield _shrunk(different, (top, bottom, start, min(left, width)))
                start = None


def _shrunk(
    different: NDArray[np.bool_], tile: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    top, bottom, left, right = tile
    part = different[top:bottom, left:right]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    return (
        top + int(rows[0]),
        top + int(rows[-1]) + 1,
        left + int(columns[0]),
        left + int(columns[-1]) + 1,
    )
