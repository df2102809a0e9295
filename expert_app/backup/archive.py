# SPDX-License-Identifier: GPL-3.0-only
"""The file of a backup: a tar of parts, each with its SHA-256 in a signed list at the end.
Used by backup and restore.

A file that was cut short has no list, one that was changed does not agree with it or its signature;
either is refused as a whole, before anything is written. Readable by its owner only: it holds
callers' numbers.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO

import msgspec

from session.bus.transport.nkeys import is_signed, public_key, sign
from session.core.field_types import NOT_DECODED

FORMAT = 1
"""Number of this form. A change raises it and adds one step to `_UPGRADES`."""

LIST = "list.json"
SIGNATURE = "list.json.signature"
READ_BYTES = 1 << 20

MOST_LIST_BYTES = 256 << 20
"""Of the list, which is read at once: a million parts."""

type _Steps = dict[int, Callable[[dict[str, object]], dict[str, object]]]
_UPGRADES: _Steps = {}
"""From each older number, the step that makes the list of the next one."""


class BackupDamaged(Exception):
    """Not a backup, cut short, or changed since. `why` names the part, "" for the whole."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class BackupNotSigned(Exception):
    """Whole, and nobody signed it: the signature was taken away."""


class BackupFormatUnknown(Exception):
    """Written by a version whose form is not known here."""


class BackupOfOthers(Exception):
    """A whole backup, but of another program.
    `whose`: the organisation of a vault, "" for a hub's.
    """

    def __init__(self, whose: str) -> None:
        super().__init__(whose)
        self.whose = whose


class ArchivePart(msgspec.Struct, frozen=True):
    """One file in the backup."""

    name: str
    size_bytes: int
    sha256: str


