# SPDX-License-Identifier: GPL-3.0-only
"""Gives filed documents part by part, and keeps the last few in memory, because the parts of one
are asked for one after the other. Used by `service` and `exports`.
"""

from __future__ import annotations

from collections import OrderedDict

from session.hub.dossier.store import DossierStoreLike
from session.protocol.hub.requests import DocumentPart

PART_BYTES = 128 * 1024
"""Bytes of a document in one answer; base64 makes a third more of it."""


class DocumentReader:
    """Reads from `store`; `most` documents are kept."""

    def __init__(self, store: DossierStoreLike, most: int) -> None:
        self._store = store
        self._most = most
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    async def part(self, organisation: str, document_id: str, offset: int) -> DocumentPart:
        """The part from `offset` on. Raises `DossierUnknown`, `DocumentNotFiled`."""
        data = await self._whole(organisation, document_id)
        offset = max(0, offset)
        return DocumentPart(
            document_id=document_id,
            offset=offset,
            size_bytes=len(data),
            data=data[offset : offset + PART_BYTES],
        )

    async def _whole(self, organisation: str, document_id: str) -> bytes:
        cached = self._kept.get((organisation, document_id))
        if cached is not None:
            return cached
        data = self._kept[organisation, document_id] = await self._store.read(
            organisation, document_id
        )
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return data
