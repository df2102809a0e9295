# SPDX-License-Identifier: GPL-3.0-only
"""The hub's connection to the bus: it brings the requests of all organisations, and reaches
JetStream. Used by the hub.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence

import msgspec

from session.bus.client import FROM_HUB
from session.bus.jetstream.streams import Streams
from session.bus.server.leaf_links import XFER
from session.bus.transport.connection import CONNECT_S, PROBE_S, Connection, Handler, Incoming
from session.core.errors import BusUnreachable, StoreUnreachable
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.wire.roles import Role
from session.protocol.wire.subjects import answer_subject, is_own_inbox, sender_of

OVER_A_SERVICE = "_R_."
"""Begins a reply subject that a server made itself, as one does whose configuration is of 0.1.0; it
takes none from a client.
"""

PROBE_CLUSTER_S = 0.5
"""Some 3 s until a hub leaves a server of a cluster that is frozen:
its machines are near, and there is another one.
"""


class HubConnection:
    """A connection into the account HUB.

    Attributes:
        bus: the connection itself.
        streams: JetStream.
        network: our own name among partners' networks, "" without any.
        not_taken: messages that named no identity of ours; see `hear`.
    """

    def __init__(
        self,
        urls: Sequence[str],
        seed: bytes,
        *,
        tasks: Tasks,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.network = ""
        self.not_taken = 0
        self._urls = urls
        self._seed = seed
        self._tasks = tasks
        self._tls = tls
        if len(urls) == 1:
            probe_s = PROBE_S
        else:
            probe_s = PROBE_CLUSTER_S
        self.bus = Connection(
            urls, seed, tasks=tasks, inbox="_INBOX.hub", name="hub", tls=tls, probe_s=probe_s
        )
        self.streams = Streams(self.bus)
        self.connected: Signal[bool] = self.bus.connected

    def another(self) -> HubConnection:
        """A second connection into the same account, for what must not delay the first. Open it."""
        return HubConnection(self._urls, self._seed, tasks=self._tasks, tls=self._tls)

    async def connect(self, timeout_s: float = CONNECT_S) -> None:
        """Connects; raises as `BusClient.connect` and goes on trying."""
        await self.bus.open(timeout_s)

    async def close(self) -> None:
        """Ends the connection."""
        await self.bus.close()

    async def serve(
        self, subject: str, handler: Handler, *, shared: bool = True
    ) -> Callable[[], None]:
        """Subscribes to `subject`; `shared`: only one of several hubs gets each message."""
        return await self.bus.subscribe(subject, handler, queue="hub" if shared else "")

    async def hear(
        self, subject: str, handler: Handler, *, shared: bool = True
    ) -> Callable[[], None]:
        """Serve a subject of clients, `<first token>.<organisation>.<role>.<user>...`.

        This is the one door of what clients say. A message that names no role or no id is dropped
        and counted. `reply` leads into the asker's own inbox or is "": an answer starts nothing.
        """

        def on_message(message: Incoming) -> None:
            sender = sender_of(message.subject)
            if sender is None:
                self.not_taken += 1
            elif message.reply and not message.reply.startswith(OVER_A_SERVICE):
                is_own = is_own_inbox(sender, message.reply)
                if is_own:
                    reply = answer_subject(sender.organisation, message.reply)
                else:
                    reply = ""
                handler(msgspec.structs.replace(message, reply=reply))
            else:
                handler(message)

        return await self.serve(subject, on_message, shared=shared)

    async def settle(self) -> None:
        """Returns when the server knows of everything that is served:
        a request right after it finds us.

        Raises `StoreUnreachable` when the server went away meanwhile.
        """
        try:
            await self.bus.settle()
        except BusUnreachable as error:
            raise StoreUnreachable(why=error.code) from error

    async def publish_event(
        self, organisation: str, rest: str, payload: bytes, headers: Mapping[str, str] | None = None
    ) -> None:
        """Publishes an event: `rest` is the subject inside the organisation after "evt.".
        Raises as `publish`.
        """
        await self.bus.publish(
            f"evt.{organisation}.{rest}", payload, {**(headers or {}), FROM_HUB: "1"}
        )

    async def publish_to_user(
        self,
        organisation: str,
        role: Role,
        user: str,
        *,
        rest: str,
        payload: bytes,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Publishes an event for one user: `rest` is "hub" or "ses.<session>.<topic>".

        An account "<network>:<organisation>" is a partner's: the partner's hub passes it on.
        """
        network, colon, home = organisation.partition(":")
        if colon:
            subject = f"{XFER}.{network}.{self.network}.tell.{home}.{role}.{user}.{rest}"
            await self.bus.publish(subject, payload, headers)
            return
        await self.publish_event(organisation, f"u.{role}.{user}.{rest}", payload, headers)
