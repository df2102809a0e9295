# SPDX-License-Identifier: GPL-3.0-only
"""Keys and passwords of a hub: `expert-app hub secret`, `make-key`, `link`. Used by `__main__`."""

from __future__ import annotations

from getpass import getpass
from pathlib import Path
from typing import Annotated

from expert_app.commands.hub.context import HubContext, KeyFile, hub_command
from expert_app.hub.bus_config import link_key_name
from expert_app.runtime.command_line import Argument
from expert_app.runtime.credentials import KeyMissing, load_seed, save_seed
from expert_app.stores.jetstream import HUB_KEY
from expert_app.stores.operator_acts import note_act
from expert_app.stores.passwords import DOCUMENTS, keep_secret, wanted_secrets
from resources.texts import _
from session.bus.transport.nkeys import new_seed, public_key
from session.protocol.wire.ids import is_id


@hub_command(act="secret")
def secret(
    hub: HubContext,
    secret_name: Annotated[
        str, Argument("documents, ged.NAME, register.ORGANISATION… as in the settings", "NAME")
    ],
) -> int:
    """Ask for a password that the settings use, and keep it in the keyring."""
    settings, name = hub.settings, secret_name
    known_names = sorted({DOCUMENTS, *wanted_secrets(settings)})
    if name not in known_names:
        words = _("{name} is none of these: {known}.")
        print(words.format(name=name, known=", ".join(known_names)))
        return 2
    question = _("Secret of {name} (nothing is shown): ").format(name=name)
    try:
        keep_secret(name, getpass(question).strip())
    except KeyMissing as error:
        print(error.why)
        print(_("Or keep it in a file (0600), and name that in the settings: secret_file."))
        return 1
    print(_("Kept in the system's keyring."))
    return 0


@hub_command()
def make_key(hub: HubContext, *, key_file: KeyFile = None) -> int:
    """Print the public half of the hub's key, which is made once."""
    return _print_key(hub, "make-key", HUB_KEY, key_file=key_file)


@hub_command()
def link(
    hub: HubContext,
    *,
    partner: Annotated[str, Argument("the partner's name", "NETWORK")],
    key_file: KeyFile = None,
) -> int:
    """Print the public half of our key for a partner's network, which is made once."""
    if not is_id(partner):
        print(_("Organisation and user may have letters, digits, _ and -, at most 40."))
        return 2
    return _print_key(hub, "link", link_key_name(partner), key_file=key_file)


def _print_key(hub: HubContext, act: str, name: str, *, key_file: Path | None) -> int:
    """Print the public half of a key, which is made when there is none, and only then an act; the
    exit code.
    """
    try:
        seed = load_seed(name, key_file)
    except KeyMissing:
        seed = new_seed()
        try:
            save_seed(name, seed, key_file)
        except (KeyMissing, OSError) as error:
            print(error.why if isinstance(error, KeyMissing) else error)
            return 1
        note_act(hub.paths, act)
    print(public_key(seed))
    return 0
