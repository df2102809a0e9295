# SPDX-License-Identifier: GPL-3.0-only
"""The key with which a hub or a vault signs its backups, and how a restore knows it.
Used by backup and restore.

The key is a file of the hub's folder and is in no backup: who can write to the backups alone can
forge none. A new machine is told the signer by a person, in the short form that each backup prints.
"""

from __future__ import annotations

from expert_app.runtime.credentials import load_seed, save_seed
from expert_app.runtime.notary import raw_key
from expert_app.runtime.paths import Paths
from session.bus.transport.nkeys import new_seed, public_key
from session.core.spoken_letters import in_groups, tidy_code
from session.protocol.hub.invitation import fingerprint_of

KEY_FILE = "backup.key"


class BackupOfStranger(Exception):
    """The signature is right, but not of the one who is trusted here.
    `signer`: in its short form; `wanted`: who was named, "" when nobody was.
    """

    def __init__(self, signer: str, wanted: str) -> None:
        super().__init__(signer)
        self.signer = signer
        self.wanted = wanted


def backup_seed(paths: Paths) -> bytes:
    """The key of this folder, made at the first backup.

    Raises:
        KeyMissing: it is there and cannot be read, or others can read it.
    """
    file = paths.data / KEY_FILE
    if not file.exists():
        paths.data.mkdir(parents=True, exist_ok=True)
        save_seed(KEY_FILE, new_seed(), file)
    return load_seed(KEY_FILE, file, given_variable="")


def short_form(signer: str) -> str:
    """A public key for people: 140 bits of its SHA-256 in groups of letters, as invitations have
    them of an authority.
    """
    return in_groups(fingerprint_of(raw_key(signer)))


def own_signer(paths: Paths) -> str:
    """The short form of this folder's own key. Raises `KeyMissing`."""
    return short_form(public_key(backup_seed(paths)))


def check_named(signer: str, wanted: str) -> None:
    """Compares a backup's signer with the short form that a person typed.
    Raises `BackupOfStranger`.
    """
    if tidy_code(wanted) != tidy_code(short_form(signer)):
        raise BackupOfStranger(short_form(signer), wanted)


def check_signer(signer: str, wanted: str, paths: Paths) -> None:
    """Compares a backup's signer with the one that a person named, else with this folder's own key.

    Args:
        wanted: the short form as it was typed, "" when nobody was named.

    Raises:
        BackupOfStranger: it is another one. KeyMissing: see `backup_seed`.
    """
    if wanted:
        check_named(signer, wanted)
    elif not (paths.data / KEY_FILE).exists() or public_key(backup_seed(paths)) != signer:
        raise BackupOfStranger(short_form(signer), "")
