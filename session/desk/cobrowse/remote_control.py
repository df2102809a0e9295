# SPDX-License-Identifier: GPL-3.0-only
"""The desk's end of acting in the shared page: sends the agent's commands and reports how each
went.

Used by the desk's program, one per session.
The kiosk enforces the caller's consent; the desk decides nothing. The other end is
`session.kiosk.cobrowse.remote_control`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from session.core.errors import BusUnreachable, MessageTooLarge
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.conversation.messages import SessionMessage
from session.protocol.conversation.remote_control import (
    MAX_ZOOM,
    MIN_ZOOM,
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
from session.protocol.endpoints.refusals import LATE
from session.protocol.wire.ids import new_id

log = logging.getLogger(__name__)

GATHER_S = 0.04
"""Letters and turns of the wheel of so long travel together."""
MAX_TEXT = 400
MAX_PIXELS = 4000.0
_REMEMBERED = 200


class Answer(NamedTuple):
    """The outcome of a command: its kind, the code of an error or "",
    what has the keyboard in the page now.
    """

    command: type[PageCommand]
    code: str
    detail: dict[str, str | int | float]
    field: FieldKind


class Spot(NamedTuple):
    """A place in the mirrored page: the web document's number, the node's, and a fraction of its
    box.
    """

    epoch: int
    node: int
    x: float
    y: float


class DeskRemoteControl:
    """One session's commands at the desk.

    Attributes:
        answered: the kiosk carried a command out, or refused it.
        paused: the caller touched the page; commands are refused for so many seconds.
        zoomed: the page is shown at so many per cent.
    """

    def __init__(self, channel: SessionChannel, epoch: Callable[[], int], *, tasks: Tasks) -> None:
        self.answered: Signal[Answer] = Signal()
        self.paused: Signal[float] = Signal()
        self.zoomed: Signal[int] = Signal()
        self._channel = channel
        self._epoch = epoch
        self._tasks = tasks
        self._zoom = 100
        self._sent: OrderedDict[str, type[PageCommand]] = OrderedDict()
        self._text = ""
        self._scroll: tuple[Spot, float, float] | None = None
        self._gathering = False
        self._stop_listening = channel.on_message(TOPIC, self._on_message)

    def close(self) -> None:
        """The session is over."""
        self._stop_listening()
        self._sent.clear()
        self._text = ""
        self._scroll = None

    # ---- in the page ----

    def click(self, spot: Spot) -> None:
        """Clicks at a place of the page."""
        self._flush()
        self._send(
            ClickRequested(
                command_id=new_id(), epoch=spot.epoch, node=spot.node, x=spot.x, y=spot.y
            )
        )

    def scroll(self, spot: Spot, right_px: float, down_px: float) -> None:
        """Scrolls what lies around a place, by CSS pixels;
        turns that follow each other travel together.
        """
        if self._scroll is not None and self._scroll[0].node == spot.node:
            before = self._scroll
        else:
            before = None
        if self._scroll is not None and before is None:
            self._flush()
        right, down = (before[1], before[2]) if before else (0.0, 0.0)
        self._scroll = (spot, right + right_px, down + down_px)
        self._gather()

    def type(self, text: str) -> None:
        """Text for the field that has the keyboard;
        letters that follow each other travel together.
        """
        if self._scroll is not None:
            self._flush()
        self._text += text
        self._gather()

    def press(self, key: PageKey) -> None:
        """A key that is no text."""
        self._flush()
        self._send(KeyRequested(command_id=new_id(), epoch=self._epoch(), key=key))

    def choose(self, epoch: int, node: int, index: int) -> None:
        """Takes one of a list of choices."""
        self._flush()
        self._send(ChoiceRequested(command_id=new_id(), epoch=epoch, node=node, index=index))

    def set_value(self, epoch: int, node: int, value: str) -> None:
        """Gives a field a whole value."""
        self._flush()
        self._send(ValueRequested(command_id=new_id(), epoch=epoch, node=node, value=value))

    def propose(self, epoch: int, node: int, value: str) -> None:
        """Shows the caller a value for a field; answered once they accepted or refused it."""
        self._flush()
        self._send(ValueProposed(command_id=new_id(), epoch=epoch, node=node, value=value))

    # ---- the page as a whole ----

    def go(self, step: HistoryStep) -> None:
        """Back, forward, or the same page again."""
        self._flush()
        self._send(HistoryRequested(command_id=new_id(), epoch=self._epoch(), step=step))

    def zoom(self, steps: int) -> None:
        """Larger (1) or smaller (-1) by a quarter; 0 as it was."""
        if steps == 0:
            wanted_percent = 100
        else:
            wanted_percent = self._zoom + 25 * steps
        percent = min(max(wanted_percent, MIN_ZOOM), MAX_ZOOM)
        self._send(ZoomRequested(command_id=new_id(), epoch=self._epoch(), percent=percent))

    # ---- marks ----

    def highlight(self, epoch: int, node: int) -> None:
        """Draws a frame around a node."""
        self._send(HighlightRequested(command_id=new_id(), epoch=epoch, node=node))

    def draw_arrow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draws an arrow between fractions (0..1) of the page's visible part."""
        (from_x, from_y), (to_x, to_y) = _within(start), _within(end)
        self._send(
            ArrowRequested(
                command_id=new_id(),
                epoch=self._epoch(),
                from_x=from_x,
                from_y=from_y,
                to_x=to_x,
                to_y=to_y,
            )
        )

    def remove_marks(self) -> None:
        """Removes frames and arrows."""
        self._send(MarksRemoveRequested(command_id=new_id(), epoch=self._epoch()))

    # ---- gathering ----

    def _gather(self) -> None:
        if not self._gathering:
            self._gathering = True
            self._tasks.start(self._flush_soon(), name="desk-control-gather")

    async def _flush_soon(self) -> None:
        try:
            await asyncio.sleep(GATHER_S)
        finally:
            self._gathering = False
        self._flush()

    def _flush(self) -> None:
        text, self._text = self._text, ""
        scroll, self._scroll = self._scroll, None
        for start in range(0, len(text), MAX_TEXT):
            part = text[start : start + MAX_TEXT]
            self._send(TextRequested(command_id=new_id(), epoch=self._epoch(), text=part))
        if scroll is not None:
            spot, right_px, down_px = scroll
            self._send(
                ScrollRequested(
                    command_id=new_id(),
                    epoch=spot.epoch,
                    node=spot.node,
                    right_px=min(max(right_px, -MAX_PIXELS), MAX_PIXELS),
                    down_px=min(max(down_px, -MAX_PIXELS), MAX_PIXELS),
                )
            )

    # ---- what the kiosk says ----

    def _on_message(self, message: SessionMessage) -> None:
        match message:
            case CommandAnswered():
                command = self._sent.pop(message.command_id, None)
                if command is None:
                    self._channel.refuse(TOPIC, LATE, is_reported=False)
                    return
                self.answered.emit(Answer(command, message.code, message.detail, message.field))
            case ControlPaused(left_s=left_s):
                self.paused.emit(left_s)
            case ZoomChanged(percent=percent):
                self._zoom = percent
                self.zoomed.emit(percent)

    # ---- sending ----

    def _send(self, command: PageCommand) -> None:
        self._sent[command.command_id] = type(command)
        while len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)
        self._tasks.start(self._send_now(command), name="desk-control-send")

    async def _send_now(self, command: PageCommand) -> None:
        try:
            await self._channel.send(TOPIC, command)
        except (BusUnreachable, MessageTooLarge) as error:
            log.info("%s not sent: %s", type(command).__name__, error.code)
            if self._sent.pop(command.command_id, None) is not None:
                self.answered.emit(
                    Answer(type(command), error.code, dict(error.detail), FieldKind.NONE)
                )


def _within(point: tuple[float, float]) -> tuple[float, float]:
    return min(max(point[0], 0.0), 1.0), min(max(point[1], 0.0), 1.0)
