# SPDX-License-Identifier: GPL-3.0-only
"""Passes what one end of a session says to the other, after checking that it is one of the two.
Used by the hub.

`ses.<organisation>.<role>.<user>.<session>.<topic>` becomes `evt.<organisation>.u.<peer role>.<peer
user>.ses.<session>.<topic>`, payload and headers unchanged. Nothing is stored: both ends number
what must not be lost. Order per sender is kept; with several hubs each message may take another
one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable

from session.bus.hub_connection import HubConnection
from session.bus.rate_limits import Bursts, RateLimits
from session.bus.sealing.box import SEAL_HEADER
from session.bus.transport.connection import Incoming
from session.core.errors import (
    BusUnreachable,
    MessageMalformed,
    MessageTooLarge,
    NotAllowed,
    RateLimited,
    SessionError,
    TicketUnknown,
)
from session.core.tasks import Tasks
from session.hub.access.refused_log import RefusedLog
from session.hub.dossier.keep_consent import TOPIC as GRANT_TOPIC
from session.hub.dossier.keep_consent import KeepConsents
from session.hub.network.relay_peers import End, peer_of
from session.hub.queue.core import QueueCore
from session.protocol.codec import decode_session, encode_session
from session.protocol.conversation.messages import MessageRefused, PageRefused
from session.protocol.endpoints.refusals import END_TOPIC, HUB_TOPIC
from session.protocol.hub.tickets import LIVE, Ticket
from session.protocol.message_rates import QUIET_S, TOPIC_RATES
from session.protocol.topics import CONTROL_TOPICS, DEVICE_TOPIC, RAW_TOPICS
from session.protocol.wire.roles import Role
from session.protocol.wire.version import MAX_CHUNK_BYTES, MAX_CONTROL_BYTES, SEAL_BYTES

log = logging.getLogger(__name__)

BYTES_PER_S = 8 << 20
BURST_BYTES = 64 << 20
"""What one end may send: far more than any line carries, a guard against a loop."""

OVERHEAD_BYTES = 512
"""Counted for each message beside its payload."""

SUBJECT = "ses.*.*.*.*.*"

FINISH_S = 3.0
"""How long a hub that stops goes on with what it has taken."""

_REFUSALS = {END_TOPIC: b'"MessageRefused"', DEVICE_TOPIC: b'"PageRefused"'}
"""Where one end refuses what the other says, and what such a message holds."""
_NEVER = b"\0"

QUEUED = 10_000
HELD = 64
"""Messages of one session kept while its ticket is looked up."""

HEADER_BYTES = 2048

TOLD_PER_S, TOLD_BURST = 1.0, 10.0
"""So often one end is told that its messages are dropped; that they are too many, once a burst."""

LOGGED_EACH = 100
"""One line in the log for so many dropped messages: a loop elsewhere must not fill our disk."""


Forward = Callable[[Incoming], Awaitable[bool]]
"""Passes a kiosk's message on to another network; False when it is for us."""


async def _nobody(message: Incoming) -> bool:
    return False


def _unnoticed(who: str) -> None:
    return None


