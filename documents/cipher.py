# SPDX-License-Identifier: GPL-3.0-only
"""Files that only this installation can read: each encrypted and proved by AES-256-GCM.
Used by the outbox.

NIST SP 800-38D: a fresh 96-bit nonce for every write;
the name of the file is proved with its content, so two files cannot be exchanged. What was written
before there was a key is still read, and encrypted at its next write.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32

_MARK = b"POSTE1\x00\x00"
_NONCE_BYTES = 12


class CipherWrong(ValueError):
    """The file was changed, or is of another key."""


class Cipher:
    """Encrypts with a key of `KEY_BYTES` bytes; without a key it leaves everything as it is."""

    def __init__(self, key: bytes = b"") -> None:
        if key and len(key) != KEY_BYTES:
            raise ValueError("not a key")
        self._box = AESGCM(key) if key else None

    def close(self, data: bytes, name: str) -> bytes:
        """The bytes to write under `name`."""
        if self._box is None:
            return data
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _MARK + nonce + self._box.encrypt(nonce, data, name.encode())

    def open(self, data: bytes, name: str) -> bytes:
        """Return what was written under `name`.

        Raises:
            CipherWrong: it is not what was written, or there is no key for it.
        """
        if not data.startswith(_MARK):
            return data
        if self._box is None:
            raise CipherWrong("no key")
        at = len(_MARK)
        try:
            return self._box.decrypt(
                data[at : at + _NONCE_BYTES], data[at + _NONCE_BYTES :], name.encode()
            )
        except (InvalidTag, ValueError) as error:
            raise CipherWrong("changed") from error


NO_CIPHER = Cipher()
