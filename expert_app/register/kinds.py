# SPDX-License-Identifier: GPL-3.0-only
"""The registers that the hub's settings name; only the kinds in use are loaded."""

from __future__ import annotations

from expert_app.register.lookup import RegisterLookup
from expert_app.register.source import RegisterSource
from expert_app.runtime.store_settings import RegisterSettings
from session.core.clock import Clock


def make_source(settings: RegisterSettings, secret: str) -> RegisterSource | None:
    """The way to a register; None where dossiers are only imported.

    Args:
        secret: token or password; "" where none is needed.
    """
    if settings.kind == "rest":
        from expert_app.register.rest import RestRegister

        return RestRegister(settings, secret)
    if settings.kind == "cmis":
        from expert_app.register.cmis import CmisRegister

        return CmisRegister(settings, secret)
    return None


def wants_secret(settings: RegisterSettings) -> bool:
    """It does not answer without a secret."""
    if settings.kind == "rest":
        return bool(settings.secret_header)
    return settings.kind == "cmis" and bool(settings.user)


def make_lookup(settings: RegisterSettings, secret: str, clock: Clock) -> RegisterLookup:
    """Nothing is asked of it yet."""
    return RegisterLookup(settings, make_source(settings, secret), clock=clock)
