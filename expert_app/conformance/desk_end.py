# SPDX-License-Identifier: GPL-3.0-only
"""The other end of the kiosk under test: a desk without a window that does what a case says, and
answers calls by itself. Used by `kiosks.stage`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from expert_app.conformance.our_end import OurEnd
from expert_app.conformance.throw_away_hub import ThrowAwayHub
from session.core.clock import SystemClock
from session.core.errors import CallLost, SessionError
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
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


class DeskEnd(OurEnd):
    """One agent.

    Attributes:
        link, talk: its ways to the hub.
        refused_offer: why the newest offer could not be answered, "" for none.
    """

    def __init__(self, world: ThrowAwayHub, user: str, *, tasks: Tasks) -> None:
        super().__init__(world.client(Role.AGENT, user, tasks=tasks), tasks=tasks)
        self.user = user
        self._clock = SystemClock()
        self.link = DeskClient(self._bus, self._clock, tasks=tasks)
        self.talk = ThirdPartyClient(self._bus)
        self.refused_offer = ""
        self._answering = asyncio.Lock()
        self._gone = False
        self._world = world

    async def open(self) -> None:
        """Connect and load the queue. Raises `SessionError`."""
        await self._bus.connect()
        await self.link.start()

    async def close(self) -> None:
        """See `OurEnd`."""
        self._gone = True
        await super().close()

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
            await self.say(session, topic, message)
        except SessionError:
            return  # the case sees that nothing came
