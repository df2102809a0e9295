# SPDX-License-Identifier: GPL-3.0-only
"""Gives the network's next authority to every program that does not believe it yet. Used by
`session.hub.composition`; which programs do is in `Sightings`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from session.bus.transport.authority import fingerprints_in
from session.core.clock import Clock
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.hub.requests import AuthorityOffered, HubEvent
from session.protocol.wire.program import AUTHORITIES, authorities_of
from session.protocol.wire.roles import Role
from session.protocol.wire.subjects import Sender

log = logging.getLogger(__name__)

AGAIN_S = 60.0
"""Between two times that one and the same is given it: its file may not be writable."""


type Notify = Callable[[str, Role, str, HubEvent], Awaitable[None]]
"""Sends an event to one user: organisation, role, user."""


class AuthorityOffer:
    """The next authority, while there is one.

    Attributes:
        certificate: PEM; "" while none is offered.
        fingerprint: of that one.
        changed: another one is offered, by its fingerprint; "" for none.
    """

    def __init__(self, notify: Notify, *, clock: Clock, tasks: Tasks) -> None:
        self.certificate = ""
        self.fingerprint = ""
        self.changed: Signal[str] = Signal()
        self._notify = notify
        self._clock = clock
        self._tasks = tasks
        self._given_s: dict[Sender, float] = {}

    def offer(self, certificate: str) -> None:
        """Give this one (PEM) from now on; "" for none."""
        if certificate == self.certificate:
            return
        self.certificate = certificate
        self.fingerprint = next(iter(fingerprints_in(certificate.encode())), "")
        self._given_s.clear()
        if self.fingerprint:
            log.info("the next authority is given to the programs")
        self.changed.emit(self.fingerprint)

    def on_beat(self, sender: Sender, headers: Mapping[str, str]) -> None:
        """A sign of life came; a program with no authority of its own in it is left alone."""
        authorities = authorities_of(headers.get(AUTHORITIES, ""))
        if not self.fingerprint or authorities is None or self.fingerprint in authorities[1]:
            return
        now_s = self._clock.monotonic_s()
        if now_s - self._given_s.get(sender, -AGAIN_S) < AGAIN_S:
            return
        self._given_s[sender] = now_s
        self._tasks.start(self._give(sender), name="give the next authority")

    async def _give(self, sender: Sender) -> None:
        event = AuthorityOffered(certificate=self.certificate)
        await self._notify(sender.organisation, sender.role, sender.user, event)
