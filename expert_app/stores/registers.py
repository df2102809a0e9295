# SPDX-License-Identifier: GPL-3.0-only
"""Opens the registers that the hub's settings name. Used by hub, vault and `hub register-test`."""

from __future__ import annotations

from expert_app.register.kinds import make_lookup, wants_secret
from expert_app.register.lookup import OpenRegisters, RegisterLookup
from expert_app.runtime.config import HubSettings
from expert_app.runtime.store_settings import RegisterSettings
from expert_app.stores.passwords import check_authority, load_secret, register_name
from session.core.clock import Clock


def open_lookup(settings: RegisterSettings, clock: Clock) -> RegisterLookup:
    """One of them; nothing is asked of it yet.

    Raises:
        KeyMissing: its secret, or the certificate of its authority, is not there.
    """
    name = register_name(settings.organisation)
    if wants_secret(settings):
        secret = load_secret(name, settings.secret_file)
    else:
        secret = ""
    check_authority(name, settings.ca_file)
    return make_lookup(settings, secret, clock)


def open_registers(settings: HubSettings, clock: Clock) -> OpenRegisters:
    """All of them; a vault has only its own organisation's. Raises `KeyMissing`."""
    if settings.serve:
        organisation = settings.organisation
    else:
        organisation = ""
    registers = [
        register for register in settings.register if organisation in ("", register.organisation)
    ]
    return OpenRegisters([open_lookup(register, clock) for register in registers])
