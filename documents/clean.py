# SPDX-License-Identifier: GPL-3.0-only
"""A page made legible: upright, straight, cut to the sheet, lit evenly. Used by filing, in a worker process.

The original is only read. A stage that fails is left out and named, so a page is never lost to its own cleaning.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import msgspec
from PIL import Image

from documents import edges, skew
from documents.edits import CropPage, Edits, TurnPage
from documents.frame import WHOLE, Box, Frame, PageBox
from documents.legibility import Finding, cut_sides, find_flaws
from documents.light import PageKind, kind_of, lit_evenly, shows_paper
from documents.pictures import Picture, open_picture
from documents.skew import Lie

logger = logging.getLogger(__name__)

OUTPUT_DPI = 200
JPEG_QUALITY = 70

_TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
"""Pillow counts counter-clockwise, we count clockwise."""


class CleanPage(msgspec.Struct, frozen=True, kw_only=True):
    """The cleaned copy of a page and what was done.

    Attributes:
        jpeg: the picture, RGB or grey.
        dpi: at most `OUTPUT_DPI`; a coarser original is not blown up.
        turned_deg, skew_deg: clockwise quarter turn applied, and the skew that was found and taken out.
        box: what was kept of the straightened scan.
        skipped: stages that failed and were left out, e.g. ("light",).
        flaws: what keeps the page from being read, as found before it was lit; boxes are of the page before edits.
    """

    jpeg: bytes
    width_px: int
    height_px: int
    dpi: int
    turned_deg: int = 0
    skew_deg: float = 0.0
    box: PageBox = PageBox()
    blank: bool = False
    kind: PageKind = PageKind.COLOUR
    skipped: tuple[str, ...] = ()
    flaws: tuple[Finding, ...] = ()


def clean_page(data: bytes, edits: Edits | None = None, dpi: int | None = None) -> CleanPage:
    """Cleans a page and applies the agent's edits.

    Args:
        data: the original, JPEG or PNG.
        edits: steps over the cleaned page; none by default.
        dpi: what the scanner said; else the file's own word.

    Raises:
        PageUnreadable, PageTooLarge: the original cannot be decoded at all.
    """
    edits = edits or Edits()
    work = _Work(open_picture(data, dpi))
    if edits.as_scanned:
        work.resize()
        work.look()
    else:
        work.straighten()
        scanned = work.page
        work.light()
        work.look(scanned)
    work.apply(edits)
    return work.finish()


@dataclass
class _Work:
    """A page on the bench: each stage replaces `page` or leaves it."""

    original: Picture
    lie: Lie = field(default_factory=Lie)
    box: Box = WHOLE
    kind: PageKind = PageKind.COLOUR
    skipped: list[str] = field(default_factory=list)
    flaws: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        self.dpi = min(OUTPUT_DPI, self.original.dpi)
        self.page = self.original.image

    def attempt[Result](self, stage: str, do: Callable[[], Result], otherwise: Result) -> Result:
        """What the stage says, or `otherwise` when it fails in any way."""
        try:
            return do()
        except Exception as error:
            logger.warning("stage %s left out: %s", stage, type(error).__name__)
            self.skipped.append(stage)
            return otherwise

    def resize(self) -> None:
        """The page at the output's resolution."""
        size = Frame(*self.page.size, 0.0).size_at(WHOLE, self.dpi / self.original.dpi)
        self.page = self.attempt("resize", lambda: self.page.resize(size, reducing_gap=2.0), self.page)

    def straighten(self) -> None:
        """Upright, level, cut to the sheet."""
        grey = self.attempt("grey", self._grey, None)
        if grey is None:
            return self.resize()
        self.lie = self.attempt("skew", lambda: skew.find_lie(grey), Lie())
        self.flaws = self.attempt("cut", lambda: cut_sides(grey, self.lie.turn_deg), self.flaws)
        self.box = self.attempt("edges", lambda: self._box(grey), WHOLE)
        level = self.attempt("level", self._level, None)
        if level is None:
            self.lie, self.box = Lie(), WHOLE
            return self.resize()
        self.page = level
        return None

    def light(self) -> None:
        """Even light where there is paper to read it from."""
        page = self.page.convert("RGB")
        paper = self.attempt("paper", lambda: shows_paper(page, self.dpi), False)
        if paper:
            self.page = self.attempt("light", lambda: lit_evenly(page, self.dpi), self.page)
        lit = self.page.convert("RGB")
        self.kind = self.attempt("kind", lambda: kind_of(lit, paper), PageKind.COLOUR)

    def look(self, scanned: Image.Image | None = None) -> None:
        """Can it be read? Asked of the page as it was scanned, before the light was made even."""
        page, blank = scanned or self.page, self.kind is PageKind.BLANK
        self.flaws = self.attempt("legibility", lambda: self.flaws + find_flaws(page, self.dpi, blank), self.flaws)

    def apply(self, edits: Edits) -> None:
        """The agent's own steps, in order."""
        for step in edits.steps:
            if isinstance(step, TurnPage):
                self.page = _turned(self.page, 90 * step.quarters)
            elif isinstance(step, CropPage):
                self.page = self.attempt("crop", partial(_cropped, self.page, step), self.page)

    def finish(self) -> CleanPage:
        """The JPEG and the facts."""
        grey = self.kind in (PageKind.GREY, PageKind.BLANK)
        page = self.page.convert("L" if grey else "RGB")
        file = io.BytesIO()
        page.save(file, "JPEG", quality=JPEG_QUALITY, dpi=(self.dpi, self.dpi))
        return CleanPage(
            jpeg=file.getvalue(),
            width_px=page.width,
            height_px=page.height,
            dpi=self.dpi,
            turned_deg=self.lie.turn_deg,
            skew_deg=round(self.lie.skew_deg, 2),
            box=PageBox(self.box.left, self.box.top, self.box.right, self.box.bottom),
            blank=self.kind is PageKind.BLANK,
            kind=self.kind,
            skipped=tuple(self.skipped),
            flaws=self.flaws,
        )

    def _grey(self) -> Image.Image:
        factor = max(1, round(self.original.dpi / skew.WORK_DPI))
        return self.original.image.reduce(factor).convert("L")

    def _box(self, grey: Image.Image) -> Box:
        small = _turned(grey.reduce(skew.WORK_DPI // edges.WORK_DPI), self.lie.turn_deg)
        frame = Frame(*small.size, self.lie.skew_deg)
        size = frame.size_at(WHOLE, 1.0)
        seen = frame.level(Image.new("L", small.size, 255), WHOLE, size, 0)
        return edges.find_box(frame.level(small, WHOLE, size, 255), seen)

    def _level(self) -> Image.Image:
        upright = _turned(self.original.image, self.lie.turn_deg)
        frame = Frame(*upright.size, self.lie.skew_deg)
        size = frame.size_at(self.box, self.dpi / self.original.dpi)
        return frame.level(upright, self.box, size, 255 if upright.mode == "L" else (255, 255, 255))


def _turned(page: Image.Image, clockwise_deg: int) -> Image.Image:
    turn = _TURNS.get(clockwise_deg % 360)
    return page if turn is None else page.transpose(turn)


def _cropped(page: Image.Image, crop: CropPage) -> Image.Image:
    """The rectangle, at least one pixel in each direction; a rectangle inside out changes nothing."""
    left, top = int(crop.left * page.width), int(crop.top * page.height)
    right, bottom = round(crop.right * page.width), round(crop.bottom * page.height)
    if right <= left or bottom <= top:
        return page
    return page.crop((left, top, right, bottom))
