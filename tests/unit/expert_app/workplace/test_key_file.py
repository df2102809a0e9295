# SPDX-License-Identifier: GPL-3.0-only
"""Keys without a keyring: one encrypted file, opened by its passphrase alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backends.null
import pytest

from expert_app.runtime.credentials import KeyMissing, forget_seed, load_seed, save_seed
from expert_app.workplace import key_file
from expert_app.workplace.key_file import (
    KeyFileDamaged,
    PassphraseWrong,
    key_file_in,
    new_key_file,
    open_key_file,
    set_aside,
)

WORDS, OTHER = "quatre mots faciles à dire", "un tout autre secret"


@pytest.fixture(autouse=True)
def own_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Cheap tries: the real cost is for whoever guesses."""
    monkeypatch.setattr(key_file, "COST", 2**4)
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def test_a_key_is_found_again_after_the_passphrase(tmp_path: Path) -> None:
    assert key_file_in(tmp_path) is None
    new_key_file(tmp_path, WORDS)
    save_seed("caf.a.a1", b"SUAxyz")
    path = key_file_in(tmp_path)
    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"SUAxyz" not in path.read_bytes()
    keyring.set_keyring(keyring.backends.null.Keyring())  # type: ignore[no-untyped-call]
    with pytest.raises(KeyMissing):
        load_seed("caf.a.a1")
    open_key_file(path, WORDS)
    assert load_seed("caf.a.a1") == b"SUAxyz"
    forget_seed("caf.a.a1")
    with pytest.raises(KeyMissing):
        load_seed("caf.a.a1")


def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(tmp_path: Path) -> None:
    opened = new_key_file(tmp_path, WORDS)
    save_seed("caf.a.a1", b"SUAxyz")
    path = tmp_path / key_file.NAME
    before = path.read_bytes()
    with pytest.raises(PassphraseWrong):
        open_key_file(path, OTHER)
    with pytest.raises(PassphraseWrong):
        opened.change_passphrase(OTHER, WORDS)
    assert path.read_bytes() == before


def test_the_passphrase_is_changed(tmp_path: Path) -> None:
    opened = new_key_file(tmp_path, WORDS)
    save_seed("caf.a.a1", b"SUAxyz")
    opened.change_passphrase(WORDS, OTHER)
    path = tmp_path / key_file.NAME
    with pytest.raises(PassphraseWrong):
        open_key_file(path, WORDS)
    open_key_file(path, OTHER)
    assert load_seed("caf.a.a1") == b"SUAxyz"


@pytest.mark.parametrize("text", [b"", b"{}", b'{"format":2}', b"\x00\x01"])
def test_a_damaged_file_is_named_so(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / key_file.NAME
    path.write_bytes(text)
    with pytest.raises(KeyFileDamaged):
        open_key_file(path, WORDS)


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    new_key_file(tmp_path, WORDS)
    path = tmp_path / key_file.NAME
    text = path.read_bytes()
    at = text.index(b'"keys":"') + 9
    path.write_bytes(text[:at] + (b"A" if text[at : at + 1] != b"A" else b"B") + text[at + 1 :])
    with pytest.raises(PassphraseWrong):
        open_key_file(path, WORDS)


def test_a_lost_passphrase_sets_the_file_aside(tmp_path: Path) -> None:
    new_key_file(tmp_path, WORDS)
    aside = set_aside(tmp_path / key_file.NAME)
    assert aside.is_file()
    assert key_file_in(tmp_path) is None
