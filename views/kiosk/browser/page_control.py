# SPDX-License-Identifier: GPL-3.0-only
"""The acts in the caller's page, by the agent or a script, with the strips that tell the caller of
them. Used by the browser pane; `session.kiosk.cobrowse.remote_control` drives it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Protocol

from PyQt6.QtWidgets import QWidget

from session.kiosk.cobrowse import browser_messages as messages
from session.kiosk.cobrowse.shared_page import SignalLike
from session.protocol.conversation.remote_control import HistoryStep, PageKey
from views.kiosk.browser.act_strip import ActStrip, ProposalStrip
from views.kiosk.widgets.hold_off import FingerWatch


class PageSide(Protocol):
    """The caller's page: `views.kiosk.browser.page_process.PageProcesses`, in the program."""

    @property
    def reported(self) -> SignalLike:
        """(BrowserFact, bytes): what happened there."""
        ...

    @property
    def widget(self) -> QWidget:
        """The widget where the page is seen."""
        ...

    def obey(self, command: messages.BrowserCommand) -> None:
        """Passes a command on; nothing waits for it."""
        ...

    def forget(self, on_gone: Callable[[bool], None]) -> None:
        """Destroys everything of the caller; calls back once, with True when nothing is left."""
        ...


class PageAnswers:
    """Calls back when the page answers, or is gone."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._asked: dict[int, Callable[[str], None]] = {}
        self._fetched: dict[int, Callable[[bytes, str], None]] = {}

    def expect_text(self, on_answer: Callable[[str], None]) -> int:
        """Return the number of a question; its answer is JSON, or ""."""
        number = next(self._numbers)
        self._asked[number] = on_answer
        return number

    def expect_part(self, on_fetched: Callable[[bytes, str], None]) -> int:
        """Return the number of a question; its answer is bytes and media type, or empty."""
        number = next(self._numbers)
        self._fetched[number] = on_fetched
        return number

    def take_text(self, number: int, text: str) -> None:
        """An answer of the page."""
        if (on_answer := self._asked.pop(number, None)) is not None:
            on_answer(text)

    def take_part(self, number: int, body: bytes, media_type: str) -> None:
        """A part of the page, or its picture."""
        if (on_fetched := self._fetched.pop(number, None)) is not None:
            on_fetched(body, media_type)

    def drop(self) -> None:
        """Nobody will answer what was asked of a page that is gone."""
        for number in list(self._asked):
            self.take_text(number, "")
        for number in list(self._fetched):
            self.take_part(number, b"", "")


class PageControl:
    """The hands of agent and script; satisfies `session.kiosk.cobrowse.remote_control`'s
    `ControlledPage`.

    Args:
        page: where it is done.
        reported: what happened in the page; a caller who touches it interrupts the agent.

    Attributes:
        answers: what is asked of the page.
        proposal_answered: (taken) the caller's answer to a value that the agent proposed; no fact,
            so that no page can give it.
    """

    def __init__(
        self, page: PageSide, reported: SignalLike, *, fingers: FingerWatch | None = None
    ) -> None:
        self._page = page
        self.reported = reported
        self.answers = PageAnswers()
        self.act_strip = ActStrip()
        self.proposal = ProposalStrip(fingers)
        self.proposal_answered = self.proposal.answered

    def ask(
        self, document: str, what: str, values: Sequence[object], on_answer: Callable[[str], None]
    ) -> None:
        """Asks the page script; JSON, or "" when the page is another document."""
        number = self.answers.expect_text(on_answer)
        self._page.obey(messages.AskPage(number, document, what, tuple(values)))

    def click(self, x: float, y: float) -> None:
        """A trusted click at CSS pixels of the viewport."""
        self._page.obey(messages.ClickAt(x, y))

    def commit(self, text: str) -> None:
        """Trusted text where the keyboard is."""
        self._page.obey(messages.CommitText(text))

    def press(self, key: PageKey) -> None:
        """A trusted key."""
        self._page.obey(messages.PressKey(key))

    def go(self, step: HistoryStep) -> None:
        """Back, forward, or the same page again."""
        self._page.obey(messages.GoTo(step))

    def zoom(self, percent: int) -> None:
        """Shows the page larger or smaller."""
        self._page.obey(messages.ZoomTo(percent))

    def show_acting(self, may_act: bool) -> None:
        """Shows the caller whether the agent may act in the page."""
        self.act_strip.show_acting(may_act)
        self._page.obey(messages.MayAct(may_act))

    def show_active(self) -> None:
        """The agent has just acted."""
        self.act_strip.show_active()

    def show_paused(self) -> None:
        """The caller is in charge for a moment."""
        self.act_strip.show_paused()

    def highlight(self, document: str, node: int) -> None:
        """Keeps a frame around a node."""
        self._page.obey(messages.MarkNode(document, node))

    def draw_arrow(
        self, document: str, start: tuple[float, float], end: tuple[float, float]
    ) -> None:
        """An arrow between fractions of the viewport."""
        self._page.obey(messages.MarkArrow(document, start, end))

    def remove_marks(self) -> None:
        """No frame and no arrow."""
        self._page.obey(messages.UnmarkPage())

    def propose(self, field: str, value: str) -> None:
        """Shows a value for a field; `proposal_answered` follows, or nothing."""
        self.proposal.propose(field, value)

    def end_proposal(self) -> None:
        """The proposal is over."""
        self.proposal.end()

    def take_picture(self, on_taken: Callable[[bytes, str], None]) -> None:
        """Take a picture of what is seen of the page now (PNG), and its media type;
        empty when there is none.
        """
        self._page.obey(messages.TakePicture(self.answers.expect_part(on_taken)))

    # ---- what a script does

    def read_field(self, selector: str, on_answer: Callable[[str], None]) -> None:
        """Read what a field of the page holds, as JSON; "" when the page cannot be asked."""
        self._page.obey(messages.ReadField(self.answers.expect_text(on_answer), selector))

    def type_in_field(self, selector: str, text: str) -> None:
        """Types into a field of the page, as the caller does."""
        self._page.obey(messages.TypeInField(selector, text))

    def end(self) -> None:
        """The caller is gone: nothing is proposed or done any more."""
        self.proposal.end()
        self.act_strip.show_acting(False)

    def retranslate(self) -> None:
        """Says every text again."""
        self.act_strip.retranslate()
        self.proposal.retranslate()
