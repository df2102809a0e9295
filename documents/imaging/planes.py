# SPDX-License-Identifier: GPL-3.0-only
"""A page on the bench: its brightness in full detail, its colours at half of it.
Used by clean, light and legibility.

That is all that a JPEG keeps of a page (ITU-T T.81 with chroma 4:2:0), and half the bytes and a
third of the work of three full channels. A JPEG's own decoder gives both at once in those sizes.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from documents.imaging.frame import Affine, Size
from documents.imaging.pictures import DECODER_FAULTS, dpi_of, open_header, plain, upright
from session.core.errors import PageUnreadable

_COARSER = 1.3
"""From here on the nearest colour is as good as a mean of four:
what a JPEG then leaves of both is the same.
"""


@dataclass(frozen=True, slots=True)
class Planes:
    """A page in two pictures.

    Attributes:
        grey: mode "L".
        colour: mode "RGB", half as wide and high, rounded up; None of a page that has no colours.
    """

    grey: Image.Image
    colour: Image.Image | None = None

    @property
    def size(self) -> Size:
        """Width and height of the page, in pixels."""
        return self.grey.size

    def coarse(self, factor: int) -> Image.Image:
        """The page `factor` (an even number) times smaller, mode "RGB" or "L"."""
        if self.colour is None:
            return self.grey.reduce(factor)
        return self.colour.reduce(factor // 2)

    def resized(self, size: Size) -> Planes:
        """The same page with other pixels."""
        colour = self.colour and self.colour.resize(_half(size), reducing_gap=2.0)
        return Planes(self.grey.resize(size, reducing_gap=2.0), colour)

    def cropped(self, left_edge: int, top: int, right: int, bottom: int) -> Planes:
        """A part, in pixels of the page;
        it begins at an even pixel, where a pixel of `colour` begins too.
        """
        left_edge, top = left_edge // 2 * 2, top // 2 * 2
        colour = self.colour and self.colour.crop(
            (left_edge // 2, top // 2, -(-right // 2), -(-bottom // 2))
        )
        return Planes(self.grey.crop((left_edge, top, right, bottom)), colour)

    def seen_through(self, back: Affine, size: Size) -> Planes:
        """The page drawn anew, `back` being the way from a new pixel's place to the old one's;
        white around it.
        """
        grey = self.grey.transform(
            size, Image.Transform.AFFINE, back, Image.Resampling.BILINEAR, fillcolor=255
        )
        if self.colour is None:
            return Planes(grey)
        a, b, c, d, e, f = back
        half, way, white = _half(size), (a, b, c / 2, d, e, f / 2), (255, 255, 255)
        if abs(a) + abs(b) > _COARSER:
            near = Image.Resampling.NEAREST
        else:
            near = Image.Resampling.BILINEAR
        return Planes(
            grey, self.colour.transform(half, Image.Transform.AFFINE, way, near, fillcolor=white)
        )

    def picture(self) -> Image.Image:
        """The page as one picture, mode "YCbCr" or "L"."""
        if self.colour is None:
            return self.grey
        width, height = self.size
        hues, covered = self.colour.convert("YCbCr"), (0, 0, width / 2, height / 2)
        blue, red = (
            hues.getchannel(band).resize((width, height), Image.Resampling.NEAREST, covered)
            for band in ("Cb", "Cr")
        )
        return Image.merge("YCbCr", (self.grey, blue, red))


def planes_of(picture: Image.Image) -> Planes:
    """A decoded picture (mode "RGB" or "L") as planes."""
    if picture.mode == "L":
        return Planes(picture)
    return Planes(picture.convert("L"), picture.reduce(2))


def open_planes(data: bytes, dpi: int | None = None) -> tuple[Planes, int]:
    """Decodes a page completely; also says its resolution.

    Args:
        data: the file's bytes, JPEG or PNG.
        dpi: what the scanner said; else the file's own resolution; else `pictures.DEFAULT_DPI`.

    Raises:
        PageUnreadable, PageTooLarge: as `pictures.open_picture`.
    """
    file = open_header(data)
    dpi = dpi or dpi_of(file)
    try:
        if file.format != "JPEG" or file.mode != "RGB" or min(file.size) < 2:
            file.load()
            return planes_of(upright(plain(file), file)), dpi
        coarse = open_header(data)
        coarse.draft("RGB", (file.width // 2, file.height // 2))
        file.draft("L", None)
        file.load()
        coarse.load()
        grey, colour = upright(file, file), upright(coarse, coarse)
        return Planes(
            grey, colour if colour.size == _half(grey.size) else colour.resize(_half(grey.size))
        ), dpi
    except DECODER_FAULTS as error:
        raise PageUnreadable(why="truncated_or_damaged") from error


def _half(size: Size) -> Size:
    return -(-size[0] // 2), -(-size[1] // 2)
