# SPDX-License-Identifier: GPL-3.0-only
"""Which rule of a shared network answers which verb: moves, hosts, operators.
Used by `session.hub.composition`.
"""

from __future__ import annotations

from session.hub.access.request_server import Asker, Handler
from session.hub.network.network_state import NetworkState
from session.hub.transfers.host_calls import Hosts
from session.hub.transfers.moves import Moves
from session.protocol.hub.network import MoveRequest, MoveTargets, MoveTargetsRequest, TicketMoved
from session.protocol.hub.requests import Done
from session.protocol.hub.site import (
    HelpAnswer,
    HelpCall,
    HostRequest,
    NetworkAnswer,
    NetworkRequest,
    SiteAnswer,
    SiteRequest,
    SiteStateRequest,
)


class _NetworkHandlers:
    def __init__(self, moves: Moves, hosts: Hosts, *, network: NetworkState) -> None:
        self._moves, self._hosts, self._network = moves, hosts, network

    async def move_targets(self, asker: Asker, wish: MoveTargetsRequest) -> MoveTargets:
        return MoveTargets(targets=self._moves.targets(asker.organisation, wish.service))

    async def move(self, asker: Asker, wish: MoveRequest) -> TicketMoved:
        return await self._moves.move(asker.organisation, asker.user, wish)

    async def call_help(self, asker: Asker, wish: HelpCall) -> HelpAnswer:
        return await self._hosts.call(asker.organisation, asker.user, wish.state, new=wish.new)

    async def site(self, asker: Asker, _: SiteRequest) -> SiteAnswer:
        return self._hosts.site(asker.organisation, asker.user)

    async def host(self, asker: Asker, wish: HostRequest) -> Done:
        await self._hosts.answer(asker.organisation, asker.user, wish)
        return Done()

    async def network(self, asker: Asker, _: NetworkRequest) -> NetworkAnswer:
        return self._network.answer(asker.organisation, asker.user)

    async def close_site(self, asker: Asker, wish: SiteStateRequest) -> Done:
        await self._network.set_site(asker.organisation, asker.user, wish, closed=True)
        return Done()

    async def open_site(self, asker: Asker, wish: SiteStateRequest) -> Done:
        await self._network.set_site(asker.organisation, asker.user, wish, closed=False)
        return Done()


def network_handlers(moves: Moves, hosts: Hosts, network: NetworkState) -> dict[str, Handler]:
    """Verb -> the rule that answers it."""
    rules = _NetworkHandlers(moves, hosts, network=network)
    return {
        "move_targets": rules.move_targets,
        "move": rules.move,
        "call_help": rules.call_help,
        "site": rules.site,
        "host": rules.host,
        "network": rules.network,
        "close_site": rules.close_site,
        "open_site": rules.open_site,
    }
