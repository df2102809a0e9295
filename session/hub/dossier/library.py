# SPDX-License-Identifier: GPL-3.0-only
"""The organisations' libraries: what their agents may put before callers, and the documents' bytes.
Used by the hub.

A document counts only while its file has the hash that the convention names:
a file that was changed, or is not there yet, is not offered.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from session.core.errors import LibraryItemUnknown
from session.hub.access.handlers import Asker, handles
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.library_entries import LibraryEntry
from session.hub.convention.problems import Problem
from session.protocol.dossier.library import (
    LIBRARY_PAGE,
    LibraryAnswer,
    LibraryDocumentRequest,
    LibraryItem,
    LibraryPart,
    LibraryRequest,
)

log = logging.getLogger(__name__)

FOLDER = "library"
PART_BYTES = 128 * 1024
MAX_FILE_BYTES = 24 * 1024 * 1024
KEPT_BYTES = 48 * 1024 * 1024
_MAGIC = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""What a desk can show: PDF, JPEG, PNG."""


@dataclass(frozen=True)
class _Mark:
    """A file as it was when it was read: another one as soon as anybody wrote it."""

    size_bytes: int
    changed_ns: int


def library_folder(convention: Path) -> Path:
    """Return the folder of the files of a convention's libraries: next to the convention."""
    return (convention if convention.is_dir() else convention.parent) / FOLDER


def read_checked(path: Path, sha256: str) -> bytes:
    """A document's bytes.

    Raises:
        LibraryItemUnknown: not there, too large, no document, or another one than the convention
            names (`why`).
    """
    try:
        if path.is_symlink() or path.parent.is_symlink():
            raise LibraryItemUnknown(why="link")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise LibraryItemUnknown(why="too_large")
        data = path.read_bytes()
    except OSError as error:
        raise LibraryItemUnknown(why="missing") from error
    if not data.startswith(_MAGIC):
        raise LibraryItemUnknown(why="kind")
    digest = hashlib.sha256(data).hexdigest()
    if digest != sha256:
        raise LibraryItemUnknown(why="hash", sha256=digest)
    return data


class Library:
    """Reads the files below `folder` when they are asked for.

    Args:
        folder: see `library_folder`; None: only addresses are offered.
    """

    def __init__(self, catalogue: Catalogue, folder: Path | None) -> None:
        self._catalogue = catalogue
        self._folder = folder
        self._good: dict[tuple[Path, str], tuple[_Mark, int]] = {}
        self._bytes: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    @handles(LibraryRequest)
    async def library(self, asker: Asker, request: LibraryRequest) -> LibraryAnswer:
        """The items that can be shown now."""
        items = await asyncio.to_thread(lambda: list(self._items(asker.organisation)))
        return LibraryAnswer(
            total=len(items), items=items[request.offset : request.offset + LIBRARY_PAGE]
        )

    @handles(LibraryDocumentRequest)
    async def document(self, asker: Asker, request: LibraryDocumentRequest) -> LibraryPart:
        """A part of a document. Raises `LibraryItemUnknown`."""
        entries = {entry.id: entry for entry in self._entries(asker.organisation)}
        entry = entries.get(request.item_id)
        if entry is None or not entry.is_document:
            raise LibraryItemUnknown(why="entry")
        data = await self._read(asker.organisation, entry)
        return LibraryPart(
            item_id=entry.id,
            offset=request.offset,
            size_bytes=len(data),
            sha256=entry.sha256,
            data=data[request.offset : request.offset + PART_BYTES],
        )

    def _entries(self, organisation: str) -> list[LibraryEntry]:
        return self._catalogue.organisation(organisation).library

    def _items(self, organisation: str) -> Iterator[LibraryItem]:
        for entry in self._entries(organisation):
            if entry.is_document:
                size_bytes = self._size(organisation, entry)
            else:
                size_bytes = 0
            if entry.is_document and not size_bytes:
                continue
            yield LibraryItem(
                id=entry.id,
                title=entry.title,
                kind=entry.shown_kind,
                words=entry.words,
                address=entry.address,
                size_bytes=size_bytes,
            )

    def _path(self, organisation: str, entry: LibraryEntry) -> Path | None:
        if self._folder is not None:
            return self._folder / organisation / entry.file
        return None

    def _size(self, organisation: str, entry: LibraryEntry) -> int:
        """Bytes of a document that is as it should be; 0 when it is not.
        Looked at again when the file has changed.
        """
        path = self._path(organisation, entry)
        if path is None:
            return 0
        try:
            stat = path.stat()
        except OSError:
            return 0
        mark = _Mark(stat.st_size, stat.st_mtime_ns)
        checked = self._good.get((path, entry.sha256))
        if checked is not None and checked[0] == mark:
            return checked[1]
        try:
            size = len(read_checked(path, entry.sha256))
        except LibraryItemUnknown as error:
            log.warning(
                "a document of the library is not offered (%s): %s",
                error.detail.get("why"),
                entry.id,
            )
            size = 0
        self._good[path, entry.sha256] = (mark, size)
        return size

    async def _read(self, organisation: str, entry: LibraryEntry) -> bytes:
        """Bytes by their hash: what was checked once needs no file any more."""
        key = (organisation, entry.sha256)
        if key in self._bytes:
            self._bytes.move_to_end(key)
            return self._bytes[key]
        path = self._path(organisation, entry)
        if path is None:
            raise LibraryItemUnknown(why="missing")
        data = await asyncio.to_thread(read_checked, path, entry.sha256)
        self._bytes[key] = data
        while sum(map(len, self._bytes.values())) > KEPT_BYTES and len(self._bytes) > 1:
            self._bytes.popitem(last=False)
        return data


def library_files(catalogue: Catalogue, folder: Path) -> Iterator[Problem]:
    """Yield what is wrong with the files of all libraries, for whoever checks a convention.
    Reads every file.
    """
    for organisation in catalogue.served:
        for entry in catalogue.organisation(organisation).library:
            if not entry.is_document:
                continue
            try:
                read_checked(folder / organisation / entry.file, entry.sha256)
            except LibraryItemUnknown as error:
                where = f"organisations.{organisation}.library.{entry.id}"
                file = f"{FOLDER}/{organisation}/{entry.file}"
                yield _file_problem(
                    str(error.detail["why"]), where, file, str(error.detail.get("sha256", ""))
                )


def _file_problem(why: str, where: str, file: str, sha256: str) -> Problem:
    match why:
        case "hash":
            return Problem(
                "library_file_hash", where, {"file": file, "sha256": sha256}, advice=True
            )
        case "kind":
            return Problem("library_file_kind", where, {"file": file}, advice=True)
        case "too_large":
            return Problem("library_file_too_large", where, {"file": file}, advice=True)
        case "link":
            return Problem("library_file_link", where, {"file": file}, advice=True)
        case _:
            return Problem("library_file_missing", where, {"file": file}, advice=True)
