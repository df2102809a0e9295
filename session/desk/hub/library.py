# SPDX-License-Identifier: GPL-3.0-only
"""A desk's questions to the hub about its organisation's library.
The other end: `session.hub.dossier.library`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from session.bus.client import BusClient
from session.core.errors import LibraryItemUnknown
from session.protocol.dossier.library import (
    LibraryDocumentRequest,
    LibraryItem,
    LibraryRequest,
)

MAX_BYTES = 24 * 1024 * 1024

Progress = Callable[[int, int], None]
"""(bytes here, bytes in all)."""


class LibraryClient:
    """Requests of one desk; each raises what the hub refused, and as `session.desk.hub.client`."""

    def __init__(self, bus: BusClient) -> None:
        self._bus = bus

    async def items(self) -> list[LibraryItem]:
        """All that can be put before a caller now."""
        items: list[LibraryItem] = []
        while True:
            answer = await self._bus.ask(LibraryRequest(offset=len(items)))
            items += answer.items
            if len(items) >= answer.total or not answer.items:
                return items

    async def document(self, item_id: str, progress: Progress | None = None) -> bytes:
        """A document's bytes. Raises `LibraryItemUnknown` also when it became another one on the
        way.
        """
        data, sha256 = bytearray(), ""
        while True:
            request = LibraryDocumentRequest(item_id=item_id, offset=len(data))
            part = await self._bus.ask(request)
            if part.sha256 != (sha256 or part.sha256) or part.size_bytes > MAX_BYTES:
                raise LibraryItemUnknown(why="changed")
            sha256 = part.sha256
            data += part.data
            if progress is not None:
                progress(len(data), part.size_bytes)
            if len(data) >= part.size_bytes:
                break
            if not part.data:
                raise LibraryItemUnknown(why="short")
        if hashlib.sha256(data).hexdigest() != sha256:
            raise LibraryItemUnknown(why="hash")
        return bytes(data)
