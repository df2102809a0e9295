# SPDX-License-Identifier: GPL-3.0-only
"""The board's questions about the past and the lines: acts, undoing them, the last hours.
Used by the supervisor.

Asked when somebody looks, and again every few seconds while they do; the other end is
`session.hub.supervision.undo`.
"""

from __future__ import annotations

from session.bus.client import BusClient
from session.protocol.hub.history import (
    HistoryAnswer,
    HistoryRequest,
    LinesAnswer,
    LinesRequest,
    TrendsAnswer,
    TrendsRequest,
    Undone,
    UndoRequest,
)


class BoardPastClient:
    """Questions of one supervisor. Each raises what the hub refused, or `HubUnreachable`."""

    def __init__(self, bus: BusClient) -> None:
        self._bus = bus

    async def pause(self, seconds: float) -> None:
        """Waits before a question is asked again; see `BusClient.pause`."""
        await self._bus.pause(seconds)

    async def history(self, request: HistoryRequest) -> HistoryAnswer:
        """Acts of a period, the newest first."""
        return await self._bus.ask_once(request)

    async def undo(self, act_id: str, undoes: str, reason: str) -> Undone:
        """Takes the act `undoes` back, as the act `act_id`."""
        request = UndoRequest(act_id=act_id, undoes=undoes, reason=reason)
        return await self._bus.ask(request)

    async def trends(self, hours: int, service: str = "") -> TrendsAnswer:
        """The last hours, of one service or of all."""
        return await self._bus.ask_once(TrendsRequest(hours=hours, service=service))

    async def lines(self, words: str = "", rows: int = 200) -> LinesAnswer:
        """At least so many kiosks' lines where there are so many, the worst first; `words`: see
        `LinesRequest`.
        """
        return await self._bus.ask_once(LinesRequest(words=words), rows=rows)
