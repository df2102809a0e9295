# SPDX-License-Identifier: GPL-3.0-only
"""One received page as the strip shows it: its pictures, its state, what to check.
Used by the strip, the viewer and the devices view.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from PyQt6.QtCore import QRect, QSize
from PyQt6.QtGui import QImage, QTransform

from documents.imaging.edits import CleaningStage
from resources.texts import N_, _

Mark = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions of a picture, origin top left."""


def picture_of(image: QImage | bytes | None) -> QImage | None:
    """An image for the screen from bytes that were already checked;
    None when there is none or it is not readable.
    """
    picture = QImage.fromData(image) if isinstance(image, bytes) else image
    return None if picture is None or picture.isNull() else picture


class PageStatus(StrEnum):
    """The place of a page on its way to the dossier."""

    RECEIVING = "receiving"
    KEPT = "kept"
    CLEANED = "cleaned"
    DAMAGED = "damaged"
    FILED = "filed"


STATUS_WORDS: dict[PageStatus, tuple[str, str, str]] = {
    PageStatus.RECEIVING: (N_("Receiving"), "receiving", "accent"),
    PageStatus.KEPT: (N_("Received"), "kept", "soft"),
    PageStatus.CLEANED: (N_("Cleaned"), "cleaned", "good"),
    PageStatus.DAMAGED: (N_("Damaged"), "damaged", "bad"),
    PageStatus.FILED: (N_("Filed"), "filed", "good"),
}
"""Each state in words, with icon and tone."""


@dataclass(frozen=True)
class StripPage:
    """One page.

    Attributes:
        percent: 0..100 while the page is being received.
        quick_copy: a small picture until the original is here.
        turns: quarter turns to the right that the agent wants, 0..3.
        turns_in: the quarter turns that the cleaned picture has already.
        use_cleaned: the cleaned picture is shown and filed, else the original.
        note: what to check before the caller leaves, e.g. "Text is cut off at the right."
        marks: where, on the cleaned picture.
        left_out: steps of the cleaning that the agent does not want.
        papers: how many were found on this page, when several.
        given: a file of the caller's, not scanned.
        unasked: the kiosk sent it though the agent had not asked for it.
    """

    page_id: str
    status: PageStatus = PageStatus.RECEIVING
    percent: int = 0
    quick_copy: QImage | None = None
    original: QImage | None = None
    cleaned: QImage | None = None
    turns: int = 0
    turns_in: int = 0
    use_cleaned: bool = True
    note: str = ""
    marks: tuple[Mark, ...] = ()
    left_out: frozenset[CleaningStage] = frozenset()
    papers: int = 0
    given: bool = False
    unasked: bool = False

    def arrived(self, picture: QImage | None, is_given: bool, as_is: bool) -> StripPage:
        """The page as it is once it is safe on this computer.

        Args:
            as_is: the original is filed, unless the agent wants it cleaned.
        """
        status = PageStatus.KEPT
        return replace(
            self,
            status=status,
            percent=100,
            original=picture,
            given=is_given,
            use_cleaned=not as_is,
        )

    @property
    def shows_cleaned(self) -> bool:
        """The cleaned picture is there and in use."""
        return self.use_cleaned and self.cleaned is not None

    def image(self) -> QImage | None:
        """The picture in use, as it came."""
        if self.shows_cleaned:
            return self.cleaned
        return self.original or self.quick_copy

    def turns_left(self) -> int:
        """Quarter turns to the right by which the picture in use is turned to be as the agent wants
        it.
        """
        if self.shows_cleaned:
            return (self.turns - self.turns_in) % 4
        return self.turns

    def picture(self) -> QImage | None:
        """The picture in use, turned."""
        image, turns = self.image(), self.turns_left()
        if image is None or not turns:
            return image
        return image.transformed(QTransform().rotate(90 * turns))

    def shown_marks(self) -> tuple[Mark, ...]:
        """The marks on what `picture` shows; none on the original, which lies otherwise."""
        if self.shows_cleaned:
            marks = self.marks
        else:
            marks = ()
        for _turn in range(self.turns_left()):
            marks = tuple(
                (1 - bottom, left_edge, 1 - top, right) for left_edge, top, right, bottom in marks
            )
        return marks

    def to_check(self) -> str:
        """All that the agent has to look at, in sentences; "" when there is nothing."""
        if not self.unasked or self.status == PageStatus.FILED:
            return self.note
        unasked = _("The kiosk sent this page though you had not asked for it.")
        return f"{unasked} {self.note}".rstrip()

    def words(self) -> str:
        """Its state in words, and how much of it has come."""
        if self.status == PageStatus.RECEIVING:
            return f"{self.spoken_words()} {self.percent} %"
        return self.spoken_words()

    def spoken_words(self) -> str:
        """Its state in words; of what only counts a screen reader is told nothing."""
        text = _(STATUS_WORDS[self.status][0])
        if self.unasked and self.status in (PageStatus.KEPT, PageStatus.CLEANED):
            return _("Not asked for")
        if self.status == PageStatus.CLEANED and self.note and self.use_cleaned:
            return _("To check")
        if self.status == PageStatus.CLEANED and self.given:
            return _("Given file")
        if self.status == PageStatus.CLEANED and not self.use_cleaned:
            return _("Original")
        return text


def turned_box(mark: Mark, size: QSize) -> QRect:
    """A mark on a picture of `size`, in its pixels; at least 4 pixels, so that it is seen."""
    left_px, top = round(mark[0] * size.width()), round(mark[1] * size.height())
    right, bottom = round(mark[2] * size.width()), round(mark[3] * size.height())
    return QRect(left_px, top, max(4, right - left_px), max(4, bottom - top))
