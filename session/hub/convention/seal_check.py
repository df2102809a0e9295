# SPDX-License-Identifier: GPL-3.0-only
"""Checks what a schema cannot: signatures of sealing keys, and what needs a vault.
Used by the checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from session.bus.sealing.certificates import is_genuine_key
from session.bus.transport.nkeys import is_public_key
from session.hub.convention.entries import OrganisationEntry
from session.hub.convention.problems import Problem

SOON_DAYS = 30
"""So long before its end a key without a successor is told."""


def check_seal(entry: OrganisationEntry, place: str) -> Iterator[Problem]:
    """Vault and keys of one organisation."""
    if entry.vaults and not entry.seal_keys:
        yield Problem("vault_without_key", f"{place}.vaults")
    if entry.seal_keys and not entry.vaults:
        yield Problem("key_without_vault", f"{place}.seal_keys")
    for vault in entry.vaults:
        if vault.key and not is_public_key(vault.key):
            yield Problem("not_a_key", f"{place}.vaults.{vault.id}", {"key": vault.key})
    for index, key in enumerate(entry.seal_keys):
        here = f"{place}.seal_keys.{index + 1}"
        if key.last < key.first:
            yield Problem("days_backwards", here, {"first": f"{key.first}", "last": f"{key.last}"})
        if key.signer != entry.seal_keys[0].signer:
            yield Problem("seal_key_of_two", here)
        if not is_genuine_key(entry.id, key):
            yield Problem("seal_key_unsigned", here, {"key": key.signer})


def expired_keys(entry: OrganisationEntry, now: datetime) -> Iterator[Problem]:
    """Advice: no key holds today, or none will in a month."""
    today = now.astimezone(UTC).date()
    last = max((key.last for key in entry.seal_keys if key.first <= today), default=None)
    if last is not None and (last - today).days < SOON_DAYS:
        yield Problem(
            "seal_key_ends", f"organisations.{entry.id}.seal_keys", {"day": f"{last}"}, advice=True
        )


def out_of_reach(organisations: Sequence[OrganisationEntry]) -> Iterator[Problem]:
    """Advice: an organisation with a vault says that it takes callers of another network, which no
    hub allows.
    """
    elsewhere = {entry.id for entry in organisations if entry.network}
    for entry in organisations:
        if entry.vaults and not entry.network:
            for name in [sender for sender in entry.transfers_from if sender in elsewhere]:
                place = f"organisations.{entry.id}.transfers_from"
                yield Problem("vault_out_of_reach", place, {"organisation": name}, advice=True)
