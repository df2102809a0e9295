# SPDX-License-Identifier: GPL-3.0-only
"""What the agent wants changed on a page: a list of steps over an untouched original. Used by clean and outbox."""

from __future__ import annotations

from typing import Annotated

import msgspec

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


class LeaveAsScanned(msgspec.Struct, frozen=True, tag="as_scanned"):
    """No automatic straightening, cropping or lighting, wherever it stands in the list."""


Step = TurnPage | CropPage | LeaveAsScanned


class Edits(msgspec.Struct, frozen=True):
    """The steps, applied in order on the automatically cleaned page."""

    steps: tuple[Step, ...] = ()

    def then(self, step: Step) -> Edits:
        """These steps and one more."""
        return Edits((*self.steps, step))

    def undone(self) -> Edits:
        """These steps without the last."""
        return Edits(self.steps[:-1])

    @property
    def as_scanned(self) -> bool:
        """True when the automatic cleaning is not wanted."""
        return any(isinstance(step, LeaveAsScanned) for step in self.steps)
