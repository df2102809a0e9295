# SPDX-License-Identifier: GPL-3.0-only
"""How accounts reach the vault of another organisation:
kiosks give it their part of the log, and nothing else.

The import says which account the question comes from, so no kiosk can pass for one of another
account. Used by `session.bus.server.config`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from session.bus.server.permissions import Vaults
from session.protocol.sealing import Part
from session.protocol.wire.roles import Role


class AccountLike(Protocol):
    """What is needed of an account."""

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
        one.organisation
        for one in accounts
        if one.vault and one.organisation != account.organisation
    )
    return Vaults(account.organisation if account.vault else "", others)


def vault_exports(account: AccountLike, accounts: Sequence[AccountLike]) -> str:
    """The block `exports` of an account with a vault."""
    others = [one.organisation for one in accounts if one.organisation != account.organisation]
    if not account.vault or not others:
        return ""
    lines = [
        f'      {{ service: "vin.{other}.{Role.KIOSK}.*.{Part.LOG}", accounts: [ORG_{other}] }}'
        for other in others
    ]
    return "    exports: [\n" + "\n".join(lines) + "\n    ]\n"


def vault_imports(name: str, vaults: Vaults) -> str:
    """Lines of the block `imports` of the account `name`."""
    kiosks = f"{Role.KIOSK}.*.{Part.LOG}"
    lines = [
        f'      {{ service: {{ account: ORG_{other}, subject: "vin.{name}.{kiosks}" }}, to: '
        f'"vto.{other}.{kiosks}" }}\n'
        for other in vaults.others
    ]
    return "".join(lines)
