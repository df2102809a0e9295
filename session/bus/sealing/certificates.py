# SPDX-License-Identifier: GPL-3.0-only
"""Texts that an organisation and its vault sign about sealing, and an end's checks of them.
Used by ends, vault and commands.

The chain: the key that signs the organisation's convention -> the vault's key of some months ->
a desk's certificate of some days -> the fresh key of one conversation. The first is pinned at
the ends (`session.bus.sealing.pinned_keys`).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from session.bus.sealing.box import public_text
from session.bus.transport.nkeys import is_signed, public_key, seed_of, sign
from session.core.errors import SealKeyOld, SealKeyRefused
from session.protocol.hub.seal_keys import DeskCertificate, SealCard, SealKey
from session.protocol.wire.roles import Role

CERTIFIED_FOR = timedelta(days=7)
"""How long a desk works on while its vault is away, and a desk that was sent away could still talk
to kiosks.
"""

RENEW_BEFORE = timedelta(days=6)
"""A certificate that ends sooner than this is renewed."""

SECRET_BYTES = 32


class VaultSecret:
    """The secret half of a `SealKey`: 32 bytes from which its two keys come.

    Args:
        text: base64, as `new_secret` made it. Raises `ValueError` when it is not.
    """

    def __init__(self, text: bytes) -> None:
        seed = base64.b64decode(text.strip(), validate=True)
        if len(seed) != SECRET_BYTES:
            raise ValueError("not the secret of a vault")
        self.exchange = X25519PrivateKey.from_private_bytes(_derived(seed, b"exchange"))
        self.certifier_seed = seed_of(_derived(seed, b"certifier"))

    @property
    def key(self) -> str:
        """The public half of the exchange key."""
        return public_text(self.exchange)

    @property
    def certifier(self) -> str:
        """The public half of the certifier's key."""
        return public_key(self.certifier_seed)


def _derived(seed: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"poste-expert vault 1\n" + purpose).derive(seed)


def key_id(key: str) -> str:
    """A short name of a vault's public key, for files and people."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


# ---- the vault's key, signed by the organisation


def _key_text(organisation: str, key: SealKey) -> bytes:
    lines = (
        "poste-expert seal key 1",
        organisation,
        key.key,
        key.certifier,
        f"{key.first}",
        f"{key.last}",
    )
    return "\n".join(lines).encode()


def sign_seal_key(
    organisation: str, secret: VaultSecret, *, first: date, last: date, signing_seed: bytes
) -> SealKey:
    """The public key of a vault's secret as it stands in the convention."""
    signer = public_key(signing_seed)
    key = SealKey(
        key=secret.key,
        certifier=secret.certifier,
        first=first,
        last=last,
        signer=signer,
        signature="A" * 86 + "==",
    )
    return msgspec.structs.replace(key, signature=sign(signing_seed, _key_text(organisation, key)))


def is_genuine_key(organisation: str, key: SealKey) -> bool:
    """True when the `signer` that it names has signed it for this organisation."""
    return is_signed(key.signer, _key_text(organisation, key), key.signature)


def valid_keys(organisation: str, card: SealCard, signer: str, now: datetime) -> list[SealKey]:
    """The keys of a card that hold now, the newest first.

    Args:
        signer: whose signature they need.

    Raises:
        SealKeyRefused: another organisation's card, or a key that `signer` has not signed.
        SealKeyOld: none of them holds today.
    """
    if card.organisation != organisation:
        raise SealKeyRefused(organisation=organisation, why="organisation")
    for key in card.keys:
        if key.signer != signer:
            raise SealKeyRefused(organisation=organisation, why="signer")
        if not is_genuine_key(organisation, key):
            raise SealKeyRefused(organisation=organisation, why="signature")
    today = now.astimezone(UTC).date()
    valid = [key for key in card.keys if key.first <= today <= key.last]
    if not valid:
        raise SealKeyOld(organisation=organisation)
    return sorted(valid, key=lambda key: key.first, reverse=True)


# ---- a desk's certificate, signed by the vault


def _certificate_text(certificate: DeskCertificate) -> bytes:
    who = (certificate.organisation, certificate.role, certificate.user, certificate.key)
    until = certificate.until_utc.astimezone(UTC).isoformat()
    return "\n".join(("poste-expert desk 1", *who, until, certificate.certifier)).encode()


def certify(
    secret: VaultSecret, organisation: str, *, role: Role, user: str, key: str, now: datetime
) -> DeskCertificate:
    """The vault's word that the holder of the nkey `key` is `user`."""
    certificate = DeskCertificate(
        organisation=organisation,
        role=role.value,
        user=user,
        key=key,
        until_utc=now + CERTIFIED_FOR,
        certifier=secret.certifier,
        signature="A" * 86 + "==",
    )
    signature = sign(secret.certifier_seed, _certificate_text(certificate))
    return msgspec.structs.replace(certificate, signature=signature)


def check_certificate(
    certificate: DeskCertificate,
    organisation: str,
    *,
    user: str,
    keys: Sequence[SealKey],
    now: datetime,
) -> None:
    """Raises `SealKeyRefused` unless this is that agent's certificate by one of the organisation's
    valid `keys`.
    """
    whose = (certificate.organisation, certificate.role, certificate.user)
    if whose != (organisation, Role.AGENT.value, user):
        raise SealKeyRefused(organisation=organisation, why="certificate of somebody else")
    if certificate.certifier not in [key.certifier for key in keys]:
        raise SealKeyRefused(organisation=organisation, why="certificate by an unknown vault")
    if not is_signed(certificate.certifier, _certificate_text(certificate), certificate.signature):
        raise SealKeyRefused(organisation=organisation, why="certificate changed")
    if certificate.until_utc < now:
        raise SealKeyRefused(organisation=organisation, why="certificate too old")


def desk_key_text(session_id: str, key: str) -> bytes:
    """Return what a desk signs with its nkey: the fresh key of one conversation."""
    return f"poste-expert desk key 1\n{session_id}\n{key}".encode()