class ArchiveSignature(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote the list: an nkey's public key, and its signature (Ed25519, base64) over
    `signed_words`.
    """

    signer: str
    signature: str


class ArchiveContents(msgspec.Struct, frozen=True, kw_only=True):
    """The list at the end of a backup.

    Attributes:
        facts: what backup and restore tell each other, see `expert_app.backup.save`.
    """

    format: int
    parts: list[ArchivePart]
    facts: msgspec.Raw


class BackupWriter:
    """Writes `path`; it has its name only when it is whole. Use `writing`."""

    def __init__(self, tar: tarfile.TarFile, folder: Path, *, seed: bytes) -> None:
        self._tar = tar
        self._folder = folder
        self._seed = seed
        self._parts: list[ArchivePart] = []

    @contextmanager
    def part(self, name: str) -> Iterator[Callable[[bytes], object]]:
        """A part that is written bit by bit."""
        spool = self._folder / "part"
        sha = hashlib.sha256()
        with spool.open("wb") as spooled:

            def write(data: bytes) -> None:
                sha.update(data)
                spooled.write(data)

            yield write
        size_bytes = spool.stat().st_size
        with spool.open("rb") as file:
            self._add(name, size_bytes, file)
        spool.unlink()
        self._parts.append(ArchivePart(name, size_bytes, sha.hexdigest()))

    def finish(self, facts: msgspec.Struct) -> None:
        """The list, and its signature."""
        listed = ArchiveContents(
            format=FORMAT, parts=self._parts, facts=msgspec.Raw(msgspec.json.encode(facts))
        )
        data = msgspec.json.encode(listed)
        self._add(LIST, len(data), BytesIO(data))
        signed = msgspec.json.encode(signature_of(data, self._seed))
        self._add(SIGNATURE, len(signed), BytesIO(signed))

    def _add(self, name: str, size_bytes: int, file: IO[bytes]) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = size_bytes
        entry.mode = 0o600
        self._tar.addfile(entry, file)


def signature_of(listed: bytes, seed: bytes) -> ArchiveSignature:
    """The signature of a list, as its bytes are."""
    return ArchiveSignature(signer=public_key(seed), signature=sign(seed, signed_words(listed)))


def signed_words(listed: bytes) -> bytes:
    """The text that is signed: a name for this use of the key, and the list's SHA-256."""
    return f"poste-expert backup 1\n{hashlib.sha256(listed).hexdigest()}".encode()


@contextmanager
def writing(path: Path, seed: bytes) -> Iterator[BackupWriter]:
    """A new backup at `path`; on the disk when this ends, not there at all after an error.

    Args:
        seed: of the key that signs it.

    Raises:
        FileExistsError: there is something of that name. OSError: no room, no permission.
    """
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    folder = path.with_name(path.name + ".part")
    folder.mkdir(mode=0o700)
    temporary_file = folder / "whole"
    try:
        descriptor = os.open(temporary_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield BackupWriter(tar, folder, seed=seed)
            file.flush()
            os.fsync(file.fileno())
        temporary_file.replace(path)
    finally:
        for leftover in folder.iterdir():
            leftover.unlink()
        folder.rmdir()


class BackupReader:
    """A backup that was found whole. Use `reading`.

    Attributes:
        signer: the public key that signed it; whether it is trusted is for the caller to say.
    """

    def __init__(self, tar: tarfile.TarFile, listed: ArchiveContents, *, signer: str) -> None:
        self.signer = signer
        self._tar = tar
        self._listed = listed

    @property
    def names(self) -> list[str]:
        """Its parts, in the order they were written."""
        return [part.name for part in self._listed.parts]

    @property
    def organisation(self) -> str:
        """The organisation whose vault it is a backup of, "" for a hub's."""
        facts = msgspec.json.decode(self._listed.facts)
        if isinstance(facts, dict):
            return str(facts.get("organisation", ""))
        return ""

    def facts[Facts: msgspec.Struct](self, kind: type[Facts]) -> Facts:
        """Return what the writer told. Raises `BackupDamaged`."""
        try:
            return msgspec.json.decode(self._listed.facts, type=kind)
        except NOT_DECODED as error:
            raise BackupDamaged(LIST) from error

    def read(self, name: str) -> Iterator[bytes]:
        """A part, bit by bit."""
        with _member(self._tar, name) as file:
            while data := file.read(READ_BYTES):
                yield data

    def whole(self, name: str) -> bytes:
        """A small part at once."""
        return b"".join(self.read(name))


@contextmanager
def reading(path: Path) -> Iterator[BackupReader]:
    """The backup at `path`, after every byte of it was compared with its list, and the list with
    its signature.

    Raises:
        BackupDamaged, BackupNotSigned, BackupFormatUnknown, OSError.
    """
    with ExitStack() as stack:
        try:
            tar = stack.enter_context(tarfile.open(path, "r:"))
            listed, signer = _listed(tar)
            for part in listed.parts:
                _compare(tar, part)
        except (tarfile.TarError, EOFError, ValueError, OverflowError, MemoryError) as error:
            raise BackupDamaged("") from error
        yield BackupReader(tar, listed, signer=signer)


def _listed(tar: tarfile.TarFile) -> tuple[ArchiveContents, str]:
    with _member(tar, LIST) as file:
        data = file.read(MOST_LIST_BYTES + 1)
    if len(data) > MOST_LIST_BYTES:
        raise BackupDamaged(LIST)
    signer = _signer(tar, data)
    try:
        contents = msgspec.json.decode(data)
        number = int(contents["format"])
        if number > FORMAT:
            raise BackupFormatUnknown
        while number < FORMAT:
            contents = _UPGRADES[number](contents)
            number += 1
        return msgspec.json.decode(msgspec.json.encode(contents), type=ArchiveContents), signer
    except (*NOT_DECODED, KeyError, TypeError, ValueError) as error:
        raise BackupDamaged(LIST) from error


def _signer(tar: tarfile.TarFile, listed: bytes) -> str:
    """Whose signature the list has. Raises `BackupNotSigned`, `BackupDamaged`."""
    if SIGNATURE not in tar.getnames():
        raise BackupNotSigned
    with _member(tar, SIGNATURE) as file:
        data = file.read(READ_BYTES)
    try:
        signed = msgspec.json.decode(data, type=ArchiveSignature)
    except NOT_DECODED as error:
        raise BackupDamaged(SIGNATURE) from error
    if not is_signed(signed.signer, signed_words(listed), signed.signature):
        raise BackupDamaged(LIST)
    return signed.signer


def _compare(tar: tarfile.TarFile, part: ArchivePart) -> None:
    sha, size_bytes = hashlib.sha256(), 0
    with _member(tar, part.name) as file:
        while data := file.read(READ_BYTES):
            sha.update(data)
            size_bytes += len(data)
    if (size_bytes, sha.hexdigest()) != (part.size_bytes, part.sha256):
        raise BackupDamaged(part.name)


@contextmanager
def _member(tar: tarfile.TarFile, name: str) -> Iterator[IO[bytes]]:
    try:
        entry = tar.getmember(name)
    except KeyError as error:
        raise BackupDamaged(name) from error
    # An entry with holes may claim any size, and the reader would make the holes in memory.
    if entry.isreg() and not entry.issparse():
        file = tar.extractfile(entry)
    else:
        file = None
    if file is None:
        raise BackupDamaged(name)
    with file:
        yield file
