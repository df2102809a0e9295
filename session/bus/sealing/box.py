# SPDX-License-Identifier: GPL-3.0-only
"""A box between two ends that share two fresh X25519 keys: seals, opens, refuses what comes twice.
Used by the bus.

X25519 (RFC 7748), HKDF-SHA-256 (RFC 5869), ChaCha20-Poly1305 (RFC 8439). Each direction has a key
of its own and counts its messages from 1; the number is the nonce, so none is ever used twice with
one key, and both are bound as associated data together with what the message is for.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from session.core.errors import SealBroken

SEAL_HEADER = "Seal"
"""`<epoch>.<number>`: which common key, and the sender's number of this message."""

WINDOW = 4096
"""Numbers below the highest one seen that may still come:
several hubs may change the order a little.
"""

EPOCH_LETTERS = 12


def public_text(key: X25519PrivateKey) -> str:
    """The public half, base64."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def shared(mine: X25519PrivateKey, theirs: str) -> bytes:
    """Return what both ends compute. Raises `SealBroken` for a key that is none,
    or that gives zeros (RFC 7748, 6.1).
    """
    key = public_key_of(theirs)
    try:
        return mine.exchange(key)
    except ValueError as error:
        raise SealBroken(why="key") from error


def public_key_of(text: str) -> X25519PublicKey:
    """Return the key of which this is the base64. Raises `SealBroken` for a text that is none."""
    try:
        return X25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise SealBroken(why="key") from error


class Window:
    """Which numbers of one direction have come already."""

    def __init__(self) -> None:
        self._highest = 0
        self._seen = 0

    def check(self, number: int) -> None:
        """Raises `SealBroken` for a number that came already, or that is too far behind to know."""
        behind = self._highest - number
        if number < 1 or behind >= WINDOW or (behind >= 0 and self._seen >> behind & 1):
            raise SealBroken(why="twice")

    def note(self, number: int) -> None:
        """It came, and was genuine."""
        ahead = number - self._highest
        if ahead > 0:  # the sender chooses how far
            if ahead < WINDOW:
                before = self._seen << ahead
            else:
                before = 0
            self._seen = (before | 1) & ((1 << WINDOW) - 1)
            self._highest = number
        else:
            self._seen |= 1 << -ahead


@dataclass(frozen=True)
class Stamp:
    """The header `Seal`."""

    epoch: str
    number: int

    @classmethod
    def read(cls, header: str) -> Stamp:
        """Raises `SealBroken` when it is none."""
        epoch, dot, number = header.partition(".")
        if not dot or len(epoch) != EPOCH_LETTERS or not number.isdecimal() or len(number) > 18:
            raise SealBroken(why="stamp")
        return cls(epoch, int(number))

    def __str__(self) -> str:
        return f"{self.epoch}.{self.number}"


class SealBox:
    """One end of a common key.

    Args:
        secret: what the key agreement gave.
        keys: the public keys it came from, in an order that both ends know.
        purpose: what this key is for; two purposes never have the same key.
        opens_first: True for the end that began (a desk that asks a kiosk, a client of the vault).
        used: numbers that are taken already.
    """

    def __init__(
        self, secret: bytes, keys: str, *, purpose: str, opens_first: bool, used: int = 0
    ) -> None:
        salt = hashlib.sha256(keys.encode()).digest()
        key_material = HKDF(SHA256(), 64, salt, b"poste-expert seal 1\n" + purpose.encode()).derive(
            secret
        )
        forth, back = ChaCha20Poly1305(key_material[:32]), ChaCha20Poly1305(key_material[32:])
        self.epoch = hashlib.sha256(salt + purpose.encode()).hexdigest()[:EPOCH_LETTERS]
        self._outgoing, self._incoming = (forth, back) if opens_first else (back, forth)
        self._number = used
        self._window = Window()

    def seal(self, subject: str, payload: bytes, number: int = 0) -> tuple[Stamp, bytes]:
        """Closes `payload` for `subject`.

        Args:
            number: of the question that this answers, where each has exactly one answer;
                0 counts on.
        """
        if not number:
            self._number += 1
            number = self._number
        stamp = Stamp(self.epoch, number)
        return stamp, self._outgoing.encrypt(_nonce(number), payload, _bound(subject, stamp))

    def open(self, subject: str, stamp: Stamp, sealed: bytes) -> bytes:
        """Return what the other end closed for `subject`.
        Raises `SealBroken`: changed, for something else, or twice.
        """
        self._window.check(stamp.number)
        try:
            payload = self._incoming.decrypt(_nonce(stamp.number), sealed, _bound(subject, stamp))
        except InvalidTag as error:
            raise SealBroken(why="changed") from error
        self._window.note(stamp.number)
        return payload


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _bound(subject: str, stamp: Stamp) -> bytes:
    return f"{subject}\n{stamp}".encode()
