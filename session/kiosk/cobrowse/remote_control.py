# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's end of acting in the shared page:
takes the agent's commands one by one, refuses or carries them out.

Used by the kiosk's program, one per session. Here the caller's consent is enforced: without the
power, in a page that is no longer shown, or while the caller touches the page, nothing is done, and
the desk is told why and the refusal is logged.
The other end is `session.desk.cobrowse.remote_control`.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from session.core.clock import Clock
from session.core.error_codes import from_code
from session.core.errors import (
    BusUnreachable,
    ControlIsPaused,
    ElementGone,
    FieldNotReady,
    FieldPrivate,
    GrantMissing,
    MessageMalformed,
    MessageTooLarge,
    PageChanged,
    ProposalRefused,
    RateLimited,
    SessionError,
)
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.kiosk.cobrowse.browser_messages import BrowserFact, PageTouched
from session.kiosk.cobrowse.shared_page import GrantsLike, SignalLike
from session.protocol.conversation.messages import Grant, GrantChanged, SessionMessage
from session.protocol.conversation.remote_control import (
    NEEDED,
    TOPIC,
    ArrowRequested,
    ChoiceRequested,
    ClickRequested,
    CommandAnswered,
    ControlPaused,
    FieldKind,
    HighlightRequested,
    HistoryRequested,
    HistoryStep,
    KeyRequested,
    MarksRemoveRequested,
    PageCommand,
    PageKey,
    ScrollRequested,
    TextRequested,
    ValueProposed,
    ValueRequested,
    ZoomChanged,
    ZoomRequested,
)
from session.protocol.endpoints.channel import SessionChannel

log = logging.getLogger(__name__)

PAUSE_S = 1.0
"""After a touch of the caller, commands are refused for this long."""
PROPOSAL_S = 30.0
"""A proposed value that the caller does not touch is not taken."""
MAX_WAITING = 64
ASK_S = 4.0
"""The page's own answer to a question about it; a page that is busy for longer is not acted in."""

PAINT_CHECKS = 40
"""A page that was just loaded is looked at so often, every `_SETTLE_S`, until it is painted."""
_SETTLE_S = 0.05
REACH_CHECKS, _REACH_S = 50, 0.02
"""How often, and how far apart, it is looked whether a text or click has reached the
page.
"""
_TICK_S = 0.1
_PAUSE_SENT_EVERY_S = 0.3


class ControlledPage(Protocol):
    """The acts that can be done in the kiosk's browser,
    as this end uses it (`views.kiosk.browser.input_injection.InputInjector`).

    Nothing here asks for consent: that has been done.
    """

    @property
    def reported(self) -> SignalLike:
        """(fact, body): `PageTouched`: the caller touched the page or a key, or a button of the
        browser.
        """
        ...

    @property
    def proposal_answered(self) -> SignalLike:
        """(taken): the caller's answer to the proposed value."""
        ...

    def ask(
        self, document: str, what: str, values: Sequence[object], on_answer: Callable[[str], None]
    ) -> None:
        """Asks the page script `what` (see `resources/pages/page_agent.js`);
        JSON, or "" when it is another document.
        """
        ...

    def click(self, x: float, y: float) -> None:
        """A trusted click at CSS pixels of the viewport."""
        ...

    def commit(self, text: str) -> None:
        """Trusted text where the keyboard is."""
        ...

    def press(self, key: PageKey) -> None:
        """A trusted key."""
        ...

    def go(self, step: HistoryStep) -> None:
        """Back, forward, or load again."""
        ...

    def zoom(self, percent: int) -> None:
        """Shows the page larger or smaller."""
        ...

    def show_acting(self, may_act: bool) -> None:
        """Shows the caller whether the agent may act in the page, and how to end that."""
        ...

    def show_active(self) -> None:
        """The agent has just acted."""
        ...

    def show_paused(self) -> None:
        """The caller is in charge for a moment."""
        ...

    def highlight(self, document: str, node: int) -> None:
        """Keeps a frame around a node."""
        ...

    def draw_arrow(
        self, document: str, start: tuple[float, float], end: tuple[float, float]
    ) -> None:
        """An arrow between fractions of the viewport."""
        ...

    def remove_marks(self) -> None:
        """No frame and no arrow."""
        ...

    def propose(self, field: str, value: str) -> None:
        """Shows a value for a field, with Yes and No."""
        ...

    def end_proposal(self) -> None:
        """The proposal is over."""
        ...


