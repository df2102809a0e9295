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
from session.protocol.helpdesk.log_notes import KeepLogNote, LogNotes, ReadLogNotes, RemoveLogNote
from session.protocol.helpdesk.remote_help import (
    HelpKiosk,
    HelpPlace,
    HelpPlacesRequest,
    RemoteHelp,
    RemoteHelpRequest,
    RemoteHelps,
    RemoteHelpsRequest,
)
from session.protocol.helpdesk.self_test import SelfTests, SelfTestsRequest


class HelpdeskClient:
    """Questions of one person. Each raises what the keeper refused, `HubUnreachable` or
    `VaultAway`.
    """

    def __init__(self, bus: BusClient) -> None:
        self._bus = bus

    async def find(
        self, log_filter: LogFilter, before: str = "", *, limit: int = 100, counts: bool = False
    ) -> LogsFound:
        """A page of conversations, the newest first."""
        request = FindLogs(filter=log_filter, before=before, limit=limit, counts=counts)
        return await self._bus.ask_once(request)

    async def notes(self, session_id: str) -> LogNotes:
        """Bookmarks and notes of a conversation."""
        return await self._bus.ask_once(ReadLogNotes(session_id=session_id))

    async def keep_note(self, note: KeepLogNote) -> LogNotes:
        """Keeps a note; the answer has all of them."""
        return await self._bus.ask(note)

    async def remove_note(self, session_id: str, note_id: str) -> LogNotes:
        """Removes a note; the answer has those that are left."""
        request = RemoveLogNote(session_id=session_id, note_id=note_id)
        return await self._bus.ask(request)

    async def self_tests(self) -> SelfTests:
        """Return what each kiosk found when it tried itself."""
        return await self._bus.ask_once(SelfTestsRequest())

    async def helps(self, request: RemoteHelpsRequest | None = None) -> RemoteHelps:
        """Return what was wanted of kiosks and desks, the newest first."""
        question = request or RemoteHelpsRequest()
        return await self._bus.ask(question)

    async def places(self) -> list[HelpPlace]:
        """The kiosks and desks that the hub knows; none where the hub is too old to say."""
        try:
            answer = await self._bus.ask(HelpPlacesRequest())
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

    async def help_kiosk(self, request: HelpKiosk) -> RemoteHelp:
        """Has something done at an idle kiosk or a desk; the same `help_id` is the same act."""
        return await self._bus.ask(request)

    async def remote_help(self, help_id: str) -> RemoteHelp:
        """Return how far an act is."""
        request = RemoteHelpRequest(help_id=help_id)
        return await self._bus.ask_once(request)
