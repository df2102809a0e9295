# SPDX-License-Identifier: GPL-3.0-only
"""The channel that one end of a session needs to talk to the other;
the bus gives the real one, tests a pair in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from session.core.signals import Signal
from session.protocol.conversation.messages import SessionMessage

MessageHandler = Callable[[SessionMessage], None]
RawHandler = Callable[[bytes, Mapping[str, str]], None]


class MessageRate(NamedTuple):
    """So many a second go on for ever, so many may come at once."""

    per_s: float
    burst: int


class SessionChannel(Protocol):
    """One session's line to its other end.
    Sending never waits for the other end and keeps the order per topic.

    Handlers run in the loop's thread; they must not block and start tasks for anything slow.

    Attributes:
        flooded: the other end says too much on this topic, and what is too much is left out; told
            once for each burst (`session.protocol.message_rates`).
    """

    flooded: Signal[str]

    @property
    def session_id(self) -> str:
        """The session."""
        ...

    async def send(self, topic: str, message: SessionMessage) -> None:
        """Sends a control message. Raises `BusUnreachable`, `MessageTooLarge`."""
        ...

    async def send_raw(self, topic: str, payload: bytes, headers: Mapping[str, str]) -> None:
        """Sends bytes on a raw topic. Raises `BusUnreachable`, `MessageTooLarge`."""
        ...

    def on_message(self, topic: str, handler: MessageHandler) -> Callable[[], None]:
        """Calls `handler` for each control message of `topic`; returns the call that stops it."""
        ...

    def on_raw(self, topic: str, handler: RawHandler) -> Callable[[], None]:
        """Calls `handler` with payload and headers for each raw payload of `topic`;
        returns the call that stops it.
        """
        ...

    def takes(self, topic: str, kind: str, rate: MessageRate, amount: float = 1.0) -> bool:
        """False when the other end says more of a `kind` than the rate has; then it is refused,
        and told at both ends once for each burst. For what only its receiver can count: the channel
        counts messages by itself.
        """
        ...

    def refuse(
        self, topic: str, code: str, why: str = "", of: str = "", *, is_reported: bool = True
    ) -> None:
        """A message that came on `topic` is not taken: counts it by its code, and tells the other
        end, but not for ever (`session.protocol.endpoints.refusals`).

        Args:
            why: for developers. of: the message's type, or the id of what it was about.
            is_reported: False for what comes too late through nobody's fault: it is counted only.
        """
        ...
