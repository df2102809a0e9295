# SPDX-License-Identifier: GPL-3.0-only
"""The key (nkey seed, Ed25519) of this installation:
in the system's keyring, or for a headless kiosk in a 0600 file.

A program started by another program of ours may be given its key in the environment, which ends
with it.
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
from pathlib import Path

import keyring
import keyring.errors
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from resources.texts import _

SERVICE = "poste-expert"
SEED_VARIABLE = "POSTE_EXPERT_SEED"


class KeyMissing(Exception):
    """No key for `name`: this installation was not enrolled, or the keyring is locked.
    `why` is a sentence.
    """

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why


class KeyringUnusable(KeyMissing):
    """This computer has no keyring, or it stays locked."""


def key_name(organisation: str, role: str, user: str) -> str:
    """The name under which a key is kept."""
    return f"{organisation}.{role}.{user}"


def load_seed(
    name: str, key_file: Path | None = None, *, given_variable: str = SEED_VARIABLE
) -> bytes:
    """The seed kept under `name`.

    Args:
        given_variable: of the environment, where a program of ours may have put it; "" for none.

    Raises:
        KeyMissing: there is none, or the place where it is kept cannot be read.
    """
    given = os.environ.get(given_variable) if given_variable else None
    if given:
        return given.encode()
    if key_file is not None:
        return _from_file(name, key_file)
    try:
        seed = keyring.get_password(SERVICE, name)
    except keyring.errors.KeyringError as error:
        raise KeyringUnusable(name, _no_keyring(error)) from error
    if not seed:
        raise KeyMissing(name, _("This installation has no key yet: run `expert-app enrol`."))
    return seed.encode()


def _no_keyring(error: keyring.errors.KeyringError) -> str:
    return _(
        "The system's keyring cannot be used ({error}). Open a desktop session whose keyring is "
        "unlocked (GNOME Keyring, KWallet), or start the desk: it offers a file with a passphrase. "
        "A kiosk, a display, a vault and a hub can keep theirs in a file (--key-file, key_file)."
    ).format(error=type(error).__name__)


def _from_file(name: str, key_file: Path) -> bytes:
    try:
        mode = key_file.stat().st_mode
        if os.name == "posix" and mode & 0o077:
            raise KeyMissing(
                name, _("Others can read {file}: run chmod 600 on it.").format(file=key_file)
            )
        return key_file.read_bytes().strip()
    except OSError as error:
        raise KeyMissing(
            name, _("{file} cannot be read: {why}.").format(file=key_file, why=error.strerror)
        ) from error


def save_seed(name: str, seed: bytes, key_file: Path | None = None) -> None:
    """Keeps `seed` under `name`. Raises `KeyMissing` when the keyring refuses it."""
    if key_file is not None:
        descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(seed + b"\n")
        return
    try:
        keyring.set_password(SERVICE, name, seed.decode())
    except keyring.errors.KeyringError as error:
        raise KeyringUnusable(name, _no_keyring(error)) from error


def forget_seed(name: str) -> None:
    """Removes the seed kept under `name` from the keyring; nothing happens when there is none."""
    with contextlib.suppress(keyring.errors.KeyringError):
        keyring.delete_password(SERVICE, name)


def outbox_key(name: str, seed: bytes) -> bytes:
    """The 32 bytes that encrypt an installation's outbox:
    its own entry in the keyring, made at the first call.

    Not the seed itself: a new enrolment brings a new seed, and what waits must still be read.
    A seed that was given in the environment has no keyring beside it; then the key follows from the
    seed.

    Raises:
        KeyMissing: the keyring refuses.
    """
    if os.environ.get(SEED_VARIABLE):
        return HKDF(hashes.SHA256(), 32, None, b"poste-expert outbox").derive(seed)
    entry = f"{name}.outbox"
    try:
        return base64.b64decode(load_seed(entry), validate=True)
    except KeyMissing:
        key = secrets.token_bytes(32)
        save_seed(entry, base64.b64encode(key))
        return base64.b64decode(load_seed(entry), validate=True)
