# SPDX-License-Identifier: GPL-3.0-only
"""The agent's call with a third person, beside the call with the caller. This end makes the
offers. Used by
`session.desk.call.third_parties`.

The other end is a `session.desk.call.video_call.DeskCall` on the same topic;
it watches the line and asks for a new call.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from session.core.errors import BusUnreachable, CallLost, MessageTooLarge
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.media.engine import MediaStats
from session.protocol.conversation.messages import (
    CallAnswered,
    CallFailed,
    CallOffered,
    CallRequested,
    CameraChanged,
    MediaSeen,
    SessionMessage,
)
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.endpoints.refusals import LATE
from session.protocol.topics import ASIDE_TOPIC
from session.protocol.wire.ids import new_id

if TYPE_CHECKING:  # it loads PyAV, which who does not call needs not
    from session.media.frames import VideoFrame

log = logging.getLogger(__name__)

AGAIN_S = 4.0
"""Without an answer for so long the call is offered again."""


class OfferingEngine(Protocol):
    """The part of an engine that this end needs;
    `session.media.engines.aiortc_engine` is one.
    """

    @property
    def simulated_camera(self) -> bool:
        """True when our picture is drawn."""
        ...

    async def offer(self) -> str:
        """Offers a call. Raises `CallLost`."""
        ...

    async def accept(self, answer_sdp: str) -> None:
        """Takes the answer to the last offer. Raises `CallLost`."""
        ...

    async def close_call(self) -> None:
        """Ends the present call."""
        ...

    def set_microphone(self, on: bool) -> None:
        """Sends our voice, or silence."""
        ...

    def set_camera(self, on: bool) -> None:
        """Sends our picture, or a dark one."""
        ...

    def latest_frame(self) -> VideoFrame | None:
        """The other's last picture."""
        ...

    def stats(self) -> MediaStats:
        """Return what was received so far."""
        ...


class ThirdPartyCall:
    """One call with a third person.

    Attributes:
        peer_media_seen: what the third person says it received of us.
        peer_simulated: whether its picture is drawn.
    """

    def __init__(self, channel: SessionChannel, engine: OfferingEngine, *, tasks: Tasks) -> None:
        self.peer_media_seen: Signal[MediaSeen] = Signal()
        self.peer_simulated: Signal[bool] = Signal()
        self._channel = channel
        self._engine = engine
        self._tasks = tasks
        self._call_id = ""
        self._answered = asyncio.Event()
        self._offering: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Offers, until it is answered."""
        self._stop_listening = self._channel.on_message(ASIDE_TOPIC, self._on_message)
        self._offer_soon()

    def send_switches(self, *, camera_on: bool, microphone_on: bool) -> None:
        """Sends the third person the state of our camera and microphone."""
        self._tasks.start(
            self._send(CameraChanged(camera_on=camera_on, microphone_on=microphone_on)),
            name="aside-tell",
        )

    async def _send(self, message: SessionMessage) -> None:
        try:
            await self._channel.send(ASIDE_TOPIC, message)
        except (BusUnreachable, MessageTooLarge) as error:
            log.warning("not sent to the third person: %s", error.code)

    async def hang_up(self) -> None:
        """Ends the call; the engine can take another."""
        self._stop_listening()
        if self._offering is not None:
            self._offering.cancel()
        self._call_id = ""
        await self._engine.close_call()

    def _offer_soon(self) -> None:
        if self._offering is None or self._offering.done():
            self._offering = self._tasks.start(self._offer_until_answered(), name="aside-offer")

    async def _offer_until_answered(self) -> None:
        self._answered.clear()
        while not self._answered.is_set():
            self._call_id = new_id()
            try:
                sdp = await self._engine.offer()
                simulated = self._engine.simulated_camera
                offer = CallOffered(call_id=self._call_id, sdp=sdp, simulated_camera=simulated)
                await self._channel.send(ASIDE_TOPIC, offer)
                await asyncio.wait_for(self._answered.wait(), AGAIN_S)
            except TimeoutError:
                log.info("the third person has not answered; offered again")
            except (CallLost, BusUnreachable, MessageTooLarge) as error:
                log.warning("no offer to the third person: %s", error.code)
                await asyncio.sleep(AGAIN_S)

    def _on_message(self, message: SessionMessage) -> None:
        match message:
            case CallAnswered(call_id=self._call_id) if not self._answered.is_set():
                self._answered.set()
                self.peer_simulated.emit(message.simulated_camera)
                self._tasks.start(self._accept(message), name="aside-accept")
            case CallRequested():
                self._offer_soon()
            case CallFailed(call_id=self._call_id):
                log.warning("the third person could not set the call up: %s", message.code)
            case MediaSeen():
                self.peer_media_seen.emit(message)
            case _:
                self._channel.refuse(ASIDE_TOPIC, LATE, is_reported=False)

    async def _accept(self, answer: CallAnswered) -> None:
        try:
            await self._engine.accept(answer.sdp)
        except CallLost as error:
            log.warning("an answer could not be used: %s", error.detail.get("why", ""))
            self._offer_soon()
