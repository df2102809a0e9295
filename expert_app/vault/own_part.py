# SPDX-License-Identifier: GPL-3.0-only
"""The facts that a vault knows of its own organisation:
its part of the convention, as it lies on the vault's own disk. No Qt.

The vault reads the file that the organisation has signed, not what the hub says:
people, their keys, how long logs are kept, and the public halves of its secrets.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date
from pathlib import Path

from expert_app.runtime.credentials import KeyMissing, load_seed
from session.bus.sealing.certificates import VaultSecret, is_genuine_key, key_id
from session.core.clock import Clock
from session.core.errors import SealKeyOld
from session.hub.access.identities import IdentityBook
from session.hub.convention.catalogue import WholeFile
from session.hub.convention.entries import ROLES, OrganisationEntry
from session.hub.convention.files import ConventionPart, read_files
from session.hub.convention.problems import CatalogueWrong, Problem
from session.hub.convention.signatures import is_genuine
from session.hub.convention.toml_decoding import decode
from session.protocol.hub.seal_keys import SealKey
from session.protocol.wire.roles import Role


def secret_name(organisation: str, key: str) -> str:
    """Under which name the keyring has the secret of a sealing key."""
    return f"{organisation}.seal.{key_id(key)}"


def read_own_part(path: Path, organisation: str, signer: str) -> OrganisationEntry:
    """The organisation's entry of a convention: its own file, a folder, or one file with all.

    Args:
        signer: whose signature the file needs; "" for none.

    Raises:
        CatalogueWrong: it is not there, cannot be read, or is not signed by `signer`.
    """
    files = read_files(path)
    part = files.parts.get(organisation)
    if part is not None:
        _verify(part, signer)
        entry = decode(part.text, OrganisationEntry, part.file)
    else:
        part = next(iter(files.parts.values()))
        if signer or not files.whole:
            raise CatalogueWrong(
                [Problem("part_missing", path.name, {"file": f"{organisation}.toml"})]
            )
        convention = decode(part.text, WholeFile, part.file)
        entries = [
            candidate for candidate in convention.organisations if candidate.id == organisation
        ]
        if not entries:
            raise CatalogueWrong(
                [Problem("unknown_organisation", part.file, {"organisation": organisation})]
            )
        entry = entries[0]
    _check(entry, part.file, organisation, signer)
    return entry


def _verify(part: ConventionPart, signer: str) -> None:
    if signer and not is_genuine(part.name, part.text, part.signature, signer):
        if part.signature:
            code = "signature_wrong"
        else:
            code = "unsigned"
        raise CatalogueWrong([Problem(code, part.file, {"key": signer})])


def _check(entry: OrganisationEntry, file: str, organisation: str, signer: str) -> None:
    if entry.id != organisation:
        raise CatalogueWrong([Problem("id_not_file", file, {"id": entry.id})])
    if not entry.seal_keys:
        raise CatalogueWrong([Problem("vault_without_key", file)])
    for key in entry.seal_keys:
        if not is_genuine_key(organisation, key) or (signer and key.signer != signer):
            raise CatalogueWrong(
                [Problem("seal_key_unsigned", file, {"key": signer or key.signer})]
            )


class OwnPart:
    """The entry as it is now, with the secrets found for it.

    Args:
        path, signer: see `read_own_part`.
        secret_files: places of secrets, besides the keyring.
        book: desks admitted on this machine.

    Attributes:
        missing: valid keys whose secret is not on this machine.
    """

    def __init__(
        self,
        path: Path,
        organisation: str,
        *,
        signer: str,
        secret_files: Sequence[str],
        book: IdentityBook,
        clock: Clock,
    ) -> None:
        self._path = path
        self._organisation = organisation
        self._signer = signer
        self._changes = book
        self._clock = clock
        self._files = [load_secret(f"{organisation}.seal", Path(file)) for file in secret_files]
        self._mark = ""
        self.missing: list[SealKey] = []
        self.poll()

    def poll(self) -> bool:
        """Reads the file again; True when it became another one.
        Raises `CatalogueWrong`: the earlier one stays.
        """
        mark = read_files(self._path).mark
        if mark == self._mark:
            return False
        entry = read_own_part(self._path, self._organisation, self._signer)
        self._secrets, self.missing = self._find(entry.seal_keys)
        self.entry = entry
        self._mark = mark
        self._keys: dict[tuple[Role, str], str] = {
            (ROLES[person.role], person.id): person.key for person in entry.people if person.key
        }
        return True

    def _find(
        self, keys: Sequence[SealKey]
    ) -> tuple[list[tuple[SealKey, VaultSecret]], list[SealKey]]:
        pairs, missing = [], []
        for key in sorted(keys, key=lambda seal_key: seal_key.first, reverse=True):
            secret = next((secret for secret in self._files if secret.key == key.key), None)
            if secret is None:
                try:
                    secret = load_secret(secret_name(self._organisation, key.key))
                except KeyMissing:
                    missing.append(key)
                    continue
            pairs.append((key, secret))
        return pairs, missing

    def secrets(self) -> list[VaultSecret]:
        """Return the secrets whose key holds today, the newest first. Raises `SealKeyOld` when
        there is none.
        """
        today: date = self._clock.utc_now().astimezone(UTC).date()
        valid = [secret for key, secret in self._secrets if key.first <= today <= key.last]
        if not valid:
            raise SealKeyOld(organisation=self._organisation)
        return valid

    def name_of(self, user: str) -> str:
        """The name that others read; the id where the signed file has none."""
        return next((person.name for person in self.entry.people if person.id == user), user)

    def number_kind(self, _organisation: str, service: str) -> str:
        """Return the kind of number the callers of a service have; "" for a service that it has
        not.
        """
        kinds = {entry.id: entry.number_kind for entry in self.entry.services}
        return kinds.get(service, "")

    def admitted(self, role: Role, user: str) -> frozenset[str]:
        """The nkeys of this person: of the signed file, or admitted here;
        none that was sent away here.
        """
        listed = self._keys.get((role, user), "")
        here = self._changes.keys().get((self._organisation, role, user), ())
        return frozenset({listed, *here}) - {""} - self._changes.revoked()


def load_secret(name: str, file: Path | None = None) -> VaultSecret:
    """The secret kept in the keyring under `name`, or in `file`. Raises `KeyMissing`."""
    text = load_seed(name, file, given_variable="")
    try:
        return VaultSecret(text)
    except ValueError as error:
        raise KeyMissing(name, str(error)) from error
