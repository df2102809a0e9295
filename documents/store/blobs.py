# SPDX-License-Identifier: GPL-3.0-only
"""Files kept under the name of what is in them: `<organisation>/ab/cd/<sha256>.pdf`.
Used by the store.

The same bytes are the same file, a changed file no longer has its name, and an organisation's files
are in its folder.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from documents.hashes import sha256_of
from session.core.disk import remove_durably, write_durably
from session.core.errors import DocumentNotFiled

_ORGANISATION = re.compile(r"[A-Za-z0-9_-]{1,40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobStore(Protocol):
    """The place where documents lie."""

    def put(self, organisation: str, data: bytes, sha256: str) -> str:
        """Keeps the bytes, reads them back; the path to find them again.
        Raises `DocumentNotFiled`, `OSError`.
        """
        ...

    def get(self, path: str, sha256: str) -> bytes:
        """The bytes, proved by their hash. Raises `DocumentNotFiled`, `OSError`."""
        ...

    def has(self, path: str) -> bool:
        """Return True if there is such a file. Raises `OSError`."""
        ...

    def remove(self, path: str) -> None:
        """Removes a file; one that is gone already is removed. Raises `OSError`."""
        ...

    def close(self) -> None:
        """Ends what was opened."""
        ...


class Blobs:
    """The files below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, organisation: str, data: bytes, sha256: str) -> str:
        """Writes to the disk, then reads it back from there; returns the path inside the folder.

        Raises:
            DocumentNotFiled: what was read back is not what was given.
            OSError: the disk cannot be written.
        """
        path = path_of(organisation, sha256)
        if self._is_whole(path, sha256):
            return path
        write_durably(self._folder / path, data)
        if not self._is_whole(path, sha256):
            raise DocumentNotFiled(why="read_back")
        return path

    def get(self, path: str, sha256: str) -> bytes:
        """The bytes, proved by their hash.

        Raises:
            DocumentNotFiled: the file is gone or was changed. Detail: `why`.
        """
        try:
            data = (self._folder / path).read_bytes()
        except FileNotFoundError as error:
            raise DocumentNotFiled(why="file_missing") from error
        if sha256_of(data) != sha256:
            raise DocumentNotFiled(why="file_changed")
        return data

    def has(self, path: str) -> bool:
        """Return True if there is such a file."""
        return (self._folder / path).is_file()

    def remove(self, path: str) -> None:
        """Removes a file; one that is gone already is removed."""
        with suppress(FileNotFoundError):  # not even its folder
            remove_durably(self._folder / path)

    def close(self) -> None:
        """Nothing is open between two files."""

    def _is_whole(self, path: str, sha256: str) -> bool:
        try:
            return sha256_of((self._folder / path).read_bytes()) == sha256
        except FileNotFoundError:
            return False


def path_of(organisation: str, sha256: str) -> str:
    """Return the path of a file.

    Raises:
        ValueError: names that could lead elsewhere.
    """
    if not _ORGANISATION.fullmatch(organisation) or not _SHA256.fullmatch(sha256):
        raise ValueError("not an organisation's id or not a SHA-256")
    return f"{organisation}/{sha256[:2]}/{sha256[2:4]}/{sha256}.pdf"
