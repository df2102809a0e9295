# SPDX-License-Identifier: GPL-3.0-only
"""Pages on the kiosk's disk are written sealed.
Used by the page store; the key never lies on the disk in clear.

Each session has a key of its own. It lies in the session's folder wrapped by a key that is derived
from the kiosk's identity, which is in the system's keyring: so a killed kiosk finds its pages
again, a stolen disk shows none, and once the wrapped key is removed nobody can read what may be
left in the disk's unused blocks.

AES-256-GCM (NIST SP 800-38D) with a random nonce before each text; HKDF-SHA256 (RFC 5869).
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from session.core.disk import write_durably

KEY_FILE = "key"
_KEY_BYTES, _NONCE_BYTES = 32, 12
OVERHEAD_BYTES = _NONCE_BYTES + 16
"""So much longer is what is sealed."""
_WRAPPED = b"key of the shelf"


class SealedPageDamaged(Exception):
    """The bytes on the disk were not sealed with this key, or were changed since."""


def wrapping_key(seed: bytes) -> bytes:
    """The key that wraps the sessions' keys, from the kiosk's identity (its nkey seed)."""
    return HKDF(
        algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"poste-expert kiosk shelf 1"
    ).derive(seed)


class PageSeal:
    """The seal of one session's pages.

    Args:
        folder: where the wrapped key lies, or will lie.
        wrapping: see `wrapping_key`.
    """

    def __init__(self, folder: Path, wrapping: bytes) -> None:
        self._path = folder / KEY_FILE
        self._cipher: AESGCM | None = AESGCM(self._known(wrapping) or self._made(wrapping))

    def _known(self, wrapping: bytes) -> bytes | None:
        try:
            return _opened(AESGCM(wrapping), self._path.read_bytes(), _WRAPPED)
        except (
            FileNotFoundError,
            SealedPageDamaged,
        ):  # of another identity: what it sealed is lost to everybody
            return None

    def _made(self, wrapping: bytes) -> bytes:
        key = secrets.token_bytes(_KEY_BYTES)
        write_durably(self._path, _sealed(AESGCM(wrapping), key, _WRAPPED))
        return key

    def seal(self, data: bytes, label: str) -> bytes:
        """`data` sealed; it can only be opened as `label`.
        Raises `SealedPageDamaged` after `destroy`.
        """
        if self._cipher is None:
            raise SealedPageDamaged
        return _sealed(self._cipher, data, label.encode())

    def open(self, data: bytes, label: str) -> bytes:
        """Return what was sealed as `label`. Raises `SealedPageDamaged`."""
        if self._cipher is None:
            raise SealedPageDamaged
        return _opened(self._cipher, data, label.encode())

    def destroy(self) -> None:
        """Nothing that was sealed can be opened any more."""
        self._cipher = None
        try:
            with self._path.open("r+b") as stream:
                stream.write(bytes(self._path.stat().st_size))
                stream.flush()
                os.fsync(stream.fileno())
        except FileNotFoundError:
            return
        self._path.unlink(missing_ok=True)


def _sealed(cipher: AESGCM, data: bytes, label: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, data, label)


def _opened(cipher: AESGCM, data: bytes, label: bytes) -> bytes:
    try:
        return cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], label)
    except (InvalidTag, ValueError) as error:
        raise SealedPageDamaged from error
