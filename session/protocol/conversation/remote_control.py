# SPDX-License-Identifier: GPL-3.0-only
"""The messages of the two ends of a session about acting in the shared page:
topic "control".

The desk sends commands, each with an id; the kiosk answers each of them, done or refused. A
command names a node of the page by the number that rrweb gave it, and the web document
(`epoch`) in which it has that number.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from session.core.field_types import whole
from session.protocol.conversation.messages import Fraction, Grant, SessionMessage
from session.protocol.wire.ids import Id

TOPIC = "control"

Node = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
"""rrweb's number of a node; 0 where the page as a whole is meant."""

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Pixels = Annotated[float, msgspec.Meta(ge=-5000, le=5000)]

MIN_ZOOM, MAX_ZOOM = 50, 300
"""Per cent."""


class PageKey(StrEnum):
    """Keys that are no text; everything else is sent as text."""

    ENTER = "enter"
    TAB = "tab"
    BACK_TAB = "back_tab"
    BACKSPACE = "backspace"
    DELETE = "delete"
    ESCAPE = "escape"
    SPACE = "space"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    HOME = "home"
    END = "end"
    PAGE_UP = "page_up"
    PAGE_DOWN = "page_down"
    SELECT_ALL = "select_all"


class HistoryStep(StrEnum):
    """The place to go to from the page that is shown."""

    BACK = "back"
    FORWARD = "forward"
    RELOAD = "reload"


class FieldKind(StrEnum):
    """The kind of field that has the keyboard in the kiosk's page.
    Value: a date, a colour and the like, set as a whole.
    """

    NONE = "none"
    TEXT = "text"
    VALUE = "value"
    CHOICE = "choice"
    BUTTON = "button"
    PRIVATE = "private"


class PageCommand(SessionMessage, frozen=True, kw_only=True):
    """Desk: base of all commands."""

    command_id: Id
    epoch: int


class ClickRequested(PageCommand, frozen=True, kw_only=True):
    """Desk: click at a fraction of a node's box. Needs `control`."""

    node: Node
    x: Fraction
    y: Fraction


class ScrollRequested(PageCommand, frozen=True, kw_only=True):
    """Desk: scroll what lies around a node by CSS pixels. Needs `control`."""

    node: Node
    right_px: Pixels
    down_px: Pixels


class HistoryRequested(PageCommand, frozen=True, kw_only=True):
    """Desk: back, forward, or load again. Needs `control`."""

    step: HistoryStep


class ZoomRequested(PageCommand, frozen=True, kw_only=True):
    """Desk: show the page larger or smaller. Needs `control`."""

    percent: Annotated[int, msgspec.Meta(ge=MIN_ZOOM, le=MAX_ZOOM)]


class TextRequested(PageCommand, frozen=True, kw_only=True):
    """Desk: put text where the keyboard is. Needs `type`."""

    text: Words


class KeyRequested(PageCommand, frozen=True, kw_only=True):
    """Desk: press a key where the keyboard is. Needs `type`."""

    key: PageKey


class ChoiceRequested(PageCommand, frozen=True, kw_only=True):
    """Desk: take the choice of this index in a list of choices. Needs `type`."""

    node: Node
    index: Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class ValueRequested(PageCommand, frozen=True, kw_only=True):
    """Desk: give a field this whole value; dates as in HTML ("2026-03-02"). Needs `type`."""

    node: Node
    value: Annotated[str, msgspec.Meta(max_length=500)]


class ValueProposed(PageCommand, frozen=True, kw_only=True):
    """Desk: show this value to the caller, who takes it with one touch; answered then.
    Needs `point`.
    """

    node: Node
    value: Words


class HighlightRequested(PageCommand, frozen=True, kw_only=True):
    """Desk: draw a frame around a node. Needs `point`."""

    node: Node


class ArrowRequested(PageCommand, frozen=True, kw_only=True):
    """Desk: draw an arrow, between fractions of the viewport. Needs `point`."""

    from_x: Fraction
    from_y: Fraction
    to_x: Fraction
    to_y: Fraction


class MarksRemoveRequested(PageCommand, frozen=True, kw_only=True):
    """Desk: remove frames and arrows. Needs nothing."""


class CommandAnswered(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: a command was carried out (`code` empty) or refused;
    `field` is what has the keyboard now.
    """

    command_id: Id
    code: Annotated[str, msgspec.Meta(pattern=whole(r"[a-z0-9_]{0,60}"))] = ""
    detail: dict[str, str | int | float] = msgspec.field(default_factory=dict)
    field: FieldKind = FieldKind.NONE


class ControlPaused(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: the caller touched the page; commands are refused for this long."""

    left_s: Annotated[float, msgspec.Meta(ge=0, le=60)]


class ZoomChanged(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: the page is shown at this size now."""

    percent: int


AnyCommand = (
    ClickRequested
    | ScrollRequested
    | HistoryRequested
    | ZoomRequested
    | TextRequested
    | KeyRequested
    | ChoiceRequested
    | ValueRequested
    | ValueProposed
    | HighlightRequested
    | ArrowRequested
    | MarksRemoveRequested
)

ControlMessage = AnyCommand | CommandAnswered | ControlPaused | ZoomChanged

NEEDED: dict[type[PageCommand], Grant | None] = {
    ClickRequested: Grant.CONTROL,
    ScrollRequested: Grant.CONTROL,
    HistoryRequested: Grant.CONTROL,
    ZoomRequested: Grant.CONTROL,
    TextRequested: Grant.TYPE,
    KeyRequested: Grant.TYPE,
    ChoiceRequested: Grant.TYPE,
    ValueRequested: Grant.TYPE,
    ValueProposed: Grant.POINT,
    HighlightRequested: Grant.POINT,
    ArrowRequested: Grant.POINT,
    MarksRemoveRequested: None,
}
"""Which power each command needs; the kiosk enforces it."""