class Relay:
    """Between the two ends of every session.

    Args:
        refused: what is not taken, by us or by the other end, and of whom.
        on_excess: called with the sender of what must be dropped.
        forward: passes a kiosk's message on to another network, where its caller is there.
    """

    def __init__(
        self,
        core: QueueCore,
        connection: HubConnection,
        *,
        keep: KeepConsents,
        tasks: Tasks,
        refused: RefusedLog,
        on_excess: Callable[[str], None] = _unnoticed,
        forward: Forward = _nobody,
    ) -> None:
        self._refused = refused
        self.dropped = self.passed = self.passed_bytes = 0
        self.dropped_by_code: Counter[str] = Counter()
        self._told = RateLimits(core.clock, TOLD_PER_S, burst=TOLD_BURST)
        self._connection = connection
        self._changes = core.changes
        self._view = core.view
        self._keep = keep
        self._tasks = tasks
        self._on_excess = on_excess
        self._forward = forward
        self._rates = RateLimits(core.clock, BYTES_PER_S, burst=BURST_BYTES)
        self._counts = {
            topic: RateLimits(core.clock, rate.per_s, burst=rate.burst)
            for topic, rate in TOPIC_RATES.items()
        }
        self._bursts = Bursts(core.clock, QUIET_S)
        self._queue: asyncio.Queue[Incoming] = asyncio.Queue(QUEUED)
        self._worker: asyncio.Task[None] | None = None
        self._held: dict[tuple[str, str], deque[Incoming]] = {}
        self._all_released = asyncio.Event()
        self._all_released.set()

    async def start(self) -> None:
        """Begins to pass on."""
        self._worker = self._tasks.keep(self._pass_on, name="relay")
        await self._connection.hear(SUBJECT, self.take)

    async def stop(self) -> None:
        """Takes nothing more; returns once all that was taken is passed on."""
        await self._connection.bus.drain(SUBJECT)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S):
                await self._queue.join()
                # a caller's word is being recorded, or a session looked up
                await self._all_released.wait()
        if self._worker is not None:
            self._worker.cancel()
        self._worker = None

    def take(self, message: Incoming) -> None:
        """`ses.<organisation>.<role>.<user>.<session>.<topic>`:
        cheap checks here, the rest in order in one task.
        """
        _, organisation, role, user, _, topic = message.subject.split(".")
        size_bytes = len(message.payload)
        limit_bytes = (MAX_CHUNK_BYTES if topic in RAW_TOPICS else MAX_CONTROL_BYTES) + SEAL_BYTES
        header_bytes = sum(len(name) + len(value) for name, value in message.headers.items())
        who = f"{organisation}.{role}.{user}"
        if topic not in CONTROL_TOPICS and topic not in RAW_TOPICS:
            self._drop(message, MessageMalformed.code, "unknown topic", who)
        elif size_bytes > limit_bytes:
            why = f"{size_bytes} bytes, at most {limit_bytes - SEAL_BYTES}"
            self._drop(message, MessageTooLarge.code, why, who)
        elif header_bytes > HEADER_BYTES:
            why = f"{header_bytes} bytes of headers, at most {HEADER_BYTES}"
            self._drop(message, MessageTooLarge.code, why, who)
        elif not self._rates.take(who, size_bytes + OVERHEAD_BYTES):
            self._drop(message, RateLimited.code, "more than any line carries", who)
        elif not self._counts[topic].take(who):
            rate = TOPIC_RATES[topic]
            why = f"more than {rate.burst} at once and {rate.per_s:g} a second"
            self._drop(message, RateLimited.code, why, who)
        elif self._queue.full():
            self._drop(message, RateLimited.code, "the hub is behind")
        else:
            self._queue.put_nowait(message)

    def _drop(self, message: Incoming, code: str, why: str, who: str = "") -> None:
        """Counts it, and tells whoever sent it, but not for ever.

        Args:
            who: has sent what no program of ours sends.
        """
        self.dropped += 1
        self.dropped_by_code[code] += 1
        if who:
            self._on_excess(who)
        _, organisation, role, user, _, topic = message.subject.split(".")
        sender = f"{organisation}.{role}.{user}"
        too_many = code == RateLimited.code
        if too_many:
            is_told = self._bursts.begins(f"{sender}.{topic}")
        else:
            is_told = self._told.take(sender)
        if is_told or not too_many:
            self._refused.note(sender, topic, code, why=why)
        if is_told:
            refused = MessageRefused(topic=topic[:60], code=code, why=why)
            self._tasks.start(
                self._send_refusal(message, refused), name="tell that a message is dropped"
            )
        if self.dropped % LOGGED_EACH == 1:
            log.warning(
                "session traffic dropped, %d messages by now; the last: %s", self.dropped, why
            )

    async def _send_refusal(self, message: Incoming, refused: MessageRefused) -> None:
        _, organisation, role, user, session_id, _ = message.subject.split(".")
        try:
            await self._connection.publish_to_user(
                organisation,
                Role(role),
                user,
                rest=f"ses.{session_id}.{HUB_TOPIC}",
                payload=encode_session(refused),
            )
        except (BusUnreachable, ValueError):
            log.info("nobody is told that a message was dropped")

    async def _pass_on(self) -> None:
        while True:
            message = await self._queue.get()
            try:
                await self._pass(message)
            except Exception:  # one message that nobody foresaw ends no other conversation
                log.exception("a message of a session was not passed on")
            finally:
                self._queue.task_done()

    async def _pass(self, message: Incoming) -> None:
        _, organisation, role, user, session_id, _ = message.subject.split(".")
        if role == Role.KIOSK and await self._forward(message):
            return
        queue = self._held.get((organisation, session_id))
        stored = self._view.session_anywhere(session_id)
        if queue is not None and len(queue) == HELD:
            self._drop(message, RateLimited.code, "the hub is still looking the session up")
        elif queue is not None:
            queue.append(message)
        elif stored is not None and self._is_word_of_kiosk(message):
            self._hold(organisation, session_id, message)
            self._tasks.start(
                self._release(organisation, session_id, stored.ticket),
                name="relay records a grant, then tells it",
            )
        elif stored is not None:
            await self._send(stored.ticket, message)
        else:
            self._hold(organisation, session_id, message)
            if role == Role.KIOSK:
                at_kiosk = user
            else:
                at_kiosk = ""
            self._tasks.start(
                self._look_up(organisation, session_id, at_kiosk), name="relay looks a session up"
            )

    async def _look_up(self, organisation: str, session_id: str, kiosk: str) -> None:
        """Our view may be a moment behind another hub's accept:
        ask the store, then pass on what was held.
        """
        ticket: Ticket | None = None
        try:
            if kiosk:
                stored = await self._changes.session_at_kiosk(organisation, kiosk, session_id)
            else:
                stored = await self._changes.by_session(organisation, session_id)
            self._view.apply(stored)
            ticket = stored.ticket
        except SessionError as error:
            log.info("session traffic for no session of ours: %s", error.code)
        await self._release(organisation, session_id, ticket)

    async def _release(self, organisation: str, session_id: str, ticket: Ticket | None) -> None:
        """Passes on what was held; what the caller allows is recorded first, so that the hub knows
        it before the desk.

        Others' sessions do not wait for the store meanwhile.
        """
        queue = self._held[organisation, session_id]
        try:
            while queue:
                message = queue.popleft()
                if ticket is None:
                    self._drop(message, TicketUnknown.code, "no such session")
                    continue
                if self._is_word_of_kiosk(message) and self._is_end(ticket, message):
                    await self._keep.on_message(ticket, message.payload)
                await self._send(ticket, message)
        finally:  # whatever one end sends, what follows is passed on
            del self._held[organisation, session_id]
            if not self._held:
                self._all_released.set()

    def _hold(self, organisation: str, session_id: str, message: Incoming) -> None:
        self._held[organisation, session_id] = deque([message])
        self._all_released.clear()

    @staticmethod
    def _is_word_of_kiosk(message: Incoming) -> bool:
        _, _, role, _, _, topic = message.subject.split(".")
        is_readable = SEAL_HEADER not in message.headers
        return role == Role.KIOSK and topic == GRANT_TOPIC and is_readable

    @staticmethod
    def _is_end(ticket: Ticket, message: Incoming) -> bool:
        _, organisation, role, user, session_id, topic = message.subject.split(".")
        speaker = End(organisation, Role(role), user)
        return (
            ticket.session == session_id
            and ticket.state in LIVE
            and peer_of(ticket, speaker, topic) is not None
        )

    async def _send(self, ticket: Ticket, message: Incoming) -> None:
        _, organisation, role, user, session_id, topic = message.subject.split(".")
        if ticket.state not in LIVE or ticket.session != session_id or ticket.agent is None:
            return self._drop(message, TicketUnknown.code, "the session is over")
        peer = peer_of(ticket, End(organisation, Role(role), user), topic)
        if peer is None:
            return self._drop(message, NotAllowed.code, "not an end of this session")
        headers = {
            key: value
            for key, value in message.headers.items()
            if not key.lower().startswith("nats-")
        }
        try:
            rest = f"ses.{session_id}.{topic}"
            await self._connection.publish_to_user(
                peer.organisation,
                peer.role,
                peer.user,
                rest=rest,
                payload=message.payload,
                headers=headers,
            )
            self._note_refusal(message, End(organisation, Role(role), user), peer)
            self.passed += 1
            self.passed_bytes += len(message.payload)
        except BusUnreachable as error:
            self._drop(message, error.code, "the hub's connection is away")
        return None

    def _note_refusal(self, message: Incoming, speaker: End, peer: End) -> None:
        """One end has told the other that it does not take a message. In a sealed conversation
        nobody here can read it.
        """
        topic = message.subject.rpartition(".")[2]
        if _REFUSALS.get(topic, _NEVER) not in message.payload:
            return
        try:
            refusal = decode_session(message.payload)
        except SessionError:
            return  # who receives it says so
        who = f"{peer.organisation}.{peer.role}.{peer.user}"
        if speaker.role is Role.KIOSK:
            by = "kiosk"
        else:
            by = "desk"
        if isinstance(refusal, MessageRefused):
            self._refused.note(
                who, refusal.topic, refusal.code, why=refusal.why, of=refusal.of, by=by
            )
        elif isinstance(refusal, PageRefused):
            self._refused.note(who, topic, refusal.code, of=f"page {refusal.page_id}", by=by)
