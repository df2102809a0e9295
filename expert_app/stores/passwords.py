# SPDX-License-Identifier: GPL-3.0-only
"""Passwords that the hub needs elsewhere: in the environment, a 0600 file, or the keyring;
never in settings or logs.

Used by what opens the store and by the deliveries;
`expert-app hub secret NAME` keeps one in the keyring.
"""

from __future__ import annotations

from pathlib import Path

from expert_app.runtime.credentials import KeyMissing, load_seed, save_seed
from resources.texts import _

DOCUMENTS = "documents"

RDV_CLIENT = "rdv_client"
"""Under which name the secret of this hub as a client of RDV Service Public is kept."""


def ged_name(name: str) -> str:
    """Under which name the secret of this GED is kept."""
    return f"ged.{name}"


def register_name(organisation: str) -> str:
    """Under which name the secret of an organisation's register is kept."""
    return f"register.{organisation}"


def mail_name(organisation: str) -> str:
    """Under which name the password of an organisation's mail server is kept."""
    return f"mail.{organisation}"


def sms_name(organisation: str) -> str:
    """Under which name the token of an organisation's SMS gateway is kept."""
    return f"sms.{organisation}"


def rdv_name(organisation: str) -> str:
    """Under which name the secret shared with RDV Service Public is kept."""
    return f"rdv.{organisation}"


def sign_on_name(provider: str) -> str:
    """Under which name the secret of a provider of sign-ons is kept."""
    return f"sso.{provider}"


def variable_of(name: str) -> str:
    """The variable of the environment that may hold it:
    POSTE_EXPERT_SECRET_GED_ARCHIVE for "ged.archive".
    """
    return (
        "POSTE_EXPERT_SECRET_"
        + "".join(letter if letter.isalnum() else "_" for letter in name).upper()
    )


def load_secret(name: str, secret_file: str) -> str:
    """The secret kept under `name`.

    Raises:
        KeyMissing: there is none, or others can read its file.
    """
    try:
        seed = load_seed(
            f"hub.{name}",
            Path(secret_file) if secret_file else None,
            given_variable=variable_of(name),
        )
        return seed.decode().strip()
    except KeyMissing as error:
        if secret_file:
            raise
        words = _(
            "No secret for “{name}”: run `expert-app hub secret {name}`, or set {variable} or a "
            "secret_file."
        )
        raise KeyMissing(name, words.format(name=name, variable=variable_of(name))) from error


def keep_secret(name: str, secret: str) -> None:
    """Keeps it in the keyring. Raises `KeyMissing`: the keyring refuses."""
    save_seed(f"hub.{name}", secret.encode())
