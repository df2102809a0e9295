# SPDX-License-Identifier: GPL-3.0-only
"""Keys and bytes of the test vectors: everybody can make them, nobody must use them.
Used by the generators of vectors.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from session.bus.sealing.box import public_text
from session.bus.sealing.certificates import VaultSecret
from session.bus.transport.nkeys import public_key, seed_of

Case = dict[str, Any]
"""One vector: `name`, what is `given`, the `steps` on the way, the `result`."""


def case(name: str, inputs: dict[str, Any], steps: dict[str, Any], result: dict[str, Any]) -> Case:
    """A vector."""
    return {"name": name, "given": inputs, "steps": steps, "result": result}


def raw(name: str) -> bytes:
    """32 bytes: the SHA-256 of `poste-expert vector <name>`."""
    return hashlib.sha256(f"poste-expert vector {name}".encode()).digest()


def seed(name: str) -> bytes:
    """The nkey seed of a person or machine of the vectors."""
    return seed_of(raw(name))


def nkey(name: str) -> dict[str, str]:
    """An nkey as a vector shows it."""
    text = seed(name)
    public = public_key(text)
    return {
        "ed25519_seed_hex": raw(name).hex(),
        "seed": text.decode(),
        "public": public,
        "ed25519_public_hex": base64.b32decode(public)[1:33].hex(),
    }


def exchange(name: str) -> X25519PrivateKey:
    """A fresh X25519 key."""
    return X25519PrivateKey.from_private_bytes(raw(name))


def x25519(name: str) -> dict[str, str]:
    """An X25519 key as a vector shows it."""
    return {"private_hex": raw(name).hex(), "public": public_text(exchange(name))}


def vault_secret(name: str) -> VaultSecret:
    """A vault's secret."""
    return VaultSecret(base64.b64encode(raw(name)))


def text64(data: bytes) -> str:
    """Base64."""
    return base64.b64encode(data).decode()


def bytes_of(size: int) -> bytes:
    """Bytes that anybody can make again: byte i, from 0, is (i * 7 + i // 256) mod 256."""
    return bytes((i * 7 + i // 256) & 255 for i in range(size))
