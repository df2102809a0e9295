# SPDX-License-Identifier: GPL-3.0-only
"""The messages between the kiosk's screen and the process of the caller's browser.

Used by `views.kiosk.browser`: `pane` sends commands and takes facts, `page_view` does the
reverse. Both ends are of one installation, so there is no version. The screen trusts nothing of
a fact: a page that has taken over the browser's process may have written it.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from session.protocol.conversation.mirror_messages import DialogShown
from session.protocol.conversation.remote_control import HistoryStep, PageKey

MAX_ADDRESS, MAX_TITLE, MAX_WORDS = 8_192, 500, 500
MAX_ANSWER = 200_000

Address = Annotated[str, Meta(max_length=MAX_ADDRESS)]
Title = Annotated[str, Meta(max_length=MAX_TITLE)]
Words = Annotated[str, Meta(max_length=MAX_WORDS)]
PageText = Annotated[str, Meta(max_length=MAX_ANSWER)]
Pixels = Annotated[int, Meta(ge=-100_000, le=100_000)]


class BrowserCommand(msgspec.Struct, frozen=True, tag_field="do", tag=True):
    """A command of the kiosk's screen to the browser."""


class AllowPages(BrowserCommand, frozen=True):
    """URL prefixes that may be opened from now on."""

    prefixes: tuple[str, ...]


class LoadPage(BrowserCommand, frozen=True):
    """Opens an address of the list."""

    address: str


class ShareBegin(BrowserCommand, frozen=True):
    """Puts the recorder into this page and those that follow."""


class ShareEnd(BrowserCommand, frozen=True):
    """Takes the recorder out."""


class TakeSnapshot(BrowserCommand, frozen=True):
    """Asks the recorder for a full picture."""


class PointAt(BrowserCommand, frozen=True):
    """Paints the agent's pointer at a fraction (0..1) of the viewport."""

    x: float
    y: float


class PointAway(BrowserCommand, frozen=True):
    """Removes the pointer."""


class FetchPart(BrowserCommand, frozen=True):
    """A picture or font that the page itself loaded; `PartFetched` answers."""

    number: int
    address: str


class AskPage(BrowserCommand, frozen=True):
    """A question to the page script; `PageAnswered` answers."""

    number: int
    document: str
    what: str
    values: tuple[object, ...]


class ClickAt(BrowserCommand, frozen=True):
    """A trusted click at CSS pixels of the viewport."""

    x: float
    y: float


class CommitText(BrowserCommand, frozen=True):
    """Trusted text where the keyboard is."""

    text: str


class PressKey(BrowserCommand, frozen=True):
    """A trusted key."""

    key: PageKey


class GoTo(BrowserCommand, frozen=True):
    """Back, forward, or the same page again, for the agent."""

    step: HistoryStep


class ZoomTo(BrowserCommand, frozen=True):
    """Shows the page larger or smaller."""

    percent: int


class MayAct(BrowserCommand, frozen=True):
    """A switch that says whether the agent may act in the page: an edge around it says so."""

    on: bool


class MarkNode(BrowserCommand, frozen=True):
    """Keeps a frame around a node."""

    document: str
    node: int


class MarkArrow(BrowserCommand, frozen=True):
    """An arrow between fractions of the viewport."""

    document: str
    start: tuple[float, float]
    end: tuple[float, float]


class UnmarkPage(BrowserCommand, frozen=True):
    """No frame and no arrow."""


class GoBack(BrowserCommand, frozen=True):
    """One page back for the caller; from a refusal to the page that led there."""


class ScrollPages(BrowserCommand, frozen=True):
    """Scrolls by this part of what is seen; negative: up."""

    pages: int


class UseAppearance(BrowserCommand, frozen=True):
    """Language of the texts, pixels of one unit of the kiosk's look, how many times as large its
    letters are, and whether all is light on black: its own texts and the web pages.
    """

    language: str
    unit_px: float
    text: float = 1.0
    contrast: bool = False


