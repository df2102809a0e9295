# SPDX-License-Identifier: GPL-3.0-only
"""The messages of supervisors: to all agents, to one, to those of a service,
or to a site's callers. The rules behind the verbs `broadcast` and `message`; used by the hub.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import msgspec

from session.bus.jetstream.streams import WrongRevision
from session.core.errors import NotAllowed
from session.hub.access.handlers import Asker, handles
from session.hub.queue.agent_states import AgentStates
from session.hub.queue.core import QueueCore
from session.hub.storage.board_store import BoardStore, BroadcastRecord
from session.hub.supervision.board import Named
from session.protocol.hub.board import BroadcastRequest, MessageRequest, MessageSent, MessageTo
from session.protocol.hub.requests import Announcement, Done, ServicesChanged
from session.protocol.wire.ids import split_service
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)


class SupervisorMessages:
    """Stores each message with its reason, then tells those who are there."""

    def __init__(self, core: QueueCore, store: BoardStore, *, agents: AgentStates) -> None:
        self._catalogue = core.catalogue
        self._notifications = core.notifications
        self._presence = core.presence
        self._clock = core.clock
        self._store = store
        self._agents = agents

    @handles(BroadcastRequest)
    async def broadcast(self, asker: Asker, request: BroadcastRequest) -> Done:
        """To every agent who is there. Raises `StoreUnreachable`."""
        record = self._record(asker, request.text, request.reason)
        await self._broadcast(asker, request.broadcast_id, record)
        return Done()

    @handles(MessageRequest)
    async def message(self, asker: Asker, request: MessageRequest) -> MessageSent:
        """To one agent, the agents of one service, or the callers of one site.

        Raises:
            NotAllowed: no such agent, or no site with buttons of ours. ServiceUnknown,
            StoreUnreachable.
        """
        organisation, target = asker.organisation, request.target
        match request.to:
            case MessageTo.AGENT:
                self._catalogue.agent(organisation, target)
            case MessageTo.SERVICE:
                self._catalogue.service(organisation, target)
            case MessageTo.SITE:
                target = "/".join(split_service(target, organisation))
                self._check_site(organisation, target)
        record = self._record(asker, request.text, request.reason)
        record = msgspec.structs.replace(record, to=request.to.value, target=target)
        await self._broadcast(asker, request.message_id, record)
        present = sum(
            self._presence.is_there(home, role, user)
            for home, role, user in self._readers(organisation, record)
        )
        return MessageSent(there=present)

    def _check_site(self, organisation: str, target: str) -> None:
        sites = {f"{home}/{site.id}" for home, site in self._catalogue.sites_offering(organisation)}
        if target not in sites:
            raise NotAllowed(why="site")

    def _record(self, asker: Asker, text: str, reason: str) -> BroadcastRecord:
        by = f"{Role.SUPERVISOR}.{asker.user}"
        return BroadcastRecord(
            text=text, changed_by=by, reason=reason, at_utc=self._clock.utc_now()
        )

    async def _broadcast(self, asker: Asker, message: str, broadcast: BroadcastRecord) -> None:
        named = Named(broadcast.changed_by, broadcast.reason, message)
        if self._store.broadcast(asker.organisation, message) is None:
            try:
                await self.store(asker.organisation, message, broadcast, named, expected=0)
            except WrongRevision:  # another hub has stored it
                log.info("a message was stored already")
        await self.notify(asker.organisation, asker.user, message, broadcast)

    async def store(
        self,
        organisation: str,
        message: str,
        broadcast: BroadcastRecord,
        named: Named,
        *,
        expected: int,
    ) -> None:
        """Stores a message, or that it is taken back.
        Raises `WrongRevision`, `StoreUnreachable`.
        """
        record = msgspec.structs.replace(
            broadcast,
            changed_by=named.by,
            reason=named.reason,
            at_utc=self._clock.utc_now(),
            act=named.act,
            undoes=named.undoes or "",
        )
        await self._store.put_broadcast(organisation, message, record, expected)

    async def notify(
        self, organisation: str, supervisor: str, message: str, broadcast: BroadcastRecord
    ) -> None:
        """Tells those whom it is for what was said, or that it is taken back."""
        news = Announcement(
            broadcast_id=message,
            text=broadcast.text,
            by_name=self._catalogue.person_name(organisation, supervisor),
            withdrawn=broadcast.withdrawn,
        )
        for home, role, user in self._readers(organisation, broadcast):
            event = ServicesChanged() if role is Role.KIOSK else news
            await self._notifications.notify(home, role, user, event)

    def _readers(
        self, organisation: str, broadcast: BroadcastRecord
    ) -> Iterator[tuple[str, Role, str]]:
        """(account, role, user) of each."""
        match broadcast.to:
            case MessageTo.SITE:
                home, site = split_service(broadcast.target, organisation)
                for kiosk in self._catalogue.kiosks_of(home, site):
                    yield home, Role.KIOSK, kiosk.id
            case MessageTo.AGENT:
                yield organisation, Role.AGENT, broadcast.target
            case _:
                for agent in self._agents.today(organisation):
                    if not broadcast.to or not agent.services or broadcast.target in agent.services:
                        yield organisation, Role.AGENT, agent.id