class PageLike(Protocol):
    """The shared page (`session.kiosk.cobrowse.shared_page.KioskSharedPage`)."""

    @property
    def sharing(self) -> bool:
        """True while the agent sees the page."""
        ...

    @property
    def epoch(self) -> int:
        """Number of the web document that is shared."""
        ...

    @property
    def document(self) -> str:
        """The recorder's name of that document."""
        ...


class PageAnswer(msgspec.Struct, frozen=True):
    """The answer of `page_agent.js`.

    Attributes:
        code: why not.
        x, y: CSS pixels of the viewport.
        field: what is there, or has the keyboard.
        label: its name.
        click: False when a click would open a window of the system.
        wait: the page is not painted yet.
        written, clicked: how often trusted text and clicks have reached the document.
    """

    code: str = ""
    x: float = 0.0
    y: float = 0.0
    field: FieldKind = FieldKind.NONE
    label: str = ""
    click: bool = True
    wait: bool = False
    written: int = 0
    clicked: int = 0


class Acted(msgspec.Struct, frozen=True):
    """A command ("click_requested") and how it went; never what was typed."""

    command: str
    code: str


_place = msgspec.json.Decoder(PageAnswer)

_PRIVATE_KEYS = (PageKey.TAB, PageKey.BACK_TAB, PageKey.ESCAPE)
"""They only lead out of a field of the caller's own."""

_CHANGES_PAGE = (Grant.CONTROL, Grant.TYPE)