class ShowWindow(BrowserCommand, frozen=True):
    """The window is in its place now and may be painted; its size in pixels."""

    width_px: int
    height_px: int


class AnswerAlive(BrowserCommand, frozen=True):
    """`PageAlive` answers, from a browser that is not stuck."""


class EndPage(BrowserCommand, frozen=True):
    """Ends the page's own process, whatever it does.

    Attributes:
        back: then goes one page back.
    """

    back: bool = False


class ReadField(BrowserCommand, frozen=True):
    """A question about what a field of the page holds, for a script; `PageAnswered` answers."""

    number: int
    selector: str


class TypeInField(BrowserCommand, frozen=True):
    """Types into a field of the page as the caller does, for a script."""

    selector: str
    text: str


class TakePicture(BrowserCommand, frozen=True):
    """A request for what is seen now; `PartFetched` answers with a PNG."""

    number: int


class BrowserFact(msgspec.Struct, frozen=True, tag_field="is", tag=True):
    """A fact that the browser tells the kiosk's screen."""


class EventsPushed(BrowserFact, frozen=True):
    """The events that the recorder hands over; the JSON is the message's body."""


class PageLoaded(BrowserFact, frozen=True):
    """A page is there; pixels are of its viewport. Not awaited is one that was still loading when
    another one was asked for.
    """

    address: Address
    title: Title
    width_px: Pixels
    height_px: Pixels
    is_awaited: bool = True


class AddressStopped(BrowserFact, frozen=True):
    """The page tried to leave the list, or an address did not answer; awaited: see `PageLoaded`."""

    address: Address
    code: Annotated[str, Meta(max_length=64)]
    is_awaited: bool = True


class PointerDrawn(BrowserFact, frozen=True):
    """The agent's pointer is on the screen at these pixels of the viewport."""

    x_px: Pixels
    y_px: Pixels


class QuestionShown(BrowserFact, frozen=True):
    """The page asks the caller, or wanted what a kiosk does not do."""

    dialog: DialogShown


class QuestionClosed(BrowserFact, frozen=True):
    """The caller answered, or the page is gone."""

    dialog_id: Annotated[str, Meta(max_length=64)]


class PageNotice(BrowserFact, frozen=True):
    """Words of the page for the caller, which could not be put as a question."""

    text: Words


class PageTouched(BrowserFact, frozen=True):
    """The caller touched the page or a key."""


class StopKeyPressed(BrowserFact, frozen=True):
    """The caller pressed Escape while the page has the keyboard."""


class ViewChanged(BrowserFact, frozen=True):
    """The line that stands over the page: its title, its host,
    and whether there is a way back.
    """

    title: Title = ""
    host: Annotated[str, Meta(max_length=255)] = ""
    may_go_back: bool = False


class WindowMade(BrowserFact, frozen=True):
    """The browser is ready; its window's number on this display, to be put into the screen."""

    window: Annotated[int, Meta(ge=0, le=2**62)]


class PageAlive(BrowserFact, frozen=True):
    """Answers `AnswerAlive`: for how long the page itself has not answered."""

    waits_ms: Annotated[int, Meta(ge=0, le=2**31)]


class PageSilent(BrowserFact, frozen=True):
    """The page, or its browser, does not answer now; or it does again. Made by the screen's side.

    Attributes:
        silent: for longer than a page may.
    """

    silent: bool


class PageDied(BrowserFact, frozen=True):
    """The page is gone.

    Attributes:
        greedy: it was ended because it wanted too much: memory, or the screen's attention.
    """

    greedy: bool = False


class PartFetched(BrowserFact, frozen=True):
    """Answers `FetchPart` and `TakePicture`; the bytes are the message's body, none when there
    are none.
    """

    number: int
    media_type: Annotated[str, Meta(max_length=200)] = ""


class PageAnswered(BrowserFact, frozen=True):
    """Answers `AskPage` and `ReadField`: JSON, or "" when the page is another document."""

    number: int
    text: PageText
