# SPDX-License-Identifier: GPL-3.0-only
"""The statements that an organisation signs so that its conversations can be sealed:
its keys, and its desks. Used by every end.

A card is what an end gets of the hub and believes only by its signatures
(`session.bus.sealing.certificates`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from session.core.field_types import UtcTime, whole
from session.protocol.wire.ids import Id

ExchangeKey = Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9+/]{43}="))]
"""A public X25519 key (RFC 7748): 32 bytes, base64."""

NKey = Annotated[str, msgspec.Meta(pattern=whole(r"U[A-Z2-7]{55}"))]
Signature = Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9+/]{86}=="))]
"""Ed25519 (RFC 8032), base64."""

MOST_KEYS = 4
"""Keys of one organisation at once: two while one follows the other, and room for a mistake."""


class SealKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key of an organisation's vault, valid from `first` to `last`, both included (UTC).

    Attributes:
        key: what is sealed for the vault.
        certifier: whose signature makes a desk one of the organisation's.
        signer: the key that signs the organisation's convention, and this.
        signature: by it.
    """

    key: ExchangeKey
    certifier: NKey
    first: date
    last: date
    signer: NKey
    signature: Signature


class SealCard(msgspec.Struct, frozen=True, kw_only=True):
    """The statement that an organisation seals its conversations, and for whom."""

    organisation: Id
    keys: Annotated[list[SealKey], msgspec.Meta(min_length=1, max_length=MOST_KEYS)]


class DeskCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """The vault's word that the holder of `key` is this person of the organisation, until
    `until_utc`.
    """

    organisation: Id
    role: Annotated[str, msgspec.Meta(pattern=whole("[a-z]"))]
    user: Id
    key: NKey
    until_utc: UtcTime
    certifier: NKey
    signature: Signature
