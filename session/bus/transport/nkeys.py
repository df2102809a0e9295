# SPDX-License-Identifier: GPL-3.0-only
"""Keys of the bus: nkeys (Ed25519). Who holds the seed is whom the server believes.
Used by bus, hub, programs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from typing import Any

import nkeys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from session.core.errors import BusRefusedIdentity

_nkeys: Any = nkeys
"""The package carries no types."""


PUBLIC_KEY_LETTERS = 56


def new_seed() -> bytes:
    """A fresh user seed, "SU..." (58 letters of base32)."""
    return bytes(_nkeys.encode_seed(os.urandom(32), _nkeys.PREFIX_BYTE_USER))


def seed_of(raw: bytes) -> bytes:
    """The user seed of 32 bytes that were derived elsewhere."""
    return bytes(_nkeys.encode_seed(raw, _nkeys.PREFIX_BYTE_USER))


def public_key(seed: bytes) -> str:
    """The public key "U..." of a seed: what the server's configuration lists.

    Raises:
        BusRefusedIdentity: this is not a seed.
    """
    try:
        pair = _nkeys.from_seed(bytearray(seed.strip()))
        return bytes(pair.public_key).decode()
    except (nkeys.NkeysError, ValueError) as error:
        raise BusRefusedIdentity(why="not a seed") from error


def enrolment_seed() -> bytes:
    """The seed of the enrolment identity.
    It is no secret: all it may do is to knock, and the code is what counts.
    """
    return bytes(
        _nkeys.encode_seed(
            hashlib.sha256(b"poste-expert enrolment").digest(), _nkeys.PREFIX_BYTE_USER
        )
    )


def sign(seed: bytes, text: bytes) -> str:
    """Signature of `text`, base64."""
    pair = _nkeys.from_seed(bytearray(seed.strip()))
    return base64.b64encode(bytes(pair.sign(text))).decode()


def is_public_key(key: str) -> bool:
    """True for a whole public user key:
    56 letters of base32 that hold prefix, 32 bytes and their check sum.
    """
    try:
        raw = base64.b32decode(key, casefold=False)
    except (ValueError, binascii.Error):
        return False
    if len(key) != PUBLIC_KEY_LETTERS or len(raw) != 35 or raw[0] != nkeys.PREFIX_BYTE_USER:
        return False
    return int.from_bytes(raw[33:], "little") == int(_nkeys.crc16(bytearray(raw[:33])))


def is_signed(key: str, text: bytes, signature: str) -> bool:
    """True when the holder of the public user key `key` signed `text`. Never raises."""
    if not is_public_key(key):
        return False
    try:
        # nkeys verifies only with a seed in hand, so the 32 bytes of Ed25519 (RFC 8032) are taken
        # out of the key.
        public = Ed25519PublicKey.from_public_bytes(base64.b32decode(key)[1:33])
        public.verify(base64.b64decode(signature, validate=True), text)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
