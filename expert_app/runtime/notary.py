# SPDX-License-Identifier: GPL-3.0-only
"""The installation's own key as a notary, which seals documents and exported dossiers.
Used by filing, by the board's exports and by `expert-app verify`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import NamedTuple

from session.bus.transport.nkeys import public_key, sign


class Notary(NamedTuple):
    """The key that seals documents: its public half, 32 bytes (Ed25519), and the act of signing."""

    public_key: bytes
    sign: Callable[[bytes], bytes]


def notary_of(seed: bytes) -> Notary:
    """The notary with the installation's own key.

    Raises:
        BusRefusedIdentity: this is not a seed.
    """
    return Notary(raw_key(public_key(seed)), lambda data: base64.b64decode(sign(seed, data)))


def raw_key(key: str) -> bytes:
    """The 32 bytes of a public user key "U..."."""
    return base64.b32decode(key)[1:33]
