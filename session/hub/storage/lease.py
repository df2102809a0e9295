# SPDX-License-Identifier: GPL-3.0-only
"""Which of several hubs does what only one may do: a key in the store that its holder renews.
Used by the hub.

The server forgets a key that is not renewed (ADR-43), so no hub's clock counts.
A holder believes in its lease for less long than the server does; what it does late is caught by
the compare-and-set of each ticket.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.streams import WrongRevision
from session.core.errors import SessionError
from session.core.tasks import Tasks

log = logging.getLogger(__name__)

STREAM = "LEASES"
LEASE_S = 4
RENEW_S = 1.0
BELIEVED_S = 3.0
"""How long after its last renewal a holder still acts."""
LAST_ANSWER_S = 2.0
"""How long a hub that stops waits for the answer to what it has asked for."""


class Lease:
    """One name that at most one hub holds.

    Args:
        name: what is leased; one token of a subject.
    """

    def __init__(
        self, connection: HubConnection, name: str, *, tasks: Tasks, replicas: int = 1
    ) -> None:
        self._streams = connection.streams
        self._subject = f"lease.{name}"
        self._me = secrets.token_hex(8).encode()
        self._tasks = tasks
        self._replicas = replicas
        self._revision = 0
        self._until_s = 0.0
        self._task: asyncio.Task[None] | None = None
        self._leaving = asyncio.Event()

    @property
    def is_held(self) -> bool:
        """True while this hub is the one."""
        return self._revision > 0 and asyncio.get_running_loop().time() < self._until_s

    async def prepare(self) -> None:
        """Creates the stream, or brings it to today's settings.
        In memory: after a restart everybody asks anew.
        """
        await self._streams.ensure(
            STREAM,
            {
                "subjects": ["lease.*"],
                "storage": "memory",
                "num_replicas": self._replicas,
                "max_msgs_per_subject": 1,
                "allow_msg_ttl": True,
            },
        )

    def start(self) -> None:
        """Begins to ask for it, and to renew it."""
        self._task = self._tasks.keep(self._keep, name=f"keep {self._subject}")

    async def stop(self) -> None:
        """Gives it back, so that the next hub need not wait."""
        self._leaving.set()
        if self._task is not None:
            # What is being asked for may be given to us after we looked: its answer comes first.
            await asyncio.wait([self._task], timeout=LAST_ANSWER_S)
            self._task.cancel()
            self._task = None
        try:
            stored = await self._streams.last(STREAM, self._subject)
            if stored is not None and stored.payload == self._me:
                self._revision = 0
                await self._streams.forget(STREAM, self._subject)
        except SessionError as error:
            log.info("%s is not given back: %s", self._subject, error.code)

    async def _keep(self) -> None:
        while not self._leaving.is_set():
            asked_s = asyncio.get_running_loop().time()
            try:
                self._revision = await self._streams.append(
                    self._subject, self._me, expected=self._revision, ttl_s=LEASE_S
                )
                self._until_s = asked_s + BELIEVED_S
            except WrongRevision:
                self._revision = 0  # somebody else's, or ours has expired: asked for as a free one
            except SessionError as error:
                log.info("%s is not renewed: %s", self._subject, error.code)
                await self._prepare_again()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), RENEW_S)

    async def _prepare_again(self) -> None:
        """A server that was started again has forgotten what lay in its memory, the stream
        included.
        """
        try:
            await self.prepare()
        except SessionError as error:
            log.info("%s cannot be prepared: %s", self._subject, error.code)
