# SPDX-License-Identifier: GPL-3.0-only
"""What an agent does with the page or the document that the caller sees, as values. Made by the
view of the shared page and its parts, done by `expert_app.desk.wiring`.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from session.desk.cobrowse.remote_control import Spot
from session.protocol.conversation.remote_control import HistoryStep, PageKey
from session.protocol.conversation.shown_document import Mark
from views.desk.shared_page.overlay import Tool

# ---- the page, which the caller's permission to see it is enough for


class PagePress(Enum):
    """A button, or the mouse that leaves the page: it says all by itself."""

    ASK_TO_SEE = "ask_to_see"
    DRAW_ANEW = "draw_anew"
    HIDE_POINTER = "hide_pointer"


class OpenAddress(Struct, frozen=True):
    """Open this address on the kiosk."""

    address: str


class MovePointer(Struct, frozen=True):
    """The laser is at this fraction (0..1) of the kiosk's page."""

    x: float
    y: float


class ShowFile(Struct, frozen=True):
    """Show the caller this document of the agent's own."""

    path: str


PageAct = PagePress | OpenAddress | MovePointer | ShowFile

# ---- tools


class TakeTool(Struct, frozen=True):
    """The agent wants a tool that the caller has not allowed yet."""

    tool: Tool


class GoInHistory(Struct, frozen=True):
    """Back, forward, or the same page again."""

    step: HistoryStep


class ZoomPage(Struct, frozen=True):
    """Larger (1) or smaller (-1)."""

    steps: int


class RemoveMarks(Struct, frozen=True):
    """Take frames and arrows away, here and at the kiosk."""


ToolAct = TakeTool | GoInHistory | ZoomPage | RemoveMarks

# ---- what is done over the page with a tool; a node is named by the number of its web document


class ClickPage(Struct, frozen=True):
    """Click here."""

    spot: Spot


class ScrollAt(Struct, frozen=True):
    """Scroll what lies around this place."""

    spot: Spot
    right_px: float
    down_px: float


class TypeText(Struct, frozen=True):
    """Text for the field that has the keyboard in the caller's page."""

    text: str


class PressPageKey(Struct, frozen=True):
    """A key for the field that has the keyboard in the caller's page."""

    key: PageKey


class ChooseOption(Struct, frozen=True):
    """Take one of a list of choices."""

    epoch: int
    node: int
    index: int


class WriteValue(Struct, frozen=True):
    """Give a field a whole value."""

    epoch: int
    node: int
    value: str


class ProposeValue(Struct, frozen=True):
    """Show the caller a value for a field."""

    epoch: int
    node: int
    value: str


class FrameNode(Struct, frozen=True):
    """Draw a frame around a node."""

    epoch: int
    node: int


class DrawArrow(Struct, frozen=True):
    """Draw an arrow between fractions (0..1) of the page's visible part."""

    start: tuple[float, float]
    end: tuple[float, float]


CommandAct = (
    ClickPage
    | ScrollAt
    | TypeText
    | PressPageKey
    | ChooseOption
    | WriteValue
    | ProposeValue
    | FrameNode
    | DrawArrow
    | RemoveMarks
)

# ---- a shown document


class DocumentPress(Enum):
    """A button, or the mouse that leaves the document: it says all by itself."""

    HIDE_POINTER = "hide_pointer"
    REMOVE_MARKS = "remove_marks"
    STOP = "stop"


class TurnDocument(Struct, frozen=True):
    """Show this page, from 0."""

    page: int


class MarkDocument(Struct, frozen=True):
    """A mark on the page in view."""

    mark: Mark


class PointInDocument(Struct, frozen=True):
    """The laser is at this fraction (0..1) of the page."""

    x: float
    y: float


DocumentAct = DocumentPress | TurnDocument | MarkDocument | PointInDocument
