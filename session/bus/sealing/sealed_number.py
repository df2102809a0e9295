# SPDX-License-Identifier: GPL-3.0-only
"""A caller's number closed by the kiosk for the organisation's vault:
the hub keeps it and cannot read it.

HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. All sealed
numbers have one length, and each is bound to organisation and kiosk: it opens for no other. Used by
kiosk and vault.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from session.bus.sealing.box import public_key_of
from session.bus.sealing.certificates import VaultSecret
from session.core.errors import CallerNumberInvalid, SealBroken

LENGTH_BYTES = 32
"""Numbers have at most 20 characters (`session.protocol.hub.requests.Number`)."""

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_KEY_BYTES, _KEY_LETTERS, _BOX_LETTERS = 32, 44, 108


def seal_number(
    number: str, keys: Sequence[str], *, organisation: str, home: str, kiosk: str
) -> str:
    """The number closed for each holder of one of `keys`, as text:
    a vault may lack the secret of the newest.

    Raises:
        CallerNumberInvalid: it is too long.
        SealBroken: a key is none.
    """
    data = number.encode()
    if len(data) > LENGTH_BYTES:
        raise CallerNumberInvalid(kind="")
    padded, info = data.ljust(LENGTH_BYTES, b"\0"), number_info(organisation, home, kiosk)
    return "".join(box_text(_SUITE.encrypt(padded, public_key_of(key), info)) for key in keys)


def open_number(
    text: str, secrets: Sequence[VaultSecret], *, organisation: str, home: str, kiosk: str
) -> str:
    """The number that was typed. Raises `SealBroken`: changed, of another kiosk, or closed for keys
    we do not hold.
    """
    info = number_info(organisation, home, kiosk)
    for box in (text[at : at + _BOX_LETTERS] for at in range(0, len(text), _BOX_LETTERS)):
        try:
            parts = (box[:_KEY_LETTERS], box[_KEY_LETTERS:])
            sealed = b"".join(base64.b64decode(part, validate=True) for part in parts)
        except ValueError as error:
            raise SealBroken(why="number") from error
        for secret in secrets:
            try:
                data = _SUITE.decrypt(sealed, secret.exchange, info)
            except InvalidTag:
                continue
            try:
                return data.rstrip(b"\0").decode()
            except UnicodeDecodeError as error:  # a kiosk closes what it likes
                raise SealBroken(why="number") from error
    raise SealBroken(why="number")


def box_text(sealed: bytes) -> str:
    """Return the text of an encapsulated key and what was closed with it."""
    parts = (sealed[:_KEY_BYTES], sealed[_KEY_BYTES:])
    return "".join(base64.b64encode(part).decode() for part in parts)


def number_info(organisation: str, home: str, kiosk: str) -> bytes:
    """Return what a sealed number is bound to: the `info` of RFC 9180, section 5.1."""
    return f"poste-expert caller number 2\n{organisation}\n{home}\n{kiosk}".encode()
