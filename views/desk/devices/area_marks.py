# SPDX-License-Identifier: GPL-3.0-only
"""The parts of the scanner's flatbed that are marked, one page each. Used by the preview."""

from __future__ import annotations

from collections.abc import Sequence

from resources.texts import _
from session.protocol.conversation.messages import MAX_AREAS, Area

UNITS_PER_MM = 300 / 25.4
"""Areas are in 1/300 inch (PWG 5100.3)."""

MIN_SIDE = round(10 * UNITS_PER_MM)
"""A smaller mark than 10 mm is a slip of the mouse: it means nothing."""

CARD = (round(90 * UNITS_PER_MM), round(58 * UNITS_PER_MM))
"""A new mark by key: an identity card with a margin."""

KEY_STEP = round(5 * UNITS_PER_MM)


class AreaMarks:
    """The marks in their order; none means the whole flatbed.

    Attributes:
        flatbed: what can be marked.
        current: which mark is acted on, from 0; -1 when there is none.
    """

    def __init__(self) -> None:
        self.flatbed = Area()
        self.current = -1
        self.areas: list[Area] = []
        self._proposed: list[Area] = []

    def begin(self, flatbed: Area, proposed: Sequence[Area]) -> None:
        """Forget earlier marks; `proposed` are the areas found on the flatbed."""
        self.flatbed = flatbed
        self._proposed = list(proposed)[:MAX_AREAS]
        self.take_proposal()

    @property
    def has_proposal(self) -> bool:
        """True if areas were found on the flatbed that are not what is marked now."""
        return bool(self._proposed) and self._proposed != self.areas

    def take_proposal(self) -> None:
        """Marks the areas that were found."""
        self.areas = list(self._proposed)
        self.choose(0)

    def clear(self) -> None:
        """Back to the whole flatbed."""
        self.areas = []
        self.choose(-1)

    def choose(self, place: int) -> None:
        """Act on the mark at this place, or on the nearest one."""
        self.current = min(max(place, 0), len(self.areas) - 1)

    def add(self) -> None:
        """Adds a mark of the size of a card where there is space."""
        if len(self.areas) < MAX_AREAS:
            step = 2 * KEY_STEP * len(self.areas)
            self.begin_mark(self._inside(self.flatbed.left + step, self.flatbed.top + step, *CARD))

    def begin_mark(self, area: Area) -> None:
        """Adds this mark, to be drawn on."""
        self.areas.append(area)
        self.current = len(self.areas) - 1

    def remove(self) -> None:
        """Removes the current mark."""
        if 0 <= self.current < len(self.areas):
            del self.areas[self.current]
            self.choose(self.current)

    def end_drawing(self) -> None:
        """Forget a drawn mark that is too small to mean anything."""
        area = self.areas[self.current]
        if area.width < MIN_SIDE or area.height < MIN_SIDE:
            self.remove()

    def change(self, area: Area, across: int, down: int, *, sizing: bool) -> None:
        """Put the current mark where `area` is, moved, or sized, inside the flatbed."""
        if sizing:
            changed = self._inside(area.left, area.top, area.width + across, area.height + down)
        else:
            changed = self._inside(area.left + across, area.top + down, area.width, area.height)
        self.areas[self.current] = changed

    def step(self, across: int, down: int, *, sizing: bool) -> None:
        """Move or size the current mark by a key."""
        # the first key makes a mark a little smaller than the flatbed, so that it can be moved
        if not self.areas:
            flatbed, inset = self.flatbed, 4 * KEY_STEP
            self.begin_mark(
                self._inside(
                    flatbed.left + inset,
                    flatbed.top + inset,
                    flatbed.width - 2 * inset,
                    flatbed.height - 2 * inset,
                )
            )
        self.change(self.areas[self.current], across, down, sizing=sizing)

    def words(self) -> str:
        """Return what is marked, in words."""
        if not self.areas:
            return _("Whole glass")
        if len(self.areas) > 1:
            return _("{count} areas, a page each").format(count=len(self.areas))
        return _("Area {width} × {height} mm").format(**_millimetres(self.areas[0]))

    def current_words(self) -> str:
        """Return which of several marks is acted on, and its size; "" for one or none."""
        if len(self.areas) < 2 or self.current < 0:
            return ""
        words = _("Area {number} of {count}: {width} × {height} mm")
        size = _millimetres(self.areas[self.current])
        return words.format(number=self.current + 1, count=len(self.areas), **size)

    def _inside(self, left_edge: int, top: int, width: int, height: int) -> Area:
        flatbed = self.flatbed
        width, height = (
            min(max(width, MIN_SIDE), flatbed.width),
            min(max(height, MIN_SIDE), flatbed.height),
        )
        left_edge = min(max(left_edge, flatbed.left), flatbed.left + flatbed.width - width)
        top = min(max(top, flatbed.top), flatbed.top + flatbed.height - height)
        return Area(left=left_edge, top=top, width=width, height=height)


def _millimetres(area: Area) -> dict[str, int]:
    return {"width": round(area.width / UNITS_PER_MM), "height": round(area.height / UNITS_PER_MM)}
