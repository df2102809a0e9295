# SPDX-License-Identifier: GPL-3.0-only
"""Opens the registers that the hub's settings name. Used by hub, vault and `hub register-test`."""

from __future__ import annotations

from expert_app.register.kinds import make_lookup, wants_secret
from expert_app.register.lookup import OpenRegisters, RegisterLookup
from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import KeyMissing
from expert_app.runtime.store_settings import RegisterSettings
from expert_app.stores.passwords import load_secret, register_name
from resources.texts import _
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
    try:
        return make_lookup(settings, secret, clock)
    except OSError as error:
        words = _("The certificate {file} of a register cannot be read ({why}).")
        why = words.format(file=settings.ca_file, why=error.strerror or error)
        raise KeyMissing(name, why) from error


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
