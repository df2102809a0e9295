# SPDX-License-Identifier: GPL-3.0-only
"""The key (nkey seed, Ed25519) of this installation:
in the system's keyring, or for a headless kiosk in a 0600 file.

A program started by another program of ours may be given its key in the environment, which ends
with it. The library `keyring`, 5 MB with all that it brings, is loaded when a keyring is asked.
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from expert_app.runtime.config import DeskSettings
from resources.texts import _
from resources.this_machine import enrol_command
from session.protocol.wire.roles import Role

SERVICE = "poste-expert"
SEED_VARIABLE = "POSTE_EXPERT_SEED"

LATE_S, AGAIN_S = 15.0, 0.2
"""Longest wait for a keyring that is there and late, and between two tries."""


class KeyMissing(Exception):
    """No key for `name`: this installation was not enrolled, or the keyring is locked.
    `why` is a sentence.
    """

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why


def no_key_yet(name: str) -> KeyMissing:
    """Return the refusal of who was never enrolled, with what is typed on this machine."""
    words = _("This installation has no key yet: run `{command}` with the line of its invitation.")
    command = enrol_command(is_kiosk=_is_kiosk(name))
    return KeyMissing(name, words.format(command=command))


def _is_kiosk(name: str) -> bool:
    return name.split(".")[1:2] == [Role.KIOSK]


class KeyringUnusable(KeyMissing):
    """This computer has no keyring, or it stays locked."""


def key_name(organisation: str, role: str, user: str) -> str:
    """The name under which a key is kept."""
    return f"{organisation}.{role}.{user}"


def key_name_of(settings: DeskSettings) -> str:
    """The name under which the key of the person at this desk is kept."""
    return key_name(settings.organisation, settings.bus_role, settings.user)


def load_seed(
    name: str, key_file: Path | None = None, *, given_variable: str = SEED_VARIABLE
) -> bytes:
    """The seed kept under `name`.

    Args:
        given_variable: of the environment, where a program of ours may have put it; "" for none.

    Raises:
        KeyMissing: there is none, or the place where it is kept cannot be read.
    """
    if given_variable:
        seed_text = os.environ.get(given_variable)
    else:
        seed_text = None
    if seed_text:
        return seed_text.encode()
    if key_file is not None:
        return _from_file(name, key_file)
    seed: str | None = _asked(name, lambda keyring: keyring.get_password(SERVICE, name))
    if not seed:
        raise no_key_yet(name)
    return seed.encode()


def _asked[Answer](name: str, ask: Callable[[ModuleType], Answer]) -> Answer:
    """Return the keyring's answer. Raises `KeyringUnusable`."""
    import keyring.errors

    _await_keyring()
    try:
        return ask(keyring)
    except (keyring.errors.KeyringError, TimeoutError) as error:
        raise KeyringUnusable(name, _no_keyring(error)) from error


def has_keyring() -> bool:
    """False on a computer without any keyring. Nobody is asked for a password."""
    import keyring
    from keyring.backends import fail

    _await_keyring()
    return not isinstance(keyring.get_keyring(), fail.Keyring)


def _await_keyring() -> None:
    """Returns once a desktop's keyring answers, or where there is none.

    The library `keyring` gives the session's bus one second, and looks for a keyring once in the
    life of a program: on a computer that is busy, as right after a login, it would find none.
    """
    import keyring
    from keyring.backends import SecretService, fail

    until_s = time.monotonic() + LATE_S
    while time.monotonic() < until_s:
        try:
            _ = SecretService.Keyring.priority  # asks the bus; no answer in time is a TimeoutError
        except TimeoutError:
            time.sleep(AGAIN_S)
        except RuntimeError:
            return  # no keyring of this kind
        else:
            if isinstance(keyring.get_keyring(), fail.Keyring):
                keyring_class: Callable[[], Any] = (
                    SecretService.Keyring
                )  # keyring leaves it untyped
                keyring.set_keyring(keyring_class())
            return


def _no_keyring(error: Exception) -> str:
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
        if isinstance(error, FileNotFoundError) and _is_kiosk(name):
            raise no_key_yet(name) from error
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
    _asked(name, lambda keyring: keyring.set_password(SERVICE, name, seed.decode()))


def forget_seed(name: str) -> None:
    """Removes the seed kept under `name` from the keyring; nothing happens when there is none."""
    import keyring.errors

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
