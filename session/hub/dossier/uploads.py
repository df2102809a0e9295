# SPDX-License-Identifier: GPL-3.0-only
"""Documents on their way from a desk to the store: spooled on disk, resumable, checked.
Used by the dossier service.

`<folder>/<organisation>/<agent>/<upload>.json` says what is announced, `.part` holds the bytes so
far, `.done` the answer once the store has the document, so a repeated commit gets the same answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from pathlib import Path
from weakref import WeakValueDictionary

import msgspec

from session.core.errors import (
    MessageMalformed,
    PageDamaged,
    PageTooLarge,
    RateLimited,
    TransferInterrupted,
)
from session.protocol.codec import decode_plain
from session.protocol.hub.requests import DocumentFiled, UploadBegin
from session.protocol.wire.version import MAX_CHUNK_BYTES

MOST_BYTES = 64 * 1024 * 1024
"""Largest document."""

MOST_OPEN = 100
"""Documents that one agent may have on their way at once."""

KEPT_S = 7 * 24 * 3600
"""An upload that was not continued for a week is removed."""


class Upload:
    """One document's spool."""

    def __init__(self, base: Path, begin: UploadBegin) -> None:
        self.begin = begin
        self._begin_path = base.with_suffix(".json")
        self._part_path = base.with_suffix(".part")
        self._done_path = base.with_suffix(".done")

    @property
    def received_bytes(self) -> int:
        """Bytes on the disk."""
        if self._done_path.exists():
            return self.begin.size_bytes
        if self._part_path.exists():
            return self._part_path.stat().st_size
        return 0

    @property
    def answer(self) -> DocumentFiled | None:
        """The answer to the commit, once there was one."""
        if self._done_path.exists():
            return decode_plain(DocumentFiled, self._done_path.read_bytes())
        return None

    def add(self, offset: int, data: bytes) -> int:
        """Appends `data` when it is what comes next; returns the bytes on the disk either way.

        Raises:
            PageTooLarge: more than was announced, or a chunk over its limit.
        """
        received = self.received_bytes
        if offset != received:
            return received
        if len(data) > MAX_CHUNK_BYTES or received + len(data) > self.begin.size_bytes:
            raise PageTooLarge(size_bytes=received + len(data), limit_bytes=self.begin.size_bytes)
        with self._part_path.open("ab") as file:
            file.write(data)
        return received + len(data)

    def whole(self) -> bytes:
        """All bytes, checked.

        Raises:
            TransferInterrupted: bytes are missing.
            PageDamaged: they are not what was announced; the spool starts again from nothing.
        """
        if self.received_bytes != self.begin.size_bytes:
            raise TransferInterrupted(
                received_bytes=self.received_bytes, size_bytes=self.begin.size_bytes
            )
        data = self._part_path.read_bytes()
        if hashlib.sha256(data).hexdigest() != self.begin.sha256:
            self._part_path.unlink()
            raise PageDamaged
        return data

    def finish(self, answer: DocumentFiled) -> None:
        """Keeps the answer and drops the bytes: the store has them."""
        _write(self._done_path, msgspec.json.encode(answer))
        self._part_path.unlink(missing_ok=True)

    def remember(self) -> None:
        """Puts the announcement on the disk."""
        _write(self._begin_path, msgspec.json.encode(self.begin))


class UploadSpool:
    """All uploads of this hub.

    Args:
        folder: private folder of the hub.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()

    def lock(self, organisation: str, agent: str, upload_id: str) -> asyncio.Lock:
        """One thing at a time for each upload."""
        return self._locks.setdefault(self._base(organisation, agent, upload_id), asyncio.Lock())

    def begin(self, organisation: str, agent: str, begin: UploadBegin) -> Upload:
        """Starts an upload, or finds the one with the same id.

        Raises:
            PageTooLarge: over `MOST_BYTES`.
            MessageMalformed: the same id was used for another document.
            RateLimited: too many documents on their way.
        """
        if begin.size_bytes > MOST_BYTES:
            raise PageTooLarge(size_bytes=begin.size_bytes, limit_bytes=MOST_BYTES)
        base = self._base(organisation, agent, begin.upload_id)
        existing = self._load(base)
        if existing is None:
            base.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if sum(1 for _ in base.parent.glob("*.part")) >= MOST_OPEN:
                raise RateLimited(limit=MOST_OPEN)
            upload = Upload(base, begin)
            upload.remember()
            return upload
        if (existing.begin.sha256, existing.begin.size_bytes) != (begin.sha256, begin.size_bytes):
            raise MessageMalformed(why="this upload_id is another document")
        return existing

    def find(self, organisation: str, agent: str, upload_id: str) -> Upload:
        """An upload that was begun. Raises `TransferInterrupted` when it was not (begin again)."""
        upload = self._load(self._base(organisation, agent, upload_id))
        if upload is None:
            raise TransferInterrupted(received_bytes=0)
        return upload

    def sweep(self) -> int:
        """Removes uploads untouched for a week; returns the number of files removed."""
        removed = 0
        for path in self._folder.glob("*/*/*"):
            if path.is_file() and time.time() - path.stat().st_mtime > KEPT_S:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _base(self, organisation: str, agent: str, upload_id: str) -> Path:
        return self._folder / organisation / agent / upload_id

    def _load(self, base: Path) -> Upload | None:
        path = base.with_suffix(".json")
        if path.exists():
            return Upload(base, decode_plain(UploadBegin, path.read_bytes()))
        return None


def _write(path: Path, data: bytes) -> None:
    """Writes a small file, whole or not at all, to the disk."""
    part = path.with_suffix(".new")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
