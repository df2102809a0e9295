# SPDX-License-Identifier: GPL-3.0-only
"""The messages of the two ends of a session about a document that the agent shows:
topic "show".

Only pictures of pages cross. The kiosk asks for each page that it lacks, so that nothing is
sent which nobody looks at, and a kiosk that was restarted asks again. Bytes travel on the topic
"chunk", as those of scanned pages do.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from session.core.field_types import whole
from session.protocol.conversation.messages import Fraction, SessionMessage
from session.protocol.wire.ids import Id, OptionalId, Sha256

TOPIC = "show"

MAX_PAGES = 50
MAX_PICTURE_BYTES = 400 * 1024
MAX_SIDE_PX = 2000
MAX_POINTS = 200
MAX_MARKS = 40
"""Marks on one page; the oldest go first."""

Page = Annotated[int, msgspec.Meta(ge=0, lt=MAX_PAGES)]
Side = Annotated[int, msgspec.Meta(ge=1, le=MAX_SIDE_PX)]
ShortText = Annotated[str, msgspec.Meta(max_length=200)]
Code = Annotated[str, msgspec.Meta(pattern=whole(r"[a-z0-9_]{0,60}"))]


class MarkKind(StrEnum):
    """The kind of mark that the agent draws on a page. Line: freehand."""

    ARROW = "arrow"
    FRAME = "frame"
    LINE = "line"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One mark.

    Attributes:
        points: x and y by turns, fractions (0..1) of the page; of an arrow its start and its tip,
            of a frame two opposite corners, of a line every point.
    """

    kind: MarkKind
    points: Annotated[list[Fraction], msgspec.Meta(min_length=4, max_length=2 * MAX_POINTS)]


class ShowMessage(SessionMessage, frozen=True, kw_only=True):
    """Base of all that names what is shown."""

    show_id: Id


class ShowStarted(ShowMessage, frozen=True, kw_only=True):
    """Desk: shows a document; repeated when no answer comes. `title` is read by the caller."""

    title: ShortText
    pages: Annotated[int, msgspec.Meta(ge=1, le=MAX_PAGES)]
    page: Page = 0


class ShownPageTurned(ShowMessage, frozen=True, kw_only=True):
    """Desk: this page, please."""

    page: Page


class ShownPageRequested(ShowMessage, frozen=True, kw_only=True):
    """Kiosk: please send the picture of this page."""

    page: Page


class ShownPageOffered(ShowMessage, frozen=True, kw_only=True):
    """Desk: the picture of a page (WebP); its chunks follow under `item_id`."""

    page: Page
    item_id: Id
    size_bytes: Annotated[int, msgspec.Meta(ge=1, le=MAX_PICTURE_BYTES)]
    sha256: Sha256
    width_px: Side
    height_px: Side
    chunks: Annotated[int, msgspec.Meta(ge=1, le=1000)]


class ShownChunksRequested(ShowMessage, frozen=True, kw_only=True):
    """Kiosk: these chunks of `item_id` are missing."""

    item_id: Id
    missing: Annotated[list[int], msgspec.Meta(max_length=100)]


class ShownPageMarked(ShowMessage, frozen=True, kw_only=True):
    """Desk: marks of a page, the oldest first.
    They come after the first `after` marks that the page has already.
    """

    page: Page
    after: Annotated[int, msgspec.Meta(ge=0, le=MAX_MARKS)] = 0
    marks: Annotated[list[Mark], msgspec.Meta(max_length=MAX_MARKS)]


class ShowPointerMoved(ShowMessage, frozen=True, kw_only=True):
    """Desk: the laser is at this fraction of the page; `visible` False removes it."""

    page: Page
    x: Fraction
    y: Fraction
    visible: bool = True


class ShownPagePainted(ShowMessage, frozen=True, kw_only=True):
    """Kiosk: this page is on the screen, with so many marks and, if it is there, the laser."""

    page: Page
    marks: int = 0
    pointer: bool = False


class ShowEnded(SessionMessage, frozen=True, kw_only=True):
    """Either end: nothing is shown any more; `show_id` "": whatever it was.

    Attributes:
        by_caller: the caller closed it.
        code: why the kiosk cannot show it.
    """

    show_id: OptionalId = ""
    by_caller: bool = False
    code: Code = ""


ShowMessages = (
    ShowStarted
    | ShownPageTurned
    | ShownPageRequested
    | ShownPageOffered
    | ShownChunksRequested
    | ShownPageMarked
    | ShowPointerMoved
    | ShownPagePainted
    | ShowEnded
)
