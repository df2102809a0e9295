# SPDX-License-Identifier: GPL-3.0-only
"""What the headless kiosk and the headless desk have alike: each is the real end without a window,
and a driver of the conformance program. A wrong end changes what is said and heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from expert_app.conformance.driver import CannotDo
from session.bus.channel import BusChannel
from session.bus.client import BusClient
from session.bus.transport.nkeys import new_seed
from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.desk.session import DeskSession
from session.kiosk.hub.client import KioskClient
from session.kiosk.session import KioskSession
from session.protocol.conversation.messages import SessionMessage
from session.protocol.endpoints.channel import (
    MessageHandler,
    MessageRate,
    RawHandler,
    SessionChannel,
)
from session.protocol.hub.requests import SessionFacts


class HeadlessEnd[Session: (KioskSession, DeskSession)]:
    """One end.

    Attributes:
        asked_s: how long it looks for what its person is to do.
        session: the conversation that goes on, None between two.
    """

    asked_s = 10.0
    link: KioskClient | DeskClient

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock, self.tasks = SystemClock(), Tasks(on_error=lambda _name, _error: None)
        self.seed = new_seed()
        self.session: Session | None = None
        self.bus: BusClient | None = None
        self.bus_kind: type[BusClient] = BusClient

    # ---- what a wrong end changes

    def outgoing(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        """What is really sent for a message."""
        return [message]

    def outgoing_raw(
        self, topic: str, payload: bytes, headers: Mapping[str, str]
    ) -> list[tuple[bytes, Mapping[str, str]]]:
        """What is really sent for bytes."""
        return [(payload, headers)]

    def incoming(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        """What is really taken of a message."""
        return [message]

    def made(self, session: Session) -> None:
        """A conversation is about to start."""

    def protect(self, facts: SessionFacts, channel: BusChannel) -> None:
        """Seals a conversation of an organisation that wants it."""
        raise NotImplementedError

    async def write_log(self, session: str, first: int, records: list[bytes]) -> int:
        """Records of the log go to their keeper."""
        return await self.link.append_log(session, first, records)

    async def _seen(self, condition: Callable[[], object], otherwise: str) -> None:
        try:
            async with asyncio.timeout(self.asked_s):
                while not condition():  # noqa: ASYNC110 - looked at as a person would
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise CannotDo(otherwise) from None


class SeenChannel:
    """The session's channel, where a wrong end changes what is said and heard."""

    def __init__(
        self, channel: SessionChannel, end: HeadlessEnd[KioskSession] | HeadlessEnd[DeskSession]
    ) -> None:
        self._channel, self._end = channel, end
        self.flooded = channel.flooded

    @property
    def session_id(self) -> str:
        return self._channel.session_id

    async def send(self, topic: str, message: SessionMessage) -> None:
        for sent in self._end.outgoing(topic, message):
            await self._channel.send(topic, sent)

    async def send_raw(self, topic: str, payload: bytes, headers: Mapping[str, str]) -> None:
        for part, part_headers in self._end.outgoing_raw(topic, payload, headers):
            await self._channel.send_raw(topic, part, part_headers)

    def on_message(self, topic: str, handler: MessageHandler) -> Callable[[], None]:
        def incoming(message: SessionMessage) -> None:
            for received in self._end.incoming(topic, message):
                handler(received)

        return self._channel.on_message(topic, incoming)

    def on_raw(self, topic: str, handler: RawHandler) -> Callable[[], None]:
        return self._channel.on_raw(topic, handler)

    def takes(self, topic: str, kind: str, rate: MessageRate, amount: float = 1.0) -> bool:
        return self._channel.takes(topic, kind, rate, amount)

    def refuse(
        self, topic: str, code: str, why: str = "", of: str = "", *, is_reported: bool = True
    ) -> None:
        self._channel.refuse(topic, code, why, of, is_reported=is_reported)
