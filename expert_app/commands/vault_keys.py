# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub seal-key` and `hub admit`: the keys that an organisation's vault works with.
No Qt.
"""

from __future__ import annotations

import base64
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from expert_app.commands.hub.context import HubContext, VaultContext, hub_command
from expert_app.commands.setup.invitations import NamedIdentity
from expert_app.hub.convention_commands import signing_name
from expert_app.runtime.command_line import Argument
from expert_app.runtime.credentials import KeyMissing, load_seed, save_seed
from expert_app.stores.identities import open_book
from expert_app.vault.own_part import secret_name
from resources.texts import _
from session.bus.sealing.certificates import SECRET_BYTES, VaultSecret, sign_seal_key
from session.bus.transport.nkeys import is_public_key
from session.core.errors import BusRefusedIdentity
from session.hub.access.identities import Identity
from session.protocol.wire.ids import is_id

SEAL_DAYS = 365
"""Validity of a vault's key unless its administrator says otherwise."""


@hub_command(act="seal-key")
def seal_key(
    _hub: HubContext,
    *,
    org: Annotated[str, Argument(metavar="ORGANISATION")],
    first: Annotated[str, Argument("first day, today by default", "DATE")] = "",
    days: Annotated[int, Argument("how long it is valid")] = SEAL_DAYS,
    seed_file: Annotated[
        Path | None, Argument("the organisation's signing key, if in no keyring")
    ] = None,
    secret_file: Annotated[Path | None, Argument("keep the secret in this file (0600)")] = None,
) -> int:
    """Make a secret, keep it, and print its public half, signed, for the convention."""
    try:
        first_day = date.fromisoformat(first) if first else datetime.now(UTC).date()
    except ValueError:
        print(_("A date is written like 2030-12-24."))
        return 2
    if not is_id(org) or not 1 <= days <= 3650:
        print(_("A key is for an organisation of the convention, and for 1 to 3650 days."))
        return 2
    if secret_file is not None and secret_file.exists():
        print(_("{file} exists already.").format(file=secret_file))
        return 1
    text = base64.b64encode(os.urandom(SECRET_BYTES))
    secret = VaultSecret(text)
    try:
        seed = load_seed(signing_name(org), seed_file)
        last = first_day + timedelta(days=days - 1)
        key = sign_seal_key(org, secret, first=first_day, last=last, signing_seed=seed)
        save_seed(secret_name(org, key.key), text, secret_file)
    except (KeyMissing, BusRefusedIdentity) as error:
        print(getattr(error, "why", "") or _("This is no signing key."))
        return 1
    print("[[seal_keys]]\n" + msgspec.toml.encode(key).decode(), end="")
    return 0


@hub_command(act="admit")
def admit(
    vault: VaultContext,
    named_identity: NamedIdentity,
    *,
    key: Annotated[str, Argument("as expert-app doctor says it there; - removes", "KEY")],
) -> int:
    """Lets a desk's key into the vault of this machine, or ("-") all keys of this person out;
    the exit code.

    Only where the settings are that vault's:
    a key that is taken away from another folder would still be let in.
    """
    if vault.settings.organisation != named_identity.organisation:
        words = _(
            "No vault of {organisation} is set up in {file}: say where it is with --folder or "
            "--settings."
        )
        print(words.format(organisation=named_identity.organisation, file=vault.paths.config))
        return 2
    if not (is_id(named_identity.organisation) and is_id(named_identity.name)):
        print(_("Say who is meant with --name."))
        return 2
    identity = Identity(named_identity.organisation, named_identity.role, named_identity.name)
    book, now = open_book(vault.paths), datetime.now(UTC)
    if key == "-":
        book.revoke(identity, "", now)
        print(_("The vault knows {user} no more.").format(user=named_identity.name))
        return 0
    if not is_public_key(key):
        print(_("“{key}” is not a public key.").format(key=key))
        return 2
    book.admit(identity, key, now)
    print(_("The vault knows {user} by this key from now on.").format(user=named_identity.name))
    return 0
