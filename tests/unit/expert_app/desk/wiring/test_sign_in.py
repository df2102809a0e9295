# SPDX-License-Identifier: GPL-3.0-only
"""The sign-in on a computer without a keyring, and in another language."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.errors
import pytest
from keyring.backends import fail
from PyQt6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from expert_app.desk.wiring import sign_in as module
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.credentials import KeyringUnusable, save_seed
from expert_app.runtime.enrolment import Enrolled
from expert_app.runtime.paths import paths_for
from expert_app.runtime.window_program import Program
from expert_app.workplace import key_file
from expert_app.workplace.choices import in_chosen_language
from resources.texts import use_language
from session.protocol.hub.enrolment import EnrolAnswer
from session.protocol.wire.roles import Role
from tests.support.waiting import LONGEST_S, until

WORDS = "quatre mots faciles"


@pytest.fixture(autouse=True)
def own_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(key_file, "COST", 2**4)
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


async def _enrol(*_line: Any, paths: Any, **_more: Any) -> Enrolled:
    """As the bus would."""
    save_seed("caf.a.a1", b"SUAxyz")
    answer = EnrolAnswer(organisation="caf", role=Role.AGENT, user="a1")
    return Enrolled(answer, DeskSettings(user="a1"), paths)


def _try_keyring() -> None:
    """As a keyring whose password the person does not want to give."""
    if not isinstance(keyring.get_keyring(), key_file.KeyFile):
        raise KeyringUnusable("enrolment", "cancelled")


def _fill(window: Any, **texts: str) -> None:
    for name, text in texts.items():
        line = window.findChild(QLineEdit, name)
        assert line is not None
        line.setText(text)


@pytest.mark.parametrize("is_there", [True, False])
def test_without_a_keyring_the_page_asks_for_a_passphrase_and_the_key_is_in_the_file(
    is_there: bool, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "enrol_with_line", _enrol)
    monkeypatch.setattr(module, "try_keyring", _try_keyring)
    monkeypatch.setattr(module, "has_keyring", lambda: is_there)

    async def sign_in() -> tuple[DeskSettings, bytes]:
        composed = module.SignIn(
            DeskSettings(), paths=paths_for("desk", tmp_path), program=Program()
        )
        button = composed.window.findChild(QPushButton, "sign_in_enter")
        assert button is not None
        qtbot.addWidget(composed.window, before_close_func=lambda window: window.hide())
        _fill(composed.window, sign_in_code="7JFY-7YNS", sign_in_address="tls://hub.example:4222")
        if is_there:
            button.click()
        await until(lambda: not composed.view._secret.isHidden())
        assert not composed.done.done()
        assert not button.isEnabled()
        _fill(composed.window, passphrase_first=WORDS, passphrase_again=WORDS)
        button.click()
        return await asyncio.wait_for(composed.done, LONGEST_S)

    settings, seed = asyncio.run(sign_in())
    assert settings.user == "a1"
    assert seed == b"SUAxyz"
    path = key_file.key_file_in(tmp_path / "desk")
    assert path is not None
    key_file.open_key_file(path, WORDS)


def test_another_language_is_there_at_once_and_kept(qtbot: QtBot, tmp_path: Path) -> None:
    paths = paths_for("desk", tmp_path)

    async def choose() -> str:
        composed = module.SignIn(DeskSettings(), paths=paths, program=Program())
        composed.first._on_language("en")
        return await asyncio.wait_for(composed.first.language, LONGEST_S)

    try:
        assert asyncio.run(choose()) == "en"
        assert in_chosen_language(DeskSettings(), paths).language == "en"
    finally:
        use_language("fr")


def test_why_a_key_cannot_be_read_is_told_instead_of_asking_for_an_invitation(
    qtbot: QtBot, tmp_path: Path
) -> None:
    async def words(why: str) -> str:
        composed = module.SignIn(
            DeskSettings(), paths=paths_for("desk", tmp_path), program=Program(), why=why
        )
        qtbot.addWidget(composed.window, before_close_func=lambda window: window.hide())
        labels = composed.window.findChildren(QLabel)
        return " ".join(one.text() for one in labels if not one.isHidden())

    unknown = "not known yet"
    assert unknown in asyncio.run(words(""))
    told = asyncio.run(words("Verrouillé."))
    assert "Verrouillé." in told
    assert unknown not in told
