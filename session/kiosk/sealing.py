# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's end of a sealed session: gives a key to the agent whom the organisation knows.
Used by `expert_app`.

The other end is `session.desk.sealing`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from session.bus.sealing.box import public_text
from session.bus.sealing.certificates import check_certificate, desk_key_text
from session.bus.sealing.channel import SealBase, agree
from session.bus.transport.connection import Incoming
from session.bus.transport.nkeys import is_signed
from session.core.clock import Clock
from session.core.errors import BusUnreachable, SealBroken, SealKeyRefused
from session.core.tasks import Tasks
from session.protocol.codec import decode_session, encode
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.seal_keys import SealKey
from session.protocol.sealing import SealNeeded, SealOffered, SealRequested
from session.protocol.topics import SEAL_TOPIC

log = logging.getLogger(__name__)

NEEDED_EACH_S = 2.0
"""Between two times that the desk is told that there is no key with it."""


class KioskSeal(SealBase):
    """Answers the desk.

    Args:
        keys: the organisation's, as the pins have accepted them.
    """

    def __init__(
        self, facts: SessionFacts, keys: Sequence[SealKey], *, clock: Clock, tasks: Tasks
    ) -> None:
        super().__init__(facts.organisation, facts.id, tasks=tasks)
        self._facts = facts
        self._keys = list(keys)
        self._clock = clock
        self._offer: SealOffered | None = None
        self._needed_s = float("-inf")
        self._answered: set[str] = set()

    def _on_seal(self, message: Incoming) -> None:
        request = decode_session(message.payload)
        if not isinstance(request, SealRequested):
            return
        if self._offer is None or self._offer.desk_key != request.key:
            self._check(request)
            if request.key in self._answered:
                raise SealBroken(why="twice")
            self._answered.add(request.key)
            mine = X25519PrivateKey.generate()
            offer = SealOffered(desk_key=request.key, key=public_text(mine))
            box = agree(
                mine, request.key, (request.key, offer.key), self._purpose, opens_first=False
            )
            self._offer = offer
            self._tasks.start(self._answer(offer), name="give the desk a key")
            self._take_box(box)
        else:
            self._tasks.start(self._answer(self._offer), name="give the desk a key again")

    def _check(self, request: SealRequested) -> None:
        facts = self._facts
        check_certificate(
            request.certificate,
            facts.organisation,
            user=facts.agent,
            keys=self._keys,
            now=self._clock.utc_now(),
        )
        if not is_signed(
            request.certificate.key, desk_key_text(facts.id, request.key), request.signature
        ):
            raise SealKeyRefused(organisation=facts.organisation, why="desk's signature")

    async def _answer(self, message: SealOffered | SealNeeded) -> None:
        try:
            await self._publish(SEAL_TOPIC, encode(message), None)
        except BusUnreachable:
            log.info("the desk will ask for the key again: the line is away")

    def _on_unknown(self) -> None:
        """This kiosk was restarted: it does not know the desk's key any more."""
        now_s = self._clock.monotonic_s()
        if self._box is None and now_s - self._needed_s >= NEEDED_EACH_S:
            self._needed_s = now_s
            self._tasks.start(self._answer(SealNeeded()), name="ask the desk for a key")

    def ask(self) -> None:
        """Asks the desk for its key at once, after a restart of this kiosk."""
        self._on_unknown()
