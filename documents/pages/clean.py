# SPDX-License-Identifier: GPL-3.0-only
"""A page made legible: upright, straight, cut to the sheet, lit evenly.
Used by filing, in a worker process.

The original is only read. A stage that fails is left out and named, so a page is never lost to its
own cleaning.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import msgspec
from PIL import Image

from documents.imaging import edges, skew
from documents.imaging.edges import SheetFound
from documents.imaging.edits import CleaningStage, CropPage, Edits, TakeArea, TurnPage
from documents.imaging.encoding import FINE_DPI, OUTPUT_DPI, Encoding, as_jpeg, quick_jpeg
from documents.imaging.frame import LevelFrame, Size
from documents.imaging.layers import Layers, compose, in_layers
from documents.imaging.legibility import Doubt, LegibilityFinding, cut_sides, find_flaws
from documents.imaging.light import PageKind, kind_of, lit_evenly, shows_paper
from documents.imaging.page_box import WHOLE, PageBox
from documents.imaging.planes import Planes, open_planes, planes_of
from documents.imaging.skew import PageOrientation

logger = logging.getLogger(__name__)

_TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
"""Pillow counts counter-clockwise, we count clockwise."""


class CleanPage(msgspec.Struct, frozen=True, kw_only=True):
    """The cleaned copy of a page and what was done.

    Attributes:
        jpeg: the picture, RGB or grey; empty for a quick copy in layers.
        layers: the same page for a document, when that is smaller; its picture is `jpeg`.
        dpi: at most `OUTPUT_DPI`; a coarser original is not blown up.
        turned_deg, skew_deg: clockwise quarter turn applied, and the skew that was found and taken
            out.
        box: what was kept of the straightened scan.
        skipped: stages that failed and were left out, e.g. ("light",).
        flaws: what keeps the page from being read, as found before it was lit; boxes are of the
            page before edits.
        doubts: what the agent is asked to look at.
    """

    jpeg: bytes
    width_px: int
    height_px: int
    dpi: int
    layers: Layers | None = None
    turned_deg: int = 0
    skew_deg: float = 0.0
    box: PageBox = PageBox()
    blank: bool = False
    kind: PageKind = PageKind.COLOUR
    skipped: tuple[str, ...] = ()
    flaws: tuple[LegibilityFinding, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def content(self) -> bytes | Layers:
        """The content that `assemble` takes."""
        return self.layers or self.jpeg

    @property
    def encoding(self) -> str:
        """In which way the page is kept: "jpeg", "g4" or "mrc"."""
        if self.layers is None:
            return "jpeg"
        if self.layers.is_bilevel:
            return "g4"
        return "mrc"


def clean_page(
    data: bytes,
    edits: Edits | None = None,
    dpi: int | None = None,
    encoding: Encoding = Encoding.JPEG,
) -> CleanPage:
    """Cleans a page and applies the agent's edits.

    Args:
        data: the original: JPEG, PNG, or a PDF that the caller gave.
        edits: steps over the cleaned page; none by default.
        dpi: what the scanner said; else the file's own word.
        encoding: which sizes are worth their price on this line.

    Raises:
        PageUnreadable, PageTooLarge: the original cannot be decoded at all.
    """
    edits = edits or Edits()
    work = _Work(*_original(data, edits, dpi), edits)
    if edits.as_scanned:
        work.resize()
        work.analyse()
    else:
        work.straighten()
        scanned = work.page
        work.light()
        work.analyse(scanned)
    return work.finish(encoding)


def _original(data: bytes, edits: Edits, dpi: int | None) -> tuple[Planes, int]:
    """The page before anything is done to it, all of the original or the part that this page is;
    its resolution.
    """
    if data.startswith(b"%PDF-"):
        from documents.pdf.given_pdf import draw_page

        planes, dpi = planes_of(draw_page(data, edits.pdf_page, OUTPUT_DPI)), OUTPUT_DPI
    else:
        planes, dpi = open_planes(data, dpi)
    if edits.area is None:
        box = None
    else:
        box = _corners(planes.size, edits.area)
    return planes if box is None else planes.cropped(*box), dpi


@dataclass
class _Work:
    """A page on the bench: each stage replaces `page` or leaves it."""

    original: Planes
    original_dpi: int
    edits: Edits = field(default_factory=Edits)
    lie: PageOrientation = field(default_factory=PageOrientation)
    box: PageBox = WHOLE
    is_edge_doubtful: bool = False
    kind: PageKind = PageKind.COLOUR
    is_lit: bool = False
    skipped: list[str] = field(default_factory=list)
    flaws: tuple[LegibilityFinding, ...] = ()

    def __post_init__(self) -> None:
        self.dpi = min(OUTPUT_DPI, self.original_dpi)
        self.page = self.original

    def attempt[Result](self, stage: str, do: Callable[[], Result], otherwise: Result) -> Result:
        """Return the stage's result, or `otherwise` when it fails in any way."""
        try:
            return do()
        except Exception as error:
            logger.warning("stage %s left out: %s", stage, type(error).__name__)
            self.skipped.append(stage)
            return otherwise

    def resize(self) -> None:
        """The page at the output's resolution."""
        size = LevelFrame(*self.page.size, 0.0).size_at(WHOLE, self.dpi / self.original_dpi)
        self.page = self.attempt("resize", lambda: self.page.resized(size), self.page)

    def straighten(self) -> None:
        """Upright, level, cut to the sheet."""
        grey = self.attempt("grey", self._grey, None)
        if grey is None:
            return self.resize()
        self.lie = self._wanted(
            self.attempt("skew", lambda: skew.find_lie(grey), PageOrientation())
        )
        self.flaws = self.attempt("cut", lambda: cut_sides(grey, self.lie.turn_deg), self.flaws)
        if CleaningStage.CUT not in self.edits.left_out:
            sheet = self.attempt("edges", lambda: self._sheet(grey), SheetFound())
            self.box = sheet.box
            self.is_edge_doubtful = sheet.doubtful
        level = self.attempt("level", lambda: self._level(self.dpi), None)
        if level is None:
            self.lie = PageOrientation()
            self.box = WHOLE
            return self.resize()
        self.page = level
        return None

    def light(self) -> None:
        """Even light where there is paper to read it from."""
        page = self.page
        paper = self.attempt("paper", lambda: shows_paper(page, self.dpi), False)
        if paper:
            lit = self.attempt("light", lambda: lit_evenly(page, self.dpi), page)
        else:
            lit = page
        self.kind = self.attempt("kind", lambda: kind_of(lit, paper, self.dpi), PageKind.COLOUR)
        if CleaningStage.LIGHT not in self.edits.left_out:
            self.is_lit = paper and "light" not in self.skipped
            self.page = lit

    def analyse(self, scanned: Planes | None = None) -> None:
        """Can it be read? Asked of the page as it was scanned, before the light was made even."""
        page, blank = scanned or self.page, self.kind is PageKind.BLANK
        self.flaws = self.attempt(
            "legibility", lambda: self.flaws + find_flaws(page, self.dpi, blank), self.flaws
        )

    def edited(self, page: Image.Image) -> Image.Image:
        """The page after the agent's own steps, in order."""
        for step in self.edits.steps:
            if isinstance(step, TurnPage):
                page = _turned(page, 90 * step.quarters)
            elif isinstance(step, CropPage):
                page = self.attempt("crop", partial(_cropped, page, step), page)
        return page

    def finish(self, encoding: Encoding) -> CleanPage:
        """The pictures and the facts."""
        page = self.edited(self._in_its_colours(self.page))
        layers = None
        if encoding is not Encoding.JPEG and self.is_lit and self.kind is not PageKind.PHOTO:
            layers = self.attempt("layers", lambda: self._layers(page, encoding), None)
        if encoding is Encoding.QUICK:
            if layers is not None:
                jpeg = b""
            else:
                jpeg = quick_jpeg(page, self.dpi)
        else:
            jpeg = as_jpeg(
                page if layers is None else compose(layers, page.size).convert(page.mode), self.dpi
            )
        return CleanPage(
            jpeg=jpeg,
            layers=layers,
            width_px=page.width,
            height_px=page.height,
            dpi=self.dpi,
            turned_deg=self.lie.turn_deg,
            skew_deg=round(self.lie.skew_deg, 2),
            box=self.box,
            blank=self.kind is PageKind.BLANK,
            kind=self.kind,
            skipped=tuple(self.skipped),
            flaws=self.flaws,
            doubts=tuple(self._doubts()),
        )

    def _doubts(self) -> Iterator[Doubt]:
        """Yield the doubts that the agent has not decided already."""
        turned = any(isinstance(step, TurnPage) for step in self.edits.steps)
        blank = self.kind is PageKind.BLANK
        if not (self.lie.sure or turned or blank or CleaningStage.TURN in self.edits.left_out):
            yield Doubt.WAY
        if self.is_edge_doubtful:
            yield Doubt.EDGE

    def _layers(self, page: Image.Image, encoding: Encoding) -> Layers | None:
        """The page in layers, in full detail for a document;
        None when a JPEG is the better picture.
        """
        dpi = min(FINE_DPI, self.original_dpi)
        if encoding is not Encoding.QUICK and dpi > self.dpi:
            fine = self._level(dpi)
            self.original = self.page  # the scan itself is needed no more, and its room is
            fine = lit_evenly(fine, dpi)
            page = self.edited(self._in_its_colours(fine))
            del fine
        else:
            dpi = self.dpi
        if page.mode != "L":
            page = page.convert("RGB")
        return in_layers(page, dpi)

    def _in_its_colours(self, page: Planes) -> Image.Image:
        grey = (
            self.kind in (PageKind.GREY, PageKind.BLANK)
            and CleaningStage.GREY not in self.edits.left_out
        )
        if grey:
            return page.grey
        if page.colour:
            return page.picture()
        return page.grey.convert("RGB")

    def _wanted(self, lie: PageOrientation) -> PageOrientation:
        """Return how the page lies, without the corrections that the agent does not want."""
        out = self.edits.left_out
        turn, level = CleaningStage.TURN not in out, CleaningStage.LEVEL not in out
        return replace(
            lie, turn_deg=lie.turn_deg if turn else 0, skew_deg=lie.skew_deg if level else 0.0
        )

    def _grey(self) -> Image.Image:
        return self.original.grey.reduce(max(1, round(self.original_dpi / skew.WORK_DPI)))

    def _sheet(self, grey: Image.Image) -> SheetFound:
        """Return the place of the sheet in the levelled page, looked for in its colours."""
        small = grey.reduce(skew.WORK_DPI // edges.WORK_DPI)
        colour = self.original.colour
        if colour is not None:
            small = colour.reduce(max(1, round(self.original_dpi / 2 / edges.WORK_DPI)))
        small = _turned(small, self.lie.turn_deg)
        frame = LevelFrame(*small.size, self.lie.skew_deg)
        return edges.find_sheet(frame.level(small), frame.seen())

    def _level(self, dpi: int) -> Planes:
        width, height = self.original.size
        frame = LevelFrame(
            *((height, width) if self.lie.turn_deg % 180 else (width, height)), self.lie.skew_deg
        )
        size = frame.size_at(self.box, dpi / self.original_dpi)
        return self.original.seen_through(frame.back(self.box, size, self.lie.turn_deg), size)


def _turned(page: Image.Image, clockwise_deg: int) -> Image.Image:
    turn = _TURNS.get(clockwise_deg % 360)
    if turn is None:
        return page
    return page.transpose(turn)


def _cropped(page: Image.Image, crop: CropPage) -> Image.Image:
    """The rectangle; one that is inside out changes nothing."""
    box = _corners(page.size, crop)
    if box is None:
        return page
    return page.crop(box)


def _corners(size: Size, crop: CropPage | TakeArea) -> tuple[int, int, int, int] | None:
    """The rectangle in pixels, at least one in each direction; None when it is inside out."""
    width, height = size
    left_edge = int(crop.left * width)
    top = int(crop.top * height)
    right = round(crop.right * width)
    bottom = round(crop.bottom * height)
    if right <= left_edge or bottom <= top:
        return None
    return (left_edge, top, right, bottom)
