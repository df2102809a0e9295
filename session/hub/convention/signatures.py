# SPDX-License-Identifier: GPL-3.0-only
"""Signatures of a convention's parts: Ed25519 by nkeys, detached, in a text file beside the part.
Used by hub and sign.

``` poste-expert signature 1 key UABC... signature <base64> ``` What is signed is `DOMAIN`, the
part's name without ending, a line feed, and the file's bytes as they are.
"""

from __future__ import annotations

from session.bus.transport.nkeys import is_signed, public_key, sign

HEAD = "poste-expert signature 1"
DOMAIN = b"poste-expert convention 1\n"
ENDING = ".sig"


def signed_text(name: str, text: bytes) -> bytes:
    """Return the text that a signature of the part `name` ("caf") covers."""
    return DOMAIN + name.encode() + b"\n" + text


def signature_file(name: str, text: bytes, seed: bytes) -> str:
    """The content of the file beside the part. Raises `BusRefusedIdentity` when `seed` is none."""
    return f"{HEAD}\nkey {public_key(seed)}\nsignature {sign(seed, signed_text(name, text))}\n"


def signer(signature: bytes) -> str:
    """The public key that a signature file names, "" when it is no such file."""
    return _read(signature)[0]


def is_genuine(name: str, text: bytes, signature: bytes, key: str) -> bool:
    """True when the holder of `key` signed exactly this text as the part `name`. Never raises."""
    named, signed = _read(signature)
    return bool(key) and named == key and is_signed(key, signed_text(name, text), signed)


def _read(signature: bytes) -> tuple[str, str]:
    """(key, signature) of a signature file, two empty ones when it is none."""
    lines = signature.decode("ascii", "replace").split("\n")
    if len(lines) != 4 or lines[0] != HEAD or lines[3] or not lines[1].startswith("key "):
        return "", ""
    if not lines[2].startswith("signature "):
        return "", ""
    return lines[1].removeprefix("key "), lines[2].removeprefix("signature ")
