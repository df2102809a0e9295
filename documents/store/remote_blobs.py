# SPDX-License-Identifier: GPL-3.0-only
"""Documents kept away from the hub's own disk: an S3 bucket or a WebDAV share, by fsspec.
Used by the store.

The same names and the same promise as `documents.store.blobs`:
what `put` returns was read back from there and has its hash. An ETag would not do: it is a hash
for some uploads only.
"""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from documents.hashes import sha256_of
from documents.store.blobs import path_of
from session.core.disk import PART
from session.core.errors import DocumentNotFiled

CONNECT_S, ANSWER_S = 5, 30
"""Longest wait for a connection, and for each answer;
then the store is away and the outbox keeps the document.
"""


class StoreAway(OSError):
    """The far end does not answer, refuses us, or broke off.
    Its text is the kind of error, never an address or key: some of the texts of the four libraries
    below fsspec hold addresses or headers.
    """


class RemoteBlobs:
    """Files below `root` of an fsspec file system.

    Args:
        files: the file system; its listings must not be cached.
        root: bucket and prefix, or folder of the share, which exists; "" for its top.
        close: ends the connections.
        move: puts a file in another's place; None where a write is whole or nothing by itself (S3).
    """

    def __init__(
        self,
        files: Any,
        root: str,
        *,
        close: Callable[[], object],
        move: Callable[[str, str], object] | None = None,
    ) -> None:
        self._files = files
        self._close = close
        self._move = move
        if root.strip("/"):
            self._root = f"{root.strip('/')}/"
        else:
            self._root = ""

    def close(self) -> None:
        """Ends the connections."""
        with suppress(Exception):  # the far end may be away: nothing is lost with a connection
            self._close()

    def put(self, organisation: str, data: bytes, sha256: str) -> str:
        """Writes, then reads it back from there; returns the path below the root.

        Raises:
            DocumentNotFiled: what was read back is not what was given.
            StoreAway: nothing is known of what was written; the same may be put again.
        """
        path = path_of(organisation, sha256)
        if self._is_whole(path, sha256):
            return path
        with _reached():
            self._write(self._root + path, data)
        if not self._is_whole(path, sha256):
            raise DocumentNotFiled(why="read_back")
        return path

    def get(self, path: str, sha256: str) -> bytes:
        """The bytes, proved by their hash.
        Raises `DocumentNotFiled` (detail: `why`), `StoreAway`.
        """
        data = self._read(path)
        if data is None:
            raise DocumentNotFiled(why="file_missing")
        if sha256_of(data) != sha256:
            raise DocumentNotFiled(why="file_changed")
        return data

    def has(self, path: str) -> bool:
        """Return True if there is such a file. Raises `StoreAway`."""
        try:
            with _reached():
                self._files.info(
                    self._root + path
                )  # fsspec's `exists` takes every error for "is not there"
        except FileNotFoundError:
            return False
        return True

    def remove(self, path: str) -> None:
        """Removes a file; one that is gone already is removed. Raises `StoreAway`."""
        with suppress(FileNotFoundError), _reached():
            self._files.rm_file(self._root + path)

    def check(self) -> None:
        """Writes a small file, reads it back and removes it.
        Raises `StoreAway`, `DocumentNotFiled`.
        """
        place, probe = f"{self._root}check-{secrets.token_hex(6)}", secrets.token_bytes(32)
        with _reached():
            self._write(place, probe)
            heard = self._files.cat_file(place)
            self._files.rm_file(place)
        if heard != probe:
            raise DocumentNotFiled(why="read_back")

    def _write(self, place: str, data: bytes) -> None:
        if self._move is None:
            self._files.pipe_file(place, data)
            return
        part = f"{place}.{secrets.token_hex(6)}{PART}"
        if "/" in place:
            self._files.makedirs(place.rpartition("/")[0], exist_ok=True)
        self._files.pipe_file(part, data)
        self._move(part, place)

    def _read(self, path: str) -> bytes | None:
        try:
            with _reached():
                data: bytes = self._files.cat_file(self._root + path)
        except FileNotFoundError:
            return None
        return data

    def _is_whole(self, path: str, sha256: str) -> bool:
        data = self._read(path)
        return data is not None and sha256_of(data) == sha256


@contextmanager
def _reached() -> Iterator[None]:
    """Each driver has errors of its own libraries; to us they all mean that the far end is away."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:
        raise StoreAway(type(error).__name__) from error


def _file_system(kind: str, **options: Any) -> Any:
    import fsspec  # a hub whose documents are on its own disk does without

    make: Any = fsspec.filesystem
    return make(kind, **options)


def s3_blobs(
    bucket: str,
    prefix: str,
    *,
    address: str,
    region: str,
    user: str,
    secret: str,
    ca_file: str = "",
) -> RemoteBlobs:
    """Documents in a bucket of Amazon S3 or of whatever speaks it.

    Args:
        address: of the service; "" for Amazon's own.
        user, secret: the access key; both "" for what the machine itself may do (environment,
        role).

    Raises:
        ImportError: the extra `s3` is not installed.
    """
    client: dict[str, Any] = {"region_name": region} if region else {}
    if ca_file:
        client["verify"] = ca_file
    config = {
        "connect_timeout": CONNECT_S,
        "read_timeout": ANSWER_S,
        "retries": {"max_attempts": 1},
    }
    files = _file_system(
        "s3",
        key=user or None,
        secret=secret or None,
        endpoint_url=address or None,
        client_kwargs=client,
        config_kwargs=config,
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    files.retries = 1
    return RemoteBlobs(
        files,
        f"{bucket}/{prefix.strip('/')}",
        close=lambda: files.close_session(files.loop, files.s3),
    )


def webdav_blobs(
    address: str, prefix: str, *, user: str, secret: str, ca_file: str = ""
) -> RemoteBlobs:
    """Documents on a WebDAV share (RFC 4918).

    Raises:
        ImportError: the extra `webdav` is not installed.
    """
    options: dict[str, Any] = {"auth": (user, secret)} if user else {}
    if ca_file:
        options["verify"] = ssl.create_default_context(cafile=ca_file)
    files = _file_system(
        "webdav",
        base_url=address,
        timeout=ANSWER_S,
        retry=False,
        skip_instance_cache=True,
        **options,
    )
    return RemoteBlobs(
        files,
        prefix,
        close=files.client.http.close,
        move=partial(files.client.move, overwrite=True),
    )
