# SPDX-License-Identifier: GPL-3.0-only
"""Keys of the bus: nkeys (Ed25519). Who holds the seed is whom the server believes. Used by bus, hub, programs."""

from __future__ import annotations

import os
from typing import Any

import nkeys

from session.errors import BusRefusedIdentity

_nkeys: Any = nkeys
"""The package carries no types."""


def new_seed() -> bytes:
    """A fresh user seed, "SU..." (58 letters of base32)."""
    return bytes(_nkeys.encode_seed(os.urandom(32), _nkeys.PREFIX_BYTE_USER))


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
