# SPDX-License-Identifier: GPL-3.0-only
"""A folder of pairs, bytes and the facts about them, that survives a kill at any step.
Used by the outbox.

The facts are written first, then the bytes: a pair is there when its bytes are.
To drop one, its facts are renamed first: from then on it is gone, and what is left of it is swept
at the next start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import msgspec

from documents.cipher import NO_CIPHER, Cipher, CipherWrong
from documents.hashes import sha256_of
from session.core.disk import move_durably, remove_durably, write_durably
from session.core.errors import DossierUnknown, PageDamaged
from session.core.field_types import NOT_DECODED

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_FACTS, _GONE = ".json", ".gone"


class HashedFacts(Protocol):
    """The part that facts of every kind have: a hash of their bytes."""

    @property
    def sha256(self) -> str:
        """Hash of the bytes."""
        ...


class LeftoverReason(StrEnum):
    """Interrupted: never acknowledged, so the sender still has it.
    Damaged: was whole once, or is not ours.
    """

    INTERRUPTED = "interrupted"
    DAMAGED = "damaged"


class Leftover(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be used any more; it was moved to `path`, not deleted."""

    reason: LeftoverReason
    path: Path


class FilePairs[Kind: HashedFacts]:
    """Pairs of facts `kind` and bytes, by name. Not thread-safe: the outbox locks."""

    def __init__(
        self, folder: Path, suffix: str, *, kind: type[Kind], cipher: Cipher = NO_CIPHER
    ) -> None:
        self._folder = folder
        self._suffix = suffix
        self._cipher = cipher
        self._decoder = msgspec.json.Decoder(kind)

    def put(self, name: str, facts: Kind, data: bytes) -> None:
        """Keeps a pair; on return it is on the disk."""
        self._write(self._facts_path(name), msgspec.json.encode(facts))
        self._write(self._data_path(name), data)

    def set_facts(self, name: str, facts: Kind) -> None:
        """Changes the facts of a pair that is there."""
        self._write(self._facts_path(name), msgspec.json.encode(facts))

    def find(self, name: str) -> Kind | None:
        """The facts of a whole pair, or None."""
        if not self._data_path(name).is_file():
            return None
        try:
            return self._decoder.decode(self._read(self._facts_path(name)))
        except (FileNotFoundError, *NOT_DECODED, CipherWrong):
            return None

    def all(self) -> list[Kind]:
        """The facts of every whole pair, by name."""
        names = sorted(
            path.stem
            for path in self._files()
            if path.suffix == self._suffix and is_name(path.stem)
        )
        return [facts for name in names if (facts := self.find(name)) is not None]

    def put_at_utc(self, name: str) -> datetime:
        """Return the time at which a pair that is there was put, by this computer's clock."""
        return datetime.fromtimestamp(self._data_path(name).stat().st_mtime, UTC)

    def read(self, name: str) -> bytes:
        """The bytes, proved by the facts.

        Raises:
            DossierUnknown: there is no such pair.
            PageDamaged: the bytes are not those that were put.
        """
        facts = self.find(name)
        if facts is None:
            raise DossierUnknown(what="pair")
        try:
            data = self._read(self._data_path(name))
        except CipherWrong as error:
            raise PageDamaged(size_bytes=0) from error
        if sha256_of(data) != facts.sha256:
            raise PageDamaged(size_bytes=len(data))
        return data

    def drop(self, name: str) -> None:
        """Removes a pair; one that is not there is no fault."""
        facts, gone = self._facts_path(name), self._facts_path(name).with_suffix(_GONE)
        if facts.is_file():
            facts.replace(gone)
        self._sweep(gone)

    def recover(self, damaged: Path) -> list[Leftover]:
        """To be called at a start: finishes what was being dropped, moves away what is no whole
        pair.
        """
        for path in self._files():
            if path.suffix == _GONE:
                self._sweep(path)
        whole_pairs = {name for name in self._names() if self._is_whole(name)}
        lost = [
            path
            for path in self._files()
            if path.stem not in whole_pairs or path.suffix not in (_FACTS, self._suffix)
        ]
        bytes_without_use = {path.stem for path in lost if path.suffix == self._suffix}
        return [self._moved(path, damaged, bytes_without_use) for path in lost]

    def is_empty(self) -> bool:
        """True when no pair is there."""
        return not self.all()

    def _moved(self, path: Path, damaged: Path, bytes_without_use: set[str]) -> Leftover:
        unfinished = path.suffix in (".part", _FACTS) and path.stem not in bytes_without_use
        if unfinished:
            reason = LeftoverReason.INTERRUPTED
        else:
            reason = LeftoverReason.DAMAGED
        return Leftover(reason=reason, path=move_durably(path, damaged))

    def _is_whole(self, name: str) -> bool:
        facts = self.find(name)
        try:
            return (
                facts is not None and sha256_of(self._read(self._data_path(name))) == facts.sha256
            )
        except CipherWrong:
            return False

    def _write(self, path: Path, data: bytes) -> None:
        write_durably(path, self._cipher.close(data, path.name))

    def _read(self, path: Path) -> bytes:
        return self._cipher.open(path.read_bytes(), path.name)

    def _sweep(self, gone: Path) -> None:
        if gone.is_file():
            remove_durably(gone.with_suffix(self._suffix))
            remove_durably(gone)

    def _names(self) -> set[str]:
        return {path.stem for path in self._files() if is_name(path.stem)}

    def _files(self) -> Iterator[Path]:
        return iter(sorted(path for path in self._folder.glob("*") if path.is_file()))

    def _facts_path(self, name: str) -> Path:
        return self._folder / f"{checked_name(name)}{_FACTS}"

    def _data_path(self, name: str) -> Path:
        return self._folder / f"{checked_name(name)}{self._suffix}"


def is_name(text: str) -> bool:
    """True for an opaque id: letters, digits, `_` and `-`, at most 40."""
    return _NAME.fullmatch(text) is not None


def checked_name(name: str) -> str:
    """The name, which comes from a message and may not lead out of the folder.
    Raises `ValueError`.
    """
    if not is_name(name):
        raise ValueError("not an id")
    return name
