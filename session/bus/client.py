# SPDX-License-Identifier: GPL-3.0-only
"""A desk's or kiosk's connection to the bus: asks the hub, takes its notifications, carries
sessions. Used by `session.desk.hub` and `session.kiosk.hub`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

import msgspec

from session.bus.channel import BusChannel
from session.bus.request_context import RequestContext, context_for, new_trace
from session.bus.sealing.client import SealingClient
from session.bus.sealing.vault_client import VaultClient
from session.bus.transport.connection import (
    CONNECT_S,
    NOBODY,
    Connection,
    Handler,
    Incoming,
    SecondRequest,
)
from session.bus.transport.nkeys import public_key
from session.core.clock import Clock
from session.core.computer import computer_name
from session.core.dossier_model import DocumentRecord, Dossier, DossierNote
from session.core.errors import (
    BusUnreachable,
    DeskElsewhere,
    HubUnreachable,
    NotAllowed,
    RateLimited,
    SealKeyOld,
    SealKeyRefused,
    SessionError,
    StoreUnreachable,
    VaultAway,
)
from session.core.program_version import program_version
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.codec import decode_answer, decode_event, encode
from session.protocol.dossier.long_dossier import DocumentsRequest, whole
from session.protocol.hub.requests import (
    HubEvent,
    HubMessage,
    ListAnswer,
    ListRequest,
    Request,
    with_page,
)
from session.protocol.sealing import SEALED, Part, SealCardAnswer, SealCardRequest
from session.protocol.topics import SendingEnd
from session.protocol.wire import subjects
from session.protocol.wire.ids import is_id
from session.protocol.wire.program import CERTIFICATE_REFUSED, COMPUTER, DESK, PROGRAM, header_text
from session.protocol.wire.roles import PEOPLE, Role

log = logging.getLogger(__name__)

TOLD_BEATS = 6
"""So many signs of life say that the certificate had been refused."""
BEAT_S = 5.0
"""Between two signs of life."""

AGAIN = (HubUnreachable, StoreUnreachable, RateLimited, VaultAway)
"""After these the outcome is unknown, or nothing happened: the same request may be repeated."""

UNDELIVERED = (BusUnreachable, *AGAIN)
"""After these nobody has refused it: what must arrive is asked again."""

TRIES = 3
"""A request whose outcome is unknown is asked so many times in all."""

AGAIN_S, LONGEST_AGAIN_S = 0.5, 3.0
"""Pause before the second try; longer before each later one, up to the other."""

SECOND_S = 1.5
"""So long without an answer, and all hubs are asked:
the one that has the request may be without power, or cut off.

The server gives requests to such a hub until it finds out itself
(`session.bus.server.config.PING_S`). After "The Tail at Scale" (Dean, Barroso, CACM 56(2), 2013),
section "hedged requests".
"""

SECOND_BYTES = 4096
"""A larger request is not sent twice."""

NOBODY_S = 0.2
"""Pause before the one quiet repeat of a request that nobody listened to."""

MOST_ROWS = 100_000
"""Of one answer in pages: more is nobody's list."""

SESSIONS_KEPT = 16
"""Channels kept at once; a desk or kiosk has one or two, the rest is a guard against growth."""

FROM_HUB = "From-Hub"
"""Header of every notification of the hub.

An answer of the hub never has it, so nobody can make the hub "answer" to another user's subject and
have it believed.
"""


def is_limit(error: SessionError) -> bool:
    """True if a rule has told how many there may be: the same request would be refused again. What
    came too fast at the hub's door has no such number, and is asked again.
    """
    return isinstance(error, RateLimited) and "limit" in error.detail


