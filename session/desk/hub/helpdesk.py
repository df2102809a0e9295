# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's questions to the keeper of the logs: the list of conversations, their notes,
help from afar; the board asks what help was wanted. The other end is `session.hub.log_index`; a
log itself is read by `session.desk.hub.client`.
"""

from __future__ import annotations

import msgspec

from session.bus.client import BusClient
from session.core.errors import NotAllowed
from session.protocol.helpdesk.log_list import FindLogs, LogFilter, LogsFound
from session.protocol.helpdesk.remote_help import (
    HelpPlace,
    HelpPlacesRequest,
    RemoteHelp,
    RemoteHelps,
    RemoteHelpsRequest,
)


class HelpdeskClient:
    """Questions of one person. Each raises what the keeper refused, `HubUnreachable` or
    `VaultAway`.

    Attributes:
        bus: the connection, for what a job asks itself.
    """

    def __init__(self, bus: BusClient) -> None:
        self.bus = bus

    async def find(
        self, log_filter: LogFilter, before: str = "", *, limit: int = 100, counts: bool = False
    ) -> LogsFound:
        """A page of conversations, the newest first."""
        request = FindLogs(filter=log_filter, before=before, limit=limit, counts=counts)
        return await self.bus.ask_once(request)

    async def helps(self, request: RemoteHelpsRequest | None = None) -> RemoteHelps:
        """Return what was wanted of kiosks and desks, the newest first."""
        question = request or RemoteHelpsRequest()
        return await self.bus.ask(question)

    async def places(self) -> list[HelpPlace]:
        """The kiosks and desks that the hub knows; none where the hub is too old to say."""
        try:
            answer = await self.bus.ask(HelpPlacesRequest())
        except NotAllowed:
            return []
        return list(answer.places)

    async def every_help(self, request: RemoteHelpsRequest) -> list[RemoteHelp]:
        """All that the request's filters find, page by page, the newest first."""
        helps: list[RemoteHelp] = []
        while True:
            answer = await self.helps(request)
            helps += answer.helps
            if not (answer.more and answer.helps):
                return helps
            request = msgspec.structs.replace(request, before=answer.helps[-1].help_id)
