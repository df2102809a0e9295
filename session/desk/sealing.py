# SPDX-License-Identifier: GPL-3.0-only
"""The desk's end of a sealed session: asks the kiosk for a key, with its vault's certificate.
Used by `expert_app`.

The other end is `session.kiosk.sealing`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from session.bus.sealing.box import public_text
from session.bus.sealing.certificates import desk_key_text
from session.bus.sealing.channel import NO_KEY, SealBase, agree
from session.bus.transport.connection import Incoming
from session.bus.transport.nkeys import sign
from session.core.clock import Clock
from session.core.errors import BusUnreachable, SealBroken, SessionError
from session.core.tasks import Tasks
from session.protocol.codec import decode_session, encode
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.seal_keys import DeskCertificate
from session.protocol.sealing import SealNeeded, SealOffered, SealRequested
from session.protocol.topics import SEAL_TOPIC

log = logging.getLogger(__name__)

ASK_AGAIN_S = 2.0
"""Between two questions after the kiosk's key; the kiosk may still be building its part."""

Certificate = Callable[[], Awaitable[DeskCertificate]]


class DeskSeal(SealBase):
    """Agrees on a key with the kiosk, and on another when the kiosk has lost it.

    Args:
        certificate: gives the certificate kept here, or asks the vault.
            Raises `VaultAway`, `DeskNotAdmitted`.
        seed: the desk's nkey.
    """

    def __init__(
        self,
        facts: SessionFacts,
        certificate: Certificate,
        *,
        seed: bytes,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        super().__init__(facts.organisation, facts.id, tasks=tasks)
        self._session_id = facts.id
        self._certificate = certificate
        self._seed = seed
        self._clock = clock
        self._began_s = clock.monotonic_s()
        self._mine = X25519PrivateKey.generate()
        self._is_asking = True
        self._asking = tasks.start(self._ask(), name="seal the session")

    async def _ask(self) -> None:
        while self._is_asking:
            try:
                await self._publish(SEAL_TOPIC, encode(await self._request()), None)
            except BusUnreachable:
                log.info("the kiosk is not asked for a key: the line is away")
            except SessionError as error:
                self.refused.emit(error)
            await asyncio.sleep(ASK_AGAIN_S)

    async def _request(self) -> SealRequested:
        key = public_text(self._mine)
        signature = sign(self._seed, desk_key_text(self._session_id, key))
        return SealRequested(key=key, certificate=await self._certificate(), signature=signature)

    def _on_seal(self, message: Incoming) -> None:
        seal_message = decode_session(message.payload)
        match seal_message:
            case SealOffered() if self._is_asking and seal_message.desk_key == public_text(
                self._mine
            ):
                keys = (seal_message.desk_key, seal_message.key)
                box = agree(self._mine, seal_message.key, keys, self._purpose, opens_first=True)
                self._is_asking = False
                self._take_box(box)
            case SealOffered():
                raise SealBroken(why=NO_KEY)  # an answer to an earlier question
            case SealNeeded():
                self._begin_again()

    def _on_unknown(self) -> None:
        """The kiosk uses a key that we do not have."""
        if self._box is not None and self._clock.monotonic_s() - self._began_s > ASK_AGAIN_S:
            self._begin_again()

    def _begin_again(self) -> None:
        if not self._is_asking:
            self._before = self._box
            self._box = None
            self._mine = X25519PrivateKey.generate()
            self._is_asking = True
            self._began_s = self._clock.monotonic_s()
            self._asking = self._tasks.start(self._ask(), name="seal the session again")

    def close(self) -> None:
        """Stops asking the kiosk for a key."""
        super().close()
        self._is_asking = False
        self._asking.cancel()
