# SPDX-License-Identifier: GPL-3.0-only
"""The other end of the kiosk under test: a desk without a window that does what a case says, and
answers calls by itself. Used by `stage`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from expert_app.conformance.throw_away_hub import ThrowAwayHub
from session.bus.client import BusClient
from session.core.clock import SystemClock
from session.core.errors import CallLost, SessionError
from session.core.tasks import Tasks
from session.desk.hub.client import DeskLink
from session.desk.hub.third_parties import ThirdPartyClient
from session.desk.sealing import DeskSeal
from session.media.engines.plain_peer import PlainPeer
from session.protocol.conversation.messages import (
    CallAnswered,
    CallFailed,
    CallOffered,
    MediaSeen,
    SessionMessage,
)
from session.protocol.conversation.mirror import TOPIC as MIRROR
from session.protocol.conversation.mirror_messages import MirrorReceived
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.tickets import Ticket
from session.protocol.topics import THIRD_TOPIC
from session.protocol.wire.roles import Role

BLACK = "black"
"""The mark of every black picture."""


class DeskEnd:
    """One agent.

    Attributes:
        link, talk: its ways to the hub.
        peer: of the newest call that was answered; `call_id` its id, "" before.
        refused_offer: why the newest offer could not be answered, "" for none.
        received: what came on the topics that it listens to, opened where it was sealed.
    """

    def __init__(self, world: ThrowAwayHub, user: str, *, tasks: Tasks) -> None:
        self.user = user
        self._clock = SystemClock()
        self._tasks = tasks
        self._bus = BusClient(
            [world.url],
            Role.AGENT,
            user=user,
            seed=world.seeds[user],
            tasks=tasks,
            clock=self._clock,
            tls=world.tls(),
        )
        self.link = DeskLink(self._bus, self._clock, tasks=tasks)
        self.talk = ThirdPartyClient(self._bus)
        self.peer: PlainPeer | None = None
        self.call_id = self.refused_offer = ""
        self.received: list[SessionMessage] = []
        self._answering = asyncio.Lock()
        self._gone = False
        self._world = world

    async def open(self) -> None:
        """Connects and loads the queue. Raises `SessionError`."""
        await self._bus.connect()
        await self.link.start()

    async def close(self) -> None:
        """Gone, as by a power cut: nothing is said."""
        self._gone = True
        await self.close_call()
        await self._bus.close()

    async def accept(self, ticket: Ticket) -> SessionFacts:
        """Takes the caller, and listens to the calls that the kiosk offers."""
        facts = await self.link.accept(ticket.id)
        if facts.seal is not None:
            self._seal(facts)
        self.listen(facts.id, "call")
        self._bus.channel(facts.id).on_raw(
            MIRROR, lambda _payload, headers: self._on_mirror(facts.id, headers)
        )
        return facts

    def _seal(self, facts: SessionFacts) -> None:
        """Nothing of this conversation is sent or taken unless it is sealed."""
        seal = DeskSeal(
            facts,
            self._world.certificate,
            seed=self._world.seeds[self.user],
            clock=self._clock,
            tasks=self._tasks,
        )
        channel = self._bus.channel(facts.id)
        channel.protect(seal)
        for topic in ("call", "beside", "end"):
            channel.on_message(topic, self.received.append)

    def listen(self, session: str, topic: str) -> None:
        """Answers what is offered on `call` or, as a third person, on `third`."""
        self._bus.channel(session).on_message(
            topic, lambda message: self._on_call(session, topic, message)
        )

    def listen_as_third(self, session: str) -> None:
        """Answers the call of a conversation that this colleague was called into."""
        self.listen(session, THIRD_TOPIC)

    async def send(self, session: str, topic: str, message: SessionMessage) -> None:
        """Says something to the kiosk. Raises `BusUnreachable`."""
        await self._bus.channel(session).send(topic, message)

    async def send_raw(
        self, session: str, topic: str, payload: bytes, headers: dict[str, str]
    ) -> None:
        """Sends bytes to the kiosk. Raises `BusUnreachable`."""
        await self._bus.channel(session).send_raw(topic, payload, headers)

    def forget(self, session: str) -> None:
        """The session is over."""
        self._bus.drop_channel(session)

    async def close_call(self) -> None:
        """Nothing travels any more."""
        peer, self.peer, self.call_id = self.peer, None, ""
        if peer is not None:
            await peer.close()

    def media_count(self) -> int:
        """Pictures and pieces of voice that came in the present call."""
        if self.peer is not None:
            return self.peer.frames + self.peer.audio_packets
        return 0

    def picture(self) -> str:
        """Return a mark of the last picture that came, "" before the first one."""
        if self.peer is None:
            return ""
        if self.peer.is_black:
            return BLACK
        return self.peer.checksum

    def _on_mirror(self, session: str, headers: Mapping[str, str]) -> None:
        """Says at once how far the shared page has come, where that is asked."""
        ack = headers.get("Ack", "")
        if ack.isdigit():
            received = MirrorReceived(ack=int(ack))
            self._tasks.start(self._try_send(session, "cobrowse", received), name="mirror received")

    def _on_call(self, session: str, topic: str, message: SessionMessage) -> None:
        if isinstance(message, CallOffered):
            self._tasks.start(self._answer(session, topic, message), name="answer a call")

    async def _answer(self, session: str, topic: str, offer: CallOffered) -> None:
        async with self._answering:
            await self.close_call()
            peer = PlainPeer()
            try:
                sdp = await peer.answer(offer.sdp)
            except CallLost as error:
                self.refused_offer = str(error.detail.get("why", error.code))
                await peer.close()
                failed = CallFailed(call_id=offer.call_id, code=error.code)
                await self._try_send(session, topic, failed)
                return
            except asyncio.CancelledError:
                await peer.close()
                raise
            if self._gone:
                await peer.close()
                return
            self.refused_offer = ""
            self.peer = peer
            self.call_id = offer.call_id
            peer.first_frame.connect(lambda _none: self._report_seen(session, topic))
            answer = CallAnswered(call_id=offer.call_id, sdp=sdp, simulated_camera=True)
            await self._try_send(session, topic, answer)

    def _report_seen(self, session: str, topic: str) -> None:
        peer = self.peer
        if peer is None:
            return
        media_seen = MediaSeen(
            call_id=self.call_id,
            first_frame_ms=0.0,
            frames=peer.frames,
            width_px=peer.width_px,
            height_px=peer.height_px,
            checksum=peer.checksum,
            audio_packets=peer.audio_packets,
            audio_level=0.0,
        )
        self._tasks.start(self._try_send(session, topic, media_seen), name="tell what was seen")

    async def _try_send(self, session: str, topic: str, message: SessionMessage) -> None:
        try:
            await self.send(session, topic, message)
        except SessionError:
            return  # the case sees that nothing came
