# SPDX-License-Identifier: GPL-3.0-only
"""The one wrapper of nats-py: a connection that comes back by itself.
Used by `BusClient` and `HubConnection`.

nats-py's own reconnection is off: it may hang in `wait_closed()` when the network goes silent
(nats.py issue 671) and adds discovered WebSocket nodes under a wrong scheme. Here there is one way
back: drop the object, make a new one, subscribe again. Requests that wait when the connection
breaks fail at once as `HubUnreachable` (outcome unknown).
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import random
import secrets
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlparse

import nats.errors
from nats.aio.subscription import Subscription

from session.bus.transport import websocket
from session.bus.transport.nats_client import (
    Handler,
    Incoming,
    OrderedClient,
    abandon,
    answers,
    bound_silence,
    note_encryption,
    subscribe,
    unsubscribe,
)
from session.bus.transport.tls import why_refused
from session.core.errors import (
    BusCertificateRefused,
    BusRefusedIdentity,
    BusUnreachable,
    HubUnreachable,
    MessageTooLarge,
    SessionError,
)
from session.core.signals import Signal
from session.core.tasks import Tasks

log = logging.getLogger(__name__)

websocket.install()

CONNECT_S = 5.0
"""Longest wait for one attempt to connect (nats-py alone may wait for ever)."""

PROBE_S = 5.0
"""Between two probes of a quiet connection; after three without an answer it is rebuilt."""

PROBES_LOST = 3

PROBE_ENDS_S = 60
"""When nats-py itself gives a probe up; the connection has been rebuilt long before."""

PING_S = 20
"""nats-py's own pings, behind our probes."""

QUEUED_BYTES = 1 << 20
"""Bytes that may wait for the network before a sender has to."""

DRAIN_S = 0.02

PAUSE_S = (0.1, 2.0)
"""First and longest pause between attempts to connect."""

REFUSED_PAUSE_S = 30.0
"""Pause after the bus refused our key: a removed identity does not knock at the door all day."""

DOUBT_S = 0.5
"""Pause after the first refusal, which is not believed yet: a nats-server that reloads its keys
refuses whoever it has greeted and not yet asked (`tests/integration/bus/test_reload.py`).
"""


__all__ = [
    "CONNECT_S",
    "NOBODY",
    "NOBODY_ANSWERS",
    "UNKNOWN_NAME",
    "Connection",
    "Handler",
    "Incoming",
    "SecondRequest",
]

_AGAIN = "second_"
"""Begins the second question's own place for answers; the first one's is a hexadecimal number."""

UNKNOWN_NAME, NOBODY_ANSWERS = "unknown_name", "nobody_answers"
"""Why the bus is unreachable: no computer has this name; there is none, or nothing of ours listens
there.
"""

NOBODY = "nobody listens"
"""Why a request is `HubUnreachable` at once: no program subscribes to its subject, so nothing has
happened.
"""


@dataclass(frozen=True)
class SecondRequest:
    """The same question on another subject, with headers of its own, sent when nobody has answered
    after `after_s`. The first answer counts.
    """

    subject: str
    after_s: float
    headers: Mapping[str, str] | None = None


@dataclass(eq=False)
class _Subscription:
    """A subscription that every new connection gets again."""

    subject: str
    queue: str
    handler: Handler
    live: Subscription | None = None
    is_over: bool = False


@dataclass(eq=False)
class _NatsConnection:
    client: OrderedClient
    lost: asyncio.Event = field(default_factory=asyncio.Event)


