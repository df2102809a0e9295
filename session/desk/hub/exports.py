# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor's reading of a whole dossier, to take it along. Used by the board.

The other end is `session.hub.dossier.export_service`, of the hub or of the organisation's vault.
"""

from __future__ import annotations

import hashlib

from session.bus.client import BusClient
from session.core.errors import PageDamaged
from session.protocol.dossier.exports import (
    ExportAnswer,
    ExportHistoryRequest,
    ExportPartRequest,
    ExportRequest,
)
from session.protocol.dossier.pieces import MAX_LISTED, PieceHistory


class ExportClient:
    """Requests of one supervisor. Each raises what was refused, or `HubUnreachable`."""

    def __init__(self, bus: BusClient) -> None:
        self._bus = bus

    async def export(self, dossier: str, reason: str) -> ExportAnswer:
        """Notes the export, for a reason, and gives the dossier."""
        return await self._bus.ask_once(ExportRequest(dossier=dossier, reason=reason))

    async def history(self, dossier: str) -> PieceHistory:
        """All steps and acts of a dossier that is being exported."""
        history = PieceHistory(steps=[], acts=[])
        while True:
            offset = max(len(history.steps), len(history.acts))
            request = ExportHistoryRequest(dossier=dossier, offset=offset)
            part = await self._bus.ask(request)
            history = PieceHistory(
                steps=[*history.steps, *part.steps], acts=[*history.acts, *part.acts]
            )
            if max(len(part.steps), len(part.acts)) < MAX_LISTED:
                return history

    async def document(self, dossier: str, document_id: str, sha256: str) -> bytes:
        """The bytes of a document that is being exported, proved by their hash.
        Raises `PageDamaged` too.
        """
        data = b""
        while True:
            request = ExportPartRequest(dossier=dossier, document_id=document_id, offset=len(data))
            part = await self._bus.ask(request)
            data += part.data
            if not part.data or len(data) >= part.size_bytes:
                break
        if hashlib.sha256(data).hexdigest() != sha256:
            raise PageDamaged(size_bytes=len(data))
        return data
