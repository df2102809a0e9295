# SPDX-License-Identifier: GPL-3.0-only
"""A newcomer's side of the enrolment: shows the code and its new key to the hub, or what an
organisation's provider gave it. Used by the command and the desk.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterable, Sequence

from session.bus.transport.connection import Connection
from session.bus.transport.nkeys import enrolment_seed, public_key, sign
from session.bus.transport.tls import check_addresses
from session.core.errors import (
    BusRefusedIdentity,
    EnrolmentRefused,
    HubUnreachable,
    MessageMalformed,
)
from session.core.spoken_letters import tidy_code
from session.core.tasks import Tasks
from session.protocol.codec import decode_answer, encode
from session.protocol.hub.enrolment import (
    EnrolAnswer,
    EnrolRequest,
    SignOffRequest,
    SignOnAnswer,
    SignOnOffer,
    SignOnOffersAnswer,
    SignOnOffersRequest,
    SignOnRequest,
    is_code,
    proof_text,
    sign_off_proof_text,
)
from session.protocol.hub.requests import Done, HubMessage
from session.protocol.wire import subjects
from session.protocol.wire.program import ANSWER_TO
from session.protocol.wire.roles import Role

OPEN_S = 15.0
"""Longest wait for the network: a slow line or a busy hub needs no second try of the person."""

TRIES = 4
ANSWER_S = 8.0
PAUSE_S = 0.5


async def enrol(
    urls: Sequence[str],
    code: str,
    seed: bytes,
    *,
    tasks: Tasks,
    tls: ssl.SSLContext | None = None,
    roles: Iterable[Role] = (),
    computer: str = "",
) -> EnrolAnswer:
    """Makes the bus know our key; the same code and seed may be shown again when the outcome is
    unknown.

    Args:
        roles: those that this program can be; all when there are none.
        computer: what this one calls itself.

    Raises:
        EnrolmentElsewhere: the code is for another role, and can still be used.
        BusNotSafe, BusCertificateRefused, BusUnreachable, HubUnreachable, RateLimited.
        BusRefusedIdentity: this bus takes no newcomers.
        EnrolmentRefused: the code is wrong, used or too old.
    """
    check_addresses(urls)
    if not is_code(code):
        raise EnrolmentRefused
    key, tidy = public_key(seed), tidy_code(code)
    proof = sign(seed, proof_text(tidy, key))
    request = EnrolRequest(
        code=tidy, key=key, proof=proof, roles=tuple(sorted(roles)), computer=computer
    )
    return await Door(urls, tasks=tasks, tls=tls).ask(request, EnrolAnswer)


class Door:
    """The hub's door for newcomers.

    Args:
        urls: of the bus.
    """

    def __init__(
        self, urls: Sequence[str], *, tasks: Tasks, tls: ssl.SSLContext | None = None
    ) -> None:
        self._urls = urls
        self._tasks = tasks
        self._tls = tls

    async def offers(self) -> tuple[SignOnOffer, ...]:
        """Providers with which people sign on here. A hub that is older says nothing, or that it
        does not understand: then there is none.

        Raises:
            SessionError: as `enrol`.
        """
        try:
            answer = await self.ask(SignOnOffersRequest(), SignOnOffersAnswer)
        except (BusRefusedIdentity, EnrolmentRefused, MessageMalformed):
            return ()
        return answer.offers

    async def sign_on(self, request: SignOnRequest) -> SignOnAnswer:
        """Makes the bus know the request's key for some hours.

        Raises:
            SessionError: SignOnRefused, SignOnNoRole, SignOnAway, EnrolmentElsewhere; as `enrol`.
        """
        return await self.ask(request, SignOnAnswer)

    async def sign_off(self, seed: bytes) -> None:
        """Makes the bus forget the key of a sign-on. Raises as `enrol`."""
        key = public_key(seed)
        proof = sign(seed, sign_off_proof_text(key))
        await self.ask(SignOffRequest(key=key, proof=proof), Done)

    async def ask[Answer](self, request: HubMessage, kind: type[Answer]) -> Answer:
        """Asks once, and again while the outcome is unknown, each time on a new connection."""
        check_addresses(self._urls)
        for attempt in range(1, TRIES):
            # a server that reloads its keys, as it does for each newcomer, refuses whoever it has
            # just greeted; a hub that is crowded cuts some off: no reason to give up
            with contextlib.suppress(BusRefusedIdentity, HubUnreachable):
                return await self._once(encode(request), kind)
            await asyncio.sleep(PAUSE_S * attempt)
        return await self._once(encode(request), kind)

    async def _once[Answer](self, request: bytes, kind: type[Answer]) -> Answer:
        connection = Connection(
            self._urls,
            enrolment_seed(),
            tasks=self._tasks,
            inbox=subjects.ENROL_INBOX,
            name="newcomer",
            tls=self._tls,
        )
        try:
            await connection.open(OPEN_S)
            message = await connection.request(
                subjects.ENROL, request, ANSWER_S, reply_header=ANSWER_TO
            )
            return decode_answer(kind, message.payload)
        finally:
            await connection.close()
