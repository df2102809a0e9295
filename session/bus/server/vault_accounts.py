# SPDX-License-Identifier: GPL-3.0-only
"""The way of accounts to the vault of another organisation:
kiosks give it their part of the log, and nothing else.

The import says which account the question comes from, so no kiosk can pass for one of another
account. These are services: a vault elsewhere never learns a kiosk's inbox, where it could
answer for the hub. Used by `session.bus.server.config`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from session.bus.server.permissions import Vaults
from session.protocol.sealing import Part
from session.protocol.wire.roles import Role


class AccountLike(Protocol):
    """The fields that are needed of an account."""

    @property
    def organisation(self) -> str:
        """Its organisation."""
        ...

    @property
    def vault(self) -> bool:
        """It has a vault."""
        ...


def vaults_of(account: AccountLike, accounts: Sequence[AccountLike]) -> Vaults:
    """The vaults as this account sees them."""
    others = tuple(
        other.organisation
        for other in accounts
        if other.vault and other.organisation != account.organisation
    )
    return Vaults(account.organisation if account.vault else "", others)


def vault_exports(account: AccountLike, accounts: Sequence[AccountLike]) -> list[str]:
    """Lines of the block `exports` of an account with a vault."""
    others = [
        other.organisation for other in accounts if other.organisation != account.organisation
    ]
    return [
        f'{{ service: "vin.{other}.{Role.KIOSK}.*.{Part.LOG}", accounts: [ORG_{other}] }}'
        for other in others
        if account.vault
    ]


def vault_imports(name: str, vaults: Vaults) -> list[str]:
    """Lines of the block `imports` of the account `name`."""
    kiosks = f"{Role.KIOSK}.*.{Part.LOG}"
    return [
        f'{{ service: {{ account: ORG_{other}, subject: "vin.{name}.{kiosks}" }}, to: '
        f'"vto.{other}.{kiosks}" }}'
        for other in vaults.others
    ]
