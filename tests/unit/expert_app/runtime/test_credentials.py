# SPDX-License-Identifier: GPL-3.0-only
"""Keys: kept in the keyring or in a private file, never readable by others."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest
from keyring.backends import fail
from keyring.compat import properties

from expert_app.runtime import credentials
from expert_app.runtime.credentials import (
    KeyMissing,
    KeyringUnusable,
    key_name,
    load_seed,
    save_seed,
)
from resources import this_machine
from session.protocol.wire.roles import Role
from tests.support.memory.keyring import MemoryKeyring

NAME = key_name("caf", "a", "a1")


@pytest.fixture(autouse=True)
def own_keyring() -> object:
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    yield
    keyring.set_keyring(before)


def test_a_key_in_the_keyring_is_found_again() -> None:
    save_seed(NAME, b"SUAxyz")
    assert load_seed(NAME) == b"SUAxyz"


def test_an_installation_that_was_not_enrolled_is_told_what_to_do() -> None:
    with pytest.raises(KeyMissing) as missing:
        load_seed(NAME)
    assert "enrol" in missing.value.why


def test_a_packaged_kiosk_is_told_the_command_that_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk, command = key_name("caf", Role.KIOSK, "borne1"), tmp_path / "poste-expert-kiosk-enrol"
    monkeypatch.setattr(this_machine, "KIOSK_ENROL", command)
    monkeypatch.setattr(this_machine, "HOME", sys.prefix)

    def said(name: str, file: Path | None = None) -> str:
        with pytest.raises(KeyMissing) as missing:
            load_seed(name, file)
        return missing.value.why

    assert "run `expert-app enrol`" in said(kiosk)  # packages without the kiosk's
    command.touch()
    assert f"run `{command.name}`" in said(kiosk)
    assert f"run `{command.name}`" in said(kiosk, tmp_path / "no.key")
    assert "run `expert-app enrol`" in said(NAME)


def test_a_key_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.key"
    save_seed(NAME, b"SUAxyz", path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_seed(NAME, path) == b"SUAxyz"


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.key"
    save_seed(NAME, b"SUAxyz", path)
    path.chmod(0o644)
    with pytest.raises(KeyMissing) as missing:
        load_seed(NAME, path)
    assert "chmod" in missing.value.why


def test_a_child_gets_its_key_from_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(credentials.SEED_VARIABLE, "SUAchild")
    assert load_seed(NAME) == b"SUAchild"


def test_a_keyring_that_is_late_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    found = MemoryKeyring()
    found.set_password(credentials.SERVICE, NAME, "SU_A_SEED")
    late = [TimeoutError(), TimeoutError()]

    class Late:
        """The desktop's keyring: answers the third time."""

        @properties.classproperty
        def priority(self) -> float:
            if late:
                raise late.pop()
            return 5

        def __new__(cls) -> MemoryKeyring:  # type: ignore[misc]
            return found

    monkeypatch.setattr("keyring.backends.SecretService.Keyring", Late)
    monkeypatch.setattr(credentials, "AGAIN_S", 0.001)
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    assert load_seed(NAME) == b"SU_A_SEED"
    assert not late
    monkeypatch.setattr(credentials, "LATE_S", 0.05)
    late += [TimeoutError() for _ in range(1000)]
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    with pytest.raises(KeyringUnusable):
        load_seed(NAME)
