# SPDX-License-Identifier: GPL-3.0-only
"""The keys of a desk on a computer without a keyring: one file, encrypted by a passphrase that is
asked at each start. Used by the desk's command and its sign-in.

It is a keyring of the library `keyring`, so whoever keeps or reads a key needs to know nothing of
it. The passphrase becomes a key by scrypt (RFC 7914), the file is ChaCha20-Poly1305 (RFC 8439).
"""

from __future__ import annotations

import secrets
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from session.core.disk import write_durably

NAME = "keys.sealed"
"""In the program's data folder."""
COST, BLOCKS, LANES = 2**17, 8, 1
"""Of scrypt: 128 MB and some tenths of a second for each try."""
LEAST_LETTERS = 12
_SALT_BYTES, _NONCE_BYTES = 16, 12
_ABOUT = b"poste-expert keys 1"


class PassphraseWrong(Exception):
    """The file does not open with this passphrase; or somebody has changed the file."""


class KeyFileDamaged(Exception):
    """The error for a file that is no file of keys."""


class _Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file, as JSON."""

    format: int
    cost: int
    blocks: int
    lanes: int
    salt: bytes
    nonce: bytes
    keys: bytes


class KeyFile(keyring.backend.KeyringBackend):
    """Opened, it answers like the system's keyring.

    Args:
        path: of the file.
        key: made of the passphrase. salt: that it was made with.
        entries: name -> secret.
    """

    priority = 0.1

    def __init__(self, path: Path, key: bytes, *, salt: bytes, entries: dict[str, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring leaves it untyped
        self._path = path
        self._key = key
        self._salt = salt
        self._entries = dict(entries)

    # ---- as the library asks ----

    def get_password(self, service: str, username: str) -> str | None:
        """The secret under this name, or None."""
        return self._entries.get(_entry(service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keeps a secret; the file is written at once."""
        self._entries[_entry(service, username)] = password
        self.write()

    def delete_password(self, service: str, username: str) -> None:
        """Forgets a secret."""
        if self._entries.pop(_entry(service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("not there")
        self.write()

    # ---- passphrase ----

    def change_passphrase(self, now: str, new: str) -> None:
        """Encrypts everything anew.

        Raises:
            PassphraseWrong: `now` is not the passphrase.
        """
        if not secrets.compare_digest(_derived(now, self._salt), self._key):
            raise PassphraseWrong
        self._salt = secrets.token_bytes(_SALT_BYTES)
        self._key = _derived(new, self._salt)
        self.write()

    def write(self) -> None:
        """Whole or not at all, readable by this person only."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        plain = msgspec.json.encode(self._entries)
        sealed = _Sealed(
            format=1,
            cost=COST,
            blocks=BLOCKS,
            lanes=LANES,
            salt=self._salt,
            nonce=nonce,
            keys=ChaCha20Poly1305(self._key).encrypt(nonce, plain, _ABOUT),
        )
        write_durably(self._path, msgspec.json.encode(sealed))


def key_file_in(data: Path) -> Path | None:
    """The file of keys of a program, where it has one."""
    path = data / NAME
    if path.is_file():
        return path
    return None


def new_key_file(data: Path, passphrase: str) -> KeyFile:
    """An empty file of keys, which the program uses from now on instead of a keyring."""
    salt = secrets.token_bytes(_SALT_BYTES)
    key_file = KeyFile(data / NAME, _derived(passphrase, salt), salt=salt, entries={})
    key_file.write()
    keyring.set_keyring(key_file)
    return key_file


def open_key_file(path: Path, passphrase: str) -> KeyFile:
    """Opens the file, which the program uses from now on instead of a keyring.

    Raises:
        PassphraseWrong, KeyFileDamaged. OSError: it cannot be read.
    """
    try:
        sealed = msgspec.json.decode(path.read_bytes(), type=_Sealed)
    except msgspec.MsgspecError as error:
        raise KeyFileDamaged from error
    if (sealed.format, sealed.cost, sealed.blocks, sealed.lanes) != (1, COST, BLOCKS, LANES):
        raise KeyFileDamaged
    key = _derived(passphrase, sealed.salt)
    try:
        plain = ChaCha20Poly1305(key).decrypt(sealed.nonce, sealed.keys, _ABOUT)
    except (InvalidTag, ValueError) as error:
        raise PassphraseWrong from error
    entries = msgspec.json.decode(plain, type=dict[str, str])
    opened = KeyFile(path, key, salt=sealed.salt, entries=entries)
    keyring.set_keyring(opened)
    return opened


def set_aside(path: Path) -> Path:
    """The passphrase is lost: the file is kept under another name, and the program begins anew."""
    number = 1
    while (aside := path.with_suffix(f".{number}.lost")).exists():
        number += 1
    return path.rename(aside)


def _entry(service: str, username: str) -> str:
    return f"{service}/{username}"


def _derived(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=BLOCKS, p=LANES).derive(passphrase.encode())