class Connection:
    """A connection to the bus that is kept, watched and rebuilt until it is closed.

    Args:
        urls: every server of the bus, "nats://", "tls://" or "wss://".
        seed: the nkey seed; stays in memory and signs the server's nonce.
        inbox: prefix of our reply subjects; the server lets us subscribe to nothing else.
        name: shown in the server's monitoring; no personal data.
        tls: how certificates are checked; None for the system's authorities.
        probe_s: between two probes, and how long one may take.

    Attributes:
        refused: a server does not know our key, or no longer, and has said so twice; emitted each
            time.
        failed: why the newest try to connect did not succeed; emitted each time.
    """

    def __init__(
        self,
        urls: Sequence[str],
        seed: bytes,
        *,
        tasks: Tasks,
        inbox: str,
        name: str,
        tls: ssl.SSLContext | None = None,
        probe_s: float = PROBE_S,
    ) -> None:
        self.connected: Signal[bool] = Signal()
        self.refused: Signal[None] = Signal()
        self.failed: Signal[SessionError] = Signal()
        self._urls = list(urls)
        self._probe_s = probe_s
        self._server = ""
        self._tls = tls
        self._seed = seed.decode().strip()
        self._tasks = tasks
        self._name = name
        self._inbox = f"{inbox}.{secrets.token_hex(6)}"
        self._numbers = itertools.count(1)
        self._answers: dict[str, tuple[str, asyncio.Future[Incoming]]] = {}
        self._subscriptions: list[_Subscription] = [
            _Subscription(f"{self._inbox}.*", "", self._on_answer)
        ]
        self._live: _NatsConnection | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._refusal: BusRefusedIdentity | BusCertificateRefused | None = None
        self._doubted = False
        self._certificate: BusCertificateRefused | None = None
        self.refused_certificates = 0
        self._why = ""

    @property
    def is_connected(self) -> bool:
        """True while a server answers and all subscriptions are in place."""
        return self._live is not None and self._live.client.is_connected

    async def open(self, timeout_s: float = CONNECT_S) -> None:
        """Connects; goes on trying in the background when that does not work at once.

        Raises:
            BusUnreachable: no server answered within `timeout_s`;
                `connected` will tell when one does.
            BusRefusedIdentity: a server does not know our key.
            BusCertificateRefused: we do not believe the server's certificate.
        """
        if self._keeper is None:
            self._keeper = self._tasks.keep(self._keep, name=f"bus connection of {self._name}")
        try:
            async with asyncio.timeout(timeout_s):
                await self._settled.wait()
        except TimeoutError as error:
            raise BusUnreachable from error
        if not self.is_connected:
            raise self._refusal or BusUnreachable

    async def close(self) -> None:
        """Ends the connection; nothing is rebuilt after this."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait([keeper], timeout=2.0)
        connection = self._forget_connection()
        if connection is not None:
            await abandon(connection.client)

    def reconnect(self) -> None:
        """The network is another one than it was:
        the connection is dropped and made anew at once, not waited for.
        """
        if self._live is not None:
            self._live.lost.set()

    # ---- talking

    async def publish(
        self,
        subject: str,
        payload: bytes,
        headers: Mapping[str, str] | None = None,
        reply: str = "",
    ) -> None:
        """Hands a message to the connection; the order of calls is kept.

        Waits only while more than `QUEUED_BYTES` have not left this computer.

        Raises:
            BusUnreachable: there is no connection now.
            MessageTooLarge: over the server's limit.
        """
        connection = self._live
        if connection is None or not connection.client.is_connected:
            raise BusUnreachable
        try:
            await connection.client.publish(
                subject, payload, reply=reply, headers=dict(headers) if headers else None
            )
        except nats.errors.MaxPayloadError as error:
            limit_bytes = connection.client.max_payload
            raise MessageTooLarge(size_bytes=len(payload), limit_bytes=limit_bytes) from error
        except (nats.errors.Error, OSError) as error:
            raise BusUnreachable from error
        client, lost = connection.client, connection.lost
        # nats-py has no event for it
        while client.pending_data_size > QUEUED_BYTES and not lost.is_set():  # noqa: ASYNC110
            await asyncio.sleep(DRAIN_S)
        if lost.is_set():
            raise BusUnreachable

    async def request(
        self,
        subject: str,
        payload: bytes,
        timeout_s: float,
        headers: Mapping[str, str] | None = None,
        *,
        second: SecondRequest | None = None,
        reply_header: str = "",
    ) -> Incoming:
        """Asks and waits for the one answer.

        Args:
            reply_header: a header that holds the reply subject too.

        Raises:
            BusUnreachable: not connected; nothing was sent.
            HubUnreachable: nobody listens, no answer in time, or the connection broke:
                the outcome is unknown.
        """
        token, loop = f"{next(self._numbers):x}", asyncio.get_running_loop()
        answer: asyncio.Future[Incoming] = loop.create_future()
        self._answers[token] = subject, answer
        reply = f"{self._inbox}.{token}"
        if reply_header:
            headers = {**(headers or {}), reply_header: reply}
        try:
            await self.publish(subject, payload, headers, reply=reply)
            late = loop.call_later(timeout_s, _give_up, answer)
            if second:
                soon = loop.call_later(second.after_s, self._ask_second, second, token, payload)
            else:
                soon = None
            try:
                message = await answer
            finally:
                late.cancel()
                if soon is not None:
                    soon.cancel()
        finally:
            self._answers.pop(token, None)
            self._answers.pop(_AGAIN + token, None)
        if message.status == "503":
            raise HubUnreachable(why=NOBODY)
        return message

    def _ask_second(
        self,
        second: SecondRequest,
        token: str,
        payload: bytes,
    ) -> None:
        if token in self._answers:
            self._answers[_AGAIN + token] = self._answers[token]
            self._tasks.start(self._send_second(second, payload, _AGAIN + token), name="ask all")

    async def _send_second(self, second: SecondRequest, payload: bytes, token: str) -> None:
        with contextlib.suppress(BusUnreachable):  # then the first question has failed, too
            await self.publish(
                second.subject, payload, second.headers, reply=f"{self._inbox}.{token}"
            )

    async def settle(self) -> None:
        """Returns when the server has all that was published and subscribed before.
        Raises `BusUnreachable`.
        """
        connection = self._live
        if connection is None or not await answers(connection.client, CONNECT_S):
            raise BusUnreachable

    def _on_answer(self, message: Incoming) -> None:
        token = message.subject.rpartition(".")[2]
        _subject, answer = self._answers.get(token, ("", None))
        if message.status and token.startswith(_AGAIN):
            return  # nobody else is there: the first may still answer
        if answer is not None and not answer.done():
            answer.set_result(message)

    def fail_pending(self, is_meant: Callable[[str], bool], why: str) -> None:
        """Fail requests on such a subject now, as `HubUnreachable(why=why)`:
        whoever was asked is gone with the question.
        """
        for subject, answer in list(self._answers.values()):
            if not answer.done() and is_meant(subject):
                answer.set_exception(HubUnreachable(why=why))

    async def subscribe(
        self, subject: str, handler: Handler, queue: str = ""
    ) -> Callable[[], None]:
        """Calls `handler` for each message of `subject`, also after the connection was rebuilt.

        Returns:
            The call that ends it.
        """
        subscription = _Subscription(subject, queue, handler)
        self._subscriptions.append(subscription)
        if (connection := self._live) is not None:
            await self._place(subscription, connection)
        return lambda: self._withdraw(subscription)

    def _withdraw(self, subscription: _Subscription) -> None:
        subscription.is_over = True
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
        if subscription.live is not None and self.is_connected:
            self._tasks.start(unsubscribe(subscription.live), name="bus unsubscribe")
        subscription.live = None

    async def drain(self, subject: str) -> None:
        """Hears no more of `subject`, but all that the server has sent us already:
        of several who share it, the others have the rest. Nothing is lost in between, unlike with
        the call that `subscribe` returns.
        """
        for subscription in [
            subscription for subscription in self._subscriptions if subscription.subject == subject
        ]:
            live, subscription.live = subscription.live, None
            try:
                if live is not None and self.is_connected:
                    async with asyncio.timeout(CONNECT_S):
                        # nats-py gives it no types
                        await live.drain()  # type: ignore[no-untyped-call]
            except (nats.errors.Error, OSError, TimeoutError) as error:
                log.info("%s is not drained: %s", subject, type(error).__name__)
            subscription.is_over = True
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)

    async def _place(self, subscription: _Subscription, connection: _NatsConnection) -> None:
        def on_message(message: Incoming) -> None:
            if not subscription.is_over:
                try:
                    subscription.handler(message)
                except (
                    Exception
                ):  # the boundary: a message of another program must not end our subscription
                    log.exception(
                        "a handler of the bus failed on a message of %d bytes", len(message.payload)
                    )

        try:
            subscription.live = await subscribe(
                connection.client, subscription.subject, subscription.queue, on_message
            )
        except nats.errors.Error as error:
            log.info("subscription waits for the next connection: %s", type(error).__name__)

    # ---- keeping

    async def _keep(self) -> None:
        pause_s = PAUSE_S[0]
        while True:
            connection = _NatsConnection(OrderedClient())
            try:
                await self._connect(connection)
            except Exception as error:  # whatever nats-py or the network came up with, we try again
                await abandon(connection.client)
                self._note_failure(error)
                if isinstance(self._refusal, BusRefusedIdentity):
                    await asyncio.sleep(REFUSED_PAUSE_S)
                else:
                    await asyncio.sleep(max(pause_s, DOUBT_S if self._doubted else 0.0))
                pause_s = min(pause_s * 2, PAUSE_S[1])
                continue
            except asyncio.CancelledError:
                await abandon(connection.client)
                raise
            pause_s = PAUSE_S[0]
            self._note_connected()
            await self._stay(connection)
            self._forget_connection()
            self._notify(False)
            self._tasks.start(abandon(connection.client), name="drop a lost connection")

    async def _connect(self, connection: _NatsConnection) -> None:
        async def on_lost() -> None:
            connection.lost.set()

        self._certificate = None
        self._why = ""
        options: dict[str, Any] = {} if self._tls is None else {"tls": self._tls}
        async with asyncio.timeout(CONNECT_S):
            await connection.client.connect(
                self._in_order(),
                dont_randomize=True,
                name=self._name,
                nkeys_seed_str=self._seed,
                inbox_prefix=self._inbox,
                allow_reconnect=False,
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                connect_timeout=int(CONNECT_S),
                ping_interval=PING_S,
                max_outstanding_pings=2,
                # nats-py's own limit waits for ever on a silent network and swallows cancellation
                pending_size=0,
                error_cb=self._on_error,
                disconnected_cb=on_lost,
                closed_cb=on_lost,
                # Encrypted from the first byte:
                # nobody on the way can pretend that the server knows no TLS.
                tls_handshake_first=any(url.startswith("tls://") for url in self._urls),
                **options,
            )
            # nats-py returns unconnected when the server closes without PONG
            if not connection.client.is_connected:
                raise BusUnreachable
            bound_silence(connection.client)
            note_encryption(connection.client)
            self._live = connection
            if connection.client.connected_url is not None:
                self._server = connection.client.connected_url.netloc
            else:
                self._server = ""
            for subscription in list(self._subscriptions):
                await self._place(subscription, connection)
            await connection.client.flush(timeout=int(CONNECT_S))

    def _in_order(self) -> list[str]:
        """By chance, and last of all the server we had:
        a frozen one still takes connections, and answers nothing.
        """
        urls = random.sample(self._urls, len(self._urls))
        return sorted(urls, key=lambda url: urlparse(url).netloc == self._server)

    async def _on_error(self, error: Exception) -> None:
        if isinstance(error, ssl.SSLCertVerificationError):  # aiohttp's is one too
            self._certificate = why_refused(error, datetime.now(UTC))
            self.refused_certificates += 1
        elif isinstance(error, OSError):
            # aiohttp has its own errors around the system's
            cause = getattr(error, "os_error", error)
            if isinstance(cause, socket.gaierror):
                self._why = UNKNOWN_NAME
            else:
                self._why = NOBODY_ANSWERS
        else:
            log.info("the bus says: %s", str(error)[:200])

    def _note_failure(self, error: Exception) -> None:
        self._live = None
        refused = "authorization" in str(error).lower()
        if refused and (self._doubted or self._refusal is not None):
            self._refusal = BusRefusedIdentity()
        else:
            self._refusal = self._certificate
        self._doubted = refused
        if self._refusal is None:
            self._settled.clear()
        else:
            self._settled.set()
        if isinstance(self._refusal, BusRefusedIdentity):
            self._emit(self.refused, None)
        self._emit(self.failed, self._refusal or BusUnreachable(why=self._why))

    def _note_connected(self) -> None:
        self._refusal = None
        self._doubted = False
        self._settled.set()
        self._notify(True)

    def _notify(self, connected: bool) -> None:
        self._emit(self.connected, connected)

    @staticmethod
    def _emit[Fact](notifier: Signal[Fact], fact: Fact) -> None:
        try:
            notifier.emit(fact)
        except Exception:  # a listener's fault must not end the connection
            log.exception("a listener of the connection failed")

    async def _stay(self, connection: _NatsConnection) -> None:
        probe = self._tasks.keep(
            partial(self._probe, connection), name=f"bus probe of {self._name}"
        )
        try:
            await connection.lost.wait()
        finally:
            probe.cancel()

    async def _probe(self, connection: _NatsConnection) -> None:
        unanswered = 0
        probe: asyncio.Task[bool] | None = None
        try:
            while not connection.lost.is_set():
                await asyncio.sleep(self._probe_s)
                # Never cancelled while the connection may live:
                # nats-py would close it over the answer that comes late.
                if probe is None:
                    probe = self._tasks.start(
                        answers(connection.client, PROBE_ENDS_S), name=f"ask the bus, {self._name}"
                    )
                await asyncio.wait([probe], timeout=self._probe_s)
                if probe.done():
                    if not probe.cancelled() and probe.result():
                        unanswered = 0
                    else:
                        unanswered = unanswered + 1
                    probe = None
                else:
                    unanswered += 1
                if unanswered >= PROBES_LOST or not connection.client.is_connected:
                    connection.lost.set()
        finally:
            if probe is not None:
                probe.cancel()

    def _forget_connection(self) -> _NatsConnection | None:
        connection, self._live = self._live, None
        self._settled.clear()
        self.fail_pending(lambda _subject: True, "the connection broke")
        return connection


def _give_up(answer: asyncio.Future[Incoming]) -> None:
    if not answer.done():
        answer.set_exception(HubUnreachable(why="no answer"))
