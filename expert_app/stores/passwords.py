# SPDX-License-Identifier: GPL-3.0-only
"""Passwords that the hub needs elsewhere: in the environment, a 0600 file, or the keyring;
never in settings or logs.

Used by what opens the store, by the deliveries and by what looks whether all are there;
`expert-app hub secret NAME` keeps one in the keyring.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from expert_app.register.kinds import wants_secret
from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import KeyMissing, load_seed, save_seed
from expert_app.runtime.store_settings import RdvSettings
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
            "{setting}."
        )
        if name.startswith(rdv_name("")):
            setting = "secret_folder"
        else:
            setting = "secret_file"
        why = words.format(name=name, variable=variable_of(name), setting=setting)
        raise KeyMissing(name, why) from error


def check_authority(name: str, ca_file: str) -> None:
    """Look whether certificates can be checked against `ca_file`, "" for the system's.

    Args:
        name: under which the secret of the same system is kept.

    Raises:
        KeyMissing: the file cannot be read, or holds no certificate.
    """
    try:
        ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        words = _("The certificate {file} of {name} cannot be read ({why}).")
        why = words.format(file=ca_file, name=name, why=error.strerror or error)
        raise KeyMissing(name, why) from error


def load_rdv_secrets(settings: RdvSettings) -> dict[str, str]:
    """By organisation, the secrets shared with RDV Service Public. Raises `KeyMissing`."""
    return {name: load_secret(rdv_name(name), file) for name, file in _rdv_files(settings).items()}


def load_rdv_client_secret(settings: RdvSettings) -> str:
    """The secret of this hub at RDV Service Public, "" for none. Raises `KeyMissing`, also for an
    authority that cannot be read.
    """
    if not settings.address:
        return ""
    check_authority(RDV_CLIENT, settings.ca_file)
    return load_secret(RDV_CLIENT, settings.secret_file)


def wanted_secrets(settings: HubSettings) -> dict[str, str]:
    """By name, the file of each secret that these settings need; "" for one that is in the
    environment or the keyring.
    """
    wanted = {sms_name(gateway.organisation): gateway.secret_file for gateway in settings.sms} | {
        mail_name(mail.organisation): mail.secret_file for mail in settings.mail if mail.user
    }
    if settings.documents.kind != "folder" and settings.documents.user:
        wanted[DOCUMENTS] = settings.documents.secret_file
    for system in settings.ged:
        if system.kind == "paperless" or system.user:
            wanted[ged_name(system.name)] = system.secret_file
    for register in settings.register:
        if wants_secret(register):
            wanted[register_name(register.organisation)] = register.secret_file
    for provider in settings.sso:
        if provider.client == "confidential":
            wanted[sign_on_name(provider.id)] = provider.secret_file
    if settings.rdv.address:
        wanted[RDV_CLIENT] = settings.rdv.secret_file
    return wanted | {rdv_name(name): file for name, file in _rdv_files(settings.rdv).items()}


def _rdv_files(settings: RdvSettings) -> dict[str, str]:
    if not settings.listen:
        return {}
    folder = settings.secret_folder
    return {name: str(Path(folder) / name) if folder else "" for name in settings.organisations}


def keep_secret(name: str, secret: str) -> None:
    """Keeps it in the keyring. Raises `KeyMissing`: the keyring refuses."""
    save_seed(f"hub.{name}", secret.encode())
