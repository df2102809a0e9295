# SPDX-License-Identifier: GPL-3.0-only
"""Chat beside the voice, the same at both ends: in memory only, gone with the session.
Desk and kiosk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from session.core.errors import BusUnreachable, MessageTooLarge
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.conversation.chat_and_privacy import MAX_WORDS, TOPIC, WordsSaid, WordsShown
from session.protocol.conversation.messages import SessionMessage
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.endpoints.refusals import LATE
from session.protocol.wire.ids import new_id

log = logging.getLogger(__name__)

MOST_KEPT = 200
"""Older words give way."""


class SentState(StrEnum):
    """The fate of words that this end sent."""

    SENDING = "sending"
    SHOWN = "shown"
    FAILED = "failed"


@dataclass(frozen=True)
class ChatLine:
    """One message. `sent`: what became of it, for one of this end."""

    words_id: str
    text: str
    mine: bool
    sent: SentState = SentState.SENDING


class Chat:
    """One end of the words.

    Attributes:
        changed: all lines, at each change.
        sent_words: words of this end were sent.
        received: a line of the other end came.
    """

    def __init__(self, channel: SessionChannel, tasks: Tasks) -> None:
        self.changed: Signal[tuple[ChatLine, ...]] = Signal()
        self.sent_words: Signal[None] = Signal()
        self.received: Signal[ChatLine] = Signal()
        self._channel = channel
        self._tasks = tasks
        self._lines: tuple[ChatLine, ...] = ()
        self._shown: set[str] = set()
        self._stop_listening: Callable[[], None] = channel.on_message(TOPIC, self._on_message)

    @property
    def lines(self) -> tuple[ChatLine, ...]:
        """Oldest first."""
        return self._lines

    def send(self, text: str) -> None:
        """Sends words; nothing when there are none."""
        words = " ".join(text.split())[:MAX_WORDS]
        if not words:
            return
        line = ChatLine(new_id(), words, mine=True)
        self._add(line)
        self._tasks.start(self._send_line(line), name="written words")

    def shown(self, words_id: str) -> None:
        """The other end's words stand on this screen."""
        self._shown.add(words_id)
        self._tasks.start(
            self._send_message(WordsShown(words_id=words_id)), name="written words shown"
        )

    def forget(self) -> None:
        """The session is over: no word stays."""
        self._stop_listening()
        self._lines = ()
        self._shown.clear()
        self.changed.emit(())

    async def _send_line(self, line: ChatLine) -> None:
        if await self._send_message(WordsSaid(words_id=line.words_id, text=line.text)):
            self.sent_words.emit(None)
        else:
            self._mark(line.words_id, SentState.FAILED)

    async def _send_message(self, message: SessionMessage) -> bool:
        try:
            await self._channel.send(TOPIC, message)
        except (BusUnreachable, MessageTooLarge) as error:
            log.warning("not sent: %s (%s)", type(message).__name__, error.code)
            return False
        return True

    def _on_message(self, message: SessionMessage) -> None:
        match message:
            case WordsSaid(words_id=words_id, text=text) if all(
                earlier.words_id != words_id for earlier in self._lines
            ):
                line = ChatLine(words_id, " ".join(text.split()), mine=False)
                self._add(line)
                self.received.emit(line)
            case WordsSaid(words_id=words_id) if words_id in self._shown:
                self.shown(words_id)  # said again: our answer got lost
            case WordsShown(words_id=words_id):
                self._mark(words_id, SentState.SHOWN)
            case WordsSaid():
                self._channel.refuse(
                    TOPIC, LATE, is_reported=False
                )  # they will be shown and told once

    def _add(self, line: ChatLine) -> None:
        self._lines = (*self._lines, line)[-MOST_KEPT:]
        self._shown.intersection_update(line.words_id for line in self._lines)
        self.changed.emit(self._lines)

    def _mark(self, words_id: str, sent: SentState) -> None:
        self._lines = tuple(
            replace(line, sent=sent) if line.words_id == words_id else line for line in self._lines
        )
        self.changed.emit(self._lines)
