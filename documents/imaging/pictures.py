# SPDX-License-Identifier: GPL-3.0-only
"""Opens the bytes of a page that came from elsewhere, within limits.
Used by check, clean and assemble.

A page may come from a hostile kiosk:
only two formats, a cap on bytes and on pixels before anything is decoded.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFile

from session.core.errors import PageTooLarge, PageUnreadable

MAX_PAGE_BYTES = 24 * 1024 * 1024
"""Largest page file; the same as the protocol's largest item."""

MAX_PIXELS = 40_000_000
"""A4 at 600 dpi has 35 million."""

DEFAULT_DPI = 300
"""Taken when the file does not say."""

MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}

_ORIENTATION = 0x0112
_HELD = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_270, 8: Image.Transpose.ROTATE_90}

DECODER_FAULTS = (
    OSError,
    ValueError,
    SyntaxError,
    IndexError,
    EOFError,
    TypeError,
    struct.error,
    MemoryError,
)
"""What Pillow's decoders raise on damaged data."""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A decoded page: `image` has mode "RGB" or "L";
    `dpi` is the file's own word or `DEFAULT_DPI`.
    """

    image: Image.Image
    dpi: int
    media_type: str


def open_header(data: bytes) -> ImageFile.ImageFile:
    """The picture with its size and mode known and nothing decoded yet.

    Raises:
        PageUnreadable: empty, or neither JPEG nor PNG.
        PageTooLarge: over `MAX_PAGE_BYTES` or `MAX_PIXELS`.
    """
    if not data:
        raise PageUnreadable(why="empty")
    if len(data) > MAX_PAGE_BYTES:
        raise PageTooLarge(size_bytes=len(data), limit_bytes=MAX_PAGE_BYTES)
    kind = next((name for magic, name in MAGIC.items() if data.startswith(magic)), None)
    if kind is None:
        raise PageUnreadable(why="format")
    try:
        image = Image.open(io.BytesIO(data), formats=(kind,))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PageTooLarge(limit_pixels=MAX_PIXELS) from error
    except DECODER_FAULTS as error:
        raise PageUnreadable(why="header") from error
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        raise PageTooLarge(pixels=pixels, limit_pixels=MAX_PIXELS)
    return image


def open_picture(data: bytes, dpi: int | None = None) -> PagePicture:
    """Decodes a page completely.

    Args:
        data: the file's bytes, JPEG or PNG.
        dpi: what the scanner said; else the file's own resolution; else `DEFAULT_DPI`.

    Raises:
        PageUnreadable, PageTooLarge: as `open_header`; also when the data ends too early.
    """
    image = open_header(data)
    media_type = f"image/{(image.format or '').lower()}"
    try:
        image.load()
        return PagePicture(upright(plain(image), image), dpi or dpi_of(image), media_type)
    except DECODER_FAULTS as error:
        raise PageUnreadable(why="truncated_or_damaged") from error


def upright(picture: Image.Image, file: Image.Image) -> Image.Image:
    """A decoded picture of this file as the camera was held (EXIF 2.32, tag 0x0112);
    scanners do not say.
    """
    try:
        turn = _HELD.get(file.getexif().get(_ORIENTATION, 1))
    except Exception:  # whatever a hostile file has there, its pixels are good without
        return picture
    if turn is None:
        return picture
    return picture.transpose(turn)


def dpi_of(image: Image.Image) -> int:
    """Dots per inch that the file claims, if believable (50 to 1,200); else `DEFAULT_DPI`."""
    claimed = image.info.get("dpi", (0, 0))
    try:
        dpi = round(float(claimed[0]))
    except (TypeError, ValueError, IndexError, ZeroDivisionError, OverflowError):
        return DEFAULT_DPI
    if 50 <= dpi <= 1200:
        return dpi
    return DEFAULT_DPI


def plain(image: Image.Image) -> Image.Image:
    """The same picture in mode "RGB" or "L"; what is transparent becomes white paper."""
    if image.mode in ("RGB", "L"):
        return image
    if image.mode.startswith("I"):
        return _eight_bits(image)
    if image.mode == "1":
        return image.convert("L")
    if "A" in image.mode or "transparency" in image.info:
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image.convert("RGBA"))
        return paper.convert("RGB")
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Sixteen-bit grey to eight; Pillow's own conversion would clip it to white."""
    return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
