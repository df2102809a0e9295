# SPDX-License-Identifier: GPL-3.0-only
"""A caller's number closed by the kiosk for the organisation's vault:
the hub keeps it and cannot read it.

A fresh X25519 key for each number (RFC 7748), HKDF-SHA-256 (RFC 5869), ChaCha20-Poly1305 (RFC
8439). All sealed numbers have one length, and each is bound to organisation and kiosk: it opens for
no other. Used by kiosk and vault.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from session.bus.sealing.box import public_text, shared
from session.bus.sealing.certificates import VaultSecret
from session.core.errors import CallerNumberInvalid, SealBroken

LENGTH_BYTES = 32
"""Numbers have at most 20 characters (`session.protocol.hub.requests.Number`)."""

_KEY_LETTERS, _BOX_LETTERS = 44, 108
_NONCE = bytes(12)
"""Each key closes one number only."""


def seal_number(
    number: str,
    keys: Sequence[str],
    *,
    organisation: str,
    home: str,
    kiosk: str,
    fresh: Callable[[], X25519PrivateKey] = X25519PrivateKey.generate,
) -> str:
    """The number closed for each holder of one of `keys`, as text:
    a vault may lack the secret of the newest.

    Args:
        fresh: a key that nobody had before, for each of `keys`; the test vectors have their own.

    Raises:
        CallerNumberInvalid: it is too long.
    """
    data = number.encode()
    if len(data) > LENGTH_BYTES:
        raise CallerNumberInvalid(kind="")
    bound = _bound(organisation, home, kiosk)
    return "".join(_close(data, key, bound, fresh()) for key in keys)


def _close(data: bytes, key: str, bound: bytes, mine: X25519PrivateKey) -> str:
    fresh = public_text(mine)
    sealed = _cipher(shared(mine, key), fresh, key).encrypt(
        _NONCE, data.ljust(LENGTH_BYTES, b"\0"), bound
    )
    return fresh + base64.b64encode(sealed).decode()


def open_number(
    text: str, secrets: Sequence[VaultSecret], *, organisation: str, home: str, kiosk: str
) -> str:
    """The number that was typed. Raises `SealBroken`: changed, of another kiosk, or closed for keys
    we do not hold.
    """
    for box in (text[at : at + _BOX_LETTERS] for at in range(0, len(text), _BOX_LETTERS)):
        fresh = box[:_KEY_LETTERS]
        try:
            sealed = base64.b64decode(box[_KEY_LETTERS:], validate=True)
        except ValueError as error:
            raise SealBroken(why="number") from error
        for secret in secrets:
            try:
                cipher = _cipher(shared(secret.exchange, fresh), fresh, secret.key)
                data = cipher.decrypt(_NONCE, sealed, _bound(organisation, home, kiosk))
            except InvalidTag:
                continue
            try:
                return data.rstrip(b"\0").decode()
            except UnicodeDecodeError as error:  # a kiosk closes what it likes
                raise SealBroken(why="number") from error
    raise SealBroken(why="number")


def _cipher(agreed: bytes, fresh: str, key: str) -> ChaCha20Poly1305:
    salt = f"{fresh}\n{key}".encode()
    return ChaCha20Poly1305(
        HKDF(SHA256(), 32, salt, b"poste-expert caller number 1").derive(agreed)
    )


def _bound(organisation: str, home: str, kiosk: str) -> bytes:
    return f"{organisation}\n{home}\n{kiosk}".encode()