class KioskRemoteControl:
    """One session's commands at the kiosk.

    Attributes:
        acted: a command was carried out or refused, for the session's log.
    """

    def __init__(
        self,
        channel: SessionChannel,
        browser: ControlledPage,
        *,
        page: PageLike,
        grants: GrantsLike,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self.acted: Signal[Acted] = Signal()
        self._channel = channel
        self._browser = browser
        self._page = page
        self._grants = grants
        self._clock = clock
        self._tasks = tasks
        self._waiting: deque[PageCommand] = deque()
        self._working = False
        self._open = True
        self._paused_until_s = self._sent_until_s = float("-inf")
        self._proposal: asyncio.Future[bool] | None = None
        browser.reported.connect(self._on_reported)
        browser.proposal_answered.connect(self._settle_proposal)
        self._stops = [
            channel.on_message(TOPIC, self._on_message),
            grants.changed.connect(self._on_grant_changed),
        ]
        browser.show_acting(self._may_act())

    def close(self) -> None:
        """The session is over: nothing more is done, nothing stays on the page."""
        if not self._open:
            return
        self._open = False
        for stop in self._stops:
            stop()
        self._browser.reported.disconnect(self._on_reported)
        self._browser.proposal_answered.disconnect(self._settle_proposal)
        self._waiting.clear()
        self._settle_proposal(False)
        self._browser.remove_marks()
        self._browser.show_acting(False)

    # ---- consent ----

    def _may_act(self) -> bool:
        return self._open and any(self._grants.allowed(grant) for grant in _CHANGES_PAGE)

    def _on_grant_changed(self, _change: GrantChanged) -> None:
        self._browser.show_acting(self._may_act())
        if not self._grants.allowed(Grant.POINT):
            self._settle_proposal(False)
            self._browser.remove_marks()

    def _refusal(self, command: PageCommand) -> SessionError | None:
        """Why the command may not be carried out now."""
        needed = NEEDED[type(command)]
        if needed is not None and not self._grants.allowed(needed):
            return GrantMissing(grant=needed.value)
        if not self._page.sharing:
            return GrantMissing(grant=Grant.SEE_PAGE.value)
        if needed in _CHANGES_PAGE and self._clock.monotonic_s() < self._paused_until_s:
            return ControlIsPaused()
        if command.epoch != self._page.epoch and not isinstance(
            command, HistoryRequested | ZoomRequested
        ):
            return PageChanged()
        return None

    # ---- the caller ----

    def _on_reported(self, fact: BrowserFact, _body: bytes) -> None:
        """The caller's touch wins: commands of the agent are refused for a moment."""
        if not isinstance(fact, PageTouched) or not self._may_act():
            return
        now_s = self._clock.monotonic_s()
        self._paused_until_s = now_s + PAUSE_S
        if now_s >= self._sent_until_s:
            self._sent_until_s = now_s + _PAUSE_SENT_EVERY_S
            self._browser.show_paused()
            self._send(ControlPaused(left_s=PAUSE_S))

    def _settle_proposal(self, is_accepted: bool) -> None:
        if self._proposal is not None and not self._proposal.done():
            self._proposal.set_result(is_accepted)

    # ---- commands, one after the other ----

    def _on_message(self, message: SessionMessage) -> None:
        if not isinstance(message, PageCommand) or type(message) not in NEEDED:
            self._channel.refuse(TOPIC, MessageMalformed.code, "no command", type(message).__name__)
            return
        if len(self._waiting) >= MAX_WAITING:
            self._answer(message, RateLimited())
        elif isinstance(message, ValueProposed):
            self._settle_proposal(False)  # a new proposal replaces the one before
            self._tasks.start(self._carry_out(message), name="kiosk-proposal")
        else:
            self._waiting.append(message)
            if not self._working:
                self._working = True
                self._tasks.start(self._work(), name="kiosk-control")

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._carry_out(self._waiting.popleft())
        finally:
            self._working = False

    async def _carry_out(self, command: PageCommand) -> None:
        field, refused = FieldKind.NONE, self._refusal(command)
        if refused is None:
            try:
                field = await self._do(command)
            except SessionError as error:
                refused = error
        if self._open:
            self._answer(command, refused, field)

    def _answer(
        self, command: PageCommand, refused: SessionError | None, field: FieldKind = FieldKind.NONE
    ) -> None:
        code, detail = (refused.code, dict(refused.detail)) if refused is not None else ("", {})
        self.acted.emit(Acted(_name_of(command), code))
        self._send(
            CommandAnswered(command_id=command.command_id, code=code, detail=detail, field=field)
        )

    async def _do(self, command: PageCommand) -> FieldKind:
        """Carries a command out. Raises why it could not."""
        match command:
            case ClickRequested():
                return await self._click(command)
            case TextRequested(text=text):
                return await self._type(command, text)
            case KeyRequested(key=key):
                return await self._press(command, key)
            case ScrollRequested(node=node, right_px=right_px, down_px=down_px):
                await self._ask("scroll", node, right_px, down_px)
            case ChoiceRequested(node=node, index=index):
                return (await self._ask_to_act(command, "choose", node, index)).field
            case ValueRequested(node=node, value=value):
                return (await self._ask_to_act(command, "setValue", node, value)).field
            case ValueProposed():
                await self._propose(command)
            case HistoryRequested(step=step):
                self._browser.go(step)
            case ZoomRequested(percent=percent):
                self._browser.zoom(percent)
                self._send(ZoomChanged(percent=percent))
            case _:
                await self._mark(command)
                return FieldKind.NONE
        self._browser.show_active()
        return FieldKind.NONE

    async def _click(self, command: ClickRequested) -> FieldKind:
        place = await self._ask_painted("locate", command.node, command.x, command.y)
        self._check_again(command)
        if not place.click:
            self._browser.show_active()
            return place.field
        self._browser.click(place.x, place.y)
        self._browser.show_active()
        try:
            for _ in range(REACH_CHECKS):  # a page may hide its clicks
                if (await self._ask("focused")).clicked > place.clicked:
                    break
                await asyncio.sleep(_REACH_S)
        except SessionError:
            return FieldKind.NONE  # the click has led to another page
        return await self._focused()

    async def _type(self, command: PageCommand, text: str) -> FieldKind:
        before = await self._ask_painted("focused")
        field = before.field
        if field is FieldKind.PRIVATE:
            raise FieldPrivate
        if field is FieldKind.BUTTON and text == " ":  # a desk sends the space bar as text
            return await self._press(command, PageKey.SPACE)
        if field is not FieldKind.TEXT:
            raise FieldNotReady
        self._check_again(command)
        self._browser.commit(text)
        self._browser.show_active()
        await self._reached(before.written)
        return field

    async def _reached(self, written: int) -> None:
        """Waits until the text is in the page. Raises `PageChanged` when the page went away with
        it, `FieldNotReady` when the field did not take it: no text is lost in silence.
        """
        for _ in range(REACH_CHECKS):
            if (await self._ask("focused")).written > written:
                return
            await asyncio.sleep(_REACH_S)
        raise FieldNotReady

    async def _press(self, command: PageCommand, key: PageKey) -> FieldKind:
        field = (await self._ask_painted("focused")).field
        if field is FieldKind.PRIVATE and key not in _PRIVATE_KEYS:
            raise FieldPrivate
        self._check_again(command)
        self._browser.press(key)
        self._browser.show_active()
        return await self._focused()

    async def _ask_to_act(self, command: PageCommand, what: str, *values: object) -> PageAnswer:
        """Asks the page script to act; it checks and acts in one step."""
        self._check_again(command)
        place = await self._ask(what, *values)
        self._browser.show_active()
        return place

    async def _mark(self, command: PageCommand) -> None:
        match command:
            case HighlightRequested(node=node):
                await self._ask("rect", node)
                self._browser.highlight(self._page.document, node)
            case ArrowRequested():
                await self._ask("scrolled")
                self._browser.draw_arrow(
                    self._page.document,
                    (command.from_x, command.from_y),
                    (command.to_x, command.to_y),
                )
            case MarksRemoveRequested():
                self._browser.remove_marks()

    async def _propose(self, command: ValueProposed) -> None:
        place = await self._ask("describe", command.node)
        self._proposal = asyncio.get_running_loop().create_future()
        self._browser.highlight(self._page.document, command.node)
        self._browser.propose(place.label, command.value)
        try:
            is_accepted = await self._proposal_answer(self._proposal)
        finally:
            self._browser.end_proposal()
            self._browser.remove_marks()
        if not is_accepted:
            raise ProposalRefused
        refused = self._refusal(command)
        if refused is not None:
            raise refused
        await self._ask("setValue", command.node, command.value)

    async def _proposal_answer(self, answer: asyncio.Future[bool]) -> bool:
        """The caller's answer; silence is no."""
        until_s = self._clock.monotonic_s() + PROPOSAL_S
        while self._clock.monotonic_s() < until_s:
            finished, _ = await asyncio.wait([answer], timeout=_TICK_S)
            if finished:
                return answer.result()
        return False

    def _check_again(self, command: PageCommand) -> None:
        """Checks again before acting: the caller may have touched the page meanwhile, or taken the
        power back.
        """
        refused = self._refusal(command)
        if refused is not None:
            raise refused

    # ---- what the page says ----

    async def _focused(self) -> FieldKind:
        """Return what has the keyboard after something was done;
        a page that is just leaving has nothing.
        """
        await asyncio.sleep(_SETTLE_S)
        try:
            return (await self._ask("focused")).field
        except SessionError:
            return FieldKind.NONE

    async def _ask_painted(self, what: str, *values: object) -> PageAnswer:
        """The same, of a page that was painted: before, the engine drops what is done to it."""
        place = await self._ask(what, *values)
        for _ in range(PAINT_CHECKS):
            if not place.wait:
                return place
            await asyncio.sleep(_SETTLE_S)
            place = await self._ask(what, *values)
        if place.wait:
            raise ElementGone
        return place

    async def _ask(self, what: str, *values: object) -> PageAnswer:
        """The page script's answer. Raises the error that it names; `PageChanged` when it is
        another document.
        """
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def on_answer(text: str) -> None:
            if not answer.done():
                answer.set_result(text)

        self._browser.ask(self._page.document, what, values, on_answer)
        try:
            text = await asyncio.wait_for(answer, ASK_S)
        except TimeoutError as error:
            raise PageChanged from error
        if not text:
            raise PageChanged
        place = _place.decode(text)
        if place.code:
            raise from_code(place.code)
        return place

    # ---- sending ----

    def _send(self, message: SessionMessage) -> None:
        self._tasks.start(self._send_now(message), name="kiosk-control-send")

    async def _send_now(self, message: SessionMessage) -> None:
        try:
            await self._channel.send(TOPIC, message)
        except (BusUnreachable, MessageTooLarge) as error:
            log.info("%s not sent: %s", type(message).__name__, error.code)


def _name_of(command: PageCommand) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(command).__name__).lower()