class BusClient:
    """One identity's connection.

    Args:
        urls: every server of the bus.
        role, user: who we are; the server refuses every other name.
        seed: our nkey seed.
        tls: how certificates are checked; None for the system's authorities.
        seals: for organisations that have a vault;
            without, the hub alone is asked, and refuses for them.

    Attributes:
        desk: what says which of an agent's computers this is, "" for everybody else.
        elsewhere: the hub refuses something because this agent works at another one.
        not_taken: how many messages to us were not taken, by code.
        connected: the bus answers, or no longer.
        refused: it does not know our key, or no longer.
        failed: why the newest try to connect did not succeed.
        retrying: the verb of a request that is repeated, because its outcome is unknown.
        beat_headers: further headers of each sign of life.
    """

    def __init__(
        self,
        urls: Sequence[str],
        role: Role,
        *,
        user: str,
        seed: bytes,
        tasks: Tasks,
        clock: Clock,
        tls: ssl.SSLContext | None = None,
        seals: SealingClient | None = None,
    ) -> None:
        if not is_id(user):
            raise ValueError(f"not an id: {user!r}")
        self.role = role
        if role is Role.KIOSK:
            self._me = SendingEnd.KIOSK
        else:
            self._me = SendingEnd.DESK
        self.user = user
        self.clock = clock
        self.notifications: Signal[HubEvent] = Signal()
        self.not_taken: Counter[str] = Counter()
        self.beat_headers: dict[str, str] = {}
        self._in_beats = b""
        if role is Role.AGENT:
            self.desk = public_key(seed)
        else:
            self.desk = ""
        headers = {PROGRAM: program_version(), DESK: self.desk}
        self._headers = {name: value for name, value in headers.items() if value}
        self._asks = self._headers
        if role in PEOPLE and (name := header_text(computer_name())):
            self._asks = {**self._headers, COMPUTER: name}
        self.elsewhere: Signal[None] = Signal()
        self.retrying: Signal[str] = Signal()
        self._tasks = tasks
        self._connection = Connection(
            urls,
            seed,
            tasks=tasks,
            inbox=subjects.inbox(role, user),
            name=f"{role}.{user}",
            tls=tls,
        )
        self.connected: Signal[bool] = self._connection.connected
        self.connected.connect(self._on_connected)
        self.refused: Signal[None] = self._connection.refused
        self.failed: Signal[SessionError] = self._connection.failed
        self._channels: OrderedDict[str, BusChannel] = OrderedDict()
        self._beating: asyncio.Task[None] | None = None
        self._beat_now = asyncio.Event()
        self._is_back = asyncio.Event()
        self._listening = False
        self.seals = seals
        if seals is not None:
            seals.use(self._connection, role=role, user=user, seed=seed, fetch=self._card)

    @property
    def is_connected(self) -> bool:
        """True while the bus answers (the hub may still be away)."""
        return self._connection.is_connected

    async def connect(self, timeout_s: float = CONNECT_S) -> None:
        """Connects and listens; keeps trying in the background when there is no server yet.

        Raises:
            BusUnreachable: no server within `timeout_s`; `connected` tells when one answers.
            BusRefusedIdentity: the bus does not know our key.
            BusCertificateRefused: we do not believe the bus's certificate.
        """
        if not self._listening:
            self._listening = True
            await self._connection.subscribe(
                subjects.notifications(self.role, self.user), self._on_notification
            )
            await self._connection.subscribe(
                subjects.session_in(self.role, self.user), self._on_session
            )
        await self._connection.open(timeout_s)

    def _on_connected(self, connected: bool) -> None:
        if connected:
            self._is_back.set()

    async def pause(self, seconds: float) -> None:
        """Waits so long, and no longer than until the bus is back while it is away."""
        if self.is_connected:
            await asyncio.sleep(seconds)
            return
        self._is_back.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_back.wait()

    def reconnect(self) -> None:
        """The network is another one than it was: connects anew at once."""
        self._connection.reconnect()

    async def close(self) -> None:
        """Ends the connection and the signs of life."""
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None
        await self._connection.close()

    async def ask[Answer: HubMessage](self, request: Request[Answer], *, trace: str = "") -> Answer:
        """Ask the hub, and ask the same again while the outcome is unknown, `TRIES` times in all.
        Every request of the protocol may be repeated: the hub does it once. A limit that
        is reached is an answer (`is_limit`).

        Args:
            trace: the id of the act that it belongs to, the same each time; "" for a new one.

        Raises:
            As `ask_once`.
        """
        trace = trace or new_trace()
        for attempt in range(1, TRIES):
            try:
                return await self.ask_once(request, trace=trace)
            except AGAIN as error:
                if is_limit(error):
                    raise
                log.info("%s is asked again: %s, trace %s", request.verb, error.code, trace)
                self.retrying.emit(request.verb)
                await asyncio.sleep(AGAIN_S * attempt)
        return await self.ask_once(request, trace=trace)

    async def deliver[Answer: HubMessage](self, request: Request[Answer]) -> Answer:
        """Ask until it is answered, however long the bus, the hub or its store is away: for what
        must arrive whatever happens. Raises what was refused.
        """
        return await self.keep_asking(partial(self.ask_once, request, trace=new_trace()))

    async def keep_asking[Answer](
        self,
        ask: Callable[[], Awaitable[Answer]],
        on_trouble: Callable[[SessionError], None] = lambda error: None,
    ) -> Answer:
        """Deliver what one request does not say: `ask` asks once, the same each time.

        Args:
            on_trouble: called with why, each time that nobody has answered.
        """
        pause_s = AGAIN_S
        while True:
            try:
                return await ask()
            except UNDELIVERED as error:
                if is_limit(error):
                    raise
                log.info("not delivered yet: %s", error.code)
                on_trouble(error)
            await self.pause(pause_s)
            pause_s = min(pause_s + AGAIN_S, LONGEST_AGAIN_S)

    async def ask_once[Answer: HubMessage](
        self, request: Request[Answer], *, trace: str = "", rows: int = MOST_ROWS
    ) -> Answer:
        """Ask the hub; of an answer in pages, for one after the other until there are no more, or
        so many rows were read: `next` then says where they go on.

        Raises:
            BusUnreachable: not connected; nothing was sent.
            HubUnreachable: no hub answered; outcome unknown, the same request may be repeated.
            VaultAway: the same of an organisation's own service, where that one answers this verb.
            SessionError: what the hub refused, by its class; a wrong answer is `MessageMalformed`.
        """
        trace = trace or new_trace()
        answer = await self._ask(request, trace)
        while (
            isinstance(request, ListRequest)
            and isinstance(answer, ListAnswer)
            and answer.next
            and sum(len(getattr(answer, name)) for name in answer.PAGED) < rows
        ):
            request = msgspec.structs.replace(request, after=answer.next)
            answer = with_page(answer, await self._ask(request, trace))
        dossier = getattr(answer, "dossier", None)
        if isinstance(dossier, Dossier):
            dossier = await self._whole(request, dossier, trace)
            answer = msgspec.structs.replace(answer, dossier=dossier)
        return answer

    async def _whole(self, request: HubMessage, dossier: Dossier, trace: str) -> Dossier:
        documents, notes = list[DocumentRecord](), list[DossierNote]()
        earlier = DocumentsRequest(
            session_id=getattr(request, "session_id", ""), dossier=dossier.number
        )
        if count := dossier.earlier:
            documents = (await self.ask_once(earlier, trace=trace, rows=count)).documents[:count]
        if count := dossier.earlier_notes:
            earlier = msgspec.structs.replace(earlier, notes=True)
            notes = (await self.ask_once(earlier, trace=trace, rows=count)).notes[:count]
        return whole(dossier, documents, notes)

    async def _ask[Answer: HubMessage](self, request: Request[Answer], trace: str) -> Answer:
        if self.seals is not None and (vault := await self.seals.vault_for(request)) is not None:
            return await vault.ask(request, trace=trace)
        try:
            return await self._ask_hub(request, trace)
        except NotAllowed as error:
            if self.seals is None or error.detail.get("why") != SEALED:
                raise
        self.seals.forget_cards()  # the organisation has begun to seal since we asked
        vault = await self.seals.vault_for(request)
        if vault is None:
            raise NotAllowed(why=SEALED)
        return await vault.ask(request, trace=trace)

    async def _ask_hub[Answer: HubMessage](self, request: Request[Answer], trace: str) -> Answer:
        payload = encode(request)
        context = context_for(request.answer_s, trace)
        try:
            message = await self._send(request.verb, payload, context)
        except HubUnreachable as error:
            if error.detail.get("why") != NOBODY:
                raise
            # the hub is starting, or one of several servers does not know of it yet
            await asyncio.sleep(NOBODY_S)
            message = await self._send(request.verb, payload, context)
        try:
            answer: Answer = decode_answer(request.answer, message.payload)
        except DeskElsewhere:
            self.elsewhere.emit(None)
            raise
        return answer

    async def _send(self, verb: str, payload: bytes, context: RequestContext) -> Incoming:
        second = None
        if len(payload) < SECOND_BYTES:
            to_all = subjects.to_all(self.role, self.user, verb)
            headers = {**self._asks, **context.headers(SECOND_S)}
            second = SecondRequest(to_all, SECOND_S, headers)
        subject = subjects.service(self.role, self.user, verb)
        headers = {**self._asks, **context.headers()}
        return await self._connection.request(
            subject, payload, context.left_s, headers, second=second
        )

    async def vault(self, part: Part) -> VaultClient | None:
        """The client of our organisation's vault; None when the hub keeps its dossiers.
        Raises as `SealingClient.vault`.
        """
        if self.seals is not None:
            return await self.seals.vault(self.seals.home, part)
        return None

    async def sealed_number(self, organisation: str, number: str) -> str | None:
        """A caller's number as an organisation's vault alone can read it;
        None when it has no vault.

        Returns:
            "" where its keys are not to be believed: then the number is not sent at all.

        Raises:
            BusUnreachable, HubUnreachable: the hub does not say now whether there is a vault.
        """
        if self.seals is None:
            return None
        try:
            return await self.seals.sealed_number(organisation or self.seals.home, number)
        except (SealKeyRefused, SealKeyOld) as error:
            log.warning("a caller's number is not sent: %s", error.code)
            return ""

    async def _card(self, organisation: str) -> SealCardAnswer:
        return await self.ask_once(SealCardRequest(organisation=organisation))

    async def answer(self, message: Incoming, payload: bytes, headers: Mapping[str, str]) -> None:
        """Answers a question that came on a subscription of ours. Raises `BusUnreachable`."""
        await self._connection.publish(message.reply, payload, headers)

    async def subscribe(self, subject: str, handler: Handler) -> Callable[[], None]:
        """Calls `handler` for each message on `subject`, also after a lost connection;
        returns the call that ends it.
        """
        return await self._connection.subscribe(subject, handler)

    def channel(self, session_id: str) -> BusChannel:
        """The session's channel to its other end; the same object for the same session."""
        channel = self._channels.get(session_id)
        if channel is None:
            channel = self._channels[session_id] = BusChannel(
                session_id,
                partial(self._publish, session_id),
                me=self._me,
                tasks=self._tasks,
                clock=self.clock,
            )
            while len(self._channels) > SESSIONS_KEPT:
                self._channels.popitem(last=False)
        self._channels.move_to_end(session_id)
        return channel

    def drop_channel(self, session_id: str) -> None:
        """Forgets a session that is over."""
        channel = self._channels.pop(session_id, None)
        if channel is not None:
            channel.close()

    def set_beat_message(self, message: HubMessage | None) -> None:
        """Sends `message` with each sign of life from now on, until it is None:
        every hub gets it, none stores it.
        """
        if message is None:
            self._in_beats = b""
        else:
            self._in_beats = encode(message)

    def beat(self) -> None:
        """Starts the signs of life, one every 5 s while connected, and one as soon as the bus is
        back.
        """
        if self._beating is None:
            self.connected.connect(lambda connected: self._beat_now.set() if connected else None)
            self._beating = self._tasks.keep(self._beat, name=f"beats of {self.role}.{self.user}")

    def beat_soon(self) -> None:
        """Gives the next sign of life at once."""
        self._beat_now.set()

    async def _beat(self) -> None:
        beats = 0
        while True:
            self._beat_now.clear()
            headers = {**self._headers, **self.beat_headers}
            refused = self._connection.refused_certificates
            if refused:
                headers = {**headers, CERTIFICATE_REFUSED: str(refused)}
            try:
                await self._connection.publish(
                    subjects.beat(self.role, self.user), self._in_beats, headers
                )
            except BusUnreachable:
                log.debug("no beat: the bus is away")
            else:
                beats = beats + 1 if refused else 0
                if beats >= TOLD_BEATS:  # a hub that starts just now hears it, too
                    self._connection.refused_certificates = beats = 0
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_S):
                    await self._beat_now.wait()

    async def _publish(
        self, session_id: str, topic: str, payload: bytes, headers: Mapping[str, str] | None
    ) -> None:
        await self._connection.publish(
            subjects.session_out(self.role, self.user, session_id, topic), payload, headers
        )

    def _on_notification(self, message: Incoming) -> None:
        if FROM_HUB not in message.headers:
            self.refuse(NotAllowed.code, "a notification without the hub's mark")
            return
        try:
            event = decode_event(message.payload)
        except SessionError as error:
            self.refuse(error.code, "a notification")
            return
        self.notifications.emit(event)

    def _on_session(self, message: Incoming) -> None:
        # evt.u.<role>.<user>.ses.<session>.<topic>
        session_id, topic = message.subject.split(".")[5:7]
        if FROM_HUB not in message.headers:
            self.refuse(NotAllowed.code, "session traffic without the hub's mark")
            return
        self.channel(session_id).deliver(topic, message)

    def refuse(self, code: str, why: str) -> None:
        """Counts a message of the hub that is not taken; nobody can be told."""
        self.not_taken[code] += 1
        log.warning("a message to us is refused: %s (%s)", why, code)
