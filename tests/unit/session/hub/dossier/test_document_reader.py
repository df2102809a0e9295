# SPDX-License-Identifier: GPL-3.0-only
from __future__ import annotations

from session.hub.dossier.document_reader import PART_BYTES, DocumentReader
from tests.support.memory.dossiers import MemoryDossiers

ORG = "valdore"


class _CountingStore(MemoryDossiers):
    def __init__(self) -> None:
        super().__init__()
        self.reads: list[str] = []

    async def read(self, organisation: str, document_id: str) -> bytes:
        self.reads.append(document_id)
        return await super().read(organisation, document_id)


async def test_the_parts_of_a_document_are_read_from_the_store_once() -> None:
    store = _CountingStore()
    store.documents["d1"] = bytes(range(256)) * 1024
    reader = DocumentReader(store, most=2)
    first = await reader.part(ORG, "d1", 0)
    second = await reader.part(ORG, "d1", PART_BYTES)
    assert first.data + second.data == store.documents["d1"]
    assert (second.offset, second.size_bytes) == (PART_BYTES, 256 * 1024)
    assert store.reads == ["d1"]


async def test_only_the_last_documents_are_kept() -> None:
    store = _CountingStore()
    store.documents = {name: name.encode() for name in ("d1", "d2", "d3")}
    reader = DocumentReader(store, most=2)
    for name in ("d1", "d2", "d3", "d3", "d1"):
        assert (await reader.part(ORG, name, 0)).data == name.encode()
    assert store.reads == ["d1", "d2", "d3", "d1"]
