# SPDX-License-Identifier: GPL-3.0-only
"""How a call of aiortc begins: with addresses found beforehand, on the first way that answers, and
not much later where a packet of it is lost.

aiortc begins its handshake (DTLS) when the other end has chosen between the ways, though data may
be sent on any way that answers (RFC 8445, section 12.1): that is half a round trip later. Where one
packet of the beginning is lost, aioice asks again after 0.5 s and OpenSSL speaks again after 1 s.
Calls that began a second later than the others were seen on a line that loses one of a hundred.

The second and last place for private names of aiortc, and the only one for those of aioice:
see `aiortc_internals`.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from aioice.ice import CandidatePair
from aiortc import RTCConfiguration, RTCIceGatherer

REPEAT_AFTER_S = (0.1, 0.25, 0.55)
"""After the first time; later ones are those of aioice and OpenSSL."""

DTLS = range(20, 64)
"""First bytes of its records (RFC 7983)."""

GATHER_S = 1.5
"""How long a STUN server may take;
aioice waits for 5 s, which a relay may need, and may be the only way.
"""


class Addresses:
    """Our end's addresses, found before a call is offered:
    a relay must be asked twice, and each time is a round trip.

    Args:
        configuration: of the connection that takes them.

    Attributes:
        gatherer: aiortc's, who has them.
    """

    def __init__(self, configuration: RTCConfiguration) -> None:
        self.gatherer = RTCIceGatherer(configuration.iceServers, configuration.iceTransportPolicy)
        hurry(self.gatherer)

    async def find(self) -> None:
        """Until all are there, or the servers have had their time."""
        await self.gatherer.gather()

    @property
    def has_relay(self) -> bool:
        """A TURN server has given one."""
        return any(candidate.type == "relay" for candidate in self.gatherer.getLocalCandidates())

    async def forget(self) -> None:
        """Nobody takes them; the relay is told."""
        await self.gatherer._connection.close()


def hurry(gatherer: RTCIceGatherer) -> None:
    """A STUN server that does not answer delays nobody for longer than `GATHER_S`."""
    ice: Any = gatherer._connection
    if ice.turn_server is not None:
        return
    ask = ice.get_component_candidates

    async def ask_for_a_while(component: int, addresses: list[str]) -> Any:
        return await ask(component, addresses, timeout=GATHER_S)

    ice.get_component_candidates = ask_for_a_while


class QuickStart:
    """Put on a transport before it is started, once.

    Args:
        transport: an `RTCDtlsTransport` of aiortc; its way is the `RTCIceTransport` below it.
    """

    def __init__(self, transport: Any) -> None:
        self._way = transport.transport
        self._ice = self._way._connection
        self._pair: Any = None
        self._found = asyncio.Event()
        self._choosing: asyncio.Task[None] | None = None
        self._flight: list[bytes] = []
        self._answered = False
        self._timers: list[asyncio.TimerHandle] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._start, self._send, self._recv = self._way.start, self._way._send, self._way._recv
        self._build_request = self._ice.build_request
        self._check_complete = self._ice.check_complete
        self._way.start = self._begin
        self._way._send = self._send_any
        self._way._recv = self._recv_any
        self._ice.build_request, self._ice.check_complete = self._request, self._checked

    @staticmethod
    def put_on(transport: Any) -> None:
        """Does nothing where it has been done: parts of a call share their transport."""
        if not isinstance(getattr(transport.transport.start, "__self__", None), QuickStart):
            QuickStart(transport)

    # ---- the ways
    # ----------------------------------------------------------------------------------------------

    async def _begin(self, parameters: Any) -> None:
        """As aiortc's `start`, but over when one way answers; the choice goes on."""
        if self._choosing is None:
            self._choosing = asyncio.ensure_future(self._start(parameters))
        found = asyncio.ensure_future(self._found.wait())
        try:
            await asyncio.wait([self._choosing, found], return_when=asyncio.FIRST_COMPLETED)
        finally:
            found.cancel()
        if self._choosing.done():
            self._choosing.result()

    def _checked(self, pair: Any) -> None:
        """A check is over."""
        if pair.state == CandidatePair.State.SUCCEEDED and self._pair is None:
            self._pair = pair
            self._found.set()
        self._check_complete(pair)

    def _request(self, pair: Any, nominate: bool) -> Any:
        """A check that waits for its answer is sent again, the same bytes (RFC 8489, section
        6.2.1).
        """
        request = self._build_request(pair, nominate)

        def again() -> None:
            if pair.state == CandidatePair.State.IN_PROGRESS and not self._ice._closing:
                pair.protocol.send_stun(request, pair.remote_addr)

        if pair.state == CandidatePair.State.IN_PROGRESS:
            for after_s in REPEAT_AFTER_S:
                asyncio.get_running_loop().call_later(after_s, again)
        return request

    @property
    def _undecided(self) -> bool:
        return not self._ice._nominated and self._pair is not None and not self._ice._closing

    async def _send_any(self, data: bytes) -> None:
        """On the chosen way, or on one that answers while none is chosen."""
        if data and data[0] in DTLS:
            self._keep(data)
        await self._send_now(data)

    async def _send_now(self, data: bytes) -> None:
        if self._undecided:
            await self._pair.protocol.send_data(data, self._pair.remote_addr)
        else:
            await self._send(data)

    async def _recv_any(self) -> bytes:
        """What comes on any way."""
        if self._undecided:
            came = await self._ice._queue.get()
            if came is None:
                raise ConnectionError("closed while the handshake was waiting")
            data: bytes = came[0]
        else:
            data = await self._recv()
        if data and data[0] in DTLS:
            self._answered = True
        elif self._flight:
            self._forget()  # a voice or a picture: the other end has all it needs
        return data

    # ---- the handshake
    # ----------------------------------------------------------------------------------------------

    def _keep(self, data: bytes) -> None:
        """What was said last is said again, the same bytes, until there is something new to say.

        Not until something is heard: that may be the other end's word, said again because ours was
        lost.
        """
        if self._answered:
            self._forget()
            self._answered = False
        self._flight.append(data)
        if len(self._flight) == 1:
            loop = asyncio.get_running_loop()
            self._timers = [loop.call_later(after_s, self._again) for after_s in REPEAT_AFTER_S]

    def _forget(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._flight, self._timers = [], []

    def _again(self) -> None:
        if not self._ice._closing:
            task = asyncio.ensure_future(self._repeat(list(self._flight)))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _repeat(self, flight: list[bytes]) -> None:
        with contextlib.suppress(ConnectionError):
            for data in flight:
                await self._send_now(data)


__all__ = ["Addresses", "QuickStart", "hurry"]
