# SPDX-License-Identifier: GPL-3.0-only
"""A newcomer's side of the enrolment: shows the code and its new key to the hub.
Used by the command and the desk.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Sequence

from session.bus.transport.connection import Connection
from session.bus.transport.nkeys import enrolment_seed, public_key, sign
from session.bus.transport.tls import check_addresses
from session.core.errors import BusRefusedIdentity, EnrolmentRefused, HubUnreachable
from session.core.spoken_letters import tidy_code
from session.core.tasks import Tasks
from session.protocol.codec import decode_answer, encode
from session.protocol.hub.enrolment import EnrolAnswer, EnrolRequest, is_code, proof_text
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role

OPEN_S = 15.0
"""Longest wait for the network: a slow line or a busy hub needs no second try of the person."""

TRIES = 3
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
) -> EnrolAnswer:
    """Makes the bus know our key; the same code and seed may be shown again when the outcome is
    unknown.

    Args:
        roles: those that this program can be; all when there are none.

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
    request = encode(EnrolRequest(code=tidy, key=key, proof=proof, roles=tuple(sorted(roles))))

    async def once() -> EnrolAnswer:
        connection = Connection(
            urls,
            enrolment_seed(),
            tasks=tasks,
            inbox=subjects.ENROL_INBOX,
            name="newcomer",
            tls=tls,
        )
        try:
            await connection.open(OPEN_S)
            return await _ask(connection, request)
        finally:
            await connection.close()

    # a server that reloads its keys, as it does for each newcomer, refuses whoever it has just
    # greeted: a refusal or two are no reason to give up
    for attempt in range(1, TRIES):
        try:
            return await once()
        except BusRefusedIdentity:
            await asyncio.sleep(PAUSE_S * attempt)
    return await once()


async def _ask(connection: Connection, request: bytes) -> EnrolAnswer:
    for attempt in range(1, TRIES):
        try:
            return decode_answer(
                EnrolAnswer, (await connection.request(subjects.ENROL, request, ANSWER_S)).payload
            )
        except HubUnreachable:
            await asyncio.sleep(PAUSE_S * attempt)
    return decode_answer(
        EnrolAnswer, (await connection.request(subjects.ENROL, request, ANSWER_S)).payload
    )
