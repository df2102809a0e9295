# SPDX-License-Identifier: GPL-3.0-only
"""The agent's changes to a page: a list of steps over an untouched original.
Used by clean and outbox.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from documents.imaging.page_box import PageBox

Fraction = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class TurnPage(msgspec.Struct, frozen=True, tag="turn"):
    """Turns the page by `quarters` of a circle, clockwise, 1 to 3."""

    quarters: Annotated[int, msgspec.Meta(ge=1, le=3)] = 1


class CropPage(msgspec.Struct, frozen=True, tag="crop"):
    """Keeps a rectangle; fractions of the page as it is seen before this step, origin top left."""

    left: Fraction
    top: Fraction
    right: Fraction
    bottom: Fraction


class TakeArea(msgspec.Struct, frozen=True, tag="area"):
    """Takes one paper out of a scan of several, before anything else is done;
    fractions of the scan as it came.
    """

    left: Fraction
    top: Fraction
    right: Fraction
    bottom: Fraction


class DrawPage(msgspec.Struct, frozen=True, tag="pdf_page"):
    """The original is a PDF that the caller gave; this is its page `number`, from 0."""

    number: Annotated[int, msgspec.Meta(ge=0, le=500)] = 0


class CleaningStage(StrEnum):
    """A step of the automatic cleaning of a page.
    Turn: upright; level: the skew out; cut: to the sheet; light: even and white; grey: colours
    that are none are left out.
    """

    TURN = "turn"
    LEVEL = "level"
    CUT = "cut"
    LIGHT = "light"
    GREY = "grey"


class LeaveOut(msgspec.Struct, frozen=True, tag="leave_out"):
    """One stage of the automatic cleaning is not wanted, wherever this stands in the list."""

    stage: CleaningStage


class LeaveAsScanned(msgspec.Struct, frozen=True, tag="as_scanned"):
    """No automatic straightening, cropping or lighting, wherever it stands in the list."""


Step = TurnPage | CropPage | TakeArea | DrawPage | LeaveOut | LeaveAsScanned


class Edits(msgspec.Struct, frozen=True):
    """The steps, applied in order on the automatically cleaned page."""

    steps: tuple[Step, ...] = ()

    def then(self, step: Step) -> Edits:
        """These steps and one more."""
        return Edits((*self.steps, step))

    @property
    def quarters(self) -> int:
        """Quarter turns to the right that the steps make together, 0..3."""
        return sum(step.quarters for step in self.steps if isinstance(step, TurnPage)) % 4

    def cropped(self, crop: CropPage) -> Edits:
        """These steps and a crop of the page as it is seen after them;
        the turn stays last, so that it can change.
        """
        box = (crop.left, crop.top, crop.right, crop.bottom)
        for _turn in range(self.quarters):  # back to how it lay before the turn to the right
            left_edge, top, right, bottom = box
            box = (top, 1 - right, bottom, 1 - left_edge)
        turns = tuple(step for step in self.steps if isinstance(step, TurnPage))
        others = tuple(step for step in self.steps if not isinstance(step, TurnPage))
        return Edits((*others, CropPage(*box), *turns))

    def seen(self, box: PageBox) -> PageBox | None:
        """Return where a box of the page before these steps lies after them; None when it was
        cut away.
        """
        left_edge = box.left
        top = box.top
        right = box.right
        bottom = box.bottom
        for step in self.steps:
            if isinstance(step, TurnPage):
                for _turn in range(step.quarters):
                    left_edge, top, right, bottom = 1 - bottom, left_edge, 1 - top, right
            elif isinstance(step, CropPage) and step.right > step.left and step.bottom > step.top:
                width, height = step.right - step.left, step.bottom - step.top
                left_edge, right = ((side - step.left) / width for side in (left_edge, right))
                top, bottom = ((side - step.top) / height for side in (top, bottom))
        left_edge, top, right, bottom = (
            min(max(side, 0.0), 1.0) for side in (left_edge, top, right, bottom)
        )
        if right > left_edge and bottom > top:
            return PageBox(left_edge, top, right, bottom)
        return None

    def undone(self) -> Edits:
        """These steps without the last."""
        return Edits(self.steps[:-1])

    def without(self, stage: CleaningStage, is_included: bool) -> Edits:
        """These steps with a stage of the cleaning wanted or left out."""
        others = tuple(step for step in self.steps if step != LeaveOut(stage))
        return Edits(others if is_included else (*others, LeaveOut(stage)))

    @property
    def left_out(self) -> frozenset[CleaningStage]:
        """Stages of the cleaning that are not wanted."""
        return frozenset(step.stage for step in self.steps if isinstance(step, LeaveOut))

    @property
    def area(self) -> TakeArea | None:
        """The part of the scan that this page is; None for all of it."""
        return next((step for step in self.steps if isinstance(step, TakeArea)), None)

    @property
    def pdf_page(self) -> int:
        """Which page of a given PDF this is, from 0."""
        return next((step.number for step in self.steps if isinstance(step, DrawPage)), 0)

    @property
    def as_scanned(self) -> bool:
        """True when the automatic cleaning is not wanted."""
        return any(isinstance(step, LeaveAsScanned) for step in self.steps)
