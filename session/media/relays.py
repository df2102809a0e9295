# SPDX-License-Identifier: GPL-3.0-only
"""Finds which of several TURN servers can be reached from here, and if none, why. Used by the
aiortc engine and the doctor.

aiortc uses one TURN server for a connection and says nothing when it does not answer: there is no
candidate, and the state stays "new".
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from aioice.stun import TransactionFailed, TransactionTimeout
from aioice.turn import create_turn_endpoint
from aiortc.rtcicetransport import parse_stun_turn_uri

from session.core.errors import RelayNotTrusted, RelayUnreachable
from session.media.ice import IceServer

log = logging.getLogger(__name__)

TRY_S = 4.0
HEAD_START_S = 0.4
"""How much slower a better server may be than a worse one. The settings list UDP before TCP before
TLS.
"""


@dataclass(frozen=True, kw_only=True)
class RelayTrial:
    """One server and what became of the try.

    Attributes:
        address: of the relayed candidate, "" when there is none.
        took_s: until it was there.
        why: "" or "no_answer", "refused" (name or password), "full", "certificate", "address" (not
            a TURN address).
    """

    server: IceServer
    address: str = ""
    took_s: float = 0.0
    why: str = ""


async def try_relay(server: IceServer, timeout_s: float = TRY_S) -> RelayTrial:
    """Asks for a relayed address (RFC 8656, section 7) and gives it back."""
    began_s = time.monotonic()
    try:
        parsed = parse_stun_turn_uri(server.url)
    except ValueError:
        return RelayTrial(server=server, why="address")
    address, why = "", ""
    try:
        endpoint = create_turn_endpoint(
            asyncio.DatagramProtocol,
            (parsed["host"], parsed["port"]),
            server.username,
            server.credential,
            ssl=parsed["scheme"] == "turns" or None,
            transport=parsed["transport"],
        )
        transport, _protocol = await asyncio.wait_for(endpoint, timeout_s)
        address = str(transport.get_extra_info("sockname")[0])
        transport.close()
    except TransactionFailed as error:
        why = _reason(error)
    except ssl.SSLCertVerificationError:
        why = "certificate"
    except (TransactionTimeout, TimeoutError, OSError) as error:
        log.info("a relay does not answer: %s", type(error).__name__)
        why = "no_answer"
    return RelayTrial(server=server, address=address, why=why, took_s=time.monotonic() - began_s)


def _reason(error: TransactionFailed) -> str:
    """401 and 403 are about who we are, 486 and 508 about how many we are (RFC 8656, section
    18).
    """
    code, _words = error.response.attributes.get("ERROR-CODE", (0, ""))
    if code in (486, 508):
        return "full"
    return "refused"


def no_relay(why: Collection[str]) -> RelayUnreachable:
    """The error of a call that has no relay, for these reasons of all of them."""
    wrong = RelayNotTrusted if set(why) == {"certificate"} else RelayUnreachable
    return wrong(why=", ".join(sorted(set(why))))


async def why_not_in_browser(servers: Sequence[IceServer]) -> RelayUnreachable:
    """Why Chromium has no relay, which it does not say: we try each one ourselves.

    A server that answers us and not Chromium shows a certificate that is in our bundle and not in
    Chromium's own store.
    """
    tried = await asyncio.gather(*(try_relay(server) for server in servers))
    why = [
        "certificate"
        if attempt.address and attempt.server.url.startswith("turns:")
        else attempt.why
        for attempt in tried
    ]
    return no_relay([reason or "no_answer" for reason in why])


async def choose_relay(
    servers: Sequence[IceServer], timeout_s: float = TRY_S
) -> tuple[IceServer | None, list[str]]:
    """The best server that answers, all tried side by side; None and the reasons when none does."""
    tries = [asyncio.ensure_future(try_relay(server, timeout_s)) for server in servers]
    try:
        for place, attempt in enumerate(tries):
            worse = [
                other for other in tries[place + 1 :] if other.done() and other.result().address
            ]
            with contextlib.suppress(TimeoutError):
                relay = await asyncio.wait_for(
                    asyncio.shield(attempt), HEAD_START_S if worse else timeout_s + 1.0
                )
                if relay.address:
                    return relay.server, []
        finished = [attempt.result() for attempt in tries if attempt.done()]
        best = next((tried.server for tried in finished if tried.address), None)
        return best, [] if best is not None else [tried.why for tried in finished]
    finally:
        for attempt in tries:
            attempt.cancel()
        await asyncio.gather(*tries, return_exceptions=True)
